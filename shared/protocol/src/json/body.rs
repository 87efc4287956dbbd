//! The body of a request, read as strictly as it is written.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::Object;
use super::events::events;
use super::mend::{Mended, mend};
use super::readable::{decoded, is_ambiguous, readable};

/// The bytes of a request's body. Nearly all bodies are strict JSON, and cost one parse. The others are
/// [mended](mend) first.
#[derive(Debug)]
pub struct Body<'b> {
    bytes: &'b [u8],
    text: Cow<'b, str>,
    mended: OnceLock<Option<Mended>>,
    ambiguous: OnceLock<String>,
}

impl<'b> Body<'b> {
    /// The body in these bytes.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, text: readable(bytes), mended: OnceLock::new(), ambiguous: OnceLock::new() }
    }

    /// The object in it.
    ///
    /// # Errors
    /// If there is none, not even for a lenient parser.
    pub fn object(&self) -> Result<Object<'_>, serde_json::Error> {
        Object::parse(&self.text).or_else(|error| {
            let mended = self.mended.get_or_init(|| mend(&decoded(self.bytes)));
            mended.as_ref().map_or(Err(error), |mended| Object::parse(&mended.json))
        })
    }

    /// What a parser may see besides [the object](Self::object), once that was read: what stands outside of it, and
    /// strings with an escape that JSON does not know, as they are written.
    #[must_use]
    pub fn leftover(&self) -> Option<&str> {
        let leftover = match (self.mended.get(), &self.text) {
            (Some(mended), _) => mended.as_ref()?.leftover.as_str(),
            // Nothing in it was repaired.
            (None, Cow::Borrowed(_)) => return None,
            (None, Cow::Owned(_)) => self.ambiguous.get_or_init(|| self.ambiguous_strings()),
        };
        Some(leftover).filter(|leftover| !leftover.is_empty())
    }

    fn ambiguous_strings(&self) -> String {
        let text = decoded(self.bytes);
        let strings = events(&text).filter_map(|event| text.get(event.span));
        strings.filter(|string| is_ambiguous(string)).collect::<Vec<_>>().join("\n")
    }

    /// All of it, [readable].
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The JSON of [the object](Self::object), once that was read.
    #[must_use]
    pub fn json(&self) -> &str {
        let mended = self.mended.get().and_then(Option::as_ref);
        mended.map_or(&self.text, |mended| &mended.json)
    }
}
