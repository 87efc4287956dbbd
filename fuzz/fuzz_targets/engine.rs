//! Normaliser and matcher: the first line of the input is the terms, divided by tabs, the rest is the text.
//!
//! Whatever they are, nothing panics, hits are whole characters, and what was packed finds the same. And whatever the
//! bytes are, they are refused as a packed engine, or searched without harm.

#![no_main]

use chathook_moderation::engine::Engine;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some(engine) = Engine::from_bytes(data) {
        let _ = engine.find("casino c*sino 加微信");
    }
    let Ok(input) = std::str::from_utf8(data) else { return };
    let (terms, text) = input.split_once('\n').unwrap_or(("casino\t*bet*\t加微信\tc++\tt.me\tcat*", input));
    let Some(engine) = Engine::new(terms.split('\t')) else { return };
    let found = engine.find(text);
    for (start, end) in &found {
        assert!(start < end && text.get(*start..*end).is_some(), "{start}..{end}");
    }
    let packed = Engine::from_bytes(&engine.to_bytes()).expect("what was packed can be loaded");
    assert_eq!(packed.find(text), found);
});
