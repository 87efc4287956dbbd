//! Nothing is lost, whatever goes wrong between a function and its stores. What was acknowledged is in the table or the
//! queue, and after the redrive exactly once in the table. What was not acknowledged is in the log.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::collections::{BTreeSet, VecDeque};
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_archive::{Archive, Conversation, MessageQuery};
use chathook_random::Random;
use chathook_tests::faults::{Fault, proxy, queue};
use chathook_tests::function::{Function, Setup};
use chathook_tests::{TABLE, binary, engine, now, query};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const AFTER: &str = "C2C.CallbackAfterSendMsg";
const RECALL: &str = "C2C.CallbackAfterMsgWithDraw";

fn message(seq: u64, text: &str) -> String {
    json!({
        "CallbackCommand": AFTER, "From_Account": "ada", "To_Account": "grace", "MsgSeq": seq, "MsgRandom": 2,
        "MsgTime": 1_800_000_000, "MsgKey": format!("{seq}_2_1800000000"), "SendMsgResult": 0,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}],
    })
    .to_string()
}

/// A function that archives, with a queue.
async fn archiving(name: &str, dynamodb: &str, sqs: &str) -> Function {
    let environment =
        [("QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/queue"), ("AWS_ENDPOINT_URL_SQS", sqs)];
    Function::start(&Setup { name, dynamodb, rules: Some("schema = 1"), environment: &environment }).await
}

/// Posts a callback until it is acknowledged. Gives how often it was not.
async fn acknowledge(function: &mut Function, command: &str, body: &str) -> usize {
    function.post_until_acknowledged(&query(command), &json!(body), false).await
}

/// Whether a callback was queued because the machine was busy, and not because of a fault.
fn was_slow(queued: &str) -> bool {
    queued.contains("in time") || queued.contains("before the deadline")
}

/// The `MsgSeq` of every message in the table.
async fn kept(archive: &Archive) -> Vec<u64> {
    let conversation = Conversation::C2c("ada".to_owned(), "grace".to_owned());
    let mut query = MessageQuery { limit: Some(1000), ..MessageQuery::default() };
    let mut kept = Vec::new();
    loop {
        let page = archive.messages(&conversation, &query, now()).await.expect("a page");
        kept.extend(page.messages.iter().filter_map(chathook_archive::StoredMessage::msg_seq));
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            return kept;
        }
    }
}

/// As many as SQS gives to a function at once. The function has 20 s for them.
const BATCH: usize = 10;

/// Gives the queued callbacks to the redrive function, as SQS does. Returns the ids of those that stay in the queue.
async fn redrive(dynamodb: &str, waiting: &[String]) -> Vec<String> {
    let records: Vec<_> =
        waiting.iter().enumerate().map(|(id, body)| json!({"messageId": id.to_string(), "body": body})).collect();
    let setup = Setup { name: "redrive", dynamodb, rules: None, environment: &[] };
    let mut function = Function::start(&setup).await;
    let mut stay = Vec::new();
    for batch in records.chunks(BATCH) {
        let answer = function.invoke_raw(json!({"Records": batch})).await;
        let failures = answer["batchItemFailures"].as_array().unwrap_or_else(|| panic!("{answer}"));
        stay.extend(failures.iter().filter_map(|failure| failure["itemIdentifier"].as_str().map(str::to_owned)));
    }
    stay
}

