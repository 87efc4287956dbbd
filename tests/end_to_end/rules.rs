//! `chathook rules` as people and scripts use it.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use chathook_tests::{binary, workspace};
use serde_json::{Value, json};

const RULES: &str = r#"
schema = 1

[[rule]]
id = "adverts"
when = { terms_file = "adverts.txt" }
action = { type = "reject", c2c_code = 120001, group_code = 10100, text = "No adverts, please." }

[[rule]]
id = "contacts"
when = { any = [{ contacts = ["email"] }, { terms = ["call me"] }] }
scope = { chat = "group" }
action = { type = "mask", with = "*" }

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

/// A folder with rules in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("rules.toml"), RULES).expect("a file");
    fs::write(folder.path().join("adverts.txt"), "# adverts\ncasino\n加微信\n").expect("a file");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary("chathook"));
    command.current_dir(folder).stdin(Stdio::null()).arg("rules").args(arguments);
    command.output().expect("chathook runs")
}

fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Its messages when it fails with this exit code.
fn refused(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn check_names_each_problem_and_fails() {
    let folder = folder();
    let folder = folder.path();
    assert!(done(folder, &["check", "rules.toml"]).contains("4 rules, no problems"));

    fs::write(folder.join("wrong.toml"), RULES.replace("adverts.txt", "lost.txt").replace("\"shadow\"", "\"dark\""))
        .expect("a file");
    let told = refused(folder, &["check", "wrong.toml"], 1);
    assert!(told.contains("wrong.toml:6: rule adverts: the terms file lost.txt cannot be read"), "{told}");
    assert!(told.contains("rule trial: there is no mode `dark`"), "{told}");
    let output = run(folder, &["check", "wrong.toml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report = json_of(&String::from_utf8_lossy(&output.stdout));
    let rules: Vec<_> = report["problems"].as_array().expect("a list").iter().map(|problem| &problem["rule"]).collect();
    assert_eq!(rules, ["adverts", "trial"]);
    assert_eq!(report["rules"], json!([{"id": "contacts", "mode": "live"}, {"id": "seen", "mode": "live"}]));

    let names = r#"
        schema = 1
        [[rule]]
        id = "names"
        when = { terms = ["x"], element_types = ["TIMFile"] }
        scope = { group_types = ["Comunity"], senders = [" ada"] }
        action = { type = "discard" }
    "#;
    fs::write(folder.join("names.toml"), names).expect("a file");
    let told = refused(folder, &["check", "names.toml"], 1);
    for nearest in ["TIMFileElem", "Community", "ada"] {
        assert!(told.contains(&format!("did you mean `{nearest}`?")), "{told}");
    }

    fs::write(folder.join("none.toml"), "schema = ").expect("a file");
    assert!(refused(folder, &["check", "none.toml"], 1).contains("none.toml:1"));
    refused(folder, &["check"], 2);
}

#[test]
fn check_warns_of_likely_mistakes_and_of_harmless_words() {
    let folder = folder();
    let folder = folder.path();
    let rules = r#"
        schema = 1
        [[rule]]
        id = "words"
        when = { terms = ["ass*", "assets", "cat"] }
        action = { type = "discard" }
        [[rule]]
        id = "never"
        when = { terms = ["x"], element_types = ["TIMImageElem"] }
        action = { type = "discard" }
    "#;
    fs::write(folder.join("words.toml"), rules).expect("a file");
    fs::write(folder.join("dictionary"), "assign\n\ncat\ndog\nassist\n").expect("a file");
    let report = json_of(&done(folder, &["check", "words.toml", "--words", "dictionary", "--format", "json"]));
    let list = |key: &str| report[key].as_array().expect("a list").clone();
    let warned: Vec<_> = list("warnings").into_iter().map(|warning| warning["rule"].clone()).collect();
    assert_eq!(warned, ["never"], "{report:#}");
    let words: Vec<_> = list("words").into_iter().map(|word| word["word"].clone()).collect();
    assert_eq!(words, ["assign", "assist"], "what is a term itself is meant: {report:#}");
    assert_eq!(report["words"][0]["by"], json!({"term": "ass*", "file": "words.toml", "line": 5}));
    let terms: Vec<_> =
        list("terms").into_iter().map(|term| json!([term["term"], term["flaw"], term["words"]])).collect();
    let expected =
        [json!(["ass*", null, 2]), json!(["assets", "is_covered", 0]), json!(["cat", null, 0]), json!(["x", null, 0])];
    assert_eq!(terms, expected, "{report:#}");
    assert_eq!(report["terms"][1]["other"]["term"], "ass*");
    assert_eq!(report["terms"][1]["normalised"], "assets");

    let text = done(folder, &["check", "words.toml", "--words", "dictionary"]);
    for expected in [
        "rule words: 1 term not needed, since another is found wherever it is:\n  words.toml:5: `assets`, see `ass*` in words.toml:5\n",
        "rule words would hit 2 words of the dictionary:\n  assign (as ass, by `ass*` in words.toml:5)\n",
        "words.toml: 2 rules, no problems, 4 terms\n",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn explain_shows_the_verdict_and_where_each_rule_hit() {
    let folder = folder();
    let folder = folder.path();
    let told = done(folder, &["explain", "rules.toml", "快加微信 hello"]);
    assert!(told.starts_with("verdict: reject, ErrorCode 120001, \"No adverts, please.\""), "{told}");
    // The ideographs before the hit are two columns wide, and so is each of the hit.
    assert!(told.contains("    快加微信 hello\n      ^^^^^^\n"), "{told}");
    assert!(told.contains("rule trial (shadow)"), "{told}");
    assert!(told.contains("µs"), "{told}");

    let grouped = ["explain", "rules.toml", "--group", "@TGS#1", "--format", "json", "write to ada@example.com"];
    let report = json_of(&done(folder, &grouped));
    assert_eq!(report["verdict"], "rewrite");
    assert_eq!(report["rewritten"][0]["MsgContent"]["Text"], "write to ***************");
    assert_eq!(
        report["hits"],
        json!([{"rule": "contacts", "mode": "live", "element": 0, "field": "Text", "start": 9, "end": 24, "normalised": "ada@example.com"}])
    );
    assert_eq!(
        json_of(&done(folder, &["explain", "rules.toml", "--c2c", "--format", "json", "a@b.com"]))["verdict"],
        "allow"
    );

    let callback = workspace().join("tests/fixtures/callbacks/group_before_send.json").display().to_string();
    assert!(done(folder, &["explain", "rules.toml", &callback]).starts_with("verdict: allow"));
    for (arguments, code, expected) in [
        (&["missing.json"][..], 1, "there is no file missing.json; if it is the message itself, give it with --text"),
        (&["./missing"], 1, "--text"),
        (&["."], 1, "--text"),
        (&["--file", "missing"], 1, "cannot read missing"),
        (&["--file", "rules.toml"], 1, "rules.toml is not a callback's JSON"),
        (&["-"], 1, "standard input is not a callback's JSON"),
        (&[], 2, "TEXT|FILE"),
        (&["x", "--text", "y"], 2, "--text"),
        (&["x", "--group", "g", "--group-type", "Pubilc"], 2, "did you mean `Public`?"),
        (&["x", "--platform", "android"], 2, "did you mean `Android`?"),
        (&["x", "--from", "ada "], 2, "did you mean `ada`?"),
    ] {
        let told = refused(folder, &[&["explain", "rules.toml"], arguments].concat(), code);
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
    for text in ["--text=missing.json", "--text=-", "t.me/casino/a.b", "see https://example.com/a.json", "casino.txt 1"]
    {
        assert!(done(folder, &["explain", "rules.toml", text]).starts_with("verdict: "), "{text}");
    }
    assert!(done(folder, &["explain", "rules.toml", "--file", &callback]).starts_with("verdict: allow"));
    refused(folder, &["explain", "rules.toml", "--c2c", "--group", "g", "text"], 2);
    refused(folder, &["explain", "missing.toml", "text"], 1);
}

#[test]
fn run_adds_a_verdict_to_each_line() {
    let folder = folder();
    let folder = folder.path();
    let callback = json!({
        "GroupId": "g", "From_Account": "a", "Big": 18_446_744_073_709_551_615_u64,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x"}}, {"MsgContent": {"Text": "call me é"}, "MsgType": "TIMTextElem"}],
    });
    let input = format!(
        "{{\"id\": 7, \"text\":\"the Casino\", \"label\":[1, 2]}}\n\n{{\"text\":\"hello\"}}\n{{\"text\":\"odd\",\"verdict\":\"old\"}}\r\n{callback}\n{{\"text\":\"\\ud800\"}}"
    );
    fs::write(folder.join("in.jsonl"), input).expect("a file");
    let told = done(folder, &["run", "rules.toml", "--input", "in.jsonl", "--output", "out.jsonl"]);
    assert!(told.contains("5 messages: allow 2, flag 1, reject 1, rewrite 1"), "{told}");

    let results = fs::read_to_string(folder.join("out.jsonl")).expect("results");
    let lines: Vec<_> = results.lines().collect();
    assert_eq!(
        lines[0],
        r#"{"id":7,"text":"the Casino","label":[1, 2],"verdict":"reject","rules":["adverts"],"spans":[{"rule":"adverts","element":0,"field":"Text","start":4,"end":10}]}"#
    );
    assert_eq!(
        lines[1],
        r#"{"text":"hello","verdict":"allow","rules":[],"spans":[],"shadow":[{"rule":"trial","element":0,"field":"Text","start":0,"end":5}]}"#
    );
    assert_eq!(
        lines[2],
        r#"{"text":"odd","verdict":"flag","rules":["seen"],"spans":[{"rule":"seen","element":0,"field":"Text","start":0,"end":3}]}"#
    );
    let rewritten = json_of(lines[3]);
    assert_eq!(rewritten["Big"], callback["Big"]);
    assert_eq!(rewritten["spans"], json!([{"rule": "contacts", "element": 1, "field": "Text", "start": 0, "end": 7}]));
    assert!(lines[3].ends_with(
        r#""rewritten":[{"MsgContent":{"Text":"x"},"MsgType":"TIMTextElem"},{"MsgContent":{"Text":"******* é"},"MsgType":"TIMTextElem"}]}"#
    ), "{}", lines[3]);
    assert_eq!(json_of(lines[4])["verdict"], "allow");

    // Texts sent to a group, results on standard output, the summary for a script on standard error.
    fs::write(folder.join("text.jsonl"), "{\"text\":\"call me\"}\n").expect("a file");
    let output = run(folder, &["run", "rules.toml", "--input", "text.jsonl", "--group", "g", "--format", "json"]);
    assert_eq!(json_of(&String::from_utf8_lossy(&output.stdout))["rewritten"], "*******");
    let summary = json_of(&String::from_utf8_lossy(&output.stderr));
    assert_eq!((&summary["messages"], &summary["verdicts"]), (&json!(1), &json!({"rewrite": 1})));
    assert_eq!(summary["rules"][1], json!({"rule": "contacts", "mode": "live", "messages": 1, "hits": 1}));
}

#[test]
fn run_streams_and_names_the_line_that_is_none() {
    let folder = folder();
    let folder = folder.path();
    let mut lines = String::new();
    for number in 0..20_000 {
        let _ = writeln!(lines, "{{\"text\":\"message {number} of the casino\"}}");
    }
    fs::write(folder.join("many.jsonl"), &lines).expect("a file");
    let told = done(folder, &["run", "rules.toml", "--input", "many.jsonl", "--output", "out.jsonl"]);
    assert!(told.contains("20000 messages: reject 20000"), "{told}");
    assert_eq!(fs::read_to_string(folder.join("out.jsonl")).expect("results").lines().count(), 20_000);

    for (wrong, expected) in [("7", "not a JSON object"), ("{}", "\"text\""), ("{\"MsgBody\":[]}", "From_Account")] {
        fs::write(folder.join("wrong.jsonl"), format!("{{\"text\":\"x\"}}\n{wrong}\n")).expect("a file");
        let told = refused(folder, &["run", "rules.toml", "--input", "wrong.jsonl"], 1);
        assert!(told.contains("wrong.jsonl:2") && told.contains(expected), "{told}");
    }
    refused(folder, &["run", "rules.toml"], 2);
}

#[test]
fn a_pack_works_wherever_a_rules_file_does() {
    let folder = folder();
    let folder = folder.path();
    let told = done(folder, &["pack", "rules.toml", "-o", "rules.pack"]);
    assert!(told.contains("rules.pack: 4 rules"), "{told}");
    // Its word lists are in it.
    fs::remove_file(folder.join("adverts.txt")).expect("it was there");
    assert!(done(folder, &["check", "rules.pack"]).contains("4 rules, no problems"));
    assert!(done(folder, &["explain", "rules.pack", "casino"]).starts_with("verdict: reject"));
    fs::write(folder.join("in.jsonl"), "{\"text\":\"casino\"}\n").expect("a file");
    assert!(done(folder, &["run", "rules.pack", "--input", "in.jsonl"]).contains("\"verdict\":\"reject\""));
    done(folder, &["pack", "rules.pack", "--output", "again.pack"]);
    let read = |name: &str| fs::read(folder.join(name)).expect("a pack");
    assert_eq!(read("again.pack"), read("rules.pack"));

    let told = refused(folder, &["pack", "rules.toml", "-o", "none.pack"], 1);
    assert!(told.contains("adverts.txt") && !folder.join("none.pack").exists(), "{told}");

    let pack = read("rules.pack");
    let mut damaged = pack.clone();
    damaged[100] ^= 1;
    for (bytes, expected) in
        [(&damaged[..], "damaged"), (&pack[..200], "damaged"), (&b"\x89PNG\r\n\x1a\n"[..], "not a rules pack")]
    {
        fs::write(folder.join("wrong.pack"), bytes).expect("a file");
        for command in [vec!["check", "wrong.pack"], vec!["explain", "wrong.pack", "x"]] {
            let told = refused(folder, &command, 1);
            assert!(told.contains(expected), "{told}");
        }
    }
}

#[test]
fn the_schema_is_the_checked_in_one() {
    let schema = fs::read_to_string(workspace().join("rules/rules.schema.json")).expect("it is there");
    assert_eq!(done(Path::new("."), &["schema"]), schema);
}
