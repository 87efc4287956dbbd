//! An HTTP request reduced to what matters here.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chathook_protocol::Query;
use serde::Deserialize;

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

    /// A request of a function URL, from its event (payload format 2.0).
    ///
    /// Reads only these fields, and none strictly: converting the whole event as `lambda_http` does panics on a body
    /// that is no base64 and on characters that no URI may hold, and a panic would deliver the message unmoderated. A
    /// body that claims to be base64 and is not is taken as it stands. An event of another kind is a body without a
    /// query: not the platform's.
    #[must_use]
    pub fn from_function_url(id: &str, event: &str) -> Self {
        let Ok(Event { raw_query_string, body, is_base64_encoded, request_context }) = serde_json::from_str(event)
        else {
            return Self::new(id.to_owned(), "POST", "", event.as_bytes().to_vec());
        };
        let body = body.unwrap_or_default();
        let decoded = is_base64_encoded.filter(|is_base64| *is_base64).and_then(|_| BASE64.decode(&body).ok());
        let body = decoded.unwrap_or_else(|| body.into_bytes());
        let request =
            Self::new(id.to_owned(), &request_context.http.method, &raw_query_string.unwrap_or_default(), body);
        Self { front_ms: request_context.time_epoch, ..request }
    }
}

/// The part of a function URL's event that matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    raw_query_string: Option<String>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
    request_context: RequestContext,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    time_epoch: Option<u64>,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}
