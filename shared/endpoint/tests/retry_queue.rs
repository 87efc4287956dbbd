//! What is not stored goes to the queue in time, and nothing else ever does.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chathook_endpoint::{
    Answer, Arrival, Callback, Endpoint, EndpointError, Handled, Handler, Outcome, Request, RetryQueue, Settings,
    UnstoredCallback,
};
use chathook_protocol::{Command, Reply};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

const APP: &str = "1400000001";
const NOW: u64 = 1_800_000_000;
const AFTER: &str = "C2C.CallbackAfterSendMsg";
const BEFORE: &str = "C2C.CallbackBeforeSendMsg";

/// A store that behaves as the message's sender says.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<Vec<(String, u64)>>>);

impl Handler for Store {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Handled, EndpointError>> {
        async move {
            let message = callback.message()?;
            match message.from_account.as_ref() {
                "panics" => panic!("on request"),
                "hangs" => {
                    tokio::time::sleep_until(callback.deadline).await;
                    Err(EndpointError::Deadline)
                }
                from => {
                    self.0.lock().expect("no panic").push((from.to_owned(), callback.received_at));
                    Ok(Handled { reply: Reply::allow(), outcome: Outcome::Stored })
                }
            }
        }
        .boxed()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Takes,
    Refuses,
    Hangs,
    Panics,
}

#[derive(Clone)]
struct Queue(Mood, Arc<Mutex<Vec<String>>>);

impl RetryQueue for Queue {
    fn send(&self, text: String) -> BoxFuture<'_, Result<(), Box<dyn std::error::Error + Send + Sync>>> {
        async move {
            match self.0 {
                Mood::Takes => {
                    self.1.lock().expect("no panic").push(text);
                    Ok(())
                }
                Mood::Refuses => Err("full".into()),
                Mood::Hangs => std::future::pending().await,
                Mood::Panics => panic!("on request"),
            }
        }
        .boxed()
    }
}

/// An endpoint that answers within a second, with its queue and its store.
fn endpoint(mood: Mood) -> (Endpoint, Queue, Store) {
    let read = |name: &str| match name {
        "SDK_APP_ID" => Some(APP.to_owned()),
        "ALLOW_UNSIGNED" => Some("true".to_owned()),
        "ANSWER_WITHIN_MS" => Some("1000".to_owned()),
        _ => None,
    };
    let settings = Arc::new(Settings::read(read).expect("these settings hold"));
    let (queue, store) = (Queue(mood, Arc::default()), Store::default());
    let commands = [Command::C2cAfterSend, Command::C2cBeforeSend];
    (Endpoint::new(settings).route(&commands, store.clone()).retry_queue(Some(queue.clone())), queue, store)
}

