//! Bytes that arrive, made readable.
//!
//! What comes out has nothing left to repair. JSON stays as it is, and whatever stands between quotes becomes a string.
//! What is mended is strict JSON.

#![no_main]

use std::borrow::Cow;

use chathook_protocol::json::{Body, Object, mend, readable};
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

    if let Some(mended) = mend(&String::from_utf8_lossy(data)) {
        Object::parse(&mended.json).expect("an object");
    }
    let body = Body::new(data);
    assert_eq!(body.object().is_ok(), Object::parse(body.json()).is_ok());

    let inside = data.iter().filter(|byte| **byte != b'"').copied();
    // With a letter at its end, no backslash escapes the closing quote.
    let string: Vec<u8> = [b'"'].into_iter().chain(inside).chain(*b"z\"").collect();
    serde_json::from_str::<String>(&readable(&string)).expect("a string");
});
