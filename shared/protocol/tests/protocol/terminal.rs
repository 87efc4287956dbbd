//! What reaches a terminal.

use std::borrow::Cow;

use chathook_protocol::json::{acts_on_terminal, terminal_safe};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::readable::any_json;

#[test]
fn what_acts_is_escaped() {
    let acts = "\0\t\n\u{1b}\u{7f}\u{80}\u{9b}\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}";
    for character in acts.chars() {
        assert!(acts_on_terminal(character), "{character:?}");
        let text = json!({ "a": character, "b": 1 }).to_string();
        let safe = terminal_safe(&text);
        assert!(!safe.contains(acts_on_terminal), "{safe:?}");
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap()["a"], character.to_string());
    }
    for fine in ["a 世 é 👋 \u{a0}\u{200b}\u{200d}", "\u{2027}\u{202f}\u{2065}\u{2070}"] {
        assert!(!fine.contains(acts_on_terminal), "{fine:?}");
        assert!(matches!(terminal_safe(fine), Cow::Borrowed(_)));
    }
}

proptest! {
    #[test]
    fn values_and_white_space_stay(value in any_json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let safe = terminal_safe(&text);
        prop_assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
        prop_assert_eq!(safe.lines().count(), text.lines().count());
        prop_assert!(!safe.chars().any(|character| character != '\n' && acts_on_terminal(character)));
    }
}
