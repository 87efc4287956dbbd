//! Links: web addresses, bare domains, domains whose dot is written otherwise (`example [dot] com`, `example点com`), IP
//! addresses.
//!
//! - [`candidate`] reads what may be a host: labels with dots in between.
//! - [`endings`] knows which last labels prove one.
//! - [`address`] reads what is around a host: its scheme, user, port and path.
//! - [`ipv6`] reads the hosts without dots.

mod address;
mod candidate;
mod endings;
mod ipv6;

use std::collections::HashMap;
use std::ops::Range;

use super::signs::{Sign, touches_words};
use address::{Tail, is_user, is_user_before, plain_path, scheme_before, user_without_scheme};
use candidate::{Candidate, Dots, Reading, begins_label};
pub(super) use candidate::{dot, is_label};
use ipv6::Ipv6;

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
    /// Whether the page behind a host with this tail is on one of the sites.
    fn cover(&self, host: &str, tail: &Tail, signs: &[Sign]) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let is_below = |site: &String, path: &str| {
            path.strip_prefix(site.as_str()).is_some_and(|rest| site.is_empty() || !rest.starts_with(is_of_name))
        };
        let mut path = None;
        let mut domain = Some(host);
        while let Some(name) = domain {
            if let Some(sites) = self.0.get(name) {
                let path = path.get_or_insert_with(|| tail.path(signs));
                if sites.iter().any(|site| is_below(site, path)) {
                    return true;
                }
            }
            // Next, the domain above it.
            domain = name.split_once('.').map(|(_, parent)| parent);
        }
        false
    }
}

/// Whether the name of a page goes on with this character: `t.me/spam` is not `t.me/spammer`.
fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// A domain with its sub-domains, or an IP address; or only the part of it below a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// In lower case, in ASCII (punycode).
    host: String,
    /// As [`plain_path`] makes it; often empty.
    path: String,
}

impl Site {
    /// Reads `example.com`, `*.example.com`, `https://example.com/path`, `2001:db8::1`. `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        let path = plain_path(&path.to_lowercase());
        if let Some(host) = ipv6::host(host) {
            return Some(Self { host, path });
        }
        let host = host.strip_prefix("*.").unwrap_or(host).trim_end_matches('.');
        let host = ascii(host).filter(|host| !host.is_empty() && host.split('.').all(|label| !label.is_empty()))?;
        let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        host.chars().all(is_plain).then_some(Self { host, path })
    }
}

/// A host as it is asked for in the DNS.
fn ascii(host: &str) -> Option<String> {
    if host.is_ascii() {
        return Some(host.to_ascii_lowercase());
    }
    idna::domain_to_ascii(host).ok()
}

/// A link, and its site's host.
type Found = (Range<usize>, Option<Box<str>>);

