//! Violations: stored beside the message, found by time, marked as judged, and erased with the rest.

use std::sync::atomic::Ordering;

use aws_sdk_dynamodb::types::{DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate};
use chathook_archive::Stored::{Duplicate, Erased, New, Replaced};
use chathook_archive::{
    Conversation, Imported, Judgement, Lookup, MessageQuery, RawItem, Reason, Span, Stored, StoredMessage, Violation,
    ViolationRecord, ViolationReport, ViolationState,
};
use chathook_protocol::json::Object;
use chathook_protocol::{Change, Command, Query, SendMsg};
use serde_json::{Value, json};

use crate::changes::{KEY, c2c_edit, c2c_recall, group_edit, group_recall, store, text};
use crate::engine::{Engine, TABLE};
use crate::samples::{NOW, ana_and_bo, c2c, group, parse, record, the_group};

/// How long violations are kept: the messages are old.
const DAYS: u32 = 36_500;

fn report() -> ViolationReport<'static> {
    ViolationReport {
        verdict: "reject",
        rules: vec!["adverts", "links"],
        spans: vec![
            Span { rule: "adverts", element: Some(0), field: "Text", start: 5, end: 11 },
            Span { rule: "links", element: None, field: "CloudCustomData", start: 0, end: 3 },
        ],
        undecided: None,
        rules_id: "0123456789abcdef",
        rules_made_at: Some(1000),
        request_id: "r1",
    }
}

fn found_in(callback: &str, report: &ViolationReport<'_>, query: &Query, received_at: u64) -> ViolationRecord {
    let command = Command::parse(&Object::parse(callback).unwrap().text("CallbackCommand").unwrap()).unwrap();
    if command.is_change() {
        let change = Change::parse(command, callback).unwrap();
        return ViolationRecord::of_change(&change, report, query, received_at, Some(DAYS)).unwrap();
    }
    ViolationRecord::of_message(&SendMsg::parse(command, callback).unwrap(), report, query, received_at, Some(DAYS))
}

/// Finds a violation in the callback.
async fn find(engine: &Engine, callback: &str) -> Stored {
    find_again(engine, callback, "r1", NOW).await
}

/// The same in that request, which came at that time.
async fn find_again(engine: &Engine, callback: &str, request_id: &'static str, received_at: u64) -> Stored {
    let query = Query::parse("OptPlatform=iOS&ClientIP=203.0.113.9");
    let report = ViolationReport { request_id, ..report() };
    engine.archive.store_violation(&found_in(callback, &report, &query, received_at)).await.unwrap()
}

/// All pages.
async fn list(
    engine: &Engine,
    state: ViolationState,
    conversation: Option<&Conversation>,
    query: &MessageQuery,
) -> Vec<Violation> {
    let mut query = query.clone();
    let mut all = Vec::new();
    loop {
        let page = engine.archive.violations(state, conversation, &query, NOW).await.unwrap();
        assert!(page.violations.len() <= query.limit.unwrap_or(100));
        all.extend(page.violations);
        if page.next_cursor.is_none() {
            return all;
        }
        query.cursor = page.next_cursor;
    }
}

async fn open(engine: &Engine) -> Vec<Violation> {
    list(engine, ViolationState::Open, None, &MessageQuery::default()).await
}

