//! Links: web addresses, bare domains, domains whose dot is spelled out (`example [dot] com`), IPv4 addresses.

mod endings;

use std::collections::HashMap;
use std::ops::Range;

use super::signs::Sign;

/// Which links to look for.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// Only links to these sites. If empty, all links.
    pub(crate) deny: Sites,
    /// Never links to these sites.
    pub(crate) allow: Sites,
}

/// Sites by their host, since a list may have many thousands, and a message thousands of links.
#[derive(Debug, Default)]
pub(crate) struct Sites(HashMap<String, Vec<String>>);

impl FromIterator<Site> for Sites {
    fn from_iter<T: IntoIterator<Item = Site>>(all: T) -> Self {
        let mut sites: HashMap<String, Vec<String>> = HashMap::new();
        for site in all {
            sites.entry(site.host).or_default().push(site.path);
        }
        Self(sites)
    }
}

impl Sites {
    /// Whether this page is on one of the sites.
    fn cover(&self, host: &str, path: &str) -> bool {
        let is_below = |site: &String| {
            let rest = path.strip_prefix(site.as_str());
            site.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        };
        let mut domain = Some(host);
        while let Some(name) = domain {
            if self.0.get(name).is_some_and(|paths| paths.iter().any(is_below)) {
                return true;
            }
            // Next, the domain above it.
            domain = name.split_once('.').map(|(_, parent)| parent);
        }
        false
    }
}

/// A domain with its sub-domains, or an IPv4 address; or only the part of it below a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// In lower case, in ASCII (punycode).
    host: String,
    /// Without the slash at its beginning; often empty.
    path: String,
}

impl Site {
    /// Reads `example.com`, `*.example.com`, `https://example.com/path`. `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        let host = host.strip_prefix("*.").unwrap_or(host).trim_end_matches('.');
        let host = ascii(host).filter(|host| !host.is_empty() && host.split('.').all(|label| !label.is_empty()))?;
        let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        host.chars().all(is_plain).then(|| Self { host, path: path.trim_end_matches('/').to_lowercase() })
    }
}

/// A host as it is asked for in the DNS.
fn ascii(host: &str) -> Option<String> {
    if host.is_ascii() {
        return Some(host.to_ascii_lowercase());
    }
    idna::domain_to_ascii(host).ok()
}

/// The longest possible host, and the longest path that is compared.
const MAX_HOST: usize = 253;
const MAX_PATH: usize = 512;
/// How many blanks may be on each side of a dot that is written out.
const MAX_BLANKS: usize = 3;

/// The words that stand for a dot.
const DOTS: [&str; 6] = ["dot", "d0t", "punkt", "point", "点", "點"];

impl Links {
    /// The links in a text, each with the site's host.
    pub(super) fn find(&self, signs: &[Sign]) -> Vec<(Range<usize>, Option<Box<str>>)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < signs.len() {
            if !is_label(signs, at) {
                at += 1;
                continue;
            }
            let candidate = Candidate::read(signs, at);
            at = candidate.end.max(at + 1);
            if let Some((host, span)) = self.judge(signs, &candidate) {
                found.push((span, Some(host.into())));
            }
        }
        found
    }

    /// The host and the span, if the candidate is a link to report.
    fn judge(&self, signs: &[Sign], candidate: &Candidate) -> Option<(String, Range<usize>)> {
        let scheme = scheme_before(signs, candidate.start);
        let sign = |at: usize| signs.get(at).map(|sign| sign.character);
        if candidate.start > 0 && sign(candidate.start - 1) == Some('@') && !is_user_before(signs, candidate.start) {
            // A mail address.
            return None;
        }
        if is_user(signs, candidate.end, scheme.is_some()) {
            return None;
        }
        let (path_start, path_end) = path(signs, candidate.end);
        let is_ip = candidate.is_ipv4();
        let is_numeric = candidate.labels.last().is_some_and(|last| last.chars().all(|digit| digit.is_ascii_digit()));
        let path_text: String = signs
            .get(path_start..path_end)
            .unwrap_or_default()
            .iter()
            .take(MAX_PATH)
            .map(|sign| sign.character)
            .collect();
        let path_text = path_text.trim_start_matches(['/']);
        let has_more = scheme.is_some()
            || path_end > candidate.end
            || candidate.labels.first().is_some_and(|first| first == "www");

        // Text without spaces may touch either end: 访问example.com吧. So the part in Latin letters is tried too.
        for labels in [Some(candidate.labels.clone()), candidate.cut()].into_iter().flatten() {
            let name = labels.join(".");
            let Some(host) = ascii(&name) else { continue };
            if self.allow.cover(&host, path_text) {
                return None;
            }
            let is_denied = self.deny.cover(&host, path_text);
            let looks_like_one = || {
                let written = labels.last().map(String::as_str).unwrap_or_default();
                let ending = host.rsplit('.').next().unwrap_or_default();
                !candidate.is_spelled && labels.len() > 1 && endings::is_telling(written, ending)
            };
            let is_link = is_ip
                || (!is_numeric
                    && (labels.len() > 1 || scheme.is_some())
                    && (has_more && !candidate.is_spelled || looks_like_one()));
            if is_denied && (labels.len() > 1 || scheme.is_some()) || (self.deny.0.is_empty() && is_link) {
                let first = scheme.unwrap_or_else(|| candidate.start_of(&labels));
                let last = path_end.checked_sub(1)?;
                let last = if path_end > candidate.end { last } else { candidate.end_of(&labels)? };
                return Some((host, signs.get(first)?.span.start..signs.get(last)?.span.end));
            }
        }
        None
    }
}

