//! Gives each binary its version and the commit that it was built from.
//!
//! Debug builds have no commit: whoever makes one has the source at hand, and would otherwise rebuild everything after
//! every commit. Builds without git, or outside a repository, have none either.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is_debug = std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    let commit = if is_debug { Some("debug build".to_owned()) } else { commit() };
    let version = env!("CARGO_PKG_VERSION");
    let version = commit.map_or_else(|| version.to_owned(), |commit| format!("{version} ({commit})"));
    println!("cargo::rustc-env=CHATHOOK_VERSION={version}");
}

/// The commit that is checked out, with a `+` if files differ from it.
fn commit() -> Option<String> {
    // Git writes here on every checkout and commit.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if std::path::Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let is_changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_none_or(|files| !files.is_empty());
    Some(if is_changed { commit + "+" } else { commit })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
