//! The JSON Schema in `rules/`: it is the one that the types give, and it takes what the reader takes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&chathook_moderation::schema()).expect("JSON");
    jsonschema::validator_for(&schema).expect("a JSON Schema")
}

fn as_json(toml: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(toml).expect("TOML")).expect("JSON")
}

#[test]
fn the_checked_in_schema_is_up_to_date() {
    let path = folder().join("rules.schema.json");
    let found = fs::read_to_string(&path).unwrap_or_default();
    let is_up_to_date = found == chathook_moderation::schema();
    assert!(is_up_to_date, "write it again: cargo run -- rules schema > rules/rules.schema.json");
}

#[test]
fn the_schema_takes_every_rules_file_that_the_reader_takes() {
    let validator = validator();
    let shipped = fs::read_to_string(folder().join("rules.toml")).expect("the rules are there");
    assert!(shipped.starts_with("#:schema ./rules.schema.json\n"), "editors find the schema by the first line");
    let mut files = vec![("rules.toml".to_owned(), shipped)];
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moderation/cases");
    for entry in fs::read_dir(cases).expect("tests/cases is there") {
        let path = entry.expect("a readable folder").path();
        let case: toml::Table = toml::from_str(&fs::read_to_string(&path).expect("a file")).expect("TOML");
        let rules = case.get("rules").and_then(toml::Value::as_str).expect("rules").to_owned();
        files.push((path.display().to_string(), rules));
    }
    for (name, text) in files {
        let errors: Vec<_> = validator.iter_errors(&as_json(&text)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_schema_finds_common_mistakes() {
    let validator = validator();
    let rule = |rest: &str| format!("schema = 1\n[[rule]]\nid = \"a\"\n{rest}");
    for wrong in [
        "schema = 2".to_owned(),
        "schema = 1\nrules = []".to_owned(),
        rule("when = { term = [\"a\"] }\naction = { type = \"allow\" }"),
        rule("when = {}\naction = { type = \"allow\" }"),
        rule("when = { terms = [\"a\"] }\naction = { type = \"alow\" }"),
        rule("when = { terms = [\"a\"] }\naction = { type = \"mask\" }"),
        rule("when = { terms = [\"a\"] }\naction = { type = \"reject\", code = 1 }"),
        rule("when = { terms = [\"a\"] }\naction = { type = \"reject\", c2c_code = 1 }"),
        rule("when = { any = [{ regex = 5 }] }\naction = { type = \"allow\" }"),
        rule("mode = \"dark\"\nwhen = { terms = [\"a\"] }\naction = { type = \"allow\" }"),
        rule("when = { terms = [\"a\"] }\nscope = { chats = \"c2c\" }\naction = { type = \"allow\" }"),
    ] {
        assert!(!validator.is_valid(&as_json(&wrong)), "{wrong}");
    }
}