fn request(command: &str, from: &str) -> Request {
    let body = format!(r#"{{"CallbackCommand":"{command}","From_Account":"{from}","To_Account":"b","MsgBody":[]}}"#);
    Request::new("7".to_owned(), "POST", &query(command), body.into_bytes())
}

fn query(command: &str) -> String {
    format!("SdkAppid={APP}&CallbackCommand={command}&Sign=secret&ClientIP=192.0.2.7")
}

/// The answer to a request that reached the front just then, and how long it took.
async fn answer(endpoint: &Endpoint, at_front_ms: Option<u64>, request: Request) -> (Answer, Duration) {
    let started = Instant::now();
    (endpoint.answer(Arrival { at_ms: NOW * 1000, at_front_ms }, || request).await.0, started.elapsed())
}

fn is_ok(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.contains("\"OK\"") && answer.body.contains("\"ErrorCode\":0")
}

#[tokio::test(start_paused = true)]
async fn the_table_gets_most_of_the_time_and_the_queue_the_rest() {
    let ms = Duration::from_millis;
    let (just, late) = (Some(NOW * 1000), Some(NOW * 1000 - 5000));
    let cases = [
        // The store has 600 ms.
        (Mood::Takes, "hangs", just, true, ms(600)),
        (Mood::Takes, "panics", just, true, ms(0)),
        (Mood::Takes, "is fine", just, true, ms(0)),
        // Held back until the platform no longer waits.
        (Mood::Refuses, "hangs", just, false, ms(2300)),
        (Mood::Hangs, "hangs", just, false, ms(2300)),
        (Mood::Panics, "hangs", just, false, ms(2300)),
        (Mood::Refuses, "hangs", Some(NOW * 1000 - 900), false, ms(1400)),
        // Later than the platform waits: the store has 60 % of 200 ms, and the queue 400.
        (Mood::Takes, "hangs", late, true, ms(120)),
        (Mood::Hangs, "hangs", late, false, ms(520)),
    ];
    for (at, (mood, from, at_front_ms, acknowledged, expected)) in cases.into_iter().enumerate() {
        let (endpoint, queue, _) = endpoint(mood);
        let (answer, waited) = answer(&endpoint, at_front_ms, request(AFTER, from)).await;
        assert_eq!(is_ok(&answer), acknowledged, "case {at}: {answer:?}");
        assert!((expected..expected + ms(4)).contains(&waited), "case {at}: {waited:?}");
        let is_queued = mood == Mood::Takes && from != "is fine";
        assert_eq!(queue.1.lock().expect("no panic").len(), usize::from(is_queued), "case {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_an_after_callback_brought_is_queued() {
    let body = |body: &[u8]| Request { body: body.to_vec(), ..request(AFTER, "a") };
    let cases = [
        ("no JSON", body(b"no JSON\xFF"), true),
        ("no message", body(b"{}"), true),
        ("no strict JSON", body(br#"{"X":NaN,"From_Account":"a","To_Account":"b"}}"#), false),
        ("a body twice", body(br#"{"MsgBody":[1],"MsgBody":[2],"From_Account":"a","To_Account":"b"}"#), false),
        ("too large", body(&vec![b' '; 256 * 1024 + 1]), true),
        ("nothing at all", body(b""), false),
        ("a before-callback", Request { body: b"no JSON".to_vec(), ..request(BEFORE, "a") }, false),
        ("another app's", Request::new("7".to_owned(), "POST", "SdkAppid=2", b"no JSON".to_vec()), false),
        ("an unknown command", request("State.StateChange", "a"), false),
        ("a probe", Request::new("7".to_owned(), "GET", "", Vec::new()), false),
    ];
    for (name, request, is_queued) in cases {
        let (endpoint, queue, _) = endpoint(Mood::Takes);
        let sent = request.body.clone();
        answer(&endpoint, None, request).await;
        let queued = queue.1.lock().expect("no panic").clone();
        assert_eq!(queued.len(), usize::from(is_queued), "{name}");
        for text in queued {
            assert!(!text.contains("secret"), "{name}: {text}");
            let unstored = UnstoredCallback::parse(&text).expect("a callback");
            assert!(!unstored.reason.is_empty() && unstored.query.contains(AFTER), "{name}");
            assert_eq!((unstored.received_at, unstored.base64.len()), (NOW, base64_len(sent.len())), "{name}");
        }
    }
}

fn base64_len(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

#[tokio::test(start_paused = true)]
async fn what_was_queued_is_stored_as_if_it_came_then() {
    let (endpoint, queue, store) = endpoint(Mood::Takes);
    // Queued because there was a panic; stored, since the next version has none.
    answer(&endpoint, None, request(AFTER, "panics")).await;
    let text = queue.1.lock().expect("no panic")[0].clone();
    let queued = UnstoredCallback::parse(&text).expect("a callback");
    let deadline = || Instant::now() + Duration::from_secs(1);
    assert!(matches!(endpoint.redrive(&queued, deadline()).await, Err(EndpointError::Panic)));

    let again = |command: &str, from: &str| {
        use base64::Engine as _;
        let Request { body, raw_query, .. } = request(command, from);
        let base64 = base64::engine::general_purpose::STANDARD.encode(body);
        UnstoredCallback { base64, query: raw_query, received_at: NOW - 86_400, ..queued.clone() }
    };
    endpoint.redrive(&again(AFTER, "ana"), deadline()).await.expect("stored");
    assert_eq!(*store.0.lock().expect("no panic"), [("ana".to_owned(), NOW - 86_400)]);
    let hangs = endpoint.redrive(&again(AFTER, "hangs"), deadline()).await;
    assert!(matches!(hangs, Err(EndpointError::Deadline)));
    let unknown = endpoint.redrive(&again("State.StateChange", "ana"), deadline()).await;
    assert!(matches!(unknown, Err(EndpointError::Unhandled(_))));
    let broken = UnstoredCallback { base64: "e30=".to_owned(), ..queued.clone() };
    assert!(matches!(endpoint.redrive(&broken, deadline()).await, Err(EndpointError::Shape(_))));
    let no_base64 = UnstoredCallback { base64: "#".to_owned(), ..queued };
    assert!(matches!(endpoint.redrive(&no_base64, deadline()).await, Err(EndpointError::Unreadable("base64"))));
}
