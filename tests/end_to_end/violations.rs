//! What comes past moderation is found when it is stored, by each function that stores, and worked through with the
//! program.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_archive::{Archive, Conversation, MessageQuery, Violation, ViolationState};
use chathook_tests::function::{Function, Setup};
use chathook_tests::program::{RULES, Serve, folder_with, refused, run, stdout};
use chathook_tests::{engine, now, query};
use serde_json::{Value, json};

fn body(text: &str) -> Value {
    json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}])
}

/// Later than any rules file that a test writes.
fn soon() -> u64 {
    now() + 60
}

fn c2c_sent(text: &str) -> Value {
    json!({
        "CallbackCommand": "C2C.CallbackAfterSendMsg", "From_Account": "ada", "To_Account": "grace",
        "MsgKey": format!("1_2_{}", soon()), "MsgTime": soon(), "SendMsgResult": 0, "MsgBody": body(text),
    })
}

fn group_sent(text: &str) -> Value {
    json!({
        "CallbackCommand": "Group.CallbackAfterSendMsg", "GroupId": "@TGS#1", "Type": "Public", "From_Account": "ada",
        "Random": 5, "MsgSeq": 7, "MsgTime": soon(), "MsgBody": body(text),
    })
}

fn c2c_edited(text: &str) -> Value {
    json!({
        "CallbackCommand": "C2C.CallbackAfterModifyMsg", "From_Account": "ada", "To_Account": "grace",
        "Operator_Account": "ada", "MsgKey": "1_2_1800000000", "EventTime": soon() * 1000, "MsgBody": body(text),
    })
}

fn group_edited(text: &str) -> Value {
    json!({
        "CallbackCommand": "Group.CallbackAfterModifyMsg", "GroupId": "@TGS#1", "Operator_Account": "ada", "MsgSeq": 7,
        "EventTime": soon() * 1000, "MsgBody": body(text),
    })
}

fn command(callback: &Value) -> &str {
    callback["CallbackCommand"].as_str().expect("a command")
}

async fn open(archive: &Archive) -> Vec<Violation> {
    let page = archive.violations(ViolationState::Open, None, &MessageQuery::default(), now()).await;
    page.expect("the engine answers").violations
}

#[tokio::test]
async fn each_function_that_stores_finds_what_is_against_the_rules() {
    for (name, callback) in [
        ("webhook", c2c_sent("best casino in town")),
        ("c2c-after-send", c2c_sent("best casino in town")),
        ("group-after-send", group_sent("best casino in town")),
        ("after-change", c2c_edited("best casino in town")),
        ("webhook", group_edited("best casino in town")),
        ("redrive", c2c_sent("best casino in town")),
    ] {
        let (dynamodb, archive) = engine().await;
        let setup = Setup { name, dynamodb: &dynamodb, rules: Some(RULES), environment: &[] };
        let mut function = Function::start(&setup).await;
        if name == "redrive" {
            let queued = json!({
                "request_id": "7", "received_at": now(), "query": query(command(&callback)),
                "base64": BASE64.encode(callback.to_string()),
            });
            let event = json!({"Records": [{"messageId": "1", "body": queued.to_string()}]});
            assert_eq!(function.invoke_raw(event).await["batchItemFailures"], json!([]));
        } else {
            function.post_until_acknowledged(&query(command(&callback)), &json!(callback.to_string()), false).await;
        }
        let open = open(&archive).await;
        let [violation] = open.as_slice() else { panic!("{name}: {open:?}") };
        assert_eq!(
            (violation.finding().verdict(), violation.finding().rules()),
            ("reject", vec!["adverts".to_owned()])
        );

        let log = function.log_with(|line| line.contains("\"DeliveredAgainstRules\":1")).await;
        let told: Vec<Value> = log.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let line = told.iter().find(|line| line["message"] == "delivered against the rules").expect("a line");
        assert_eq!((&line["verdict"], &line["from_account"]), (&json!("reject"), &json!("ada")), "{line}");
        assert_eq!(line["violation_id"], violation.finding().id());
        let counted = told.iter().find(|line| line["DeliveredAgainstRules"] == 1).expect("a metric");
        assert_eq!(counted["command"], command(&callback));
        assert!(!log.join("\n").contains("casino"), "no log tells what a message says: {log:#?}");
    }
}

/// As with `disableCloudMessagePostHook`: the platform asks before it delivers, and says nothing afterwards.
#[tokio::test]
async fn a_message_without_an_after_callback_is_moderated_all_the_same() {
    let (dynamodb, archive) = engine().await;
    let setup = Setup { name: "webhook", dynamodb: &dynamodb, rules: Some(RULES), environment: &[] };
    let mut function = Function::start(&setup).await;
    for (text, code) in [("best casino in town", 120_001), ("Lunch?", 0)] {
        let callback = json!({
            "CallbackCommand": "C2C.CallbackBeforeSendMsg", "From_Account": "ada", "To_Account": "grace",
            "MsgKey": "1_2_3", "MsgBody": body(text),
        });
        let (status, answer) = function.post(command(&callback), &callback.to_string()).await;
        assert_eq!((status, &answer["ErrorCode"]), (200, &json!(code)), "{answer}");
    }
    let conversation = Conversation::C2c("ada".to_owned(), "grace".to_owned());
    let page = archive.messages(&conversation, &MessageQuery::default(), now()).await.expect("the engine answers");
    assert!(page.messages.is_empty() && open(&archive).await.is_empty());
}