/// One label, or several with dots in between.
#[derive(Debug)]
struct Candidate {
    /// The first sign.
    start: usize,
    /// The end: one behind the last sign.
    end: usize,
    labels: Vec<String>,
    /// Whether one of its dots has blanks around it. Such a dot need not be one of a domain.
    is_spelled: bool,
}

impl Candidate {
    fn read(signs: &[Sign], start: usize) -> Self {
        let mut candidate = Self { start, end: start, labels: Vec::new(), is_spelled: false };
        let mut at = start;
        loop {
            let mut label = String::new();
            while is_label(signs, at) {
                if let Some(sign) = signs.get(at).filter(|_| label.len() < MAX_HOST) {
                    label.push(sign.character);
                }
                at += 1;
            }
            candidate.labels.push(label);
            candidate.end = at;
            match dot(signs, at) {
                Some((after, is_spelled)) if is_label(signs, after) && candidate.end - start < MAX_HOST => {
                    candidate.is_spelled |= is_spelled;
                    at = after;
                }
                _ => return candidate,
            }
        }
    }

    fn is_ipv4(&self) -> bool {
        let is_octet = |label: &String| label.len() <= 3 && label.parse::<u8>().is_ok();
        !self.is_spelled && self.labels.len() == 4 && self.labels.iter().all(is_octet)
    }

    /// The labels without the text that touches them on either side. `None` if none does.
    fn cut(&self) -> Option<Vec<String>> {
        let mut labels = self.labels.clone();
        let [first, .., last] = labels.as_mut_slice() else { return None };
        if let Some((at, character)) = first.char_indices().rfind(|(_, character)| !character.is_ascii()) {
            first.drain(..at + character.len_utf8());
        }
        if last.starts_with(|character: char| character.is_ascii()) {
            let end = last.find(|character: char| !character.is_ascii()).unwrap_or(last.len());
            last.truncate(end);
        }
        (labels != self.labels && labels.iter().all(|label| !label.is_empty())).then_some(labels)
    }

    /// The first sign of these labels, which may be cut.
    fn start_of(&self, labels: &[String]) -> usize {
        let length = |label: Option<&String>| label.map_or(0, |label| label.chars().count());
        self.start + length(self.labels.first()).saturating_sub(length(labels.first()))
    }

    /// The last sign of these labels.
    fn end_of(&self, labels: &[String]) -> Option<usize> {
        let length = |label: Option<&String>| label.map_or(0, |label| label.chars().count());
        // With one label alone, its beginning was cut.
        let cut = if labels.len() > 1 { length(self.labels.last()).saturating_sub(length(labels.last())) } else { 0 };
        self.end.checked_sub(1 + cut)
    }
}

fn is_label(signs: &[Sign], at: usize) -> bool {
    signs.get(at).is_some_and(|sign| sign.character.is_alphanumeric() || matches!(sign.character, '-' | '_'))
}

