//! Callbacks to store: the project's fixtures, and made-up ones.

use std::fs;
use std::path::Path;

use chathook_archive::{Conversation, Record};
use chathook_protocol::json::Object;
use chathook_protocol::{Command, Query, SendMsg};
use serde_json::{Value, json};

/// When every sample arrived: a little after the messages were sent.
pub const NOW: u64 = 1_800_000_000;

/// The after-callbacks among the fixtures, as name and text, by name.
pub fn after_callbacks() -> Vec<(String, String)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/callbacks"));
    let mut callbacks: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&file).unwrap()))
        .filter(|(name, _)| name.contains("_after_send"))
        .collect();
    callbacks.sort();
    assert!(callbacks.len() >= 10);
    callbacks
}

pub fn parse(text: &str) -> SendMsg<'_> {
    let command = Object::parse(text).unwrap().text("CallbackCommand").unwrap();
    SendMsg::parse(Command::parse(&command).unwrap(), text).unwrap()
}

pub fn record(callback: &str) -> Record {
    Record::new(&parse(callback), &Query::default(), NOW, None)
}

/// A one-to-one message from ana to bo with all its ids; `changes` replace fields, and null removes one.
pub fn c2c(changes: Value) -> String {
    let base = json!({
        "CallbackCommand": "C2C.CallbackAfterSendMsg", "From_Account": "ana", "To_Account": "bo",
        "MsgSeq": 48374, "MsgRandom": 2_837_546, "MsgTime": 1_557_481_126,
        "SendMsgResult": 0, "ErrorInfo": "send msg succeed", "UnreadMsgNum": 7,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello"}}],
    });
    changed(base, changes)
}

/// The same as a failed delivery.
pub fn failed_c2c(result: i64) -> String {
    c2c(json!({"SendMsgResult": result, "ErrorInfo": "filtered", "UnreadMsgNum": -1}))
}

/// A group message with all its ids.
pub fn group(changes: Value) -> String {
    let base = json!({
        "CallbackCommand": "Group.CallbackAfterSendMsg", "GroupId": "@TGS#2J4SZEAEL", "Type": "Public",
        "From_Account": "ana", "Operator_Account": "ana", "Random": 123_456, "MsgSeq": 123, "MsgTime": 1_490_686_222,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello"}}],
    });
    changed(base, changes)
}

fn changed(mut callback: Value, changes: Value) -> String {
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    let fields = callback.as_object_mut().unwrap();
    fields.extend(changes);
    fields.retain(|_, value| !value.is_null());
    callback.to_string()
}

pub fn ana_and_bo() -> Conversation {
    Conversation::C2c("bo".into(), "ana".into())
}

pub fn the_group() -> Conversation {
    Conversation::Group { group_id: "@TGS#2J4SZEAEL".into(), topic_id: None }
}
