//! From a function URL's event to a request.

use chathook_endpoint::Request;
use serde_json::{Value, json};

fn event(body: &Value, is_base64: bool, query: &str) -> String {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": query,
        "headers": {"content-type": "application/json", "x-odd": "\u{1f600}"},
        "requestContext": {"http": {"method": "POST", "path": "/"}, "timeEpoch": 1_800_000_000_123_u64},
        "body": body, "isBase64Encoded": is_base64,
    })
    .to_string()
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
        let request = Request::from_function_url("id", &event(&body, is_base64, "SdkAppid=1"));
        assert_eq!(String::from_utf8(request.body).as_deref(), Ok(expected), "{body} {is_base64}");
    }
}

#[test]
fn the_query_may_hold_what_no_uri_may() {
    let request = Request::from_function_url("id", &event(&Value::Null, false, "SdkAppid=1&OptPlatform=\u{7f} \"<é>"));
    assert_eq!(request.query.sdk_app_id(), Some("1"));
    assert_eq!(request.query.opt_platform(), Some("\u{7f} \"<é>"));
}

#[test]
fn what_the_front_says_is_kept() {
    let request = Request::from_function_url("id", &event(&Value::Null, false, ""));
    assert_eq!((request.id.as_str(), request.method.as_str()), ("id", "POST"));
    assert_eq!(request.front_ms, Some(1_800_000_000_123));
}

#[test]
fn an_event_of_another_kind_is_a_body_without_a_query() {
    for event in ["{}", "[]", "null", r#"{"Records":[{}]}"#] {
        let request = Request::from_function_url("id", event);
        assert_eq!((request.method.as_str(), request.raw_query.as_str(), request.front_ms), ("POST", "", None));
        assert_eq!(request.body, event.as_bytes());
    }
}
