//! The program as people use it: `chathook` run in a folder, its output read.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use chathook_archive::RawItem;
use chathook_tests::faults::{Fault, proxy};
use chathook_tests::program::{RULES, Serve, chathook, folder_with, refused, run, stdout};
use chathook_tests::{TABLE, engine, workspace};
use serde_json::Value;

#[test]
fn serve_answers_keeps_and_leaves_its_data() {
    let folder = folder_with(RULES);
    let folder = folder.path();
    let serve = Serve::start(folder, &[]);

    // The curl command that it prints works as it is.
    let curl = serve.greeting.iter().skip_while(|line| *line != "try it:").skip(1);
    let curl = curl.take_while(|line| line.starts_with("  ")).cloned().collect::<Vec<_>>().join("\n");
    let answer = Command::new("bash").args(["-c", &curl]).output().expect("bash runs");
    let answer: Value = serde_json::from_slice(&answer.stdout).unwrap_or_else(|_| panic!("{curl}\n{answer:?}"));
    assert_eq!(answer["ActionStatus"], "OK", "{answer}");

    // `send` finds the running serve.
    let callback = |name: &str| workspace().join(format!("tests/fixtures/callbacks/{name}.json")).display().to_string();
    let sent = stdout(&run(folder, &["send", &callback("c2c_before_send"), &callback("c2c_after_send")]));
    assert!(sent.contains("c2c_before_send.json: C2C.CallbackBeforeSendMsg → allow"), "{sent}");
    assert!(sent.contains("C2C.CallbackAfterSendMsg → stored\n"), "{sent}");

    // `messages` reads the same from it, and from what it left behind.
    let body = std::fs::read_to_string(callback("c2c_after_send")).expect("a fixture");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let text = |name: &str| body[name].as_str().expect("text");
    let (a, b, key) = (text("From_Account"), text("To_Account"), text("MsgKey"));
    let list = ["messages", "list", "--c2c", b, a, "--format", "json"];
    let get = ["messages", "get", "--msg-key", key, "--c2c", a, b, "--format", "json"];
    let while_it_runs = stdout(&run(folder, &list));
    let listed: Value = serde_json::from_str(&while_it_runs).expect("JSON");
    assert_eq!((&listed[0]["MsgKey"], &listed[0]["SendMsgResult"]), (&body["MsgKey"], &body["SendMsgResult"]));
    serve.interrupt();
    assert_eq!(stdout(&run(folder, &list)), while_it_runs);
    assert_eq!(stdout(&run(folder, &get)), while_it_runs);
    let table = stdout(&run(folder, &["messages", "list", "--c2c", a, b]));
    assert!(table.contains(key) && table.contains("1 message"), "{table}");

    let missing = refused(folder, &["messages", "get", "--msg-key", "1_2_3", "--c2c", a, b], 1);
    assert!(missing.contains("no such message") && missing.contains("MsgKey 1_2_3 of --c2c"), "{missing}");
}

