//! Erasing what a person sent: all of it, nothing else, once and for good, however often it is interrupted.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use aws_sdk_dynamodb::types::AttributeValue;
use chathook_archive::{Archive, ArchiveError, Erasure, Lookup, MessageQuery, Stored, StoredMessage};
use chathook_tests::faults::Fault;
use serde_json::json;

use crate::changes::{c2c_edit, c2c_recall, group_edit, group_recall, read, refusal, store, text};
use crate::engine::{Engine, Row, TABLE};
use crate::samples::{NOW, after_callbacks, ana_and_bo, c2c, failed_c2c, group, the_group};

const LATER: u64 = NOW + 100;

/// What ana said, and what others did. Only hers has the word "secret".
fn callbacks() -> Vec<String> {
    let mine = |says: &str| json!({"MsgBody": text(says), "CloudCustomData": says, "MsgPriority": says});
    let with = |base: serde_json::Value, says: &str| {
        let mut all = mine(says);
        all.as_object_mut().unwrap().extend(base.as_object().unwrap().clone());
        all
    };
    vec![
        c2c(mine("secret 1")),
        c2c_edit(1_557_481_200_000, "secret 2", &json!({})),
        c2c_recall(&json!({})),
        // The same ids by the other side, who answers.
        c2c(with(json!({"From_Account": "bo", "To_Account": "ana"}), "keep 1")),
        c2c_edit(1_557_481_300_000, "keep 2", &json!({"From_Account": "bo", "To_Account": "ana"})),
        failed_c2c(20_006).replace("hello", "secret 3").replace("48374", "48375"),
        group(with(json!({"GroupAtInfo": [{"GroupAtAllFlag": 0, "GroupAt_Account": "secret"}]}), "secret 4")),
        group_edit(1_490_686_300_000, "secret 5", &json!({})),
        group_edit(1_490_686_400_000, "secret 6", &json!({"Operator_Account": "admin"})),
        group_recall(&json!({})),
        group(with(json!({"MsgSeq": 124, "From_Account": "bo"}), "keep 3")),
        group_edit(1_490_686_300_000, "keep 4", &json!({"MsgSeq": 124, "Operator_Account": "ana"})),
        // Without a number, and in another group.
        group(with(json!({"MsgSeq": null, "GroupId": "other"}), "secret 7")),
        refusal(4_000_000, &json!({"From_Account": "ana", "MsgBody": text("secret 8")})),
        refusal(4_000_000, &json!({})),
        read("ana", "bo", 5),
    ]
}

async fn erase(archive: &Archive, account: &str, lookup: Lookup) -> Erasure {
    let mut erasure = archive.begin_erasure(account, lookup, LATER).await.unwrap();
    while !erasure.is_finished() {
        archive.erase_page(&mut erasure, LATER).await.unwrap();
    }
    erasure
}

fn counts(erasure: &Erasure) -> (u64, u64) {
    (erasure.messages(), erasure.changes())
}

async fn items(engine: &Engine) -> Vec<Row> {
    let mut rows = engine.rows().await;
    rows.retain(|row| !row["pk"].starts_with("erasure#"));
    rows.sort();
    rows
}

#[tokio::test]
async fn everything_that_an_account_sent_is_blanked_and_nothing_else() {
    for lookup in [Lookup::Index, Lookup::Scan] {
        let engine = Engine::start().await;
        store(&engine, &callbacks()).await;
        let before = items(&engine).await;

        let mut dry_run = Erasure::dry_run("ana", lookup, LATER);
        while !dry_run.is_finished() {
            engine.archive.erase_page(&mut dry_run, LATER).await.unwrap();
        }
        assert_eq!(before, items(&engine).await, "a dry run writes nothing");
        assert_eq!(before.len(), engine.rows().await.len(), "not even a receipt");

        let erasure = erase(&engine.archive, "ana", lookup).await;
        assert_eq!(counts(&erasure), (5, 4), "{lookup:?}");
        assert_eq!(counts(&dry_run), counts(&erasure));

        let after = items(&engine).await;
        let keys =
            |rows: &[Row]| rows.iter().map(|row| (row["pk"].clone(), row["sk"].clone())).collect::<BTreeSet<_>>();
        assert_eq!(keys(&before), keys(&after));
        assert!(!after.iter().any(|row| row.values().any(|value| value.contains("secret"))), "{after:#?}");
        for row in &after {
            let was = before.iter().find(|was| (&was["pk"], &was["sk"]) == (&row["pk"], &row["sk"])).unwrap();
            match row.get("ErasedAt") {
                None => assert_eq!(row, was),
                Some(at) => {
                    assert_eq!(at, &LATER.to_string());
                    for (name, value) in row.iter().filter(|(name, _)| *name != "ErasedAt") {
                        assert_eq!(was.get(name), Some(value), "{name}");
                    }
                }
            }
        }
        let stored = ["keep 1", "keep 2", "keep 3", "keep 4", "me, me, me"];
        for says in stored {
            assert!(after.iter().any(|row| row.get("Text").is_some_and(|text| text == says)), "{says}");
        }

        let receipts: Vec<_> =
            engine.rows().await.into_iter().filter(|row| row["pk"].starts_with("erasure#")).collect();
        let [receipt] = receipts.as_slice() else { panic!("{receipts:?}") };
        let expected = [
            ("pk", "erasure#ana"),
            ("Account", "ana"),
            ("Messages", "5"),
            ("Changes", "4"),
            ("StartedAt", &LATER.to_string()),
            ("FinishedAt", &LATER.to_string()),
        ];
        assert_eq!(erasure.receipt().as_deref(), Some("erasure#ana"));
        for (name, value) in expected {
            assert_eq!(receipt.get(name).map(String::as_str), Some(value));
        }
        assert!(!receipt.contains_key("Cursor"));
    }
}

