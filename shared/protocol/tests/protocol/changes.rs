use chathook_protocol::change::{
    C2cEdit, C2cExtension, C2cRecall, GroupEdit, GroupExtension, GroupRecall, Read, Recalled, Refused,
};
use chathook_protocol::json::Object;
use chathook_protocol::{Change, Command, MsgKey, ShapeError, What};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture;

fn parse(text: &str) -> Result<Change<'_>, ShapeError> {
    let command = Object::parse(text).unwrap().text("CallbackCommand").unwrap();
    Change::parse(Command::parse(&command).unwrap(), text)
}

fn what(name: &str) -> What<'static> {
    parse(fixture::read(&format!("changes/{name}")).leak()).unwrap().what
}

#[test]
fn every_fixture_is_read_whole_and_given_back_as_it_came() {
    for (name, text) in fixture::all("changes") {
        let change = parse(&text).unwrap();
        assert!(change.extra.is_empty(), "{name}: {:?}", change.extra);
        let again: Value = serde_json::from_str(&serde_json::to_string(&change).unwrap()).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(&text).unwrap(), "{name}");
        assert_eq!(change.event_time.is_none(), name == "c2c_after_msg_withdraw", "{name}");
    }
}

#[test]
fn the_views_show_what_was_changed() {
    let key = MsgKey { seq: 51203, random: 7_719_034, time: 1_760_000_001 };
    assert!(
        matches!(what("c2c_after_msg_withdraw"), What::C2cRecall(C2cRecall { from_account, to_account, msg_key, unread_msg_num: Some(2) })
        if from_account == "ana" && to_account == "bo" && msg_key == key)
    );

    let topic = "@TGS#_@TGS#cGARDENERS@TOPIC#_Roses";
    let recalled = Recalled { msg_seq: 12, msg_id: Some("144115190000000001-1760000103-660103".into()) };
    assert!(
        matches!(what("group_after_recall_msg"), What::GroupRecall(GroupRecall { topic_id, operator_account, messages, .. })
        if topic_id.as_deref() == Some(topic) && operator_account.as_deref() == Some("admin") && messages == [recalled])
    );

    assert!(matches!(what("c2c_after_modify_msg"), What::C2cEdit(C2cEdit { message, operator_account, content, .. })
        if message == key && operator_account.as_deref() == Some("ana") && content.msg_body.elements.len() == 1
            && content.cloud_custom_data.as_deref() == Some("edited")));
    assert!(
        matches!(what("group_after_modify_msg"), What::GroupEdit(GroupEdit { msg_seq: 41, topic_id: None, content, .. })
        if content.cloud_custom_data.is_none() && content.msg_body_raw.is_some())
    );
    assert!(
        matches!(what("c2c_after_msg_extension"), What::C2cExtension(C2cExtension { from_account, msg_key, extension, .. })
        if from_account == "ana" && msg_key == key && extension.shows_something() && extension.seq == Some(4))
    );
    assert!(
        matches!(what("group_after_msg_extension"), What::GroupExtension(GroupExtension { msg_seq: 41, topic_id: None, extension, .. })
        if !extension.shows_something() && extension.list_raw.is_some_and(|raw| raw.get().contains("tent")))
    );
    assert!(
        matches!(what("c2c_after_msg_report"), What::Read(Read { report_account, peer_account, last_read_time: 1_760_000_012, unread_msg_num: None })
        if report_account == "bo" && peer_account == "ana")
    );
    assert!(
        matches!(what("group_send_msg_exception"), What::Refused(Refused { message, error_code: Some(10023), error_info: Some(info) })
        if message.from_account == "bo" && info.contains("retry") && message.extra.is_empty())
    );
}

#[test]
fn without_what_names_the_message_it_is_no_change() {
    let cases: [(&str, &[&str], &str); 8] = [
        ("c2c_after_msg_withdraw", &["From_Account", "To_Account", "MsgKey"], "UnreadMsgNum"),
        ("group_after_recall_msg", &["GroupId", "MsgSeqList"], "Operator_Account"),
        ("c2c_after_modify_msg", &["From_Account", "To_Account"], "MsgKey"),
        ("group_after_modify_msg", &["GroupId", "MsgSeq"], "MsgBody"),
        ("c2c_after_msg_extension", &["From_Account", "To_Account", "MsgKey"], "ExtensionList"),
        ("group_after_msg_extension", &["GroupId", "MsgSeq"], "OperateType"),
        ("c2c_after_msg_report", &["Report_Account", "Peer_Account", "LastReadTime"], "EventTime"),
        ("group_send_msg_exception", &["GroupId", "From_Account"], "ErrorCode"),
    ];
    for (name, needed, optional) in cases {
        let body: Value = serde_json::from_str(&fixture::read(&format!("changes/{name}"))).unwrap();
        let without = |field: &str| {
            let mut body = body.clone();
            body.as_object_mut().unwrap().remove(field);
            parse(&body.to_string()).map(|change| format!("{change:?}"))
        };
        for field in needed {
            let error = without(field).unwrap_err();
            assert!(error.to_string().starts_with(field), "{name}: {error}");
        }
        without(optional).unwrap();
    }
}

