//! What happens to messages later is merged when they are read, in whatever order and however often it came.

use chathook_archive::Stored::{Duplicate, New, Replaced};
use chathook_archive::{ChangeRecord, Conversation, MessageQuery, ReadReceipt, StoredMessage};
use chathook_protocol::{Change, Command, Query};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::changes::{KEY, c2c_edit, c2c_recall, group_edit, group_recall, read, refusal, store, store_at, text};
use crate::engine::Engine;
use crate::samples::{NOW, ana_and_bo, c2c, failed_c2c, group, record, the_group};

async fn by_key(engine: &Engine) -> Vec<StoredMessage> {
    engine.archive.message_by_key(&ana_and_bo(), KEY, NOW).await.unwrap()
}

async fn by_seq(engine: &Engine) -> Vec<StoredMessage> {
    engine.archive.message_by_seq(&the_group(), 123, NOW).await.unwrap()
}

fn shown(message: &StoredMessage) -> Value {
    serde_json::from_str(&serde_json::to_string(message).unwrap()).unwrap()
}

#[tokio::test]
async fn a_recall_says_who_and_when_and_may_come_first() {
    for reversed in [false, true] {
        let engine = Engine::start().await;
        let mut callbacks = [c2c(json!({})), c2c_recall(&json!({})), group(json!({})), group_recall(&json!({}))];
        if reversed {
            callbacks.reverse();
        }
        for callback in &callbacks {
            assert_eq!(store_at(&engine, callback, NOW, None).await, [New]);
            assert_eq!(store_at(&engine, callback, NOW + 5, None).await, [Duplicate]);
        }
        let [message] = &by_key(&engine).await[..] else { panic!("one message") };
        let recall = message.recall().unwrap();
        assert_eq!((recall.account, recall.time), (Some("ana"), NOW), "no EventTime: the first arrival");
        assert_eq!(message.text(), "hello", "what was recalled is still known");

        let [message] = &by_seq(&engine).await[..] else { panic!("one message") };
        let recall = message.recall().unwrap();
        assert_eq!((recall.account, recall.time), (Some("admin"), 1_490_686_300));
        let json = shown(message);
        assert_eq!(json["Recall"]["Operator_Account"], "admin");
        assert_eq!(json["Recall"]["EventTime"], 1_490_686_300_000_u64);
        assert_eq!(engine.rows().await.len(), 4);
    }
}

#[tokio::test]
async fn what_is_attached_stands_beside_the_message_in_order() {
    let engine = Engine::start().await;
    let attached = |seq: u64, value: &str| {
        json!({
            "CallbackCommand": "C2C.CallbackAfterC2CMsgExtension", "From_Account": "bo", "To_Account": "ana", "MsgKey": KEY,
            "OperateType": 1, "ExtensionList": [{"Key": "dish", "Value": value, "Seq": seq}], "Seq": seq,
            "EventTime": 1_557_481_200_000 + seq,
        })
        .to_string()
    };
    let callbacks = [attached(2, "rice"), c2c(json!({})), attached(1, "noodles"), attached(2, "rice")];
    assert_eq!(store(&engine, &callbacks).await, [New, New, New, Duplicate]);
    let [message] = &by_key(&engine).await[..] else { panic!("one message") };
    let json = shown(message);
    let values: Vec<_> = (0..2).map(|at| &json["Extensions"][at]["ExtensionList"][0]["Value"]).collect();
    assert_eq!(values, ["noodles", "rice"]);
    assert_eq!((message.text(), message.versions().len()), ("hello", 0));
    let in_group = json!({
        "CallbackCommand": "Group.CallbackAfterGroupMsgExtension", "GroupId": "@TGS#2J4SZEAEL", "MsgSeq": 123,
        "OperateType": 3, "ExtensionList": [], "Seq": 9, "EventTime": 1_490_686_300_000_u64,
    });
    store(&engine, &[in_group.to_string(), group(json!({}))]).await;
    let [message] = &by_seq(&engine).await[..] else { panic!("one message") };
    assert_eq!(shown(message)["Extensions"][0]["OperateType"], 3);
}

#[tokio::test]
async fn a_recall_without_its_message_shows_nothing() {
    let engine = Engine::start().await;
    store(&engine, &[c2c_recall(&json!({})), group_recall(&json!({})), group_edit(1, "edited", &json!({}))]).await;
    for conversation in [ana_and_bo(), the_group()] {
        assert!(engine.list(&conversation, &MessageQuery::default(), NOW).await.is_empty());
    }
    assert!(by_key(&engine).await.is_empty() && by_seq(&engine).await.is_empty());
}

