//! Before-callbacks that are not what they should be: none may carry a forbidden word past the rules.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::sync::Arc;

use chathook_endpoint::settings::OnFailure;
use chathook_endpoint::{Arrival, Endpoint, Moderator, Outcome, Request, Settings};
use chathook_moderation::RulesSource;
use chathook_protocol::Command;
use futures_util::FutureExt as _;
use serde_json::Value;

const RULES: &str = r#"
schema = 1
[[rule]]
id = "friends"
when = { terms = ["amigo"] }
action = { type = "allow" }
[[rule]]
id = "adverts"
when = { terms = ["casino", "赌场"], element_types = ["TIMTextElem"] }
scope = { except_accounts = ["vip"], except_rest = true }
action = { type = "reject", c2c_code = 120001, group_code = 10100, text = "No adverts." }
[[rule]]
id = "sites"
when = { any = [{ links = { deny = ["evil.example"] } }, { regex = "roul[e3]tte" }] }
action = { type = "reject" }
[[rule]]
id = "groups"
when = { terms = ["bingo"] }
scope = { group_ids = ["g"] }
action = { type = "reject" }
[[rule]]
id = "long"
when = { characters = { max = 40 }, not = { terms = ["hello"] } }
mode = "shadow"
action = { type = "reject" }
[[rule]]
id = "short"
when = { characters = { min = 4000 } }
action = { type = "reject" }
[[rule]]
id = "phones"
when = { contacts = ["phone"] }
action = { type = "reject" }
[[rule]]
id = "rude"
when = { terms = ["darn"] }
action = { type = "mask", with = "*" }
"#;

fn answer(command: &str, query: &str, body: &[u8], on_failure: OnFailure) -> (Value, Outcome) {
    let read = |name: &str| match name {
        "SDK_APP_ID" => Some("1400000001".to_owned()),
        "ALLOW_UNSIGNED" => Some("true".to_owned()),
        _ => None,
    };
    let settings = Settings { on_failure, ..Settings::read(read).expect("these settings hold") };
    let rules = RulesSource::new("rules.toml", RULES).compile().and_then(chathook_moderation::Rules::strict);
    let moderator = Moderator::new(rules.unwrap_or_else(|error| panic!("{error}")));
    let endpoint = Endpoint::new(Arc::new(settings)).route(&Command::BEFORE_SEND, moderator);
    let query = format!("SdkAppid=1400000001&CallbackCommand={command}{query}");
    let request = Request::new("1".to_owned(), "POST", &query, body.to_vec());
    let answered = endpoint.answer(Arrival { at_ms: 0, at_front_ms: None }, || request);
    let (answer, outcome) = answered.now_or_never().expect("moderation waits for nothing");
    assert_eq!(answer.status, 200);
    (serde_json::from_str(&answer.body).expect("JSON"), outcome)
}

const C2C: &str = "C2C.CallbackBeforeSendMsg";
const GROUP: &str = "Group.CallbackBeforeSendMsg";

/// A callback with this text in the place of `TEXT`, in which `from` is replaced by `to`.
fn bent(text: &str, from: &str, to: &str) -> Vec<u8> {
    let body = r#"{"CallbackCommand":"C2C.CallbackBeforeSendMsg","From_Account":"ada","To_Account":"bo","GroupId":"g",
        "MsgSeq":1,"MsgTime":1760000002,"MsgKey":"1_2_1760000002",
        "MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"TEXT"}}],"CloudCustomData":"x"}"#;
    assert!(body.contains(from), "{from}");
    body.replacen(from, to, 1).replace("TEXT", text).into_bytes()
}

