//! The real Lambda binaries behind a Runtime API: verdicts, records, and what happens when things break.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_archive::{Conversation, MessageQuery, StoredMessage};
use chathook_tests::function::{Function, Setup, event};
use chathook_tests::{APP, TOKEN, engine, fixture, now, query};
use serde_json::{Value, json};

const RULES: &str = r#"
schema = 1

[[rule]]
id = "reject"
when = { terms = ["casino"] }
action = { type = "reject", c2c_code = 120001, group_code = 10100, text = "No adverts, please." }

[[rule]]
id = "discard"
when = { terms = ["lottery"] }
action = { type = "discard" }

[[rule]]
id = "mask"
when = { terms = ["darn"] }
action = { type = "mask", with = "*" }
"#;

/// An address where nothing listens.
const NOWHERE: &str = "http://127.0.0.1:9";

fn setup<'a>(name: &'a str, dynamodb: &'a str) -> Setup<'a> {
    Setup { name, dynamodb, rules: Some(RULES), environment: &[] }
}

fn c2c(command: &str, text: &str) -> String {
    json!({
        "CallbackCommand": command, "From_Account": "ada", "To_Account": "grace", "MsgSeq": 1, "MsgRandom": 2,
        "MsgTime": 1_800_000_000, "MsgKey": "1_2_1800000000", "SendMsgResult": 0,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}],
    })
    .to_string()
}

fn group(command: &str, text: &str) -> String {
    json!({
        "CallbackCommand": command, "GroupId": "@TGS#1", "Type": "Public", "From_Account": "ada", "Random": 5,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}],
    })
    .to_string()
}

const C2C_BEFORE: &str = "C2C.CallbackBeforeSendMsg";
const C2C_AFTER: &str = "C2C.CallbackAfterSendMsg";
const GROUP_BEFORE: &str = "Group.CallbackBeforeSendMsg";
const GROUP_AFTER: &str = "Group.CallbackAfterSendMsg";

fn ok(code: u64) -> Value {
    json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": code})
}

fn rejected(code: u64) -> Value {
    json!({"ActionStatus": "OK", "ErrorInfo": "No adverts, please.", "ErrorCode": code})
}

fn masked() -> Value {
    let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": "**** it"}}]);
    json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "MsgBody": body})
}

fn between_ada_and_grace() -> Conversation {
    Conversation::C2c("ada".to_owned(), "grace".to_owned())
}

#[tokio::test]
async fn the_verdicts_of_every_function_that_moderates() {
    for (name, command, body, code) in [
        ("webhook", C2C_BEFORE, c2c as fn(&str, &str) -> String, 120_001),
        ("webhook", GROUP_BEFORE, group, 10_100),
        ("c2c-before-send", C2C_BEFORE, c2c, 120_001),
        ("group-before-send", GROUP_BEFORE, group, 10_100),
    ] {
        let mut function = Function::start(&setup(name, NOWHERE)).await;
        for (text, expected) in [
            ("see you at noon", ok(0)),
            ("the best Casino in town", rejected(code)),
            ("a lottery", ok(2)),
            ("darn it", masked()),
        ] {
            let answer = function.post(command, &body(command, text)).await;
            assert_eq!(answer, (200, expected), "{name} {command} {text}");
        }
    }
}

