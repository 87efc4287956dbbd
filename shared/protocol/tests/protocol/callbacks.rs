use chathook_protocol::json::Object;
use chathook_protocol::{C2c, Chat, Command, Group, GroupAt, SendMsg, ShapeError};
use serde_json::value::RawValue;

use crate::fixture;

fn parse(name: &str) -> SendMsg<'static> {
    fixture::parse(fixture::read(&format!("callbacks/{name}")).leak())
}

fn c2c(message: &SendMsg<'static>) -> C2c<'static> {
    let Chat::C2c(c2c) = &message.chat else { panic!("{message:?}") };
    c2c.clone()
}

fn group(message: &SendMsg<'static>) -> Group<'static> {
    let Chat::Group(group) = &message.chat else { panic!("{message:?}") };
    group.clone()
}

fn extra<'m>(message: &'m SendMsg<'_>) -> Vec<&'m str> {
    message.extra.iter().map(|(name, _)| name).collect()
}

#[test]
fn commands_by_their_name_in_any_case() {
    for command in Command::ALL {
        let name = command.as_str();
        for name in [name, &name.to_lowercase(), &name.to_uppercase()] {
            assert_eq!(Command::parse(name), Some(command));
        }
        assert_eq!(command.to_string(), command.as_str());
    }
    for name in ["", "C2C.CallbackBeforeSendMsg ", "C2C_CallbackBeforeSendMsg", "C2C.CallbackBeforeSend"] {
        assert_eq!(Command::parse(name), None, "{name}");
    }
    let kinds = [&Command::BEFORE_SEND[..], &Command::AFTER_SEND, &Command::AFTER_CHANGE];
    assert_eq!(kinds.concat(), Command::ALL);
    assert_eq!(kinds[1..].concat(), Command::AFTER);
    for command in Command::ALL {
        assert_eq!(command.is_before(), Command::BEFORE_SEND.contains(&command), "{command}");
        assert_eq!(command.is_change(), Command::AFTER_CHANGE.contains(&command), "{command}");
        assert_eq!(command.is_group(), command.as_str().starts_with("Group."), "{command}");
    }
}

#[test]
fn every_fixture_is_read_and_only_undocumented_fields_are_extra() {
    for (name, text) in fixture::all("callbacks") {
        let message = fixture::parse(&text);
        let expected: &[&str] = match name.as_str() {
            "c2c_before_send_large_numbers" => &["Ticket"],
            "c2c_before_send_unknown_fields" => {
                &["MsgPriority", "FriendShip", "SyncOtherMachine", "SupportMessageExtension", "FutureField"]
            }
            "group_before_send_rest" | "group_after_send_unknown_type" => &["MsgPriority"],
            _ => &[],
        };
        assert_eq!(extra(&message), expected, "{name}");
        assert!(!message.msg_body.elements.is_empty(), "{name}");
    }
}

#[test]
fn c2c_before() {
    let message = parse("c2c_before_send_msg_id");
    assert_eq!(message.command, Command::C2cBeforeSend);
    assert_eq!(message.from_account, "ana");
    assert_eq!((message.msg_seq, message.msg_time), (Some(51_204), Some(1_760_000_002)));
    assert_eq!(message.msg_id.as_deref(), Some("144115190000000001-1760000002-7719035"));
    assert_eq!(message.online_only_flag, Some(0));
    assert!(!message.is_online_only());
    assert_eq!(message.event_time, None);
    assert_eq!(message.cloud_custom_data.as_deref(), Some(""));
    let chat = c2c(&message);
    assert_eq!(chat.to_account, "bo");
    assert_eq!(chat.msg_key.as_deref(), Some("51204_7719035_1760000002"));
    assert_eq!(chat.msg_random, Some(7_719_035));
    assert_eq!((chat.send_msg_result, chat.error_info, chat.unread_msg_num), (None, None, None));
    assert!(parse("c2c_before_send_typing").is_online_only());
}

#[test]
fn c2c_after() {
    let delivered = c2c(&parse("c2c_after_send"));
    assert_eq!((delivered.send_msg_result, delivered.unread_msg_num), (Some(0), Some(3)));
    assert_eq!(delivered.error_info.as_deref(), Some("send msg succeed"));

    let failed = c2c(&parse("c2c_after_send_failed"));
    assert_eq!((failed.send_msg_result, failed.unread_msg_num), (Some(80_001), Some(-1)));
    assert_eq!(failed.error_info.as_deref(), Some("filtered"));

    let newest = parse("c2c_after_send_msg_id");
    assert_eq!((newest.event_time, c2c(&newest).unread_msg_num), (Some(1_760_000_011_789), None));
}

#[test]
fn group_before() {
    let message = parse("group_before_send_live");
    assert_eq!((message.msg_seq, message.msg_time, message.online_only_flag), (None, None, None));
    assert_eq!(message.event_time, Some(1_760_000_102_345));
    let chat = group(&message);
    assert_eq!(chat.group_id, "@TGS#2CONCERT0");
    assert_eq!(chat.group_type.as_deref(), Some("Live"));
    assert_eq!(chat.operator_account.as_deref(), Some("admin"));
    assert_eq!((chat.random, chat.topic_id), (Some(660_102), None));

    let topic = parse("group_before_send_topic");
    assert_eq!(topic.event_time, Some(1_760_000_103_456));
    assert_eq!(group(&topic).topic_id.as_deref(), Some("@TGS#_@TGS#cGARDENERS@TOPIC#_Roses"));
    assert_eq!(group(&parse("group_before_send_topic_empty")).topic_id, None);

    let rest = parse("group_before_send_rest");
    assert_eq!(rest.from_account, "@TLS#NOT_FOUND");
    assert_eq!((group(&rest).group_type, group(&rest).operator_account), (None, None));
    assert_eq!(group(&rest).random, Some(3_000_660_105));
}

#[test]
fn group_after() {
    let message = parse("group_after_send_at_info");
    assert_eq!((message.msg_seq, message.msg_time), (Some(7), Some(1_760_000_108)));
    assert_eq!(group(&message).group_at_info, [GroupAt::All, GroupAt::Account("ana".into())]);
    let text = fixture::read("callbacks/group_after_send_at_info");
    let came = Object::parse(&text).unwrap().get("GroupAtInfo").unwrap().get();
    assert_eq!(group(&message).group_at_info_raw.unwrap().get(), came);

    let old = parse("group_after_send_2017");
    assert_eq!((old.msg_seq, old.msg_time, group(&old).random), (None, None, Some(2_147_483_649)));
    let unknown = parse("group_after_send_unknown_type");
    assert_eq!(group(&unknown).group_type.as_deref(), Some("Constellation"));
    assert_eq!(parse("group_after_send_several_elements").msg_body.elements.len(), 4);
}

#[test]
fn numbers_however_they_are_written() {
    let strings = parse("c2c_after_send_decimal_strings");
    assert_eq!((strings.msg_seq, strings.msg_time), (Some(2_500_000_013), Some(1_760_000_013)));
    assert_eq!((strings.online_only_flag, strings.event_time), (Some(0), Some(1_760_000_013_001)));
    let chat = c2c(&strings);
    assert_eq!(
        (chat.msg_random, chat.send_msg_result, chat.unread_msg_num),
        (Some(2_147_483_648), Some(20_006), Some(-1))
    );

    let large = parse("c2c_before_send_large_numbers");
    assert_eq!((large.msg_seq, c2c(&large).msg_random), (Some(4_294_967_295), Some(9_007_199_254_740_993)));
    assert_eq!(large.extra.unsigned("Ticket"), Some(u64::MAX));

    let accounts = parse("c2c_before_send_numeric_account");
    assert_eq!((accounts.from_account.as_ref(), c2c(&accounts).to_account.as_ref()), ("10086", "20160401"));
}

#[test]
fn only_the_identifying_fields_must_be_there() {
    let head = r#"{"From_Account":"a""#;
    let c2c = |rest: &str| SendMsg::parse(Command::C2cBeforeSend, format!("{head}{rest}").leak());
    let message = c2c(r#","To_Account":"b"}"#).unwrap();
    assert!(message.msg_body.elements.is_empty() && message.msg_body_raw.is_none() && message.extra.is_empty());
    let null = c2c(r#","To_Account":"b","MsgBody":null}"#).unwrap();
    assert!(null.msg_body.elements.is_empty() && null.msg_body_raw.is_none());
    assert!(c2c(r#","To_Account":"b","MsgBody":[]}"#).unwrap().msg_body_raw.is_some());

    for missing in
        ["}", r#","To_Account":""}"#, r#","To_Account":null}"#, r#","To_Account":["b"]}"#, r#","to_account":"b"}"#]
    {
        assert!(matches!(c2c(missing), Err(ShapeError::Missing("To_Account"))), "{missing}");
    }
    let group = SendMsg::parse(Command::GroupAfterSend, r#"{"From_Account":"a","To_Account":"b"}"#);
    assert!(matches!(group, Err(ShapeError::Missing("GroupId"))));
    let nobody = SendMsg::parse(Command::GroupAfterSend, r#"{"GroupId":"g"}"#);
    assert!(matches!(nobody, Err(ShapeError::Missing("From_Account"))));
    for body in ["{}", "1", "\"[]\"", "true"] {
        assert!(matches!(c2c(&format!(r#","To_Account":"b","MsgBody":{body}}}"#)), Err(ShapeError::MsgBody)), "{body}");
    }
    for body in ["", " ", "null", "[]", "1", "{", "{}{}", "{} x", "{'a':1}", "{\"a\":}"] {
        assert!(matches!(SendMsg::parse(Command::C2cAfterSend, body), Err(ShapeError::NotAnObject(_))), "{body}");
    }
}

#[test]
fn a_field_that_is_there_twice_is_told_and_kept() {
    let head = r#""From_Account":"a","To_Account":"b""#;
    for (fields, twice, body) in [
        (r#""MsgBody":[],"MsgBody":[]"#, None, Some("[]")),
        (r#""MsgBody":[1],"MsgBody":[2]"#, Some("MsgBody"), Some("[2]")),
        (r#""MsgBody":[1],"X":0,"MsgBo\u0064y":[2]"#, Some("MsgBody"), Some("[2]")),
        (r#""MsgBody":[1],"MsgBody":null"#, Some("MsgBody"), None),
        (r#""MsgBody":[1],"CloudCustomData":"x","CloudCustomData":"y""#, Some("CloudCustomData"), Some("[1]")),
        (r#""MsgBody":[1],"From_Account":"c""#, Some("From_Account"), Some("[1]")),
        (r#""MsgBody":[1],"X":1,"X":2"#, None, Some("[1]")),
    ] {
        let text = format!("{{{head},{fields}}}");
        let message = SendMsg::parse(Command::C2cAfterSend, &text).unwrap();
        assert_eq!((message.twice, message.msg_body_raw.map(RawValue::get)), (twice, body), "{text}");
        // The value that was not taken is still there.
        assert_eq!(twice.is_some(), twice.is_some_and(|name| message.extra.get(name).is_some()), "{text}");
    }
}

#[test]
fn a_field_of_an_unexpected_type_is_extra() {
    let text = r#"{"From_Account":"a","GroupId":"g","MsgSeq":-1,"MsgTime":1.5,"Random":"+5","Type":{},"MsgId":null,
        "OnlineOnlyFlag":true,"EventTime":"1e3","TopicId":[],"GroupAtInfo":[{"GroupAtAllFlag":1},7],"CloudCustomData":"kept"}"#;
    let message = SendMsg::parse(Command::GroupAfterSend, text).unwrap();
    assert_eq!(
        extra(&message),
        ["MsgSeq", "MsgTime", "Random", "Type", "MsgId", "OnlineOnlyFlag", "EventTime", "TopicId", "GroupAtInfo"]
    );
    assert_eq!(message.cloud_custom_data.as_deref(), Some("kept"));
}
