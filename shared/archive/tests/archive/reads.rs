//! A conversation in order, page by page, from either end, between two times; single messages; nothing that has expired.

use chathook_archive::{ArchiveError, Conversation, Listing, Page, Record};
use chathook_protocol::Query;
use serde_json::json;

use crate::engine::Engine;
use crate::samples::{NOW, ana_and_bo, c2c, group, parse, record, the_group};

fn limit(limit: usize) -> Listing {
    Listing { limit: Some(limit), ..Listing::default() }
}

async fn seqs(engine: &Engine, conversation: &Conversation, listing: &Listing) -> Vec<u64> {
    let messages = engine.list(conversation, listing, NOW).await;
    messages.iter().map(|message| message.msg_seq().unwrap()).collect()
}

/// Thirty messages each, kept in no order; a one-to-one `MsgSeq` runs against the time.
async fn thirty() -> Engine {
    let engine = Engine::start().await;
    for at in (0..30).map(|at| at * 7 % 30) {
        let from = if at % 2 == 0 { ("ana", "bo") } else { ("bo", "ana") };
        let one = json!({"MsgTime": 1000 + at, "MsgSeq": 130 - at, "From_Account": from.0, "To_Account": from.1});
        engine.keep(&record(&c2c(one))).await;
        engine.keep(&record(&group(json!({"MsgSeq": 95 + at, "MsgTime": 1000 + at})))).await;
    }
    engine.keep(&record(&c2c(json!({"To_Account": "boo"})))).await;
    engine.keep(&record(&group(json!({"TopicId": "a topic"})))).await;
    engine
}

#[tokio::test]
async fn pages_of_any_size_show_a_conversation_in_order() {
    let engine = thirty().await;
    for size in [1, 7, 30, 1000, usize::MAX] {
        let forth: Vec<u64> = (95..125).collect();
        let back: Vec<u64> = forth.iter().rev().copied().collect();
        let newest = Listing { newest_first: true, ..limit(size) };
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
    assert!(matches!(page, Page { messages, next: None } if messages.len() == 30));
    let page = engine.archive.messages(&the_group(), &limit(29), NOW).await.unwrap();
    assert!(page.next.is_some());
    let nobody = Conversation::C2c("ana".into(), "nobody".into());
    let page = engine.archive.messages(&nobody, &Listing::default(), NOW).await.unwrap();
    assert!(page.messages.is_empty() && page.next.is_none());
}

#[tokio::test]
async fn times_bound_a_listing_and_are_part_of_it() {
    let engine = thirty().await;
    engine.keep(&record(&group(json!({"MsgSeq": 96, "Random": 5, "MsgTime": null})))).await;
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
                let listing = Listing { newest_first, from_time, to_time, ..limit(2) };
                let found = engine.list(&conversation, &listing, NOW).await;
                assert_eq!(found.len(), expected, "{conversation:?} {listing:?}");
                let mut times: Vec<_> = found.iter().map(|message| message.msg_time().unwrap()).collect();
                if newest_first {
                    times.reverse();
                }
                assert!(times.is_sorted() && times.iter().all(|time| from_time.is_none_or(|from| from <= *time)));
            }
        }
    }
}

#[tokio::test]
async fn group_messages_without_a_number_come_first_and_by_time() {
    let engine = Engine::start().await;
    for (seq, time) in [(Some(2), 30), (None, 50), (Some(1), 40), (Some(0), 10), (None, 20)] {
        let callback = group(json!({"MsgSeq": seq, "MsgTime": time}));
        engine.keep(&record(&callback)).await;
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
        engine.keep(&Record::new(&parse(&callback), &Query::default(), NOW, Some(2))).await;
        let callback = c2c(json!({"MsgSeq": seq, "MsgTime": sent, "MsgRandom": 1}));
        engine.keep(&Record::new(&parse(&callback), &Query::default(), NOW, Some(2))).await;
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
        engine.keep(&Record::new(&parse(&callback), &Query::default(), NOW, Some(7))).await;
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
        let newest = Listing { newest_first: true, ..limit(size) };
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
        engine.keep(&record(&group(json!({"MsgSeq": seq, "MsgTime": seq, "MsgBody": body})))).await;
    }
    // 2.4 MB: several answers, whatever the limit.
    assert_eq!(seqs(&engine, &the_group(), &limit(1000)).await, (1..=200).collect::<Vec<_>>());
    let last = Listing { from_time: Some(199), ..limit(10) };
    let page = engine.archive.messages(&the_group(), &last, NOW).await.unwrap();
    assert_eq!(page.messages.len(), 2);
    assert!(page.next.is_none());
}

#[tokio::test]
async fn questions_that_the_keys_cannot_answer_are_refused() {
    let engine = Engine::start().await;
    let archive = &engine.archive;
    let foreign = |cursor: &str| Listing { cursor: Some(cursor.into()), from_time: Some(5), ..Listing::default() };
    for listing in [foreign(""), foreign("read#ana"), foreign("00000000000000000004#00000000000000000001")] {
        let error = archive.messages(&ana_and_bo(), &listing, NOW).await.unwrap_err();
        assert!(matches!(error, ArchiveError::Question(_)), "{error}");
    }
    for error in [
        archive.message_by_key(&ana_and_bo(), "48374", NOW).await.unwrap_err(),
        archive.message_by_key(&the_group(), "1_2_3", NOW).await.unwrap_err(),
        archive.message_by_seq(&ana_and_bo(), 7, NOW).await.unwrap_err(),
        archive.message_by_seq(&the_group(), 0, NOW).await.unwrap_err(),
    ] {
        assert!(matches!(error, ArchiveError::Question(_)), "{error}");
    }
}
