//! A callback that could not be stored: on its way to the queue and back, or to the log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_protocol::Query;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::error::EndpointError;
use crate::http::Request;

/// How many base64 characters go on one line of the log: well below what a log event may hold, whatever collects them.
const CHUNK: usize = 48 * 1024;

/// A durable queue in which callbacks wait until they can be stored.
///
/// A trait object like [`crate::Handler`], and for the same reason: only functions that archive link SQS.
pub trait RetryQueue: Send + Sync {
    /// Puts the text into the queue, or says why it cannot.
    fn send(&self, text: String) -> BoxFuture<'_, Result<(), Box<dyn std::error::Error + Send + Sync>>>;
}

/// A callback as it came, without its signature: that was verified and is not needed again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnstoredCallback {
    /// Names the request in the log of the function that got it.
    pub request_id: String,
    /// When it came, Unix seconds.
    pub received_at: u64,
    /// The raw query string, without `Sign`.
    pub query: String,
    /// Why it was not stored; for people who look at the queue.
    #[serde(default)]
    pub reason: String,
    /// The body in base64, since it need not be text.
    pub base64: String,
}

impl UnstoredCallback {
    /// The callback of this request.
    pub(crate) fn new(request: &Request, received_at: u64, reason: String) -> Self {
        Self {
            request_id: request.id.clone(),
            received_at,
            query: unsigned_query(&request.raw_query),
            reason,
            base64: BASE64.encode(&request.body),
        }
    }

    /// The text for the queue.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and a number: serialising them cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a text from the queue.
    ///
    /// # Errors
    /// [`EndpointError::Unreadable`], which quotes nothing.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        serde_json::from_str(text).map_err(|_| EndpointError::Unreadable("base64, query or received_at"))
    }

    /// The request's query.
    pub(crate) fn query(&self) -> Query {
        Query::parse(&self.query)
    }

    /// The request's body.
    pub(crate) fn body(&self) -> Result<Vec<u8>, EndpointError> {
        BASE64.decode(&self.base64).map_err(|_| EndpointError::Unreadable("base64"))
    }

    /// The last resort: writes the whole callback to the log as `lost` records, from which `chathook recover` brings it
    /// back. This is the one exception to never logging what people write.
    ///
    /// The body comes in numbered parts. Each part has the query, so that the parts of one `request_id` are enough to
    /// rebuild the callback.
    pub(crate) fn log_lost(&self) {
        let Self { request_id, received_at, query, base64, .. } = self;
        let parts = base64.len().div_ceil(CHUNK).max(1);
        let mut rest = base64.as_str();
        for part in 1..=parts {
            // Base64 is ASCII: it may be cut anywhere.
            let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
            tracing::error!(request_id, received_at, query, part, parts, base64 = chunk, "lost");
            rest = after;
        }
    }
}

/// The query as it came, without the signature.
fn unsigned_query(raw: &str) -> String {
    let is_sign = |pair: &&str| pair.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("sign"));
    raw.split('&').filter(|pair| !is_sign(pair)).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_left_out_whatever_its_case() {
        assert_eq!(
            unsigned_query("SdkAppid=1&Sign=abc&RequestTime=2&SIGN=d&ClientIP"),
            "SdkAppid=1&RequestTime=2&ClientIP"
        );
    }

    #[test]
    fn what_is_queued_comes_back() {
        let request = Request::new("7".to_owned(), "POST", "a=b&Sign=c", b"\xFF\0{".to_vec());
        let unstored = UnstoredCallback::new(&request, 5, "because".to_owned());
        let again = UnstoredCallback::parse(&unstored.to_json()).unwrap();
        assert!(again == unstored && again.query == "a=b");
        assert_eq!(again.body().unwrap(), request.body);
        for broken in ["", "{}", "[]", r#"{"request_id":"1","received_at":1,"query":""}"#] {
            assert!(UnstoredCallback::parse(broken).is_err(), "{broken}");
        }
    }
}
