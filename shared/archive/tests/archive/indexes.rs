//! Queries across conversations: what an account sent, what failed, what was recalled.

use chathook_archive::{Archive, ArchiveError, MessageQuery, Outcome, StoredMessage};
use serde_json::json;

use crate::changes::{c2c_edit, c2c_recall, group_edit, group_recall, refusal, store};
use crate::engine::Engine;
use crate::samples::{NOW, c2c, failed_c2c, group};

/// Asks page after page.
async fn all(archive: &Archive, account: Option<&str>, outcome: Outcome, query: &MessageQuery) -> Vec<StoredMessage> {
    let mut query = query.clone();
    let mut messages = Vec::new();
    loop {
        let page = match account {
            Some(account) => archive.messages_sent_by(account, &query, NOW).await.unwrap(),
            None => archive.messages_by_outcome(outcome, &query, NOW).await.unwrap(),
        };
        messages.extend(page.messages);
        if page.next_cursor.is_none() {
            return messages;
        }
        query.cursor = page.next_cursor;
    }
}

fn seqs(messages: &[StoredMessage]) -> Vec<u64> {
    messages.iter().map(|message| message.msg_seq().unwrap_or(0)).collect()
}

/// Ana's messages in two conversations and a group, in no order, among others'.
async fn busy() -> Engine {
    let engine = Engine::start().await;
    let mut callbacks = Vec::new();
    for at in (0..20).map(|at| at * 7 % 20) {
        let from = if at % 4 == 3 { "bo" } else { "ana" };
        callbacks.push(match at % 3 {
            0 => c2c(json!({"MsgSeq": at + 1, "MsgTime": 1000 + at, "From_Account": from, "To_Account": "cy"})),
            1 => group(json!({"MsgSeq": at + 1, "MsgTime": 1000 + at, "From_Account": from})),
            _ => c2c(json!({"MsgSeq": at + 1, "MsgTime": 1000 + at, "From_Account": from, "To_Account": "dee"})),
        });
    }
    store(&engine, &callbacks).await;
    engine
}

#[tokio::test]
async fn what_an_account_sent_anywhere_is_listed_by_time() {
    let engine = busy().await;
    let anas: Vec<u64> = (0..20).filter(|at| at % 4 != 3).map(|at| at + 1).collect();
    for size in [1, 4, 100] {
        let query = MessageQuery { limit: Some(size), ..MessageQuery::default() };
        let found = all(&engine.archive, Some("ana"), Outcome::Failed, &query).await;
        assert_eq!(seqs(&found), anas, "pages of {size}");
        let newest = MessageQuery { newest_first: true, ..query.clone() };
        let found = all(&engine.archive, Some("ana"), Outcome::Failed, &newest).await;
        assert_eq!(seqs(&found), anas.iter().rev().copied().collect::<Vec<_>>(), "pages of {size}");
        let bounded = MessageQuery { from_time: Some(1004), to_time: Some(1008), ..query };
        let found = all(&engine.archive, Some("ana"), Outcome::Failed, &bounded).await;
        assert_eq!(seqs(&found), [5, 6, 7, 9], "pages of {size}");
    }
    assert!(all(&engine.archive, Some("nobody"), Outcome::Failed, &MessageQuery::default()).await.is_empty());
    let empty = MessageQuery { from_time: Some(9), to_time: Some(8), ..MessageQuery::default() };
    assert!(all(&engine.archive, Some("ana"), Outcome::Failed, &empty).await.is_empty());
}

#[tokio::test]
async fn what_happened_later_is_shown_with_it_and_not_as_a_message() {
    let engine = Engine::start().await;
    let callbacks = [
        c2c(json!({})),
        c2c_edit(1_557_481_200_000, "goodbye", &json!({})),
        c2c_recall(&json!({})),
        group(json!({})),
        group_edit(1_490_686_300_000, "farewell", &json!({})),
        refusal(1_700_000_000_000, &json!({"From_Account": "ana"})),
        failed_c2c(20_006).replace("48374", "48375"),
    ];
    store(&engine, &callbacks).await;
    let found = all(&engine.archive, Some("ana"), Outcome::Failed, &MessageQuery::default()).await;
    let texts: Vec<_> = found.iter().map(StoredMessage::text).collect();
    assert_eq!(texts, ["farewell", "goodbye", "hello", "me, me, me"]);
    assert!(found[1].recall().is_some() && found[1].versions().len() == 2);
}

