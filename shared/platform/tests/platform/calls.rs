//! Every call against the documented request and reply.

use chathook_platform::{C2c, FetchedMessage, Group, PlatformError, Position, Recalled, Refusal, State};
use chathook_protocol::Rewrite;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::server::{APP, Server};
use crate::{fixture, user_sig};

const LUNCH: C2c<'_> = C2c { from_account: "ana", to_account: "bo", msg_key: "51203_7719034_1760000001" };
const HIKERS: Group<'_> = Group { group_id: "@TGS#1HIKERS00", topic_id: None };
const ROSES: Group<'_> =
    Group { group_id: "@TGS#_@TGS#cGARDENERS", topic_id: Some("@TGS#_@TGS#cGARDENERS@TOPIC#_Roses") };

/// A server that gives the reply of the fixture `name` and, once it was called, checks the request against the fixture.
macro_rules! made {
    ($call:literal, $name:literal, |$platform:ident| $made:expr) => {{
        let (server, $platform) = Server::with(&[&fixture::read(concat!($name, ".reply"))]).await;
        let made = $made.await;
        let calls = server.calls();
        assert_eq!(calls.len(), 1, $name);
        assert_eq!((calls[0].name.as_str(), &calls[0].body), ($call, &fixture::read(concat!($name, ".request"))));
        made
    }};
}

