//! Hostile packs: whatever their bytes, they are refused, or loaded and used without a panic.
//!
//! The input says which bytes of a real pack's body to change. The checksum is then corrected, as a forger would.
#![no_main]

use std::sync::LazyLock;

use chathook_moderation::{RulesSource, seal};
use chathook_protocol::{Command, Query, SendMsg};
use libfuzzer_sys::fuzz_target;

/// Magic, version and checksum.
const HEADER: usize = 24;

const RULES: &str = r#"
schema = 1
[[rule]]
id = "listed"
when = { any = [{ terms_file = "words.txt" }, { terms = ["casino*"], allow_phrases = ["casino night"] }] }
action = { type = "mask", with = "*" }
[[rule]]
id = "inline"
form = "folded"
custom_data = true
when = { terms = ["加微信", "C#"] }
action = { type = "reject" }
"#;

const MESSAGE: &str = r#"{"From_Account":"a","To_Account":"b","CloudCustomData":"{\"a\":\"c#\"}","MsgBody":[
    {"MsgType":"TIMTextElem","MsgContent":{"Text":"c.a.s.i.n.o night, C#sino, bit"}},
    {"MsgType":"TIMTextElem","MsgContent":{"Text":"coin, 快加薇信 t.me/x"}}]}"#;

static BODY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut source = RulesSource::new("rules.toml", RULES);
    source.add_terms_file("words.txt", Ok("bitcoin\n*ass*\nt.me\n".to_owned()));
    source.pack().expect("rules without a mistake").split_off(HEADER)
});

fuzz_target!(|edits: Vec<(u16, u8)>| {
    let mut body = BODY.clone();
    for (at, byte) in edits {
        let at = usize::from(at) % body.len();
        body[at] = byte;
    }
    let source = RulesSource::from_bytes("rules.pack", seal(&body)).expect("it begins as a pack");
    let _ = source.warnings();
    let _ = source.checked_terms();
    if let Ok(rules) = source.compile() {
        let message = SendMsg::parse(Command::C2cBeforeSend, MESSAGE).expect("a callback");
        let _ = rules.moderate(&message, &Query::default()).decision.into_reply();
    }
});
