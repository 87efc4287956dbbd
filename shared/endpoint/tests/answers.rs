//! From a request to an answer: the order of the checks, and that every request gets a valid answer.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use chathook_endpoint::settings::OnFailure;
use chathook_endpoint::{
    Answer, Arrival, Callback, Endpoint, EndpointError, Handled, Handler, Outcome, Request, Settings,
};
use chathook_protocol::{Command, Reply, Token};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

const APP: &str = "1400000001";
const TOKEN: &str = "tok-en";
const NOW: u64 = 1_800_000_000;

/// Does what the message's sender asks for.
struct Obedient;

impl Handler for Obedient {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Handled, EndpointError>> {
        async move {
            match callback.message()?.from_account.as_ref() {
                "panics" => panic!("on request, quoting what a person wrote"),
                "fails" => Err(EndpointError::RulesUnusable),
                "waits" => {
                    tokio::time::timeout_at(callback.deadline, std::future::pending::<()>())
                        .await
                        .map_err(|_| EndpointError::Deadline)?;
                    Ok(handled(Reply::allow()))
                }
                _ => Ok(handled(Reply::discard())),
            }
        }
        .boxed()
    }
}

fn handled(reply: Reply) -> Handled {
    Handled { reply, outcome: Outcome::Stored }
}

fn settings(on_failure: OnFailure) -> Settings {
    let read = |name: &str| match name {
        "SDK_APP_ID" => Some(APP.to_owned()),
        "CALLBACK_TOKEN" => Some(TOKEN.to_owned()),
        "PREVIOUS_CALLBACK_TOKEN" => Some("old".to_owned()),
        "ANSWER_WITHIN_MS" => Some("300".to_owned()),
        _ => None,
    };
    Settings { on_failure, ..Settings::read(read).expect("these settings hold") }
}

fn endpoint(commands: &[Command], on_failure: OnFailure) -> Endpoint {
    Endpoint::new(Arc::new(settings(on_failure))).route(commands, Obedient)
}

/// A request that came straight to us.
const ARRIVAL: Arrival = Arrival { at_ms: NOW * 1000, at_front_ms: None };

async fn answer(endpoint: &Endpoint, request: Request) -> Answer {
    endpoint.answer(ARRIVAL, || request).await.0
}

fn signed(command: &str, rest: &str) -> String {
    signed_by(TOKEN, NOW, &format!("CallbackCommand={command}{rest}"))
}

fn signed_by(token: &str, at: u64, rest: &str) -> String {
    let sign = Token::new(token).expect("a token").sign(&at.to_string());
    format!("SdkAppid={APP}&RequestTime={at}&Sign={sign}&{rest}")
}

