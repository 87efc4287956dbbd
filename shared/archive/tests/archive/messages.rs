//! A conversation in order, page by page, from either end, between two times; single messages; nothing that has expired.

use std::sync::atomic::Ordering;

use chathook_archive::{ArchiveError, Conversation, Filter, MessageQuery, Outcome, Page, Record};
use chathook_protocol::Query;
use serde_json::json;

use crate::changes::{group_edit, group_recall, store, text};
use crate::engine::Engine;
use crate::samples::{NOW, ana_and_bo, c2c, group, parse, record, the_group};

fn limit(limit: usize) -> MessageQuery {
    MessageQuery { limit: Some(limit), ..MessageQuery::default() }
}

async fn seqs(engine: &Engine, conversation: &Conversation, query: &MessageQuery) -> Vec<u64> {
    let messages = engine.list(conversation, query, NOW).await;
    messages.iter().map(|message| message.msg_seq().unwrap()).collect()
}

/// Thirty messages each, stored in no order; a one-to-one `MsgSeq` runs against the time.
async fn thirty() -> Engine {
    let engine = Engine::start().await;
    for at in (0..30).map(|at| at * 7 % 30) {
        let from = if at % 2 == 0 { ("ana", "bo") } else { ("bo", "ana") };
        let one = json!({"MsgTime": 1000 + at, "MsgSeq": 130 - at, "From_Account": from.0, "To_Account": from.1});
        engine.store(&record(&c2c(one))).await;
        engine.store(&record(&group(json!({"MsgSeq": 95 + at, "MsgTime": 1000 + at})))).await;
    }
    engine.store(&record(&c2c(json!({"To_Account": "boo"})))).await;
    engine.store(&record(&group(json!({"TopicId": "a topic"})))).await;
    engine
}

#[tokio::test]
async fn pages_of_any_size_show_a_conversation_in_order() {
    let engine = thirty().await;
    for size in [1, 7, 30, 1000, usize::MAX] {
        let forth: Vec<u64> = (95..125).collect();
        let back: Vec<u64> = forth.iter().rev().copied().collect();
        let newest = MessageQuery { newest_first: true, ..limit(size) };
        assert_eq!(seqs(&engine, &the_group(), &limit(size)).await, forth, "pages of {size}");
        assert_eq!(seqs(&engine, &the_group(), &newest).await, back, "pages of {size}");
        // By time, not by MsgSeq.
        let by_time: Vec<u64> = (101..=130).rev().collect();
        assert_eq!(seqs(&engine, &ana_and_bo(), &limit(size)).await, by_time, "pages of {size}");
        assert_eq!(seqs(&engine, &ana_and_bo(), &newest).await, (101..=130).collect::<Vec<_>>(), "pages of {size}");
    }
}

#[tokio::test]
async fn the_last_page_says_so() {
    let engine = thirty().await;
    let page = engine.archive.messages(&the_group(), &limit(30), NOW).await.unwrap();
    assert!(matches!(page, Page { messages, next_cursor: None } if messages.len() == 30));
    let page = engine.archive.messages(&the_group(), &limit(29), NOW).await.unwrap();
    assert!(page.next_cursor.is_some());
    let nobody = Conversation::C2c("ana".into(), "nobody".into());
    let page = engine.archive.messages(&nobody, &MessageQuery::default(), NOW).await.unwrap();
    assert!(page.messages.is_empty() && page.next_cursor.is_none());
}

#[tokio::test]
async fn times_bound_a_query_and_are_part_of_it() {
    let engine = thirty().await;
    engine.store(&record(&group(json!({"MsgSeq": 96, "Random": 5, "MsgTime": null})))).await;
    let cases = [
        (Some(1010), Some(1012), 3),
        (Some(1025), None, 5),
        (None, Some(1000), 1),
        (Some(1029), Some(1029), 1),
        (Some(0), Some(u64::MAX), 30),
        (Some(1030), None, 0),
        (Some(1012), Some(1010), 0),
    ];
    for (from_time, to_time, expected) in cases {
        for newest_first in [false, true] {
            for conversation in [ana_and_bo(), the_group()] {
                let query = MessageQuery { newest_first, from_time, to_time, ..limit(2) };
                let found = engine.list(&conversation, &query, NOW).await;
                assert_eq!(found.len(), expected, "{conversation:?} {query:?}");
                let mut times: Vec<_> = found.iter().map(|message| message.msg_time().unwrap()).collect();
                if newest_first {
                    times.reverse();
                }
                assert!(times.is_sorted() && times.iter().all(|time| from_time.is_none_or(|from| from <= *time)));
            }
        }
    }
}