#[tokio::test]
async fn every_verdict_can_be_traced_and_no_text_is_logged() {
    let environment = &[("LOG_LEVEL", "debug")][..];
    for (command, body, log_level) in [
        (C2C_BEFORE, c2c as fn(&str, &str) -> String, environment),
        (GROUP_BEFORE, group, environment),
        (C2C_BEFORE, c2c, &[]),
    ] {
        let mut function = Function::start(&Setup { environment: log_level, ..setup("webhook", NOWHERE) }).await;
        for (text, verdict, rules, span_bytes) in [
            ("see you at noon", "allow", "[]", "[]"),
            ("the best Casino in town", "reject", r#"["reject"]"#, r#"[("reject", 6)]"#),
            ("a lottery", "discard", r#"["discard"]"#, r#"[("discard", 7)]"#),
            ("darn it", "rewrite", r#"["mask"]"#, r#"[("mask", 4)]"#),
        ] {
            let _ = function.post(command, &body(command, text)).await;
            if verdict == "allow" && log_level.is_empty() {
                continue;
            }
            let verdict_of =
                |line: &str| Some(serde_json::from_str::<Value>(line).ok()?["verdict"].as_str()?.to_owned());
            let log = function.log_with(|line| verdict_of(line).as_deref() == Some(verdict)).await;
            let lines: Vec<Value> = log
                .iter()
                .filter(|line| verdict_of(line).as_deref() == Some(verdict))
                .map(|line| serde_json::from_str(line).expect("JSON"))
                .collect();
            let [line] = &lines[..] else { panic!("one line each: {lines:?}") };
            assert_eq!((&line["rules"], &line["span_bytes"]), (&json!(rules), &json!(span_bytes)), "{line}");
            assert_eq!((&line["message"], &line["from_account"]), (&json!("moderated"), &json!("ada")), "{line}");
            assert_eq!(line["request_id"], "11111111-2222-3333-4444-555555555555", "{line}");
            assert!(line["duration_us"].as_u64().is_some(), "{line}");
            if command == C2C_BEFORE {
                assert_eq!(
                    (&line["to_account"], &line["msg_key"]),
                    (&json!("grace"), &json!("1_2_1800000000")),
                    "{line}"
                );
            } else {
                assert_eq!((&line["group_id"], &line["random"]), (&json!("@TGS#1"), &json!(5)), "{line}");
            }
            assert!(!log.iter().any(|line| line.contains(text)), "{log:?}");
        }
        let log = function.log_with(|line| line.contains("rewrite")).await;
        assert_eq!(log.iter().any(|line| line.contains(r#""verdict":"allow""#)), !log_level.is_empty());
    }
}

#[tokio::test]
async fn a_function_lets_pass_what_is_not_its_own() {
    for (name, command) in [
        ("c2c-before-send", GROUP_BEFORE),
        ("group-before-send", C2C_BEFORE),
        ("c2c-after-send", C2C_BEFORE),
        ("group-after-send", C2C_AFTER),
        ("after-change", C2C_AFTER),
        ("c2c-after-send", "C2C.CallbackAfterMsgWithDraw"),
        ("webhook", "State.StateChange"),
    ] {
        let mut function = Function::start(&setup(name, NOWHERE)).await;
        let answer = function.post(command, &c2c(command, "casino")).await;
        assert_eq!(answer, (200, ok(0)), "{name} {command}");
        function.log_with(|line| line.contains("does not handle") && line.contains(command)).await;
    }
}

#[tokio::test]
async fn what_was_sent_is_kept_once() {
    for name in ["webhook", "c2c-after-send"] {
        let (dynamodb, archive) = engine().await;
        let mut function = Function::start(&setup(name, &dynamodb)).await;
        let body = c2c(C2C_AFTER, "see you at noon");
        for _ in 0..2 {
            assert_eq!(function.post(C2C_AFTER, &body).await, (200, ok(0)), "{name}");
        }
        let page = archive.messages(&between_ada_and_grace(), &MessageQuery::default(), now()).await.expect("a page");
        let texts: Vec<_> = page.messages.iter().map(StoredMessage::text).collect();
        assert_eq!(texts, ["see you at noon"], "{name}");
        let metrics = function.log_with(|line| line.contains("\"Duplicates\":1")).await;
        assert!(metrics.iter().any(|line| line.contains("\"Stored\":1")), "{metrics:#?}");
    }
}

#[tokio::test]
async fn group_messages_are_kept() {
    for name in ["webhook", "group-after-send"] {
        let (dynamodb, archive) = engine().await;
        let mut function = Function::start(&setup(name, &dynamodb)).await;
        for fixture_name in ["group_after_send", "group_after_send_topic", "group_after_send_2017"] {
            let body = fixture(&format!("callbacks/{fixture_name}"));
            assert_eq!(function.post(GROUP_AFTER, &body).await, (200, ok(0)), "{name} {fixture_name}");
            let body: Value = serde_json::from_str(&body).expect("JSON");
            let id = |name: &str| body[name].as_str().map(str::to_owned);
            let conversation =
                Conversation::Group { group_id: id("GroupId").expect("a group"), topic_id: id("TopicId") };
            let page = archive.messages(&conversation, &MessageQuery::default(), now()).await.expect("a page");
            let is_it = |kept: &StoredMessage| Some(kept.from_account()) == body["From_Account"].as_str();
            assert!(page.messages.iter().any(is_it), "{name} {fixture_name}");
        }
    }
}

#[tokio::test]
async fn what_happens_later_is_kept_beside_the_message() {
    for (name, keeps) in [("webhook", true), ("after-change", false)] {
        let (dynamodb, archive) = engine().await;
        let mut function = Function::start(&setup(name, &dynamodb)).await;
        for fixture_name in ["c2c_after_msg_withdraw", "c2c_after_modify_msg", "c2c_after_msg_report"] {
            let body = fixture(&format!("changes/{fixture_name}"));
            let command: Value = serde_json::from_str(&body).expect("JSON");
            let command = command["CallbackCommand"].as_str().expect("a command");
            assert_eq!(function.post(command, &body).await, (200, ok(0)), "{name} {fixture_name}");
        }
        let body = fixture("callbacks/c2c_after_send");
        if keeps {
            function.post(C2C_AFTER, &body).await;
        } else {
            Function::start(&setup("c2c-after-send", &dynamodb)).await.post(C2C_AFTER, &body).await;
        }
        let conversation = Conversation::C2c("ana".to_owned(), "bo".to_owned());
        let page = archive.messages(&conversation, &MessageQuery::default(), now()).await.expect("a page");
        let [message] = &page.messages[..] else { panic!("one message: {page:?}") };
        assert_eq!(
            (message.text(), message.recall().and_then(|recall| recall.account)),
            ("Lunch at one?", Some("ana"))
        );
        assert_eq!(archive.read_receipts(&conversation, now()).await.expect("marks").len(), 1);
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_kept_is_logged_too() {
    for (body, dynamodb) in [(fixture("changes/c2c_after_msg_withdraw"), NOWHERE), ("{}".to_owned(), NOWHERE)] {
        let mut function = Function::start(&setup("after-change", dynamodb)).await;
        let (status, answer) = function.post("C2C.CallbackAfterMsgWithDraw", &body).await;
        assert_eq!((status, &answer["ActionStatus"]), (200, &json!("FAIL")));
        let log = function.log_with(|line| line.contains("\"Lost\":1")).await.join("\n");
        assert!(log.contains(&BASE64.encode(&body)), "{log}");
    }
}

#[tokio::test]
async fn callers_who_are_not_the_platform_are_turned_away() {
    let mut function = Function::start(&setup("webhook", NOWHERE)).await;
    let forged = query(C2C_BEFORE).replace("Sign=", "Sign=0");
    let (status, answer) = function.invoke(event(&forged, &json!(c2c(C2C_BEFORE, "hello")), false)).await;
    assert_eq!((status, &answer["ActionStatus"], &answer["ErrorCode"]), (403, &json!("FAIL"), &json!(1)));
    let log = function.log_with(|line| line.contains("\"Rejected403\":1")).await.join("\n");
    assert!(log.contains("Sign does not match; compare CALLBACK_TOKEN"), "the operator is told why: {log}");
}

#[tokio::test]
async fn bodies_and_queries_that_break_lambda_https_own_conversion_are_moderated() {
    let mut function = Function::start(&setup("webhook", NOWHERE)).await;
    let body = c2c(C2C_BEFORE, "casino");
    let odd = format!("{}&Odd=\u{7f} \"<é>|", query(C2C_BEFORE));
    for (name, event) in [
        ("base64", event(&query(C2C_BEFORE), &json!(BASE64.encode(&body)), true)),
        ("not base64 though it says so", event(&query(C2C_BEFORE), &json!(body), true)),
        ("a query that no URI may have", event(&odd, &json!(body), false)),
    ] {
        assert_eq!(function.invoke(event).await, (200, rejected(120_001)), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_stored_goes_to_the_log_and_comes_back_from_there() {
    // One where nothing listens, and one that takes connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent = (format!("http://{}", silent.local_addr().expect("an address")), silent);
    for (name, dynamodb) in [("c2c-after-send", NOWHERE), ("webhook", silent.0.as_str())] {
        let environment = [("ANSWER_WITHIN_MS", "400")];
        let mut function = Function::start(&Setup { environment: &environment, ..setup(name, dynamodb) }).await;
        // Several parts long.
        let body = c2c(C2C_AFTER, &"long ".repeat(20_000));
        let (status, answer) = function.post(C2C_AFTER, &body).await;
        assert_eq!((status, &answer["ActionStatus"]), (200, &json!("FAIL")), "{name}");

        let log = function.log_with(|line| line.contains("\"Lost\":1")).await;
        let lost: Vec<Value> = log
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|line: &Value| line["message"] == "lost")
            .collect();
        let parts = lost[0]["parts"].as_u64().expect("a number");
        assert_eq!(parts, lost.len() as u64);
        assert!(parts > 1, "{parts}");
        let encoded: String = lost.iter().map(|part| part["base64"].as_str().expect("text")).collect();
        assert_eq!(BASE64.decode(encoded).expect("base64"), body.as_bytes());
        let query = lost[0]["query"].as_str().expect("text");
        assert!(query.contains(C2C_AFTER) && !query.contains("Sign"), "{query}");
    }
}

#[tokio::test]
async fn a_broken_store_changes_no_verdict() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let dynamodb = format!("http://{}", silent.local_addr().expect("an address"));
    let mut function = Function::start(&setup("webhook", &dynamodb)).await;
    assert_eq!(function.post(C2C_BEFORE, &c2c(C2C_BEFORE, "casino")).await, (200, rejected(120_001)));
}

#[tokio::test]
async fn unusable_rules_stop_no_function() {
    let cases = [
        ("missing", None, "allow", ok(0)),
        ("missing", None, "reject", ok(1)),
        ("broken", Some("schema = 1\n[[rule]]\nid = \n"), "allow", ok(0)),
        ("of another schema", Some("schema = 9"), "reject", ok(1)),
    ];
    for (name, rules, on_failure, expected) in cases {
        let (dynamodb, archive) = engine().await;
        let environment = [("ON_FAILURE", on_failure)];
        let setup = Setup { rules, environment: &environment, ..setup("webhook", &dynamodb) };
        let mut function = Function::start(&setup).await;
        assert_eq!(function.post(C2C_BEFORE, &c2c(C2C_BEFORE, "casino")).await, (200, expected), "{name} {on_failure}");
        assert_eq!(
            function.post(C2C_AFTER, &c2c(C2C_AFTER, "casino")).await,
            (200, ok(0)),
            "after-callbacks are stored"
        );
        let page = archive.messages(&between_ada_and_grace(), &MessageQuery::default(), now()).await.expect("a page");
        assert_eq!(page.messages.len(), 1);
        let log = function.log_with(|line| line.contains("the rules are unusable: every message")).await.join("\n");
        assert!(log.contains("rules.toml"), "{log}");
    }
}

#[tokio::test]
async fn a_rule_with_a_mistake_is_logged_and_the_others_hold() {
    let rules = r#"
        schema = 1
        [[rule]]
        id = "broken"
        when = { regex = "(" }
        action = { type = "discard" }
        [[rule]]
        id = "whole"
        when = { terms = ["casino"] }
        action = { type = "reject" }
    "#;
    let mut function = Function::start(&Setup { rules: Some(rules), ..setup("c2c-before-send", NOWHERE) }).await;
    assert_eq!(function.post(C2C_BEFORE, &c2c(C2C_BEFORE, "casino")).await, (200, ok(1)));
    let log = function.log_with(|line| line.contains("a rule is disabled, the others hold")).await.join("\n");
    assert!(log.contains("rule broken: the regex"), "{log}");
}

#[tokio::test]
async fn wrong_settings_end_a_function_at_its_start() {
    for (name, environment, expected) in [
        ("webhook", [("SDK_APP_ID", "")], "SDK_APP_ID is not set"),
        ("c2c-before-send", [("CALLBACK_TOKEN", "")], "set ALLOW_UNSIGNED=true"),
        ("group-after-send", [("TABLE_NAME", "")], "TABLE_NAME is not set"),
        ("group-before-send", [("ANSWER_WITHIN_MS", "3000")], "a whole number from 100 to 1800"),
    ] {
        let function = Function::start(&Setup { environment: &environment, ..setup(name, NOWHERE) }).await;
        let (success, log) = function.ended().await;
        assert!(!success && log.contains(expected), "{name}: {log}");
    }
}

#[tokio::test]
async fn online_only_messages_are_stored_on_request() {
    for (setting, expected) in [("true", 1), ("false", 0)] {
        let (dynamodb, archive) = engine().await;
        let environment = [("STORE_ONLINE_ONLY", setting)];
        let mut function =
            Function::start(&Setup { environment: &environment, ..setup("c2c-after-send", &dynamodb) }).await;
        let body = c2c(C2C_AFTER, "typing").replace("\"MsgSeq\"", "\"OnlineOnlyFlag\":1,\"MsgSeq\"");
        assert_eq!(function.post(C2C_AFTER, &body).await, (200, ok(0)));
        let page = archive.messages(&between_ada_and_grace(), &MessageQuery::default(), now()).await.expect("a page");
        assert_eq!(page.messages.len(), expected, "{setting}");
    }
}

#[tokio::test]
async fn the_log_holds_metrics_and_neither_secrets_nor_what_people_write() {
    let (dynamodb, _archive) = engine().await;
    let mut function = Function::start(&setup("webhook", &dynamodb)).await;
    for text in ["xyzzy", "xyzzy casino", "xyzzy darn"] {
        function.post(C2C_BEFORE, &c2c(C2C_BEFORE, text)).await;
    }
    function.post(C2C_AFTER, &c2c(C2C_AFTER, "xyzzy")).await;
    let log = function.log_with(|line| line.contains("\"Stored\":1")).await;

    let metrics: Vec<Value> = log
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["_aws"] != Value::Null)
        .collect();
    assert_eq!(metrics.len(), 4, "one document for each callback: {log:#?}");
    for document in &metrics {
        let metric = &document["_aws"]["CloudWatchMetrics"][0];
        assert_eq!((&metric["Namespace"], &metric["Dimensions"]), (&json!("chathook"), &json!([["function"]])));
        assert_eq!(document["function"], "webhook");
        assert!(document["AnswerMs"].is_array(), "{document}");
    }
    let count = |name: &str| metrics.iter().filter_map(|document| document[name].as_u64()).sum::<u64>();
    for name in ["ColdStart", "VerdictAllow", "VerdictReject", "VerdictRewrite", "Stored"] {
        assert_eq!(count(name), 1, "{name}: {metrics:#?}");
    }
    let log = log.join("\n");
    let sign = query(C2C_BEFORE);
    let sign = sign.split_once("Sign=").and_then(|(_, rest)| rest.split('&').next()).expect("it is signed");
    for secret in [TOKEN, "xyzzy", sign] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn what_is_let_in_or_turned_away_is_counted_and_logged() {
    let environment = [("CALLBACK_TOKEN", ""), ("ALLOW_UNSIGNED", "true")];
    let setup = Setup { environment: &environment, ..setup("c2c-before-send", NOWHERE) };
    let mut function = Function::start(&setup).await;
    let is_warning = |line: &str| line.contains("ALLOW_UNSIGNED=true and there is no CALLBACK_TOKEN");
    let log = function.log_with(is_warning).await;
    assert!(log.iter().any(|line| is_warning(line) && line.contains("\"WARN\"")), "{log:#?}");

    let query = |command: &str| format!("SdkAppid={APP}&CallbackCommand={command}");
    let message = c2c(C2C_BEFORE, "casino");
    let post = |query: &str, body: &str| event(query, &json!(body), false);
    let mut get = post("", "");
    get["requestContext"]["http"]["method"] = json!("GET");
    // ESC, a line break, CSI, DEL, an override of the direction.
    let nasty = "%1b%5b31m%0a%c2%9b%7f%e2%80%ae";
    let nasty_message = message.replace("\"ada\"", "\"a\\u001b\\n\\u009b\\u202e\\u007f\"");
    for (event, status, answer) in [
        (get, 200, ok(0)),
        (post(&query("State.StateChange"), "{}"), 200, ok(0)),
        (post(&query(&format!("X{nasty}")), "{}"), 200, ok(0)),
        (post(&query(C2C_BEFORE), &message), 200, rejected(120_001)),
        (post(&query(C2C_BEFORE), &nasty_message), 200, rejected(120_001)),
        (post(&query(C2C_BEFORE), &message.replace("\"MsgSeq\":1", "\"MsgSeq\":NaN")), 200, rejected(120_001)),
        (post(&query(C2C_BEFORE), message.strip_suffix('}').expect("an object")), 200, rejected(120_001)),
    ] {
        let shown = event.to_string();
        assert_eq!(function.invoke(event).await, (status, answer), "{shown}");
    }
    let (status, _) = function.invoke(post(&format!("{}&{nasty}=1&{nasty}=2", query(C2C_BEFORE)), &message)).await;
    assert_eq!(status, 403);

    let log = function.log_with(|line| line.contains("\"Rejected403\":1")).await;
    let acts = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}');
    for line in &log {
        assert!(!line.contains(acts) && line.starts_with('{'), "{line:?}");
    }
    let lines: Vec<Value> = log.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let refused = lines.iter().find(|line| line["message"] == "a caller was turned away").expect("a line");
    assert_eq!(refused["source"], "192.0.2.1", "{refused}");
    let unread = lines.iter().find(|line| line["message"] == "rejected unread").expect("a line");
    assert_eq!((&unread["rules"], &unread["command"]), (&json!(r#"["reject"]"#), &json!(C2C_BEFORE)), "{unread}");
    let count = |name: &str| lines.iter().filter_map(|document| document[name].as_u64()).sum::<u64>();
    for (name, expected) in [("Probes", 1), ("Unhandled", 2), ("Unsigned", 6), ("VerdictReject", 4), ("FailedOpen", 0)]
    {
        assert_eq!(count(name), expected, "{name}: {lines:#?}");
    }
}
