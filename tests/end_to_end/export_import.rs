//! `messages export` and `messages import` as people run them: what was exported is imported unchanged, whatever
//! interrupts it.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use chathook_archive::{Archive, RawItem};
use chathook_random::Random;
use chathook_tests::faults::{Fault, proxy};
use chathook_tests::function::{Function, Setup};
use chathook_tests::{TABLE, binary, engine, fixture};
use serde_json::{Value, json};

fn messages(endpoint: &str, words: &[&str]) -> Command {
    let mut command = Command::new(binary("chathook"));
    command.args(["messages", words[0], "--dynamodb-endpoint", endpoint, "--table", TABLE]).args(&words[1..]);
    command.stdin(Stdio::null());
    command
}

fn run(endpoint: &str, words: &[&str]) -> Output {
    messages(endpoint, words).output().expect("chathook runs")
}

/// Runs it until it ends with that code. Gives its standard output and standard error.
fn ended(output: &Output, code: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{printed}{said}");
    (printed, said)
}

async fn put(archive: &Archive, item: &Value) {
    archive.import(&RawItem::from_json(&item.to_string()).expect("an item")).await.expect("written");
}

/// Conversations with everything that happens in them, stored by the function.
async fn lively() -> (String, Archive) {
    let (dynamodb, archive) = engine().await;
    let setup = Setup { name: "webhook", dynamodb: &dynamodb, rules: Some("schema = 1"), environment: &[] };
    let mut function = Function::start(&setup).await;
    for name in [
        "callbacks/c2c_after_send",
        "callbacks/c2c_after_send_2017",
        "callbacks/c2c_after_send_failed",
        "callbacks/c2c_after_send_msg_id",
        "callbacks/group_after_send",
        "callbacks/group_after_send_at_info",
        "callbacks/group_after_send_topic",
        "changes/c2c_after_modify_msg",
        "changes/c2c_after_msg_report",
        "changes/c2c_after_msg_withdraw",
        "changes/group_after_modify_msg",
        "changes/group_after_recall_msg",
        "changes/group_send_msg_exception",
    ] {
        let body = fixture(name);
        let callback: Value = serde_json::from_str(&body).expect("JSON");
        let (status, answer) = function.post(callback["CallbackCommand"].as_str().expect("a command"), &body).await;
        assert_eq!((status, &answer["ActionStatus"]), (200, &json!("OK")), "{name}");
    }
    (dynamodb, archive)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_out_comes_in_equal_and_reads_the_same() {
    let (from, archive) = lively().await;
    let every: String = (0..=0x7ff).filter_map(char::from_u32).collect();
    for (at, text) in [every.as_str(), "", "=1+1", "a\r\nb", "\"\"\",,\n"].into_iter().enumerate() {
        put(&archive, &json!({"pk": format!("other#{at}"), "sk": "x", "Text": text, "ExpiresAt": 1})).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for format in ["jsonl", "csv"] {
        let (to, _) = engine().await;
        // It gets through passing refusals.
        let (from_flaky, _) = proxy(&from, Fault::Flaky(400, "ThrottlingException")).await;
        let (to_flaky, _) = proxy(&to, Fault::Flaky(500, "InternalServerError")).await;
        let file = folder.path().join(format).display().to_string();
        let (_, said) = ended(&run(&from_flaky, &["export", "--all", "--format", format, "-o", &file]), 0);
        assert_eq!(said, format!("17 items exported to {file}\n"));
        let (told, _) = ended(&run(&to_flaky, &["import", &file]), 0);
        assert_eq!(told, "17 imported into messages, 0 already there, 0 differ and stay, 0 not imported\n");
        let (told, _) = ended(&run(&to, &["import", &file]), 0);
        assert_eq!(told, "0 imported into messages, 17 already there, 0 differ and stay, 0 not imported\n");

        let (again, said) = ended(&run(&to, &["export", "--all", "--format", format]), 0);
        assert_eq!(said, "17 items exported\n");
        let exported = std::fs::read_to_string(&file).expect("a file");
        assert!(again == exported, "{format}");
        assert_eq!(again.split(['\n', '\r']).count(), 17 + 1 + usize::from(format == "csv"));

        let topic = "@TGS#_@TGS#cGARDENERS@TOPIC#_Roses";
        for conversation in [
            &["--c2c", "ana", "bo"][..],
            &["--group", "@TGS#1HIKERS00"],
            &["--group", "@TGS#_@TGS#cGARDENERS", "--topic", topic],
        ] {
            for list in ["list", "failed", "recalled"] {
                let words = [&[list, "--format", "json"], conversation].concat();
                assert_eq!(ended(&run(&to, &words), 0), ended(&run(&from, &words), 0), "{words:?}");
            }
            // The export of a conversation has all that the table has of it.
            let part = ended(&run(&to, &[&["export"], conversation].concat()), 0).0;
            assert!(part.lines().count() > 1, "{conversation:?}");
            assert!(format == "csv" || part.lines().all(|line| exported.lines().any(|other| other == line)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_killed_at_any_moment_goes_on_to_the_same_end() {
    let (direct, archive) = engine().await;
    for at in 0..600 {
        let text = "\"字\u{1} text".repeat(600 + at % 7 * 10);
        put(&archive, &json!({"pk": "c2c#ada#grace", "sk": format!("{at:020}"), "Text": text})).await;
    }
    // Slow enough to be killed between and within pages.
    let late = Fault::Late(Duration::from_millis(10));
    let (slow, switch) = proxy(&direct, late).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("export");
    let name = file.display().to_string();
    let mut random = Random::from_environment();
    for format in ["jsonl", "csv"] {
        let (whole, _) = ended(&run(&direct, &["export", "--all", "--format", format]), 0);
        let (mut killed, mut told) = (0, 0);
        loop {
            // The first is killed for sure, when it has written something: it gets a page, the table's size, and no more.
            switch.set(if killed == 0 { Fault::SilenceAfter(2) } else { late });
            let mut command = messages(&slow, &["export", "--all", "--format", format, "-o", &name, "--resume"]);
            let mut child = command.stderr(Stdio::piped()).spawn().expect("chathook runs");
            while killed == 0 && std::fs::metadata(&file).map_or(0, |file| file.len()) == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            // Later each time, so that a busy machine makes progress too.
            tokio::time::sleep(random.duration(Duration::from_millis(80) * (killed + 2))).await;
            let is_polite = random.below(2) == 0;
            if is_polite {
                // As Ctrl-C does.
                let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            } else {
                let _ = child.kill();
            }
            let output = child.wait_with_output().expect("it ends");
            if output.status.success() {
                break;
            }
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.code().is_some() {
                assert!(said.contains("interrupted") && said.contains(&name), "{said}");
                told += u32::from(said.contains("--resume"));
            }
            killed += 1;
            if let Ok(begun) = std::fs::read(&file) {
                assert!(whole.as_bytes().starts_with(&begun), "{format}");
            }
            assert!(killed < 200, "it never ends");
        }
        assert!(killed > 0, "{format}: nothing was killed");
        println!("{format}: {killed} kills, {told} of them told how to go on");
        assert!(std::fs::read(&file).expect("a file") == whole.as_bytes(), "{format}");
        std::fs::remove_file(&file).expect("it is there");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_names_what_is_wrong_and_stores_the_rest() {
    let (dynamodb, archive) = engine().await;
    put(&archive, &json!({"pk": "p", "sk": "there", "Text": "the table's"})).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file").display().to_string();
    let long = format!(r#"{{"pk":"p","sk":"long","Text":"{}"}}"#, "x".repeat(9 << 20));
    let wide = json!({"pk": "p", "sk": "wide", "Text": "x".repeat(400 * 1024)}).to_string();
    let lines = [
        r#"{"pk":"p","sk":"first"}"#,
        "not JSON",
        r#"{"pk":"p"}"#,
        "",
        r#"{"pk":"p","sk":"there","Text":"the file's"}"#,
        r#"{"pk":"p","sk":"n","N":12e999}"#,
        &long,
        &wide,
        &json!({"pk": "p", "sk": "s".repeat(1025)}).to_string(),
        r#"{"pk":"p","sk":"last"}"#,
    ];
    std::fs::write(&file, lines.join("\n")).expect("a file");
    let (printed, said) = ended(&run(&dynamodb, &["import", &file]), 1);
    assert_eq!(printed, "2 imported into messages, 0 already there, 1 differ and stay, 6 not imported\n");
    for expected in [
        ":2: not a JSON object",
        ":3: sk is missing",
        ":5: differs from what the table holds, which stays: pk \"p\", sk \"there\"",
        ":6: the attribute \"N\" is not a number",
        ":7: longer than any item",
        ":8: the record has",
        ":9: DynamoDB refused dynamodb:PutItem with ValidationException",
    ] {
        assert!(said.contains(&format!("{file}{expected}")), "{expected}: {said}");
    }
    assert_eq!(said.lines().count(), 7, "{said}");
    let (exported, _) = ended(&run(&dynamodb, &["export", "--all"]), 0);
    assert!(exported.contains("the table's") && exported.lines().count() == 3, "{exported}");

    // The same mistake again and again is told ten times, then summed up.
    let many: Vec<_> = (1..=25).map(|at| format!(r#"{{"pk":"p","sk":"{at}","N":12e{}}}"#, 900 + at)).collect();
    put(&archive, &json!({"pk": "p", "sk": "erased", "ErasedAt": 5})).await;
    let file_of = |lines: &[String]| std::fs::write(&file, lines.join("\n")).expect("a file");
    file_of(&[&many[..], &[r#"{"pk":"p","sk":"erased","Text":"secret"}"#.to_owned(), "no".to_owned()]].concat());
    let (printed, said) = ended(&run(&dynamodb, &["import", &file]), 1);
    let expected =
        "0 imported into messages, 0 already there, 0 differ and stay, 1 erased and stay blank, 26 not imported\n";
    assert_eq!(printed, expected);
    assert_eq!(said.lines().count(), 10 + 1 + 1 + 1, "{said}");
    assert!(said.contains(&format!("{file}: 15 more lines like this: the attribute \"N\" is not a number")), "{said}");
    assert!(said.contains(":26: an erasure has blanked it") && said.contains(":27: not a JSON object"), "{said}");

    // From a pipe, and as a spreadsheet saves it: other columns, other line ends.
    let mut child =
        messages(&dynamodb, &["import", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("");
    let csv = "Note,Item\r\nmine,\"{\"\"pk\"\":\"\"p\"\",\"\"sk\"\":\"\"first\"\"}\"\r\n,\"{\"\"pk\"\":\"\"p\"\",\"\"sk\"\":\"\"new\"\"}\"\r\n";
    std::io::Write::write_all(&mut child.stdin.take().expect("it is piped"), csv.as_bytes()).expect("it reads");
    let (printed, _) = ended(&child.wait_with_output().expect("it ends"), 0);
    assert_eq!(printed, "1 imported into messages, 1 already there, 0 differ and stay, 0 not imported\n");

    let missing = folder.path().join("missing").display().to_string();
    for (content, words, expected) in [
        ("MsgTime,Text\n2026,x\n", &["import", file.as_str()][..], "line 1: neither an item nor a header"),
        ("MsgTime,Item\r2026,\"{}\"\r", &["import", &file], "CR"),
        ("", &["export", "--all", "-o", "/dev/null", "--resume"], "only a file can be resumed"),
        ("", &["import", &missing], "No such file"),
        ("", &["export", "--all", "-o", &file], "--resume"),
        ("", &["export", "--all", "--resume"], "-o"),
    ] {
        std::fs::write(&file, content).expect("a file");
        let output = run(&dynamodb, words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(expected), "{words:?}: {said}");
    }
    // A table that takes nothing is reported once.
    std::fs::write(&file, lines[..1].join("\n")).expect("a file");
    let (printed, said) = ended(&run("http://127.0.0.1:9", &["import", &file]), 1);
    assert!(
        said.contains("give it again") && said.contains("unreachable") && printed.starts_with("0 imported"),
        "{said}"
    );
    let output = run("http://127.0.0.1:9", &["export", "--all", "-o", &missing]);
    assert!(ended(&output, 1).1.contains("unreachable") && !Path::new(&missing).exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_throttled_for_seconds_ends_nothing() {
    let (direct, archive) = engine().await;
    for at in 0..40 {
        put(&archive, &json!({"pk": "p", "sk": at.to_string()})).await;
    }
    let (to, _) = engine().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file").display().to_string();
    let throttled = Fault::Refused(400, "ThrottlingException");
    for (endpoint, words) in
        [(&direct, &["export", "--all", "-o", file.as_str()][..]), (&to, &["import", file.as_str()])]
    {
        let (slow, switch) = proxy(endpoint, throttled).await;
        let mut child = messages(&slow, words).stderr(Stdio::piped()).spawn().expect("chathook runs");
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert!(child.try_wait().expect("a status").is_none(), "{words:?} waits");
        switch.set(Fault::None);
        let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await;
        ended(&output.expect("no panic").expect("it ends"), 0);
    }
    let exported = |endpoint: &str| ended(&run(endpoint, &["export", "--all"]), 0).0;
    assert!(exported(&direct) == exported(&to) && exported(&to).lines().count() == 40);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_for_nobody_elses_eyes_and_may_go_into_a_pipe() {
    use std::os::unix::fs::PermissionsExt as _;

    let (dynamodb, archive) = engine().await;
    put(&archive, &json!({"pk": "p", "sk": "s"})).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    ended(&run(&dynamodb, &["export", "--all", "-o", &file.display().to_string()]), 0);
    let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    ended(&run(&dynamodb, &["export", "--all", "-o", "/dev/null"]), 0);
    let (printed, _) = ended(&run(&dynamodb, &["export", "--all", "-o", "/dev/stdout"]), 0);
    assert_eq!(printed, "{\"pk\":\"p\",\"sk\":\"s\"}\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_receipt_of_an_erasure_under_way_is_not_taken_over() {
    let (dynamodb, archive) = engine().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file").display().to_string();
    let receipt = json!({"pk": "erasure#ada", "sk": "1", "Account": "ada", "Lookup": "scan", "StartedAt": 1});
    let mut finished = receipt.clone();
    finished["sk"] = json!("0");
    finished["FinishedAt"] = json!(2);
    std::fs::write(&file, format!("{receipt}\n{finished}\n")).expect("a file");
    let (printed, said) = ended(&run(&dynamodb, &["import", &file]), 1);
    assert!(printed.starts_with("1 imported") && said.contains(":1: the receipt of an erasure"), "{printed}{said}");
    assert_eq!(archive.table_size().await.map(|size| size.items), Ok(1));
}
