//! Bytes that arrive, made readable.
//!
//! What comes out has nothing left to repair. JSON stays as it is, and whatever stands between quotes becomes a string.

#![no_main]

use std::borrow::Cow;

use chathook_protocol::json::readable;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let once = readable(data);
    // A second byte order mark would be dropped too.
    if !once.starts_with('\u{FEFF}') {
        assert!(matches!(readable(once.as_bytes()), Cow::Borrowed(again) if again == once), "{once}");
    }
    if serde_json::from_slice::<Value>(data).is_ok() {
        assert!(matches!(once, Cow::Borrowed(_)), "{once}");
    }

    let inside = data.iter().filter(|byte| **byte != b'"').copied();
    // With a letter at its end, no backslash escapes the closing quote.
    let string: Vec<u8> = [b'"'].into_iter().chain(inside).chain(*b"z\"").collect();
    serde_json::from_str::<String>(&readable(&string)).expect("a string");
});
