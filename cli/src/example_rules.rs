//! The rules that ship with the functions, used until there are others.

use chathook_moderation::{Rules, RulesError, RulesSource};

const RULES: &str = include_str!("../../rules/rules.toml");
const ADVERTS: &str = include_str!("../../rules/adverts.txt");

/// The example rules.
pub fn load() -> Result<Rules, RulesError> {
    let mut source = RulesSource::new("rules.toml", RULES);
    for name in source.terms_files() {
        source.add_terms_file(&name, Ok(ADVERTS.to_owned()));
    }
    source.compile()?.strict()
}
