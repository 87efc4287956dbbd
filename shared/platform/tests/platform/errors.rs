//! What is done about a failed call.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chathook_platform::{C2c, DEFAULT_CALLS_PER_SECOND, Group, Host, Platform, PlatformError, Refusal, Remedy};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::fixture;
use crate::server::{NOW, Server, app};

const MESSAGE: C2c<'_> = C2c { from_account: "ana", to_account: "bo", msg_key: "51203_7719034_1760000001" };
const GROUP: Group<'_> = Group { group_id: "g", topic_id: None };
const SOON: Remedy = Remedy::Retry(Duration::from_secs(1));

#[test]
fn every_documented_code_has_a_remedy() {
    let in_a_minute = Remedy::Retry(Duration::from_mins(1));
    let table: [(Remedy, &[u64]); 5] = [
        (Remedy::Done, &[20023, 10030]),
        (
            SOON,
            &[
                60004, 60005, 60007, 60008, 60011, 60013, 60014, 60018, 60019, 70169, 70202, 70500, 20004, 20005,
                20027, 20028, 10002, 10006, 10023, 80003, 90992, 90994, 91000, 1003, 123_456,
            ],
        ),
        (in_a_minute, &[70050]),
        (
            Remedy::Skip,
            &[
                70107, 40003, 90012, 90048, 20003, 20016, 20022, 10004, 10010, 10015, 10019, 10031, 10032, 10033,
                80001, 80002, 80004, 93000,
            ],
        ),
        (
            Remedy::Stop,
            &[
                60002, 60003, 60006, 60009, 60010, 60012, 60016, 60017, 60020, 60021, 60025, 60026, 70001, 70003,
                70009, 70013, 70014, 70016, 70020, 70403, 90009, 40004, 10007, 10041,
            ],
        ),
    ];
    for (remedy, codes) in table {
        for code in codes {
            let refusal = Refusal { code: *code, info: "their words".to_owned() };
            assert_eq!(refusal.remedy(), remedy, "{code}");
            let words = refusal.to_string();
            assert!(words.starts_with(&format!("refused with {code}, ")) && words.contains("their words"), "{words}");
        }
    }
}

