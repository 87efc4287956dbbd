//! The walk through JSON sees what a JSON parser sees.

use chathook_protocol::json::{Event, EventKind, events, unquote};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::readable::any_json;

/// The events as `kind text`.
fn told(text: &str) -> Vec<String> {
    events(text).map(|Event { kind, span }| format!("{kind:?} {}", &text[span])).collect()
}

#[test]
fn events_with_their_bytes() {
    let cases: [(&str, &[&str]); 8] = [
        ("", &[]),
        (" -1.50e+3 ", &["Number -1.50e+3"]),
        (r#""a\"b\\""#, &[r#"String "a\"b\\""#]),
        ("[true,false , null]", &["BeginArray [", "Literal true", "Literal false", "Literal null", "EndArray ]"]),
        (
            "{\"a\" \n\t:{\"b\":\"a:b\"},\"\\u0061\":[0]}",
            &[
                "BeginObject {",
                "Name \"a\"",
                "BeginObject {",
                "Name \"b\"",
                "String \"a:b\"",
                "EndObject }",
                "Name \"\\u0061\"",
                "BeginArray [",
                "Number 0",
                "EndArray ]",
                "EndObject }",
            ],
        ),
        // Not JSON.
        ("\"open", &["String \"open"]),
        ("\"open\\", &["String \"open\\"]),
        ("]é}\"世\\世", &["EndArray ]", "EndObject }", "String \"世\\世"]),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn nesting_of_any_depth() {
    let depth = 1_000_000;
    let text = format!("{}1{}", r#"[{"a":"#.repeat(depth), "}]".repeat(depth));
    assert_eq!(events(&text).count(), 5 * depth + 1);
}

/// Builds the value again from the events, as a reader of JSON does.
fn value(text: &str) -> Option<Value> {
    let mut around: Vec<(Value, String)> = Vec::new();
    let mut name = String::new();
    let mut whole = None;
    for Event { kind, span } in events(text) {
        let literal = &text[span];
        let value = match kind {
            EventKind::BeginObject => {
                around.push((Value::Object(Map::new()), std::mem::take(&mut name)));
                continue;
            }
            EventKind::BeginArray => {
                around.push((Value::Array(Vec::new()), std::mem::take(&mut name)));
                continue;
            }
            EventKind::Name => {
                name = unquote(literal).into_owned();
                continue;
            }
            EventKind::EndObject | EventKind::EndArray => {
                let (value, outer) = around.pop()?;
                name = outer;
                value
            }
            EventKind::String => Value::from(unquote(literal)),
            EventKind::Number | EventKind::Literal => serde_json::from_str(literal).ok()?,
        };
        match around.last_mut() {
            Some((Value::Object(members), _)) => drop(members.insert(std::mem::take(&mut name), value)),
            Some((Value::Array(items), _)) => items.push(value),
            _ => whole = Some(value),
        }
    }
    whole
}

proptest! {
    #[test]
    fn events_are_the_document(document in any_json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
        let text = text.unwrap();
        prop_assert_eq!(value(&text), serde_json::from_str(&text).ok(), "{}", text);
    }

    #[test]
    fn spans_are_in_order_whatever_the_text(text in "([\\[\\]{}\":,\\\\ ]|\\\\\"|-1e5|true|世|.){0,40}") {
        let mut last = 0;
        for event in events(&text) {
            prop_assert!(last <= event.span.start && event.span.start < event.span.end, "{event:?}");
            prop_assert!(text.get(event.span.clone()).is_some(), "{event:?}");
            last = event.span.end;
        }
    }
}