/// The place behind a dot at `at`, and whether the dot has blanks around it, and so may be something else.
pub(super) fn dot(signs: &[Sign], at: usize) -> Option<(usize, bool)> {
    let sign = |at: usize| signs.get(at).map(|sign| sign.character);
    let blanks = |mut at: usize| {
        let start = at;
        while at - start < MAX_BLANKS && sign(at).is_some_and(char::is_whitespace) {
            at += 1;
        }
        at
    };
    let word = |at: usize| {
        let is_here = |word: &&&str| word.chars().enumerate().all(|(index, letter)| sign(at + index) == Some(letter));
        DOTS.iter().find(is_here).map(|word| at + word.chars().count()).or((sign(at) == Some('.')).then_some(at + 1))
    };
    if sign(at) == Some('.') && !sign(at + 1).is_some_and(char::is_whitespace) {
        return Some((at + 1, false));
    }
    let open = blanks(at);
    if matches!(sign(open), Some('[' | '(' | '{' | '<' | '【' | '「')) {
        let end = blanks(word(blanks(open + 1))?);
        return matches!(sign(end), Some(']' | ')' | '}' | '>' | '】' | '」')).then(|| (blanks(end + 1), false));
    }
    // `example dot com`, `example . com`
    let end = word(open).filter(|_| open > at)?;
    let after = blanks(end);
    (after > end).then_some((after, true))
}

/// The start of the scheme, if one ends right before `at`, or before the user's name that does.
fn scheme_before(signs: &[Sign], at: usize) -> Option<usize> {
    let mut start = at;
    if at > 0 && signs.get(at - 1)?.character == '@' {
        // Behind a user's name.
        let from = at.saturating_sub(MAX_HOST);
        let before = signs.get(from..at)?;
        start = from + before.iter().rposition(|sign| sign.character == '/')? + 1;
    }
    let colon = start.checked_sub(3)?;
    let is_colon = signs.get(colon..start)?.iter().map(|sign| sign.character).eq("://".chars());
    let letters = signs.get(colon.saturating_sub(16)..colon)?.iter().rev();
    let letters = letters.take_while(|sign| sign.character.is_ascii_alphanumeric()).count();
    (is_colon && letters > 0).then_some(colon - letters)
}

/// Whether what stands before the `@` in front of `at` is a user of a web address.
fn is_user_before(signs: &[Sign], at: usize) -> bool {
    scheme_before(signs, at).is_some()
}

/// Whether what ends at `end` is not a host but a user: `user@host` of a mail address, or `user@host` and
/// `user:password@host` behind a scheme.
fn is_user(signs: &[Sign], end: usize, has_scheme: bool) -> bool {
    let sign = |at: usize| signs.get(at).map(|sign| sign.character);
    if !has_scheme {
        // Without a domain behind it, an `@` begins a mention.
        return sign(end) == Some('@') && Candidate::read(signs, end + 1).labels.len() > 1;
    }
    let authority = signs.iter().skip(end).take(MAX_HOST).map(|sign| sign.character);
    let mut authority = authority.take_while(|sign| !sign.is_whitespace() && !matches!(sign, '/' | '?' | '#'));
    let at_sign = authority.position(|sign| sign == '@').map(|before| end + before);
    matches!(sign(end), Some('@' | ':')) && at_sign.is_some_and(|at| is_label(signs, at + 1))
}

/// Where the path behind a host begins, after the port if there is one, and where it ends.
fn path(signs: &[Sign], host_end: usize) -> (usize, usize) {
    let sign = |at: usize| signs.get(at).map(|sign| sign.character);
    let mut at = host_end;
    if sign(at) == Some(':') && sign(at + 1).is_some_and(|digit| digit.is_ascii_digit()) {
        at += 1;
        while sign(at).is_some_and(|digit| digit.is_ascii_digit()) {
            at += 1;
        }
    }
    let start = at;
    if matches!(sign(at), Some('/' | '?' | '#')) {
        while sign(at).is_some_and(|sign| sign.is_ascii_graphic() && !matches!(sign, '"' | '<' | '>')) {
            at += 1;
        }
    }
    (start, at)
}