#[tokio::test]
async fn odd_answers_are_worth_another_call() {
    let call = "openim/admin_msgwithdraw";
    let malformed = |what| PlatformError::Malformed { call, what };
    for (status, answer, error) in [
        (502, "<html>Bad Gateway</html>", PlatformError::Gateway { call, status: 502 }),
        (404, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#, PlatformError::Gateway { call, status: 404 }),
        (200, "", malformed("it is not a JSON object")),
        (200, r#"{"ActionStatus":"OK","ErrorCo"#, malformed("it is not a JSON object")),
        (200, "[]", malformed("it is not a JSON object")),
        (200, "{}", malformed("it has no ErrorCode")),
        (200, r#"{"ActionStatus":"FAIL","ErrorInfo":"?","ErrorCode":0}"#, malformed("it fails without an ErrorCode")),
        (
            200,
            r#"{"ActionStatus":"FAIL","ErrorCode":"60007"}"#,
            PlatformError::Refused { call, refusal: Refusal { code: 60007, info: String::new() } },
        ),
    ] {
        let (_, platform) = Server::start([(status, answer.to_owned())]).await;
        assert_eq!(platform.recall_c2c(&MESSAGE).await, Err(error.clone()), "{answer}");
        assert_eq!(error.remedy(), SOON);
    }
}

#[tokio::test]
async fn a_reply_that_leaves_a_message_out_is_not_believed() {
    let ok = |list: Value| json!({"ActionStatus": "OK", "ErrorCode": 0, "RecallRetList": list});
    for reply in [
        json!({"ActionStatus": "OK", "ErrorCode": 0}),
        ok(json!([])),
        ok(json!([{"MsgSeq": 1, "RetCode": 0}])),
        ok(json!([{"MsgSeq": 1, "RetCode": 0}, {"MsgSeq": 2}])),
    ] {
        let (_, platform) = Server::with(&[&reply]).await;
        let recalled = platform.recall_group(&GROUP, &[1, 2]).await;
        assert!(matches!(recalled, Err(PlatformError::Malformed { .. })), "{reply}: {recalled:?}");
    }
    for (list, last) in [(json!([{"MsgSeq": 1}]), 1), (json!([]), 0), (json!(null), 1)] {
        let reply = json!({
            "ActionStatus": "OK", "ErrorCode": 0, "Complete": last, "MsgList": list, "RspMsgList": list,
        });
        let (_, platform) = Server::with(&[&reply, &reply]).await;
        let found = platform.c2c_message(&MESSAGE).await;
        assert!(matches!(found, Err(PlatformError::Malformed { .. })), "{reply}: {found:?}");
        if list != json!([]) {
            let found = platform.group_message(&GROUP, 1).await;
            assert!(matches!(found, Err(PlatformError::Malformed { .. })), "{reply}: {found:?}");
        }
    }
}

#[tokio::test]
async fn no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let platform = Platform::new(app(), Host::Double(address), DEFAULT_CALLS_PER_SECOND, || NOW).unwrap();
    let recall = platform.recall_c2c(&MESSAGE);
    // The connection is made and nobody answers on it. Time passes only while nothing else happens.
    tokio::time::pause();
    let error = recall.await.unwrap_err();
    assert_eq!(error, PlatformError::Timeout { call: "openim/admin_msgwithdraw" });
    assert_eq!(error.remedy(), SOON);

    drop(listener);
    tokio::time::resume();
    let error = platform.recall_c2c(&MESSAGE).await.unwrap_err();
    assert!(matches!(error, PlatformError::Unreachable { .. }), "{error:?}");
    assert_eq!(error.remedy(), SOON);
}

#[tokio::test]
async fn a_user_sig_is_made_once_and_renewed_before_it_ends() {
    let ok = fixture::read("admin_msgwithdraw.reply");
    let (server, platform) = Server::with(&[&ok; 6]).await;
    let hours = |hours: u64| NOW + hours * 3600;
    for now in [hours(0), hours(1), hours(23) - 1, hours(23), hours(40), hours(47)] {
        server.now.store(now, Ordering::Relaxed);
        platform.recall_c2c(&MESSAGE).await.unwrap();
    }
    let calls = server.calls();
    let sigs: Vec<_> = calls.iter().map(|call| call.parameter("usersig")).collect();
    assert_eq!(sigs[0], sigs[1]);
    assert_eq!(sigs[0], sigs[2]);
    assert_ne!(sigs[0], sigs[3]);
    assert_eq!(sigs[3], sigs[4]);
    assert_ne!(sigs[3], sigs[5]);
}

#[tokio::test]
async fn an_expired_user_sig_is_renewed_once() {
    let (ok, expired) = (fixture::read("admin_msgwithdraw.reply"), fixture::read("error_expired.reply"));
    let (server, platform) = Server::with(&[&ok, &expired, &ok]).await;
    platform.recall_c2c(&MESSAGE).await.unwrap();
    server.now.store(NOW + 60, Ordering::Relaxed);
    platform.recall_c2c(&MESSAGE).await.unwrap();
    let calls = server.calls();
    let sigs: Vec<_> = calls.iter().map(|call| call.parameter("usersig")).collect();
    assert_eq!(sigs[0], sigs[1]);
    assert_ne!(sigs[1], sigs[2]);
    assert_eq!(calls[1].body, calls[2].body);

    let (server, platform) = Server::with(&[&expired, &expired, &ok]).await;
    assert_eq!(platform.recall_c2c(&MESSAGE).await.unwrap_err().remedy(), Remedy::Stop);
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_refusal_for_calling_too_often_is_handed_on() {
    let (server, platform) = Server::with(&[&fixture::read("error_rate.reply")]).await;
    assert_eq!(platform.recall_c2c(&MESSAGE).await.unwrap_err().remedy(), SOON);
    assert_eq!(server.calls().len(), 1);
}
