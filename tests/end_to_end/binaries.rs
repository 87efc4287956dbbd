//! What is built: which crates each function's binary holds, and that the binaries under test are those of this build.

#![expect(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use chathook_tests::{binary, profile};
use object::{Object as _, ObjectSection as _, SectionKind};

/// The functions and their kinds: one moderates before a message is sent, one stores and judges what happened after, one is
/// behind a URL.
const FUNCTIONS: [(&str, &[&str]); 7] = [
    ("after-change", &["after", "url"]),
    ("c2c-after-send", &["after", "url"]),
    ("c2c-before-send", &["before", "url"]),
    ("group-after-send", &["after", "url"]),
    ("group-before-send", &["before", "url"]),
    ("redrive", &["after"]),
    ("webhook", &["before", "after", "url"]),
];

/// The crates with code in a binary, except those of the standard library. Its panic messages name their source files.
/// They are constants, so they are still there when symbols are stripped.
fn crates(binary: &Path) -> BTreeSet<String> {
    let bytes = std::fs::read(binary).expect("a binary");
    let binary = object::File::parse(&*bytes).expect("an executable");
    let is_constant = |kind| {
        matches!(kind, SectionKind::ReadOnlyData | SectionKind::ReadOnlyDataWithRel | SectionKind::ReadOnlyString)
    };
    let constants = binary.sections().filter(|section| is_constant(section.kind()));
    constants.flat_map(|section| crates_in(&String::from_utf8_lossy(section.data().expect("a section")))).collect()
}

/// The crates of the paths in a text: `…/registry/src/INDEX/NAME-VERSION/src/…` or `shared/NAME/src/…`.
fn crates_in(text: &str) -> BTreeSet<String> {
    let after = |start: &'static str| text.match_indices(start).map(move |(at, _)| &text[at + start.len()..]);
    let foreign = after("/registry/src/").filter_map(|path| name_of(path.split('/').nth(1)?));
    let ours = after("shared/").filter_map(|path| Some(path.split_once("/src/")?.0));
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let ours = ours.filter(is_name).map(|name| format!("chathook-{name}"));
    foreign.filter(is_name).map(str::to_owned).chain(ours).collect()
}

/// The name in `NAME-VERSION`.
fn name_of(folder: &str) -> Option<&str> {
    let is_version = |rest: &str| rest.split_once('.').is_some_and(|(major, _)| major.parse::<u64>().is_ok());
    let (at, _) = folder.match_indices('-').find(|(at, _)| is_version(&folder[at + 1..]))?;
    Some(&folder[..at])
}

/// A cold start pays for every byte, so a function should hold nothing that it does not need. Whoever adds a crate to a
/// function must add it to the list.
#[test]
fn each_function_holds_the_crates_of_its_list() {
    let mut listed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in include_str!("crates.txt").lines().filter(|line| !line.starts_with('#')) {
        let (name, kinds) = line.split_once(": ").expect("a line names a crate and the kinds of functions");
        for kind in kinds.split(' ') {
            listed.entry(kind).or_default().insert(name.to_owned());
        }
    }
    let mut told = String::new();
    let mut held_by_kind: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (function, kinds) in FUNCTIONS {
        let held = crates(&binary(function));
        let listed: BTreeSet<_> = kinds.iter().filter_map(|kind| listed.get(kind)).flatten().cloned().collect();
        for name in held.difference(&listed) {
            let _ = writeln!(told, "{function} holds {name}, which is not listed");
        }
        for kind in kinds {
            held_by_kind.entry(kind).or_default().extend(held.iter().cloned());
        }
    }
    // An optimised build has fewer panics left in it, and other systems have other crates. Some dependencies are optimised
    // in every build, so not every function of a kind need hold what others of that kind hold.
    for (kind, names) in listed.iter().filter(|_| cfg!(all(debug_assertions, target_os = "linux"))) {
        for name in names.difference(&held_by_kind[kind]) {
            let _ = writeln!(told, "no function of the kind {kind} holds {name}, which is listed for it");
        }
    }
    assert!(told.is_empty(), "correct the functions or tests/end_to_end/crates.txt:\n{told}");
}

#[test]
fn crates_are_found_in_paths() {
    let text = "x/root/.cargo/registry/src/index-1f/toml-1.2.1+spec-1.1.0/src/de.rs/c/registry/src/i/utf8-2d_x-0.1.0/src/a\
                shared/endpoint/src/http.rs shared/x y/src/ /registry/src/i/unversioned/src/b";
    let names: Vec<_> = crates_in(text).into_iter().collect();
    assert_eq!(names, ["chathook-endpoint", "toml", "utf8-2d_x"]);
}

#[test]
fn binaries_are_built_in_the_profile_of_their_tests() {
    let profiles = [("/t/debug/deps/x-1", "dev"), ("/t/release/deps/x-1", "release"), ("/t/triple/ci/deps/x-1", "ci")];
    for (test, expected) in profiles {
        assert_eq!(profile(Path::new(test)), expected);
    }
    // This would have panicked for another profile.
    assert!(binary("chathook").is_file());
}
