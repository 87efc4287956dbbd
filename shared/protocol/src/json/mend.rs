//! Reads what is not strict JSON, as the most lenient parsers do.
//!
//! A body that our parser refuses may be one that others take: a bare `NaN`, a comma too many, a comment, single quotes,
//! names without quotes. What a person would see in it must be judged, so it is written anew as strict JSON.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::value::RawValue;

use super::escapes::unescape;
use super::readable::{is_ambiguous, repaired};

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The object as strict JSON.
    pub json: String,
    /// What another parser may see: comments, strings with an escape that JSON does not know, as they are written, and
    /// what comes behind the end. Empty if that holds nothing that can be read.
    pub leftover: String,
}

/// The object that a lenient parser would see in `text`. `None` if even such a parser could not say where it ends: a
/// string or a bracket is not closed, or a bracket is closed by another kind. What follows the object is left over.
///
/// Takes one pass and does not recurse. A bare word that is no JSON becomes a string, and a missing value `null`.
#[must_use]
pub fn mend(text: &str) -> Option<Mended> {
    let mut mender = Mender { text, at: 0, json: String::with_capacity(text.len()), leftover: String::new() };
    let mut levels: Vec<Level> = Vec::new();
    loop {
        mender.skip_blanks();
        let (sign, start) = (mender.rest().chars().next()?, mender.at);
        if levels.is_empty() && sign != '{' {
            return None;
        }
        mender.at += sign.len_utf8();
        match sign {
            '{' | '[' => {
                if let Some(level) = levels.last_mut() {
                    level.before_container(&mut mender.json);
                }
                mender.json.push(sign);
                levels.push(Level { is_object: sign == '{', is_empty: true, has_name: false });
            }
            '}' | ']' => {
                let mut level = levels.pop()?;
                if level.is_object != (sign == '}') {
                    return None;
                }
                level.end_member(&mut mender.json);
                mender.json.push(sign);
                if levels.is_empty() {
                    return Some(mender.end());
                }
            }
            ',' => levels.last_mut()?.end_member(&mut mender.json),
            ':' => {}
            _ => {
                let literal = mender.literal(sign, start)?;
                levels.last_mut()?.scalar(&literal, &mut mender.json);
            }
        }
    }
}

struct Mender<'a> {
    text: &'a str,
    at: usize,
    json: String,
    leftover: String,
}

impl<'a> Mender<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes past white space, control characters, byte order marks and comments.
    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let bare = rest.trim_start_matches(is_blank);
            self.at += rest.len() - bare.len();
            let comment = match bare.get(..2) {
                Some("//") => bare.find(['\n', '\r']).unwrap_or(bare.len()),
                Some("/*") => bare.get(2..).and_then(|inside| inside.find("*/")).map_or(bare.len(), |end| end + 4),
                _ => return,
            };
            self.leftover.push_str(bare.get(..comment).unwrap_or_default());
            self.leftover.push('\n');
            self.at += comment;
        }
    }

    /// The string, number or word that begins at `start` with `sign`, as JSON.
    fn literal(&mut self, sign: char, start: usize) -> Option<Cow<'a, str>> {
        if !matches!(sign, '"' | '\'') {
            let word = self.text.get(start..)?;
            let ends = |(at, sign): (usize, char)| {
                let is_comment = || word.get(at..).is_some_and(|rest| rest.starts_with("//") || rest.starts_with("/*"));
                (is_blank(sign) || "{}[],:\"'".contains(sign) || (sign == '/' && is_comment())).then_some(at)
            };
            let word = word.get(..word.char_indices().find_map(ends).unwrap_or(word.len()))?;
            self.at = start + word.len();
            let is_json = serde_json::from_str::<&RawValue>(word).is_ok();
            return Some(if is_json { Cow::Borrowed(word) } else { quoted(word).into() });
        }
        let inside = self.rest();
        let mut signs = inside.char_indices();
        let end = loop {
            match signs.next()? {
                (_, '\\') => {
                    signs.next();
                }
                (at, found) if found == sign => break at,
                _ => {}
            }
        };
        self.at += end + 1;
        if sign == '\'' {
            return Some(quoted(&unescape(inside.get(..end)?).text).into());
        }
        let literal = self.text.get(start..self.at)?;
        if is_ambiguous(literal) {
            self.leftover.push_str(literal);
            self.leftover.push('\n');
        }
        Some(repaired(literal).map_or(Cow::Borrowed(literal), Cow::Owned))
    }

    /// Looks at what comes behind the object.
    fn end(mut self) -> Mended {
        self.leftover.push_str(self.rest());
        if !self.leftover.contains(char::is_alphanumeric) {
            self.leftover.clear();
        }
        Mended { json: self.json, leftover: self.leftover }
    }
}

/// An object or array that the walk is inside of.
struct Level {
    is_object: bool,
    is_empty: bool,
    /// Whether a name was read whose value comes next.
    has_name: bool,
}

impl Level {
    fn separate(&mut self, json: &mut String) {
        if !self.is_empty {
            json.push(',');
        }
        self.is_empty = false;
    }

    fn before_container(&mut self, json: &mut String) {
        if !self.has_name {
            self.separate(json);
            json.push_str(if self.is_object { "\"\":" } else { "" });
        }
        self.has_name = false;
    }

    fn scalar(&mut self, literal: &str, json: &mut String) {
        if self.has_name {
            json.push_str(literal);
            self.has_name = false;
            return;
        }
        self.separate(json);
        if !self.is_object {
            json.push_str(literal);
            return;
        }
        if literal.starts_with('"') {
            json.push_str(literal);
        } else {
            json.push_str(&quoted(literal));
        }
        json.push(':');
        self.has_name = true;
    }

    /// A name without a value gets one.
    fn end_member(&mut self, json: &mut String) {
        if self.has_name {
            json.push_str("null");
            self.has_name = false;
        }
    }
}

fn is_blank(sign: char) -> bool {
    sign.is_whitespace() || sign.is_control() || sign == '\u{FEFF}'
}

fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    // Writing a string as JSON into a string cannot fail.
    let _ = write!(json, "{}", serde_json::Value::from(text));
    json
}
