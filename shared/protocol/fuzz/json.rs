//! Walking through JSON and undoing escapes.
//!
//! Of any text, events and escapes are whole characters, in order. Of JSON, they are what a JSON parser reads.

#![no_main]

use chathook_protocol::json::{EventKind, events, unescape, unquote};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut last = 0;
    let mut read = Vec::new();
    for event in events(text) {
        let literal = text.get(event.span.clone()).expect("whole characters");
        assert!(last <= event.span.start && !literal.is_empty(), "{event:?}");
        last = event.span.end;
        if matches!(event.kind, EventKind::Name | EventKind::String) {
            read.push(unquote(literal));
        }
    }

    let unescaped = unescape(text);
    let mut last = 0;
    for (start, character) in unescaped.text.char_indices() {
        let span = unescaped.escapes.written(&(start..start + character.len_utf8()));
        let written = text.get(span.clone()).expect("whole characters");
        assert!(last <= span.start, "{span:?}");
        last = span.end;
        assert_eq!(unescape(written).text, character.to_string());
    }

    // What nests too deep for this parser, or has a lone surrogate, it refuses.
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let mut strings: Vec<&str> = Vec::new();
    gather(&value, &mut strings);
    // Of duplicate names, it keeps one.
    assert!(strings.iter().all(|string| read.iter().any(|read| read == string)), "{strings:?} in {read:?}");
});

fn gather<'v>(value: &'v Value, strings: &mut Vec<&'v str>) {
    match value {
        Value::String(string) => strings.push(string),
        Value::Array(items) => items.iter().for_each(|item| gather(item, strings)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            strings.push(name);
            gather(value, strings);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
