//! What an operator reads if a rules file cannot be used: a snapshot for every file in `errors`.

use std::fs;
use std::path::Path;

use chathook_moderation::Rules;
use chathook_protocol::{Command, Query, SendMsg};

use crate::{compile, source};

#[test]
fn problems_name_their_line_and_their_fix() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moderation/errors");
    for entry in fs::read_dir(folder).expect("tests/errors is there") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a readable file");
        let files = [("empty.txt", "# nothing\n\n"), ("stars.txt", "fine\n\n*cat*\nf*ck\n")];
        let error = source(&text, &files).compile().and_then(Rules::strict).expect_err("the file is wrong");
        let name = path.file_stem().unwrap_or_default().display().to_string();
        insta::with_settings!({ snapshot_path => "errors", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, error.to_string());
        });
    }
}

#[test]
fn a_mistake_disables_its_own_rule_and_no_other() {
    let text = r#"
        schema = 1
        colour = "red"
        [[rule]]
        id = "first"
        when = { terms = ["one"] }
        action = { type = "discard" }
        [[rule]]
        id = "broken"
        when = { any = [{ terms = ["two"] }, { regex = "(" }] }
        action = { type = "reject" }
        [[rule]]
        when = { terms = ["three"] }
        action = { type = "reject" }
        [[rule]]
        id = "starred"
        when = { terms = ["f*ck"] }
        action = { type = "reject" }
        [[rule]]
        id = "last"
        when = { terms = ["two"], allow_phrases = ["two of us"] }
        action = { type = "mask", with = "*" }
    "#;
    let rules = compile(text).expect("rules remain");
    assert_eq!(rules.ids().collect::<Vec<_>>(), [("first", false), ("last", false)]);
    let named: Vec<_> = rules.problems().iter().map(|problem| problem.rule.as_deref()).collect();
    assert_eq!(named, [None, Some("broken"), Some("number 3"), Some("starred")]);

    let decide = |text: &str| {
        let body = serde_json::json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
        let callback = serde_json::json!({"From_Account": "a", "To_Account": "b", "MsgBody": body}).to_string();
        let message = SendMsg::parse(Command::C2cBeforeSend, &callback).expect("a callback");
        rules.moderate(&message, &Query::default()).decision.name()
    };
    // The lists of the rules that were left out are gone.
    let texts = ["one", "two", "two of us", "three", "f*ck"];
    assert_eq!(texts.map(decide), ["discard", "rewrite", "allow", "allow", "allow"]);
    assert!(rules.strict().is_err());
}

#[test]
fn a_file_that_is_not_a_rules_file_is_refused() {
    for text in
        ["", "# cut off\n", "schema = ", "[[rule]]\n", "schema = 2\n", "schema = \"1\"\n", "schema = 1\nrule = 5\n"]
    {
        assert!(compile(text).is_err(), "{text}");
    }
}

#[test]
fn a_file_without_rules_is_no_mistake() {
    for text in ["schema = 1\n", "# nothing yet\nschema = 1\n", "\u{FEFF}schema = 1\n"] {
        let rules = compile(text).expect("an empty rules file");
        assert!(rules.is_empty());
        assert_eq!(rules.len(), 0);
    }
}
