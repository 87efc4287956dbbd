//! Packed rules behave like the rules they were made of, and nothing else is taken for them.

use chathook_moderation::{PackError, Rules, Source, warnings};
use chathook_protocol::{Command, Query, SendMsg};
use serde_json::json;

const RULES: &str = r#"
schema = 1
[[rule]]
id = "list"
when = { any = [{ terms_file = "list.txt" }, { terms = ["inline"], allow_phrases = ["inline skates"] }] }
action = { type = "reject", text = "no" }
[[rule]]
id = "mask"
when = { terms = ["bad"], not = { regex = "fine" } }
action = { type = "mask", with = "*" }
"#;

fn read(name: &str) -> Result<String, String> {
    if name == "list.txt" { Ok("casino\n加微信\n".to_owned()) } else { Err("no such file".to_owned()) }
}

fn pack() -> Vec<u8> {
    Rules::pack("rules.toml", RULES, &mut read).unwrap_or_else(|error| panic!("{error}"))
}

fn reply(rules: &Rules, text: &str) -> String {
    let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
    let callback = json!({"From_Account": "a", "To_Account": "b", "MsgBody": body}).to_string();
    let message = SendMsg::parse(Command::C2cBeforeSend, &callback).expect("a callback");
    rules.moderate(&message, &Query::default()).decision.into_reply().to_json()
}

#[test]
fn a_pack_decides_as_its_rules_do() {
    let packed = pack();
    assert!(Rules::is_packed(&packed) && !Rules::is_packed(RULES.as_bytes()));
    let unpacked = Rules::unpack(&packed).expect("a pack");
    let compiled = Rules::compile("rules.toml", RULES, &mut read).expect("rules");
    assert_eq!(unpacked.ids().collect::<Vec<_>>(), compiled.ids().collect::<Vec<_>>());
    for text in ["casino", "快加微信", "inline", "inline skates", "bad", "bad but fine", "hello"] {
        assert_eq!(reply(&unpacked, text), reply(&compiled, text), "{text}");
    }
    assert!(reply(&unpacked, "casino").contains("\"ErrorCode\":1"));
}

#[test]
fn a_pack_tells_what_it_was_made_of() {
    let source = Source::of(&pack()).expect("a pack");
    assert_eq!((source.file.as_str(), source.text.as_str()), ("rules.toml", RULES));
    assert_eq!(source.list("list.txt"), read("list.txt"));
    assert!(source.list("other.txt").is_err());
}

#[test]
fn rules_with_a_mistake_are_not_packed() {
    let wrong = RULES.replace("list.txt", "lost.txt");
    let error = Rules::pack("rules.toml", &wrong, &mut read).expect_err("a mistake");
    assert!(error.to_string().contains("lost.txt"));
}

#[test]
fn what_is_no_pack_is_refused() {
    let packed = pack();
    for other in [&b""[..], b"\x89PNG\r\n\x1a\n and more than that", &packed[..5], RULES.as_bytes()] {
        assert_eq!(Rules::unpack(other).expect_err("no pack"), PackError::Foreign);
    }
    let mut newer = packed.clone();
    newer[16] = 99;
    assert_eq!(Rules::unpack(&newer).expect_err("another version"), PackError::Version(99));
    // Every single byte counts, and so does every one that is missing or too much.
    for at in 20..packed.len() {
        let mut damaged = packed.clone();
        damaged[at] ^= 0x10;
        assert_eq!(Rules::unpack(&damaged).expect_err("damage"), PackError::Damaged, "{at}");
        assert_eq!(Rules::unpack(&packed[..at]).expect_err("damage"), PackError::Damaged, "{at}");
    }
    assert_eq!(Rules::unpack(&[&packed[..], b"x"].concat()).expect_err("damage"), PackError::Damaged);
}

#[test]
fn what_is_hardly_meant_is_told() {
    let text = r#"
        schema = 1
        [[rule]]
        id = "passes"
        when = { terms = ["hello", "good day"] }
        action = { type = "allow" }
        [[rule]]
        id = "below"
        when = { terms = ["Hello"] }
        action = { type = "discard" }
        [[rule]]
        id = "twice"
        when = { terms = ["加微信", "快加微信号", "casino", "Casino", "casino bonus", "casinos"] }
        action = { type = "discard" }
        [[rule]]
        id = "silent"
        when = { terms = ["x"], element_types = ["TIMSoundElem"] }
        action = { type = "discard" }
        [[rule]]
        id = "types"
        when = { all = [{ element_types = ["TIMTextElem"] }, { element_types = ["TIMFileElem"] }] }
        action = { type = "discard" }
        [[rule]]
        id = "endings"
        when = { file_extensions = ["exe"], element_types = ["TIMCustomElem"] }
        action = { type = "discard" }
        [[rule]]
        id = "nobody"
        when = { terms = ["x"] }
        scope = { senders = ["a"], except_accounts = ["a", "b"] }
        action = { type = "discard" }
        [[rule]]
        id = "server"
        when = { terms = ["x"], platforms = ["RESTAPI"] }
        scope = { except_rest = true }
        action = { type = "discard" }
    "#;
    let told: Vec<_> = warnings("rules.toml", text, &mut read)
        .expect("rules")
        .into_iter()
        .map(|warning| format!("{}: {}", warning.rule, warning.what))
        .collect();
    let expected = [
        "below: it can never hit: rule passes allows all of its terms before it is read",
        "silent: it can never hit: its element types hold no text",
        "types: it can never hit: no element is of both its types",
        "endings: it can never hit: only a TIMFileElem has a file name",
        "nobody: it can never hit: all of its senders are excepted",
        "server: it can never hit: it asks for the platform RESTAPI and excepts it",
        "twice: the term `快加微信号` is superfluous: wherever it stands, `加微信` is found",
        "twice: the term `Casino` is there twice",
        "twice: the term `casino bonus` is superfluous: wherever it stands, `casino` is found",
    ];
    assert_eq!(told, expected);
    assert_eq!(warnings("rules.toml", RULES, &mut read).expect("rules"), []);
}
