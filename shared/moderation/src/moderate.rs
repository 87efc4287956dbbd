//! From a message to a verdict: which rules hit, and what that means.
//!
//! A message that no rule rewrites is judged once. A rewritten one is judged again, since it will be judged again when
//! its sender edits it: what is delivered must pass the rules that let it through. What rules add to a message is the
//! operator's own, and is not judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use chathook_matcher::fold::fold;
use chathook_protocol::{MsgBody, Query, RejectCode, SendMsg};
use serde_json::value::RawValue;

use crate::conditions::{Finding, Part, Subject, View};
use crate::envelope::{ChatKind, Envelope};
use crate::input::{Counting, Message};
use crate::message::{CUSTOM_DATA, MessageTexts, Text};
use crate::origins::Origins;
use crate::rewrite::{self, Draft, Outcome, drop_masked};
use crate::rules::{Action, Addition, Change, Reject, Rule, Rules};
use crate::verdict::{Decision, Hit, Verdict};

/// How many times a message is rewritten at most. Once is usual. More are needed only if a mask or a replacement makes
/// another rule hit.
const MOST_REWRITES: usize = 4;

/// The findings by the index of their rule, each list in the order of the message.
type Found = BTreeMap<usize, Vec<Finding>>;

/// A message as it came or as it was rewritten.
struct Input<'m> {
    message: &'m Message<'m>,
    body: &'m MsgBody<'m>,
    readable: &'m MessageTexts<'m>,
    /// The rewritten message, and where its parts come from. `None` for a message as it came.
    rewritten: Option<(&'m Draft, &'m Origins)>,
}

/// What the rules say about a message.
#[derive(Default)]
struct Judgement<'r> {
    reject: Option<&'r Reject>,
    is_discarded: bool,
    is_flagged: bool,
    found: Found,
    /// What rules in shadow mode found.
    shadow: Found,
}

/// What to do with a message.
enum Next<'r> {
    Reject(&'r Reject),
    Discard,
    Deliver,
    /// Judge it again in this form.
    Judge(Draft),
    /// It has become too long to be sent.
    RejectTooLong,
    /// It cannot be changed without risk.
    RejectUnsafe,
}

