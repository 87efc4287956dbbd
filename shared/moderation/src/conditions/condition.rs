//! The conditions of a rule, and how they combine.

use std::ops::Range;

use regex::Regex;

use super::contacts::Contacts;
use super::counts::{self, Bounds};
use super::density::Density;
use super::file_names;
use super::finding::{Finding, Findings, Part, in_order};
use super::links::Links;
use super::subject::{View, finding};

/// How many matches of one regex in one text are looked for. Then the rest of the text counts as one more match: each
/// match may look ahead through all of it, so a sender could make the search take quadratic time.
const REGEX_MATCHES: usize = 500;

/// A condition of a rule.
#[derive(Debug)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A list of terms, by its number.
    Terms(usize),
    /// Any of these.
    Regex(Vec<Regex>),
    Links(Links),
    Contacts(Contacts),
    ElementTypes(Vec<String>),
    /// In lower case, without the dot.
    FileExtensions(Vec<String>),
    FileSize(Bounds),
    Characters(Bounds),
    Elements(Bounds),
    Mentions(Bounds),
    Density(Density),
    Platforms(Vec<String>),
}

impl Condition {
    /// Where a rule with this `when` hits: at least one finding for each part of the message for which it holds.
    pub(crate) fn findings(&self, view: &View<'_>) -> Vec<Finding> {
        if self.is_about_message() {
            let finding = || Finding::of_part(Part::Message, 0..0);
            return if self.holds_for_message(view) { vec![finding()] } else { Vec::new() };
        }
        let mut all = Vec::new();
        for (part, mut findings) in self.holds(view) {
            // A place in a text says more than the element around it.
            if findings.iter().any(|finding| finding.text.is_some()) {
                findings.retain(|finding| finding.text.is_some());
            }
            if findings.is_empty() {
                let span = match part {
                    Part::Element(element) => view.type_span(element),
                    Part::CustomData | Part::Message => 0..0,
                };
                findings.push(Finding::of_part(part, span));
            }
            all.extend(in_order(findings));
        }
        all
    }

    fn holds(&self, view: &View<'_>) -> Findings {
        match self {
            Self::All(conditions) => {
                let mut conditions = conditions.iter();
                let Some(first) = conditions.next() else { return Findings::default() };
                let mut findings = first.holds(view);
                for condition in conditions {
                    // Most rules find nothing in most messages. Then the other conditions need not be asked.
                    if findings.is_empty() {
                        break;
                    }
                    findings.and(condition.holds(view));
                }
                findings
            }
            Self::Any(conditions) => {
                let mut findings = Findings::default();
                for condition in conditions {
                    findings.or(condition.holds(view));
                }
                findings
            }
            Self::Not(condition) => {
                let findings = condition.holds(view);
                view.parts().filter(|part| !findings.contains(*part)).map(|part| (part, Vec::new())).collect()
            }
            Self::Terms(list) => view.terms(*list),
            Self::Regex(regexes) => view.search(|_, text| {
                regexes.iter().flat_map(|regex| matches(regex, text)).map(|span| (span, None)).collect()
            }),
            Self::Links(links) => view.search(|index, _| links.find(view.signs(index))),
            Self::Contacts(contacts) => view.search(|index, _| contacts.find(view.signs(index))),
            Self::ElementTypes(names) => view.elements_where(|element| {
                let wanted = view.types(element).find(|name| names.iter().any(|wanted| wanted == name));
                wanted.map(|name| 0..name.len())
            }),
            Self::FileExtensions(extensions) => file_names::file_extensions(view, extensions),
            Self::FileSize(bounds) => view.elements_where(|element| {
                let content = view.body().elements.get(element)?.content();
                counts::file_size(&content).filter(|size| bounds.contain(*size)).map(|_| view.type_span(element))
            }),
            Self::Characters(bounds) => counts::characters(view, bounds),
            Self::Mentions(bounds) => counts::mentions(view, bounds),
            Self::Density(density) => {
                let mut findings = Findings::default();
                for (index, text) in view.shown_texts().filter(|(_, text)| density.holds(&text.value)) {
                    findings.push(finding(index, text, 0..text.value.len(), None));
                }
                findings
            }
            Self::Elements(_) | Self::Platforms(_) => view.all_parts_if(self.holds_for_message(view)),
        }
    }

    /// What shows that it may hold in a message of which only one text is known. `None`: it cannot hold. What cannot be
    /// decided may hold, and nothing shows it.
    pub(crate) fn may_hold(&self, view: &View<'_>) -> Option<Vec<Finding>> {
        let found = |condition: &Self| {
            let findings: Vec<_> = condition.holds(view).into_iter().flat_map(|(_, findings)| findings).collect();
            (!findings.is_empty()).then(|| in_order(findings))
        };
        match self {
            Self::All(conditions) => {
                let all: Option<Vec<_>> = conditions.iter().map(|condition| condition.may_hold(view)).collect();
                all.map(|all| all.concat())
            }
            Self::Any(conditions) => {
                let any: Vec<_> = conditions.iter().filter_map(|condition| condition.may_hold(view)).collect();
                (!any.is_empty()).then(|| any.concat())
            }
            Self::Terms(_) | Self::Regex(_) | Self::Links(_) => found(self),
            Self::Platforms(_) => self.holds_for_message(view).then(Vec::new),
            Self::Not(condition) => match condition.as_ref() {
                Self::Platforms(_) => self.holds_for_message(view).then(Vec::new),
                // What is found may stand in another element.
                _ => Some(Vec::new()),
            },
            // In a broken callback, any number may be one of the platform's own: a time, an id.
            Self::Contacts(_)
            | Self::ElementTypes(_)
            | Self::FileExtensions(_)
            | Self::FileSize(_)
            | Self::Characters(_)
            | Self::Elements(_)
            | Self::Mentions(_)
            | Self::Density(_) => Some(Vec::new()),
        }
    }

    /// Whether it asks about nothing but the message as a whole.
    pub(crate) fn is_about_message(&self) -> bool {
        match self {
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().all(Self::is_about_message),
            Self::Not(condition) => condition.is_about_message(),
            Self::Elements(_) | Self::Platforms(_) => true,
            _ => false,
        }
    }

    fn holds_for_message(&self, view: &View<'_>) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds_for_message(view)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds_for_message(view)),
            Self::Not(condition) => !condition.holds_for_message(view),
            Self::Elements(bounds) => bounds.contain(counts::number(view.body().elements.len())),
            Self::Platforms(names) => {
                let platform = view.query().opt_platform().unwrap_or("Unknown");
                names.iter().any(|name| name.eq_ignore_ascii_case(platform))
            }
            _ => false,
        }
    }

    /// Whether it always finds a place in a text when it holds, so that the text can be changed there.
    pub(crate) fn finds_text(&self) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().any(Self::finds_text),
            Self::Any(conditions) => conditions.iter().all(Self::finds_text),
            Self::Terms(_)
            | Self::Regex(_)
            | Self::Links(_)
            | Self::Contacts(_)
            | Self::FileExtensions(_)
            | Self::Density(_) => true,
            Self::Characters(bounds) | Self::Mentions(bounds) => bounds.min > 0,
            _ => false,
        }
    }
}

/// The matches of a regex and, if there are too many, the rest of the text. None is empty: such a regex is refused.
fn matches(regex: &Regex, text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<_> = regex.find_iter(text).take(REGEX_MATCHES).map(|found| found.range()).collect();
    if let Some(last) = spans.last().filter(|last| spans.len() == REGEX_MATCHES && last.end < text.len()) {
        spans.push(last.end..text.len());
    }
    spans
}
