//! A callback that could not be stored, on its way to where it waits and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_protocol::Query;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::request::Request;

/// Somewhere durable.
pub trait Parking: Send + Sync {
    /// Keeps the text until it is stored; gives the reason when it cannot.
    fn park(&self, text: String) -> BoxFuture<'_, Result<(), Box<dyn std::error::Error + Send + Sync>>>;
}

/// A callback as it came, but for its signature, which was verified and is not needed again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Names the request in the log of the function that got it.
    pub request_id: String,
    /// When it came, Unix seconds.
    pub received_at: u64,
    /// The raw query string, without `Sign`.
    pub query: String,
    /// Why it was not stored; for whoever looks at the queue.
    #[serde(default)]
    pub reason: String,
    /// The body, in base64: it need not be text.
    pub base64: String,
}

/// What was parked cannot be read.
#[derive(Debug, Error)]
pub enum ParkedError {
    /// Not what this wrote.
    #[error("it is not a parked callback: the field {0} is missing or unreadable")]
    Unreadable(&'static str),
}

impl Parked {
    /// The request, to be parked.
    pub(crate) fn new(request: &Request, received_at: u64, reason: String) -> Self {
        Self {
            request_id: request.id.clone(),
            received_at,
            query: unsigned_query(&request.raw_query),
            reason,
            base64: BASE64.encode(&request.body),
        }
    }

    /// As it is parked.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and a number: serialising them has no way to fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was parked.
    ///
    /// # Errors
    /// [`ParkedError`], which quotes nothing.
    pub fn parse(text: &str) -> Result<Self, ParkedError> {
        serde_json::from_str(text).map_err(|_| ParkedError::Unreadable("base64, query or received_at"))
    }

    /// The request's query.
    pub(crate) fn query(&self) -> Query {
        Query::parse(&self.query)
    }

    /// The request's body.
    pub(crate) fn body(&self) -> Result<Vec<u8>, ParkedError> {
        BASE64.decode(&self.base64).map_err(|_| ParkedError::Unreadable("base64"))
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
    fn what_is_parked_comes_back() {
        let request = Request::new("7".to_owned(), "POST", "a=b&Sign=c", b"\xFF\0{".to_vec());
        let parked = Parked::new(&request, 5, "because".to_owned());
        let again = Parked::parse(&parked.to_json()).unwrap();
        assert!(again == parked && again.query == "a=b");
        assert_eq!(again.body().unwrap(), request.body);
        for broken in ["", "{}", "[]", r#"{"request_id":"1","received_at":1,"query":""}"#] {
            assert!(Parked::parse(broken).is_err(), "{broken}");
        }
    }
}
