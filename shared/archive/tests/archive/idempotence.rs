//! One record for each message, however often, in whatever order and through however many functions it comes.

use std::sync::Arc;

use chathook_archive::Stored::{self, Duplicate, New, Replaced};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::samples::{NOW, ana_and_bo, c2c, failed_c2c, group, record, the_group};

async fn store_all(engine: &Engine, callbacks: &[String]) -> Vec<Stored> {
    let mut stored = Vec::new();
    for callback in callbacks {
        stored.push(engine.store(&record(callback)).await);
    }
    stored
}

#[tokio::test]
async fn a_success_replaces_a_failure_and_nothing_else_replaces_anything() {
    let (success, failure, other_failure) = (c2c(json!({})), failed_c2c(80001), failed_c2c(20006));
    let unsaid = c2c(json!({"SendMsgResult": null}));
    let cases: [(&[&String], &[Stored], &str); 7] = [
        (&[&failure, &success], &[New, Replaced], "0"),
        (&[&success, &failure], &[New, Duplicate], "0"),
        (&[&failure, &other_failure], &[New, Duplicate], "80001"),
        (&[&success, &success], &[New, Duplicate], "0"),
        (&[&failure, &success, &failure, &success], &[New, Replaced, Duplicate, Duplicate], "0"),
        (&[&unsaid, &failure], &[New, Duplicate], "0"),
        (&[&failure, &unsaid], &[New, Replaced], "0"),
    ];
    for (at, (callbacks, expected, result)) in cases.into_iter().enumerate() {
        let engine = Engine::start().await;
        let callbacks: Vec<_> = callbacks.iter().map(|callback| (*callback).clone()).collect();
        assert_eq!(store_all(&engine, &callbacks).await, expected, "case {at}");
        let rows = engine.rows().await;
        assert_eq!(rows.len(), 1, "case {at}");
        assert_eq!(rows[0]["SendMsgResult"], result, "case {at}");
        let unread = if result == "0" { "7" } else { "-1" };
        assert_eq!(rows[0]["UnreadMsgNum"], unread, "nothing of the failure is left, case {at}");
    }
}

/// Messages of which no two are the same, although each is much like one before it.
fn lookalikes() -> Vec<(&'static str, String)> {
    let no_ids = |changes: Value| {
        let mut fields = json!({"MsgSeq": null, "MsgRandom": null, "MsgTime": null});
        fields.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        c2c(fields)
    };
    let no_group_ids = |changes: Value| {
        let mut fields = json!({"MsgSeq": null, "Random": null, "MsgTime": null});
        fields.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        group(fields)
    };
    let text = |text: &str| json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
    vec![
        ("one-to-one", c2c(json!({}))),
        ("another time", c2c(json!({"MsgTime": 1_557_481_127}))),
        ("another MsgSeq", c2c(json!({"MsgSeq": 48375}))),
        ("another MsgRandom", c2c(json!({"MsgRandom": 1}))),
        ("the same ids, chosen by the other side", c2c(json!({"From_Account": "bo", "To_Account": "ana"}))),
        ("the same ids once more, for another text", c2c(json!({"MsgBody": text("instead")}))),
        ("nothing but a time", no_ids(json!({"MsgTime": 1_557_481_126}))),
        ("nothing but a time, another text", no_ids(json!({"MsgTime": 1_557_481_126, "MsgBody": text("again")}))),
        ("nothing at all", no_ids(json!({}))),
        ("nothing at all, another text", no_ids(json!({"MsgBody": text("again")}))),
        ("nothing at all, from the other side", no_ids(json!({"From_Account": "bo", "To_Account": "ana"}))),
        ("nothing but a MsgId", no_ids(json!({"MsgId": "144115-1-1"}))),
        ("nothing but another MsgId", no_ids(json!({"MsgId": "144115-1-2"}))),
        ("nothing, no body either", no_ids(json!({"MsgBody": null}))),
        ("another recipient", c2c(json!({"To_Account": "cy"}))),
        ("group", group(json!({}))),
        ("the same MsgSeq, another Random", group(json!({"Random": 123_457}))),
        ("the same MsgSeq and Random, another sender", group(json!({"From_Account": "bo"}))),
        ("the same MsgSeq, Random and sender later", group(json!({"MsgTime": 1_490_686_223}))),
        ("and later still", group(json!({"MsgTime": 1_490_686_224}))),
        ("the same ids, another text", group(json!({"MsgBody": text("instead")}))),
        ("no Random", group(json!({"Random": null}))),
        ("no Random, another text", group(json!({"Random": null, "MsgBody": text("again")}))),
        ("no MsgSeq", group(json!({"MsgSeq": null}))),
        ("no MsgSeq, another sender", group(json!({"MsgSeq": null, "From_Account": "bo"}))),
        ("no MsgSeq, a MsgTime that is another's MsgSeq", group(json!({"MsgSeq": null, "MsgTime": 123}))),
        ("neither MsgSeq nor MsgTime", group(json!({"MsgSeq": null, "MsgTime": null}))),
        ("neither, another text", group(json!({"MsgSeq": null, "MsgTime": null, "MsgBody": text("again")}))),
        ("no ids", no_group_ids(json!({}))),
        ("no ids, another text", no_group_ids(json!({"MsgBody": text("again")}))),
        ("another group", group(json!({"GroupId": "@TGS#2J4SZEAEM"}))),
        ("a topic", group(json!({"TopicId": "@TGS#2J4SZEAEL@TOPIC#_a"}))),
        ("another topic", group(json!({"TopicId": "@TGS#2J4SZEAEL@TOPIC#_b"}))),
    ]
}