#[test]
fn every_fixture_is_answered_and_what_was_sent_is_stored() {
    // Without a rules file, the shipped rules are in force.
    let folder = tempfile::tempdir().expect("a folder");
    let serve = Serve::start(folder.path(), &["--in-memory"]);
    let fixtures = |kind: &str| -> Vec<String> {
        let folder = workspace().join("tests/fixtures").join(kind);
        let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
        files.map(|file| file.display().to_string()).collect()
    };
    let files = [fixtures("callbacks"), fixtures("changes")].concat();
    let arguments = ["send", "--format", "json", "--url", serve.url()];
    let output = chathook(folder.path()).args(arguments).args(&files).output().expect("chathook runs");
    let answers = stdout(&output);
    assert_eq!(answers.lines().count(), files.len());
    for (file, answer) in files.iter().zip(answers.lines()) {
        let reply = &serde_json::from_str::<Value>(answer).expect("JSON")["reply"];
        let (code, info) = match Path::new(file).file_stem().and_then(OsStr::to_str).expect("a name") {
            "c2c_before_send_advert" | "c2c_before_send_advert_zh" => (120_001, "No adverts, please."),
            "group_before_send_advert" => (10_100, "No adverts, please."),
            "group_before_send_spam" => (2, ""),
            _ => (0, ""),
        };
        let is_masked = file.contains("_messenger_link");
        assert_eq!(
            (&reply["ActionStatus"], &reply["ErrorCode"], &reply["ErrorInfo"], reply["MsgBody"].is_array()),
            (&"OK".into(), &code.into(), &info.into(), is_masked),
            "{file}: {reply}"
        );
    }

    for file in fixtures("callbacks").iter().filter(|file| file.contains("_after_send")) {
        let callback: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("a file")).expect("JSON");
        let text = |name: &str| callback[name].as_str().unwrap_or_default().to_owned();
        let (from, to, group, topic) = (text("From_Account"), text("To_Account"), text("GroupId"), text("TopicId"));
        let mut arguments = vec!["messages", "list", "--format", "json"];
        match group.as_str() {
            "" => arguments.extend(["--c2c", &from, &to]),
            group => arguments.extend(["--group", group, "--topic", &topic]),
        }
        let listed: Value = serde_json::from_str(&stdout(&run(folder.path(), &arguments))).expect("JSON");
        let listed = listed.as_array().expect("an array");
        // Some were edited since.
        let was_sent = |record: &Value| {
            record["Versions"].get(0).map_or(record["MsgBody"].clone(), |first| first["MsgBody"].clone())
        };
        let is_it =
            |record: &&Value| was_sent(record) == callback["MsgBody"] && record["From_Account"] == from.as_str();
        assert!(listed.iter().any(|record| is_it(&record)), "{file}: {listed:#?}");
    }
}

#[test]
fn what_happened_later_is_shown_with_the_message() {
    let folder = folder_with(RULES);
    let serve = Serve::start(folder.path(), &["--in-memory"]);
    let fixture =
        |name: &str| workspace().join("tests/fixtures").join(name).with_extension("json").display().to_string();
    let send = |path: &str, names: &[&str]| {
        let url = format!("{}{path}", serve.url());
        let output = chathook(folder.path())
            .args(["send", "--url", &url])
            .args(names.iter().map(|name| fixture(name)))
            .output()
            .expect("chathook runs");
        assert!(output.status.success(), "{output:?}");
    };
    // The changes come first, and a recall even before its message.
    send(
        "/after-change",
        &[
            "changes/c2c_after_msg_withdraw",
            "changes/c2c_after_modify_msg",
            "changes/c2c_after_msg_report",
            "changes/group_after_recall_msg",
            "changes/group_send_msg_exception",
        ],
    );
    send("/", &["callbacks/c2c_after_send", "callbacks/c2c_after_send_failed", "callbacks/group_after_send"]);
    send("/", &["callbacks/group_after_send_topic", "changes/group_after_modify_msg"]);

    let shown = |arguments: &[&str]| stdout(&run(folder.path(), &[&["messages"], arguments].concat()));
    let table = shown(&["list", "--c2c", "ana", "bo"]).split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in ["Lunch at one?", "edited", "recalled", "bo has read what came up to 2025-10-09T08:53:32Z"] {
        assert!(table.contains(expected), "{expected}: {table}");
    }
    let messages = |arguments: &[&str]| -> Vec<Value> {
        serde_json::from_str(&shown(&[arguments, &["--format", "json"]].concat())).expect("JSON")
    };
    let recalled = messages(&["recalled", "--c2c", "bo", "ana"]);
    let [message] = &recalled[..] else { panic!("one message: {recalled:#?}") };
    assert_eq!(message["Recall"]["From_Account"], "ana");
    let texts: Vec<_> =
        message["Versions"].as_array().expect("versions").iter().map(|version| &version["Text"]).collect();
    assert_eq!(texts.len(), 2, "{message:#}");
    assert_eq!((texts[1], &message["Text"]), (&message["Text"], texts[1]));

    let topic = ["--group", "@TGS#_@TGS#cGARDENERS", "--topic", "@TGS#_@TGS#cGARDENERS@TOPIC#_Roses"];
    assert_eq!(messages(&[&["recalled"], &topic[..]].concat())[0]["Recall"]["Operator_Account"], "admin");
    let edited = messages(&["get", "--group", "@TGS#1HIKERS00", "--seq", "41"]);
    assert_eq!(edited[0]["Text"], "Who has a spare tent for three?");
    let refused = messages(&["failed", "--group", "@TGS#1HIKERS00", "--limit", "1"]);
    assert_eq!((refused.len(), &refused[0]["ErrorCode"]), (1, &serde_json::json!(10023)));
    assert!(messages(&["failed", "--c2c", "ana", "bo"]).is_empty(), "the later attempt succeeded");
}