/// A group that counted to ten million in 115 days. Every 10,000th message is still there.
async fn long_lived() -> Engine {
    let engine = Engine::start().await;
    let messages = (0..1000).map(|at| record(&group(json!({"MsgSeq": at * 10_000 + 1, "MsgTime": at * 10_000}))));
    engine.store_all(&messages.collect::<Vec<_>>()).await;
    engine
}

#[tokio::test]
async fn a_point_in_time_in_a_group_of_ten_million_takes_few_reads() {
    let engine = long_lived().await;
    let (archive, requests) = engine.counted().await;
    for time in [0, 1, 10_000, 3_999_999, 4_000_000, 7_777_777, 9_989_999, 9_990_000, 9_990_001, 20_000_000] {
        for newest_first in [false, true] {
            let bounds = if newest_first { (None, Some(time)) } else { (Some(time), None) };
            let query = MessageQuery { newest_first, from_time: bounds.0, to_time: bounds.1, ..limit(5) };
            let before = requests.load(Ordering::SeqCst);
            let page = archive.messages(&the_group(), &query, NOW).await.unwrap();
            let reads = requests.load(Ordering::SeqCst) - before;
            assert!((1..=40).contains(&reads), "{reads} reads to {time}");

            let all = (0..1000).map(|at| at * 10_000);
            let expected: Vec<u64> = if newest_first {
                all.rev().filter(|sent| *sent <= time).take(5).collect()
            } else {
                all.filter(|sent| *sent >= time).take(5).collect()
            };
            let found: Vec<_> = page.messages.iter().map(|message| message.msg_time().unwrap()).collect();
            assert_eq!(found, expected, "{query:?}");
        }
    }
    // Between two times, from either end, and not to the end of the group.
    for newest_first in [false, true] {
        let query = MessageQuery { newest_first, from_time: Some(5_000_000), to_time: Some(5_100_000), ..limit(10) };
        let before = requests.load(Ordering::SeqCst);
        let mut cursor = None;
        let mut found = 0;
        loop {
            let page = archive.messages(&the_group(), &MessageQuery { cursor, ..query.clone() }, NOW).await.unwrap();
            found += page.messages.len();
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, 11);
        let reads = requests.load(Ordering::SeqCst) - before;
        assert!(reads <= 40, "{reads}");
    }
}

#[tokio::test]
async fn times_in_a_group_need_not_follow_its_numbers_exactly() {
    let engine = Engine::start().await;
    // Up to 9 seconds early or late; messages without a number are there too, and one without a time.
    let time = |at: u64| 1000 + at - (at * 7 % 10);
    let mut records: Vec<_> =
        (0..600).map(|at| record(&group(json!({"MsgSeq": at + 1, "MsgTime": time(at)})))).collect();
    records.extend((0..20).map(|at| record(&group(json!({"MsgSeq": 0, "MsgTime": 1000 + at * 30})))));
    records.push(record(&group(json!({"MsgSeq": 300, "Random": 9, "MsgTime": null}))));
    engine.store_all(&records).await;
    let numbered: Vec<_> = (0..600).map(time).collect();
    let unnumbered: Vec<_> = (0..20).map(|at| 1000 + at * 30).collect();
    for (from, to) in [(1100, 1100), (1000, 1003), (1295, 1320), (1590, 5000), (0, 999), (0, 5000)] {
        for size in [3, 1000] {
            let query = MessageQuery { from_time: Some(from), to_time: Some(to), ..limit(size) };
            let inside =
                |times: &[u64]| times.iter().copied().filter(|time| (from..=to).contains(time)).collect::<Vec<u64>>();
            let expected: Vec<u64> = [inside(&unnumbered), inside(&numbered)].concat();
            let found = engine.list(&the_group(), &query, NOW).await;
            assert_eq!(found.iter().map(|it| it.msg_time().unwrap()).collect::<Vec<_>>(), expected, "{from} to {to}");
            let back = engine.list(&the_group(), &MessageQuery { newest_first: true, ..query }, NOW).await;
            let expected: Vec<u64> = expected.into_iter().rev().collect();
            assert_eq!(back.iter().map(|it| it.msg_time().unwrap()).collect::<Vec<_>>(), expected, "{from} to {to}");
        }
    }
}

