//! The payloads in the project's `tests/fixtures`.

use std::fs;
use std::path::PathBuf;

use chathook_protocol::json::Object;
use chathook_protocol::{Command, SendMsg};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures"))
}

/// The text of the fixture at `path`, for example `callbacks/c2c_before_send`.
pub fn read(path: &str) -> String {
    let file = folder().join(path).with_extension("json");
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every fixture of a folder, as name and text, by name.
pub fn all(name: &str) -> Vec<(String, String)> {
    let mut names: Vec<_> = fs::read_dir(folder().join(name))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names.into_iter().map(|file| (file.clone(), read(&format!("{name}/{file}")))).collect()
}

/// Parses a callback as the command that it names.
pub fn parse(text: &str) -> SendMsg<'_> {
    let command = Object::parse(text).unwrap().text("CallbackCommand").unwrap();
    SendMsg::parse(Command::parse(&command).unwrap(), text).unwrap()
}
