//! Bytes for a matcher: whatever they are, they are refused, or searched without harm.
//!
//! Tables that fit each other are not found by chance. So the input is also laid over the bytes of a matcher: three bytes
//! at a time are a place and what to write there.

#![no_main]

use std::sync::LazyLock;

use chathook_matcher::{Form, Matcher, Segment, Term};
use libfuzzer_sys::fuzz_target;

static WRITTEN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let forms = [Form::Evasive, Form::Folded, Form::Exact].into_iter().cycle();
    let terms = ["casino royale", "Exact", "c#", "*cat*", "加微信", "t.me", "illicit"];
    let terms: Vec<_> = terms.into_iter().zip(forms).map(|(text, form)| Term { text: text.to_owned(), form }).collect();
    Matcher::new(&terms).expect("few terms").to_bytes()
});

fuzz_target!(|data: &[u8]| {
    search(data);
    let mut bytes = WRITTEN.clone();
    for change in data.chunks_exact(3) {
        let [low, high, value] = change else { continue };
        let at = usize::from(u16::from_le_bytes([*low, *high]));
        if let Some(byte) = bytes.get_mut(at) {
            *byte = *value;
        }
    }
    search(&bytes);
});

fn search(bytes: &[u8]) {
    let Ok(matcher) = Matcher::from_bytes(bytes) else { return };
    let texts = ["casino c*sino Exact c# concatenate 加*微信 t.me ", "ill1|i!t ca", "sin0 🇨🇦 e\u{301}"];
    let segments = texts.map(|text| Segment { text, joins: true });
    for found in matcher.find(&segments) {
        assert!(texts[found.segment].get(found.span.clone()).is_some(), "{found:?}");
        let _ = matcher.normalised(found.term);
    }
}
