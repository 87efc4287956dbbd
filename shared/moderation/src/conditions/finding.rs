//! Where a condition holds, and what shows it.

use std::collections::BTreeMap;
use std::ops::Range;

/// A part of a message, for which a condition holds or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// An element, by its index in `MsgBody`.
    Element(usize),
    CustomData,
    /// The message as a whole, for conditions that ask for nothing else.
    Message,
}

/// A place in a message where a rule hit.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) part: Part,
    /// The text, if the finding lies in one. Otherwise it is the element's type, or the whole part.
    pub(crate) text: Option<usize>,
    /// The bytes of the text or type.
    pub(crate) span: Range<usize>,
    /// What was recognised, if that is not simply what stands there.
    pub(crate) normalised: Option<Box<str>>,
    /// Whether it began in an earlier text: a term split over two.
    pub(crate) continues: bool,
}

impl Finding {
    /// A finding outside any text.
    pub(super) const fn of_part(part: Part, span: Range<usize>) -> Self {
        Self { part, text: None, span, normalised: None, continues: false }
    }

    /// Where it is, in the order of the message.
    pub(crate) const fn place(&self) -> (Part, Option<usize>, usize, usize) {
        (self.part, self.text, self.span.start, self.span.end)
    }
}

/// The parts for which a condition holds, each with what shows it.
#[derive(Debug, Default)]
pub(crate) struct Findings(BTreeMap<Part, Vec<Finding>>);

impl Findings {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, part: Part) -> bool {
        self.0.contains_key(&part)
    }

    pub(super) fn push(&mut self, finding: Finding) {
        self.0.entry(finding.part).or_default().push(finding);
    }

    /// The condition holds for this part; the findings show it, if there are any.
    pub(super) fn extend(&mut self, part: Part, findings: impl IntoIterator<Item = Finding>) {
        self.0.entry(part).or_default().extend(findings);
    }

    /// Keeps what the others hold for as well.
    pub(super) fn and(&mut self, mut others: Self) {
        self.0.retain(|part, findings| match others.0.remove(part) {
            Some(more) => {
                findings.extend(more);
                true
            }
            None => false,
        });
    }

    /// Adds what the others hold for.
    pub(super) fn or(&mut self, others: Self) {
        for (part, findings) in others.0 {
            self.extend(part, findings);
        }
    }
}

impl FromIterator<(Part, Vec<Finding>)> for Findings {
    fn from_iter<T: IntoIterator<Item = (Part, Vec<Finding>)>>(parts: T) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl IntoIterator for Findings {
    type Item = (Part, Vec<Finding>);
    type IntoIter = std::collections::btree_map::IntoIter<Part, Vec<Finding>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
