//! The double as other programs use it.

use chathook_platform_double::{Double, Fault};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::recorder::{Recorder, double};

/// Gives the status and the JSON of the answer, or the text that is none; `None` if it breaks off.
async fn request(double: &Double, method: &str, path: &str, body: String) -> Option<(u16, Value)> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::builder().method(method).uri(format!("http://{}{path}", double.address()));
    let request = request.header("content-type", "application/json").body(Full::new(Bytes::from(body))).unwrap();
    let response = client.request(request).await.ok()?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.ok()?.to_bytes();
    let text = || Value::String(String::from_utf8(body.to_vec()).unwrap());
    Some((status, serde_json::from_slice(&body).unwrap_or_else(|_| text())))
}

async fn post(double: &Double, path: &str, body: Value) -> (u16, Value) {
    request(double, "POST", path, body.to_string()).await.unwrap()
}

/// The UserSig that an official library made for the recorder's app, key and time.
fn user_sig() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/rest/usersig.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    vectors[0]["usersig_pypi"].as_str().unwrap().to_owned()
}

const RECALL: &str = "/v4/openim/admin_msgwithdraw";

fn query(sdk_app_id: &str, identifier: &str, user_sig: &str) -> String {
    format!("sdkappid={sdk_app_id}&identifier={identifier}&usersig={user_sig}&random=1&contenttype=json")
}

#[tokio::test]
async fn who_calls_is_checked() {
    let double = double(None).await;
    let (sig, body) = (user_sig(), json!({"From_Account": "ada", "To_Account": "grace", "MsgKey": "1_1_1"}));
    let good = query("1400000000", "administrator", &sig);
    for (query, body, code) in [
        (good.clone(), body.to_string(), 20022),
        (good.clone(), "{".to_owned(), 60003),
        (good.clone(), String::new(), 60003),
        (good.clone(), "[]".to_owned(), 60003),
        (good.replace("random=1", "random=x"), body.to_string(), 60002),
        (good.replace("random=1", "random=4294967296"), body.to_string(), 60002),
        (good.replace("&contenttype=json", ""), body.to_string(), 60002),
        (query("1400000001", "administrator", &sig), body.to_string(), 60006),
        (query("1400000000", "ada", &sig), body.to_string(), 70013),
        (query("1400000000", "administrator", "sig"), body.to_string(), 70003),
    ] {
        let (status, reply) = request(&double, "POST", &format!("{RECALL}?{query}"), body).await.unwrap();
        assert_eq!((status, &reply["ErrorCode"]), (200, &json!(code)), "{query}: {reply}");
    }
    assert_eq!(double.calls().len(), 1);
}

#[tokio::test]
async fn faults_last_as_many_calls_as_they_are_told_to() {
    let double = double(None).await;
    let path = format!("{RECALL}?{}", query("1400000000", "administrator", &user_sig()));
    let body = json!({"From_Account": "ada", "To_Account": "grace", "MsgKey": "1_1_1"});
    for (fault, status, code) in [
        (Fault::Gateway, 502, None),
        (Fault::RateLimit, 200, Some(60007)),
        (Fault::ExpiredUserSig, 200, Some(70001)),
        (Fault::WrongHost, 200, Some(60026)),
        (Fault::SlowMs(1), 200, Some(20022)),
    ] {
        double.fail(fault, 2);
        for _ in 0..2 {
            let (got, reply) = post(&double, &path, body.clone()).await;
            assert_eq!((got, reply["ErrorCode"].as_u64()), (status, code), "{fault:?}");
        }
        assert_eq!(post(&double, &path, body.clone()).await.1["ErrorCode"], 20022);
    }
    double.fail(Fault::HalfAnswer, 1);
    assert_eq!(request(&double, "POST", &path, body.to_string()).await, None);
    // Only those that had an effect are counted: slow ones, half ones and the last of each.
    assert_eq!(double.calls().len(), 2 + 5 + 1);
}

#[tokio::test]
async fn people_send_edit_and_recall() {
    let (recorder, double) = Recorder::start().await;
    let text = |text: &str| json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
    let sent = post(
        &double,
        "/double/send",
        json!({"From_Account": "ada", "GroupId": "@TGS#CLUB", "MsgBody": text("hi"), "CloudCustomData": "x"}),
    );
    assert_eq!(sent.await.1["MsgSeq"], 1);
    let both = json!({"From_Account": "ada", "MsgBody": text("hi")});
    assert_eq!(post(&double, "/double/send", both).await.0, 400);
    let message = json!({"From_Account": "ada", "To_Account": "grace", "MsgBody": text("hi")});
    let (_, sent) = post(&double, "/double/send", message).await;
    assert_eq!(sent["fate"], "delivered");

    let edit = json!({"From_Account": "ada", "To_Account": "grace", "MsgKey": sent["MsgKey"], "MsgBody": text("ho")});
    let edited = post(&double, "/double/client/ada/openim/modify_c2c_msg", edit.clone()).await;
    assert_eq!(edited.1["ErrorCode"], 0);
    post(&double, "/double/fault", json!({"fault": "half-answer", "calls": 1})).await;
    post(&double, "/double/fault", json!({"fault": {"slow-ms": 5}, "calls": 0})).await;
    assert_eq!(post(&double, "/double/client/ada/openim/admin_msgwithdraw", edit).await.1["ErrorCode"], 0);
    post(&double, "/double/settled", json!({})).await;

    let (_, held) = request(&double, "GET", "/double/messages", String::new()).await.unwrap();
    assert_eq!(held[0]["Visibility"], "Visible");
    assert_eq!((&held[1]["Visibility"], &held[1]["MsgBody"]), (&json!("Recalled"), &text("ho")));
    let (_, calls) = request(&double, "GET", "/double/calls", String::new()).await.unwrap();
    assert_eq!(calls, json!([]), "those of clients are not REST calls");
    let told = recorder.take_commands();
    let (group, c2c) = told.split_at(2);
    assert_eq!(group, ["Group.CallbackBeforeSendMsg", "Group.CallbackAfterSendMsg"]);
    assert_eq!(
        c2c,
        [
            "C2C.CallbackBeforeSendMsg",
            "C2C.CallbackAfterSendMsg",
            "C2C.CallbackAfterModifyMsg",
            "C2C.CallbackAfterMsgWithDraw"
        ]
    );
}
