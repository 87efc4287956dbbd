//! Logs never show what people write, nor tokens and signatures.

use chathook_protocol::{Command, Query, Reply, Rewrite, SendMsg, ShapeError, Token};
use insta::assert_snapshot;
use serde_json::value::RawValue;

use crate::fixture;

#[test]
fn a_message_shows_whose_it_is_and_no_text() {
    let text = fixture::read("callbacks/c2c_before_send");
    let message = fixture::parse(&text);
    assert_snapshot!(format!("{message:?}"), @r#"SendMsg { command: C2cBeforeSend, from_account: "ana", chat: C2c(C2c { to_account: "bo", msg_key: Some("51203_7719034_1760000001"), msg_random: Some(7719034), send_msg_result: None, error_info: None, unread_msg_num: None }), fields: ["CallbackCommand", "From_Account", "To_Account", "MsgSeq", "MsgRandom", "MsgTime", "MsgKey", "OnlineOnlyFlag", "MsgBody", "CloudCustomData"], .. }"#);
    assert_snapshot!(format!("{:?}", message.msg_body), @r#"MsgBody { elements: [Element { msg_type: "TIMTextElem", msg_content: ["Text"], .. }] }"#);
}

#[test]
fn an_answer_shows_what_is_rewritten_and_no_text() {
    let element = RawValue::from_string(r#"{"MsgType":"TIMTextElem"}"#.to_owned()).unwrap();
    let rewrite = Rewrite::new().msg_body(vec![element]).cloud_custom_data("secret".to_owned());
    assert_snapshot!(format!("{rewrite:?}"), @"Rewrite { elements: Some(1), custom_data: true }");
    assert_snapshot!(format!("{:?}", Reply::rewrite(rewrite)), @r#"Reply { action_status: "OK", error_info: "", error_code: 0, elements: Some(1), custom_data: true }"#);
}

#[test]
fn a_token_and_a_query_show_no_secret() {
    assert_snapshot!(format!("{:?}", Token::new("secret")), @"Some(Token(…))");
    assert_snapshot!(format!("{:?}", Query::parse("SdkAppid=1&Sign=secret&RequestTime=1")), @r#"["sdkappid", "sign", "requesttime"]"#);
}

#[test]
fn errors_quote_nothing_of_the_body() {
    let error = |body: &str| SendMsg::parse(Command::C2cBeforeSend, body).unwrap_err();
    for body in [
        r#""secret""#,
        r#"["secret"]"#,
        r#"{"secret":"secret"#,
        r#"{"secret""#,
        r#"{"From_Account":"ana","To_Account":["secret"]}"#,
        r#"{"From_Account":"ana","To_Account":"bo","MsgBody":"secret"}"#,
        "secret",
    ] {
        let shown = format!("{0} {0:?}", error(body));
        assert!(!shown.contains("secret"), "{shown}");
    }
    assert!(matches!(error(r#""secret""#), ShapeError::NotAnObject(_)));
}
