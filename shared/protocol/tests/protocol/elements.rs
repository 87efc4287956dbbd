use chathook_protocol::{Content, Element, MsgBody};
use insta::assert_snapshot;
use serde_json::value::RawValue;

use crate::fixture;

fn raw(json: &str) -> &RawValue {
    serde_json::from_str(json).unwrap()
}

fn element(json: &str) -> Element<'_> {
    Element::parse(raw(json))
}

#[test]
fn every_fixture_as_its_view_shows_it() {
    let views = fixture::all("elements").into_iter().map(|(name, text)| {
        let body = MsgBody::parse(raw(text.trim())).unwrap();
        let views: Vec<_> = body.elements.iter().map(Element::content).collect();
        format!("{name}: {views:?}\n")
    });
    assert_snapshot!(views.collect::<String>());
}

#[test]
fn a_relay_is_read_to_its_innermost_line() {
    let text = fixture::read("elements/relay_nested");
    let mut body = MsgBody::parse(raw(text.trim())).unwrap();
    let mut titles = Vec::new();
    let innermost = loop {
        match body.elements[0].content() {
            Content::Relay(relay) => {
                titles.extend(relay.title);
                body = MsgBody::parse(relay.msg_list[0].msg_body.unwrap()).unwrap();
            }
            Content::Text(text) => break text.text,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(titles, ["Forwarded", "Forwarded twice"]);
    assert_eq!(innermost.as_deref(), Some("the innermost line"));
}

#[test]
fn the_type_decides_however_it_is_written() {
    let is_text = |json| matches!(element(json).content(), Content::Text(_));
    assert!(is_text(r#"{"MsgContent":{},"MsgType":"TIMTextElem"}"#));
    assert!(is_text(r#"{"MsgType":"\u0054IMTextElem"}"#));
    assert!(is_text(r#"{"\u004dsgType":"TIMTextElem"}"#));
    assert!(!is_text(r#"{"MsgType":"timtextelem","MsgContent":{"Text":"x"}}"#));
    assert!(!is_text(r#"{"msgtype":"TIMTextElem","MsgContent":{"Text":"x"}}"#));
}

#[test]
fn what_is_no_element_is_kept_and_unknown() {
    for json in [
        "1",
        "null",
        "\"x\"",
        "[]",
        "{}",
        r#"{"MsgType":null}"#,
        r#"{"MsgType":["TIMTextElem"],"MsgContent":{"Text":"x"}}"#,
    ] {
        let element = element(json);
        assert_eq!((element.raw.get(), element.msg_type.as_ref()), (json, ""));
        assert!(matches!(element.content(), Content::Unknown), "{json}");
    }
}

#[test]
fn a_content_that_is_no_object_has_no_fields() {
    for content in ["null", "1", "\"x\"", "[\"x\"]", "[{\"Text\":\"x\"}]"] {
        let json = format!(r#"{{"MsgType":"TIMTextElem","MsgContent":{content}}}"#);
        let Content::Text(text) = element(&json).content() else { panic!("{content}") };
        assert_eq!(text.text, None, "{content}");
    }
}

#[test]
fn a_field_of_an_unexpected_type_is_none_and_spoils_no_other() {
    let json = r#"{"MsgType":"TIMFileElem","MsgContent":{"Url":{},"UUID":17,"FileSize":"12","FileName":null,"fileName":"a","Download_Flag":2.5}}"#;
    let Content::File(file) = element(json).content() else { panic!() };
    assert_eq!(file.url, None);
    assert_eq!(file.uuid.as_deref(), Some("17"));
    assert_eq!(file.file_size, Some(12));
    assert_eq!(file.file_name.as_deref(), Some("a"));
    assert_eq!(file.download_flag, None);

    let json = r#"{"MsgType":"TIMLocationElem","MsgContent":{"Desc":"x","Latitude":"46.5","Longitude":[8]}}"#;
    let Content::Location(location) = element(json).content() else { panic!() };
    assert_eq!((location.latitude, location.longitude), (Some(46.5), None));

    let json = r#"{"MsgType":"TIMImageElem","MsgContent":{"ImageInfoArray":[1,{"Type":"3"},null,{"URL":"u"}]}}"#;
    let Content::Image(image) = element(json).content() else { panic!() };
    assert_eq!(image.image_info_array.iter().map(|info| info.kind).collect::<Vec<_>>(), [Some(3), None]);

    let json = r#"{"MsgType":"TIMRelayElem","MsgContent":{"AbstractList":["a",{},7],"MsgList":{"MsgBody":[]}}}"#;
    let Content::Relay(relay) = element(json).content() else { panic!() };
    assert_eq!(relay.abstract_list, ["a", "7"]);
    assert!(relay.msg_list.is_empty());
}

#[test]
fn of_duplicate_fields_the_last_one_counts() {
    let json = r#"{"MsgType":"TIMFaceElem","MsgType":"TIMTextElem","MsgContent":{"Text":"first","Text":"last"}}"#;
    let Content::Text(text) = element(json).content() else { panic!() };
    assert_eq!(text.text.as_deref(), Some("last"));
}