fn shown(value: &impl serde::Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

const EDITED_AT: u64 = 1_557_481_200_000;

#[tokio::test]
async fn a_violation_is_stored_once_beside_its_message_and_says_what_was_found() {
    let engine = Engine::start().await;
    let edit = c2c_edit(EDITED_AT, "best casino", &json!({"Operator_Account": "bo"}));
    assert_eq!(find(&engine, &edit).await, New, "it may come first");
    assert_eq!(find(&engine, &edit).await, Replaced, "the answer was lost, so nobody knows of it");
    assert_eq!(find_again(&engine, &edit, "r2", NOW).await, Duplicate, "the platform repeated it");
    assert_eq!(find_again(&engine, &edit, "r1", NOW + 9).await, Duplicate, "another request of that name");
    store(&engine, &[c2c(json!({})), edit.clone()]).await;

    let [message] = &engine.archive.message_by_key(&ana_and_bo(), KEY, NOW).await.unwrap()[..] else { panic!("one") };
    let findings: Vec<_> = message.violations().collect();
    let [finding] = findings[..] else { panic!("one violation") };
    assert_eq!((finding.verdict(), finding.reason(), finding.undecided()), ("reject", "edited", None));
    assert_eq!(finding.rules(), ["adverts", "links"]);
    assert_eq!((finding.state(), finding.occurred_at()), (ViolationState::Open, Some(EDITED_AT / 1000)));

    let json = shown(message);
    assert_eq!(json["Violations"][0]["Rules"], json!(["adverts", "links"]));
    assert_eq!(
        json["Violations"][0]["Spans"],
        json!([{"Rule": "adverts", "Element": 0, "Field": "Text", "Start": 5, "End": 11},
            {"Rule": "links", "Field": "CloudCustomData", "Start": 0, "End": 3}])
    );
    for (name, value) in [
        ("CallbackCommand", json!("C2C.CallbackAfterModifyMsg")),
        ("From_Account", json!("bo")),
        ("Operator_Account", json!("bo")),
        ("EventTime", json!(EDITED_AT)),
        ("MsgKey", json!(KEY)),
        ("Outcome", json!("violation")),
        ("RulesId", json!("0123456789abcdef")),
        ("RulesMadeAt", json!(1000)),
        ("ExpiresAt", json!(EDITED_AT / 1000 + u64::from(DAYS) * 86_400)),
    ] {
        assert_eq!(json["Violations"][0][name], value, "{name}");
    }
    let row = engine.rows().await.into_iter().find(|row| row.contains_key("Rules")).unwrap();
    assert!(!row.values().any(|value| value.contains("casino")), "a violation says nothing of the message: {row:?}");
}

#[tokio::test]
async fn each_version_has_a_violation_of_its_own_and_each_message_its_own() {
    let engine = Engine::start().await;
    let others = c2c(json!({"From_Account": "bo", "To_Account": "ana"}));
    let callbacks = [
        c2c(json!({})),
        c2c_edit(EDITED_AT, "a", &json!({})),
        c2c_edit(EDITED_AT + 1, "a", &json!({})),
        c2c_recall(&json!({})),
        others,
        group(json!({})),
        // A live room repeats the number.
        group(json!({"Random": 5, "OnlineOnlyFlag": 1})),
        group_recall(&json!({})),
        // Messages without a number.
        group(json!({"MsgSeq": null, "Random": 6, "MsgBody": text("one")})),
        group(json!({"MsgSeq": null, "Random": 6, "MsgBody": text("two")})),
        c2c(json!({"MsgSeq": null, "MsgRandom": null, "MsgKey": null, "MsgBody": text("three")})),
        c2c(json!({"MsgSeq": null, "MsgRandom": null, "MsgKey": null, "MsgBody": text("four")})),
    ];
    store(&engine, &callbacks).await;
    for (at, violations) in [(0, 1), (1, 2), (2, 3)] {
        assert_eq!(find(&engine, &callbacks[at]).await, New);
        let messages = engine.archive.message_by_key(&ana_and_bo(), KEY, NOW).await.unwrap();
        let counts: Vec<_> = messages.iter().map(|it| (it.from_account(), it.violations().len())).collect();
        assert_eq!(counts, [("ana", violations), ("bo", 0)]);
        assert!(messages[0].recall().is_some() && messages[0].versions().len() == 3);
    }
    let of_group = async || {
        let messages = engine.list(&the_group(), &MessageQuery::default(), NOW).await;
        messages.iter().map(|message| (message.random().unwrap(), message.violations().len())).collect::<Vec<_>>()
    };
    assert_eq!(of_group().await, [(6, 0), (6, 0), (5, 0), (123_456, 0)]);
    find(&engine, &callbacks[6]).await;
    assert_eq!(of_group().await, [(6, 0), (6, 0), (5, 1), (123_456, 0)]);
    find(&engine, &group_edit(1_490_686_300_000, "x", &json!({}))).await;
    assert_eq!(of_group().await, [(6, 0), (6, 0), (5, 1), (123_456, 1)]);
    find(&engine, &callbacks[9]).await;
    let messages = engine.list(&the_group(), &MessageQuery::default(), NOW).await;
    let marked: Vec<_> = messages.iter().filter(|it| it.violations().len() > 0).map(StoredMessage::text).collect();
    assert_eq!(marked, ["two", "hello", "hello"]);
    find(&engine, &callbacks[11]).await;
    let messages = engine.list(&ana_and_bo(), &MessageQuery::default(), NOW).await;
    let marked: Vec<_> = messages.iter().filter(|it| it.violations().len() > 0).map(StoredMessage::text).collect();
    assert_eq!(marked.len(), 2, "{marked:?}");
    assert!(marked.contains(&"four") && !marked.contains(&"three"));
    // Page by page too.
    let pages = MessageQuery { limit: Some(1), ..MessageQuery::default() };
    let counts = async |conversation: &Conversation| {
        let messages = engine.list(conversation, &pages, NOW).await;
        messages.iter().map(|message| message.violations().len()).sum::<usize>()
    };
    assert_eq!((counts(&ana_and_bo()).await, counts(&the_group()).await), (4, 3));
}

#[tokio::test]
async fn violations_are_listed_by_time_until_somebody_has_dealt_with_them() {
    let engine = Engine::start().await;
    let mut callbacks: Vec<_> = (0..9)
        .map(|at| {
            let from = if at % 3 == 0 { "ana" } else { "bo" };
            let to = if at % 2 == 0 { "cy" } else { "dee" };
            c2c(json!({"MsgTime": 1000 + at, "From_Account": from, "To_Account": to, "MsgBody": text(&at.to_string())}))
        })
        .collect();
    callbacks.swap(1, 7);
    store(&engine, &callbacks).await;
    for callback in &callbacks {
        find(&engine, callback).await;
    }
    // Its message is not in the table.
    let lonely = group_edit(2_000_000, "x", &json!({}));
    find(&engine, &lonely).await;

    let texts = |violations: &[Violation]| -> String {
        violations.iter().map(|it| it.message().map_or("?", |message| message.text()).to_owned()).collect()
    };
    let (ana, cy) = (Some("ana".to_owned()), Conversation::C2c("cy".into(), "bo".into()));
    for size in [1, 2, 100] {
        let query = MessageQuery { limit: Some(size), ..MessageQuery::default() };
        let newest = MessageQuery { newest_first: true, ..query.clone() };
        let bounded = MessageQuery { from_time: Some(1002), to_time: Some(1006), ..query.clone() };
        let mut of_ana = query.clone();
        of_ana.filter.from_account.clone_from(&ana);
        for (conversation, query, expected) in [
            (None, &query, "012345678?"),
            (None, &newest, "?876543210"),
            (None, &bounded, "23456"),
            (None, &of_ana, "036?"),
            (Some(&cy), &query, "248"),
        ] {
            let found = list(&engine, ViolationState::Open, conversation, query).await;
            assert_eq!(texts(&found), expected, "pages of {size}");
        }
    }

    let all = open(&engine).await;
    let (first, last) = (&all[0], &all[9]);
    let judgement = Judgement { by: "mod", how: "left", at: NOW };
    assert!(engine.archive.judge_violation(&first.key(), &judgement).await.unwrap());
    let again = Judgement { by: "other", ..judgement };
    assert!(!engine.archive.judge_violation(&first.key(), &again).await.unwrap(), "the first one stays");
    assert!(engine.archive.judge_violation(&last.key(), &again).await.unwrap());
    assert_eq!(texts(&open(&engine).await), "12345678");
    let judged = list(&engine, ViolationState::Judged, None, &MessageQuery::default()).await;
    assert_eq!(texts(&judged), "0?");
    let finding = judged[0].finding();
    assert_eq!(
        (finding.state(), finding.judged_by(), finding.judged_how()),
        (ViolationState::Judged, Some("mod"), Some("left"))
    );
    assert_eq!(finding.judged_at(), Some(NOW));

    // A callback that comes again opens nothing anew.
    assert_eq!(find(&engine, &lonely).await, Duplicate);
    assert_eq!(texts(&open(&engine).await), "12345678");

    let by_id = async |id: &str, state| engine.archive.violations_by_id(id, state, NOW).await.unwrap().len();
    let id = all[3].finding().id();
    assert_eq!(id.len(), 32);
    assert_eq!(by_id(&id[..12], ViolationState::Open).await, 1);
    assert_eq!(by_id(first.finding().id(), ViolationState::Open).await, 0);
    assert_eq!(by_id(first.finding().id(), ViolationState::Judged).await, 1);
    assert_eq!(by_id("", ViolationState::Open).await, 2, "more than one is ambiguous");
}

#[tokio::test]
async fn an_erasure_reaches_violations_and_closes_them() {
    for lookup in [Lookup::Index, Lookup::Scan] {
        let engine = Engine::start().await;
        let callbacks = [
            c2c(json!({})),
            c2c_edit(EDITED_AT, "x", &json!({})),
            group(json!({})),
            group_edit(1_490_686_300_000, "x", &json!({"Operator_Account": null})),
            group(json!({"MsgSeq": 124, "From_Account": "bo"})),
        ];
        store(&engine, &callbacks).await;
        for callback in &callbacks {
            find(&engine, callback).await;
        }
        let mut erasure = engine.archive.begin_erasure("ana", lookup, NOW + 1).await.unwrap();
        while !erasure.is_finished() {
            engine.archive.erase_page(&mut erasure, NOW + 1).await.unwrap();
        }
        assert_eq!((erasure.messages(), erasure.changes()), (2, 6), "{lookup:?}");
        let open = open(&engine).await;
        let [left] = &open[..] else { panic!("{open:?}") };
        assert_eq!(left.item().from_account(), "bo");
        let judged = list(&engine, ViolationState::Judged, None, &MessageQuery::default()).await;
        assert_eq!(judged.len(), 4);
        for violation in &judged {
            let finding = violation.finding();
            assert_eq!((finding.judged_how(), finding.judged_at()), (Some("erased"), Some(NOW + 1)));
            assert!(finding.rules().is_empty() && violation.item().attribute("ClientIP").is_none());
        }
        // A callback that comes again brings nothing back.
        for callback in &callbacks[..4] {
            assert_eq!(find(&engine, callback).await, Erased, "{callback}");
        }
        assert_eq!(engine.store(&record(&callbacks[0])).await, Erased);
        assert_eq!(store(&engine, &callbacks[1..2]).await, [Erased]);
    }
}

#[tokio::test]
async fn a_violation_in_an_edit_is_of_its_author_and_an_erasure_of_the_sender_reaches_it_too() {
    for (edited, edit) in [
        (c2c(json!({})), c2c_edit(EDITED_AT, "x", &json!({"Operator_Account": "admin"}))),
        (group(json!({})), group_edit(1_490_686_300_000, "x", &json!({"Operator_Account": "admin"}))),
    ] {
        for (account, lookup, has_message, violations) in [
            ("ana", Lookup::Index, true, 0),
            ("ana", Lookup::Scan, true, 0),
            ("admin", Lookup::Index, true, 0),
            ("admin", Lookup::Scan, false, 0),
            ("bo", Lookup::Index, true, 1),
        ] {
            let engine = Engine::start().await;
            store(&engine, std::slice::from_ref(&edit)).await;
            if has_message {
                store(&engine, std::slice::from_ref(&edited)).await;
            }
            find(&engine, &edit).await;
            let of = async |account: &str| {
                let mut query = MessageQuery::default();
                query.filter.from_account = Some(account.to_owned());
                list(&engine, ViolationState::Open, None, &query).await.len()
            };
            assert_eq!((of("admin").await, of("ana").await), (1, 0), "whose words they are");

            let mut erasure = engine.archive.begin_erasure(account, lookup, NOW + 1).await.unwrap();
            while !erasure.is_finished() {
                engine.archive.erase_page(&mut erasure, NOW + 1).await.unwrap();
            }
            assert_eq!(open(&engine).await.len(), violations, "{account} {lookup:?} {edit}");
            let changes = match account {
                "ana" => 2,
                "admin" => 1,
                _ => 0,
            };
            assert_eq!(erasure.changes(), changes, "{account} {lookup:?} {edit}");
        }
    }
    // All that is left of the message is an edit, which names its sender.
    let engine = Engine::start().await;
    let edit = c2c_edit(EDITED_AT, "x", &json!({"Operator_Account": "admin"}));
    store(&engine, std::slice::from_ref(&edit)).await;
    find(&engine, &edit).await;
    let mut erasure = engine.archive.begin_erasure("ana", Lookup::Index, NOW + 1).await.unwrap();
    engine.archive.erase_page(&mut erasure, NOW + 1).await.unwrap();
    assert!(erasure.is_finished() && open(&engine).await.is_empty());
}

#[tokio::test]
async fn the_violations_of_an_account_are_found_without_reading_those_of_others() {
    let engine = Engine::start().await;
    for seq in 1..=20 {
        let from = if seq % 10 == 0 { "ana" } else { "bo" };
        find(&engine, &group(json!({"MsgSeq": seq, "MsgTime": seq, "From_Account": from}))).await;
    }
    let (archive, requests) = engine.counted().await;
    let mut query = MessageQuery::default();
    query.filter.from_account = Some("ana".to_owned());
    let page = archive.violations(ViolationState::Open, None, &query, NOW).await.unwrap();
    assert_eq!((page.violations.len(), page.next_cursor), (2, None));
    assert_eq!(requests.load(Ordering::SeqCst), 1 + 2 * 2);

    // Where the table has no index by account, the cursor goes on in the other index.
    let delete = DeleteGlobalSecondaryIndexAction::builder().index_name("Account").build().unwrap();
    let update = GlobalSecondaryIndexUpdate::builder().delete(delete).build();
    engine.raw.update_table().table_name(TABLE).global_secondary_index_updates(update).send().await.unwrap();
    query.limit = Some(1);
    let mut found = Vec::new();
    loop {
        let page = engine.archive.violations(ViolationState::Open, None, &query, NOW).await.unwrap();
        found.extend(page.violations.iter().map(|violation| violation.item().attribute("MsgSeq").map(str::to_owned)));
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, [Some("10".to_owned()), Some("20".to_owned())]);
}

#[tokio::test]
async fn an_import_takes_violations_and_what_was_done_about_them() {
    let (engine, other) = (Engine::start().await, Engine::start().await);
    find(&engine, &c2c(json!({}))).await;
    let key = open(&engine).await[0].key();
    engine.archive.judge_violation(&key, &Judgement { by: "mod", how: "left", at: NOW }).await.unwrap();
    let items = engine.archive.export(None, None).await.unwrap().items;
    for item in &items {
        let line = item.to_json().unwrap();
        assert_eq!(other.archive.import(&RawItem::from_json(&line).unwrap()).await.unwrap(), Imported::New);
    }
    assert!(open(&other).await.is_empty());
    let judged = list(&other, ViolationState::Judged, None, &MessageQuery::default()).await;
    assert_eq!(judged[0].finding().judged_by(), Some("mod"));
}

#[test]
fn the_reason_is_what_the_callback_suggests() {
    let reason = |callback: &str, query: &str| found_in(callback, &report(), &Query::parse(query), NOW).reason();
    let sent = c2c(json!({}));
    assert_eq!(reason(&sent, "OptPlatform=iOS"), Reason::Unknown);
    assert_eq!(reason(&sent, "OptPlatform=restapi"), Reason::SentByRest);
    assert_eq!(reason(&group_edit(1, "x", &json!({})), "OptPlatform=RESTAPI"), Reason::Edited);
    assert!(
        ViolationRecord::of_change(
            &Change::parse(Command::C2cRecall, &c2c_recall(&json!({}))).unwrap(),
            &report(),
            &Query::default(),
            NOW,
            None
        )
        .is_none()
    );
}

#[tokio::test]
async fn hits_without_end_make_no_endless_item() {
    let engine = Engine::start().await;
    let field = "Data#/".to_owned() + &"名".repeat(1000);
    let span = Span { rule: "adverts", element: Some(0), field: &field, start: 0, end: 1 };
    let report = ViolationReport { spans: vec![span; 100_000], ..report() };
    let callback = c2c(json!({}));
    let violation = ViolationRecord::of_message(&parse(&callback), &report, &Query::default(), NOW, None);
    assert_eq!(engine.archive.store_violation(&violation).await.unwrap(), New);
    assert!(engine.rows().await[0]["Spans"].len() < 50_000);
    assert!(!format!("{violation:?}").contains('名'));
    assert_eq!(engine.store(&record(&callback)).await, New);
}
