//! Normaliser and matcher: the first line of the input is the terms, divided by tabs, the rest is the text.
//!
//! Whatever they are, nothing panics, matches are whole characters, and what was packed finds the same. And whatever the
//! bytes are, they are refused as a packed matcher, or searched without harm.

#![no_main]

use chathook_matcher::{Form, Matcher, Segment, Term};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(matcher) = Matcher::from_bytes(data) {
        let _ = matcher.find(&[Segment { text: "casino c*sino 加微信", joins: false }]);
    }
    let Ok(input) = std::str::from_utf8(data) else { return };
    let (terms, text) = input.split_once('\n').unwrap_or(("casino\t*bet*\t加微信\tc++\tt.me\tcat*", input));
    let evasive = |text: &str| Term { text: text.to_owned(), form: Form::Evasive };
    let terms: Vec<_> = terms.split('\t').map(evasive).collect();
    let Ok(matcher) = Matcher::new(&terms) else { return };
    let segments = [Segment { text, joins: false }];
    let found = matcher.find(&segments);
    for found in &found {
        assert!(text.get(found.span.clone()).is_some_and(|found| !found.is_empty()), "{found:?}");
    }
    let loaded = Matcher::from_bytes(&matcher.to_bytes()).expect("what was packed can be loaded");
    assert_eq!(loaded.find(&segments), found);
});
