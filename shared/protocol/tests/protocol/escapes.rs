//! Escapes are undone as receivers undo them, and spans lead back to where they were written.

use std::fmt::Write as _;

use chathook_protocol::json::{Event, EventKind, events, unescape, unquote};
use proptest::prelude::*;

use crate::readable::any_json;

#[test]
fn what_each_sequence_stands_for() {
    let cases = [
        ("plain \u{1F600}", "plain \u{1F600}"),
        // Strict JSON.
        (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"),
        (r"\u0063\u4e16\uD83d\uDE00", "c世\u{1F600}"),
        (r"\ud83d \ud83d\u0041 \ude00", "\u{FFFD} \u{FFFD}A \u{FFFD}"),
        (r"\\u0063", r"\u0063"),
        // JavaScript, JSON5, Python, PHP.
        (r"\x63\x6F\v", "co\u{B}"),
        (r"\u{63}\u{1F600}\u{000063}", "c\u{1F600}c"),
        (r"\U0001F600\U00000063", "\u{1F600}c"),
        (r"\143\0\1234\400\9", "c\0S4\u{20}09"),
        (r"\'\c\a\s\i\n\世", "'casi\n世"),
        ("ca\\\nsi\\\r\nn\\\ro\\\u{2028}", "casino"),
        // None of these is an escape: only the backslash goes.
        (r"\u12g4 \u{} \u{110000} \u{63 \x6 \U0063 \u+123", "u12g4 u{} u{110000} u{63 x6 U0063 u+123"),
        (r"\UFFFFFFFF", "\u{FFFD}"),
        ("\\", "\\"),
    ];
    for (written, text) in cases {
        assert_eq!(unescape(written).text, text, "{written}");
    }
}

#[test]
fn spans_lead_there_and_back() {
    //                    0123456789 123456789
    let unescaped = unescape("a\\u0063b\\\nc\\td");
    assert_eq!(unescaped.text, "acbc\td");
    // Undone and written.
    for (undone, written) in [(0..1, 0..1), (1..2, 1..7), (0..3, 0..8), (2..4, 7..11), (3..6, 10..14), (4..5, 11..13)] {
        assert_eq!(unescaped.escapes.written(&undone), written);
        assert_eq!(unescaped.escapes.undone(&written), undone);
    }
    // A part of an escape counts as all of it. An escape that stands for nothing has an empty span.
    assert_eq!(unescaped.escapes.undone(&(3..4)), 1..2);
    assert_eq!(unescaped.escapes.undone(&(12..14)), 4..6);
    assert_eq!(unescaped.escapes.undone(&(8..10)), 3..3);
}

/// Pieces that make sequences, and ones that nearly are.
const PIECES: [&str; 20] = [
    "\\",
    "\\\\",
    "\\u",
    "\\u0063",
    "\\ud83d",
    "\\ude00",
    "\\x6",
    "3",
    "\\u{",
    "}",
    "\\U0001F600",
    "\\14",
    "8",
    "\\n",
    "\n",
    "\\\r",
    "\"",
    "世",
    "c",
    "\u{2028}",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn strict_strings_are_read_as_a_json_parser_reads_them(text: String, escaped: Vec<bool>) {
        let mut literal = String::from("\"");
        for (index, character) in text.chars().enumerate() {
            if escaped.get(index).copied().unwrap_or_default() {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    write!(literal, "\\u{unit:04X}").unwrap();
                }
            } else {
                let json = serde_json::to_string(&character).unwrap();
                literal.push_str(&json[1..json.len() - 1]);
            }
        }
        literal.push('"');
        prop_assert_eq!(serde_json::from_str::<String>(&literal).unwrap(), text.as_str());
        prop_assert_eq!(unquote(&literal), text);
    }

    #[test]
    fn strict_json_reads_the_same_as_a_whole_and_string_by_string(document in any_json()) {
        let text = document.to_string();
        let whole = unescape(&text);
        for Event { kind, span } in events(&text) {
            if matches!(kind, EventKind::Name | EventKind::String) {
                let undone = whole.escapes.undone(&(span.start + 1..span.end - 1));
                prop_assert_eq!(&whole.text[undone], unquote(&text[span]));
            }
        }
    }

    #[test]
    fn every_character_leads_to_what_it_was_written_as(written in pieces()) {
        let unescaped = unescape(&written);
        let mut last = 0;
        for (start, character) in unescaped.text.char_indices() {
            let undone = start..start + character.len_utf8();
            let span = unescaped.escapes.written(&undone);
            prop_assert!(last <= span.start, "{written}");
            last = span.end;
            let alone = written.get(span.clone()).map(|part| unescape(part).text.into_owned());
            // At the end, a backslash is alone, and so it is within the span.
            prop_assert_eq!(alone, Some(character.to_string()), "{}", written);
            prop_assert_eq!(unescaped.escapes.undone(&span), undone);
        }
    }

    #[test]
    fn a_written_span_covers_whole_characters(written in pieces(), one: prop::sample::Index, other: prop::sample::Index) {
        let (one, other) = (one.index(written.len() + 1), other.index(written.len() + 1));
        let unescaped = unescape(&written);
        let undone = unescaped.escapes.undone(&(one.min(other)..one.max(other)));
        if written.is_char_boundary(one) && written.is_char_boundary(other) {
            prop_assert!(unescaped.text.get(undone.clone()).is_some(), "{written} {undone:?}");
        }
    }
}