impl Links {
    /// The links in a text.
    pub(super) fn find(&self, signs: &[Sign]) -> Vec<Found> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < signs.len() {
            if let Some(address) = Ipv6::read(signs, at) {
                found.extend(self.judge_ipv6(signs, &address));
                at = address.end;
                continue;
            }
            if !begins_label(signs, at) {
                at += 1;
                continue;
            }
            let candidate = Candidate::read(signs, at);
            // `服务器2001:db8::1`
            if let Some(start) = candidate.before_colon(signs)
                && Ipv6::read(signs, start).is_some()
            {
                at = start;
                continue;
            }
            let (hit, end) = match self.judge(signs, &candidate) {
                Some(hit) => (Some(hit), candidate.end),
                None => self.judge_spaced(signs, &candidate).unwrap_or((None, candidate.end)),
            };
            found.extend(hit);
            at = end.max(at + 1);
        }
        found
    }

    /// The link, if the candidate is one to report.
    fn judge(&self, signs: &[Sign], candidate: &Candidate) -> Option<Found> {
        let scheme = scheme_before(signs, candidate.start);
        // Nearly all words end here.
        if candidate.count() < 2 && scheme.is_none() {
            return None;
        }
        let tail = Tail::read(signs, candidate.end);
        // Only what is denied is found although it may be something else: a mail address or a mention.
        let mut must_be_denied = false;
        if signs.get(candidate.start.wrapping_sub(1)).is_some_and(|sign| sign.character == '@')
            && !is_user_before(signs, candidate.start)
        {
            let user = user_without_scheme(signs, candidate.start - 1)?;
            must_be_denied = user.is_empty() || !(tail.has_port() || tail.has_path());
        }
        if is_user(signs, candidate.end, scheme.is_some()) {
            return None;
        }
        for reading in candidate.readings(signs) {
            let Some(host) = ascii(&reading.name()) else { continue };
            let tail = if reading.end == candidate.end { tail.clone() } else { Tail::none(reading.end) };
            if self.allow.cover(&host, &tail, signs) {
                return None;
            }
            let is_denied = self.deny.cover(&host, &tail, signs);
            let is_any = self.deny.0.is_empty() && !must_be_denied;
            if is_denied || is_any && is_link(signs, candidate.dots, &reading, &host, scheme.is_some(), &tail) {
                let first = scheme.unwrap_or(reading.start);
                let span = signs.get(first)?.span.start..signs.get(tail.end.checked_sub(1)?)?.span.end;
                return Some((span, Some(host.into())));
            }
        }
        None
    }

    /// The same, for a denied domain with a dot that has blanks around it: there, it may be no link at all. Also gives
    /// where it ends.
    fn judge_spaced(&self, signs: &[Sign], candidate: &Candidate) -> Option<(Option<Found>, usize)> {
        if self.deny.0.is_empty() {
            return None;
        }
        let spaced = candidate.spaced(signs)?;
        let hit = self.judge(signs, &spaced)?;
        Some((Some(hit), spaced.end))
    }

    fn judge_ipv6(&self, signs: &[Sign], address: &Ipv6) -> Option<Found> {
        let tail = Tail::read(signs, address.end);
        if self.allow.cover(&address.host, &tail, signs)
            || !(self.deny.0.is_empty() || self.deny.cover(&address.host, &tail, signs))
        {
            return None;
        }
        let first = scheme_before(signs, address.start).unwrap_or(address.start);
        let span = signs.get(first)?.span.start..signs.get(tail.end.checked_sub(1)?)?.span.end;
        Some((span, Some(address.host.clone().into())))
    }
}

/// A name of at least this many letters is hardly the last word of a sentence before one that begins with `in` or `to`.
const LONG_NAME: usize = 8;
/// Numbers of up to this many digits before a dot count a list: `1.app`.
const LIST_DIGITS: usize = 2;

/// Whether this is a link, and not two words with a dot in between.
fn is_link(signs: &[Sign], dots: Dots, reading: &Reading, host: &str, has_scheme: bool, tail: &Tail) -> bool {
    if has_scheme || (dots == Dots::Plain && reading.is_ipv4()) {
        return true;
    }
    let [before @ .., name, written] = reading.labels.as_slice() else { return false };
    let ending = host.rsplit('.').next().unwrap_or_default();
    let is_www = before.first().unwrap_or(name) == "www";
    if !endings::is_known(ending) {
        // Any ending will do: `www.example.invalid`
        return is_www && !before.is_empty() && dots == Dots::Plain && !is_number(written);
    }
    match dots {
        Dots::Plain => {}
        Dots::Odd => return endings::is_everyday(ending) && !is_number(name),
        Dots::Spaced => return false,
    }
    let has_port = tail.has_port() && !endings::is_of_file(ending);
    if endings::is_everyday(ending) || is_www || tail.has_path() || has_port {
        return true;
    }
    // `素养.NBA`: text without spaces before a name.
    if written.is_ascii() && name.chars().all(touches_words) {
        return false;
    }
    let sign_before = reading.start.checked_sub(1).and_then(|at| signs.get(at)).map(|sign| sign.character);
    let is_in_list = is_number(name) && name.len() <= LIST_DIGITS;
    let is_long = || name.chars().count() >= LONG_NAME || name.contains(|sign: char| sign.is_ascii_digit());
    // `src/main.cc` is a file.
    !matches!(sign_before, Some('/' | '\\'))
        && !is_in_list
        && (endings::is_telling(written, ending) || (endings::is_short_word(ending) && is_long()))
}

fn is_number(label: &str) -> bool {
    label.chars().all(|sign| sign.is_ascii_digit())
}
