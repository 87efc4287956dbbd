//! Rules packed for fast loading: the matcher as it was built, with the texts that it was built from.
//!
//! ```text
//! magic, 16 bytes │ version, u32 │ CRC-32 of all that follows, u32
//! when they were packed, Unix seconds, u64, 0 if unknown │ their identity │ the rules file's name │ its text
//! number of lists of terms, u32 │ for each: its rule's id │ which of the rule's lists, u32 │ where its terms end in the
//!                                           matcher, u32 │ number of allowed phrases, u32 │ each of them
//! the matcher
//! number of terms files, u32 │ for each: its name │ its text
//! ```
//! Numbers are little-endian. A text or other run of bytes starts with its length, u32. Loading a pack reads the rules
//! file again: that takes almost no time, and each rule is the same as without a pack. The terms files are not read,
//! since their terms are in the matcher. They are kept so that tools can check a pack as they check a rules file.
//!
//! A pack belongs to one version of the rules' language. It is loaded whole or not at all: a rule that cannot be read
//! makes it unusable, and so does a list of terms that belongs to no rule, or a rule whose terms are missing.

use chathook_matcher::Matcher;
use thiserror::Error;

use super::compiled::{Edition, Rules};
use super::error::RulesError;
use super::read::{TermSource, parse};
use crate::terms::{List, Owner, Terms};

const MAGIC: &[u8; 16] = b"\x89chathook-rules\n";
/// Raise it with every change to this layout, to the matcher's, to how texts are read, or to the rules' language.
const VERSION: u32 = 4;
const HEADER: usize = MAGIC.len() + 8;

/// Why this version cannot use a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum PackError {
    #[error("this is not a rules pack")]
    Foreign,
    #[error("it was packed by another version of chathook (format {0}, this one reads {VERSION})")]
    Version(u32),
    #[error("it is damaged")]
    Damaged,
}

impl PackError {
    fn of(self, name: &str) -> RulesError {
        RulesError::unusable(name, self.to_string(), "make it again with `chathook rules pack`")
    }
}

/// Whether a file's content claims to be a pack.
pub(super) fn is_pack(content: &[u8]) -> bool {
    content.first() == MAGIC.first()
}

/// Packs a rules file without mistakes, what it was compiled to, and the terms files that it names.
pub(super) fn pack(edition: &Edition, file: &str, text: &str, terms: &Terms, terms_files: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Body(Vec::new());
    body.0.extend(edition.made_at.unwrap_or(0).to_le_bytes());
    body.bytes(edition.id.as_bytes());
    body.bytes(file.as_bytes());
    body.bytes(text.as_bytes());
    body.length(terms.lists.len());
    for List { owner, terms_end, phrases } in &terms.lists {
        body.bytes(owner.rule.as_bytes());
        body.number(owner.ordinal);
        body.length(*terms_end);
        body.length(phrases.len());
        for phrase in phrases {
            body.bytes(phrase.as_bytes());
        }
    }
    body.bytes(&terms.matcher.to_bytes());
    body.length(terms_files.len());
    for (name, text) in terms_files {
        body.bytes(name.as_bytes());
        body.bytes(text.as_bytes());
    }
    seal(&body.0)
}

/// Puts the magic, the version and the checksum in front of a pack's body. It is for fuzzing and tests, which make
/// their own bodies.
#[doc(hidden)]
#[must_use]
pub fn seal(body: &[u8]) -> Vec<u8> {
    let checksum = crc32fast::hash(body).to_le_bytes();
    [MAGIC, &VERSION.to_le_bytes()[..], &checksum, body].concat()
}

/// An opened pack: its version and checksum are right.
pub(super) struct Pack<'p> {
    /// The name of the pack itself.
    name: &'p str,
    edition: Edition,
    /// The rules file's name.
    pub(super) file: &'p str,
    /// Its text.
    pub(super) text: &'p str,
    /// The terms files that it names, with their texts.
    pub(super) terms_files: Vec<(&'p [u8], &'p [u8])>,
    lists: Vec<List>,
    matcher: &'p [u8],
}

impl<'p> Pack<'p> {
    /// Opens a pack. Problems are reported under `name`.
    pub(super) fn open(name: &'p str, pack: &'p [u8]) -> Result<Self, RulesError> {
        let body = unseal(pack).map_err(|error| error.of(name))?;
        Self::read(name, Bytes(body)).ok_or_else(|| PackError::Damaged.of(name))
    }

    fn read(name: &'p str, mut body: Bytes<'p>) -> Option<Self> {
        let made_at = Some(body.long()?).filter(|time| *time > 0);
        let edition = Edition { id: body.text()?.to_owned(), made_at };
        let (file, text) = (body.text()?, body.text()?);
        let mut lists = Vec::new();
        for _ in 0..body.number()? {
            let owner = Owner { rule: body.text()?.to_owned(), ordinal: body.number()? };
            let terms_end = body.length()?;
            let mut phrases = Vec::new();
            for _ in 0..body.number()? {
                phrases.push(body.text()?.to_owned());
            }
            lists.push(List { owner, terms_end, phrases });
        }
        let matcher = body.bytes()?;
        let mut terms_files = Vec::new();
        for _ in 0..body.number()? {
            terms_files.push((body.bytes()?, body.bytes()?));
        }
        body.0.is_empty().then_some(Self { name, edition, file, text, terms_files, lists, matcher })
    }

    /// The rules in it.
    pub(super) fn load(self) -> Result<Rules, RulesError> {
        let parsed = parse(self.file, self.text, &TermSource::Pack(&self.lists))?;
        if let Some(problem) = parsed.problems.first() {
            let what = format!("this version of chathook cannot read a rule in it ({problem})");
            return Err(RulesError::unusable(self.name, what, "make it again with `chathook rules pack`"));
        }
        let matcher = Matcher::from_bytes(self.matcher).map_err(|_| PackError::Damaged.of(self.name))?;
        Ok(Rules::new(parsed, Terms { matcher, lists: self.lists }, self.edition))
    }
}

/// What follows the header of a pack.
fn unseal(pack: &[u8]) -> Result<&[u8], PackError> {
    let cut_off = if pack.starts_with(MAGIC) { PackError::Damaged } else { PackError::Foreign };
    let (header, body) = pack.split_at_checked(HEADER).ok_or(cut_off)?;
    let mut numbers = Bytes(header.strip_prefix(MAGIC).ok_or(PackError::Foreign)?);
    let (version, checksum) = (numbers.number(), numbers.number());
    match version {
        Some(VERSION) if checksum == Some(crc32fast::hash(body)) => Ok(body),
        Some(VERSION) | None => Err(PackError::Damaged),
        Some(version) => Err(PackError::Version(version)),
    }
}

/// The body of a pack that is being written.
struct Body(Vec<u8>);

impl Body {
    fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    /// A length or an index. A reader takes one that does not fit for damage.
    fn length(&mut self, length: usize) {
        self.number(u32::try_from(length).unwrap_or(u32::MAX));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.extend(bytes);
    }
}

/// What is left to read of a pack.
struct Bytes<'p>(&'p [u8]);

impl<'p> Bytes<'p> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    fn long(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn bytes(&mut self) -> Option<&'p [u8]> {
        let length = self.length()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<&'p str> {
        std::str::from_utf8(self.bytes()?).ok()
    }
}
