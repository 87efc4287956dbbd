//! A message on its way, and what happens to it later.

use chathook_platform_double::{Double, Draft, Fate, Recipient, Via, Visibility};
use chathook_protocol::json::Object;
use chathook_protocol::sign::verify;
use chathook_protocol::{Change, Command, Query, SendMsg, Token};
use serde_json::{Value, json};

use crate::recorder::{APP, NOW, Recorder, TOKEN};

fn grace() -> Recipient {
    Recipient::Account("grace".to_owned())
}

fn club() -> Recipient {
    Recipient::Group { id: "@TGS#CLUB".to_owned(), topic: None, group_type: "Public".to_owned() }
}

fn topic() -> Recipient {
    let id = "@TGS#_CITY".to_owned();
    Recipient::Group { id, topic: Some("@TGS#_CITY@TOPIC#_1".to_owned()), group_type: "Community".to_owned() }
}

fn ada() -> Via {
    Via::Client("ada".to_owned())
}

fn administrator() -> Via {
    Via::Rest("administrator".to_owned())
}

async fn say(double: &Double, to: Recipient, text: &str) -> (Fate, Option<chathook_platform_double::Message>) {
    let sent = double.send(Draft::text("ada", to, text), &ada()).await;
    double.settled().await;
    (sent.fate, sent.message)
}

fn body(text: &str) -> Value {
    json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}])
}

/// Whether the callback can be read, is signed, and comes from where it says.
fn check(query: &Query, callback: &Value, platform: &str) {
    let text = callback.to_string();
    let command = Command::parse(callback["CallbackCommand"].as_str().unwrap()).unwrap();
    assert_eq!(query.command(), Some(command.as_str()));
    assert_eq!(query.sdk_app_id(), Some(&*APP.to_string()));
    assert_eq!(query.opt_platform(), Some(platform), "{command}");
    let tokens = [Token::new(TOKEN).unwrap()];
    assert_eq!(verify(&tokens, query.request_time().unwrap(), query.sign().unwrap(), NOW), Ok(()));
    let extra = if command.is_change() {
        let change = Change::parse(command, &text).unwrap();
        assert_eq!(change.event_time.is_none(), command == Command::C2cRecall);
        change.extra
    } else {
        let message = SendMsg::parse(command, &text).unwrap();
        assert!(!message.msg_body.elements.is_empty());
        message.extra
    };
    assert!(Object::is_empty(&extra), "the protocol knows each field: {extra:?}");
}

#[tokio::test]
async fn every_callback_is_one_that_the_platform_sends() {
    for to in [grace(), club(), topic()] {
        for (via, platform) in [(ada(), "Android"), (administrator(), "RESTAPI")] {
            let (recorder, double) = Recorder::start().await;
            let message = double.send(Draft::text("ada", to.clone(), "hi"), &via).await.message.unwrap();
            let (edit, recall, id) = match &to {
                Recipient::Account(to) => (
                    "openim/modify_c2c_msg",
                    "openim/admin_msgwithdraw",
                    json!({"From_Account": "ada", "To_Account": to, "MsgKey": message.msg_key()}),
                ),
                Recipient::Group { id, topic, .. } => (
                    "openim/modify_group_msg",
                    "group_open_http_svc/group_msg_recall",
                    json!({"GroupId": id, "TopicId": topic, "MsgSeq": 1, "MsgSeqList": [{"MsgSeq": 1}]}),
                ),
            };
            let mut edited = id.clone();
            edited["MsgBody"] = body("edited");
            assert_eq!(double.call(edit, &edited, &via)["ErrorCode"], 0);
            assert_eq!(double.call(recall, &id, &via)["ErrorCode"], 0);
            double.settled().await;
            let told = recorder.take();
            assert_eq!(told.len(), 4, "asked, told, edited, recalled");
            for (query, callback) in &told {
                check(query, callback, platform);
                if callback.get("GroupId").is_some() {
                    assert_eq!(
                        callback["Operator_Account"],
                        if platform == "RESTAPI" { "administrator" } else { "ada" }
                    );
                }
            }
            assert_eq!(told[2].1["MsgBody"], body("edited"));
        }
    }
}

#[tokio::test]
async fn the_verdict_is_done() {
    let ok = |code: u64| json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": code});
    let rewrite = json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "MsgBody": body("***")});
    let refused = |code| Fate::Refused { code, text: String::new() };
    for (to, asked, told, plain) in [
        (grace(), "C2C.CallbackBeforeSendMsg", "C2C.CallbackAfterSendMsg", 20006),
        (club(), "Group.CallbackBeforeSendMsg", "Group.CallbackAfterSendMsg", 10016),
    ] {
        for (status, answer, fate, delivered) in [
            (200, ok(0), Fate::Delivered, Some("hi")),
            (200, ok(1), refused(plain), None),
            (200, ok(120_001), refused(120_001), None),
            (200, ok(2), Fate::Hidden, None),
            (200, rewrite.clone(), Fate::Rewritten { body: body("***"), custom_data: None }, Some("***")),
            (500, ok(1), Fate::Unmoderated, Some("hi")),
            (200, json!({"ActionStatus": "FAIL", "ErrorCode": 1}), Fate::Unmoderated, Some("hi")),
            (200, json!("no"), Fate::Unmoderated, Some("hi")),
        ] {
            let (recorder, double) = Recorder::start().await;
            recorder.answers(status, answer.clone());
            let (done, message) = say(&double, to.clone(), "hi").await;
            assert_eq!(done, fate, "{answer}");
            assert_eq!(message.map(|message| message.body), delivered.map(body), "{answer}");
            let held: Vec<_> = double.messages().into_iter().map(|held| held.message.body).collect();
            assert_eq!(held, delivered.map(body).into_iter().collect::<Vec<_>>());
            let expected = if delivered.is_some() { vec![asked, told] } else { vec![asked] };
            assert_eq!(recorder.take_commands(), expected);
        }
    }
}

