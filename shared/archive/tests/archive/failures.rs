//! Errors come in time, say what to do, and contain nothing of the message.

use std::pin::Pin;
use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveStatus,
};
use chathook_archive::{Archive, ArchiveError, MessageQuery, Stored};
use chathook_tests::faults::{Fault, proxy};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::engine::{Engine, TABLE};
use crate::fake::Fake;
use crate::samples::{NOW, ana_and_bo, c2c, record};

const SECRET: &str = "nobody may read this in a log";

fn secret_body() -> Value {
    json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": SECRET}}])
}

fn secret_record() -> chathook_archive::Record {
    record(&c2c(json!({"MsgBody": secret_body()})))
}

fn assert_discreet(error: &ArchiveError) {
    assert!(!format!("{error} {error:?}").contains(SECRET));
}

#[tokio::test]
async fn a_missing_table_is_named() {
    let engine = Engine::without_table().await;
    let archive = &engine.archive;
    let errors = [
        archive.warm_up().await.unwrap_err(),
        archive.store(&secret_record()).await.unwrap_err(),
        archive.messages(&ana_and_bo(), &MessageQuery::default(), NOW).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(&error, ArchiveError::TableMissing { table, .. } if table == TABLE), "{error:?}");
        assert_discreet(&error);
    }
}

#[tokio::test]
async fn creating_the_table_twice_is_fine_and_sets_the_ttl() {
    let engine = Engine::without_table().await;
    for _ in 0..2 {
        engine.archive.create_table().await.unwrap();
    }
    engine.archive.warm_up().await.unwrap();
    let ttl = engine.raw.describe_time_to_live().table_name(TABLE).send().await.unwrap();
    let ttl = ttl.time_to_live_description().unwrap();
    assert_eq!(ttl.attribute_name(), Some("ExpiresAt"));
    assert_eq!(ttl.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
}

/// A local engine counts every item to describe a table: in one of 100,000 items that takes longer than a function may
/// wait, and longer the more there are.
#[tokio::test]
async fn setting_up_waits_for_a_slow_engine_and_describes_no_table_that_is_complete() {
    let engine = chathook_tests::start_engine().await;
    let (slow, _) = proxy(&engine, Fault::Late(Duration::from_millis(400))).await;
    for _ in 0..2 {
        assert_eq!(Archive::local(TABLE, &slow).create_table().await, Ok(()));
    }

    let complete = r#"{"TimeToLiveDescription":{"AttributeName":"ExpiresAt","TimeToLiveStatus":"ENABLED"}}"#;
    let fake = Fake::answering(200, complete).await;
    assert_eq!(fake.archive.create_table().await, Ok(()));
    assert_eq!(fake.requests(), 1, "whether it is complete");
}

#[tokio::test]
async fn another_table_of_that_name_is_recognised() {
    let engine = Engine::without_table().await;
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build();
    engine
        .raw
        .create_table()
        .table_name(TABLE)
        .attribute_definitions(id.unwrap())
        .key_schema(key.unwrap())
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
    let error = engine.archive.store(&secret_record()).await.unwrap_err();
    assert!(matches!(&error, ArchiveError::Refused { code, .. } if code == "ValidationException"), "{error:?}");
    assert!(error.to_string().contains("other keys"), "{error}");
    assert_discreet(&error);
}

#[tokio::test]
async fn every_refusal_has_its_remedy() {
    let cases = [
        ("AccessDeniedException", 400, "allow the role or user dynamodb:PutItem on it"),
        ("UnrecognizedClientException", 400, "renew them"),
        ("ExpiredTokenException", 400, "renew them"),
        ("ResourceNotFoundException", 400, "there is no table messages"),
        ("ProvisionedThroughputExceededException", 400, "throttled"),
        ("InternalServerError", 500, "failed (InternalServerError); try again"),
        ("ItemCollectionSizeLimitExceededException", 400, "refused dynamodb:PutItem with ItemCollectionSizeLimit"),
    ];
    for (code, status, remedy) in cases {
        // DynamoDB may quote what it was sent.
        let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"because of {SECRET}"}}"#);
        let fake = Fake::answering(status, &body).await;
        let error = fake.archive.store(&secret_record()).await.unwrap_err();
        assert!(error.to_string().contains(remedy), "{error}");
        assert_discreet(&error);
    }
}

#[tokio::test]
async fn what_is_no_dynamodb_is_an_error() {
    for (status, body) in [(200, "<html>"), (404, "<html>"), (502, "")] {
        let fake = Fake::answering(status, body).await;
        let error = fake.archive.messages(&ana_and_bo(), &MessageQuery::default(), NOW).await.unwrap_err();
        assert!(!error.to_string().is_empty());
    }
}

#[tokio::test]
async fn storing_is_one_request_whatever_is_stored() {
    let stored = json!({
        "From_Account": {"S": "ana"}, "SendMsgResult": {"N": "0"}, "MsgBody": {"S": secret_body().to_string()},
    });
    let replaced = r#"{"Attributes":{"From_Account":{"S":"ana"},"SendMsgResult":{"N":"80001"}}}"#;
    let occupied =
        format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{stored}}}"#);
    for (status, body, expected) in
        [(200, "{}", Stored::New), (200, replaced, Stored::Replaced), (400, occupied.as_str(), Stored::Duplicate)]
    {
        let fake = Fake::answering(status, body).await;
        assert_eq!(fake.archive.store(&secret_record()).await, Ok(expected));
        assert_eq!(fake.requests(), 1, "{expected:?}");
    }
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Archive::local(TABLE, &url).store(&secret_record()).await.unwrap_err();
    assert!(matches!(&error, ArchiveError::Unreachable { location, .. } if *location == url), "{error:?}");
    assert_discreet(&error);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_never_answers_is_given_up_within_the_answers_budget() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let archive = Archive::local(TABLE, &format!("http://{}", listener.local_addr().unwrap()));
    let start = Instant::now();
    let error = archive.store(&secret_record()).await.unwrap_err();
    assert_eq!(error, ArchiveError::Timeout);
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_sets_up_or_asks_is_given_time() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let archive = Archive::local(TABLE, &format!("http://{}", listener.local_addr().unwrap()));
    let (patient, record) = (archive.patient(), secret_record());
    let requests: [Pin<Box<dyn Future<Output = Option<ArchiveError>>>>; 3] = [
        Box::pin(async { archive.create_table().await.err() }),
        Box::pin(async { archive.read_receipts(&ana_and_bo(), NOW).await.err() }),
        Box::pin(async { patient.store(&record).await.err() }),
    ];
    for request in requests {
        let start = Instant::now();
        assert_eq!(request.await, Some(ArchiveError::Timeout));
        assert!(start.elapsed() > Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn what_no_item_can_hold_is_refused_before_it_is_sent() {
    let engine = Engine::start().await;
    let too_much = record(&c2c(json!({"CloudCustomData": "x".repeat(400 * 1024)})));
    let error = engine.archive.store(&too_much).await.unwrap_err();
    assert!(matches!(error, ArchiveError::TooLarge { bytes } if bytes > 400 * 1024), "{error:?}");
}

#[test]
fn debug_output_is_discreet() {
    let shown = format!("{:?}", secret_record());
    assert!(shown.contains("c2c#ana#bo"), "{shown}");
    assert!(!shown.contains(SECRET));
}
