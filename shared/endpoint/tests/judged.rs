//! What people can see is judged while it is stored, and nothing about storing depends on that.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::sync::Arc;

use chathook_archive::{Archive, Conversation, Lookup, MessageQuery, StoredMessage, Violation, ViolationState};
use chathook_endpoint::{
    AgainstRules, Archiver, Arrival, Endpoint, Moderator, Outcome, Request, RulesInForce, Settings,
};
use chathook_moderation::{Rules, RulesSource};
use chathook_protocol::Command;
use chathook_tests::faults::{Fault, proxy};
use chathook_tests::{TABLE, engine};
use serde_json::{Value, json};

const NOW: u64 = 1_800_000_000;

const RULES: &str = r#"
schema = 1
[[rule]]
id = "adverts"
when = { terms = ["casino"] }
action = { type = "reject" }
[[rule]]
id = "public"
scope = { group_types = ["Public"] }
when = { terms = ["lottery"] }
action = { type = "discard" }
"#;

fn rules(made_at: u64) -> Moderator {
    let mut source = RulesSource::new("rules.toml", RULES);
    source.set_made_at(made_at);
    Moderator::new(source.compile().and_then(Rules::strict).expect("rules"))
}

/// Rules that nobody can read.
struct Unusable;

impl RulesInForce for Unusable {
    fn rules(&self) -> Option<Arc<Rules>> {
        None
    }
}

/// Rules with a bug in them.
struct Panicking;

impl RulesInForce for Panicking {
    fn rules(&self) -> Option<Arc<Rules>> {
        panic!("on request")
    }
}

fn endpoint(archive: &Archive, rules: impl RulesInForce + 'static, variables: &[(&str, &str)]) -> Endpoint {
    let given = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let read = |name: &str| match name {
        "SDK_APP_ID" => Some("1400000001".to_owned()),
        "ALLOW_UNSIGNED" => Some("true".to_owned()),
        // The machine may be busy.
        "ANSWER_WITHIN_MS" => Some("1800".to_owned()),
        name => given(name),
    };
    let settings = Arc::new(Settings::read(read).expect("these settings hold"));
    let archiver = Archiver::new(archive.clone().patient(), Arc::clone(&settings)).judging(rules);
    Endpoint::new(settings).route(&Command::AFTER, archiver)
}

async fn post(endpoint: &Endpoint, callback: &Value) -> Outcome {
    post_as("1", endpoint, callback).await
}

/// In a request of that name.
async fn post_as(request_id: &str, endpoint: &Endpoint, callback: &Value) -> Outcome {
    let command = callback["CallbackCommand"].as_str().expect("a command");
    post_body(request_id, endpoint, command, callback.to_string()).await
}

async fn post_body(request_id: &str, endpoint: &Endpoint, command: &str, body: String) -> Outcome {
    let query = format!("SdkAppid=1400000001&CallbackCommand={command}&OptPlatform=Android");
    let request = Request::new(request_id.to_owned(), "POST", &query, body.into_bytes());
    let arrival = Arrival { at_ms: NOW * 1000, at_front_ms: None };
    endpoint.answer(arrival, || request).await.1
}

fn sent(text: &str) -> Value {
    json!({
        "CallbackCommand": "C2C.CallbackAfterSendMsg", "From_Account": "ada", "To_Account": "grace",
        "MsgKey": "1_2_1800000000", "MsgTime": NOW, "SendMsgResult": 0, "MsgBody": body(text),
    })
}

fn edited(text: &str) -> Value {
    json!({
        "CallbackCommand": "C2C.CallbackAfterModifyMsg", "From_Account": "ada", "To_Account": "grace",
        "MsgKey": "1_2_1800000000", "EventTime": (NOW + 1) * 1000, "MsgBody": body(text),
    })
}

fn edited_in_group(text: &str) -> Value {
    json!({
        "CallbackCommand": "Group.CallbackAfterModifyMsg", "GroupId": "g", "Operator_Account": "ada", "MsgSeq": 7,
        "EventTime": NOW * 1000, "MsgBody": body(text),
    })
}

fn body(text: &str) -> Value {
    json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}])
}

