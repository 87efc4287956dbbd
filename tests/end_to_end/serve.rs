//! `serve` and what is used beside it: `trigger`, `send`, `demo`.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::path::Path;
use std::process::{Command, Stdio};

use chathook_tests::program::{RULES, Serve, chathook, folder_with, refused, run, stdout};
use chathook_tests::workspace;
use serde_json::Value;

fn fixture(name: &str) -> String {
    workspace().join("tests/fixtures").join(name).with_extension("json").display().to_string()
}

/// One space where there are several.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of the view without the time that it tells.
fn without_time(line: &str) -> String {
    let line = words(line);
    let (before, after) = line.split_once(" ms ").unwrap_or_else(|| panic!("a time: {line}"));
    let (before, digits) = before.rsplit_once(' ').expect("a number");
    assert!(digits.parse::<u64>().is_ok(), "{line}");
    format!("{before} | {after}")
}

const ADA_TO_GRACE: [&str; 6] = ["trigger", "c2c", "--from", "ada", "--to", "grace"];

fn trigger(folder: &Path, arguments: &[&str]) -> String {
    stdout(&run(folder, &[&ADA_TO_GRACE[..], arguments].concat()))
}

const ALL_ACTIONS: &str = r#"
schema = 1
[[rule]]
id = "adverts"
when = { terms = ["casino"] }
action = { type = "reject", c2c_code = 120001, group_code = 10100, text = "No adverts, please." }
[[rule]]
id = "plain"
when = { terms = ["roulette"] }
action = { type = "reject" }
[[rule]]
id = "spam"
when = { terms = ["lottery"] }
action = { type = "discard" }
[[rule]]
id = "rude"
when = { terms = ["darn"] }
action = { type = "mask", with = "*" }
[[rule]]
id = "odd"
when = { terms = ["strange"] }
action = { type = "flag" }
[[rule]]
id = "trial"
mode = "shadow"
when = { terms = ["hello"] }
action = { type = "discard" }
"#;

#[test]
fn what_the_platform_would_do_is_told_and_shown() {
    let folder = folder_with(ALL_ACTIONS);
    let folder = folder.path();
    let serve = Serve::start(folder, &["--in-memory"]);
    for (text, told, shown) in [
        ("Lunch?", &["allow", "Delivered to grace as it is.", "stored"][..], "before allow | ada → grace \"Lunch?\""),
        (
            "a casino",
            &[
                "reject 120001: No adverts, please.",
                "Refused; ada sees the error 120001, \"No adverts, please.\" (rule adverts).",
            ],
            "before reject | ada → grace \"a casino\" adverts: 120001 No adverts, please.",
        ),
        (
            "roulette",
            &["reject", "Refused; ada sees the error 20006 (rule plain)."],
            "before reject | ada → grace \"roulette\" plain",
        ),
        (
            "a lottery",
            &["discard", "Hidden from others; ada sees it sent (rule spam)."],
            "before discard | ada → grace \"a lottery\" spam",
        ),
        (
            "darn it",
            &["rewrite", "Delivered to grace as \"**** it\" (rule rude).", "stored", "kept"],
            "before rewrite | ada → grace \"darn it\" rude: \"**** it\"",
        ),
        (
            "strange",
            &["flag", "Delivered to grace as it is (rule odd).", "stored"],
            "before flag | ada → grace \"strange\" odd",
        ),
        (
            "hello",
            &["allow", "Delivered to grace as it is.", "stored"],
            "before allow | ada → grace \"hello\" in shadow mode: trial",
        ),
    ] {
        let output = trigger(folder, &[text]);
        for told in told {
            assert!(output.contains(told), "{text}: {told} in {output}");
        }
        assert_eq!(without_time(&serve.next_line()), shown);
        if output.contains("stored") {
            assert!(without_time(&serve.next_line()).starts_with("after stored | ada → grace"), "{text}");
            // What it suggests finds the message.
            let look = output.lines().find_map(|line| line.strip_prefix("look ")).expect("a command").trim();
            let look = Command::new("sh").arg("-c").arg(look).current_dir(folder).output().expect("sh runs");
            assert!(stdout(&look).contains("ada"), "{look:?}");
        }
    }
}