#[tokio::test]
async fn different_messages_never_share_a_record() {
    for reversed in [false, true] {
        let engine = Engine::start().await;
        let mut messages = lookalikes();
        if reversed {
            messages.reverse();
        }
        for (name, callback) in &messages {
            assert_eq!(engine.store(&record(callback)).await, New, "{name}");
        }
        for (name, callback) in &messages {
            assert_eq!(engine.store(&record(callback)).await, Duplicate, "{name}");
        }
        assert_eq!(engine.rows().await.len(), messages.len());
    }
}

#[tokio::test]
async fn the_same_message_in_other_words_is_still_the_same() {
    let engine = Engine::start().await;
    let group_id_only = json!({"TopicId": "", "MsgId": "144115-1-1", "EventTime": "1670574414123"});
    let same = [
        c2c(json!({})),
        c2c(json!({"MsgKey": "48374_2837546_1557481126", "MsgSeq": null, "MsgRandom": null, "MsgTime": null})),
        c2c(json!({"MsgSeq": "48374", "MsgTime": "1557481126", "MsgId": "144115-1-1", "CloudCustomData": ""})),
        group(json!({})),
        group(group_id_only),
    ];
    let stored = store_all(&engine, &same).await;
    assert_eq!(stored, [New, Duplicate, Duplicate, New, Duplicate]);
}

#[tokio::test]
async fn a_failure_never_hides_the_other_sides_success() {
    let engine = Engine::start().await;
    let from_bo = |result: i64| c2c(json!({"From_Account": "bo", "To_Account": "ana", "SendMsgResult": result}));
    let callbacks = [failed_c2c(80001), from_bo(0), from_bo(20006), c2c(json!({})), failed_c2c(80001), from_bo(0)];
    assert_eq!(store_all(&engine, &callbacks).await, [New, New, Duplicate, Replaced, Duplicate, Duplicate]);

    let found = engine.archive.message_by_key(&ana_and_bo(), "48374_2837546_1557481126", NOW).await.unwrap();
    let senders: Vec<_> = found.iter().map(|message| (message.from_account(), message.send_msg_result())).collect();
    assert_eq!(senders, [("ana", Some(0)), ("bo", Some(0))]);
}

#[tokio::test]
async fn a_repeated_msg_seq_names_all_its_messages() {
    let engine = Engine::start().await;
    for random in [9, 10, 11] {
        engine.store(&record(&group(json!({"Random": random})))).await;
    }
    engine.store(&record(&group(json!({"MsgSeq": 122})))).await;
    let found = engine.archive.message_by_seq(&the_group(), 123, NOW).await.unwrap();
    assert_eq!(found.iter().map(|message| message.random().unwrap()).collect::<Vec<_>>(), [9, 10, 11]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_writers_of_the_same_messages_leave_one_record_each() {
    const WRITERS: usize = 16;
    const MESSAGES: usize = 500;
    let engine = Arc::new(Engine::start().await);
    let records: Arc<Vec<_>> = Arc::new(
        (0..MESSAGES)
            .map(|at| match at % 3 {
                0 => c2c(json!({"MsgSeq": at})),
                1 => group(json!({"MsgSeq": at})),
                // Without ids: the text tells them apart.
                _ => c2c(json!({"MsgSeq": null, "MsgBody": [{"MsgType": format!("Type{at}")}]})),
            })
            .map(|callback| record(&callback))
            .collect(),
    );
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (engine, records) = (Arc::clone(&engine), Arc::clone(&records));
        writers.spawn(async move {
            // Each starts at another place, so that they meet everywhere, and goes round twice.
            let start = writer * MESSAGES / WRITERS;
            for record in records.iter().cycle().skip(start).take(2 * MESSAGES) {
                engine.store(record).await;
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    assert_eq!(engine.rows().await.len(), MESSAGES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_and_successes_at_once_end_in_success() {
    let engine = Arc::new(Engine::start().await);
    let mut writers = JoinSet::new();
    for writer in 0..16 {
        let engine = Arc::clone(&engine);
        writers.spawn(async move {
            for seq in 0..20 {
                let (result, unread) = if writer % 4 == 0 { (0, 1) } else { (80_000 + writer, -1) };
                let callback = c2c(json!({"MsgSeq": seq, "SendMsgResult": result, "UnreadMsgNum": unread}));
                engine.store(&record(&callback)).await;
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let rows = engine.rows().await;
    assert_eq!(rows.len(), 20);
    assert!(rows.iter().all(|row| row["SendMsgResult"] == "0" && row["UnreadMsgNum"] == "1"));
}
