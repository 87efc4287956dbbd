//! Moderation from the outside: a rules file and a message in, a verdict out.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod delivered;
mod errors;
mod limits;
mod packs;
mod peers;
mod properties;
mod schema;
mod shipped;
mod verdicts;

use chathook_moderation::{Rules, RulesError, RulesSource};

/// A rules file with these terms files beside it.
pub(crate) fn source(text: &str, terms_files: &[(&str, &str)]) -> RulesSource {
    let mut source = RulesSource::new("rules.toml", text);
    for name in source.terms_files() {
        let content = terms_files.iter().find(|(known, _)| *known == name).map(|(_, content)| (*content).to_owned());
        source.add_terms_file(&name, content.ok_or_else(|| "no such file".to_owned()));
    }
    source
}

/// The rules of a file that names no other.
pub(crate) fn compile(text: &str) -> Result<Rules, RulesError> {
    source(text, &[]).compile()
}

/// The same, where no rule may have a mistake in it.
pub(crate) fn rules(text: &str) -> Rules {
    compile(text).and_then(Rules::strict).unwrap_or_else(|error| panic!("{error}"))
}
