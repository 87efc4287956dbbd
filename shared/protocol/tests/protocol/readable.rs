use std::borrow::Cow;

use chathook_protocol::json::readable;
use proptest::prelude::*;
use serde_json::Value;

/// Text to put between quotes, and how it is read.
const FRAGMENTS: [(&[u8], &str); 32] = [
    (b"a", "a"),
    (b" \xE4\xB8\x96 ", " 世 "),
    (b"\xF0\x9F\x91\x8B", "👋"),
    (b"\x7F", "\x7F"),
    (b"{[:,]}//", "{[:,]}//"),
    (b"\\\"", "\""),
    (b"\\\\", "\\"),
    (b"\\/", "/"),
    (b"\\b\\f\\n\\r\\t", "\x08\x0C\n\r\t"),
    (b"\\u00e9", "é"),
    (b"\\u00E9", "é"),
    (b"\\u0000", "\0"),
    (b"\\ud83d\\udc4b", "👋"),
    (b"\\uD83D\\uDC4B", "👋"),
    // An escaped backslash, then plain letters: no surrogate.
    (b"\\\\ud83d", "\\ud83d"),
    // Lone surrogates. A low one is kept from joining a high one before it.
    (b"\\ud83d", "\u{FFFD}"),
    (b"\\uDBFF", "\u{FFFD}"),
    (b"-\\udc4b", "-\u{FFFD}"),
    (b"\\ud83d\\u0041", "\u{FFFD}A"),
    (b"\\ud83d\\n", "\u{FFFD}\n"),
    (b"\\ud83d\\\\udc4b", "\u{FFFD}\\udc4b"),
    (b"\\ud83d\\ud83d\\udc4b", "\u{FFFD}👋"),
    (b"\\ud83d-\\udc4b\\udc4b", "\u{FFFD}-\u{FFFD}\u{FFFD}"),
    // Raw control characters.
    (b"\x00\x01\t\n\r\x1F", "\0\x01\t\n\r\x1F"),
    // Backslashes that escape nothing.
    (b"\\x41", "\\x41"),
    (b"\\'", "\\'"),
    (b"\\\xE4\xB8\x96", "\\世"),
    (b"\\u12G4", "\\u12G4"),
    (b"\\u+123", "\\u+123"),
    (b"\\uD8\xC3\xA9", "\\uD8é"),
    // Invalid UTF-8: a byte that never occurs, and a surrogate in UTF-8.
    (b"\xFF", "\u{FFFD}"),
    (b"\xED\xA0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
];

fn document(content: &[u8], bom: bool) -> Vec<u8> {
    let bom: &[u8] = if bom { b"\xEF\xBB\xBF" } else { b"" };
    [bom, b"{\"", content, b"\" :\r\n\t[1,\"", content, b"\"]}"].concat()
}

fn check(content: &[u8], expected: &str, bom: bool) {
    let body = document(content, bom);
    let text = readable(&body);
    let read: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
    assert_eq!(read, serde_json::json!({ expected: [1, expected] }), "{text}");
}

#[test]
fn strings_read_as_they_were_meant() {
    for (content, expected) in FRAGMENTS {
        check(content, expected, false);
        check(content, expected, true);
    }
    check(b"", "", true);
}

/// The standard library knows which surrogates are alone.
fn check_units(units: &[u16]) {
    let escapes: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    check(escapes.as_bytes(), &String::from_utf16_lossy(units), false);
}

#[test]
fn every_code_unit_alone_and_the_edges_in_pairs() {
    for unit in 0..=u16::MAX {
        check_units(&[unit]);
    }
    for first in EDGES {
        for second in EDGES {
            check_units(&[first, second]);
        }
    }
}

const EDGES: [u16; 8] = [0, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF];

#[test]
fn exact_output() {
    let cases: [(&[u8], &str); 14] = [
        (br#"{"a":"\ud83d"}"#, r#"{"a":"\ufffd"}"#),
        (br#"{"a":"\udc4b"}"#, r#"{"a":"\ufffd"}"#),
        (br#"{"a":"\ud83d\u0041"}"#, r#"{"a":"\ufffd\u0041"}"#),
        (br#"{"a":"\ud83d\udc4b"}"#, r#"{"a":"\ud83d\udc4b"}"#),
        (br#"{"a":"\\ud83d"}"#, r#"{"a":"\\ud83d"}"#),
        (br#"{"a":"\\\ud83d"}"#, r#"{"a":"\\\ufffd"}"#),
        (b"{\"a\":\"\x01\"}", "{\"a\":\"\\u0001\"}"),
        (br#"{"a":"\q"}"#, r#"{"a":"\\q"}"#),
        (b"\xEF\xBB\xBF{}", "{}"),
        (b"{\"a\":\"\xFF\"}", "{\"a\":\"\u{FFFD}\"}"),
        // Not JSON: left for the parser to refuse.
        (b"", ""),
        (br#"{"a":"\"#, r#"{"a":"\\"#),
        (br#"{"a":"\ud8"#, r#"{"a":"\\ud8"#),
        (b"\\ud83d \x01", "\\ud83d \x01"),
    ];
    for (body, expected) in cases {
        assert_eq!(readable(body), expected);
    }
}

proptest! {
    #[test]
    fn any_mixture_reads_as_it_was_meant(
        picks in prop::collection::vec(prop::sample::select(FRAGMENTS.to_vec()), 0..12),
        bom: bool,
    ) {
        let content: Vec<u8> = picks.iter().flat_map(|(content, _)| *content).copied().collect();
        let expected: String = picks.iter().map(|(_, expected)| *expected).collect();
        check(&content, &expected, bom);
    }

    #[test]
    fn any_code_units(units in prop::collection::vec(prop_oneof![prop::sample::select(EDGES.to_vec()), any::<u16>()], 0..8)) {
        check_units(&units);
    }

    #[test]
    fn anything_between_quotes_becomes_a_string(
        parts in prop::collection::vec(
            prop_oneof![prop::sample::select(TOKENS[1..].to_vec()).prop_map(Vec::from), any::<u8>().prop_map(|byte| vec![byte])],
            0..24,
        ),
    ) {
        let content: Vec<u8> = parts.concat().into_iter().filter(|byte| *byte != b'"').collect();
        // The last letter, so that no backslash escapes the closing quote.
        let body = [b"\"", content.as_slice(), b"z\""].concat();
        let text = readable(&body);
        prop_assert!(serde_json::from_str::<String>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn valid_json_is_borrowed_as_it_is(value in any_json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        prop_assert!(matches!(readable(text.as_bytes()), Cow::Borrowed(borrowed) if borrowed == text));
    }

    #[test]
    fn never_panics_and_leaves_nothing_to_repair(bytes: Vec<u8>) {
        settles(&bytes);
    }

    #[test]
    fn never_panics_on_what_looks_like_json(tokens in prop::collection::vec(prop::sample::select(TOKENS.to_vec()), 0..24)) {
        settles(tokens.concat().as_bytes());
    }
}

const TOKENS: [&str; 19] = [
    "\"", "\\", "\\u", "u", "d83d", "\\ud83d", "\\udc4b", "\\uDBFF", "dc4b", "\u{1}", "\n", "\\n", "世", "é", "0", "{",
    "}", ":", "[",
];

fn settles(bytes: &[u8]) {
    let once = readable(bytes);
    if !once.starts_with('\u{FEFF}') {
        assert!(matches!(readable(once.as_bytes()), Cow::Borrowed(again) if again == once), "{once}");
    }
}

pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}
