//! From a message to a verdict: which rules hit, and what that means.

use std::ops::Range;
use std::sync::Arc;

use chathook_protocol::{Chat, Query, RejectCode, SendMsg};

use crate::matcher::Found;
use crate::rewrite::{self, Outcome, Step};
use crate::rules::{Action, Reject, Rule, Rules};
use crate::text::Readable;
use crate::verdict::{Decision, Hit, Verdict};

/// Where a rule hit.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The element in the message's body.
    pub(crate) element: usize,
    /// The text, if the hit lies in one; else it is the element's type.
    pub(crate) text: Option<usize>,
    /// The bytes of the text or type.
    pub(crate) span: Range<usize>,
}

impl Rules {
    /// Decides about a message that waits for its verdict.
    ///
    /// Rules are read from the top. Each one whose scope covers the message and whose conditions hold hits; an `allow`
    /// ends the reading. Of the rules that hit, the strictest action decides (allow < rewrite < discard < reject, the
    /// first of several rejects), and all rewrites together make one rewritten message.
    ///
    /// `query` has what the platform says beside the body, such as the sender's kind of client; no condition asks for it
    /// yet.
    #[must_use]
    pub fn moderate(&self, message: &SendMsg<'_>, _query: &Query) -> Verdict<'_> {
        let mut verdict = Verdict { decision: Decision::Allow, hits: Vec::new(), left_out: Vec::new() };
        if self.is_empty() {
            return verdict;
        }
        let readable = Readable::of(&message.msg_body);
        let found = self.matcher.find(&readable.texts);

        let mut reject: Option<&Reject> = None;
        let mut discard = false;
        let mut steps = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            if !rule.scope.covers(message) {
                continue;
            }
            let first = found.partition_point(|found| found.rule < index);
            let after = found.partition_point(|found| found.rule <= index);
            let places = rule.places(message, &readable, found.get(first..after).unwrap_or_default());
            if places.is_empty() {
                continue;
            }
            report(rule, &places, &readable, &mut verdict.hits);
            match &rule.action {
                Action::Allow => break,
                Action::Discard => discard = true,
                Action::Reject(this) => reject = reject.or(Some(this)),
                Action::Rewrite(change) => steps.push(Step { rule: &rule.id, change, places }),
            }
        }

        verdict.decision = if let Some(reject) = reject {
            Decision::Reject { code: reject.code(&message.chat), text: reject.text.clone() }
        } else if discard {
            Decision::Discard
        } else {
            match rewrite::rewrite(message, &readable, &steps, &mut verdict.left_out) {
                Outcome::Unchanged => Decision::Allow,
                Outcome::Rewritten(rewrite) => Decision::Rewrite(rewrite),
                Outcome::Empty => Decision::Discard,
                Outcome::Unsendable => {
                    Decision::Reject { code: RejectCode::Plain, text: "The message is too long.".to_owned() }
                }
            }
        };
        verdict
    }
}

impl Rule {
    /// Where the rule hits: the terms found, within elements of the types asked for; without terms, those elements.
    fn places(&self, message: &SendMsg<'_>, readable: &Readable<'_>, found: &[Found]) -> Vec<Place> {
        let wanted = |name: &str| self.when.element_types.iter().any(|wanted| wanted == name);
        let is_wanted = |element| {
            self.when.element_types.is_empty() || readable.types(element).iter().any(|name| wanted(name.as_ref()))
        };
        if self.when.terms {
            let place = |found: &Found| {
                let element = readable.texts.get(found.text)?.element;
                Some(Place { element, text: Some(found.text), span: found.span() })
            };
            return found.iter().filter_map(place).filter(|place| is_wanted(place.element)).collect();
        }
        let place = |element| {
            let name = readable.types(element).iter().find(|name| wanted(name.as_ref()))?;
            Some(Place { element, text: None, span: 0..name.len() })
        };
        (0..message.msg_body.elements.len()).filter_map(place).collect()
    }
}

impl Reject {
    fn code(&self, chat: &Chat<'_>) -> RejectCode {
        let code = match chat {
            Chat::C2c(_) => self.c2c_code.map(RejectCode::C2c),
            Chat::Group(_) => self.group_code.map(RejectCode::Group),
        };
        code.unwrap_or(RejectCode::Plain)
    }
}

/// Adds a rule's places to the hits, under the names that people know.
fn report<'r>(rule: &'r Rule, places: &[Place], readable: &Readable<'_>, hits: &mut Vec<Hit<'r>>) {
    for places in places.chunk_by(|one, next| one.text == next.text) {
        // Many hits in one text share its path.
        let text = places.first().and_then(|place| readable.texts.get(place.text?));
        let field: Arc<str> = text.map_or_else(|| "MsgType".into(), |text| readable.path(text).into());
        hits.extend(places.iter().map(|place| Hit {
            rule: &rule.id,
            element: Some(place.element),
            field: Arc::clone(&field),
            span: place.span.clone(),
        }));
    }
}