#[tokio::test]
async fn what_is_erased_reads_so_and_does_not_come_back() {
    let engine = Engine::start().await;
    store(&engine, &callbacks()).await;
    erase(&engine.archive, "ana", Lookup::Index).await;
    let erased = items(&engine).await;
    for (callback, stored) in callbacks().iter().zip(store(&engine, &callbacks()).await) {
        // A recall says nothing, but a one-to-one recall tells whose message it was.
        let is_blank = callback.contains("secret") || *callback == c2c_recall(&json!({}));
        assert_eq!(stored, if is_blank { Stored::Erased } else { Stored::Duplicate }, "{callback}");
    }
    assert_eq!(items(&engine).await, erased, "a callback that is repeated changes nothing");

    // A failed delivery that is later reported as delivered, and an edit that is reported only now.
    store(&engine, &[failed_c2c(0).replace("hello", "secret 3").replace("48374", "48375")]).await;
    store(&engine, &[group_edit(1_490_686_500_000, "secret 9", &json!({}))]).await;
    let found = engine.archive.message_by_seq(&the_group(), 123, NOW).await.unwrap();
    assert_eq!((found[0].text(), found[0].msg_body(), found[0].versions().len()), ("", None, 0));
    assert_eq!((found[0].erased_at(), found[0].recall().is_some()), (Some(LATER), true));
    let found = engine.list(&ana_and_bo(), &MessageQuery::default(), NOW).await;
    assert_eq!(found.iter().map(StoredMessage::text).collect::<Vec<_>>(), ["", "keep 2", ""]);

    // The next erasure finds what came after the first, and counts nothing twice.
    let mut second = engine.archive.begin_erasure("ana", Lookup::Index, LATER + 1).await.unwrap();
    engine.archive.erase_page(&mut second, LATER + 1).await.unwrap();
    assert_eq!((second.is_finished(), counts(&second)), (true, (0, 1)));
    assert!(!items(&engine).await.iter().any(|row| row.values().any(|value| value.contains("secret"))));
}

#[tokio::test]
async fn an_erasure_that_is_interrupted_goes_on_and_counts_everything_once() {
    let engine = Engine::start().await;
    let callbacks: Vec<_> =
        (1..=250).map(|seq| group(json!({"MsgSeq": seq, "MsgTime": seq, "MsgBody": text("secret")}))).collect();
    store(&engine, &callbacks).await;
    let first = {
        let mut erasure = engine.archive.begin_erasure("ana", Lookup::Index, LATER).await.unwrap();
        assert!(!erasure.is_resumed());
        engine.archive.erase_page(&mut erasure, LATER).await.unwrap();
        assert!(!erasure.is_finished());
        // The second page is done, but the program ends before it says so.
        let key = || [("pk", "erasure#ana".to_owned()), ("sk", format!("{LATER:020}"))];
        let key = || Some(key().map(|(name, text)| (name.to_owned(), AttributeValue::S(text))).into());
        let receipt = engine.raw.get_item().table_name(TABLE).set_key(key()).send().await.unwrap().item;
        engine.archive.erase_page(&mut erasure.clone(), LATER).await.unwrap();
        engine.raw.put_item().table_name(TABLE).set_item(receipt).send().await.unwrap();
        erasure
    };
    let mut erasure = engine.archive.begin_erasure("ana", Lookup::Index, LATER + 50).await.unwrap();
    assert!(erasure.is_resumed());
    assert_eq!((erasure.started_at(), counts(&erasure)), (LATER, counts(&first)));
    assert_eq!(erasure.scanned(), first.scanned());
    while !erasure.is_finished() {
        engine.archive.erase_page(&mut erasure, LATER + 50).await.unwrap();
    }
    assert_eq!((counts(&erasure), erasure.scanned()), ((250, 0), 250));
    assert!(items(&engine).await.iter().all(|row| !row.contains_key("MsgBody")));
    // A finished erasure is not resumed, and the next has another time, even if it begins in the same second.
    let next = engine.archive.begin_erasure("ana", Lookup::Index, LATER).await.unwrap();
    assert_eq!((next.is_resumed(), next.started_at()), (false, LATER + 1));
    assert!(!engine.archive.begin_erasure("bo", Lookup::Index, LATER + 99).await.unwrap().is_resumed());
}

