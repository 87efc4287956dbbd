//! An HTTP request reduced to what matters here.

use std::fmt;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chathook_protocol::Query;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::Value;

/// Padding may be there or not; a front that encodes a body differently is no reason to lose it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A request as it reached us, over whatever front.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Names the request in the log.
    pub id: String,
    /// The HTTP method, upper-case.
    pub method: String,
    /// The raw query string, without the `?`.
    pub raw_query: String,
    /// The same, read.
    pub query: Query,
    /// The body, decoded.
    pub body: Vec<u8>,
    /// When the request reached the front, Unix milliseconds; `None` when the front does not say.
    pub front_ms: Option<u64>,
}

impl Request {
    /// A request of a plain HTTP server.
    #[must_use]
    pub fn new(id: String, method: &str, raw_query: &str, body: Vec<u8>) -> Self {
        let query = Query::parse(raw_query);
        Self { id, method: method.to_ascii_uppercase(), raw_query: raw_query.to_owned(), query, body, front_ms: None }
    }

    /// A request of a function URL.
    ///
    /// Total: converting the event as `lambda_http` does panics on a body that is no base64 and on characters that no
    /// URI may hold, and a panic would deliver the message unmoderated. A body that claims to be base64 and is not is
    /// taken as it stands.
    #[must_use]
    pub fn from_function_url(id: &str, event: FunctionUrlEvent) -> Self {
        let FunctionUrlEvent { raw_query_string, body, is_base64_encoded, request_context } = event;
        let decoded = is_base64_encoded.filter(|is_base64| *is_base64).and_then(|_| BASE64.decode(&body.0).ok());
        let raw_query = String::from_utf8_lossy(&raw_query_string.0);
        let method = request_context.http.method.unwrap_or_default();
        let request = Self::new(id.to_owned(), &method, &raw_query, decoded.unwrap_or(body.0));
        Self { front_ms: request_context.time_epoch.as_ref().and_then(milliseconds), ..request }
    }
}

/// The part of a function URL's event (payload format 2.0) that matters here, read as leniently as can be: an event
/// that cannot be read is an answer that is not given. Any JSON object is one; without a query it is not the platform's.
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
#[serde(default)]
struct Http {
    method: Option<String>,
}

/// A JSON string or null as bytes: what is no Unicode in it is for [`chathook_protocol::json::readable`] to repair.
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
                // Unlike `deserialize_str`, this lets through what is no Unicode.
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

/// A time in milliseconds, however the front spells the number.
fn milliseconds(value: &Value) -> Option<u64> {
    let spelt = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    spelt.split('.').next()?.parse().ok()
}