#[tokio::test]
async fn storing_does_not_depend_on_judging() {
    for (rules, environment, error) in [
        (Some(RULES), &[("JUDGE_AFTER", "false")][..], None),
        (None, &[], Some("nothing is judged when it is stored")),
        (Some("schema = 9"), &[], Some("nothing is judged when it is stored")),
    ] {
        let (dynamodb, archive) = engine().await;
        let setup = Setup { name: "c2c-after-send", dynamodb: &dynamodb, rules, environment };
        let mut function = Function::start(&setup).await;
        let callback = c2c_sent("best casino in town");
        function.post_until_acknowledged(&query(command(&callback)), &json!(callback.to_string()), false).await;
        let log = function.log_with(|line| line.contains("\"Stored\":1")).await.join("\n");
        assert_eq!(log.contains("unusable"), error.is_some(), "{log}");
        assert!(error.is_none_or(|error| log.contains(error)), "{log}");
        assert!(open(&archive).await.is_empty());
    }
}

#[test]
fn the_program_works_through_violations() {
    let folder = folder_with(RULES);
    let serve = Serve::start(folder.path(), &[]);
    let write = |name: &str, callback: &Value| {
        std::fs::write(folder.path().join(name), callback.to_string()).expect("a file");
    };
    write("1.json", &c2c_sent("Lunch?"));
    write("2.json", &c2c_edited("best casino in town"));
    write("3.json", &group_edited("a casino"));
    let sent = stdout(&run(folder.path(), &["send", "1.json", "2.json", "3.json"]));
    assert_eq!(sent.matches("against the rules").count(), 2, "{sent}");
    assert!(serve.next_line().contains("stored"));
    let line = serve.next_line();
    assert!(line.contains("edit    against the rules") && line.contains("adverts: reject"), "{line}");

    let listed = stdout(&run(folder.path(), &["messages", "violations"]));
    assert!(listed.contains("Against: adverts (reject)") && listed.ends_with("2 open violations\n"), "{listed}");
    let of_group = stdout(&run(folder.path(), &["messages", "violations", "--group", "@TGS#1"]));
    assert!(of_group.ends_with("1 open violation\n"), "{of_group}");
    let of_nobody = run(folder.path(), &["messages", "violations", "--account", "bob"]);
    assert!(stdout(&of_nobody).contains("0 open violations"));
    assert!(String::from_utf8_lossy(&of_nobody.stderr).contains("holds no open violation of bob"));

    let json: Value = serde_json::from_str(&stdout(&run(
        folder.path(),
        &["messages", "violations", "--c2c", "grace", "ada", "--format", "json"],
    )))
    .expect("JSON");
    let id = json[0]["Id"].as_str().expect("an id");
    assert_eq!(json[0]["Violation"]["Rules"], json!(["adverts"]));
    assert!(listed.contains(&id[..12]), "{listed}");

    let exported = stdout(&run(folder.path(), &["messages", "export", "--all"]));
    assert_eq!(exported.matches("\"Outcome\":\"violation\"").count(), 2, "{exported}");

    let judged = stdout(&run(folder.path(), &["messages", "judge", &id[..12], "--how", "left", "--by", "mod"]));
    assert_eq!(judged, format!("{}: left by mod\n", &id[..12]));
    let again = refused(folder.path(), &["messages", "judge", &id[..12], "--how", "left", "--by", "mod"], 1);
    assert!(again.contains("has no open violation"), "{again}");
    assert!(refused(folder.path(), &["messages", "judge", "xyz", "--how", "left"], 2).contains("hexadecimal"));
    let left = stdout(&run(folder.path(), &["messages", "violations"]));
    assert!(left.ends_with("1 open violation\n"), "{left}");
    let done = stdout(&run(folder.path(), &["messages", "violations", "--judged"]));
    assert!(done.contains("Judged: left by mod"), "{done}");
    serve.interrupt();
}

#[test]
fn a_listing_shows_the_mark_and_recover_judges_by_the_rules_it_is_given() {
    let folder = folder_with(RULES);
    let serve = Serve::start(folder.path(), &[]);
    let callback = c2c_sent("best casino in town");
    let lost = json!({
        "message": "lost", "request_id": "1", "received_at": now(), "query": query(command(&callback)), "part": 1,
        "parts": 1, "base64": BASE64.encode(callback.to_string()),
    });
    std::fs::write(folder.path().join("log.json"), format!("{lost}\n")).expect("a file");
    let recovered = stdout(&run(folder.path(), &["recover", "log.json", "--rules", "rules/rules.toml"]));
    assert!(recovered.contains("1 stored"), "{recovered}");
    let listed = stdout(&run(folder.path(), &["messages", "list", "--c2c", "ada", "grace"]));
    assert!(listed.contains("against adverts (open)"), "{listed}");
    serve.interrupt();
}
