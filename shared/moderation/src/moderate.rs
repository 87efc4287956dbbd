//! From a message to a verdict: which rules hit, and what that means.

use std::borrow::Cow;
use std::sync::Arc;

use chathook_matcher::fold::fold;
use chathook_protocol::{Chat, Query, RejectCode, SendMsg};

use crate::conditions::{Look, Place, Spot};
use crate::rewrite::{self, Outcome, Step};
use crate::rules::{Action, Reject, Rule, Rules};
use crate::text::{CUSTOM_DATA, Readable};
use crate::verdict::{Decision, Hit, Verdict};

impl Rules {
    /// Decides about a message that waits for its verdict.
    ///
    /// Rules are read from the top. Each one whose scope covers the message and whose conditions hold hits; an `allow`
    /// ends the reading. Of the rules that hit, the strictest action decides (allow < flag < rewrite < discard < reject,
    /// the first of several rejects), and all rewrites together make one rewritten message. Rules in shadow mode are
    /// reported, and nothing else.
    ///
    /// `query` has what the platform says beside the body, such as the sender's kind of client.
    #[must_use]
    pub fn moderate(&self, message: &SendMsg<'_>, query: &Query) -> Verdict<'_> {
        let mut verdict =
            Verdict { decision: Decision::Allow, hits: Vec::new(), shadow_hits: Vec::new(), left_out: Vec::new() };
        if self.is_empty() {
            return verdict;
        }
        let custom_data = custom_data(message);
        let readable = Readable::of(&message.msg_body, custom_data.as_deref().filter(|_| self.read_custom_data));
        let look = Look::new(message, query, &readable, &self.terms);

        let mut reject: Option<&Reject> = None;
        let (mut discard, mut flag) = (false, false);
        let mut steps = Vec::new();
        for rule in &self.list {
            if !rule.scope.covers(message, query) {
                continue;
            }
            let places = look.places(&rule.when, rule.custom_data);
            if places.is_empty() {
                continue;
            }
            if rule.shadow {
                report(rule, &places, &readable, &mut verdict.shadow_hits);
                continue;
            }
            report(rule, &places, &readable, &mut verdict.hits);
            match &rule.action {
                Action::Allow => break,
                Action::Flag => flag = true,
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
            match rewrite::rewrite(message, custom_data.as_deref(), &readable, &steps, &mut verdict.left_out) {
                Outcome::Unchanged if flag => Decision::Flag,
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

impl Rules {
    /// What each rule would find in a single text, whatever its scope and mode and the rules above it. For tools.
    ///
    /// Rules that may hit without finding anything in a text are passed over.
    #[must_use]
    pub fn probe(&self, message: &SendMsg<'_>) -> Vec<Hit<'_>> {
        let query = Query::default();
        let readable = Readable::of(&message.msg_body, None);
        let look = Look::new(message, &query, &readable, &self.terms);
        let mut hits = Vec::new();
        for rule in self.list.iter().filter(|rule| rule.when.finds_text()) {
            report(rule, &look.places(&rule.when, false), &readable, &mut hits);
        }
        hits
    }
}

/// A text in a message that a person could read, under the names that [`Hit`] uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// As [`Hit::element`].
    pub element: Option<usize>,
    /// As [`Hit::field`].
    pub field: String,
    /// The text as the sender wrote it.
    pub text: String,
}

impl Shown {
    /// All that a person could read in a message, `CloudCustomData` included.
    #[must_use]
    pub fn in_message(message: &SendMsg<'_>) -> Vec<Self> {
        let custom_data = custom_data(message);
        let texts = Readable::of(&message.msg_body, custom_data.as_deref());
        let readable = |text: &crate::text::Text<'_>| Self {
            element: text.element,
            field: texts.path(text),
            text: text.value.clone().into_owned(),
        };
        texts.texts.iter().map(readable).collect()
    }
}

/// `CloudCustomData`; as JSON, if it is none of the strings that the protocol says it is.
fn custom_data<'a>(message: &'a SendMsg<'_>) -> Option<Cow<'a, str>> {
    let text = message.cloud_custom_data.as_deref();
    let other = || message.extra.get(CUSTOM_DATA).map(serde_json::value::RawValue::get).filter(|raw| *raw != "null");
    text.or_else(other).map(Cow::Borrowed)
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
    for places in places.chunk_by(|one, next| (one.spot, one.text) == (next.spot, next.text)) {
        let Some(first) = places.first() else { continue };
        // Many hits in one text share its path.
        let text = first.text.and_then(|text| readable.texts.get(text));
        let field: Arc<str> = match (text, first.spot) {
            (Some(text), _) => readable.path(text).into(),
            (None, Spot::Element(_)) => "MsgType".into(),
            (None, Spot::CustomData) => CUSTOM_DATA.into(),
            (None, Spot::Message) => "MsgBody".into(),
        };
        let element = match first.spot {
            Spot::Element(element) => Some(element),
            Spot::CustomData | Spot::Message => None,
        };
        let value = match (text, element) {
            (Some(text), _) => text.value.as_ref(),
            (None, Some(element)) => readable.types(element).first().map(AsRef::as_ref).unwrap_or_default(),
            (None, None) => "",
        };
        hits.extend(places.iter().map(|place| Hit {
            rule: &rule.id,
            element,
            field: Arc::clone(&field),
            span: place.span.clone(),
            normal: place.normal.clone().unwrap_or_else(|| {
                let text = value.get(place.span.clone()).unwrap_or_default();
                if place.text.is_some() { fold(text).into() } else { text.into() }
            }),
        }));
    }
}
