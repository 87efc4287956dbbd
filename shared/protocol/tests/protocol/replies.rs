use chathook_protocol::{C2cRejectCode, GroupRejectCode, RejectCode, Reply, Rewrite};
use insta::assert_snapshot;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::fixture;

fn elements(elements: &[&str]) -> Vec<Box<RawValue>> {
    elements.iter().map(|element| RawValue::from_string((*element).to_owned()).unwrap()).collect()
}

fn c2c(code: u32) -> RejectCode {
    RejectCode::C2c(C2cRejectCode::try_from(code).unwrap())
}

fn group(code: u32) -> RejectCode {
    RejectCode::Group(GroupRejectCode::try_from(code).unwrap())
}

fn modify_c2c() -> Reply {
    let text = r#"{"MsgType":"TIMTextElem","MsgContent":{"Text":"Lunch at noon?"}}"#;
    let badge = r#"{"MsgType":"TIMCustomElem","MsgContent":{"Desc":" app.badge ","Data":" gold"}}"#;
    let custom_data = r#"{"thread":"lunch","seen":true}"#.to_owned();
    Reply::rewrite(Rewrite::new().msg_body(elements(&[text, badge])).cloud_custom_data(custom_data))
}

fn modify_group() -> Reply {
    let text = r#"{"MsgType":"TIMTextElem","MsgContent":{"Text":"Who has a spare tent?"}}"#;
    let badge = r#"{"MsgType":"TIMCustomElem","MsgContent":{"Desc":"app.badge","Data":"guide"}}"#;
    let custom_data = r#"{"thread":"gear"}"#.to_owned();
    Reply::rewrite(Rewrite::new().msg_body(elements(&[text, badge])).cloud_custom_data(custom_data))
}

/// Byte for byte, since nobody knows what the platform's parser is strict about.
#[test]
fn snapshots() {
    assert_snapshot!(Reply::allow().to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#);
    assert_snapshot!(Reply::reject(RejectCode::Plain, "").to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":1}"#);
    assert_snapshot!(Reply::discard().to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":2}"#);
    assert_snapshot!(Reply::reject(c2c(120_001), "No adverts, please.").to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"No adverts, please.","ErrorCode":120001}"#);
    assert_snapshot!(Reply::reject(group(10_100), "请勿发广告 \"x\"").to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"请勿发广告 \"x\"","ErrorCode":10100}"#);
    assert_snapshot!(Reply::fail("not for you").to_json(), @r#"{"ActionStatus":"FAIL","ErrorInfo":"not for you","ErrorCode":1}"#);
    assert_snapshot!(modify_c2c().to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"Lunch at noon?"}},{"MsgType":"TIMCustomElem","MsgContent":{"Desc":" app.badge ","Data":" gold"}}],"CloudCustomData":"{\"thread\":\"lunch\",\"seen\":true}"}"#);
    assert_snapshot!(modify_group().to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"Who has a spare tent?"}},{"MsgType":"TIMCustomElem","MsgContent":{"Desc":"app.badge","Data":"guide"}}],"CloudCustomData":"{\"thread\":\"gear\"}"}"#);
}

#[test]
fn every_reply_of_the_fixtures_can_be_built() {
    let built = |name: &str| match name {
        "allow" => Reply::allow(),
        "discard" => Reply::discard(),
        "fail" => Reply::fail("not for you"),
        "modify_c2c" => modify_c2c(),
        "modify_group" => modify_group(),
        "reject" => Reply::reject(RejectCode::Plain, ""),
        "reject_c2c_code" => Reply::reject(c2c(120_001), "No adverts, please."),
        "reject_group_code" => Reply::reject(group(10_100), "No adverts, please."),
        _ => panic!("how is {name} built?"),
    };
    for (name, text) in fixture::all("replies") {
        let expected: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&built(&name).to_json()).unwrap(), expected, "{name}");
    }
}

#[test]
fn what_is_unchanged_is_absent() {
    assert_snapshot!(Reply::rewrite(Rewrite::new()).to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#);
    let empty = Rewrite::new().msg_body(Vec::new()).cloud_custom_data(String::new());
    assert_eq!((empty.elements().map(<[_]>::len), empty.custom_data()), (None, None));
    assert_eq!(Reply::rewrite(empty).to_json(), Reply::allow().to_json());

    let body = Rewrite::new().msg_body(elements(&["{}"]));
    assert_snapshot!(Reply::rewrite(body).to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"MsgBody":[{}]}"#);
    let data = Rewrite::new().cloud_custom_data("x".to_owned());
    assert_snapshot!(Reply::rewrite(data).to_json(), @r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"CloudCustomData":"x"}"#);
}

#[test]
fn an_element_leaves_exactly_as_it_came() {
    let odd = r#"{ "MsgContent":{"Latitude":46.538241900000003,"Text":"\u00e9\/","X":1E+2,"X":-0},"MsgType" : "New" }"#;
    let reply = Reply::rewrite(Rewrite::new().msg_body(elements(&[odd]))).to_json();
    assert!(reply.contains(odd), "{reply}");
}

#[test]
fn reject_codes_end_where_the_platform_says() {
    for (code, fits) in [(0, false), (1, false), (120_000, false), (120_001, true), (130_000, true), (130_001, false)] {
        assert_eq!(C2cRejectCode::try_from(code).is_ok(), fits, "{code}");
    }
    for (code, fits) in [(2, false), (10_099, false), (10_100, true), (10_200, true), (10_201, false), (120_001, false)]
    {
        assert_eq!(GroupRejectCode::try_from(code).is_ok(), fits, "{code}");
    }
    assert_snapshot!(C2cRejectCode::try_from(7).unwrap_err(), @"7 is not a reject code for one-to-one messages; use one of 120001 to 130000");
    assert_snapshot!(GroupRejectCode::try_from(7).unwrap_err(), @"7 is not a reject code for group messages; use one of 10100 to 10200");
}