#[test]
fn mistakes_are_told_with_the_fix() {
    let folder =
        folder_with("schema = 1\n[[rule]]\nid = \"a\"\nwhen = { terms = [] }\naction = { type = \"discard\" }\n");
    let folder = folder.path();
    for (arguments, code, expected) in [
        (vec!["serve"], 1, "rules/rules.toml"),
        (vec!["rules", "check", "rules/rules.toml"], 1, "rules.toml:4"),
        (vec!["rules", "check", "missing.toml"], 1, "there is no file missing.toml; name a rules file"),
        (vec!["serve", "--listen", "0.0.0.0:0"], 1, "set both"),
        (vec!["serve", "--in-memory", "--data", "x"], 2, "--data"),
        (vec!["send", "missing.json"], 1, "missing.json"),
        (vec!["send", "--url", "http://127.0.0.1:9/?a=b", "x.json"], 1, "has a query"),
        (vec!["send"], 2, "FILE"),
        (vec!["messages", "list", "--c2c", "a", "b"], 1, "no `serve` runs"),
        (vec!["messages", "list", "--c2c", "a", "b", "--group", "g"], 2, "--group"),
        (vec!["messages", "list"], 2, "--c2c"),
        (vec!["messages", "get", "--seq", "1"], 2, "--group"),
        (vec!["messages", "read-receipts", "--group", "g"], 2, "--c2c"),
        (vec!["messages", "list", "--c2c", "a", "b", "--follow", "--newest"], 2, "--newest"),
        (vec!["messages", "list", "--c2c", "a", "b", "--from-time", "noon"], 2, "RFC 3339"),
        (vec!["messages", "list", "--c2c", "a", "b", "--aws"], 2, "--table"),
        (vec!["messages", "get", "--c2c", "a", "b"], 2, "--msg-key"),
        (vec!["messages", "list", "--c2c", "a", "b", "--limit", "0"], 2, "at least 1"),
        (vec!["messages", "list", "--c2c", "a", "b", "--limit", "all"], 2, "a high one for all"),
        (vec!["messages", "list", "--c2c", "a", "b", "--element", "TIMFile"], 2, "did you mean `TIMFileElem`?"),
        (vec!["messages", "list", "--c2c", "a", "b", "--from-time", "2025-10-10", "--to-time", "1"], 1, "exchange"),
        (vec!["messages", "list", "--account", "ada "], 2, "did you mean `ada`?"),
        (vec!["messages", "list", "--account", ""], 2, "--account"),
        (vec!["messages", "get", "--c2c", "a", "b", "--msg-key", "1_2"], 2, "MsgSeq_MsgRandom_MsgTime"),
        (vec!["rules", "check", "rules"], 1, "rules is a folder; name its rules file, as in rules/rules.toml"),
        (vec!["rules", "pack", "rules/rules.toml", "-o", "rules"], 1, "such as rules/rules.pack"),
        (vec!["erase"], 2, "ACCOUNT"),
        (vec!["erase", ""], 2, "ACCOUNT"),
        (vec!["erase", "ana"], 1, "no `serve` runs"),
        (vec!["erase", "ana", "--dry-run", "--yes"], 2, "--dry-run"),
        (vec!["recover", "rules/rules.toml"], 1, "has no `lost` record in it; give a function's log"),
    ] {
        let told = refused(folder, &arguments, code);
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
    std::fs::write(folder.join("callback.json"), "{}").expect("a file");
    let told = refused(folder, &["send", "--url", "http://127.0.0.1:9", "callback.json"], 1);
    assert!(told.contains("CallbackCommand"), "{told}");
    let callback = workspace().join("tests/fixtures/callbacks/c2c_before_send.json").display().to_string();
    let told = refused(folder, &["send", "--url", "http://127.0.0.1:9", &callback], 1);
    assert!(told.contains("chathook serve"), "{told}");
}

#[test]
fn shells_and_man_know_every_command_and_the_version_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let version = stdout(&run(folder, &["--version"]));
    assert!(version.starts_with(concat!("chathook ", env!("CARGO_PKG_VERSION"), " (")), "{version}");
    for (shell, sign) in [
        ("bash", "complete -F _chathook"),
        ("elvish", "edit:completion:arg-completer[chathook]"),
        ("fish", "complete -c chathook"),
        ("powershell", "Register-ArgumentCompleter"),
        ("zsh", "#compdef chathook"),
    ] {
        let script = stdout(&run(folder, &["completions", shell]));
        assert!(script.contains(sign) && script.contains("read-receipts"), "{shell}");
    }
    assert!(refused(folder, &["completions", "csh"], 2).contains("bash"));

    let _ = stdout(&run(folder, &["man", "share/man1"]));
    for (page, text) in
        [("chathook", "Tencent"), ("chathook-messages-list", "\\-\\-follow"), ("chathook-serve", "9000")]
    {
        let page = std::fs::read_to_string(folder.join(format!("share/man1/{page}.1"))).expect("a page");
        assert!(page.contains(".SH") && page.contains(text), "{page}");
    }
    std::fs::write(folder.join("file"), "").expect("a file");
    assert!(refused(folder, &["man", "file"], 1).contains("cannot write to file"));
}