async fn open(archive: &Archive) -> Vec<Violation> {
    let query = MessageQuery::default();
    archive.violations(ViolationState::Open, None, &query, NOW).await.expect("the engine answers").violations
}

async fn messages(archive: &Archive) -> usize {
    let conversation = Conversation::C2c("ada".to_owned(), "grace".to_owned());
    let page = archive.messages(&conversation, &MessageQuery::default(), NOW).await;
    page.expect("the engine answers").messages.len()
}

#[tokio::test]
async fn what_is_against_the_rules_is_stored_and_found_beside_the_message() {
    let (_, archive) = engine().await;
    let endpoint = endpoint(&archive, rules(NOW), &[]);
    assert!(matches!(post(&endpoint, &sent("hello")).await, Outcome::Stored));
    assert!(open(&archive).await.is_empty());

    let outcome = post(&endpoint, &edited("best casino")).await;
    let Outcome::AgainstRules(AgainstRules { verdict, rules, undecided }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((verdict, rules, undecided), ("reject", vec!["adverts".to_owned()], None));
    // The platform may repeat it.
    assert!(matches!(post_as("2", &endpoint, &edited("best casino")).await, Outcome::StoredBefore));

    let open = open(&archive).await;
    let [violation] = open.as_slice() else { panic!("{open:?}") };
    assert_eq!(violation.message().map(StoredMessage::text), Some("best casino"));
    assert_eq!((violation.finding().reason(), violation.finding().rules()), ("edited", vec!["adverts".to_owned()]));
    assert_eq!(violation.item().attribute("RulesMadeAt"), Some(NOW.to_string().as_str()));
}

#[tokio::test]
async fn what_nobody_can_decide_is_reported_as_such() {
    let (_, archive) = engine().await;
    let newer = endpoint(&archive, rules(NOW + 1), &[]);
    for (callback, reason) in [(sent("best casino"), "newer_rules"), (edited_in_group("lottery"), "newer_rules")] {
        let outcome = post(&newer, &callback).await;
        assert!(
            matches!(&outcome, Outcome::AgainstRules(AgainstRules { undecided: Some(why), .. }) if *why == reason),
            "{outcome:?}"
        );
    }
    let (_, archive) = engine().await;
    let outcome = post(&endpoint(&archive, rules(NOW), &[]), &edited_in_group("lottery")).await;
    assert_eq!(outcome.name(), "perhaps against the rules");
    assert_eq!(open(&archive).await[0].finding().undecided(), Some("scope"));
}

#[tokio::test]
async fn storing_goes_on_without_rules_and_without_judging() {
    let (_, archive) = engine().await;
    for (at, endpoint) in [
        endpoint(&archive, Unusable, &[]),
        endpoint(&archive, Panicking, &[]),
        endpoint(&archive, rules(NOW), &[("JUDGE_AFTER", "false")]),
    ]
    .iter()
    .enumerate()
    {
        let mut callback = sent("best casino");
        callback["MsgKey"] = format!("{at}_2_1800000000").into();
        let outcome = post(endpoint, &callback).await;
        assert!(matches!(outcome, Outcome::Stored), "{at}: {outcome:?}");
    }
    assert_eq!((messages(&archive).await, open(&archive).await.len()), (3, 0));
}

#[tokio::test]
async fn what_is_not_to_be_stored_is_judged_too() {
    let (_, archive) = engine().await;
    let endpoint = endpoint(&archive, rules(NOW), &[("STORE_ONLINE_ONLY", "false")]);
    let mut callback = sent("best casino");
    callback["OnlineOnlyFlag"] = 1.into();
    assert!(matches!(post(&endpoint, &callback).await, Outcome::AgainstRules(_)));
    let open = open(&archive).await;
    assert_eq!((open.len(), messages(&archive).await), (1, 0));
    assert!(open[0].message().is_none());
}

#[tokio::test]
async fn a_violation_that_cannot_be_stored_keeps_the_callback_alive() {
    let (url, archive) = engine().await;
    let (broken_url, switch) = proxy(&url, Fault::RefusedWith("#violation#")).await;
    let endpoint = endpoint(&Archive::local(TABLE, &broken_url), rules(NOW), &[]);
    let outcome = post(&endpoint, &sent("best casino")).await;
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    assert_eq!((messages(&archive).await, open(&archive).await.len()), (1, 0));

    switch.set(Fault::None);
    // As it comes out of the queue.
    let outcome = post(&endpoint, &sent("best casino")).await;
    assert!(matches!(outcome, Outcome::AgainstRules(_)), "{outcome:?}");
    assert_eq!((messages(&archive).await, open(&archive).await.len()), (1, 1));
}

#[tokio::test]
async fn a_violation_whose_writing_nobody_confirmed_is_told_when_the_callback_comes_again() {
    let (url, archive) = engine().await;
    let (broken_url, switch) = proxy(&url, Fault::CutOffWith("#violation#")).await;
    let endpoint = endpoint(&Archive::local(TABLE, &broken_url), rules(NOW), &[]);
    let outcome = post(&endpoint, &sent("best casino")).await;
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    assert_eq!(open(&archive).await.len(), 1);

    switch.set(Fault::None);
    // As it comes out of the queue.
    let outcome = post(&endpoint, &sent("best casino")).await;
    assert!(matches!(outcome, Outcome::AgainstRules(_)), "{outcome:?}");
    assert_eq!(open(&archive).await.len(), 1);
}

#[tokio::test]
async fn what_stands_beside_the_message_is_judged_too() {
    let (_, archive) = engine().await;
    let endpoint = endpoint(&archive, rules(NOW), &[]);
    let twice = |callback: &Value, name: &str, first: &Value| {
        callback.to_string().replacen('{', &format!(r#"{{"{name}":{first},"#), 1)
    };
    let extended = json!({
        "CallbackCommand": "Group.CallbackAfterGroupMsgExtension", "GroupId": "g", "MsgSeq": 7, "OperateType": 1,
        "EventTime": NOW * 1000, "ExtensionList": [{"Key": "a", "Value": "b", "Seq": 1}],
    });
    let attached = json!([{"Key": "a", "Value": "casino", "Seq": 1}]);
    let behind = |callback: &Value| format!(r#"{callback},"MsgBody":{}}}"#, body("casino"));
    let (sent, edited, mut group) = (sent("hello"), edited("hello"), edited_in_group("hello"));
    group["CloudCustomData"] = "hello".into();
    for (name, callback, text) in [
        ("a message", &sent, twice(&sent, "MsgBody", &body("best casino"))),
        ("an edit", &edited, twice(&edited, "MsgBody", &body("best casino"))),
        ("an edit's data", &group, twice(&group, "CloudCustomData", &json!("casino"))),
        ("an extension", &extended, twice(&extended, "ExtensionList", &attached)),
        ("behind the end", &sent, behind(&sent)),
    ] {
        let command = callback["CallbackCommand"].as_str().expect("a command");
        let outcome = post_body("1", &endpoint, command, text).await;
        assert!(
            matches!(&outcome, Outcome::AgainstRules(AgainstRules { undecided: Some("beside"), .. })),
            "{name}: {outcome:?}"
        );
    }
    // The same value twice says the same.
    let same = twice(&sent, "MsgBody", &body("hello"));
    let outcome = post_body("1", &endpoint, "C2C.CallbackAfterSendMsg", same).await;
    assert!(matches!(outcome, Outcome::StoredBefore), "{outcome:?}");
}

#[tokio::test]
async fn what_was_erased_is_no_violation_when_its_callback_comes_again() {
    let (_, archive) = engine().await;
    // It was stored, but not judged.
    post(&endpoint(&archive, Unusable, &[]), &sent("best casino")).await;
    let mut erasure = archive.begin_erasure("ada", Lookup::Index, NOW).await.expect("the table has the index");
    while !erasure.is_finished() {
        archive.erase_page(&mut erasure, NOW).await.expect("the engine answers");
    }
    let outcome = post(&endpoint(&archive, rules(NOW), &[]), &sent("best casino")).await;
    assert!(matches!(outcome, Outcome::StoredBefore), "{outcome:?}");
    assert!(open(&archive).await.is_empty());
}
