//! What the end-to-end tests share: the real binaries, a Runtime API for them to run behind, and a DynamoDB-compatible
//! engine to write to, all of it over the wire.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

pub mod faults;
pub mod function;
pub mod program;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use chathook_archive::Archive;
use chathook_platform_double::callback_query;
use chathook_protocol::Token;
use serde_json::Value;
use tokio::net::TcpListener;

/// The app that the tests' functions serve.
pub const APP: &str = "1400000001";
/// Its token.
pub const TOKEN: &str = "tests-token";
/// Its table.
pub const TABLE: &str = "messages";

/// The path of the binary called `name`. The first test that asks for one builds them all, in the profile of the tests.
/// Cargo says where they are, so a binary from an earlier build is never tested.
///
/// # Panics
/// If the workspace does not build, or has no such binary.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    static BINARIES: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    let binaries = BINARIES.get_or_init(build);
    binaries.get(name).unwrap_or_else(|| panic!("the workspace has no binary {name}")).clone()
}

/// Builds the binaries and gives their paths by name.
fn build() -> HashMap<String, PathBuf> {
    let this = std::env::current_exe().expect("a test has a path");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--workspace", "--bins", "--profile", profile(&this)])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(workspace())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(built.status.success(), "the binaries do not build");
    let mut binaries = HashMap::new();
    for message in built.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let artifact: Value = serde_json::from_slice(message).expect("cargo writes a JSON document on each line");
        let (Some(name), Some(path)) = (artifact["target"]["name"].as_str(), artifact["executable"].as_str()) else {
            continue;
        };
        let is_debug = artifact["profile"]["debug_assertions"].as_bool();
        assert_eq!(is_debug, Some(cfg!(debug_assertions)), "{name} is built in another profile than its tests");
        binaries.insert(name.to_owned(), PathBuf::from(path));
    }
    binaries
}

/// The profile in which cargo built the test at this path: `<target>/<folder of the profile>/deps/<test>`.
///
/// # Panics
/// If the path is not that of a test.
#[must_use]
pub fn profile(test: &Path) -> &str {
    let folder = test.ancestors().nth(2).and_then(Path::file_name).and_then(OsStr::to_str);
    match folder.expect("a test is in its profile's folder") {
        "debug" => "dev",
        name => name,
    }
}

/// The workspace's folder.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The fixture of that name below `tests/fixtures`, without `.json`.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn fixture(name: &str) -> String {
    let path = workspace().join("tests/fixtures").join(name).with_extension("json");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Starts a DynamoDB-compatible engine that keeps its data in memory. Gives its URL.
///
/// # Panics
/// If it does not start.
pub async fn start_engine() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let database = dynoxide::Database::memory().expect("an engine");
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    url
}

/// Starts an engine with an empty table in it. Gives its URL and the table.
///
/// # Panics
/// If it does not start.
pub async fn engine() -> (String, Archive) {
    let url = start_engine().await;
    let archive = Archive::local(TABLE, &url);
    archive.create_table().await.expect("an empty table");
    (url, archive)
}

/// Now, in Unix seconds.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The query that the platform appends for a callback of `command`, signed now.
#[must_use]
pub fn query(command: &str) -> String {
    callback_query(APP, Token::new(TOKEN).as_ref(), command, "Android", now())
}
