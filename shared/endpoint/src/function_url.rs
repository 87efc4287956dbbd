//! A function URL's event and response (payload format 2.0).
//!
//! The response is `lambda_http`'s. The event is read here, because the runtime answers an event that it cannot read
//! with an error, and then the platform delivers the message unmoderated. `lambda_http`'s event type refuses a lone
//! surrogate in the body or the query, an event without a method, and a time that is not an integer. Its conversion
//! panics on a body that is not base64 although the event says so, and on a query with characters that no URI may hold.

use std::fmt;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use lambda_http::Body;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::{HeaderValue, header};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::Value;

use crate::http::{Answer, Request};
use crate::outcome::{OUTCOME_HEADER, Outcome};

/// Takes base64 with and without padding: a front that pads differently is no reason to lose a body.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The part of the event that matters here. Any JSON object can be read as one; without a query it is refused later, as
/// a request that is not the platform's.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FunctionUrlEvent {
    raw_query_string: Bytes,
    body: Bytes,
    is_base64_encoded: Option<bool>,
    request_context: RequestContext,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    time_epoch: Option<Value>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Http {
    method: Option<String>,
    source_ip: Option<Value>,
}

impl FunctionUrlEvent {
    /// When the request reached AWS, Unix milliseconds. A number in quotes or with a fraction is accepted too.
    #[must_use]
    pub fn at_front_ms(&self) -> Option<u64> {
        let time = self.request_context.time_epoch.as_ref()?;
        let digits = time.as_str().map_or_else(|| time.to_string(), str::to_owned);
        digits.split('.').next()?.parse().ok()
    }

    /// The request, called `id` in the log. A body that is not base64 although the event says so is taken as it is.
    #[must_use]
    pub fn into_request(self, id: &str) -> Request {
        let Self { raw_query_string, body, is_base64_encoded, request_context } = self;
        let decoded = is_base64_encoded.filter(|is_base64| *is_base64).and_then(|_| BASE64.decode(&body.0).ok());
        let raw_query = String::from_utf8_lossy(&raw_query_string.0);
        let Http { method, source_ip } = request_context.http;
        let request = Request::new(id.to_owned(), &method.unwrap_or_default(), &raw_query, decoded.unwrap_or(body.0));
        Request { source: source_ip.as_ref().and_then(Value::as_str).map(str::to_owned), ..request }
    }
}

/// The answer as the function URL takes it.
pub(crate) fn response(answer: Answer, outcome: &Outcome) -> ApiGatewayV2httpResponse {
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = answer.status.into();
    response.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(outcome) = outcome.header() {
        response.headers.insert(OUTCOME_HEADER, HeaderValue::from_static(outcome));
    }
    response.body = Some(Body::Text(answer.body));
    response
}

/// A JSON string, or null, as bytes. What is not Unicode in it is repaired by [`chathook_protocol::json::readable`].
#[derive(Debug, Default)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or null")
            }

            fn visit_none<E>(self) -> Result<Bytes, E> {
                Ok(Bytes::default())
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bytes, D::Error> {
                // Unlike `deserialize_str`, this takes what is not Unicode.
                deserializer.deserialize_bytes(self)
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Bytes, E> {
                Ok(Bytes(text.as_bytes().to_vec()))
            }
        }
        deserializer.deserialize_option(Text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::{EndpointError, Forbidden};

    #[test]
    fn the_response_is_json_in_the_form_of_a_function_url() {
        let turned_away = Outcome::Failed(EndpointError::Forbidden(Forbidden::NoApp));
        for (status, outcome, headers) in [
            (403, turned_away, json!({"content-type": "application/json"})),
            (200, Outcome::Probe, json!({"content-type": "application/json"})),
            (
                200,
                Outcome::StoredBefore,
                json!({"content-type": "application/json", "chathook-outcome": "stored before"}),
            ),
        ] {
            let response = response(Answer { status, body: "{}".to_owned() }, &outcome);
            let expected = json!({
                "statusCode": status, "headers": headers, "body": "{}", "isBase64Encoded": false, "cookies": [],
                "multiValueHeaders": {},
            });
            assert_eq!(serde_json::to_value(response).unwrap(), expected);
        }
    }
}