#[tokio::test]
async fn everything_that_failed_or_was_recalled_is_found_in_one_place() {
    let engine = busy().await;
    let callbacks = [
        // This one failed first and was delivered then, so it is not in the index.
        failed_c2c(20_006),
        c2c(json!({})),
        failed_c2c(20_007).replace("48374", "501").replace("1557481126", "3000"),
        refusal(4_000_000, &json!({})),
        refusal(4_500_000, &json!({"ErrorCode": null, "MsgSeq": 4})),
        // A message recalled twice, a repeated recall, and the recall of a message that the archive lacks.
        c2c_recall(&json!({"To_Account": "cy", "MsgKey": "1_2837546_1000", "EventTime": 9_000_000})),
        c2c_recall(&json!({"To_Account": "cy", "MsgKey": "1_2837546_1000", "EventTime": 9_500_000})),
        group_recall(&json!({"MsgSeqList": [{"MsgSeq": 2}, {"MsgSeq": 5}], "EventTime": 8_000_000})),
        group_recall(&json!({"MsgSeqList": [{"MsgSeq": 2}, {"MsgSeq": 5}], "EventTime": 8_000_000})),
        group_recall(&json!({"MsgSeqList": [{"MsgSeq": 999}], "EventTime": 8_500_000})),
    ];
    store(&engine, &callbacks).await;
    for size in [1, 100] {
        let query = MessageQuery { limit: Some(size), ..MessageQuery::default() };
        let failed = all(&engine.archive, None, Outcome::Failed, &query).await;
        assert_eq!(seqs(&failed), [501, 0, 4], "pages of {size}");
        let recalled = all(&engine.archive, None, Outcome::Recalled, &query).await;
        let mut of_the_group = seqs(&recalled[..2]);
        of_the_group.sort_unstable();
        assert_eq!((of_the_group, seqs(&recalled[2..])), (vec![2, 5], vec![1]), "pages of {size}");
        assert!(recalled.iter().all(|message| message.recall().is_some()));
    }
    let later = MessageQuery { from_time: Some(8001), ..MessageQuery::default() };
    assert_eq!(seqs(&all(&engine.archive, None, Outcome::Recalled, &later).await), [1]);
}

#[tokio::test]
async fn a_table_without_the_index_says_what_to_do() {
    let engine = Engine::without_table().await;
    engine.create_bare_table().await;
    let error = engine.archive.messages_sent_by("ana", &MessageQuery::default(), NOW).await.unwrap_err();
    assert!(matches!(error, ArchiveError::IndexMissing { .. }), "{error}");
    assert!(error.to_string().contains("--set AccountIndex=true"), "{error}");
}

#[tokio::test]
async fn a_cursor_is_of_one_query_and_an_account_is_no_empty_text() {
    let engine = busy().await;
    let first = MessageQuery { limit: Some(1), ..MessageQuery::default() };
    let cursor = engine.archive.messages_sent_by("ana", &first, NOW).await.unwrap().next_cursor;
    assert!(cursor.is_some());
    let foreign = MessageQuery { cursor: Some("x".into()), ..MessageQuery::default() };
    let outside = MessageQuery { cursor: cursor.clone(), from_time: Some(5000), ..MessageQuery::default() };
    let others = MessageQuery { cursor, ..MessageQuery::default() };
    let long = "x".repeat(2049);
    for error in [
        engine.archive.messages_sent_by("ana", &foreign, NOW).await.unwrap_err(),
        engine.archive.messages_sent_by("ana", &outside, NOW).await.unwrap_err(),
        engine.archive.messages_sent_by("bo", &others, NOW).await.unwrap_err(),
        engine.archive.messages_by_outcome(Outcome::Failed, &others, NOW).await.unwrap_err(),
        engine.archive.messages_sent_by("", &first, NOW).await.unwrap_err(),
        engine.archive.messages_sent_by(&long, &first, NOW).await.unwrap_err(),
    ] {
        assert!(matches!(error, ArchiveError::InvalidRequest(_)), "{error}");
    }
}
