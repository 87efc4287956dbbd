//! The last resort: a message that could be stored nowhere goes to the log, so that it can be brought back from there
//! (`chathook recover`). It is the one exception to never logging what people write.

use crate::parked::Parked;

/// Base64 characters to a line: well below what a log event may hold, whatever collects them.
const CHUNK: usize = 48 * 1024;

/// Logs the callback as `lost` records: its body in base64, in numbered parts, each with the query (without its
/// signature), so that the callback can be made again from the parts of one `request_id`.
pub(crate) fn log(parked: &Parked) {
    let Parked { request_id, received_at, query, base64, .. } = parked;
    let parts = base64.len().div_ceil(CHUNK).max(1);
    let mut rest = base64.as_str();
    for part in 1..=parts {
        // Base64 is ASCII: any place is a boundary.
        let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
        tracing::error!(request_id, received_at, query, part, parts, base64 = chunk, "lost");
        rest = after;
    }
}
