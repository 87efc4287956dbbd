use chathook_protocol::Token;
use chathook_protocol::sign::{SignError, WINDOW_SECONDS, verify};

use crate::fixture;

const TOKEN: &str = "xxxxyyyy";
const TIME: &str = "1669872112";
const NOW: u64 = 1_669_872_112;
const SIGN: &str = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061";

fn token(token: &str) -> Token {
    Token::new(token).unwrap()
}

#[test]
fn vectors() {
    let vectors: Vec<serde_json::Value> = serde_json::from_str(&fixture::read("sign")).unwrap();
    for vector in vectors {
        let field = |name: &str| vector[name].as_str().unwrap();
        let time = field("request_time");
        let verified = verify(&[token(field("token"))], time, field("sign"), time.parse().unwrap());
        let expected = if vector["valid"] == true { Ok(()) } else { Err(SignError::Mismatch) };
        assert_eq!(verified, expected, "{vector}");
    }
}

#[test]
fn documented_vector_and_its_misprinted_twin() {
    assert_eq!(token(TOKEN).sign(TIME), SIGN);
    assert_eq!(verify(&[token(TOKEN)], TIME, SIGN, NOW), Ok(()));
    assert_eq!(verify(&[token("xxxyyy")], TIME, SIGN, NOW), Err(SignError::Mismatch));
}

#[test]
fn window_is_sixty_seconds_either_way() {
    let cases = [
        (NOW, Ok(())),
        (NOW + WINDOW_SECONDS, Ok(())),
        (NOW - WINDOW_SECONDS, Ok(())),
        (NOW + 61, Err(SignError::TooOld(61))),
        (NOW - 61, Err(SignError::TooNew(61))),
        (0, Err(SignError::TooNew(NOW))),
        (u64::MAX, Err(SignError::TooOld(u64::MAX - NOW))),
    ];
    for (now, expected) in cases {
        assert_eq!(verify(&[token(TOKEN)], TIME, SIGN, now), expected, "{now}");
    }
}

#[test]
fn a_stale_request_is_stale_whoever_signed_it() {
    assert_eq!(verify(&[token("another")], TIME, SIGN, NOW + 61), Err(SignError::TooOld(61)));
}

#[test]
fn either_token_holds_while_one_replaces_the_other() {
    let (old, new) = (token("old"), token("new"));
    let both = [new.clone(), old.clone()];
    assert_eq!(verify(&both, TIME, &new.sign(TIME), NOW), Ok(()));
    assert_eq!(verify(&both, TIME, &old.sign(TIME), NOW), Ok(()));
    assert_eq!(verify(&both, TIME, SIGN, NOW), Err(SignError::Mismatch));
    assert_eq!(verify(&[new], TIME, &old.sign(TIME), NOW), Err(SignError::Mismatch));
}

#[test]
fn without_a_token_nothing_verifies() {
    assert_eq!(verify(&[], TIME, SIGN, NOW), Err(SignError::Mismatch));
}

#[test]
fn garbage_time() {
    let times = [
        "",
        " ",
        "now",
        "-1",
        "+1669872112",
        " 1669872112",
        "1669872112 ",
        "1669872112.0",
        "1e9",
        "0x10",
        "１６６９",
        "\0",
    ];
    for time in times.into_iter().chain(["18446744073709551616", "99999999999999999999999999"]) {
        assert_eq!(verify(&[token(TOKEN)], time, &token(TOKEN).sign(time), NOW), Err(SignError::BadTime), "{time:?}");
    }
}

#[test]
fn garbage_signature() {
    let upper = SIGN.to_uppercase();
    let longer = format!("{SIGN}0");
    let changed = SIGN.replacen('1', "2", 1);
    for sign in ["", "0", &SIGN[1..], &SIGN[..63], &upper, &longer, &changed, "签名", "\0"] {
        assert_eq!(verify(&[token(TOKEN)], TIME, sign, NOW), Err(SignError::Mismatch), "{sign:?}");
    }
}

#[test]
fn tokens_have_1_to_128_characters_and_no_white_space_around() {
    for good in ["t", "a b", &"t".repeat(128), &"令".repeat(128)] {
        assert!(Token::new(good).is_some(), "{good}");
    }
    for bad in ["", " ", " t", "t ", "t\n", "\tt", "\u{3000}t", &"t".repeat(129), &"令".repeat(129)] {
        assert!(Token::new(bad).is_none(), "{bad:?}");
    }
}