#[tokio::test]
async fn an_edit_keeps_every_version_and_the_latest_counts() {
    let engine = Engine::start().await;
    let edits = [
        c2c_edit(2000, "second", &json!({"CloudCustomData": "x"})),
        c2c_edit(1000, "first", &json!({"Operator_Account": "admin"})),
        c2c_edit(3000, "", &json!({"MsgBody": null, "CloudCustomData": "y"})),
        c2c(json!({"CloudCustomData": "w", "EventTime": 900})),
        c2c_edit(2000, "second", &json!({"CloudCustomData": "x"})),
    ];
    assert_eq!(store(&engine, &edits).await, [New, New, New, New, Duplicate]);
    let [message] = &by_key(&engine).await[..] else { panic!("one message") };
    assert_eq!((message.text(), message.attribute("CloudCustomData")), ("second", Some("y")));
    assert_eq!(message.msg_body(), Some(text("second").to_string().as_str()));
    let versions: Vec<_> = message
        .versions()
        .iter()
        .map(|version| (version.text(), version.attribute("CloudCustomData"), version.attribute("EventTime")))
        .collect();
    assert_eq!(
        versions,
        [
            ("hello", Some("w"), Some("900")),
            ("first", Some("w"), Some("1000")),
            ("second", Some("x"), Some("2000")),
            ("second", Some("y"), Some("3000")),
        ]
    );
    assert_eq!(message.event_time(), Some(900), "the message's own fields stay");
    let json = shown(message);
    assert_eq!((&json["MsgBody"], &json["Versions"][0]["MsgBody"]), (&text("second"), &text("hello")));
    assert_eq!(
        (&json["Versions"][1]["Operator_Account"], &json["Versions"][0]["Operator_Account"]),
        (&json!("admin"), &Value::Null)
    );
    assert!(!format!("{message:?} {:?}", message.versions()).contains("second"));
}

#[tokio::test]
async fn a_change_is_of_its_message_alone() {
    let engine = Engine::start().await;
    // Both sides use one key; a third message is next in time.
    let from_bo = json!({"From_Account": "bo", "To_Account": "ana"});
    let sides = [c2c(json!({})), c2c(from_bo.clone()), c2c(json!({"MsgSeq": 48375}))];
    store(&engine, &sides).await;
    store(&engine, &[c2c_recall(&from_bo), c2c_edit(1, "edited", &json!({}))]).await;
    let found = engine.list(&ana_and_bo(), &MessageQuery::default(), NOW).await;
    let states: Vec<_> =
        found.iter().map(|found| (found.from_account(), found.recall().is_some(), found.text())).collect();
    assert_eq!(states, [("ana", false, "edited"), ("bo", true, "hello"), ("ana", false, "hello")]);

    // In a group: a typing indicator takes the number of the message before it.
    let messages = [
        group(json!({"MsgId": "a-1-1"})),
        group(json!({"Random": 7, "OnlineOnlyFlag": 1})),
        group(json!({"Random": 8, "MsgId": "a-1-8"})),
        group(json!({"MsgSeq": 124})),
        group(json!({"MsgSeq": null, "Random": 9})),
    ];
    store(&engine, &messages).await;
    let recall = json!({"MsgSeqList": [{"MsgSeq": 123, "MsgId": "a-1-8"}, {"MsgSeq": 124}, {"MsgSeq": 0}]});
    assert_eq!(store(&engine, &[group_recall(&recall), group_edit(1, "edited", &json!({}))]).await, [New; 4]);
    let found = engine.list(&the_group(), &MessageQuery::default(), NOW).await;
    let states: Vec<_> =
        found.iter().map(|found| (found.random().unwrap(), found.recall().is_some(), found.text())).collect();
    assert_eq!(
        states,
        [
            (9, false, "hello"),
            (7, false, "hello"),
            (8, true, "edited"),
            (123_456, false, "edited"),
            (123_456, true, "hello")
        ]
    );
}

#[tokio::test]
async fn read_receipts_only_move_forward() {
    let engine = Engine::start().await;
    let reports = [
        read("bo", "ana", 50),
        read("bo", "ana", 40),
        read("bo", "ana", 50),
        read("bo", "ana", 60),
        read("ana", "bo", 7),
    ];
    assert_eq!(store(&engine, &reports).await, [New, Duplicate, Duplicate, Replaced, New]);
    let mark = |account: &str, last_read_time| ReadReceipt { account: account.to_owned(), last_read_time };
    let marks = engine.archive.read_receipts(&ana_and_bo(), NOW).await.unwrap();
    assert_eq!(marks, [mark("ana", 7), mark("bo", 60)]);
    assert!(engine.list(&ana_and_bo(), &MessageQuery::default(), NOW).await.is_empty());
    assert!(engine.archive.read_receipts(&the_group(), NOW).await.unwrap().is_empty());
}

