//! What an operator reads when a rules file cannot be used: for every file in `errors`, a snapshot.

use std::fs;
use std::path::Path;

use chathook_moderation::Rules;

#[test]
fn problems_name_their_line_and_their_fix() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moderation/errors");
    for entry in fs::read_dir(folder).expect("tests/errors is there") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a readable file");
        let mut read = |name: &str| match name {
            "empty.txt" => Ok("# nothing\n\n".to_owned()),
            "stars.txt" => Ok("fine\n\n*cat*\nf*ck\n".to_owned()),
            _ => Err("no such file".to_owned()),
        };
        let error = Rules::compile("rules.toml", &text, &mut read).expect_err("the file is wrong");
        let name = path.file_stem().unwrap_or_default().display().to_string();
        insta::with_settings!({ snapshot_path => "errors", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, error.to_string());
        });
    }
}

#[test]
fn a_file_without_rules_is_no_mistake() {
    for text in ["", "# nothing yet\n", "schema = 1\n", "\u{FEFF}schema = 1\n"] {
        let rules = Rules::compile("rules.toml", text, &mut |_| Err(String::new())).expect("an empty rules file");
        assert!(rules.is_empty());
        assert_eq!(rules.len(), 0);
    }
}
