//! The calls against the double of the platform, which was written from the platform's pages alone.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use chathook_platform::{App, C2c, Group, Host, Platform, PlatformError, Remedy, State};
use chathook_platform_double::{Double, Draft, Fault, Recipient, Setup, Via, Visibility};
use chathook_protocol::Rewrite;
use serde_json::value::RawValue;

use crate::server::{APP, KEY, NOW, app};

async fn start() -> (Double, Platform) {
    start_with(app()).await
}

/// A double, and a client that is this app.
async fn start_with(app: App) -> (Double, Platform) {
    let setup = Setup {
        sdk_app_id: APP,
        secret_key: KEY.to_owned(),
        administrator: "administrator".to_owned(),
        webhook: None,
        clock: Arc::new(|| NOW * 1000),
    };
    let double = Double::start(setup).await.unwrap();
    let platform = Platform::new(app, Host::Double(double.address()), NonZeroU32::new(1000).unwrap(), || NOW).unwrap();
    (double, platform)
}

/// Sends a message and gives its `MsgKey` and `MsgSeq`.
async fn sent(double: &Double, to: Recipient, text: &str) -> (String, u64) {
    let sent = double.send(Draft::text("ana", to, text), &Via::Client("ana".to_owned())).await;
    let message = sent.message.unwrap();
    (message.msg_key(), message.ids.seq)
}

fn bo() -> Recipient {
    Recipient::Account("bo".to_owned())
}

const ROSES: Group<'_> = Group { group_id: "gardeners", topic_id: Some("roses") };

fn roses() -> Recipient {
    let (id, topic) = (ROSES.group_id.to_owned(), ROSES.topic_id.map(str::to_owned));
    Recipient::Group { id, topic, group_type: "Community".to_owned() }
}