#[test]
fn one_serve_at_a_time_uses_a_data_folder() {
    let folder = folder_with(RULES);
    let serve = Serve::start(folder.path(), &[]);
    let told = refused(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--dynamodb-listen", "127.0.0.1:0"], 1);
    assert!(told.contains(serve.url()) && told.contains("--data"), "{told}");
}

#[test]
fn a_wrong_token_is_turned_away_and_send_says_so() {
    let folder = folder_with(RULES);
    let serve = Serve::start(folder.path(), &["--in-memory"]);
    let callback = workspace().join("tests/fixtures/callbacks/c2c_before_send.json");
    let output = chathook(folder.path())
        .args(["send", "--url", serve.url()])
        .arg(callback)
        .envs([("SDK_APP_ID", "1400000000"), ("CALLBACK_TOKEN", "mistyped")])
        .output()
        .expect("chathook runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("refused with HTTP 403"), "{output:?}");
}

/// A `serve` that has got every fixture.
fn served(folder: &Path) -> Serve {
    let serve = Serve::start(folder, &["--in-memory"]);
    let fixtures = ["callbacks", "changes"].map(|kind| workspace().join("tests/fixtures").join(kind));
    let files = fixtures.iter().flat_map(|folder| std::fs::read_dir(folder).expect("a folder"));
    let files = files.map(|file| file.expect("a file").path());
    let sent = chathook(folder).args(["send", "--url", serve.url()]).args(files).output().expect("chathook runs");
    assert!(sent.status.success(), "{sent:?}");
    serve
}

#[test]
fn questions_across_conversations_are_answered() {
    let folder = folder_with(RULES);
    let _serve = served(folder.path());
    let texts = |arguments: &[&str]| -> Vec<String> {
        let output = stdout(&run(folder.path(), &[&["messages"], arguments, &["--format", "json"]].concat()));
        let messages: Vec<Value> = serde_json::from_str(&output).expect("JSON");
        messages.iter().map(|message| message["Text"].as_str().expect("a text").to_owned()).collect()
    };
    let spare = "Who has a spare tent for three?";
    for (arguments, expected) in [
        (&["recalled"][..], &["The roses have aphids again.", "Lunch at one?"][..]),
        (&["failed"], &["every number is a string", "me, me, me"]),
        (&["failed", "--account", "bo"], &["every number is a string", "me, me, me"]),
        (&["failed", "--account", "ana"], &[]),
        (&["list", "--account", "ana", "--text", "TENT"], &[spare]),
        (&["list", "--group", "@TGS#1HIKERS00", "--sender", "ana", "--text", "tent"], &[spare]),
        (&["list", "--group", "@TGS#1HIKERS00", "--sender", "bo", "--text", "tent"], &[]),
        (&["list", "--account", "ana", "--element", "TIMTextElem", "--text", "tent"], &[spare]),
        (&["list", "--account", "ana", "--element", "TIMImageElem", "--text", "tent"], &[]),
        (&["list", "--group", "@TGS#1HIKERS00", "--from-time", "1760000101", "--to-time", "1760000101"], &[spare]),
        (&["get", "--c2c", "ana", "bo", "--msg-key", "51203_7719034_1760000001"], &["Lunch at one?"]),
    ] {
        assert_eq!(texts(arguments), expected, "{arguments:?}");
    }
    let marks = stdout(&run(folder.path(), &["messages", "read-receipts", "--c2c", "ana", "bo", "--format", "json"]));
    let marks: Value = serde_json::from_str(&marks).expect("JSON");
    assert_eq!(marks, serde_json::json!([{"Report_Account": "bo", "LastReadTime": 1_760_000_012}]));

    let id = "144115190000000001-1760000103-660103";
    let topic = ["--group", "@TGS#_@TGS#cGARDENERS", "--topic", "@TGS#_@TGS#cGARDENERS@TOPIC#_Roses"];
    let arguments = [&["messages", "get", "--msg-id", id], &topic[..]].concat();
    let told = refused(folder.path(), &arguments, 1);
    assert!(told.contains("no such message"), "the fixture has no MsgId: {told}");
}

#[test]
fn what_is_not_found_is_named_with_what_may_be_wrong() {
    let folder = folder_with(RULES);
    let _serve = served(folder.path());
    let community = "@TGS#_@TGS#cGARDENERS";
    for (arguments, expected) in [
        (&["list", "--c2c", "ana", "nobody"][..], &["no message of --c2c ana nobody", "spells", "conversations"][..]),
        (&["list", "--group", community], &["is a community", "--topic"]),
        (&["list", "--c2c", "ana", "bo", "--element", "TIMAuraElem"], &["no element type TIMAuraElem", "TIMTextElem"]),
        (&["list", "--c2c", "ana", "bo", "--sender", "cy", "--text", "x"], &["sent by cy, with \"x\" in its text"]),
        (&["list", "--c2c", "ana", "bo", "--from-time", "2031-01-01"], &["from 2031-01-01T00:00:00Z"]),
        (&["list", "--c2c", "ana", "bo", "--to-time", "2001-01-01"], &["to 2001-01-01T23:59:59Z"]),
        (&["list", "--account", "Ana"], &["no message of Ana", "spells"]),
        (&["failed", "--account", "ana"], &["no message that did not arrive of ana"]),
        (&["recalled", "--from-time", "2031-01-01"], &["no recalled message of anybody"]),
        (&["read-receipts", "--c2c", "ana", "nobody"], &["no read receipt of --c2c ana nobody"]),
    ] {
        let output = run(folder.path(), &[&["messages"], arguments].concat());
        let (printed, said) = (stdout(&output), String::from_utf8_lossy(&output.stderr).into_owned());
        assert!(expected.iter().all(|expected| said.contains(expected)), "{arguments:?}: {said}");
        assert!(!printed.contains("MsgTime"), "an empty table says nothing: {printed}");
    }
    for (arguments, expected) in [
        (&["get", "--group", community, "--seq", "7"][..], "MsgSeq 7 of --group @TGS#_@TGS#cGARDENERS; "),
        (&["export", "--c2c", "ana", "nobody", "-o", "out.jsonl"], "nothing of --c2c ana nobody"),
        (&["export", "--group", community, "--format", "csv", "-o", "out.jsonl"], "--topic"),
        (&["export", "--c2c", "ana", "nobody"], "nothing to export"),
    ] {
        let told = refused(folder.path(), &[&["messages"], arguments].concat(), 1);
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
    assert!(!folder.path().join("out.jsonl").exists());
}

#[test]
fn times_are_read_and_shown_as_people_write_them() {
    let folder = folder_with(RULES);
    let _serve = served(folder.path());
    let list = |zone: &str, arguments: &[&str]| {
        let mut command = chathook(folder.path());
        command.env("TZ", zone).args(["messages", "list", "--group", "@TGS#1HIKERS00", "--text", "tent"]);
        stdout(&command.args(arguments).output().expect("chathook runs"))
    };
    for (zone, from, to, expected) in [
        ("UTC0", "1760000101", "1760000101", "2025-10-09T08:55:01Z"),
        ("UTC0", "1760000101000", "1760000101999", "2025-10-09T08:55:01Z"),
        ("UTC0", "2025-10-09", "2025-10-09", "2025-10-09T08:55:01Z"),
        ("CET-1", "2025-10-09T09:55:01", "2025-10-09T09:55:01", "2025-10-09T09:55:01+01:00"),
        ("LINT-14", "2025-10-09", "2025-10-09", "2025-10-09T22:55:01+14:00"),
    ] {
        let range = ["--from-time", from, "--to-time", to];
        let table = list(zone, &range);
        assert!(table.contains("1 message") && table.contains(expected), "{zone} {range:?}: {table}");
    }
    let utc = list("CET-1", &["--utc", "--from-time", "2025-10-09T08:55:01", "--to-time", "2025-10-09T08:55:01"]);
    assert!(utc.contains("2025-10-09T08:55:01Z"), "{utc}");
}

#[test]
fn conversations_are_listed_with_the_words_that_list_their_messages() {
    let folder = folder_with(RULES);
    let _serve = served(folder.path());
    let messages = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["messages"], arguments, &["--format", "json"]].concat());
        serde_json::from_str::<Vec<Value>>(&stdout(&output)).expect("JSON")
    };
    let conversations = messages(&["conversations"]);
    let newest: Vec<_> = conversations.iter().map(|one| one["Newest"].as_u64()).collect();
    assert!(newest.len() > 3 && newest.is_sorted_by(|one, next| one >= next), "{newest:?}");
    for conversation in &conversations {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let options = match conversation["Accounts"].as_array() {
            Some(accounts) => vec!["--c2c".to_owned(), text(&accounts[0]), text(&accounts[1])],
            None => ["--group", &text(&conversation["GroupId"]), "--topic", &text(&conversation["TopicId"])]
                .map(str::to_owned)
                .to_vec(),
        };
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        let listed = messages(&[&["list", "--limit", "1000"], &options[..]].concat());
        assert_eq!(conversation["Messages"], listed.len(), "{conversation}");
        // What has no MsgTime counts by its arrival.
        let sent = |message: &Value| message["MsgTime"].as_u64().or(message["ReceivedAt"].as_u64());
        let newest = listed.iter().filter_map(sent).max();
        assert_eq!(conversation["Newest"].as_u64(), newest, "{conversation}");
    }
    assert_eq!(messages(&["conversations", "--limit", "2"]), conversations[..2]);

    let output = run(folder.path(), &["messages", "conversations"]);
    let table = stdout(&output);
    let topic = "--group @TGS#_@TGS#cGARDENERS --topic @TGS#_@TGS#cGARDENERS@TOPIC#_Roses";
    assert!(table.contains("--c2c ana bo ") && table.contains(topic), "{table}");
    assert!(table.contains(&format!("{} conversations", conversations.len())), "{table}");
    assert!(output.stderr.is_empty(), "locally it costs nothing: {output:?}");
}

