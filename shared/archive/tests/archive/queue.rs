//! The queue's errors say what went wrong, and contain nothing of what should have been queued.

use chathook_archive::{Archive, MAX_QUEUED_BYTES, QueueError, QueueSize};
use tokio::net::TcpListener;

use crate::engine::TABLE;
use crate::fake::Fake;

const SECRET: &str = "nobody may read this in a log";
const URL: &str = "https://sqs.us-east-1.amazonaws.com/000000000000/queue";

#[tokio::test]
async fn every_refusal_has_a_name() {
    let refused = |code: &str| QueueError::Refused { action: "sqs:SendMessage", code: code.to_owned() };
    let cases = [
        (200, r#"{"MessageId":"1"}"#.to_owned(), Ok(())),
        (
            403,
            format!(r#"{{"__type":"com.amazonaws.sqs#AccessDenied","message":"{SECRET}"}}"#),
            Err(refused("AccessDenied")),
        ),
        (400, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}"#.to_owned(), Err(refused("QueueDoesNotExist"))),
        (500, r#"{"__type":"InternalFailure"}"#.to_owned(), Err(refused("InternalFailure"))),
    ];
    for (status, body, expected) in cases {
        let fake = Fake::answering(status, &body).await;
        let sent = fake.archive.queue(URL).send(SECRET.to_owned()).await;
        assert_eq!(sent, expected, "{status}");
        assert!(!format!("{sent:?}").contains(SECRET));
        // DynamoDB's rule for patience holds here too.
        assert_eq!(fake.requests(), if status == 500 { 4 } else { 1 }, "{status}");
    }
}

#[tokio::test]
async fn what_sqs_cannot_take_is_not_sent_and_nobody_there_is_an_error() {
    let fake = Fake::answering(200, r#"{"MessageId":"1"}"#).await;
    let queue = fake.archive.queue(URL);
    let error = queue.send("x".repeat(MAX_QUEUED_BYTES + 1)).await.unwrap_err();
    assert_eq!((error, fake.requests()), (QueueError::TooLarge { bytes: MAX_QUEUED_BYTES + 1 }, 0));

    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Archive::local(TABLE, &nowhere).queue(URL).send(SECRET.to_owned()).await.unwrap_err();
    assert!(matches!(error, QueueError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_queue_tells_how_much_waits_in_it() {
    let size = |waiting, in_flight| Ok(QueueSize { waiting, in_flight });
    let refused = Err(QueueError::Refused { action: "sqs:GetQueueAttributes", code: "AccessDenied".to_owned() });
    for (status, body, expected) in [
        (
            200,
            r#"{"Attributes":{"ApproximateNumberOfMessages":"3","ApproximateNumberOfMessagesNotVisible":"1"}}"#,
            size(3, 1),
        ),
        (200, "{}", size(0, 0)),
        (403, r#"{"__type":"com.amazonaws.sqs#AccessDenied"}"#, refused),
    ] {
        assert_eq!(Fake::answering(status, body).await.archive.queue(URL).size().await, expected, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_never_answers_is_given_up() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let error = Archive::local(TABLE, &silent).queue(URL).send(SECRET.to_owned()).await.unwrap_err();
    assert_eq!(error, QueueError::Timeout);
}
