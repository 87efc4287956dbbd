//! Every shape that the platform has been seen to send is stored, and found again.

use chathook_archive::{Conversation, MessageQuery, Stored};
use chathook_protocol::json::Object;
use chathook_protocol::{Chat, Query};
use serde_json::Value;

use crate::engine::Engine;
use crate::samples::{NOW, after_callbacks, parse, record};

/// Nulls are gone, and integers in decimal strings are numbers. Everything else must come back as it went in.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn each_alone_is_kept_with_every_field() {
    for (name, text) in after_callbacks() {
        let engine = Engine::start().await;
        let message = parse(&text);
        assert_eq!(engine.store(&record(&text)).await, Stored::New, "{name}");
        assert_eq!(engine.store(&record(&text)).await, Stored::Duplicate, "{name}");

        let found = engine.list(&Conversation::of(&message), &MessageQuery::default(), NOW).await;
        assert_eq!(found.len(), 1, "{name}");
        let shown: Value = serde_json::from_str(&serde_json::to_string(&found[0]).unwrap()).unwrap();
        let callback: Value = serde_json::from_str(&text).unwrap();
        for (field, value) in callback.as_object().unwrap() {
            let stored = shown.get(field).or_else(|| shown["Extra"].get(field));
            assert_eq!(stored.map(plain), Some(plain(value)), "{name}: {field}");
        }
        let body = Object::parse(&text).unwrap().get("MsgBody").unwrap();
        assert_eq!(found[0].msg_body(), Some(body.get()), "{name}");

        let known = match &message.chat {
            Chat::C2c(c2c) => c2c.msg_key.clone().map(|key| (Some(key), None)),
            Chat::Group(_) => message.msg_seq.map(|seq| (None, Some(seq))),
        };
        let conversation = Conversation::of(&message);
        let found = match known {
            Some((Some(key), _)) => engine.archive.message_by_key(&conversation, &key, NOW).await.unwrap(),
            Some((_, Some(seq))) => engine.archive.message_by_seq(&conversation, seq, NOW).await.unwrap(),
            _ => continue,
        };
        assert_eq!(found.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn all_together_leave_the_same_records_in_either_order() {
    let callbacks = after_callbacks();
    let mut tables = Vec::new();
    for reversed in [false, true] {
        let engine = Engine::start().await;
        let mut order: Vec<_> = callbacks.iter().chain(&callbacks).collect();
        if reversed {
            order.reverse();
        }
        for (_, text) in order {
            engine.store(&record(text)).await;
        }
        let mut rows = engine.rows().await;
        rows.sort();
        tables.push(rows);
    }
    // `c2c_after_send_failed` and `c2c_after_send` are of one message.
    assert_eq!(tables[0].len(), callbacks.len() - 1);
    assert_eq!(tables[0], tables[1]);
}

#[tokio::test]
async fn the_query_is_kept_beside_the_callback() {
    let engine = Engine::start().await;
    let (_, text) = &after_callbacks()[0];
    let query = Query::parse("SdkAppid=1400000000&ClientIP=203.0.113.9&OptPlatform=iOS&RequestID=77&Sign=secret");
    let record = chathook_archive::Record::new(&parse(text), &query, NOW, Some(30));
    engine.store(&record).await;

    let rows = engine.rows().await;
    let sent = parse(text).msg_time.unwrap();
    for (name, value) in [
        ("ClientIP", "203.0.113.9"),
        ("OptPlatform", "iOS"),
        ("RequestID", "77"),
        ("ReceivedAt", &NOW.to_string()),
        ("ExpiresAt", &(sent + 30 * 86_400).to_string()),
    ] {
        assert_eq!(rows[0].get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!rows[0].values().any(|value| value.contains("secret")));
}
