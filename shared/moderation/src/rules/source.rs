//! Where rules come from: a rules file with its terms files, or a pack.

use std::collections::BTreeMap;
use std::path::Path;

use chathook_matcher::TooManyTerms;
use sha2::{Digest as _, Sha256};

use super::compiled::{Edition, Rules};
use super::error::RulesError;
use super::pack::{Pack, is_pack, pack};
use super::read::{Parsed, TermSource, WrittenList, WrittenTerm, parse, terms_files};
use super::rule::{Action, Change};
use super::warnings::{Warning, endless_replacements, warnings_of};
use crate::terms::Terms;

/// The terms of lists, to be found.
pub(super) fn terms_of(lists: Vec<WrittenList>) -> Result<Terms, TooManyTerms> {
    let list = |WrittenList { owner, terms, allow_phrases }| {
        (owner, terms.into_iter().map(|term: WrittenTerm| term.term).collect(), allow_phrases)
    };
    Terms::new(lists.into_iter().map(list))
}

/// A rules file with the terms files that it names, or a pack of them.
///
/// Nothing is read from disk here. The caller asks which files are needed, and gives their texts:
///
/// ```
/// # use chathook_moderation::RulesSource;
/// let rules = "schema = 1\n[[rule]]\nid = \"a\"\nwhen = { terms_file = \"a.txt\" }\naction = { type = \"reject\" }";
/// let mut source = RulesSource::new("rules.toml", rules);
/// for name in source.terms_files() {
///     source.add_terms_file(&name, Ok("casino\n".to_owned()));
/// }
/// assert_eq!(source.compile()?.len(), 1);
/// # Ok::<(), chathook_moderation::RulesError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RulesSource {
    file: String,
    made_at: Option<u64>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Text {
        text: String,
        /// The terms files by name: their texts, or why there is none.
        terms: BTreeMap<String, Result<String, String>>,
    },
    Pack(Vec<u8>),
}

