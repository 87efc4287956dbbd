//! The last resort: a message that could be stored nowhere goes to the log, so that it can be brought back from there.
//! It is the one exception to never logging what people write.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::request::Request;

/// Base64 characters to a line: well below what a log event may hold, whatever collects them.
const CHUNK: usize = 48 * 1024;

/// Logs the request's body as `lost` records: base64, in numbered parts, each with the query (without its signature), so
/// that the callback can be made again from the parts of one `request_id`.
pub(crate) fn log(request: &Request) {
    let query = unsigned_query(&request.raw_query);
    let encoded = BASE64.encode(&request.body);
    let parts = encoded.len().div_ceil(CHUNK).max(1);
    let mut rest = encoded.as_str();
    for part in 1..=parts {
        // Base64 is ASCII: any place is a boundary.
        let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
        tracing::error!(request_id = request.id, query, part, parts, base64 = chunk, "lost");
        rest = after;
    }
}

/// The query as it came, without the signature.
fn unsigned_query(raw: &str) -> String {
    let is_sign = |pair: &&str| pair.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("sign"));
    raw.split('&').filter(|pair| !is_sign(pair)).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::unsigned_query;

    #[test]
    fn the_signature_is_left_out_whatever_its_case() {
        assert_eq!(
            unsigned_query("SdkAppid=1&Sign=abc&RequestTime=2&SIGN=d&ClientIP"),
            "SdkAppid=1&RequestTime=2&ClientIP"
        );
    }
}