#[tokio::test]
async fn an_erasure_is_told_of_before_its_first_item_is_blank() {
    let engine = Engine::start().await;
    let callbacks: Vec<_> = (1..=40).map(|seq| group(json!({"MsgSeq": seq, "MsgTime": seq}))).collect();
    store(&engine, &callbacks).await;
    let (archive, requests) = engine.counted().await;
    let mut erasure = archive.begin_erasure("ana", Lookup::Index, LATER).await.unwrap();
    // It ends while the first page is being blanked, and nothing waits for the rest.
    let page = archive.erase_page(&mut erasure, LATER);
    let cut = async {
        while requests.load(Ordering::SeqCst) < 60 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! { done = page => panic!("{done:?}"), () = cut => {} }
    let blank = items(&engine).await.iter().filter(|row| row.contains_key("ErasedAt")).count();
    assert!((1..40).contains(&blank), "{blank} of 40");
    let mut erasure = engine.archive.begin_erasure("ana", Lookup::Index, LATER + 9).await.unwrap();
    assert!(erasure.is_resumed());
    engine.archive.erase_page(&mut erasure, LATER + 9).await.unwrap();
    assert_eq!((erasure.is_finished(), counts(&erasure)), (true, (40, 0)));
    let next = engine.archive.begin_erasure("ana", Lookup::Index, LATER + 99).await.unwrap();
    assert_eq!(next.previous(), Some(LATER));
}

#[tokio::test]
async fn where_people_share_a_number_each_loses_what_is_theirs() {
    let engine = Engine::start().await;
    let sent = |random: u64, from: &str, says: &str| {
        group(json!({"MsgSeq": 5, "Random": random, "From_Account": from, "MsgBody": text(says)}))
    };
    let callbacks = [
        sent(1, "ana", "secret 1"),
        sent(2, "ana", "secret 2"),
        sent(3, "jon", "keep 1"),
        group_edit(1_490_686_300_000, "secret 3", &json!({"MsgSeq": 5})),
        group_edit(1_490_686_400_000, "keep 2", &json!({"MsgSeq": 5, "Operator_Account": "jon"})),
    ];
    store(&engine, &callbacks).await;
    let mut dry_run = Erasure::dry_run("ana", Lookup::Index, LATER);
    engine.archive.erase_page(&mut dry_run, LATER).await.unwrap();
    let erasure = erase(&engine.archive, "ana", Lookup::Index).await;
    assert_eq!((counts(&erasure), counts(&dry_run)), ((2, 1), (2, 1)), "what both lead to counts once");
    let mut left: Vec<_> = items(&engine).await.into_iter().filter_map(|mut row| row.remove("Text")).collect();
    left.sort();
    assert_eq!(left, ["keep 1", "keep 2"]);
}

#[tokio::test]
async fn an_erasure_whose_receipt_was_not_written_is_not_finished() {
    let engine = Engine::start().await;
    let callbacks: Vec<_> = (1..=150).map(|seq| group(json!({"MsgSeq": seq, "MsgTime": seq}))).collect();
    store(&engine, &callbacks).await;
    let (archive, fault) = engine.faulty().await;
    let mut erasure = archive.begin_erasure("ana", Lookup::Index, LATER).await.unwrap();
    archive.erase_page(&mut erasure, LATER).await.unwrap();
    // The second page is the last. It is blanked, and the receipt cannot say so.
    fault.set(Fault::Forbidden("PutItem"));
    for _ in 0..2 {
        archive.erase_page(&mut erasure, LATER).await.unwrap_err();
        assert!(items(&engine).await.iter().all(|row| row.contains_key("ErasedAt")));
        assert_eq!((erasure.is_finished(), counts(&erasure), erasure.scanned()), (false, (100, 0), 100));
    }
    fault.set(Fault::None);
    archive.erase_page(&mut erasure, LATER).await.unwrap();
    assert_eq!((erasure.is_finished(), counts(&erasure), erasure.scanned()), (true, (150, 0), 150));
    let next = engine.archive.begin_erasure("ana", Lookup::Index, LATER + 9).await.unwrap();
    assert_eq!(next.previous(), Some(LATER), "the receipt says that it is finished");
}

#[tokio::test]
async fn an_edit_counts_once_although_pages_part_the_messages_that_lead_to_it() {
    let engine = Engine::start().await;
    // More messages with one number than a page has.
    let mut callbacks: Vec<_> =
        (1..=150).map(|random| group(json!({"MsgSeq": 5, "Random": random, "MsgBody": text("secret")}))).collect();
    callbacks.push(group_edit(1_490_686_300_000, "secret", &json!({"MsgSeq": 5})));
    store(&engine, &callbacks).await;
    let mut dry_run = Erasure::dry_run("ana", Lookup::Index, LATER);
    while !dry_run.is_finished() {
        engine.archive.erase_page(&mut dry_run, LATER).await.unwrap();
    }
    let erasure = erase(&engine.archive, "ana", Lookup::Index).await;
    assert_eq!((counts(&dry_run), counts(&erasure)), ((150, 1), (150, 1)));
    assert!(!items(&engine).await.iter().any(|row| row.values().any(|value| value.contains("secret"))));
}

#[tokio::test]
async fn where_there_is_nothing_to_blank_nothing_is_written() {
    let engine = Engine::start().await;
    store(&engine, &callbacks()).await;
    for lookup in [Lookup::Index, Lookup::Scan] {
        let erasure = erase(&engine.archive, "nobody", lookup).await;
        assert_eq!((counts(&erasure), erasure.receipt(), erasure.previous()), ((0, 0), None, None));
    }
    assert_eq!(engine.rows().await.len(), items(&engine).await.len());
}

#[tokio::test]
async fn whatever_a_message_may_hold_is_either_blanked_or_no_content() {
    // What stays: ids, times, sender and recipient, and the outcome.
    let stays = [
        "pk",
        "sk",
        "CallbackCommand",
        "From_Account",
        "To_Account",
        "GroupId",
        "TopicId",
        "Type",
        "Operator_Account",
        "MsgKey",
        "MsgSeq",
        "MsgRandom",
        "Random",
        "MsgTime",
        "MsgId",
        "OnlineOnlyFlag",
        "EventTime",
        "SendMsgResult",
        "UnreadMsgNum",
        "ErrorCode",
        "Outcome",
        "OccurredAt",
        "ReceivedAt",
        "ExpiresAt",
        "ErasedAt",
    ];
    let engine = Engine::start().await;
    store(&engine, &callbacks()).await;
    store(&engine, &after_callbacks().into_iter().map(|(_, text)| text).collect::<Vec<_>>()).await;
    let senders: BTreeSet<_> = items(&engine).await.iter().filter_map(|row| row.get("From_Account").cloned()).collect();
    for sender in senders {
        erase(&engine.archive, &sender, Lookup::Index).await;
    }
    for row in items(&engine).await.into_iter().filter(|row| row.contains_key("From_Account")) {
        assert!(row.contains_key("ErasedAt"), "{row:?}");
        for name in row.keys() {
            assert!(stays.contains(&name.as_str()), "{name} stays");
        }
    }
}

#[tokio::test]
async fn without_the_index_a_scan_does_it_and_its_size_is_known() {
    let engine = Engine::without_table().await;
    engine.create_bare_table().await;
    store(&engine, &callbacks()).await;
    let mut erasure = engine.archive.begin_erasure("ana", Lookup::Index, LATER).await.unwrap();
    let error = engine.archive.erase_page(&mut erasure, LATER).await.unwrap_err();
    assert!(matches!(error, ArchiveError::IndexMissing { .. }), "{error}");
    assert_eq!(engine.rows().await.len(), items(&engine).await.len(), "no receipt for what was not begun");

    let size = engine.archive.table_size().await.unwrap();
    assert_eq!(size.items, items(&engine).await.len() as u64);
    assert!(size.bytes > 1000 && size.read_units() == size.bytes.div_ceil(8192));
    let erasure = erase(&engine.archive, "ana", Lookup::Scan).await;
    assert_eq!((counts(&erasure), erasure.scanned()), ((5, 4), size.items));
}