impl RulesSource {
    /// A rules file. Problems are reported under the name `file`.
    #[must_use]
    pub fn new(file: &str, text: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            made_at: None,
            content: Content::Text { text: text.into(), terms: BTreeMap::new() },
        }
    }

    /// The content of a rules file or of a pack; the first byte tells which. Problems are reported under the name
    /// `file`.
    ///
    /// # Errors
    /// [`RulesError`] if it is neither a pack nor text in UTF-8.
    pub fn from_bytes(file: &str, content: Vec<u8>) -> Result<Self, RulesError> {
        if is_pack(&content) {
            return Ok(Self { file: file.to_owned(), made_at: None, content: Content::Pack(content) });
        }
        match String::from_utf8(content) {
            Ok(text) => Ok(Self::new(file, text)),
            Err(_) => Err(RulesError::unusable(file, "it is not UTF-8", "save it as UTF-8")),
        }
    }

    /// The names of the terms files that are needed, relative to the rules file. A pack needs none.
    #[must_use]
    pub fn terms_files(&self) -> Vec<String> {
        match &self.content {
            Content::Text { text, .. } => terms_files(text),
            Content::Pack(_) => Vec::new(),
        }
    }

    /// Adds the text of a terms file, or the reason why it cannot be read. A pack ignores it.
    pub fn add_terms_file(&mut self, name: &str, content: Result<String, String>) {
        if let Content::Text { terms, .. } = &mut self.content {
            terms.insert(name.to_owned(), content);
        }
    }

    /// Says when the rules were made, Unix seconds. A pack ignores it: it says so itself.
    pub const fn set_made_at(&mut self, time: u64) {
        self.made_at = Some(time);
    }

    /// Checks and compiles a rules file, or loads a pack.
    ///
    /// A rule with a mistake in it is left out and the others are kept; see [`Rules::problems`]. A pack is loaded whole or
    /// not at all.
    ///
    /// # Errors
    /// [`RulesError`] with every problem that was found, if nothing can be used: the rules file is not TOML or has
    /// another schema, or the pack is damaged or from another version.
    pub fn compile(&self) -> Result<Rules, RulesError> {
        match &self.content {
            Content::Text { text, terms } => self.compile_text(text, terms),
            Content::Pack(bytes) => Pack::open(&self.file, bytes)?.load(),
        }
    }

    fn compile_text(&self, text: &str, files: &BTreeMap<String, Result<String, String>>) -> Result<Rules, RulesError> {
        let edition = Edition { id: identity(text, files), made_at: self.made_at };
        self.build(parse(&self.file, text, &TermSource::Files(files))?, edition)
    }

    fn build(&self, mut parsed: Parsed, edition: Edition) -> Result<Rules, RulesError> {
        let lists = std::mem::take(&mut parsed.lists);
        let terms = terms_of(lists).map_err(|error| self.too_many(error))?;
        Ok(Rules::new(parsed, terms, edition))
    }

    pub(super) fn too_many(&self, error: TooManyTerms) -> RulesError {
        RulesError::unusable(&self.file, format!("there are too many terms ({error})"), "use fewer")
    }

    /// The rules as they are written, those of a pack too, given to `read` with the rules file's name and text.
    pub(super) fn parsed<T>(&self, read: impl FnOnce(Parsed, &str, &str) -> T) -> Result<T, RulesError> {
        match &self.content {
            Content::Text { text, terms } => {
                Ok(read(parse(&self.file, text, &TermSource::Files(terms))?, &self.file, text))
            }
            Content::Pack(bytes) => {
                let pack = Pack::open(&self.file, bytes)?;
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                let files = pack.terms_files.iter().map(|(name, content)| (text(name), Ok(text(content))));
                Ok(read(parse(pack.file, pack.text, &TermSource::Files(&files.collect()))?, pack.file, pack.text))
            }
        }
    }

    /// The warnings about the rules: those that can never hit, and replacements that their own rule hits.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn warnings(&self) -> Result<Vec<Warning>, RulesError> {
        let parsed = self.parsed(|parsed, _, _| parsed)?;
        let mut warnings = warnings_of(&parsed);
        if parsed.rules.iter().any(|rule| matches!(rule.action, Action::Rewrite(Change::Replace(_)))) {
            warnings.extend(endless_replacements(&self.build(parsed, Edition::default())?));
        }
        Ok(warnings)
    }

    /// The rules as one file that loads fast. A pack is returned as it is.
    ///
    /// # Errors
    /// [`RulesError`] if anything is wrong with any rule: rules with mistakes are not packed.
    pub fn pack(&self) -> Result<Vec<u8>, RulesError> {
        let (text, files) = match &self.content {
            Content::Text { text, terms } => (text, terms),
            Content::Pack(bytes) => {
                Pack::open(&self.file, bytes)?.load()?;
                return Ok(bytes.clone());
            }
        };
        let rules = self.compile_text(text, files)?.strict()?;
        // The name alone: a pack says nothing about the machine that made it.
        let name = Path::new(&self.file).file_name().map_or(self.file.as_str().into(), |name| name.to_string_lossy());
        let named = terms_files(text);
        let files = files.iter().filter(|(name, _)| named.contains(name));
        let files: Vec<_> = files.filter_map(|(name, text)| Some((name.as_str(), text.as_deref().ok()?))).collect();
        Ok(pack(rules.edition(), &name, text, &rules.terms, &files))
    }
}

/// A hash of the rules file and of the terms files that it names, as 16 hexadecimal digits.
fn identity(text: &str, files: &BTreeMap<String, Result<String, String>>) -> String {
    let mut hash = Sha256::new();
    let named = files.iter().flat_map(|(name, text)| [name.as_str(), text.as_deref().unwrap_or_default()]);
    for part in std::iter::once(text).chain(named) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    base16ct::lower::encode_string(&hash.finalize()[..8])
}
