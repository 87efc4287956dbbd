//! Conditions one by one: the cases of the matcher's corpora that only a rule can run, the project's own in
//! `conditions.jsonl`, and the places of links in `link_spans`.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use chathook_moderation::Rules;
use chathook_protocol::{Command, SendMsg};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::rules;

/// Of the cases that nobody contests, this share must be right, in percent.
const FLOOR: usize = 97;

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
    /// Why it is missed.
    #[serde(default)]
    known_miss: Value,
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
fn conditions_hold_where_the_cases_say_so() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../matcher/corpora");
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moderation/conditions.jsonl");
    check("the project's own", &read(&own), 100);
    check("peers: links and contacts", &read(&corpora.join("peers/links_contacts.jsonl")), FLOOR);
    check("peers: allowed", &read(&corpora.join("peers/allow.jsonl")), FLOOR);
    // The matcher's own test runs the cases of a language that have a term alone.
    let folders = fs::read_dir(corpora.join("languages")).unwrap().map(|folder| folder.unwrap().path());
    let languages: String =
        folders.filter(|folder| folder.is_dir()).map(|folder| read(&folder.join("cases.jsonl"))).collect();
    let is_ours = |line: &&str| line.contains("\"condition\"") || line.contains("\"allow_phrases\"");
    check("languages", &languages.lines().filter(is_ours).collect::<Vec<_>>().join("\n"), FLOOR);
}

/// Runs cases, prints how many are right by kind, and asks for this share of them, in percent.
fn check(name: &str, cases: &str, floor: usize) {
    let mut compiled: BTreeMap<String, Rules> = BTreeMap::new();
    let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
        if case.contested || !case.known_miss.is_null() {
            continue;
        }
        let when = case.when();
        let rules = compiled.entry(when.clone()).or_insert_with(|| flagging(&when));
        let is_right = spans(rules, &case.text).is_empty() == (case.expect == "allow");
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
    assert!(all > 0 && right * 100 >= all * floor, "{name}: {right} of {all}\n{}", wrong.join("\n"));
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