#[test]
fn a_narrow_terminal_gets_details_and_get_shows_versions() {
    let folder = folder_with(RULES);
    let _serve = served(folder.path());
    let shown = |columns: &str, arguments: &[&str]| {
        let mut command = chathook(folder.path());
        command.env("COLUMNS", columns).arg("messages").args(arguments);
        stdout(&command.output().expect("chathook runs"))
    };
    let list = ["list", "--c2c", "ana", "bo"];
    let (narrow, wide) = (shown("80", &list), shown("100", &list));
    assert!(!narrow.contains('│') && wide.contains('│'), "{narrow}{wide}");
    let get = ["get", "--c2c", "ana", "bo", "--msg-key", "51203_7719034_1760000001"];
    let got = shown("200", &get);
    for expected in [
        "2025-10-09T08:53:21Z  ana to bo\n  Lunch at one?\n",
        "\n  Result: delivered, edited, recalled by ana 20",
        "\n  MsgKey: 51203_7719034_1760000001\n",
        "\n  Version 1, as it was sent: ",
        "\n  Version 2, edited 2025-10-09T",
        ": Lunch at one?\n",
    ] {
        assert!(narrow.contains(expected) && got.contains(expected), "{expected}: {narrow}\n{got}");
    }

    // A pipe gets colours only if it is told to.
    let coloured = |arguments: &[&str], no_color: &str| {
        let mut command = chathook(folder.path());
        command.env("NO_COLOR", no_color).arg("messages").args(get).args(arguments);
        stdout(&command.output().expect("chathook runs")).contains('\u{1b}')
    };
    let always = &["--color", "always"];
    for (arguments, no_color, expected) in [
        (&[][..], "", false),
        (always, "", true),
        (always, "1", true),
        (&["--color", "auto"], "1", false),
        (&["--color", "never"], "", false),
    ] {
        assert_eq!(coloured(arguments, no_color), expected, "{arguments:?} {no_color}");
    }
}