#[tokio::test]
async fn what_is_acknowledged_is_in_the_table_or_the_queue_and_once_after_the_redrive() {
    let late = Fault::Late(Duration::from_millis(1200));
    let cases = [
        ("c2c-after-send", Fault::None, false),
        ("webhook", Fault::Flaky(500, "InternalServerError"), false),
        ("c2c-after-send", Fault::Flaky(400, "ThrottlingException"), false),
        ("c2c-after-send", Fault::Refused(400, "ThrottlingException"), true),
        ("webhook", Fault::Refused(500, "InternalServerError"), true),
        ("c2c-after-send", Fault::Refused(400, "UnrecognizedClientException"), true),
        ("c2c-after-send", Fault::Refused(400, "ResourceNotFoundException"), true),
        ("c2c-after-send", Fault::Closed, true),
        ("c2c-after-send", Fault::CutOff, true),
        ("c2c-after-send", late, true),
        ("webhook", Fault::Silence, true),
    ];
    for (name, fault, is_queued) in cases {
        let (direct, archive) = engine().await;
        let (dynamodb, switch) = proxy(&direct, Fault::None).await;
        let (sqs, _, queued) = queue(Fault::None).await;
        let mut function = archiving(name, &dynamodb, &sqs).await;
        let (mut acknowledged, mut lost) = (BTreeSet::new(), 0);
        for seq in 1..=4 {
            // The fault comes and goes.
            switch.set(if seq == 4 { Fault::None } else { fault });
            lost += acknowledge(&mut function, AFTER, &message(seq % 3, "see you at noon")).await;
            acknowledged.insert(seq % 3);
        }
        let waiting = queued.lock().expect("no panic").clone();
        if is_queued {
            assert!(!waiting.is_empty(), "{fault:?}");
        } else {
            assert!(waiting.iter().all(|waiting| was_slow(waiting)), "{fault:?}: {waiting:#?}");
        }
        assert!(waiting.iter().all(|waiting| !waiting.contains("Sign=")), "{waiting:#?}");
        if lost == 0 {
            let metric = if waiting.is_empty() { "\"Stored\"" } else { "\"Queued\":1" };
            let log = function.log_with(|line| line.contains(metric)).await.join("\n");
            assert_eq!(log.contains("\"Queued\":1"), !waiting.is_empty(), "{fault:?}: {log}");
            let is_told = ["noon", &BASE64.encode("noon"), "\"lost\""].iter().any(|text| log.contains(text));
            assert!(!is_told, "{log}");
        }

        // Twice: SQS delivers at least once.
        for _ in 0..2 {
            assert!(redrive(&direct, &waiting).await.is_empty(), "{fault:?}");
        }
        assert_eq!(kept(&archive).await, acknowledged.iter().copied().collect::<Vec<_>>(), "{fault:?}");
    }
}

/// What one function went through.
#[derive(Default)]
struct Endured {
    kills: u64,
    /// How many callbacks it was killed before it answered them.
    unanswered: u64,
}

