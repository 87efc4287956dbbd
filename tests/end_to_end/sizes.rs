//! Whatever a sender can write is stored and read back to the byte, or queued whole and with a reason. It is never cut.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_archive::{Archive, Conversation, StoredMessage};
use chathook_protocol::json::{Object, readable};
use chathook_protocol::{Command, SendMsg};
use chathook_tests::faults::{Fault, queue};
use chathook_tests::function::{Function, Setup};
use chathook_tests::{engine, now, query};
use serde_json::value::RawValue;
use serde_json::{Value, json};

const C2C: &str = "C2C.CallbackAfterSendMsg";
const GROUP: &str = "Group.CallbackAfterSendMsg";

/// The largest body that the endpoint looks at.
const CAP: usize = 256 * 1024;

/// A callback with this `MsgBody`, and this string in all texts beside it; both are JSON.
fn callback(command: &str, seq: u64, body: &str, text: &str) -> String {
    let chat = match command {
        C2C => format!(r#""To_Account":"grace","MsgRandom":2,"SendMsgResult":0,"ErrorInfo":{text}"#),
        _ => format!(
            r#""GroupId":"@TGS#1","Type":"Public","Random":2,"GroupAtInfo":[{{"GroupAtAllFlag":1,"New":{text}}}]"#
        ),
    };
    format!(
        r#"{{"CallbackCommand":"{command}","From_Account":"ada","MsgSeq":{seq},"MsgTime":1800000000,{chat},"MsgId":{text},"CloudCustomData":{text},"MsgBody":{body}}}"#
    )
}

fn text_element(text: &str) -> String {
    format!(r#"[{{"MsgType":"TIMTextElem","MsgContent":{{"Text":{text}}}}}]"#)
}

/// A callback of exactly this many bytes.
fn filled(command: &str, seq: u64, bytes: usize) -> Vec<u8> {
    let empty = callback(command, seq, &text_element(r#""""#), r#""""#);
    let body = text_element(&format!(r#""{}""#, "x".repeat(bytes - empty.len())));
    let callback = callback(command, seq, &body, r#""""#).into_bytes();
    assert_eq!(callback.len(), bytes);
    callback
}

/// A message that was forwarded this many times.
fn forwarded(levels: usize) -> String {
    let before = r#"[{"MsgType":"TIMRelayElem","MsgContent":{"MsgList":[{"MsgBody":"#;
    format!("{}{}{}", before.repeat(levels), text_element(r#""the innermost""#), "}]}}]".repeat(levels))
}

/// What should happen to a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stored,
    /// It is queued with this reason, and stored by the redrive.
    Late(&'static str),
    /// It is queued with this reason, and stays there.
    Stays(&'static str),
}
use Fate::{Late, Stays, Stored};

fn cases(command: &str) -> Vec<(String, Vec<u8>, Fate)> {
    let mut cases: Vec<(String, Vec<u8>, Fate)> = Vec::new();
    let mut add = |name: &str, fate: Fate, callback: &dyn Fn(u64) -> Vec<u8>| {
        let seq = cases.len() as u64 + 1;
        cases.push((name.to_owned(), callback(seq), fate));
    };
    let with = |body: String, text: &str| {
        let text = text.to_owned();
        move |seq: u64| callback(command, seq, &body, &text).into_bytes()
    };
    let data = r#""{\"thread\":\"lunch\"}""#;
    let quoted = |text: &str| json!(text).to_string();

    add("12 KB of text", Stored, &with(text_element(&quoted(&"x".repeat(12 * 1024))), data));
    add("12 KB of custom data", Stored, &with("[]".to_owned(), &quoted(&"\"".repeat(12 * 1024))));
    add("the largest body", Stored, &|seq| filled(command, seq, CAP));
    add("one byte more", Late("more than the 262144"), &|seq| filled(command, seq, CAP + 1));
    add("the largest item", Late("more than the 262144"), &|seq| filled(command, seq, 390 * 1024));
    add("more than an item holds", Stays("more than the 262144"), &|seq| filled(command, seq, 500 * 1024));
    add("300 elements", Stored, &|seq| {
        let element = text_element(r#""one of 300""#);
        let body = format!("[{}]", vec![element.trim_matches(['[', ']']); 300].join(","));
        callback(command, seq, &body, data).into_bytes()
    });
    add("forwarded 3000 times", Stored, &with(forwarded(3000), data));
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    add("100,000 levels", Stored, &with(format!(r#"[{{"MsgType":"TIMNew","MsgContent":{nested}}}]"#), data));
    add("empty strings", Stored, &with(r#"[{"MsgType":"","MsgContent":{"Text":""}},{"":""}]"#.to_owned(), r#""""#));
    add("no elements", Stored, &with("[]".to_owned(), data));
    add("odd elements", Stored, &with(r#"[ null , {} , 1.50 , "x" , [[]] ]"#.to_owned(), data));
    add(
        "odd numbers",
        Stored,
        &with(r#"[{"MsgContent":{"Big":1234567890123456789012345678901234567890.10e+99}}]"#.to_owned(), data),
    );
    add("NUL", Stored, &with(text_element(r#""a\u0000b\u0000""#), r#""\u0000""#));
    add("raw control characters", Stored, &with(text_element("\"a\u{0}\u{1}\t\r\n\u{7f}b\""), "\"\u{0}\n\""));
    add("lone surrogates", Stored, &with(text_element(r#""a\ud800b\udc00c\ud83d\ude00\ud800""#), r#""\udfff""#));
    add("broken escapes", Stored, &with(text_element(r#""\x \u12 \u""#), r#""\q""#));
    add("invalid UTF-8", Stored, &|seq| {
        let callback = callback(command, seq, &text_element("\"a?b\""), "\"?\"");
        callback
            .bytes()
            .flat_map(|byte| if byte == b'?' { vec![0xff, 0xc0, 0xed, 0xa0, 0x80] } else { vec![byte] })
            .collect()
    });
    // Each such byte becomes three.
    add("256 KiB of invalid UTF-8", Stays("DynamoDB takes at most 409600"), &|seq| {
        let mut callback = filled(command, seq, CAP);
        callback.iter_mut().filter(|byte| **byte == b'x').for_each(|byte| *byte = 0xff);
        callback
    });
    add("no JSON", Stays("not a JSON object"), &|_| b"{\"MsgBody\":[".to_vec());
    add("no sender", Stays("From_Account is missing, empty"), &|_| b"{\"MsgBody\":[]}".to_vec());
    add("an empty sender", Stays("From_Account is missing, empty"), &|_| b"{\"From_Account\":\"\"}".to_vec());
    // Each in the message and beside it, as they are and escaped by turns.
    let scalars = |range: RangeInclusive<u32>| range.filter_map(char::from_u32).collect::<String>();
    for from in (0..=0x10_ffff).step_by(0x3000) {
        let text = quoted(&scalars(from..=from + 0x2fff));
        add(&format!("the characters from {from:x}"), Stored, &with(text_element(&text), &text));
    }
    cases
}

/// The message of a callback, as it is in the table.
async fn found(archive: &Archive, message: &SendMsg<'_>) -> Vec<StoredMessage> {
    let conversation = Conversation::of(message);
    let seq = message.msg_seq.expect("a MsgSeq");
    let found = match conversation {
        Conversation::C2c(..) => archive.message_by_key(&conversation, &format!("{seq}_2_1800000000"), now()).await,
        Conversation::Group { .. } => archive.message_by_seq(&conversation, seq, now()).await,
    };
    found.expect("an answer")
}

/// Whether the table has the message with all its texts.
async fn is_stored(archive: &Archive, command: &str, name: &str, callback: &[u8]) -> bool {
    let text = readable(callback);
    let message = SendMsg::parse(Command::parse(command).expect("a command"), &text).expect("a message");
    let found = found(archive, &message).await;
    let Some(stored) = found.first() else { return false };
    assert_eq!(found.len(), 1, "{name}");
    let raw = message.msg_body_raw.map(RawValue::get).expect("a MsgBody");
    // Not assert_eq, which would print them.
    assert!(stored.msg_body() == Some(raw), "{name}: MsgBody");
    let fields = Object::parse(&text).expect("JSON");
    for field in ["CloudCustomData", "MsgId", "ErrorInfo"] {
        let sent = fields.get(field).map(|raw| serde_json::from_str::<String>(raw.get()).expect("a string"));
        assert!(stored.attribute(field) == sent.as_deref(), "{name}: {field}");
    }
    assert!(stored.attribute("GroupAtInfo") == fields.get("GroupAtInfo").map(RawValue::get), "{name}: GroupAtInfo");
    if std::str::from_utf8(callback).is_ok_and(|sent| sent == text) {
        assert!(std::str::from_utf8(callback).is_ok_and(|sent| sent.contains(raw)), "{name}: as it was sent");
    } else {
        assert!(raw.contains(['\\', '\u{fffd}']), "{name}: what is replaced is seen");
    }
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_is_stored_to_the_byte_or_queued_whole() {
    let (dynamodb, archive) = engine().await;
    let (sqs, _, queued) = queue(Fault::None).await;
    let environment = [
        ("QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/queue"),
        ("AWS_ENDPOINT_URL_SQS", sqs.as_str()),
        ("ANSWER_WITHIN_MS", "1800"),
    ];
    let setup = |name| Setup { name, dynamodb: &dynamodb, rules: Some("schema = 1"), environment: &environment };
    let mut redrive = Function::start(&setup("redrive")).await;
    for (command, name) in [(C2C, "c2c-after-send"), (GROUP, "webhook")] {
        let mut function = Function::start(&setup(name)).await;
        for (name, callback, fate) in cases(command) {
            let name = format!("{command}: {name}");
            // Half of them in base64, as a function URL sends bytes that are not text.
            let (body, is_base64) = match std::str::from_utf8(&callback) {
                Ok(text) if callback.len() % 2 == 0 => (json!(text), false),
                _ => (json!(BASE64.encode(&callback)), true),
            };
            function.post_until_acknowledged(&query(command), &body, is_base64).await;

            // On a busy machine there may be several.
            let waiting = queued.lock().expect("no panic").drain(..).next_back();
            if let Some(waiting) = waiting {
                let record: Value = serde_json::from_str(&waiting).expect("JSON");
                let reason = record["reason"].as_str().expect("a reason");
                assert!(record["base64"] == BASE64.encode(&callback), "{name}: not whole");
                match fate {
                    Late(expected) | Stays(expected) => assert!(reason.contains(expected), "{name}: {reason}"),
                    // A slow machine.
                    Stored => assert!(reason.contains("in time") || reason.contains("deadline"), "{name}: {reason}"),
                }
                let event = json!({"Records": [{"messageId": "1", "body": waiting}]});
                let answer = redrive.invoke_raw(event).await;
                let stays = answer["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty());
                assert_eq!(stays, matches!(fate, Stays(_)), "{name}: {answer}");
            } else {
                assert_eq!(fate, Stored, "{name}");
            }
            match fate {
                Stays(_)
                    if Object::parse(&readable(&callback)).map_or(true, |fields| fields.get("MsgSeq").is_none()) => {}
                fate => assert_eq!(
                    is_stored(&archive, command, &name, &callback).await,
                    !matches!(fate, Stays(_)),
                    "{name}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn odd_names_name_conversations_too() {
    let (dynamodb, archive) = engine().await;
    let setup = Setup { name: "webhook", dynamodb: &dynamodb, rules: Some("schema = 1"), environment: &[] };
    let mut function = Function::start(&setup).await;
    let long = "字".repeat(4000);
    for (seq, account) in (1..).zip(["\u{0}", "#", "%", "\u{10ffff}", "\"\\\r\n", "\u{fffd}", "a b", &long]) {
        for command in [C2C, GROUP] {
            let callback = json!({
                "CallbackCommand": command, "From_Account": account, "To_Account": account, "GroupId": account,
                "TopicId": account, "Operator_Account": account, "MsgSeq": seq, "MsgRandom": 2, "Random": 2,
                "MsgTime": 1_800_000_000, "MsgBody": [], "CloudCustomData": account,
            })
            .to_string();
            let (status, answer) = function.post(command, &callback).await;
            assert_eq!((status, &answer["ActionStatus"]), (200, &json!("OK")), "{account:?}: {answer}");
            let message = SendMsg::parse(Command::parse(command).expect("a command"), &callback).expect("a message");
            let found = found(&archive, &message).await;
            assert_eq!(found.len(), 1, "{account:?}");
            let attributes = if command == C2C { ["From_Account", "To_Account"] } else { ["GroupId", "From_Account"] };
            for name in [attributes[0], attributes[1], "CloudCustomData"] {
                assert!(found[0].attribute(name) == Some(account), "{account:?}: {name}");
            }
        }
    }
}