/// What is not strict JSON, but can be read.
const READABLE: [(&str, &str); 31] = [
    ("\"x\"}", "\"x\"}{"),
    ("\"x\"}", "\"x\"}["),
    ("\"x\"}", "\"x\"}[]"),
    ("\"x\"}", "\"x\"}{\"MsgBody\":[]}"),
    ("}}],\"Cloud", "}}]},{\"Cloud"),
    ("\"MsgSeq\":1", "\"MsgSeq\":1"),
    ("\"MsgSeq\":1", "\"MsgSeq\":NaN"),
    ("\"MsgSeq\":1", "\"MsgSeq\":-Infinity"),
    ("\"MsgSeq\":1", "\"MsgSeq\":-nan(ind)"),
    ("\"MsgSeq\":1", "\"MsgSeq\":1.#INF"),
    ("\"MsgSeq\":1", "\"MsgSeq\":+1"),
    ("\"MsgSeq\":1", "\"MsgSeq\":01"),
    ("\"MsgSeq\":1", "\"MsgSeq\":1,5"),
    ("\"MsgSeq\":1", "\"MsgSeq\":"),
    ("\"MsgSeq\":1,", "\"MsgSeq\":1,,"),
    ("\"MsgSeq\":1,", "\"MsgSeq\":1"),
    ("\"MsgSeq\":1", "MsgSeq:1"),
    ("\"MsgSeq\":1", "'MsgSeq':1"),
    ("\"MsgSeq\":1", "\"MsgSeq\":1/* one */"),
    ("\"MsgSeq\":1", "\"MsgSeq\":None"),
    ("\"TEXT\"", "'TEXT'"),
    ("\"TEXT\"}}]", "\"TEXT\",}},]"),
    ("\"MsgContent\"", "MsgContent"),
    ("\"x\"}", "\"x\"}}"),
    ("\"x\"}", "\"x\"}x"),
    ("\"x\"}", "\"x\"};"),
    ("\"x\"}", "\"x\"}\0"),
    ("\"x\"}", "\"x\",}\u{FEFF}"),
    ("{\"Callback", "\0\n{\"Callback"),
    ("{\"Callback", "// from the platform\n{\"Callback"),
    ("\"ada\"", "\"a\\da\""),
];

#[test]
fn what_can_be_read_is_moderated_like_any_other() {
    for (from, to) in READABLE {
        for (text, code) in [("a casino", 120_001), ("roulette", 1), ("hello", 0), ("amigo casino", 0), ("bingo", 0)] {
            let (reply, outcome) = answer(C2C, "", &bent(text, from, to), OnFailure::Reject);
            assert_eq!(reply["ErrorCode"], code, "{text}: {to}: {outcome:?}");
            assert!(matches!(outcome, Outcome::Moderated(_)), "{to}");
        }
        let (reply, _) = answer(C2C, "", &bent("darn it", from, to), OnFailure::Reject);
        assert_eq!(reply["MsgBody"][0]["MsgContent"]["Text"], "**** it", "{to}");
    }
    let (reply, _) = answer(C2C, "", &bent("a casino", "\"ada\",", "\"vip\",,"), OnFailure::Reject);
    assert_eq!(reply["ErrorCode"], 0, "an exempt account stays exempt");
}

