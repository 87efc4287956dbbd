//! Where a condition holds, and what shows it.

use std::collections::BTreeMap;
use std::ops::Range;

/// A part of a message. A condition holds for it or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// An element, by its index in `MsgBody`.
    Element(usize),
    CustomData,
    /// The message as a whole, for conditions that ask about nothing else.
    Message,
}

/// A place in a message where a rule hit.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) part: Part,
    /// The text that the finding is in. `None`: it is the element's type, or the whole part.
    pub(crate) text: Option<usize>,
    /// The bytes of the text or type.
    pub(crate) span: Range<usize>,
    /// What was recognised, if that is not simply the text at this place.
    pub(crate) normalised: Option<Box<str>>,
    /// Whether it began in an earlier text: a term may be split over two.
    pub(crate) continues: bool,
    /// Whether it is visible only with the escapes of the text undone.
    pub(crate) is_escaped: bool,
}

impl Finding {
    /// A finding outside any text.
    pub(super) const fn of_part(part: Part, span: Range<usize>) -> Self {
        Self { part, text: None, span, normalised: None, continues: false, is_escaped: false }
    }

    /// Where it is, in the order of the message.
    pub(crate) const fn place(&self) -> (Part, Option<usize>, usize, usize) {
        (self.part, self.text, self.span.start, self.span.end)
    }

    /// The text, what was recognised in it, and where that starts.
    fn claim(&self) -> (Option<usize>, Option<&str>, usize) {
        (self.text, self.normalised.as_deref(), self.span.start)
    }

    /// Whether the other one is the same, in a part of this span.
    fn covers(&self, other: &Self) -> bool {
        (self.text, &self.normalised) == (other.text, &other.normalised)
            && self.span.start <= other.span.start
            && other.span.end <= self.span.end
    }
}

/// Puts findings in the order of the message, each of them once. If something is found as it is written and again with
/// escapes undone, the latter stays: its span covers all that was written.
pub(super) fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(Finding::place);
    findings.dedup_by(|next, kept| {
        let is_same = next.place() == kept.place();
        kept.is_escaped &= next.is_escaped || !is_same;
        is_same
    });
    if !findings.iter().any(|finding| finding.is_escaped) {
        return findings;
    }
    let (mut escaped, as_written): (Vec<_>, Vec<_>) = findings.into_iter().partition(|finding| finding.is_escaped);
    escaped.sort_by(|one, other| one.claim().cmp(&other.claim()));
    let mut findings = Vec::with_capacity(escaped.len() + as_written.len());
    for finding in as_written {
        let before = escaped.partition_point(|other| other.claim() <= finding.claim()).checked_sub(1);
        match before.and_then(|before| escaped.get_mut(before)) {
            Some(other) if other.covers(&finding) => other.is_escaped = false,
            _ => findings.push(finding),
        }
    }
    findings.append(&mut escaped);
    findings.sort_by_key(Finding::place);
    findings
}

/// The parts for which a condition holds, each with the places that show it.
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

    /// Says that the condition holds for this part. The findings show it, if there are any.
    pub(super) fn extend(&mut self, part: Part, findings: impl IntoIterator<Item = Finding>) {
        self.0.entry(part).or_default().extend(findings);
    }

    /// Keeps the parts that the others hold for as well.
    pub(super) fn and(&mut self, mut others: Self) {
        self.0.retain(|part, findings| match others.0.remove(part) {
            Some(more) => {
                findings.extend(more);
                true
            }
            None => false,
        });
    }

    /// Adds the parts that the others hold for.
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
