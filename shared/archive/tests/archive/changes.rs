//! Callbacks to store about what happens to messages later. `changes` replace fields, and null removes one.

use chathook_archive::{ChangeRecord, Record, Stored};
use chathook_protocol::json::Object;
use chathook_protocol::{Change, Command, Query};
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::samples::{NOW, parse};

/// The message of [`crate::samples::c2c`].
pub const KEY: &str = "48374_2837546_1557481126";

pub fn text(text: &str) -> Value {
    json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}])
}

pub fn with(mut base: Value, changes: &Value) -> String {
    base.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    base.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    base.to_string()
}

/// The recall of [`c2c`]'s message.
pub fn c2c_recall(changes: &Value) -> String {
    let base = json!({"CallbackCommand": "C2C.CallbackAfterMsgWithDraw", "From_Account": "ana", "To_Account": "bo", "MsgKey": KEY});
    with(base, changes)
}

pub fn c2c_edit(at: u64, says: &str, changes: &Value) -> String {
    let base = json!({
        "CallbackCommand": "C2C.CallbackAfterModifyMsg", "Operator_Account": "ana", "From_Account": "ana", "To_Account": "bo",
        "MsgKey": KEY, "MsgSeq": 48374, "MsgRandom": 2_837_546, "MsgTime": 1_557_481_126, "MsgBody": text(says),
        "EventTime": at,
    });
    with(base, changes)
}

/// The recall of [`group`]'s message.
pub fn group_recall(changes: &Value) -> String {
    let base = json!({
        "CallbackCommand": "Group.CallbackAfterRecallMsg", "Operator_Account": "admin", "Type": "Public",
        "GroupId": "@TGS#2J4SZEAEL", "TopicId": "", "MsgSeqList": [{"MsgSeq": 123}], "EventTime": 1_490_686_300_000_u64,
    });
    with(base, changes)
}

pub fn group_edit(at: u64, says: &str, changes: &Value) -> String {
    let base = json!({
        "CallbackCommand": "Group.CallbackAfterModifyMsg", "Operator_Account": "ana", "GroupId": "@TGS#2J4SZEAEL",
        "MsgSeq": 123, "MsgBody": text(says), "EventTime": at,
    });
    with(base, changes)
}

pub fn read(by: &str, peer: &str, up_to: u64) -> String {
    json!({
        "CallbackCommand": "C2C.CallbackAfterMsgReport", "Report_Account": by, "Peer_Account": peer,
        "LastReadTime": up_to, "EventTime": up_to * 1000,
    })
    .to_string()
}

pub fn refusal(at: u64, changes: &Value) -> String {
    let base = json!({
        "CallbackCommand": "Group.CallbackSendMsgException", "GroupId": "@TGS#2J4SZEAEL", "Type": "Public",
        "From_Account": "bo", "Operator_Account": "bo", "Random": 660_112, "MsgBody": text("me, me, me"),
        "ErrorCode": 10023, "ErrorInfo": "too many", "EventTime": at,
    });
    with(base, changes)
}

/// Stores a callback of any kind, as if it had arrived then.
pub async fn store_at(engine: &Engine, callback: &str, at: u64, retention_days: Option<u32>) -> Vec<Stored> {
    let command = Command::parse(&Object::parse(callback).unwrap().text("CallbackCommand").unwrap()).unwrap();
    if !command.is_change() {
        return vec![engine.store(&Record::new(&parse(callback), &Query::default(), at, retention_days)).await];
    }
    let change = Change::parse(command, callback).unwrap();
    let mut stored = Vec::new();
    for change_record in ChangeRecord::of(&change, &Query::default(), at, retention_days) {
        stored.push(engine.archive.store_change(&change_record).await.unwrap());
    }
    stored
}

pub async fn store(engine: &Engine, callbacks: &[String]) -> Vec<Stored> {
    let mut all = Vec::new();
    for callback in callbacks {
        all.extend(store_at(engine, callback, NOW, None).await);
    }
    all
}