/// Far more than a line takes. A program that hangs must not hang the tests.
const PATIENCE: Duration = Duration::from_mins(5);

/// A command that runs until it is killed.
struct Following {
    child: Child,
    lines: Receiver<String>,
}

impl Following {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = chathook(folder).args(arguments).stdout(Stdio::piped()).spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
        Self { child, lines }
    }

    fn next_line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // It has ended already if it failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn follow_shows_what_is_new_and_what_changes() {
    let folder = folder_with(RULES);
    let serve = served(folder.path());
    let follow = ["messages", "list", "--c2c", "ana", "bo", "--follow", "--limit", "1"];
    let following = Following::start(folder.path(), &follow);
    let newest = following.next_line();

    let file = folder.path().join("callback.json");
    let send = |callback: Value| {
        std::fs::write(&file, callback.to_string()).expect("a file");
        let arguments = ["send", "--url", serve.url(), "callback.json"];
        let _ = stdout(&run(folder.path(), &arguments));
    };
    send(serde_json::json!({
        "CallbackCommand": "C2C.CallbackAfterSendMsg", "From_Account": "ana", "To_Account": "bo", "MsgSeq": 7,
        "MsgRandom": 8, "MsgTime": 1_790_000_000, "MsgKey": "7_8_1790000000", "SendMsgResult": 0,
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "are you there?\u{1b}[31m"}}],
    }));
    let new = following.next_line();
    assert!(new.contains("ana to bo: are you there?\u{fffd}[31m") && new.contains("delivered"), "{newest}{new}");
    send(serde_json::json!({
        "CallbackCommand": "C2C.CallbackAfterMsgWithDraw", "From_Account": "ana", "To_Account": "bo",
        "MsgKey": "7_8_1790000000",
    }));
    let changed = following.next_line();
    assert!(changed.contains("are you there?") && changed.contains("recalled by ana"), "{changed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn follow_survives_an_outage_and_misses_nothing() {
    let (direct, archive) = engine().await;
    let (dynamodb, switch) = proxy(&direct, Fault::None).await;
    let put = async |at: u64| {
        let sk = format!("{at:020}#{at:020}#{at:020}");
        let item = serde_json::json!({
            "pk": "c2c#ada#grace", "sk": sk, "From_Account": "ada", "To_Account": "grace", "MsgTime": at,
            "MsgSeq": at, "Text": format!("number {at}"),
        });
        archive.import(&RawItem::from_json(&item.to_string()).expect("an item")).await.expect("written");
    };
    put(1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let follow = ["messages", "list", "--c2c", "ada", "grace", "--follow", "--dynamodb-endpoint", &dynamodb];
    let following = Following::start(folder.path(), &[&follow[..], &["--table", TABLE]].concat());
    assert!(following.next_line().contains("number 1"));
    switch.set(Fault::Closed);
    // More than one page.
    for at in 2..=120 {
        put(at).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    switch.set(Fault::None);
    for at in 2..=120 {
        assert!(following.next_line().ends_with(&format!("number {at}")));
    }
}

#[test]
fn erase_blanks_says_how_much_and_needs_no_index() {
    let folder = folder_with(RULES);
    let _serve = served(folder.path());
    let erase = |arguments: &[&str]| stdout(&run(folder.path(), &[&["erase", "ana"], arguments].concat()));
    // Nobody is there to answer.
    let told = refused(folder.path(), &["erase", "ana"], 1);
    assert!(told.contains("nothing was blanked") && told.contains("--yes"), "{told}");
    let would = erase(&["--dry-run"]);
    assert!(would.contains("would blank 5 messages of ana and 5 changes"), "{would}");
    let scanned: Value = serde_json::from_str(&erase(&["--dry-run", "--scan", "--format", "json"])).expect("JSON");
    assert_eq!((&scanned["Messages"], &scanned["Changes"], &scanned["DryRun"]), (&5.into(), &5.into(), &true.into()));
    let did = erase(&["--yes"]);
    assert!(did.contains("blanked 5 messages of ana and 5 changes") && did.contains("`erasure#ana`"), "{did}");
    let table = stdout(&run(folder.path(), &["messages", "list", "--account", "ana"]));
    assert!(table.contains("erased") && !table.contains("Lunch"), "{table}");
    assert!(erase(&["--yes"]).contains("nothing new of ana since"));
    let unknown = stdout(&run(folder.path(), &["erase", "Ana", "--yes"]));
    assert!(unknown.contains("nothing of Ana to blank"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_is_interrupted_says_how_to_go_on() {
    let (direct, archive) = engine().await;
    for at in 0..250 {
        let item = serde_json::json!({
            "pk": "c2c#ana#bo", "sk": format!("{at:020}#{at:020}#{at:020}"), "From_Account": "ana", "To_Account": "bo",
            "MsgTime": at, "OccurredAt": at, "Text": "secret",
        });
        archive.import(&RawItem::from_json(&item.to_string()).expect("an item")).await.expect("written");
    }
    // It would take seconds, and then there is no answer any more.
    let (dynamodb, switch) = proxy(&direct, Fault::Late(Duration::from_millis(100))).await;
    let folder = tempfile::tempdir().expect("a folder");
    let erase = |endpoint: &str| {
        let mut command = chathook(folder.path());
        command.args(["erase", "ana", "--yes", "--dynamodb-endpoint", endpoint, "--table", TABLE]);
        command
    };
    let mut child = erase(&dynamodb).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut said = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    said.read_line(&mut line).expect("text");
    assert_eq!(line, "blanking what ana sent, in messages\n", "it says so without a terminal");
    switch.set(Fault::Silence);
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let rest: Vec<_> = said.lines().map_while(Result::ok).collect();
    assert_eq!(child.wait().expect("a status").code(), Some(1));
    let told = rest.join("\n");
    assert!(told.contains("the erasure is unfinished") && told.contains("it goes on where it stopped"), "{told}");

    let done = tokio::task::spawn_blocking({
        let mut command = erase(&direct);
        move || command.output().expect("chathook runs")
    });
    let done = stdout(&done.await.expect("no panic"));
    assert_eq!(done, "messages: blanked 250 messages of ana and 0 changes of them; the receipt is `erasure#ana`\n");
}