/// Posts these messages until each has an answer, to a function that is killed now and then.
async fn endure(dynamodb: String, sqs: String, mut messages: VecDeque<u64>, mut random: Random) -> Endured {
    let mut endured = Endured::default();
    let mut function = archiving("c2c-after-send", &dynamodb, &sqs).await;
    let mut usual = Duration::from_millis(8);
    while let Some(seq) = messages.pop_front() {
        let body = message(seq, "see you at noon");
        let is_killed = random.below(40) == 0;
        // Somewhere between the request and a little after its answer.
        let moment = if is_killed { random.duration(usual * 5 / 4) } else { Duration::from_mins(1) };
        let asked = Instant::now();
        if tokio::time::timeout(moment, acknowledge(&mut function, AFTER, &body)).await.is_ok() {
            usual = asked.elapsed();
        } else {
            endured.unanswered += 1;
            // The platform sends it again after a while, to whichever function there is then.
            let later = random.below(messages.len().min(20) as u64 + 1);
            messages.insert(usize::try_from(later).expect("a few"), seq);
        }
        if is_killed {
            endured.kills += 1;
            // Dropping it kills it at once.
            function = archiving("c2c-after-send", &dynamodb, &sqs).await;
        }
    }
    endured
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_killed_at_any_moment_loses_nothing_and_doubles_nothing() {
    const MESSAGES: u64 = 5000;
    const FUNCTIONS: u64 = 4;
    let (dynamodb, archive) = engine().await;
    let (sqs, _, queued) = queue(Fault::None).await;
    let mut random = Random::from_environment();
    let mut functions = JoinSet::new();
    for first in 1..=FUNCTIONS {
        let messages = (first..=MESSAGES).step_by(usize::try_from(FUNCTIONS).expect("a few")).collect();
        functions.spawn(endure(dynamodb.clone(), sqs.clone(), messages, random.split()));
    }
    let mut endured = Endured::default();
    while let Some(one) = functions.join_next().await {
        let one = one.expect("every message was acknowledged");
        endured.kills += one.kills;
        endured.unanswered += one.unanswered;
    }
    let waiting = queued.lock().expect("no panic").clone();
    let Endured { kills, unanswered } = endured;
    println!("{MESSAGES} messages, {kills} kills, {unanswered} unanswered, {} waiting", waiting.len());
    assert!(unanswered > 0, "some were killed before they answered");
    assert!(redrive(&dynamodb, &waiting).await.is_empty());
    assert_eq!(kept(&archive).await, (1..=MESSAGES).collect::<Vec<_>>());
    // And nothing else, under any key.
    assert_eq!(archive.table_size().await.map(|size| size.items), Ok(MESSAGES));
}

#[tokio::test]
async fn a_batch_is_answered_in_parts_and_poison_stays() {
    let (direct, archive) = engine().await;
    let (dynamodb, switch) = proxy(&direct, Fault::Silence).await;
    let (sqs, _, queued) = queue(Fault::None).await;
    let mut function = archiving("webhook", &dynamodb, &sqs).await;
    let recall = json!({"From_Account": "ada", "To_Account": "grace", "MsgKey": "1_2_1800000000"}).to_string();
    // A callback that nobody can read is kept too.
    for (command, body) in [
        (RECALL, recall.as_str()),
        (AFTER, "not JSON"),
        (AFTER, &message(1, "hello")),
        (RECALL, "{}"),
        // Of the largest size that is read, and larger.
        (AFTER, &message(2, &"x".repeat(200 * 1024))),
        (AFTER, &message(3, &"x".repeat(300 * 1024))),
    ] {
        acknowledge(&mut function, command, body).await;
    }
    let mut waiting = queued.lock().expect("no panic").clone();
    // On a busy machine the queue may have taken one late, and then once more.
    let body = |waiting: &String| serde_json::from_str::<Value>(waiting).expect("JSON")["base64"].clone();
    waiting.dedup_by_key(|waiting| body(waiting));
    assert_eq!(waiting.len(), 6);
    assert!(
        waiting[1].contains("not a JSON object") && waiting[0].contains("deadline"),
        "the reason is there to be read"
    );
    waiting.push("not from here".to_owned());
    switch.set(Fault::None);
    assert_eq!(redrive(&dynamodb, &waiting).await, ["1", "3", "6"]);
    assert_eq!(kept(&archive).await, [1, 2, 3]);
    let conversation = Conversation::C2c("ada".to_owned(), "grace".to_owned());
    let found = archive.message_by_key(&conversation, "1_2_1800000000", now()).await.expect("an answer");
    assert!(found[0].recall().is_some());

    // While the table is away, everything stays in the queue.
    switch.set(Fault::Refused(500, "InternalServerError"));
    assert_eq!(redrive(&dynamodb, &waiting[..1]).await, ["0"]);
}

// Several threads, since this one waits for a program that the engine serves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_takes_is_in_the_log_and_comes_back_from_there() {
    let faults = [
        (Fault::Refused(500, "InternalServerError"), Fault::Refused(403, "AccessDenied")),
        (Fault::Silence, Fault::Silence),
        (Fault::Closed, Fault::Closed),
    ];
    let (direct, archive) = engine().await;
    let mut log = Vec::new();
    for (seq, (table_fault, queue_fault)) in (1..).zip(faults) {
        let (dynamodb, _) = proxy(&direct, table_fault).await;
        let (sqs, _, queued) = queue(queue_fault).await;
        let mut function = archiving("c2c-after-send", &dynamodb, &sqs).await;
        let asked = Instant::now();
        let (status, answer) = function.post(AFTER, &message(seq, &"long ".repeat(20_000))).await;
        assert_eq!((status, &answer["ActionStatus"]), (200, &json!("FAIL")), "{table_fault:?}");
        // Longer than the platform's 2 s, so that it sends the callback again. The event's time is rounded down to a
        // second.
        let held = asked.elapsed();
        assert!(held >= Duration::from_millis(1300), "{table_fault:?}: {held:?}");
        assert!(queued.lock().expect("no panic").is_empty());
        let lines = function.log_with(|line| line.contains("\"Lost\":1")).await;
        assert!(lines.iter().any(|line| line.contains("the queue refused")), "{lines:#?}");
        // The harness gives every request the same id.
        log.extend(lines.into_iter().map(|line| line.replace("11111111", &format!("{seq:08}"))));
    }
    assert!(kept(&archive).await.is_empty());

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("log.txt");
    std::fs::write(&file, log.join("\n")).expect("a file");
    let recover = || {
        let output = Command::new(binary("chathook"))
            .args(["recover", "--dynamodb-endpoint", &direct, "--table", TABLE])
            .arg(&file)
            .output()
            .expect("chathook runs");
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    for counts in ["3 stored in messages, 0 there already", "0 stored in messages, 3 there already"] {
        assert_eq!(recover(), (true, format!("{counts}, 0 not stored\n")));
        assert_eq!(kept(&archive).await, [1, 2, 3]);
    }

    // A log that breaks off says so.
    let lost: Vec<_> = log.iter().filter(|line| line.contains("\"lost\"")).collect();
    let part: Value = serde_json::from_str(lost[0]).expect("JSON");
    assert!(part["parts"].as_u64() > Some(1), "{}", part["parts"]);
    std::fs::write(&file, lost[0]).expect("a file");
    let (success, told) = recover();
    assert!(!success && told.contains("1 of 3 parts"), "{told}");
}
