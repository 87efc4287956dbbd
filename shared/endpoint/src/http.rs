//! An HTTP request and its answer, reduced to what matters here.

use chathook_protocol::{Query, Reply};

/// The largest body that is read, in bytes. A message has at most 12 KB, so no callback comes near.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// A request. Nobody has checked yet who sent it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Names the request in the log.
    pub id: String,
    /// The HTTP method, upper-case.
    pub method: String,
    /// The raw query string, without the `?`.
    pub raw_query: String,
    /// The same, parsed.
    pub query: Query,
    /// The body, decoded.
    pub body: Vec<u8>,
    /// The IP address that it came from, if the server says.
    pub source: Option<String>,
}

impl Request {
    /// A request as an HTTP server hands it over.
    #[must_use]
    pub fn new(id: String, method: &str, raw_query: &str, body: Vec<u8>) -> Self {
        let query = Query::parse(raw_query);
        Self { id, method: method.to_ascii_uppercase(), raw_query: raw_query.to_owned(), query, body, source: None }
    }

    /// Whether it only asks if anyone answers: the console does so when the URL is saved, and a browser.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        if matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
            return true;
        }
        let body = self.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.body);
        self.query.command().is_none() && matches!(body.trim_ascii(), b"" | b"{}")
    }
}

/// When a request came, in Unix milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// When it reached us.
    pub at_ms: u64,
    /// When it reached the front, the server that took it from the internet; `None` if the front does not say.
    pub at_front_ms: Option<u64>,
}

impl Arrival {
    /// How old the request is at the time `now_ms`, in milliseconds: since it reached the front, else us.
    #[must_use]
    pub fn age_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.at_front_ms.unwrap_or(self.at_ms))
    }
}

/// An HTTP answer. The body is always JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, or 403 for a caller that is not the platform.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}

impl Answer {
    /// The answer that carries a reply to the platform.
    #[must_use]
    pub fn ok(reply: &Reply) -> Self {
        Self { status: 200, body: reply.to_json() }
    }

    /// The answer to a caller that is not the platform.
    #[must_use]
    pub fn forbidden() -> Self {
        Self { status: 403, body: Reply::fail("forbidden; the reason is in the function's log").to_json() }
    }
}
