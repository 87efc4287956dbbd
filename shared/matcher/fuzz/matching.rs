//! Terms and a text: the first line of the input is the terms, divided by tabs, the rest is the text, whose segments are
//! divided by the character NUL.
//!
//! Whatever they are, nothing panics, matches are whole characters and in order, and a matcher that was written as bytes
//! and loaded finds the same.

#![no_main]

use chathook_matcher::{Form, Matcher, Segment, Term};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (terms, text) = input.split_once('\n').unwrap_or(("casino\t*bet*\t加微信\tc++\tt.me\tcat*", input));
    let forms = [Form::Evasive, Form::Evasive, Form::Folded, Form::Exact].into_iter().cycle();
    let terms: Vec<_> = terms.split('\t').zip(forms).map(|(text, form)| Term { text: text.to_owned(), form }).collect();
    let Ok(matcher) = Matcher::new(&terms) else { return };
    let segments: Vec<_> = text.split('\0').map(|text| Segment { text, joins: true }).collect();
    let found = matcher.find(&segments);
    for found in &found {
        assert!(found.term < terms.len());
        let matched = segments[found.segment].text.get(found.span.clone());
        assert!(matched.is_some_and(|matched| !matched.is_empty()), "{found:?}");
    }
    assert!(found.is_sorted_by_key(|found| (found.segment, found.span.start)));
    let loaded = Matcher::from_bytes(&matcher.to_bytes()).expect("what was written can be loaded");
    assert_eq!(loaded.find(&segments), found);
});