fn rewrite(body: Option<&str>, custom_data: &str) -> Rewrite {
    let element = |text| json!({"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}).to_string();
    let elements = body.map(|text| RawValue::from_string(element(text)).unwrap()).into_iter().collect();
    Rewrite::new().msg_body(elements).cloud_custom_data(custom_data.to_owned())
}

#[tokio::test]
async fn recall() {
    made!("openim/admin_msgwithdraw", "admin_msgwithdraw", |platform| platform.recall_c2c(&LUNCH)).unwrap();
    let again = made!("openim/admin_msgwithdraw", "admin_msgwithdraw_again", |platform| platform.recall_c2c(&LUNCH));
    let refusal = Refusal { code: 20023, info: "message has been recalled".to_owned() };
    assert_eq!(again, Err(PlatformError::Refused { call: "openim/admin_msgwithdraw", refusal }));

    let in_group = made!("group_open_http_svc/group_msg_recall", "group_msg_recall", |platform| platform
        .recall_group(&HIKERS, &[40, 41]));
    let gone = Refusal { code: 10030, info: String::new() };
    let expected = [Recalled { msg_seq: 40, refusal: Some(gone) }, Recalled { msg_seq: 41, refusal: None }];
    assert_eq!(in_group.unwrap(), expected);
    let in_topic = made!("group_open_http_svc/group_msg_recall", "group_msg_recall_topic", |platform| platform
        .recall_group(&ROSES, &[12]));
    assert_eq!(in_topic.unwrap(), [Recalled { msg_seq: 12, refusal: None }]);
}

#[tokio::test]
async fn recall_takes_ten_messages_with_each_call() {
    let seqs: Vec<u64> = (1..=23).collect();
    let reply = |seqs: &[u64]| {
        let list: Vec<Value> = seqs.iter().rev().map(|seq| json!({"MsgSeq": seq, "RetCode": 0})).collect();
        json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "RecallRetList": list})
    };
    let replies: Vec<Value> = seqs.chunks(10).map(reply).collect();
    let (server, platform) = Server::with(&replies.iter().collect::<Vec<_>>()).await;
    let recalled = platform.recall_group(&HIKERS, &seqs).await.unwrap();
    assert_eq!(recalled, seqs.iter().map(|seq| Recalled { msg_seq: *seq, refusal: None }).collect::<Vec<_>>());
    let sizes: Vec<_> = server.calls().iter().map(|call| call.body["MsgSeqList"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [10, 10, 3]);
}

#[tokio::test]
async fn modify() {
    let removed = rewrite(Some("(removed)"), "");
    made!("openim/modify_c2c_msg", "modify_c2c_msg", |platform| platform.modify_c2c(&LUNCH, &removed)).unwrap();
    let tidied = rewrite(Some("(removed)"), r#"{"tidied":true}"#);
    made!("openim/modify_group_msg", "modify_group_msg", |platform| platform.modify_group(&HIKERS, 41, &tidied))
        .unwrap();
    let tidied = rewrite(None, "tidied");
    made!("openim/modify_group_msg", "modify_group_msg_topic", |platform| platform.modify_group(&ROSES, 12, &tidied))
        .unwrap();
}

fn facts(message: &FetchedMessage) -> (&str, u64, u64, u64, State, &str, Option<&str>) {
    (
        &message.from_account,
        message.msg_seq,
        message.msg_random,
        message.msg_time,
        message.state,
        message.msg_body.get(),
        message.cloud_custom_data.as_deref(),
    )
}

/// The element's text as the fixtures write it.
fn body(text: &str) -> String {
    json!([{"MsgContent": {"Text": text}, "MsgType": "TIMTextElem"}]).to_string()
}

#[tokio::test]
async fn fetch_a_conversation() {
    let page = made!("openim/admin_getroammsg", "admin_getroammsg", |platform| platform.roaming_page(
        "bo",
        "ana",
        1_760_000_000..=1_760_000_600,
        None
    ))
    .unwrap();
    let (lunch, wish) = (body("Lunch at one?"), body("you wish"));
    let [first, second] = &page.messages[..] else { panic!("two messages") };
    assert_eq!(facts(first), ("ana", 51203, 7_719_034, 1_760_000_001, State::Visible, &*lunch, Some("edited")));
    assert_eq!(facts(second), ("bo", 3_999_999_999, 4_000_000_000, 1_760_000_009, State::Recalled, &*wish, None));
    assert_eq!(first.to_account.as_deref(), Some("bo"));
    assert_eq!(first.msg_key.as_deref(), Some(LUNCH.msg_key));
    let next = Position { last_msg_time: 1_760_000_001, last_msg_key: LUNCH.msg_key.to_owned() };
    assert_eq!(page.next, Some(next.clone()));

    let page = made!("openim/admin_getroammsg", "admin_getroammsg_next", |platform| platform.roaming_page(
        "bo",
        "ana",
        1_760_000_000..=1_760_000_600,
        Some(&next)
    ))
    .unwrap();
    assert_eq!((page.messages.len(), page.next), (1, None));
}

#[tokio::test]
async fn fetch_group_messages() {
    let messages = made!("group_open_http_svc/group_msg_get_simple", "group_msg_get_simple", |platform| platform
        .group_messages(&HIKERS, 42, 20))
    .unwrap();
    let tent = body("Who has a spare tent?");
    let expected = [
        ("ana", 42, 660_101, 1_760_000_104, State::Visible, &*tent, None),
        ("bo", 41, 660_100, 1_760_000_101, State::Recalled, "[]", None),
        ("cy", 40, 3_999_000_111, 1_760_000_100, State::Deleted, "[]", None),
    ];
    assert_eq!(messages.iter().map(facts).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn fetch_one_message() {
    let (page, next) = (fixture::read("admin_getroammsg.reply"), fixture::read("admin_getroammsg_next.reply"));
    let whole = fixture::read("group_msg_get_simple.reply");

    // On the first page, on the second, in the sender's view alone, nowhere.
    let (_, platform) = Server::with(&[&page]).await;
    assert_eq!(platform.c2c_message(&LUNCH).await.unwrap().unwrap().msg_seq, 51203);
    let hi = C2c { msg_key: "17_23_1760000000", ..LUNCH };
    let (server, platform) = Server::with(&[&page, &next]).await;
    assert_eq!(platform.c2c_message(&hi).await.unwrap().unwrap().msg_seq, 17);
    let [first, second] = &server.calls()[..] else { panic!("two calls") };
    assert_eq!((&first.body["MinTime"], &first.body["MaxTime"]), (&json!(1_760_000_000), &json!(1_760_000_000)));
    assert_eq!(second.body["LastMsgKey"], LUNCH.msg_key);
    let (server, platform) = Server::with(&[&next, &page]).await;
    assert_eq!(platform.c2c_message(&LUNCH).await.unwrap().unwrap().msg_seq, 51203);
    let viewers: Vec<_> = server.calls().iter().map(|call| call.body["Operator_Account"].clone()).collect();
    assert_eq!(viewers, ["bo", "ana"]);
    let (_, platform) = Server::with(&[&next, &next]).await;
    assert!(platform.c2c_message(&LUNCH).await.unwrap().is_none());

    // What another account wrote is another message, whatever its key.
    let swapped = C2c { from_account: "bo", to_account: "ana", ..LUNCH };
    let (_, platform) = Server::with(&[&page, &next, &page, &next]).await;
    assert!(platform.c2c_message(&swapped).await.unwrap().is_none());
    let (server, platform) = Server::with(&[]).await;
    assert!(platform.c2c_message(&C2c { msg_key: "no key", ..LUNCH }).await.unwrap().is_none());
    assert_eq!(server.calls().len(), 0);

    let (_, platform) = Server::with(&[&whole, &whole]).await;
    assert_eq!(platform.group_message(&HIKERS, 42).await.unwrap().unwrap().from_account, "ana");
    assert!(platform.group_message(&HIKERS, 39).await.unwrap().is_none());
}

#[tokio::test]
async fn a_platform_that_never_ends_a_conversation_is_not_followed_forever() {
    let page = fixture::read("admin_getroammsg.reply");
    let (server, platform) = Server::with(&[&page; 40]).await;
    let hi = C2c { msg_key: "17_23_1760000000", ..LUNCH };
    assert!(platform.c2c_message(&hi).await.unwrap().is_none());
    assert_eq!(server.calls().len(), 40);
}

#[tokio::test]
async fn people() {
    made!("group_open_http_svc/forbid_send_msg", "forbid_send_msg", |platform| platform.mute_in_group(
        HIKERS.group_id,
        "bo",
        3600
    ))
    .unwrap();
    made!("openconfigsvr/setnospeaking", "setnospeaking", |platform| platform.mute("bo", 7200)).unwrap();
    made!("group_open_http_svc/delete_group_msg_by_sender", "delete_group_msg_by_sender", |platform| platform
        .delete_by_sender(HIKERS.group_id, "bo"))
    .unwrap();
}

#[tokio::test]
async fn a_call_says_who_calls_for_which_app() {
    let (server, platform) = Server::with(&[&fixture::read("forbid_send_msg.reply")]).await;
    platform.mute_in_group("g", "bo", 0).await.unwrap();
    let call = &server.calls()[0];
    let names: Vec<&str> = call.query.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["sdkappid", "identifier", "usersig", "random", "contenttype"]);
    assert_eq!(call.parameter("sdkappid"), APP.to_string());
    assert_eq!(call.parameter("identifier"), "administrator");
    assert_eq!(call.parameter("contenttype"), "json");
    assert!(call.parameter("random").parse::<u32>().is_ok());
    let content = user_sig::decode(call.parameter("usersig"));
    assert_eq!(content["TLS.identifier"], "administrator");
    assert_eq!(content["TLS.sdkappid"], APP);
}
