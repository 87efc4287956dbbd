//! What cannot be read as a message, judged as one text.
//!
//! A callback may be broken so that nobody knows its elements, or even whose message it is. It may still hold what a
//! rule forbids. So whatever cannot be decided counts against it, and only a rejection counts: without elements there
//! is nothing to rewrite, and a discard or a flag would be a guess.

use chathook_matcher::fold::fold;
use chathook_protocol::{Command, MsgBody, Query, SendMsg};

use crate::conditions::{Finding, Subject, View};
use crate::envelope::Envelope;
use crate::message::MessageTexts;
use crate::rules::{Action, Rules};
use crate::verdict::{Decision, Hit, Verdict};

/// The name of the text in hits.
const FIELD: &str = "body";

impl Rules {
    /// The verdict of the first rule that rejects `text`, which stands in a before-callback of this command and is no
    /// message. If a message was read beside it, its scope is known; otherwise a scope that cannot be decided covers
    /// the text. `None`: no rule rejects it.
    ///
    /// The text is searched as it is written, and with its escapes undone. What only elements have (their type, their
    /// number, the size of a file) cannot be decided, and so stops no rule that finds something else.
    #[must_use]
    pub fn reject_unreadable(
        &self,
        text: &str,
        command: Command,
        message: Option<&SendMsg<'_>>,
        query: &Query,
    ) -> Option<Verdict<'_>> {
        self.reject_text(text, &message.map_or_else(|| Envelope::of_command(command), Envelope::of), query)
    }

    /// The verdict of the first rule that rejects `text`, which is no message.
    pub(crate) fn reject_text(&self, text: &str, envelope: &Envelope<'_>, query: &Query) -> Option<Verdict<'_>> {
        let nothing = MsgBody::default();
        let readable = MessageTexts::of(&nothing, Some(text));
        let subject = Subject::new(&nothing, query, &readable, &self.terms);
        self.list.iter().filter(|rule| !rule.shadow).find_map(|rule| {
            let Action::Reject(reject) = &rule.action else { return None };
            if rule.scope.covers(envelope, query) == Some(false) {
                return None;
            }
            let findings = rule.when.may_hold(&View::of(&subject, true))?;
            let hit = |finding: Finding| {
                let text = finding.text.and_then(|text| readable.texts.get(text)).map(|text| text.value.as_ref());
                let found = text.and_then(|text| text.get(finding.span.clone())).unwrap_or_default();
                Hit {
                    rule: rule.id.as_str(),
                    element: None,
                    field: FIELD.into(),
                    normalised: finding.normalised.unwrap_or_else(|| fold(found).into()),
                    span: finding.span,
                }
            };
            let hits: Vec<_> = findings.into_iter().map(hit).collect();
            let decision = Decision::Reject { code: reject.code(envelope.chat), text: reject.text.clone() };
            (!hits.is_empty()).then(|| Verdict { decision, hits, shadow_hits: Vec::new(), left_out: Vec::new() })
        })
    }
}