fn text(text: &str) -> Rewrite {
    let element = format!(r#"{{"MsgType":"TIMTextElem","MsgContent":{{"Text":"{text}"}}}}"#);
    Rewrite::new().msg_body(vec![RawValue::from_string(element).unwrap()])
}

#[tokio::test]
async fn a_c2c_message_is_fetched_modified_and_recalled() {
    let (double, platform) = start().await;
    for index in 0..30 {
        sent(&double, bo(), &format!("{index} {}", "long ".repeat(300))).await;
    }
    let (msg_key, seq) = sent(&double, bo(), "hello").await;
    for _ in 0..30 {
        sent(&double, bo(), &"long ".repeat(300)).await;
    }
    let message = C2c { from_account: "ana", to_account: "bo", msg_key: &msg_key };
    platform.modify_c2c(&message, &text("(removed)").cloud_custom_data("tidied".to_owned())).await.unwrap();
    let fetched = platform.c2c_message(&message).await.unwrap().unwrap();
    assert_eq!((fetched.msg_seq, fetched.state), (seq, State::Visible));
    assert!(fetched.msg_body.get().contains("(removed)"));
    assert_eq!(fetched.cloud_custom_data.as_deref(), Some("tidied"));

    platform.recall_c2c(&message).await.unwrap();
    assert_eq!(platform.recall_c2c(&message).await.unwrap_err().remedy(), Remedy::Done);
    assert_eq!(platform.c2c_message(&message).await.unwrap().unwrap().state, State::Recalled);
    let swapped = C2c { from_account: "bo", to_account: "ana", msg_key: &msg_key };
    assert!(platform.c2c_message(&swapped).await.unwrap().is_none());
    assert_eq!(platform.recall_c2c(&swapped).await.unwrap_err().remedy(), Remedy::Skip);
}

#[tokio::test]
async fn group_messages_are_fetched_modified_recalled_and_deleted() {
    let (double, platform) = start().await;
    for number in 1..=13 {
        sent(&double, roses(), &number.to_string()).await;
    }
    platform.modify_group(&ROSES, 13, &text("(removed)")).await.unwrap();
    let fetched = platform.group_message(&ROSES, 13).await.unwrap().unwrap();
    assert_eq!((fetched.from_account.as_str(), fetched.state), ("ana", State::Visible));
    assert!(fetched.msg_body.get().contains("(removed)"));
    assert!(platform.group_message(&ROSES, 14).await.unwrap().is_none());

    let seqs: Vec<u64> = (2..=14).collect();
    let recalled = platform.recall_group(&ROSES, &seqs).await.unwrap();
    let remedies: Vec<_> =
        recalled.iter().map(|it| it.refusal.as_ref().map(chathook_platform::Refusal::remedy)).collect();
    assert_eq!(remedies, [&[None; 12][..], &[Some(Remedy::Done)]].concat());
    assert_eq!(platform.group_message(&ROSES, 13).await.unwrap().unwrap().state, State::Recalled);
    assert_eq!(double.messages()[0].visibility, Visibility::Visible);
}

#[tokio::test]
async fn people_are_muted_and_what_they_wrote_is_deleted() {
    let (double, platform) = start().await;
    let hikers = || Recipient::Group { id: "hikers".to_owned(), topic: None, group_type: "Public".to_owned() };
    sent(&double, hikers(), "hello").await;
    platform.delete_by_sender("hikers", "ana").await.unwrap();
    let group = Group { group_id: "hikers", topic_id: None };
    assert_eq!(platform.group_message(&group, 1).await.unwrap().unwrap().state, State::Deleted);

    let is_muted = async |to: Recipient| {
        let sent = double.send(Draft::text("ana", to, "hello"), &Via::Client("ana".to_owned())).await;
        sent.message.is_none()
    };
    platform.mute_in_group("hikers", "ana", 60).await.unwrap();
    assert_eq!((is_muted(hikers()).await, is_muted(bo()).await), (true, false));
    platform.mute_in_group("hikers", "ana", 0).await.unwrap();
    assert!(!is_muted(hikers()).await);
    platform.mute("ana", u32::MAX).await.unwrap();
    assert_eq!((is_muted(hikers()).await, is_muted(bo()).await), (true, true));
    platform.mute("ana", 0).await.unwrap();
    assert_eq!((is_muted(hikers()).await, is_muted(bo()).await), (false, false));
}

#[tokio::test]
async fn an_app_that_the_platform_does_not_know_is_told_to_the_operator() {
    let key = |key: &str| chathook_platform::SecretKey::new(key.to_owned()).unwrap();
    let message = C2c { from_account: "ana", to_account: "bo", msg_key: "1_1_1" };
    for (app, code) in [
        (App { secret_key: key("another"), ..app() }, 70003),
        (App { administrator: "ana".to_owned(), ..app() }, 60010),
        (App { sdk_app_id: APP + 1, ..app() }, 60006),
    ] {
        let (_, platform) = start_with(app).await;
        let error = platform.recall_c2c(&message).await.unwrap_err();
        assert!(matches!(&error, PlatformError::Refused { refusal, .. } if refusal.code == code), "{error}");
        assert_eq!(error.remedy(), Remedy::Stop);
    }
}

#[tokio::test]
async fn after_a_fault_the_same_call_ends_as_it_should() {
    let soon = Remedy::Retry(Duration::from_secs(1));
    // What the first call and the second one give: `None` is success.
    for (fault, first, second) in [
        (Fault::Gateway, Some(soon), None),
        (Fault::RateLimit, Some(soon), None),
        (Fault::ExpiredUserSig, None, Some(Remedy::Done)),
        (Fault::WrongHost, Some(Remedy::Stop), None),
        (Fault::SlowMs(20), None, Some(Remedy::Done)),
        (Fault::HalfAnswer, Some(soon), Some(Remedy::Done)),
    ] {
        let (double, platform) = start().await;
        let (msg_key, _) = sent(&double, bo(), "hello").await;
        let message = C2c { from_account: "ana", to_account: "bo", msg_key: &msg_key };
        double.fail(fault, 1);
        for expected in [first, second] {
            assert_eq!(platform.recall_c2c(&message).await.err().map(|error| error.remedy()), expected, "{fault:?}");
        }
        assert_eq!(double.messages()[0].visibility, Visibility::Recalled);
        let recalls = double.calls().iter().filter(|call| call.error_code == 0).count();
        assert_eq!(recalls, 1, "it is recalled once: {fault:?}");
    }
}
