//! The HTTP interface of the embedded engine.
//!
//! The engine has one of its own, which answers any web page that a browser on this machine shows: it allows every
//! origin, and so a page could read and change the table. This one answers programs only.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dynoxide::{Database, DynoxideError};
use serde_json::json;

/// The largest request that DynamoDB takes.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// What the operation's name follows in the header `x-amz-target`.
const TARGETS: [&str; 2] = ["DynamoDB_20120810.", "DynamoDBStreams_20120810."];

/// Serves DynamoDB's own protocol from this database. It must be told who connects.
pub fn router(database: Database) -> Router {
    Router::new().fallback(answer).with_state(database)
}

async fn answer(
    State(database): State<Database>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    if !is_program(&head.headers) {
        tracing::warn!(source = %source.ip(), "the table turned a web page away");
        return error(
            StatusCode::FORBIDDEN,
            "AccessDeniedException",
            "web pages may not use this table; a program says localhost or an IP address as the host, and no Origin",
        );
    }
    let Ok(body) = axum::body::to_bytes(body, MAX_REQUEST_BYTES).await else {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "SerializationException", "the request is too large");
    };
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = TARGETS.iter().find_map(|prefix| target.strip_prefix(prefix));
    let done = match operation.filter(|_| head.method == Method::POST) {
        Some(operation) => run(&database, operation, &body),
        None => None,
    };
    match done {
        Some(Ok(json)) => respond(StatusCode::OK, json),
        Some(Err(error)) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            respond(status, error.to_json())
        }
        None => error(StatusCode::BAD_REQUEST, "com.amazon.coral.service#UnknownOperationException", ""),
    }
}

/// Whether a program asks, and no web page. A browser names the page's origin. If a page's own host name leads here all
/// of a sudden, the browser takes this server for the page's, and then only the host name tells: it is no address.
fn is_program(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    !headers.contains_key(header::ORIGIN) && is_address(host)
}

/// Whether a host, with or without a port, is `localhost` or an IP address.
fn is_address(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    let ip = match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(ip) => ip.parse::<std::net::Ipv6Addr>().is_ok(),
        None => name.parse::<std::net::Ipv4Addr>().is_ok(),
    };
    port.bytes().all(|byte| byte.is_ascii_digit()) && (ip || name.eq_ignore_ascii_case("localhost"))
}

/// Runs an operation of the engine. `None`: there is none of that name.
fn run(database: &Database, operation: &str, body: &[u8]) -> Option<Result<String, DynoxideError>> {
    macro_rules! operations {
        ($($name:literal => $method:ident,)*) => {
            match operation {
                $($name => serde_json::from_slice(body)
                    .map_err(|error| DynoxideError::SerializationException(error.to_string()))
                    .and_then(|request| database.$method(request))
                    .and_then(|answer| {
                        serde_json::to_string(&answer)
                            .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
                    }),)*
                _ => return None,
            }
        };
    }
    Some(operations! {
        "BatchExecuteStatement" => batch_execute_statement,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "CreateTable" => create_table,
        "DeleteItem" => delete_item,
        "DeleteTable" => delete_table,
        "DescribeStream" => describe_stream,
        "DescribeTable" => describe_table,
        "DescribeTimeToLive" => describe_time_to_live,
        "ExecuteStatement" => execute_statement,
        "ExecuteTransaction" => execute_transaction,
        "GetItem" => get_item,
        "GetRecords" => get_records,
        "GetShardIterator" => get_shard_iterator,
        "ListStreams" => list_streams,
        "ListTables" => list_tables,
        "ListTagsOfResource" => list_tags_of_resource,
        "PutItem" => put_item,
        "Query" => query,
        "Scan" => scan,
        "TagResource" => tag_resource,
        "TransactGetItems" => transact_get_items,
        "TransactWriteItems" => transact_write_items,
        "UntagResource" => untag_resource,
        "UpdateItem" => update_item,
        "UpdateTable" => update_table,
        "UpdateTimeToLive" => update_time_to_live,
    })
}

fn error(status: StatusCode, kind: &str, message: &str) -> Response {
    respond(status, json!({"__type": kind, "message": message}).to_string())
}

fn respond(status: StatusCode, json: String) -> Response {
    (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], Body::from(json)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_are_answered() {
        for (host, origin, expected) in [
            (Some("127.0.0.1:8000"), None, true),
            (Some("localhost:8000"), None, true),
            (Some("LOCALHOST"), None, true),
            (Some("[::1]:8000"), None, true),
            (Some("[::1]"), None, true),
            (Some("192.0.2.7:8000"), None, true),
            // A page whose name was bound to this machine's address.
            (Some("evil.example:8000"), None, false),
            (Some("evil.example"), None, false),
            (Some("127.0.0.1.evil.example:8000"), None, false),
            (Some("localhost.evil.example"), None, false),
            (Some("127.0.0.1:8000.evil.example"), None, false),
            (Some("evil.example:[::1]"), None, false),
            (Some("::1"), None, false),
            (Some(""), None, false),
            (None, None, false),
            // A page anywhere.
            (Some("127.0.0.1:8000"), Some("https://evil.example"), false),
            (Some("127.0.0.1:8000"), Some("http://127.0.0.1:8000"), false),
            (Some("127.0.0.1:8000"), Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(is_program(&headers), expected, "{host:?} {origin:?}");
        }
    }
}
