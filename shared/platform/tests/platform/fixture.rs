//! The fixtures of the REST API.

use serde_json::Value;

/// The fixture of that name below `tests/fixtures/rest`, without `.json`.
pub fn read(name: &str) -> Value {
    let path = format!("{}/../../tests/fixtures/rest/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}
