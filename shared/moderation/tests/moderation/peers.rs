//! Conditions one by one: the cases of the matcher's corpora that only a rule can run, the project's own in
//! `conditions.jsonl`, and the places of links in `link_spans`.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use chathook_moderation::Rules;
use chathook_protocol::{Command, SendMsg};
use serde::Deserialize;
use serde_json::json;

use crate::rules;

/// Of the cases that nobody contests, this share must be right, in percent.
const FLOOR: usize = 97;

/// The project's own cases.
const OWN_CASES: &str = "tests/moderation/conditions.jsonl";

#[derive(Deserialize)]
struct Case {
    term: Option<String>,
    condition: Option<String>,
    form: Option<String>,
    allow_phrases: Option<Vec<String>>,
    text: String,
    expect: String,
    kind: String,
    #[serde(default)]
    contested: bool,
    #[serde(default)]
    known_miss: bool,
}

impl Case {
    /// The rule's `when`.
    fn when(&self) -> String {
        if let Some(condition) = &self.condition {
            return condition.clone();
        }
        let form = self.form.as_ref().map(|form| format!(", form = {}", json!(form))).unwrap_or_default();
        let phrases = self.allow_phrases.as_ref().map(|phrases| format!(", allow_phrases = {}", json!(phrases)));
        format!("{{ terms = {}{form}{} }}", json!([self.term]), phrases.unwrap_or_default())
    }
}

fn flagging(when: &str) -> Rules {
    rules(&format!("schema = 1\n[[rule]]\nid = \"a\"\nwhen = {when}\naction = {{ type = \"flag\" }}"))
}

/// The places that the rules find in a text.
fn spans(rules: &Rules, text: &str) -> Vec<Range<usize>> {
    let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
    let callback = json!({"From_Account": "a", "To_Account": "b", "MsgBody": body}).to_string();
    let message = SendMsg::parse(Command::C2cBeforeSend, &callback).unwrap();
    rules.hits_in(&message).into_iter().map(|hit| hit.span).collect()
}

#[test]
fn conditions_hold_where_peers_say_so() {
    let peers = "../matcher/corpora/peers";
    let names = [format!("{peers}/links_contacts.jsonl"), format!("{peers}/allow.jsonl"), OWN_CASES.to_owned()];
    for name in &names {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
        let mut compiled: BTreeMap<String, Rules> = BTreeMap::new();
        let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut wrong = Vec::new();
        for line in text.lines() {
            let case: Case = serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
            let when = case.when();
            let rules = compiled.entry(when.clone()).or_insert_with(|| flagging(&when));
            let is_right = spans(rules, &case.text).is_empty() == (case.expect == "allow");
            if case.contested || case.known_miss {
                continue;
            }
            let (right, all) = kinds.entry(case.kind).or_default();
            *right += usize::from(is_right);
            *all += 1;
            if !is_right {
                wrong.push(format!("{} {when} {:?}", case.expect, case.text));
            }
        }
        println!("{name}");
        for (kind, (right, all)) in &kinds {
            println!("  {right} of {all}: {kind}");
        }
        for wrong in &wrong {
            println!("  wrong: {wrong}");
        }
        let all: usize = kinds.values().map(|(_, all)| all).sum();
        let right = all - wrong.len();
        let floor = if name == OWN_CASES { 100 } else { FLOOR };
        assert!(right * 100 >= all * floor, "{name}: {right} of {all}\n{}", wrong.join("\n"));
    }
}

#[test]
fn links_begin_and_end_where_peers_say_so() {
    let rules = flagging("{ links = {} }");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moderation/link_spans");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let file = fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            let wanted = unescaped(line);
            let text = wanted.replace(['⟦', '⟧'], "");
            let mut found = text.clone();
            for span in spans(&rules, &text).iter().rev() {
                found.insert(span.end, '⟧');
                found.insert(span.start, '⟦');
            }
            if found != wanted {
                wrong.push(format!("wanted {wanted:?}\n found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// `\u{…}` as the character.
fn unescaped(line: &str) -> String {
    let mut parts = line.split("\\u{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap();
        text.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        text.push_str(rest);
    }
    text
}
