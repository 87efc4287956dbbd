//! What was stored comes back equal: the body to the byte, texts to the character, numbers to the digit.

use chathook_archive::{Conversation, MessageQuery};
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::engine::Engine;
use crate::samples::{NOW, c2c, group, parse, record, the_group};

async fn stored(engine: &Engine, callback: &str) -> chathook_archive::StoredMessage {
    engine.store(&record(callback)).await;
    let conversation = Conversation::of(&parse(callback));
    let mut found = engine.list(&conversation, &MessageQuery::default(), NOW).await;
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// Any text, awkward ones more often.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just(String::new()),
        Just("\u{0}\u{1}\u{7f}\u{85}\u{2028}\u{feff}\u{fffd}\u{fffe}\u{10ffff}".to_owned()),
        "[ \t\r\n\"\\\\/{}\\[\\],:]{0,20}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_was_sent_comes_back_equal(
        (sender, body, data, error) in ("[^\u{0}]{1,40}", value(), text(), text()),
        (seq, random, time, event) in any::<(u64, u64, u64, u64)>(),
        (result, unread) in any::<(i64, i64)>(),
        unknown in value(),
    ) {
        let callback = c2c(json!({
            "From_Account": sender, "MsgBody": [body], "CloudCustomData": data, "ErrorInfo": error,
            "MsgSeq": seq, "MsgRandom": random, "MsgTime": time, "EventTime": event,
            "SendMsgResult": result, "UnreadMsgNum": unread, "Unknown": [unknown],
        }));
        let (message, shown) = Runtime::new().unwrap().block_on(async {
            let message = stored(&Engine::start().await, &callback).await;
            let shown = serde_json::to_string(&message).unwrap();
            (message, shown)
        });

        let sent = parse(&callback);
        prop_assert_eq!(message.msg_body(), sent.msg_body_raw.map(RawValue::get));
        prop_assert!(shown.contains(sent.msg_body_raw.unwrap().get()));
        prop_assert_eq!(message.from_account(), sender.as_str());
        prop_assert_eq!(message.attribute("CloudCustomData"), Some(data.as_str()));
        prop_assert_eq!(message.attribute("ErrorInfo"), Some(error.as_str()));
        prop_assert_eq!((message.msg_seq(), message.random(), message.msg_time()), (Some(seq), Some(random), Some(time)));
        prop_assert_eq!(message.send_msg_result(), Some(result));
        for (name, expected) in [
            ("UnreadMsgNum", unread.to_string()),
            ("EventTime", event.to_string()),
            ("Extra", serde_json::to_string(&sent.extra).unwrap()),
        ] {
            prop_assert_eq!(message.attribute(name), Some(expected.as_str()), "{}", name);
        }
    }
}

#[tokio::test]
async fn bodies_of_any_size_and_depth_come_back_to_the_byte() {
    let element = |text: &str| format!(r#"{{"MsgType":"TIMTextElem","MsgContent":{{"Text":"{text}"}}}}"#);
    let bodies = [
        "[]".to_owned(),
        format!("[ {} ]", element("white space stays")),
        format!("[{}]", vec![element("one of 300"); 300].join(",")),
        format!("[{}]", element(&"x".repeat(12 * 1024))),
        format!("[{}]", element(&"字".repeat(85_000))),
        format!("[{}]", element(&"x".repeat(255 * 1024))),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        r#"[{"MsgContent":{"Latitude":29.340656774469956,"Big":123456789012345678901234567890}}]"#.to_owned(),
    ];
    let engine = Engine::start().await;
    for (seq, body) in (1..).zip(&bodies) {
        let callback =
            group(json!({"MsgSeq": seq, "MsgBody": 0})).replace(r#""MsgBody":0"#, &format!(r#""MsgBody":{body}"#));
        assert_eq!(engine.archive.store(&record(&callback)).await.unwrap(), chathook_archive::Stored::New);
        let found = engine.archive.message_by_seq(&the_group(), seq, NOW).await.unwrap();
        assert!(found[0].msg_body() == Some(body), "body {seq}");
        assert!(serde_json::to_string(&found[0]).unwrap().contains(body.as_str()), "body {seq}");
    }
}

#[tokio::test]
async fn absent_and_empty_stay_apart() {
    let engine = Engine::start().await;
    let message = stored(&engine, &c2c(json!({"CloudCustomData": "", "MsgBody": null, "ErrorInfo": null}))).await;
    assert_eq!(message.attribute("CloudCustomData"), Some(""));
    assert_eq!(message.attribute("ErrorInfo"), None);
    assert_eq!((message.msg_body(), message.text()), (None, ""));
}

#[tokio::test]
async fn mentions_and_odd_fields_are_kept_as_they_came() {
    let engine = Engine::start().await;
    let mentions = json!([{"GroupAtAllFlag": 1, "New": 1.50}, {"GroupAtAllFlag": 0, "GroupAt_Account": "bo"}]);
    let message = stored(
        &engine,
        &group(json!({"GroupAtInfo": mentions, "MsgTime": "yesterday", "MsgId": {"a": 1}, "MsgPriority": "High"})),
    )
    .await;
    assert_eq!(message.attribute("GroupAtInfo"), Some(mentions.to_string().as_str()));
    assert_eq!(message.msg_time(), None);
    let shown: Value = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
    assert_eq!(shown["GroupAtInfo"], mentions);
    assert_eq!(shown["Extra"], json!({"MsgId": {"a": 1}, "MsgPriority": "High", "MsgTime": "yesterday"}));
}
