//! What is found in messages that people can see already: every case of every file in `delivered`.
//!
//! A case has the callback that reports the message. Without a `verdict` nothing may be found.

use std::fs;
use std::path::Path;

use chathook_moderation::{Decision, Delivered, Hit, Undecided, Violation};
use chathook_protocol::json::Object;
use chathook_protocol::{Change, Command, Query, SendMsg};
use serde::Deserialize;

use crate::{rules, source};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: String,
    /// When the rules were made, Unix seconds.
    made_at: Option<u64>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    callback: String,
    platform: Option<String>,
    verdict: Option<String>,
    /// `rule element field span`
    #[serde(default)]
    hits: Vec<String>,
    undecided: Option<String>,
}

/// When every callback arrived.
const RECEIVED_AT: u64 = 2000;

#[test]
fn what_was_delivered_is_judged_as_its_case_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moderation/delivered");
    let mut failures = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file: File = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut source = source(&file.rules, &[]);
        if let Some(made_at) = file.made_at {
            source.set_made_at(made_at);
        }
        // As a pack, since functions load one.
        let packed = source.pack().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let rules = chathook_moderation::RulesSource::from_bytes("pack", packed).unwrap().compile().unwrap();
        for case in &file.case {
            let query = Query::parse(&format!("OptPlatform={}", case.platform.as_deref().unwrap_or("Android")));
            let text = &case.callback;
            let name = Object::parse(text).unwrap().text("CallbackCommand").unwrap();
            let command = Command::parse(&name).unwrap();
            let (change, message);
            let delivered = if command.is_change() {
                change = Change::parse(command, text).unwrap();
                Delivered::changed(&change, RECEIVED_AT)
            } else {
                message = SendMsg::parse(command, text).unwrap();
                Delivered::sent(&message, RECEIVED_AT)
            };
            let found = shown(delivered.and_then(|delivered| rules.violation(&delivered, &query)));
            let wanted = (case.verdict.clone(), case.hits.clone(), case.undecided.clone());
            if found != wanted {
                let file = path.file_stem().unwrap_or_default().display();
                failures.push(format!("{file}: {}\n  wanted {wanted:?}\n  found {found:?}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn shown(violation: Option<Violation<'_>>) -> (Option<String>, Vec<String>, Option<String>) {
    let hit = |hit: &Hit<'_>| {
        let element = hit.element.map_or_else(|| "-".to_owned(), |element| element.to_string());
        format!("{} {element} {} {}..{}", hit.rule, hit.field, hit.span.start, hit.span.end)
    };
    let Some(violation) = violation else { return (None, Vec::new(), None) };
    let hits = violation.hits.iter().map(hit).collect();
    (Some(violation.decision.name().to_owned()), hits, violation.undecided.map(|why| Undecided::name(why).to_owned()))
}

/// Whatever the rules make of a message, they find nothing to say against that when it comes back.
#[test]
fn what_the_rules_deliver_keeps_the_rules() {
    let rules = rules(
        r#"
schema = 1
[[rule]]
id = "mask"
when = { terms = ["casino"] }
action = { type = "mask", with = "*" }
[[rule]]
id = "replace"
custom_data = true
when = { links = {} }
action = { type = "replace", with = "[link]" }
[[rule]]
id = "element"
when = { terms = ["more"] }
action = { type = "append_element", element = { MsgType = "TIMTextElem", MsgContent = { Text = "casino at evil.com" } } }
[[rule]]
id = "data"
custom_data = true
when = { terms = ["more"] }
action = { type = "merge_custom_data", value = { checked = { by = "casino" }, site = "evil.com" } }
"#,
    );
    for (texts, data) in [
        (&["one casino more"][..], r#"{"a":"evil.com","checked":{"at":1}}"#),
        (&["more", "ca", "sino"], ""),
        (&["nothing"], r#"{"site":"evil.com"}"#),
        (&["more", "casino at evil.com"], r#"{"checked":{"by":"casino"},"site":"evil.com"}"#),
    ] {
        let body: Vec<_> = texts
            .iter()
            .map(|text| serde_json::json!({"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}))
            .collect();
        let mut callback = serde_json::json!({"From_Account": "a", "To_Account": "b", "MsgBody": body,
            "CloudCustomData": data});
        let before = callback.to_string();
        let message = SendMsg::parse(Command::C2cBeforeSend, &before).unwrap();
        if let Decision::Rewrite(rewrite) = rules.moderate(&message, &Query::default()).decision {
            let elements = rewrite.elements();
            if let Some(elements) = elements {
                let elements = elements.iter().map(|element| serde_json::from_str(element.get()).unwrap());
                callback["MsgBody"] = elements.collect::<Vec<serde_json::Value>>().into();
            }
            if let Some(data) = rewrite.custom_data() {
                callback["CloudCustomData"] = data.into();
            }
        }
        let after = callback.to_string();
        let message = SendMsg::parse(Command::C2cAfterSend, &after).unwrap();
        let delivered = Delivered::sent(&message, RECEIVED_AT).unwrap();
        assert!(rules.violation(&delivered, &Query::default()).is_none(), "{before}\n{after}");
    }
}
