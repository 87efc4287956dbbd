//! Rules packed for fast loading: the automaton as it was built, with the text that it was built from.
//!
//! ```text
//! magic, 16 bytes │ version, u32 │ CRC-32 of all that follows, u32
//! the rules file's name │ its text │ the matcher │ number of lists of terms, u32 │ for each where it ends
//! in the matcher, two u32 │ number of word lists, u32 │ for each its name and its text
//! ```
//! Numbers are little-endian; a text or other run of bytes has its length in front, u32. The rules file is read again
//! when a pack is loaded, which takes no time worth saving and keeps every rule as it would be without a pack; the word
//! lists are not, they are in the matcher. They are kept so that tools can look into a pack as into a rules file.

use std::fmt;

use chathook_matcher::Matcher;

use crate::rules::{Files, Rules, RulesError, parse};
use crate::terms::{ListEnd, Terms};

const MAGIC: &[u8; 16] = b"\x89chathook-rules\n";
/// To be raised with every change to this layout, to the matcher's, or to how text is normalised.
const VERSION: u32 = 1;
const HEADER: usize = MAGIC.len() + 8;

/// Why something is no pack of rules that this version can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackError {
    /// It is something else.
    Foreign,
    /// It is one, of another version.
    Version(u32),
    /// It is one, but not as it was written.
    Damaged,
    /// The rules file in it cannot be used.
    Rules(RulesError),
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("this is no packed rules file; make one with `chathook rules pack`"),
            Self::Version(version) => write!(
                f,
                "it was packed by another version of chathook (format {version}, this one reads {VERSION}); pack it again"
            ),
            Self::Damaged => f.write_str("it is damaged: its checksum is wrong; copy it again, or pack it again"),
            Self::Rules(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PackError {}

/// What a pack was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The rules file's name.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The word lists that it names, each with its text.
    pub lists: Vec<(String, String)>,
}

impl Rules {
    /// Packs a rules file and the word lists it names. The parameters are those of [`Self::compile`].
    ///
    /// # Errors
    /// [`RulesError`] with everything that is wrong with any rule: nothing else is packed.
    pub fn pack(
        file: &str,
        text: &str,
        read: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Vec<u8>, RulesError> {
        let mut lists: Vec<(String, String)> = Vec::new();
        let mut keep = |name: &str| {
            let text = read(name)?;
            if !lists.iter().any(|(known, _)| known == name) {
                lists.push((name.to_owned(), text.clone()));
            }
            Ok(text)
        };
        let rules = Self::compile(file, text, &mut keep)?.strict()?;

        let mut body = Vec::new();
        put(&mut body, file.as_bytes());
        put(&mut body, text.as_bytes());
        put(&mut body, &rules.terms.matcher.to_bytes());
        body.extend(length(rules.terms.lists.len()));
        for list in &rules.terms.lists {
            body.extend(length(list.terms));
            body.extend(length(list.allowed));
        }
        body.extend(length(lists.len()));
        for (name, text) in &lists {
            put(&mut body, name.as_bytes());
            put(&mut body, text.as_bytes());
        }
        let mut packed = MAGIC.to_vec();
        packed.extend(VERSION.to_le_bytes());
        packed.extend(crc32fast::hash(&body).to_le_bytes());
        packed.append(&mut body);
        Ok(packed)
    }

    /// Whether these bytes mean to be a pack, so that they are to be [unpacked](Self::unpack) and not to be compiled.
    #[must_use]
    pub fn is_packed(bytes: &[u8]) -> bool {
        bytes.first() == MAGIC.first()
    }

    /// Loads a pack.
    ///
    /// # Errors
    /// [`PackError`] if it is none, one of another version, or damaged.
    pub fn unpack(packed: &[u8]) -> Result<Self, PackError> {
        let mut body = Body::open(packed)?;
        let (file, text) = (body.text()?, body.text()?);
        let matcher = Matcher::from_bytes(body.bytes()?).map_err(|_| PackError::Damaged)?;
        let lists = body.list_ends()?;
        let parsed = parse(file, text, Files::Packed).map_err(PackError::Rules)?;
        Ok(Self::new(parsed, Terms { matcher, lists }))
    }
}

impl Source {
    /// What a pack was made of.
    ///
    /// # Errors
    /// [`PackError`] as from [`Rules::unpack`].
    pub fn of(packed: &[u8]) -> Result<Self, PackError> {
        let mut body = Body::open(packed)?;
        let (file, text) = (body.text()?.to_owned(), body.text()?.to_owned());
        body.bytes()?;
        body.list_ends()?;
        let mut lists = Vec::new();
        for _ in 0..body.number()? {
            lists.push((body.text()?.to_owned(), body.text()?.to_owned()));
        }
        Ok(Self { file, text, lists })
    }

    /// The text of a word list, as [`Rules::compile`] asks for it.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn list(&self, name: &str) -> Result<String, String> {
        let list = self.lists.iter().find(|(known, _)| known == name);
        list.map(|(_, text)| text.clone()).ok_or_else(|| "it is not in the pack".to_owned())
    }
}

fn put(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend(length(bytes.len()));
    body.extend(bytes);
}

/// A length; one that does not fit would be read as damage.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// What is left to read behind the header.
struct Body<'p>(&'p [u8]);

impl<'p> Body<'p> {
    fn open(packed: &'p [u8]) -> Result<Self, PackError> {
        let (header, body) = packed.split_at_checked(HEADER).ok_or(if packed.starts_with(MAGIC) {
            PackError::Damaged
        } else {
            PackError::Foreign
        })?;
        let mut numbers = Self(header.strip_prefix(MAGIC).ok_or(PackError::Foreign)?);
        let version = numbers.number()?;
        if version != VERSION {
            return Err(PackError::Version(version));
        }
        if numbers.number()? != crc32fast::hash(body) {
            return Err(PackError::Damaged);
        }
        Ok(Self(body))
    }

    fn number(&mut self) -> Result<u32, PackError> {
        let (number, rest) = self.0.split_first_chunk().ok_or(PackError::Damaged)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*number))
    }

    fn bytes(&mut self) -> Result<&'p [u8], PackError> {
        let length = usize::try_from(self.number()?).map_err(|_| PackError::Damaged)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(PackError::Damaged)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn list_ends(&mut self) -> Result<Vec<ListEnd>, PackError> {
        let mut lists = Vec::new();
        for _ in 0..self.number()? {
            lists.push(ListEnd { terms: self.number()? as usize, allowed: self.number()? as usize });
        }
        Ok(lists)
    }

    fn text(&mut self) -> Result<&'p str, PackError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| PackError::Damaged)
    }
}
