//! From a function URL's event to a request.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use chathook_endpoint::{FunctionUrlEvent, Request};
use serde_json::{Value, json};

fn event(body: &Value, is_base64: bool, query: &str) -> String {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": query,
        "headers": {"content-type": "application/json", "x-odd": "\u{1f600}"},
        "requestContext": {"http": {"method": "POST", "path": "/", "sourceIp": "192.0.2.7"}, "timeEpoch": 1_800_000_000_123_u64},
        "body": body, "isBase64Encoded": is_base64,
    })
    .to_string()
}

fn parse(event: &str) -> FunctionUrlEvent {
    serde_json::from_str(event).expect("an event")
}

fn read(event: &str) -> Request {
    parse(event).into_request("id")
}

#[test]
fn the_body_is_decoded() {
    for (body, is_base64, expected) in [
        (json!("{\"a\":1}"), false, "{\"a\":1}"),
        (json!("eyJhIjoxfQ=="), true, "{\"a\":1}"),
        (json!("eyJhIjoxfQ"), true, "{\"a\":1}"),
        // Claims to be base64 and is not: taken as it stands, not a panic and not nothing.
        (json!("{\"a\":1}"), true, "{\"a\":1}"),
        (Value::Null, false, ""),
        (Value::Null, true, ""),
    ] {
        let request = read(&event(&body, is_base64, "SdkAppid=1"));
        assert_eq!(String::from_utf8(request.body).as_deref(), Ok(expected), "{body} {is_base64}");
    }
}

#[test]
fn the_query_may_hold_what_no_uri_may() {
    let request = read(&event(&Value::Null, false, "SdkAppid=1&OptPlatform=\u{7f} \"<é>"));
    assert_eq!(request.query.sdk_app_id(), Some("1"));
    assert_eq!(request.query.opt_platform(), Some("\u{7f} \"<é>"));
}

#[test]
fn what_the_front_says_is_kept() {
    let event = parse(&event(&Value::Null, false, ""));
    assert_eq!(event.at_front_ms(), Some(1_800_000_000_123));
    let request = event.into_request("id");
    assert_eq!((request.id.as_str(), request.method.as_str()), ("id", "POST"));
    assert_eq!(request.source.as_deref(), Some("192.0.2.7"));
}

#[test]
fn no_part_of_an_event_makes_the_rest_unreadable() {
    let whole = event(&json!("{\"a\":1}"), false, "SdkAppid=1");
    for (name, from, to, body) in [
        ("a lone surrogate in the body", &br#"\"a\":1"#[..], &br#"\"a\":\"\ud83d\""#[..], &b"\xED\xA0\xBD"[..]),
        ("bytes that are no UTF-8", br#"\"a\":1"#, b"\\\"a\\\":\\\"\xFF\\\"", b"\xFF"),
        ("a lone surrogate in the query", b"SdkAppid=1", br"SdkAppid=1&x=\udc00", b"{"),
        ("a time as a string", b"1800000000123", b"\"1800000000123\"", b"{"),
        ("a time with a fraction", b"1800000000123", b"1800000000123.5", b"{"),
        ("no time", b"1800000000123", b"null", b"{"),
        ("a source that is no text", b"\"192.0.2.7\"", b"7", b"{"),
    ] {
        let at = whole.as_bytes().windows(from.len()).position(|window| window == from).expect(name);
        let event = [&whole.as_bytes()[..at], to, &whole.as_bytes()[at + from.len()..]].concat();
        let event: FunctionUrlEvent = serde_json::from_slice(&event).expect(name);
        assert_eq!(event.at_front_ms().is_some(), name != "no time", "{name}");
        let request = event.into_request("id");
        assert_eq!(request.query.sdk_app_id(), Some("1"), "{name}");
        assert!(request.body.windows(body.len()).any(|window| window == body), "{name}: {:?}", request.body);
    }
}

#[test]
fn an_event_of_another_kind_is_not_the_platforms() {
    for event in ["{}", r#"{"Records":[{}]}"#, r#"{"requestContext":{}}"#] {
        assert_eq!(parse(event).at_front_ms(), None);
        let request = read(event);
        assert!(request.raw_query.is_empty() && request.body.is_empty());
    }
}