#[tokio::test]
async fn custom_data_can_be_rewritten_too() {
    let (recorder, double) = Recorder::start().await;
    let draft = Draft { custom_data: "mine".to_owned(), ..Draft::text("ada", grace(), "hi") };
    for (answer, kept) in [(json!({"MsgBody": body("ho")}), "mine"), (json!({"CloudCustomData": "theirs"}), "theirs")] {
        let mut reply = json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0});
        reply.as_object_mut().unwrap().extend(answer.as_object().unwrap().clone());
        recorder.answers(200, reply);
        assert_eq!(double.send(draft.clone(), &ada()).await.message.unwrap().custom_data, kept);
    }
}

#[tokio::test]
async fn a_webhook_that_is_gone_delivers_everything() {
    let gone = chathook_platform_double::Webhook { url: "http://127.0.0.1:1/".to_owned(), host: None, token: None };
    let double = crate::recorder::double(Some(gone)).await;
    assert_eq!(say(&double, grace(), "hi").await.0, Fate::Unmoderated);
    let double = crate::recorder::double(None).await;
    assert_eq!(say(&double, grace(), "hi").await.0, Fate::Delivered);
}

#[tokio::test]
async fn groups_and_topics_count_what_is_delivered() {
    let (recorder, double) = Recorder::start().await;
    for (to, seq) in [(club(), 1), (topic(), 1), (club(), 2)] {
        assert_eq!(say(&double, to, "hi").await.1.unwrap().ids.seq, seq);
    }
    recorder.answers(200, json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 2}));
    assert_eq!(say(&double, club(), "spam").await.0, Fate::Hidden);
    assert_eq!(say(&double, club(), "hi").await.1.unwrap().ids.seq, 3);
}

#[tokio::test]
async fn the_muted_are_refused_and_nobody_is_asked() {
    let (recorder, double) = Recorder::start().await;
    say(&double, club(), "hi").await;
    recorder.take();
    let mute = |body: Value| double.call("openconfigsvr/setnospeaking", &body, &administrator());
    let reply = mute(json!({"Set_Account": "ada", "C2CmsgNospeakingTime": 60, "GroupmsgNospeakingTime": 60}));
    assert_eq!(reply, json!({"ErrorCode": 0, "ErrorInfo": ""}));
    let refused = |code| (Fate::Refused { code, text: String::new() }, None);
    assert_eq!(say(&double, grace(), "hi").await, refused(20012));
    assert_eq!(say(&double, club(), "hi").await, refused(10017));
    mute(json!({"Set_Account": "ada", "C2CmsgNospeakingTime": 0}));
    assert_eq!(say(&double, grace(), "hi").await.0, Fate::Delivered);
    mute(json!({"Set_Account": "ada", "GroupmsgNospeakingTime": 0}));
    let in_group = json!({"GroupId": "@TGS#CLUB", "Members_Account": ["ada"], "MuteTime": 4_294_967_295_u64});
    assert_eq!(double.call("group_open_http_svc/forbid_send_msg", &in_group, &administrator())["ErrorCode"], 0);
    assert_eq!(say(&double, club(), "hi").await, refused(10017));
    assert_eq!(say(&double, topic(), "hi").await.0, Fate::Delivered);
    let asked = recorder.take_commands();
    assert_eq!(asked.iter().filter(|command| command.contains("Before")).count(), 2, "{asked:?}");
}

#[tokio::test]
async fn deleting_by_sender_is_silent() {
    let (recorder, double) = Recorder::start().await;
    say(&double, club(), "hi").await;
    double.send(Draft::text("grace", club(), "hello"), &Via::Client("grace".to_owned())).await;
    double.settled().await;
    recorder.take();
    let body = json!({"GroupId": "@TGS#CLUB", "Sender_Account": "ada"});
    assert_eq!(double.call("group_open_http_svc/delete_group_msg_by_sender", &body, &administrator())["ErrorCode"], 0);
    double.settled().await;
    assert_eq!(recorder.take_commands(), [""; 0]);
    let seen: Vec<_> = double.messages().iter().map(|held| held.visibility).collect();
    assert_eq!(seen, [Visibility::Deleted, Visibility::Visible]);
}