/// The texts of a group's messages within bounds, sorted, page after page in both directions.
async fn between(engine: &Engine, from_time: Option<u64>, to_time: Option<u64>) -> Vec<String> {
    let mut all = Vec::new();
    for newest_first in [false, true] {
        for size in [2, 1000] {
            let query = MessageQuery { newest_first, from_time, to_time, ..limit(size) };
            let found = engine.list(&the_group(), &query, NOW).await;
            let mut texts: Vec<_> = found.iter().map(|message| message.text().to_owned()).collect();
            texts.sort();
            all.push(texts);
        }
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{from_time:?} to {to_time:?}: {all:?}");
    all.swap_remove(0)
}

async fn store_in_group(engine: &Engine, messages: &[(u64, u64, u64, u8, &str)]) {
    for (seq, random, time, online_only, says) in messages {
        let fields = json!({
            "MsgSeq": seq, "Random": random, "MsgTime": time, "OnlineOnlyFlag": online_only, "MsgBody": text(says),
        });
        engine.store(&record(&group(fields))).await;
    }
}

#[tokio::test]
async fn what_was_sent_to_those_online_alone_hides_nothing() {
    let engine = Engine::start().await;
    // It has the number of the message before it, is hours later, and its key may come first.
    let messages = [
        (99, 1, 990, 0, "a"),
        (100, 50, 1000, 0, "b"),
        (100, 10, 9000, 1, "typing"),
        (100, 90, 9100, 1, "typing again"),
        (101, 1, 9500, 0, "c"),
        (102, 1, 9600, 0, "d"),
    ];
    store_in_group(&engine, &messages).await;
    assert_eq!(between(&engine, None, Some(2000)).await, ["a", "b"]);
    assert_eq!(between(&engine, Some(5000), None).await, ["c", "d", "typing", "typing again"]);
    assert_eq!(between(&engine, Some(995), Some(9050)).await, ["b", "typing"]);
    assert_eq!(between(&engine, Some(9700), None).await, [""; 0]);
    // The same in a group so large that numbers are halved.
    for at in 0..60_u64 {
        let messages =
            [(200 + at * 50, 50, 10_000 + at * 50, 0, "later"), (200 + at * 50, 10, 10_040 + at * 50, 1, "typing")];
        store_in_group(&engine, &messages).await;
    }
    assert_eq!(between(&engine, Some(11_000), Some(11_049)).await, ["later", "typing"]);
    assert_eq!(between(&engine, Some(11_030), Some(11_060)).await, ["later", "typing"]);
}

#[tokio::test]
async fn changes_without_their_messages_hide_nothing() {
    let engine = Engine::start().await;
    // A bulk recall of messages that are older than the archive.
    let recalls = (10_000..10_080).map(|seq| group_recall(&json!({"MsgSeqList": [{"MsgSeq": seq}]})));
    store(&engine, &recalls.collect::<Vec<_>>()).await;
    let messages = [(1, "a"), (10_080, "b"), (10_090, "c"), (10_100, "d"), (20_000, "e")];
    let messages: Vec<_> = messages.map(|(seq, says)| (seq, 1, seq, 0, says)).into();
    store_in_group(&engine, &messages).await;
    assert_eq!(between(&engine, None, Some(10_090)).await, ["a", "b", "c"]);
    assert_eq!(between(&engine, Some(10_085), None).await, ["c", "d", "e"]);
    assert_eq!(between(&engine, Some(2), Some(10_080)).await, ["b"]);
}

#[tokio::test]
async fn a_number_that_is_out_of_the_ordinary_costs_no_more_reads() {
    let engine = long_lived().await;
    store_in_group(&engine, &[(u64::MAX - 1, 1, 20_000_000, 0, "far")]).await;
    let (archive, requests) = engine.counted().await;
    let query = MessageQuery { from_time: Some(4_000_000), ..limit(5) };
    let page = archive.messages(&the_group(), &query, NOW).await.unwrap();
    assert!(requests.load(Ordering::SeqCst) <= 40);
    assert!(page.messages.iter().all(|message| message.msg_time() >= Some(4_000_000)));
    assert_eq!(between(&engine, Some(9_990_001), None).await, ["far"]);
}

#[tokio::test]
async fn a_group_whose_numbers_start_again_is_read_whole() {
    let engine = Engine::start().await;
    for seq in 1..=10 {
        store_in_group(&engine, &[(seq * 200, 1, 1000 + seq, 0, "old"), (seq, 1, 9000 + seq, 0, "new")]).await;
    }
    assert_eq!(between(&engine, Some(9000), None).await, ["new"; 10]);
}

#[tokio::test]
async fn a_message_is_found_by_its_msg_id() {
    let engine = thirty().await;
    let near = "144115233406643804-1010-4026038328";
    let off = "144115233406643804-2000-4026038329";
    let lost = "144115233406643804-4000-4026038330";
    for (seq, id, sent) in [(1, near, 1012), (2, off, 1900), (3, lost, 1700)] {
        engine.store(&record(&c2c(json!({"MsgSeq": seq, "MsgId": id, "MsgTime": sent})))).await;
        engine.store(&record(&group(json!({"MsgSeq": 200 + seq, "MsgId": id, "MsgTime": sent})))).await;
    }
    for conversation in [ana_and_bo(), the_group()] {
        for (id, expected) in [(near, 1), (off, 1), (lost, 0), ("144115233406643804-1010-1", 0)] {
            let found = engine.archive.message_by_id(&conversation, id, NOW).await.unwrap();
            assert_eq!(found.len(), expected, "{id}");
            assert!(found.iter().all(|message| message.msg_id() == Some(id)));
        }
    }
}

#[tokio::test]
async fn a_filter_looks_at_the_message_as_it_reads_now() {
    let engine = Engine::start().await;
    let image = json!([{"MsgType": "TIMImageElem", "MsgContent": {}}, {"MsgType": "TIMTextElem", "MsgContent": {"Text": "Our Office"}}]);
    let long = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": format!("{} at last", "x".repeat(5000))}}]);
    let file = json!([{"MsgType": "TIMFileElem", "MsgContent": {"FileName": "Plan.pdf"}}]);
    let bodies = [(1, "ana", Some(image)), (2, "bo", None), (3, "ana", Some(long)), (4, "bo", Some(file))];
    for (seq, from, body) in bodies {
        let body = body.unwrap_or_else(|| text("hello"));
        engine
            .store(&record(&group(json!({"MsgSeq": seq, "From_Account": from, "MsgTime": seq, "MsgBody": body}))))
            .await;
    }
    store(
        &engine,
        &[group_edit(9000, "goodbye", &json!({"MsgSeq": 2})), group_recall(&json!({"MsgSeqList": [{"MsgSeq": 4}]}))],
    )
    .await;
    let of = |field: &str, value: &str| {
        let value = Some(value.to_owned());
        match field {
            "sender" => Filter { from_account: value, ..Filter::default() },
            "element" => Filter { element_type: value, ..Filter::default() },
            _ => Filter { text: value, ..Filter::default() },
        }
    };
    let cases = [
        (Filter::default(), vec![1, 2, 3, 4]),
        (of("sender", "ana"), vec![1, 3]),
        (of("sender", "an"), vec![]),
        (of("element", "TIMImageElem"), vec![1]),
        (of("element", "TIMTextElem"), vec![1, 2, 3]),
        (of("text", "office"), vec![1]),
        (of("text", "HELLO"), vec![]),
        (of("text", "Goodbye"), vec![2]),
        (of("text", "at last"), vec![3]),
        (of("text", "plan.PDF"), vec![4]),
        (Filter { outcome: Some(Outcome::Recalled), ..Filter::default() }, vec![4]),
        (Filter { outcome: Some(Outcome::Recalled), ..of("sender", "ana") }, vec![]),
    ];
    for (filter, expected) in cases {
        for newest_first in [false, true] {
            let query = MessageQuery { filter: filter.clone(), newest_first, ..limit(2) };
            let mut found = seqs(&engine, &the_group(), &query).await;
            found.sort_unstable();
            assert_eq!(found, expected, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn group_messages_without_a_number_come_first_and_by_time() {
    let engine = Engine::start().await;
    for (seq, time) in [(Some(2), 30), (None, 50), (Some(1), 40), (Some(0), 10), (None, 20)] {
        let callback = group(json!({"MsgSeq": seq, "MsgTime": time}));
        engine.store(&record(&callback)).await;
    }
    let found = engine.list(&the_group(), &limit(2), NOW).await;
    assert_eq!(found.iter().map(|message| message.msg_time().unwrap()).collect::<Vec<_>>(), [10, 20, 50, 40, 30]);
}

#[tokio::test]
async fn what_has_expired_is_not_shown() {
    let engine = Engine::start().await;
    let day = 86_400;
    for (seq, sent) in [(1, NOW - 3 * day), (2, NOW - 2 * day), (3, NOW - day), (4, NOW)] {
        let callback = group(json!({"MsgSeq": seq, "MsgTime": sent}));
        engine.store(&Record::new(&parse(&callback), &Query::default(), NOW, Some(2))).await;
        let callback = c2c(json!({"MsgSeq": seq, "MsgTime": sent, "MsgRandom": 1}));
        engine.store(&Record::new(&parse(&callback), &Query::default(), NOW, Some(2))).await;
    }
    for conversation in [the_group(), ana_and_bo()] {
        for (now, expected) in
            [(NOW - 1, vec![2, 3, 4]), (NOW, vec![3, 4]), (NOW + day, vec![4]), (NOW + 2 * day, vec![])]
        {
            for size in [1, 100] {
                let found = engine.list(&conversation, &limit(size), now).await;
                let found: Vec<_> = found.iter().map(|message| message.msg_seq().unwrap()).collect();
                assert_eq!(found, expected, "{conversation:?} at {now}");
            }
        }
    }
    assert!(engine.archive.message_by_seq(&the_group(), 2, NOW).await.unwrap().is_empty());
    assert_eq!(engine.archive.message_by_seq(&the_group(), 3, NOW).await.unwrap().len(), 1);
    let key = |seq: u64, sent: u64| format!("{seq}_1_{sent}");
    assert!(engine.archive.message_by_key(&ana_and_bo(), &key(2, NOW - 2 * day), NOW).await.unwrap().is_empty());
    assert_eq!(engine.archive.message_by_key(&ana_and_bo(), &key(4, NOW), NOW).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_without_a_plausible_time_is_kept_from_its_arrival() {
    let engine = Engine::start().await;
    for (seq, time) in [(1, json!(null)), (2, json!(0)), (3, json!(NOW * 1000)), (4, json!(NOW))] {
        let callback = group(json!({"MsgSeq": seq, "MsgTime": time}));
        engine.store(&Record::new(&parse(&callback), &Query::default(), NOW, Some(7))).await;
    }
    let rows = engine.rows().await;
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row["ExpiresAt"] == (NOW + 7 * 86_400).to_string()));
}

#[tokio::test]
async fn later_changes_to_messages_are_passed_over() {
    let engine = thirty().await;
    for row in engine.rows().await {
        for change in ["edit#1760000000000", "recall"] {
            engine.put(&row["pk"], &format!("{}#{change}", row["sk"])).await;
        }
        let (seq, _) = row["sk"].split_once('#').unwrap();
        engine.put(&row["pk"], &format!("{seq}#recall")).await;
        engine.put(&row["pk"], "read#ana").await;
    }
    for size in [1, 7, 100] {
        assert_eq!(seqs(&engine, &the_group(), &limit(size)).await, (95..125).collect::<Vec<_>>());
        let newest = MessageQuery { newest_first: true, ..limit(size) };
        assert_eq!(seqs(&engine, &ana_and_bo(), &newest).await, (101..=130).collect::<Vec<_>>());
    }
    assert_eq!(engine.archive.message_by_seq(&the_group(), 99, NOW).await.unwrap().len(), 1);
    assert_eq!(engine.archive.message_by_key(&ana_and_bo(), "130_2837546_1000", NOW).await.unwrap().len(), 1);
}

#[tokio::test]
async fn many_large_messages_are_read_to_the_end() {
    let engine = Engine::start().await;
    let text = "x".repeat(12 * 1024);
    for seq in 1..=200 {
        let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
        engine.store(&record(&group(json!({"MsgSeq": seq, "MsgTime": seq, "MsgBody": body})))).await;
    }
    // 2.4 MB: several answers, whatever the limit.
    assert_eq!(seqs(&engine, &the_group(), &limit(1000)).await, (1..=200).collect::<Vec<_>>());
    let last = MessageQuery { from_time: Some(199), ..limit(10) };
    let page = engine.archive.messages(&the_group(), &last, NOW).await.unwrap();
    assert_eq!(page.messages.len(), 2);
    assert!(page.next_cursor.is_none());
}

#[tokio::test]
async fn questions_that_the_keys_cannot_answer_are_refused() {
    let engine = Engine::start().await;
    let archive = &engine.archive;
    let foreign =
        |cursor: &str| MessageQuery { cursor: Some(cursor.into()), from_time: Some(5), ..MessageQuery::default() };
    for query in [foreign(""), foreign("read#ana"), foreign("00000000000000000004#00000000000000000001")] {
        let error = archive.messages(&ana_and_bo(), &query, NOW).await.unwrap_err();
        assert!(matches!(error, ArchiveError::InvalidRequest(_)), "{error}");
    }
    for error in [
        archive.message_by_key(&ana_and_bo(), "48374", NOW).await.unwrap_err(),
        archive.message_by_key(&the_group(), "1_2_3", NOW).await.unwrap_err(),
        archive.message_by_seq(&ana_and_bo(), 7, NOW).await.unwrap_err(),
        archive.message_by_seq(&the_group(), 0, NOW).await.unwrap_err(),
        archive.message_by_id(&the_group(), "7", NOW).await.unwrap_err(),
    ] {
        assert!(matches!(error, ArchiveError::InvalidRequest(_)), "{error}");
    }
}