#[test]
fn an_escape_that_json_does_not_know_is_undone_as_in_javascript() {
    let data = |text: &str| bent("hello", "\"x\"", &format!("\"{text}\""));
    let bent = |text: &str| bent(text, "\"x\"", "\"x\"");
    for (text, code) in [
        (r"r\oulette", 1),
        (r"r\x6fulette", 1),
        (r"r\u{6f}ulette", 1),
        (r"\qroulette", 1),
        (r"a c\asi\u{6e}o", 120_001),
        // As it is written.
        (r"roulette\q", 1),
        (r"hel\qlo", 0),
    ] {
        for body in [bent(text), data(text), data(&format!(r#"{{\"a\":\"{text}\"}}"#))] {
            let (reply, outcome) = answer(C2C, "", &body, OnFailure::Reject);
            assert_eq!(reply["ErrorCode"], code, "{}: {outcome:?}", String::from_utf8_lossy(&body));
        }
    }
}

/// What nobody can read.
const UNREADABLE: [(&str, &str); 11] = [
    ("\"x\"}", "\"x\""),
    ("\"x\"}", "\"x"),
    ("\"TEXT\"}}]", "\"TEXT\"}}"),
    ("\"TEXT\"}}]", "\"TEXT\"}]]"),
    ("\"TEXT\"", "\"TEXT"),
    ("{\"Callback", "x{\"Callback"),
    ("{\"Callback", "[{\"Callback"),
    ("{\"Callback", "callback({\"Callback"),
    // JSON, and yet no message.
    ("\"From_Account\":\"ada\",", ""),
    ("\"To_Account\":\"bo\",\"GroupId\":\"g\"", "\"To\":\"bo\""),
    ("\"MsgBody\":[", "\"MsgBody\":{\"x\":["),
];

#[test]
fn what_cannot_be_read_is_judged_as_one_text_and_only_a_rejection_counts() {
    for (from, to) in UNREADABLE {
        for (on_failure, otherwise) in [(OnFailure::Allow, 0), (OnFailure::Reject, 1)] {
            for (text, code) in [
                ("a casino", 120_001),
                ("c\\u0061sino", 120_001),
                ("c-a-s-i-n-o", 120_001),
                ("赌场", 120_001),
                // Whose message it is, nobody knows, so no account is exempt, and nothing is allowed beforehand.
                ("amigo casino", 120_001),
                ("http://evil.example/", 1),
                ("roulette", 1),
                ("hello", otherwise),
                ("darn it", otherwise),
                ("bingo", otherwise),
            ] {
                let (reply, outcome) = answer(C2C, "", &bent(text, from, to), on_failure);
                assert_eq!(reply["ErrorCode"], code, "{text}: {to}: {outcome:?}");
                assert!(reply["MsgBody"].is_null());
            }
        }
        for (text, query, code) in [("casino", "", 10_100), ("bingo", "", 1), ("casino", "&OptPlatform=RESTAPI", 0)] {
            let (reply, _) = answer(GROUP, query, &bent(text, C2C, GROUP), OnFailure::Allow);
            let code = if text == "bingo" || query.is_empty() { code } else { 0 };
            assert_eq!(reply["ErrorCode"], code, "{text} in a group");
            let body = String::from_utf8(bent(text, from, to)).expect("text").replace(C2C, GROUP);
            let (reply, _) = answer(GROUP, query, body.as_bytes(), OnFailure::Allow);
            assert_eq!(reply["ErrorCode"], code, "{text} in a group: {to}");
        }
    }
    let padded = [b"{\"Text\":\"casino\",\"x\":\"".as_slice(), &vec![b'a'; 300 * 1024], b"\"}"].concat();
    for (body, code) in [(&padded[..], 120_001), (b"casino", 120_001), (b"\xFFcasino\0", 120_001), (b"hello", 0)] {
        assert_eq!(answer(C2C, "", body, OnFailure::Allow).0["ErrorCode"], code);
    }
}

#[test]
fn what_stands_beside_the_message_is_judged_too() {
    for (to, code) in [
        ("\"x\"} casino", 120_001),
        ("\"x\"}\"casino\"", 120_001),
        ("\"x\"/*casino*/}", 120_001),
        ("\"x\"}//c\\u0061sino", 120_001),
        ("\"x\"} bingo", 0),
        ("\"x\"} hello", 0),
    ] {
        let (reply, outcome) = answer(C2C, "", &bent("hello", "\"x\"}", to), OnFailure::Allow);
        assert_eq!(reply["ErrorCode"], code, "{to}: {outcome:?}");
    }
    // The object ends too early.
    let (reply, _) = answer(
        C2C,
        "",
        &bent("hello", "],\"CloudCustomData\":\"", "]},\"CloudCustomData\":\"casino "),
        OnFailure::Allow,
    );
    assert_eq!(reply["ErrorCode"], 120_001);
}

#[test]
fn a_field_twice_with_different_values_never_passes() {
    let fine = r#"[{"MsgType":"TIMTextElem","MsgContent":{"Text":"hello"}}]"#;
    let whole = r#""MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"TEXT"}}]"#;
    for (from, to) in [
        (whole, format!(r#""MsgBody":{fine},{whole}"#)),
        (whole, format!(r#"{whole},"MsgBody":{fine}"#)),
        (whole, format!(r#"{whole},"MsgBo\u0064y":{fine}"#)),
        (whole, format!(r#""\u004dsgBody":{fine},"X":1,{whole}"#)),
        (whole, format!(r#"{whole},"MsgBody":[]"#)),
        (whole, format!(r#"{whole},"MsgBody":null"#)),
        (whole, format!("{whole},'MsgBody':{fine},")),
        ("\"CloudCustomData\":\"x\"", r#""CloudCustomData":"TEXT","CloudCustomData":"x""#.to_owned()),
        ("\"CloudCustomData\":\"x\"", r#""CloudCustomData":"x","CloudCustomDat\u0061":{"a":"TEXT"}"#.to_owned()),
        ("\"From_Account\":\"ada\"", r#""From_Account":"ada","From_Account":"vip""#.to_owned()),
    ] {
        for on_failure in [OnFailure::Allow, OnFailure::Reject] {
            for (text, code) in [("a casino", 120_001), ("darn", 1), ("hello there", 1)] {
                let (reply, outcome) = answer(C2C, "", &bent(text, from, &to), on_failure);
                assert_eq!(reply["ErrorCode"], code, "{text}: {to}: {outcome:?}");
            }
        }
    }
    // The same value twice is no riddle.
    let (reply, _) = answer(C2C, "", &bent("hello", whole, &format!("{whole},{whole}")), OnFailure::Reject);
    assert_eq!(reply["ErrorCode"], 0);
}