const BEFORE: &str = "C2C.CallbackBeforeSendMsg";
const AFTER: &str = "C2C.CallbackAfterSendMsg";
/// Status and body.
type Expected = (u16, &'static str);
const FORBIDDEN: Expected =
    (403, r#"{"ActionStatus":"FAIL","ErrorInfo":"forbidden; the reason is in the function's log","ErrorCode":1}"#);
const ALLOW: Expected = (200, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#);
const REJECT: Expected = (200, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":1}"#);
/// What the handler answers. The endpoint answers nothing like it by itself.
const HANDLED: Expected = (200, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":2}"#);
const NOT_STORED: Expected = (200, r#"{"ActionStatus":"FAIL","ErrorInfo":"the message was not stored","ErrorCode":1}"#);

fn body(command: &str, from: &str) -> String {
    format!(r#"{{"CallbackCommand":"{command}","From_Account":"{from}","To_Account":"b","MsgBody":[]}}"#)
}

#[tokio::test]
async fn the_checks_come_in_order() {
    let good = body(BEFORE, "a");
    let old = NOW - 61;
    let cases: Vec<Case> = vec![
        // 1. Probes: nobody is verified, nothing is done.
        ("a browser", "GET", String::new(), vec![], ALLOW),
        ("a browser, lower-case", "get", String::new(), vec![], ALLOW),
        ("a GET that looks like a callback", "GET", signed(BEFORE, ""), good.clone().into(), ALLOW),
        ("an empty body", "POST", String::new(), vec![], ALLOW),
        ("an empty object", "POST", "SdkAppid=9".into(), b" {} ".to_vec(), ALLOW),
        ("an empty object after a BOM", "POST", String::new(), b"\xEF\xBB\xBF{}".to_vec(), ALLOW),
        // 2. The caller.
        ("no app", "POST", format!("CallbackCommand={BEFORE}"), good.clone().into(), FORBIDDEN),
        ("another app", "POST", format!("SdkAppid=2&CallbackCommand={BEFORE}"), good.clone().into(), FORBIDDEN),
        ("no signature", "POST", format!("SdkAppid={APP}&CallbackCommand={BEFORE}"), good.clone().into(), FORBIDDEN),
        (
            "a valueless signature",
            "POST",
            format!("SdkAppid={APP}&Sign&RequestTime={NOW}"),
            good.clone().into(),
            FORBIDDEN,
        ),
        ("a wrong token", "POST", signed_by("tok-eN", NOW, ""), good.clone().into(), FORBIDDEN),
        ("a stale signature", "POST", signed_by(TOKEN, old, ""), good.clone().into(), FORBIDDEN),
        ("two apps", "POST", signed(BEFORE, "&sdkappid=7"), good.clone().into(), FORBIDDEN),
        (
            "two commands in the query",
            "POST",
            signed(BEFORE, &format!("&WebhookCommand={AFTER}")),
            good.clone().into(),
            FORBIDDEN,
        ),
        ("an empty body with a command is no probe", "POST", format!("CallbackCommand={BEFORE}"), vec![], FORBIDDEN),
        // 3. The command.
        ("another command in the body", "POST", signed(BEFORE, ""), body(AFTER, "a").into(), FORBIDDEN),
        ("an unknown one in the body", "POST", signed(BEFORE, ""), body("Group.Foo", "a").into(), FORBIDDEN),
        ("an empty one in the body", "POST", signed(BEFORE, ""), good.replace(BEFORE, "").into(), HANDLED),
        (
            "one that another one in the body hides",
            "POST",
            signed(BEFORE, ""),
            good.replacen('{', &format!(r#"{{"Callback\u0043ommand":"{AFTER}","#), 1).into(),
            FORBIDDEN,
        ),
        (
            "in another case in both places",
            "POST",
            signed(&BEFORE.to_uppercase(), ""),
            body(&BEFORE.to_lowercase(), "a").into(),
            HANDLED,
        ),
        ("in another case in the query", "POST", signed(&BEFORE.to_lowercase(), ""), good.clone().into(), HANDLED),
        ("only in the body", "POST", signed_by(TOKEN, NOW, ""), good.clone().into(), HANDLED),
        (
            "as WebhookCommand",
            "POST",
            signed_by(TOKEN, NOW, &format!("WebhookCommand={BEFORE}")),
            good.clone().into(),
            HANDLED,
        ),
        // 4. Commands that nobody asked us to handle.
        ("an unknown command", "POST", signed("State.StateChange", ""), b"{}".to_vec(), ALLOW),
        ("an unknown command, not JSON", "POST", signed("State.StateChange", ""), b"<xml>".to_vec(), ALLOW),
        ("another function's command", "POST", signed("Group.CallbackBeforeSendMsg", ""), b"{}".to_vec(), ALLOW),
        // 5. The callback itself.
        ("handled", "POST", signed(BEFORE, ""), good.clone().into(), HANDLED),
        ("an empty object with a before-command is no probe", "POST", signed(BEFORE, ""), b"{}".to_vec(), REJECT),
        ("not JSON", "POST", signed(BEFORE, ""), b"not JSON".to_vec(), REJECT),
        ("an array", "POST", signed(BEFORE, ""), b"[]".to_vec(), REJECT),
        ("no conversation", "POST", signed(BEFORE, ""), br#"{"From_Account":"a"}"#.to_vec(), REJECT),
        ("too large", "POST", signed(BEFORE, ""), vec![b' '; 256 * 1024 + 1], REJECT),
        ("two objects: the first counts", "POST", signed(BEFORE, ""), format!("{good}{good}").into(), HANDLED),
        ("a failing handler", "POST", signed(BEFORE, ""), body(BEFORE, "fails").into(), REJECT),
        ("a panic", "POST", signed(BEFORE, ""), body(BEFORE, "panics").into(), REJECT),
        ("no command anywhere, not JSON", "POST", signed_by(TOKEN, NOW, ""), b"not JSON".to_vec(), REJECT),
    ];
    check(cases).await;
}

#[tokio::test]
async fn what_is_tolerated() {
    let good = body(BEFORE, "a");
    check(vec![
        (
            "names in another case",
            "POST",
            signed(BEFORE, "").replace("SdkAppid", "SDKAppID").replace("Sign", "sIGN"),
            good.clone().into(),
            HANDLED,
        ),
        (
            "valueless and empty pairs",
            "POST",
            signed(BEFORE, "&ClientIP&OptPlatform&&=&"),
            good.clone().into(),
            HANDLED,
        ),
        (
            "the same parameter twice alike",
            "POST",
            signed(BEFORE, &format!("&SdkAppid={APP}")),
            good.clone().into(),
            HANDLED,
        ),
        ("the previous token", "POST", signed_by("old", NOW, ""), good.clone().into(), HANDLED),
        ("a BOM", "POST", signed(BEFORE, ""), [b"\xEF\xBB\xBF", good.as_bytes()].concat(), HANDLED),
        (
            "invalid UTF-8",
            "POST",
            signed(BEFORE, ""),
            good.replace("[]", "[\"x\"]").into_bytes().iter().map(|b| if *b == b'x' { 0xFF } else { *b }).collect(),
            HANDLED,
        ),
        ("a number that is none", "POST", signed(BEFORE, ""), good.replacen('{', r#"{"X":NaN,"#, 1).into(), HANDLED),
        ("a bracket too many", "POST", signed(BEFORE, ""), format!("{good}}}").into(), HANDLED),
        ("single quotes", "POST", signed(BEFORE, ""), good.replace('"', "'").into(), HANDLED),
        ("a lone surrogate", "POST", signed(BEFORE, ""), good.replace("[]", r#"["\ud83d"]"#).into(), HANDLED),
        (
            "nesting to the cap",
            "POST",
            signed(BEFORE, ""),
            good.replace("[]", &format!("[{}{}]", "[".repeat(130_000), "]".repeat(130_000))).into(),
            HANDLED,
        ),
    ])
    .await;
}

/// Name, method, query and body of a request, and its answer.
type Case = (&'static str, &'static str, String, Vec<u8>, Expected);

async fn check(cases: Vec<Case>) {
    let endpoint = endpoint(&[Command::C2cBeforeSend], OnFailure::Reject);
    for (name, method, query, body, (status, expected)) in cases {
        let answer = answer(&endpoint, Request::new("1".to_owned(), method, &query, body)).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, expected), "{name}");
    }
}

#[tokio::test]
async fn a_failure_is_answered_as_its_kind_of_callback_wants() {
    type Case = (&'static str, &'static [Command], OnFailure, &'static str, Vec<u8>, Expected);
    let all = &Command::ALL;
    let broken = || b"not JSON".to_vec();
    let cases: Vec<Case> = vec![
        ("before, allow", all, OnFailure::Allow, BEFORE, broken(), ALLOW),
        ("before, reject", all, OnFailure::Reject, BEFORE, broken(), REJECT),
        ("after, allow", all, OnFailure::Allow, AFTER, broken(), NOT_STORED),
        ("after, reject", all, OnFailure::Reject, AFTER, broken(), NOT_STORED),
        ("after, panic", all, OnFailure::Allow, AFTER, body(AFTER, "panics").into(), NOT_STORED),
        ("after, too late", all, OnFailure::Allow, AFTER, body(AFTER, "waits").into(), NOT_STORED),
        ("before, too late", all, OnFailure::Reject, BEFORE, body(BEFORE, "waits").into(), REJECT),
        // The command is in the body alone.
        ("after, named in the body", all, OnFailure::Reject, "", body(AFTER, "fails").into(), NOT_STORED),
        ("after, named in the body, panic", all, OnFailure::Allow, "", body(AFTER, "panics").into(), NOT_STORED),
        ("before, named in the body", all, OnFailure::Reject, "", body(BEFORE, "fails").into(), REJECT),
        ("nothing named, an after function", &[Command::C2cAfterSend], OnFailure::Reject, "", broken(), NOT_STORED),
    ];
    for (name, commands, on_failure, command, body, (status, expected)) in cases {
        let request = Request::new("1".to_owned(), "POST", &signed(command, ""), body);
        let answer = answer(&endpoint(commands, on_failure), request).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, expected), "{name}");
    }
}

#[tokio::test]
async fn a_panic_while_the_request_is_read_still_ends_in_an_answer() {
    for (commands, expected) in [(&[Command::GroupBeforeSend], REJECT), (&[Command::GroupAfterSend], NOT_STORED)] {
        let endpoint = endpoint(commands, OnFailure::Reject);
        let (answer, _) = endpoint.answer(ARRIVAL, || panic!("as lambda_http's own conversion does")).await;
        assert_eq!((answer.status, answer.body.as_str()), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_is_bounded_from_the_moment_the_front_was_reached() {
    let ms = Duration::from_millis;
    // ANSWER_WITHIN_MS is 300, and a wait is given 200 at the least.
    for (at_front_ms, expected) in [
        (None, ms(300)),
        (Some(NOW * 1000), ms(300)),
        (Some(NOW * 1000 - 50), ms(250)),
        (Some(NOW * 1000 - 5000), ms(200)),
        (Some(0), ms(200)),
        (Some(NOW * 1000 + 5000), ms(300)),
    ] {
        let request = Request::new("1".to_owned(), "POST", &signed(BEFORE, ""), body(BEFORE, "waits").into());
        let endpoint = endpoint(&[Command::C2cBeforeSend], OnFailure::Allow);
        let started = tokio::time::Instant::now();
        endpoint.answer(Arrival { at_front_ms, ..ARRIVAL }, || request).await;
        // Tokio's timer counts whole milliseconds, rounded up.
        let waited = started.elapsed();
        assert!((expected..expected + ms(2)).contains(&waited), "{at_front_ms:?}: {waited:?}");
    }
}

#[tokio::test]
async fn without_a_token_only_the_app_is_checked() {
    let settings = Settings { tokens: vec![], ..settings(OnFailure::Allow) };
    let endpoint = Endpoint::new(Arc::new(settings)).route(&[Command::C2cBeforeSend], Obedient);
    for (app, expected) in [(APP, HANDLED), ("2", FORBIDDEN)] {
        let query = format!("SdkAppid={app}&CallbackCommand={BEFORE}");
        let answer = answer(&endpoint, Request::new("1".to_owned(), "POST", &query, body(BEFORE, "a").into())).await;
        assert_eq!((answer.status, answer.body.as_str()), expected);
    }
}

#[tokio::test]
async fn a_second_body_under_a_signature_is_refused_on_request() {
    let commands = [Command::C2cBeforeSend, Command::C2cAfterSend];
    for refuse_replays in [true, false] {
        let settings = Settings { refuse_replays, ..settings(OnFailure::Allow) };
        let endpoint = Endpoint::new(Arc::new(settings)).route(&commands, Obedient);
        let replay = if refuse_replays { FORBIDDEN } else { HANDLED };
        for (what, token, at, command, from, expected) in [
            ("a callback", TOKEN, NOW, BEFORE, "a", HANDLED),
            ("the same again, as the platform repeats it", TOKEN, NOW, BEFORE, "a", HANDLED),
            ("another body", TOKEN, NOW, BEFORE, "b", replay),
            ("the report of the same second", TOKEN, NOW, AFTER, "a", HANDLED),
            ("another report", TOKEN, NOW, AFTER, "b", replay),
            ("the next second", TOKEN, NOW + 1, BEFORE, "b", HANDLED),
            ("the other token", "old", NOW, BEFORE, "b", HANDLED),
            ("what is not signed is not remembered", "wrong", NOW + 2, BEFORE, "a", FORBIDDEN),
            ("and so does not count", TOKEN, NOW + 2, BEFORE, "b", HANDLED),
        ] {
            let query = signed_by(token, at, &format!("CallbackCommand={command}"));
            let request = Request::new("1".to_owned(), "POST", &query, body(command, from).into());
            let answer = answer(&endpoint, request).await;
            assert_eq!((answer.status, answer.body.as_str()), expected, "{what}, {refuse_replays}");
        }
    }
}