#[tokio::test]
async fn refused_group_messages_are_listed_apart() {
    let engine = Engine::start().await;
    let refusals = [refusal(2000, &json!({})), refusal(1000, &json!({"Random": 1})), refusal(2000, &json!({}))];
    assert_eq!(store(&engine, &refusals).await, [New, New, Duplicate]);
    store(
        &engine,
        &[refusal(9000, &json!({"TopicId": "t"})), refusal(3000, &json!({"EventTime": null})), group(json!({}))],
    )
    .await;
    let listed = |query: MessageQuery| {
        let engine = &engine;
        async move {
            let page = engine.archive.refused_messages(&the_group(), &query, NOW).await.unwrap();
            let times: Vec<_> = page.messages.iter().map(StoredMessage::event_time).collect();
            (times, page)
        }
    };
    let (times, page) = listed(MessageQuery::default()).await;
    assert_eq!(times, [None, Some(1000), Some(2000)]);
    assert_eq!((page.messages[1].error_code(), page.messages[1].text()), (Some(10023), "me, me, me"));
    assert_eq!(page.messages[1].attribute("ErrorInfo"), Some("too many"));
    let (times, page) = listed(MessageQuery { newest_first: true, limit: Some(1), ..MessageQuery::default() }).await;
    assert_eq!(times, [Some(2000)]);
    assert_eq!(
        listed(MessageQuery { newest_first: true, cursor: page.next_cursor, ..MessageQuery::default() }).await.0,
        [Some(1000), None]
    );
    assert_eq!(
        listed(MessageQuery { from_time: Some(2), to_time: Some(2), ..MessageQuery::default() }).await.0,
        [Some(2000)]
    );
    assert_eq!(engine.list(&the_group(), &MessageQuery::default(), NOW).await.len(), 1);
}

#[tokio::test]
async fn pages_of_any_size_show_the_same_and_times_filter_messages_alone() {
    let engine = Engine::start().await;
    let mut callbacks = Vec::new();
    for seq in 121..=125 {
        // Three messages of one number, and more changes than one request asks for.
        for random in 1..=3 {
            callbacks.push(group(json!({"MsgSeq": seq, "Random": random, "MsgTime": 1000 + seq})));
            let sides = [("ana", "bo"), ("bo", "ana")][random % 2];
            let ids =
                json!({"MsgSeq": seq, "MsgRandom": 1, "MsgKey": null, "From_Account": sides.0, "To_Account": sides.1});
            callbacks.push(c2c(ids.clone()));
            callbacks.push(c2c_edit(random as u64, "edited", &ids));
        }
        for at in 1..=20 {
            callbacks.push(group_edit(at, &format!("edit {at}"), &json!({"MsgSeq": seq})));
        }
        callbacks.push(group_recall(&json!({"MsgSeqList": [{"MsgSeq": seq}]})));
    }
    store(&engine, &callbacks).await;
    for (conversation, count) in [(the_group(), 15), (ana_and_bo(), 10)] {
        let all = |newest_first, limit, from_time| {
            let (engine, conversation) = (&engine, conversation.clone());
            async move {
                let query = MessageQuery { newest_first, limit, from_time, ..MessageQuery::default() };
                let found = engine.list(&conversation, &query, NOW).await;
                found.iter().map(|found| shown(found).to_string()).collect::<Vec<_>>()
            }
        };
        let whole = all(false, None, None).await;
        assert_eq!(whole.len(), count);
        assert!(whole.iter().all(|message| message.contains("\"Versions\"")));
        let mut backwards = whole.clone();
        backwards.reverse();
        for limit in [1, 2, 4, 7, 100] {
            assert_eq!(all(false, Some(limit), None).await, whole, "pages of {limit}");
            assert_eq!(all(true, Some(limit), None).await, backwards, "pages of {limit}");
        }
        if let Conversation::Group { .. } = conversation {
            for limit in [1, 2, 100] {
                assert_eq!(all(false, Some(limit), Some(1124)).await, whole[9..], "pages of {limit}");
            }
        }
    }
}

#[tokio::test]
async fn changes_expire_with_their_message() {
    let engine = Engine::start().await;
    let day = 86_400;
    let sent = NOW - day;
    let ids = json!({"MsgTime": sent, "MsgKey": null});
    for callback in [
        c2c(json!({"MsgTime": sent})),
        c2c_edit(NOW * 1000, "edited", &ids),
        read("bo", "ana", sent),
        refusal(sent * 1000, &json!({})),
    ] {
        store_at(&engine, &callback, NOW, Some(2)).await;
    }
    let ends: Vec<_> =
        engine.rows().await.into_iter().map(|row| (row["sk"].clone(), row["ExpiresAt"].clone())).collect();
    for (key, end) in &ends {
        let days_left = if key.starts_with("read#") { 2 } else { 1 };
        assert_eq!(*end, (NOW + days_left * day).to_string(), "{key}");
    }
    assert!(
        engine
            .archive
            .refused_messages(&the_group(), &MessageQuery::default(), NOW + day)
            .await
            .unwrap()
            .messages
            .is_empty()
    );
    assert!(engine.archive.read_receipts(&ana_and_bo(), NOW + 2 * day).await.unwrap().is_empty());
}

