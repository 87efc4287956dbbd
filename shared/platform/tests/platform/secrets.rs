//! What must never be shown.

use std::error::Error;

use chathook_platform::{C2c, FetchedMessage, Group, SecretKey, UserSig};

use crate::fixture;
use crate::server::{KEY, Server, app};

const MESSAGE: C2c<'_> = C2c { from_account: "ana", to_account: "bo", msg_key: "51203_7719034_1760000001" };

#[test]
fn a_key_with_white_space_was_copied_by_mistake() {
    for key in ["", " ", "key\n", " key", "two keys"] {
        assert!(SecretKey::new(key.to_owned()).is_none(), "{key:?}");
    }
}

#[tokio::test]
async fn the_secret_key_and_what_is_made_of_it_are_not_shown() {
    let key = SecretKey::new(KEY.to_owned()).unwrap();
    assert_eq!(format!("{key:?}"), "SecretKey(…)");
    let made = UserSig::new(&key, 1, "administrator", 0, 1);
    let rejected = |status, answer: &str| (status, answer.to_owned());
    let (server, platform) = Server::start([
        rejected(502, "no"),
        rejected(200, "no"),
        rejected(200, r#"{"ErrorCode":70003,"ErrorInfo":"no"}"#),
        rejected(200, r#"{"ErrorCode":60026}"#),
    ])
    .await;
    let mut shown = vec![format!("{:?}", app()), format!("{platform:?}"), format!("{made:?}")];
    for _ in 0..4 {
        let error = platform.recall_c2c(&MESSAGE).await.unwrap_err();
        shown.extend([format!("{error:?}"), format!("{error:#?}"), error.to_string()]);
        assert!(error.source().is_none(), "an error hides nothing in its source");
    }
    let calls = server.calls();
    let sent = calls[0].parameter("usersig");
    for text in shown {
        assert!(![KEY, sent, made.as_str()].iter().any(|secret| text.contains(secret)), "{text}");
    }
}

#[tokio::test]
async fn what_people_wrote_is_not_shown() {
    let group = Group { group_id: "g", topic_id: None };
    let (_, platform) =
        Server::with(&[&fixture::read("admin_getroammsg.reply"), &fixture::read("group_msg_get_simple.reply")]).await;
    let mut messages: Vec<FetchedMessage> = platform.roaming_page("bo", "ana", 0..=1, None).await.unwrap().messages;
    messages.extend(platform.group_messages(&group, 42, 3).await.unwrap());
    let shown = format!("{messages:?}");
    assert_eq!(messages.len(), 5);
    for text in ["Lunch", "wish", "tent", "edited"] {
        assert!(!shown.contains(text), "{shown}");
    }
}