#[test]
fn a_one_to_one_edit_needs_its_ids_once() {
    let edit = |ids: &Value| {
        let mut body = json!({"CallbackCommand": "C2C.CallbackAfterModifyMsg", "From_Account": "a", "To_Account": "b"});
        body.as_object_mut().unwrap().extend(ids.as_object().unwrap().clone());
        match parse(&body.to_string())?.what {
            What::C2cEdit(edit) => Ok::<_, ShapeError>(edit.message),
            other => panic!("{other:?}"),
        }
    };
    let key = MsgKey { seq: 1, random: 2, time: 3 };
    for ids in [
        json!({"MsgKey": "1_2_3"}),
        json!({"MsgSeq": 1, "MsgRandom": "2", "MsgTime": 3}),
        json!({"MsgSeq": 1, "MsgKey": "7_2_3"}),
    ] {
        assert_eq!(edit(&ids).unwrap(), key, "{ids}");
    }
    for ids in [json!({}), json!({"MsgSeq": 1, "MsgTime": 3}), json!({"MsgKey": "1_2"})] {
        assert!(matches!(edit(&ids), Err(ShapeError::Target("MsgKey"))), "{ids}");
    }
}

#[test]
fn a_recall_is_read_whole_or_not_at_all() {
    for (list, expected) in [
        (json!([{"MsgSeq": 1}, {"MsgSeq": "2", "MsgId": "x", "New": 1}]), Some(2)),
        (json!([]), None),
        (json!([{"MsgSeq": 1}, {"MsgId": "x"}]), None),
        (json!([{"MsgSeq": 1}, 2]), None),
        (json!({"MsgSeq": 1}), None),
    ] {
        let body = json!({"CallbackCommand": "Group.CallbackAfterRecallMsg", "GroupId": "g", "MsgSeqList": list});
        let text = body.to_string();
        let count = parse(&text).ok().map(|change| match change.what {
            What::GroupRecall(recall) => recall.messages.len(),
            other => panic!("{other:?}"),
        });
        assert_eq!(count, expected, "{list}");
    }
}

#[test]
fn a_send_is_no_change_and_a_change_shows_no_text() {
    for command in [Command::BEFORE_SEND, Command::AFTER_SEND].concat() {
        assert!(Change::parse(command, r#"{"From_Account":"a","To_Account":"b","GroupId":"g"}"#).is_err());
    }
    for (name, text) in fixture::all("changes") {
        let shown = format!("{:?}", parse(&text).unwrap());
        for secret in ["Lunch", "spare", "me, me", "edited", "Noodles", "dish"] {
            assert!(!shown.contains(secret), "{name}: {shown}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_the_fields_hold_nothing_is_lost(
        command in prop::sample::select(Command::AFTER_CHANGE.to_vec()),
        fields in prop::collection::hash_map(
            prop::sample::select(vec![
                "From_Account", "To_Account", "GroupId", "TopicId", "Type", "Operator_Account", "MsgKey", "MsgSeq",
                "MsgRandom", "MsgTime", "MsgSeqList", "MsgBody", "CloudCustomData", "EventTime", "LastReadTime",
                "Report_Account", "Peer_Account", "UnreadMsgNum", "OperateType",
                "ExtensionList", "Seq", "ErrorCode", "ErrorInfo", "Unknown",
            ]),
            prop::sample::select(vec![
                "null", "7", "\"7\"", "-1", "18446744073709551615", "1e400", "\"1_2_3\"", "[]", "[{\"MsgSeq\":9}]", "{}",
                "\"\"", "\"a\"", "true",
            ]),
            0..18,
        ),
    ) {
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let text = format!("{{{}}}", body.join(","));
        // Most are not a change. Those that are come back byte for byte.
        if let Ok(change) = Change::parse(command, &text) {
            prop_assert_eq!(serde_json::to_string(&change).unwrap(), text);
        }
    }
}