/// Everything that can happen to a handful of messages.
fn history() -> Vec<String> {
    let from_bo = json!({"From_Account": "bo", "To_Account": "ana"});
    vec![
        failed_c2c(80_001),
        c2c(json!({})),
        c2c(from_bo.clone()),
        c2c_recall(&json!({})),
        c2c_recall(&json!({"EventTime": 1_557_481_200_000_u64})),
        c2c_edit(2000, "later", &json!({})),
        c2c_edit(1000, "earlier", &json!({"MsgKey": null})),
        c2c_edit(2000, "at the same time", &json!({"Operator_Account": "admin"})),
        c2c_edit(0, "nobody knows when", &json!({"EventTime": null})),
        c2c_edit(500, "", &json!({"MsgBody": null, "CloudCustomData": "only this"})),
        c2c_edit(700, "the other side's", &from_bo),
        read("bo", "ana", 50),
        read("bo", "ana", 60),
        group(json!({"MsgId": "a-1-1"})),
        group(json!({"Random": 7, "OnlineOnlyFlag": 1})),
        group_recall(&json!({"MsgSeqList": [{"MsgSeq": 123, "MsgId": "a-1-1"}, {"MsgSeq": 124}]})),
        group_recall(&json!({"Operator_Account": "ana"})),
        group_edit(10, "edited", &json!({})),
        group_edit(20, "edited again", &json!({"CloudCustomData": ""})),
        refusal(5, &json!({})),
    ]
}

/// Everything that a reader can see, except which of two messages with the same ids came first: that decides their
/// keys.
async fn seen(engine: &Engine) -> Vec<String> {
    let mut seen = Vec::new();
    for conversation in [ana_and_bo(), the_group()] {
        for newest_first in [false, true] {
            let query = MessageQuery { newest_first, limit: Some(1), ..MessageQuery::default() };
            seen.extend(engine.list(&conversation, &query, NOW).await.iter().map(|found| shown(found).to_string()));
        }
        seen.push(format!("{:?}", engine.archive.read_receipts(&conversation, NOW).await.unwrap()));
    }
    seen.extend([by_key(engine).await, by_seq(engine).await].concat().iter().map(|found| shown(found).to_string()));
    let refused = engine.archive.refused_messages(&the_group(), &MessageQuery::default(), NOW).await.unwrap();
    seen.extend(refused.messages.iter().map(|found| shown(found).to_string()));
    for shown in &mut seen {
        if let Ok(Value::Object(mut message)) = serde_json::from_str(shown) {
            message.remove("sk");
            *shown = Value::Object(message).to_string();
        }
    }
    seen.sort();
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_and_any_repetition_end_in_the_same_record(
        shuffled in Just((0..20).collect::<Vec<usize>>()).prop_shuffle(),
        repeated in prop::collection::vec((0..20_usize, any::<Index>(), 1..100_u64), 0..20),
    ) {
        // What happened, and how long after its first arrival each callback came. A message knows only one arrival.
        let history = history();
        prop_assert_eq!(history.len(), 20);
        let mut told: Vec<_> = shuffled.into_iter().map(|at| (at, 0)).collect();
        for (at, place, late) in repeated {
            let late = if history[at].contains("AfterSendMsg") { 0 } else { late };
            told.insert(place.index(told.len() + 1), (at, late));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (expected, found) = runtime.block_on(async {
            let (in_order, told_so) = (Engine::start().await, Engine::start().await);
            store(&in_order, &history).await;
            for (at, late) in told {
                store_at(&told_so, &history[at], NOW + late, None).await;
            }
            (seen(&in_order).await, seen(&told_so).await)
        });
        prop_assert!(expected.iter().any(|message| message.contains("at the same time")));
        prop_assert_eq!(expected, found);
    }
}

#[test]
fn a_message_is_no_change_record() {
    // Both make one item of one callback, and neither shows what people wrote.
    let edit = c2c_edit(1, "nobody may read this in a log", &json!({}));
    let change = Change::parse(Command::C2cEdit, &edit).unwrap();
    let shown = format!("{:?} {:?}", ChangeRecord::of(&change, &Query::default(), NOW, None), record(&c2c(json!({}))));
    assert!(shown.contains("#edit#") && !shown.contains("nobody"), "{shown}");
}