#[test]
fn all_that_a_message_holds_can_be_triggered_into_a_group_too() {
    let folder = folder_with(RULES);
    let folder = folder.path();
    let serve = Serve::start(folder, &["--in-memory"]);
    let custom = r#"{"MsgType": "TIMCustomElem", "MsgContent": {"Data": "{}", "Desc": "an order"}}"#;
    let into =
        ["trigger", "group", "--from", "ada", "--group", "@TGS#1", "--topic", "@TGS#1@TOPIC#a", "--format", "json"];
    let what = ["see", "--image", "https://example.com/a.png", "--file", "a.pdf", "--json", custom];
    let told: Value = serde_json::from_str(&stdout(&run(folder, &[&into[..], &what].concat()))).expect("JSON");
    assert_eq!((&told["before"]["verdict"], &told["after"]["verdict"]), (&"allow".into(), &"stored".into()), "{told}");
    let kept = &told["kept"][0];
    assert_eq!((&kept["GroupId"], &kept["TopicId"]), (&"@TGS#1".into(), &"@TGS#1@TOPIC#a".into()), "{told}");
    assert_eq!(kept["Text"], "see [image] [file: a.pdf] [custom: an order]", "{told}");
    let shown = without_time(&serve.next_line());
    assert_eq!(shown, "before allow | ada → @TGS#1@TOPIC#a \"see\" [image] [file: a.pdf] [custom: an order]");
    // Where the table is not known, it says how to look there.
    let told = trigger(folder, &["Lunch?", "--url", serve.url()]);
    assert!(
        told.contains("kept    in the table of that webhook") && told.contains("--aws --stack NAME\nlook  "),
        "{told}"
    );
    let told = trigger(folder, &["Lunch?", "--url", serve.url(), "--format", "json"]);
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["kept"], Value::Null);
    for (arguments, code, expected) in [
        (&["trigger", "c2c", "--from", "ada", "--to", "grace"][..], 2, "TEXT"),
        (&["trigger", "c2c", "--from", "ada", "--to", "grace", "--json", "[1]"], 2, "MsgType"),
        (&["trigger", "c2c", "--from", "", "--to", "grace", "x"], 1, "empty"),
        (&["trigger", "c2c", "--from", "ada", "--to", "grace", "--url", "http://127.0.0.1:9", "x"], 1, "serve"),
    ] {
        assert!(refused(folder, arguments, code).contains(expected), "{arguments:?}");
    }
}