impl Rules {
    /// Decides about a message that waits for its verdict.
    ///
    /// Rules are read from the top. A rule hits if its scope covers the message and its conditions hold; a hit of an
    /// `allow` rule ends the reading. Of the rules that hit, the strictest action decides (allow < flag < rewrite <
    /// discard < reject, the first of several rejects), and all rewrites together make one rewritten message. Rules in
    /// shadow mode are only reported.
    ///
    /// A rewritten message is judged again, until no rule has anything left to change. One that still changes after
    /// four rewrites is rejected. Hits in a rewritten message are reported at their places in the original. Rules in
    /// shadow mode, flags, and rules that add something see the original alone.
    ///
    /// `query` holds what the platform says beside the body, such as the sender's kind of client.
    #[must_use]
    pub fn moderate(&self, message: &SendMsg<'_>, query: &Query) -> Verdict<'_> {
        self.decide(&Message {
            envelope: Envelope::of(message),
            query,
            body: &message.msg_body,
            cloud_custom_data: message.cloud_custom_data.as_deref(),
            custom_data: custom_data(message),
            counting: Counting::All,
        })
    }

    /// The verdict on a message, of the rules that count.
    pub(crate) fn decide(&self, message: &Message<'_>) -> Verdict<'_> {
        let mut verdict =
            Verdict { decision: Decision::Allow, hits: Vec::new(), shadow_hits: Vec::new(), left_out: Vec::new() };
        if self.is_empty() {
            return verdict;
        }
        let original = MessageTexts::of(message.body, message.custom_data.filter(|_| self.read_custom_data));
        let input = Input { message, body: message.body, readable: &original, rewritten: None };
        let judgement = self.judge(&input);
        let mut next = self.next(&input, &judgement);
        let Judgement { is_flagged, mut found, shadow, .. } = judgement;
        let additions: Vec<_> =
            self.of(&found).filter_map(|(rule, _)| Some((rule.id.as_str(), rule.addition()?))).collect();

        let mut draft = None;
        for _ in 0..MOST_REWRITES {
            let Next::Judge(rewritten) = next else { break };
            next = self.judge_again(message, &rewritten, &mut found);
            draft = Some(rewritten);
        }

        verdict.decision = match next {
            Next::Reject(reject) => {
                Decision::Reject { code: reject.code(message.envelope.chat), text: reject.text.clone() }
            }
            Next::Discard => Decision::Discard,
            Next::Judge(_) | Next::RejectUnsafe => plain_reject("The message cannot be delivered."),
            Next::RejectTooLong => plain_reject("The message is too long."),
            Next::Deliver => match rewrite::finish(message, draft, &additions, &mut verdict.left_out) {
                Some(rewrite) => Decision::Rewrite(rewrite),
                None if is_flagged => Decision::Flag,
                None => Decision::Allow,
            },
        };
        for (rule, findings) in self.of(&found) {
            report(rule, findings, &original, &mut verdict.hits);
        }
        for (rule, findings) in self.of(&shadow) {
            report(rule, findings, &original, &mut verdict.shadow_hits);
        }
        verdict
    }

    /// The rules that found something, in the order of the file.
    fn of<'r, 'f>(&'r self, found: &'f Found) -> impl Iterator<Item = (&'r Rule, &'f [Finding])> {
        found.iter().filter_map(|(rule, findings)| Some((self.list.get(*rule)?, findings.as_slice())))
    }

    /// Asks the rules about a message.
    fn judge(&self, input: &Input<'_>) -> Judgement<'_> {
        let Message { envelope, query, counting, .. } = input.message;
        let subject = Subject::new(input.body, query, input.readable, &self.terms);
        let mut judgement = Judgement::default();
        for (index, rule) in self.list.iter().enumerate() {
            let is_read = counting.reads(rule) && (input.rewritten.is_none() || rule.protects());
            if !is_read || !rule.scope.covers(envelope, query).unwrap_or(counting.counts_in_doubt(rule)) {
                continue;
            }
            let mut findings = rule.when.findings(&View::of(&subject, rule.custom_data));
            if let Action::Rewrite(Change::Mask(mask)) = &rule.action {
                drop_masked(&mut findings, mask, input.readable);
            }
            if findings.is_empty() {
                continue;
            }
            if rule.shadow {
                judgement.shadow.insert(index, findings);
                continue;
            }
            judgement.found.insert(index, findings);
            match &rule.action {
                Action::Allow => break,
                Action::Flag => judgement.is_flagged = true,
                Action::Discard => judgement.is_discarded = true,
                Action::Reject(this) => judgement.reject = judgement.reject.or(Some(this)),
                Action::Rewrite(_) | Action::Add(_) => {}
            }
        }
        judgement
    }

    /// What follows from a judgement.
    fn next<'r>(&self, input: &Input<'_>, judgement: &Judgement<'r>) -> Next<'r> {
        if let Some(reject) = judgement.reject {
            return Next::Reject(reject);
        }
        if judgement.is_discarded {
            return Next::Discard;
        }
        let edits: Vec<_> =
            self.of(&judgement.found).filter_map(|(rule, found)| Some((rule.change()?, found))).collect();
        match rewrite::rewrite(input.body, input.readable, &edits, input.rewritten) {
            Outcome::Unchanged => Next::Deliver,
            Outcome::Rewritten(draft) => Next::Judge(draft),
            Outcome::Empty => Next::Discard,
            Outcome::TooLong => Next::RejectTooLong,
            Outcome::Unsafe => Next::RejectUnsafe,
        }
    }

    /// Judges a rewritten message, and adds its findings to `found`.
    fn judge_again(&self, message: &Message<'_>, draft: &Draft, found: &mut Found) -> Next<'_> {
        let body = draft.body();
        let data = draft.custom_data().or(message.custom_data).filter(|_| self.read_custom_data);
        let readable = MessageTexts::of(&body, data);
        let origins = draft.origins(&readable);
        let input = Input { message, body: &body, readable: &readable, rewritten: Some((draft, &origins)) };
        let judgement = self.judge(&input);
        let next = self.next(&input, &judgement);
        for (rule, findings) in judgement.found {
            let all = found.entry(rule).or_default();
            all.extend(findings.into_iter().map(|finding| origins.original(finding, &readable)));
            all.sort_by_key(Finding::place);
            all.dedup_by_key(|finding| finding.place());
        }
        next
    }
}

impl Rules {
    /// What each rule finds in the texts of a message, whatever its scope, its mode and the rules above it. For tools.
    ///
    /// Rules that can hit without finding anything in a text are left out.
    #[must_use]
    pub fn hits_in(&self, message: &SendMsg<'_>) -> Vec<Hit<'_>> {
        let query = Query::default();
        let readable = MessageTexts::of(&message.msg_body, None);
        let seen = Subject::new(&message.msg_body, &query, &readable, &self.terms);
        let mut hits = Vec::new();
        for rule in self.list.iter().filter(|rule| rule.when.finds_text()) {
            report(rule, &rule.when.findings(&View::of(&seen, false)), &readable, &mut hits);
        }
        hits
    }
}

impl Rule {
    /// Whether it protects people, or ends the reading of rules that do. Such rules judge rewritten messages too, and
    /// delivered ones.
    pub(crate) const fn protects(&self) -> bool {
        !self.shadow && !matches!(self.action, Action::Flag | Action::Add(_))
    }

    const fn change(&self) -> Option<&Change> {
        match &self.action {
            Action::Rewrite(change) => Some(change),
            _ => None,
        }
    }

    pub(crate) const fn addition(&self) -> Option<&Addition> {
        match &self.action {
            Action::Add(addition) => Some(addition),
            _ => None,
        }
    }
}

fn plain_reject(text: &str) -> Decision {
    Decision::Reject { code: RejectCode::Plain, text: text.to_owned() }
}

/// A text in a message that a person could read, under the names that [`Hit`] uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadableText {
    /// As [`Hit::element`].
    pub element: Option<usize>,
    /// As [`Hit::field`].
    pub field: String,
    /// The text as the sender wrote it.
    pub text: String,
}

impl ReadableText {
    /// All that a person could read in a message, `CloudCustomData` included.
    #[must_use]
    pub fn in_message(message: &SendMsg<'_>) -> Vec<Self> {
        let custom_data = custom_data(message);
        let texts = MessageTexts::of(&message.msg_body, custom_data);
        let readable = |text: &Text<'_>| Self {
            element: text.element,
            field: texts.path(text),
            text: text.value.clone().into_owned(),
        };
        texts.texts.iter().filter(|text| !text.is_other_reading()).map(readable).collect()
    }
}

/// `CloudCustomData`. It should be a string; anything else is taken as the JSON that it is.
pub(crate) fn custom_data<'a>(message: &'a SendMsg<'_>) -> Option<&'a str> {
    let text = message.cloud_custom_data.as_deref();
    let other = || message.extra.get(CUSTOM_DATA).map(RawValue::get).filter(|raw| *raw != "null");
    text.or_else(other)
}

impl Reject {
    pub(crate) fn code(&self, chat: ChatKind) -> RejectCode {
        let code = match chat {
            ChatKind::C2c => self.c2c_code.map(RejectCode::C2c),
            ChatKind::Group => self.group_code.map(RejectCode::Group),
        };
        code.unwrap_or(RejectCode::Plain)
    }
}

/// Adds a rule's findings to the hits, under the names that people know.
fn report<'r>(rule: &'r Rule, findings: &[Finding], readable: &MessageTexts<'_>, hits: &mut Vec<Hit<'r>>) {
    for findings in findings.chunk_by(|one, next| (one.part, one.text) == (next.part, next.text)) {
        let Some(first) = findings.first() else { continue };
        // All hits in one text share its path.
        let text = first.text.and_then(|text| readable.texts.get(text));
        let field: Arc<str> = match (text, first.part) {
            (Some(text), _) => readable.path(text).into(),
            (None, Part::Element(_)) => "MsgType".into(),
            (None, Part::CustomData) => CUSTOM_DATA.into(),
            (None, Part::Message) => "MsgBody".into(),
        };
        let element = match first.part {
            Part::Element(element) => Some(element),
            Part::CustomData | Part::Message => None,
        };
        let value = match (text, element) {
            (Some(text), _) => text.value.as_ref(),
            (None, Some(element)) => readable.types(element).first().map(AsRef::as_ref).unwrap_or_default(),
            (None, None) => "",
        };
        hits.extend(findings.iter().map(|finding| Hit {
            rule: &rule.id,
            element,
            field: Arc::clone(&field),
            span: finding.span.clone(),
            normalised: finding.normalised.clone().unwrap_or_else(|| {
                let text = value.get(finding.span.clone()).unwrap_or_default();
                if finding.text.is_some() { fold(text).into() } else { text.into() }
            }),
        }));
    }
}
