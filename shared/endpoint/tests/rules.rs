//! Which rules a before-send function runs, whatever became of its rules file.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use chathook_endpoint::{Arrival, Endpoint, Moderator, Request, Settings};
use chathook_moderation::RulesSource;
use chathook_protocol::Command;
use futures_util::FutureExt as _;
use serde_json::{Value, json};

const RULES: &str = r#"
schema = 1
[[rule]]
id = "adverts"
when = { terms = ["casino"] }
action = { type = "discard" }
[[rule]]
id = "trial"
mode = "shadow"
when = { terms = ["hello"] }
action = { type = "discard" }
[[rule]]
id = "seen"
when = { terms = ["odd"] }
action = { type = "flag" }
"#;

/// The answer's `ErrorCode` under the rules at `path`; 1 where nothing can be moderated.
fn answer(path: &Path, text: &str) -> Value {
    let read = |name: &str| match name {
        "SDK_APP_ID" => Some("1400000001".to_owned()),
        "ALLOW_UNSIGNED" => Some("true".to_owned()),
        "ON_FAILURE" => Some("reject".to_owned()),
        _ => None,
    };
    let settings = Settings::read(read).expect("these settings hold");
    let endpoint = Endpoint::new(Arc::new(settings)).route(&[Command::C2cBeforeSend], Moderator::load(path));
    let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
    let callback = json!({"From_Account": "a", "To_Account": "b", "MsgBody": body}).to_string();
    let query = "SdkAppid=1400000001&CallbackCommand=C2C.CallbackBeforeSendMsg";
    let request = Request::new("1".to_owned(), "POST", query, callback.into_bytes());
    let arrival = Arrival { at_ms: 0, at_front_ms: None };
    let (answer, _) = endpoint.answer(arrival, || request).now_or_never().expect("moderation waits for nothing");
    let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
    answer["ErrorCode"].clone()
}

fn answers(rules: &[u8]) -> [Value; 4] {
    let folder = std::env::temp_dir().join(format!("chathook-rules-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(format!("{}.toml", rules.len()));
    std::fs::write(&path, rules).expect("a file");
    let answers = ["casino", "hello", "odd", "fine"].map(|text| answer(&path, text));
    std::fs::remove_file(&path).expect("it was there");
    answers
}

#[test]
fn rules_decide_and_shadows_and_flags_do_not() {
    assert_eq!(answers(RULES.as_bytes()), [2, 0, 0, 0]);
}

#[test]
fn a_rule_with_a_mistake_leaves_the_others() {
    let broken =
        format!("{RULES}\n[[rule]]\nid = \"broken\"\nwhen = {{ regex = \"(\" }}\naction = {{ type = \"reject\" }}\n");
    assert_eq!(answers(broken.as_bytes()), [2, 0, 0, 0]);
}

#[test]
fn a_pack_is_known_by_its_content() {
    let packed = RulesSource::new("rules.toml", RULES).pack().expect("no mistake");
    assert_eq!(answers(&packed), [2, 0, 0, 0]);
}

#[test]
fn what_is_no_rules_file_gets_on_failure() {
    let mut damaged = RulesSource::new("rules.toml", RULES).pack().expect("no mistake");
    damaged.pop();
    for unusable in [&damaged[..], b"schema = 2\n", b"schema", b"\xFF\xFE"] {
        assert_eq!(answers(unusable), [1, 1, 1, 1]);
    }
    assert_eq!(answer(Path::new("/nowhere/rules.toml"), "fine"), 1);
}