#[test]
fn the_view_tells_repeats_and_changes_and_strangers_but_no_probes() {
    let folder = folder_with(RULES);
    let folder = folder.path();
    let serve = Serve::start(folder, &["--in-memory"]);
    let other = folder.join("other.json");
    std::fs::write(&other, r#"{"CallbackCommand": "State.StateChange", "From_Account": "ana"}"#).expect("a file");
    let other = other.display().to_string();
    let after = fixture("callbacks/c2c_after_send");
    let files = [&after, &after, &fixture("changes/c2c_after_msg_withdraw"), &other];
    let sent = stdout(&run(folder, &[&["send"], &files.map(String::as_str)[..]].concat()));
    let told: Vec<_> = sent.lines().filter_map(|line| line.split(" → ").nth(1)).collect();
    assert_eq!(told, ["stored", "stored before", "stored", "not handled"]);
    for (is, expected) in [
        ("sent", "after stored | ana → bo \"Lunch at noon?\""),
        ("sent twice", "after stored before | ana → bo \"Lunch at noon?\""),
        ("recalled", "recall stored | ana → bo"),
        (
            "another",
            "State.StateChange not handled | ana → ? switch it off in the console, or paste the URL that handles it",
        ),
    ] {
        assert_eq!(without_time(&serve.next_line()), expected, "{is}");
    }
    let mut stranger = chathook(folder);
    stranger.args(["send", &after]).envs([("SDK_APP_ID", "1400000000"), ("CALLBACK_TOKEN", "mistyped")]);
    assert_eq!(stranger.output().expect("it runs").status.code(), Some(1));
    assert!(without_time(&serve.next_line()).starts_with("after refused | ana → bo"));
}

/// Sends a request with these headers, as a browser or a stranger would. Gives the head and the body of the answer.
fn raw(url: &str, request_line: &str, headers: &str, body: &str) -> (String, String) {
    use std::io::{Read as _, Write as _};
    let address = url.strip_prefix("http://").expect("a URL");
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    let length = body.len();
    write!(stream, "{request_line} HTTP/1.1\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
        .expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_lowercase(), body.to_owned())
}

#[test]
fn a_web_page_can_neither_use_the_table_nor_post_callbacks() {
    let folder = folder_with(RULES);
    let log = folder.path().join("log");
    let serve = Serve::start_json(folder.path(), std::fs::File::create(&log).expect("a file"));
    let greeting: Value = serde_json::from_str(&serve.greeting[0]).expect("JSON");
    let (webhook, table) =
        (greeting["Webhook"].as_str().expect("a URL"), greeting["DynamoDB"].as_str().expect("a URL"));

    let scan = "X-Amz-Target: DynamoDB_20120810.Scan\r\nContent-Type: application/json\r\nAuthorization: x\r\n";
    for (method, host, origin, expected) in [
        ("POST", "127.0.0.1:8000", "", "200"),
        ("POST", "localhost:8000", "", "200"),
        ("POST", "127.0.0.1:8000", "Origin: https://evil.example\r\n", "403"),
        ("POST", "127.0.0.1:8000", "Origin: null\r\n", "403"),
        ("POST", "evil.example:8000", "", "403"),
        ("OPTIONS", "127.0.0.1:8000", "Origin: https://evil.example\r\n", "403"),
        ("GET", "127.0.0.1:8000", "Origin: https://evil.example\r\n", "403"),
        ("GET", "evil.example", "", "403"),
    ] {
        let headers = format!("Host: {host}\r\n{origin}{scan}");
        let (head, body) = raw(table, &format!("{method} /"), &headers, r#"{"TableName":"chathook"}"#);
        assert!(head.starts_with(&format!("http/1.1 {expected} ")), "{method} {host} {origin}: {head} {body}");
        assert!(!head.contains("access-control"), "{head}");
        assert_eq!(body.contains("Items"), expected == "200", "{body}");
    }
    let log = std::fs::read_to_string(&log).expect("text");
    let refusals: Vec<_> = log.lines().filter(|line| line.contains("turned a web page away")).collect();
    assert_eq!(refusals.len(), 6, "{log}");
    assert!(refusals.iter().all(|line| line.contains("source=127.0.0.1") && !line.contains("evil")), "{log}");

    let callback = r#"{"From_Account":"ada","To_Account":"grace","MsgBody":[]}"#;
    let query = "SdkAppid=1400000001&CallbackCommand=C2C.CallbackBeforeSendMsg";
    for (method, origin) in [("POST", "https://evil.example"), ("POST", "null"), ("OPTIONS", "http://localhost")] {
        let headers = format!("Host: tunnel.example\r\nOrigin: {origin}\r\n");
        let (head, _) = raw(webhook, &format!("{method} /?{query}"), &headers, callback);
        assert!(head.starts_with("http/1.1 403 ") && !head.contains("access-control"), "{head}");
        let line: Value = serde_json::from_str(&serve.next_line()).expect("JSON");
        assert_eq!((&line["Outcome"], &line["Source"]), (&"refused".into(), &"127.0.0.1".into()), "{line}");
        assert!(line["Reason"].as_str().is_some_and(|reason| reason.contains("web page")), "{line}");
    }
    // A tunnel names another host.
    let (head, _) = raw(webhook, "GET /", "Host: tunnel.example\r\n", "");
    assert!(head.starts_with("http/1.1 200 "), "{head}");
}

#[test]
fn nothing_in_a_request_acts_on_the_terminal() {
    let folder = folder_with(RULES);
    // ESC, a line break, CSI, DEL, an override of the direction.
    let nasty = "%1b%5b31m%0a%c2%9b%7f%e2%80%ae";
    let queries = [
        format!("SdkAppid=2&CallbackCommand=X{nasty}Y"),
        format!("{nasty}=1&{nasty}=2&SdkAppid=1400000000"),
        format!("SdkAppid=1400000000&{nasty}={nasty}&Sign={nasty}&RequestTime={nasty}"),
    ];
    let body = r#"{"From_Account":"a\u001b[31m\nb\u009b\u202e","To_Account":"c\u007f","MsgKey":"\u009b"}"#;
    for json in [true, false] {
        let serve = if json {
            Serve::start_json(folder.path(), Stdio::null())
        } else {
            Serve::start(folder.path(), &["--in-memory"])
        };
        let url = if json {
            let greeting: Value = serde_json::from_str(&serve.greeting[0]).expect("JSON");
            greeting["Webhook"].as_str().expect("a URL").to_owned()
        } else {
            serve.url().to_owned()
        };
        for query in &queries {
            raw(&url, &format!("POST /?{query}"), "Host: x\r\n", body);
            let line = serve.next_line();
            let acts = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}');
            assert!(!line.contains(acts), "{query}: {line:?}");
            assert!(line.contains("refused") && line.contains("127.0.0.1"), "one line for each: {line:?}");
        }
    }
}

#[test]
fn texts_can_be_left_out_and_programs_get_json() {
    let folder = folder_with(ALL_ACTIONS);
    let folder = folder.path();
    let serve = Serve::start(folder, &["--in-memory", "--no-text"]);
    trigger(folder, &["darn it"]);
    assert_eq!(without_time(&serve.next_line()), "before rewrite | ada → grace rude");
    drop(serve);

    let serve = Serve::start_json(folder, Stdio::null());
    let greeting: Value = serde_json::from_str(&serve.greeting[0]).expect("JSON");
    let url = greeting["Webhook"].as_str().expect("a URL");
    trigger(folder, &["darn it", "--url", url]);
    let line: Value = serde_json::from_str(&serve.next_line()).expect("JSON");
    let expected = [
        ("CallbackCommand", "C2C.CallbackBeforeSendMsg"),
        ("From_Account", "ada"),
        ("To_Account", "grace"),
        ("Text", "darn it"),
        ("Outcome", "rewrite"),
    ];
    for (name, value) in expected {
        assert_eq!(line[name], value, "{line}");
    }
    assert_eq!(line["Rules"], serde_json::json!(["rude"]));
    let next = || serde_json::from_str::<Value>(&serve.next_line()).expect("JSON");
    let line = next();
    assert_eq!((&line["Outcome"], &line["Status"]), (&"stored".into(), &200.into()), "{line}");

    let rules = folder.join("rules/rules.toml");
    std::fs::write(&rules, RULES).expect("a file");
    assert_eq!(next(), serde_json::json!({"RulesPath": "rules/rules.toml", "RulesRead": 1}));
    std::fs::write(&rules, "schema = 1\n\n[[rule]\n").expect("a file");
    let line = next();
    let error = line["RulesError"].as_str().expect("text");
    assert!(error.starts_with("rules/rules.toml:3:") && !error.contains("from before"), "{line}");
}

#[test]
fn rules_are_read_anew_and_broken_ones_change_nothing() {
    let folder = folder_with(RULES);
    let folder = folder.path();
    let serve = Serve::start(folder, &["--in-memory"]);
    let write = |name: &str, text: &str| std::fs::write(folder.join("rules").join(name), text).expect("a file");
    let verdict = |text: &str| {
        let output = trigger(folder, &[text, "--format", "json"]);
        let told: Value = serde_json::from_str(&output).expect("JSON");
        told["before"]["verdict"].as_str().expect("text").split(' ').next().expect("a word").to_owned()
    };
    let news = |expected: &str| while !serve.next_line().contains(expected) {};
    assert_eq!([verdict("casino"), verdict("lottery")], ["reject", "allow"]);
    write("list.txt", "lottery\n");
    write("rules.toml", &RULES.replace("terms = [\"casino\"]", "terms_file = \"list.txt\""));
    news("1 rule read anew from rules/rules.toml");
    assert_eq!([verdict("casino"), verdict("lottery")], ["allow", "reject"]);
    write("list.txt", "roulette wheel\n");
    news("1 rule read anew");
    assert_eq!([verdict("lottery"), verdict("roulette wheel")], ["allow", "reject"]);
    write("rules.toml", "schema = 1\n\n[[rule]\n");
    news("rules/rules.toml:3:");
    news("the rules from before hold");
    assert_eq!(verdict("roulette wheel"), "reject");
}

#[test]
fn without_a_rules_file_the_examples_hold_until_there_is_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let serve = Serve::start(folder, &["--in-memory"]);
    let greeting = serve.greeting.join("\n");
    assert!(greeting.contains("built-in examples") && greeting.contains("--rules"), "{greeting}");
    assert!(trigger(folder, &["Best casino in town!"]).contains("(rule adverts)"));
    std::fs::create_dir(folder.join("rules")).expect("a folder");
    std::fs::write(folder.join("rules/rules.toml"), "schema = 1\n").expect("a file");
    assert!(trigger(folder, &["Best casino in town!"]).contains("as it is"));
    drop(serve);
    let told = refused(folder, &["serve", "--rules", "missing.toml"], 1);
    assert!(told.contains("missing.toml") && told.contains("--rules"), "{told}");
}

