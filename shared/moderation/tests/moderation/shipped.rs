//! The rules that are deployed unless the operator writes others.

use std::fs;
use std::path::{Path, PathBuf};

use chathook_moderation::{Decision, Rules, RulesSource};
use chathook_protocol::{Command, Query, SendMsg};
use serde_json::json;

fn shipped() -> Rules {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let text = fs::read_to_string(folder.join("rules.toml")).expect("the rules are there");
    let mut source = RulesSource::new("rules.toml", text);
    for name in source.terms_files() {
        source.add_terms_file(&name, fs::read_to_string(folder.join(&name)).map_err(|error| error.to_string()));
    }
    source.compile().and_then(Rules::strict).unwrap_or_else(|error| panic!("{error}"))
}

fn decide(rules: &Rules, group_type: Option<&str>, text: &str) -> Decision {
    let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
    let (command, callback) = match group_type {
        Some(group_type) => (
            Command::GroupBeforeSend,
            json!({"From_Account": "jared", "GroupId": "g", "Type": group_type, "MsgBody": body}),
        ),
        None => (Command::C2cBeforeSend, json!({"From_Account": "jared", "To_Account": "jonh", "MsgBody": body})),
    };
    let callback = callback.to_string();
    let message = SendMsg::parse(command, &callback).expect("a callback");
    rules.moderate(&message, &Query::default()).decision
}

#[test]
fn each_kind_of_verdict_can_be_shown() {
    let rules = shipped();
    let cases = [
        (None, "See you at seven?", "allow"),
        (None, "Best casino in town", "reject"),
        (Some("Work"), "想赚钱加微信", "reject"),
        (Some("Public"), "Buy followers today", "discard"),
        (Some("Work"), "Buy followers today", "allow"),
        (None, "Join us at chat.whatsapp.com/AbC", "rewrite"),
    ];
    for (group_type, text, verdict) in cases {
        assert_eq!(decide(&rules, group_type, text).name(), verdict, "{text}");
    }
}

#[test]
fn innocent_messages_pass() {
    let rules = shipped();
    let texts = [
        "Cassino is a town in Italy, and a casinos' law is debated there",
        "WhatsApp or telegram? Tell me.",
        "Follow the followers of the buyer",
        "微信支付还是支付宝?",
        "彩票我从来不买",
        "",
    ];
    for text in texts {
        assert_eq!(decide(&rules, Some("Public"), text).name(), "allow", "{text}");
    }
}