#[test]
fn send_goes_on_after_a_bad_file_and_says_so_at_the_end() {
    let folder = folder_with(RULES);
    let folder = folder.path();
    let _serve = Serve::start(folder, &["--in-memory"]);
    std::fs::write(folder.join("bad.json"), "{").expect("a file");
    let (before, after) = (fixture("callbacks/c2c_before_send"), fixture("callbacks/c2c_after_send"));
    let output = run(folder, &["send", &before, "bad.json", "missing.json", &after]);
    assert_eq!(output.status.code(), Some(1));
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("→ allow") && told.contains("→ stored"), "{told}");
    assert!(
        errors.contains("bad.json: not a JSON object") && errors.contains("missing.json: cannot read it"),
        "{errors}"
    );
}

#[test]
fn addresses_without_a_scheme_or_with_a_name_are_told_with_the_fix() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let callback = fixture("callbacks/c2c_before_send");
    for (arguments, code, expected) in [
        (&["send", "--url", "127.0.0.1:9000", &callback][..], 1, "write http://127.0.0.1:9000"),
        (&["send", "--url", "x.lambda-url.eu-central-1.on.aws/", &callback], 1, "write https://x.lambda-url."),
        (&["serve", "--listen", "localhost:9100"], 2, "write 127.0.0.1:9100"),
        (&["serve", "--dynamodb-listen", "8100"], 2, "write 127.0.0.1:8100"),
    ] {
        let told = refused(folder, arguments, code);
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder_with(RULES);
    let folder = folder.path();
    let _serve = Serve::start(folder, &[]);
    trigger(folder, &["Lunch?"]);
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let data = folder.join(".chathook");
    assert_eq!(mode(&data), 0o700);
    let files: Vec<_> = std::fs::read_dir(&data).expect("a folder").map(|file| file.expect("a file").path()).collect();
    assert!(files.len() > 1, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn colours_are_a_choice() {
    let folder = tempfile::tempdir().expect("a folder");
    let is_colored = |arguments: &[&str], no_color: Option<&str>| {
        let mut command = chathook(folder.path());
        command.args(arguments).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        let output = command.envs(no_color.map(|value| ("NO_COLOR", value))).output().expect("it runs");
        stdout(&output).contains('\u{1b}')
    };
    assert!(!is_colored(&["demo"], None), "a pipe is no terminal");
    assert!(is_colored(&["--color", "always", "demo"], None));
    assert!(!is_colored(&["demo", "--color", "never"], None));
    assert!(!is_colored(&["demo"], Some("1")));
}

#[test]
fn the_demo_tells_what_happened_and_what_to_do_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = stdout(&run(folder.path(), &["demo"]));
    for expected in [
        "Delivered to grace as it is.",
        "The platform reports it twice: stored before.",
        "Refused; grace sees the error 120001, \"No adverts, please.\" (rule adverts).",
        "Hidden from others; bob sees it sent (rule spam).",
        "as \"More on ***********\" (rule messenger-links).",
        "Kept between ada and grace:",
    ] {
        assert!(output.contains(expected), "{expected} in {output}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "its store is a temporary one");
    let commands: Vec<_> = output
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| line.contains(" trigger ") || line.ends_with(" serve") || line.contains(" messages "))
        .collect();
    let [serve, others @ ..] = &commands[..] else { panic!("commands: {output}") };
    let program = serve.strip_suffix(" serve").expect("it starts the webhook");
    let prose = output.replace(program, "chathook");
    assert!(prose.lines().all(|line| line.chars().count() <= 80), "{prose}");

    // As they are printed, except that other ports are free.
    let _serve = Serve::start(folder.path(), &[]);
    for command in others {
        let output = Command::new("sh").arg("-c").arg(command).current_dir(folder.path()).output().expect("sh runs");
        let told = stdout(&output);
        assert!(
            told.contains("Refused") || told.contains("Lunch at noon?") || told.contains("Delivered"),
            "{command}: {told}"
        );
    }
}
