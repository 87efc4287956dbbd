//! Which of the messages that are read anyway to show.

use chathook_protocol::{Content, Element, MsgBody};
use serde_json::value::RawValue;

use crate::{StoredMessage, keys};

/// What a message must be to be listed; by default anything. It is the message as it reads now, edits included.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Sent by this account.
    pub from_account: Option<String>,
    /// With an element of this `MsgType`, for example `TIMImageElem`.
    pub element_type: Option<String>,
    /// With this in its text, whatever the letter case: in a text element, or in the short form of another one that
    /// `Text` shows (a file's name, a place).
    pub text: Option<String>,
    /// That became this.
    pub outcome: Option<Outcome>,
}

/// What became of a message other than that it arrived and stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did not arrive: the delivery of a one-to-one message failed, or the platform refused a group message.
    Failed,
    /// Somebody recalled it.
    Recalled,
}

impl Outcome {
    /// As the attribute `Outcome` has it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Recalled => "recalled",
        }
    }

    fn is_of(self, message: &StoredMessage) -> bool {
        match self {
            Self::Failed => {
                message.attribute("sk").is_some_and(keys::is_refused)
                    || message.send_msg_result().is_some_and(|code| code != 0)
            }
            Self::Recalled => message.recall().is_some(),
        }
    }
}

impl Filter {
    /// Whether the message is all of that.
    #[must_use]
    pub fn includes(&self, message: &StoredMessage) -> bool {
        let Self { from_account, element_type, text, outcome } = self;
        from_account.as_ref().is_none_or(|account| message.from_account() == account)
            && outcome.is_none_or(|outcome| outcome.is_of(message))
            && element_type.as_ref().is_none_or(|sought| any_element(message, |element| element.msg_type == *sought))
            && text.as_ref().is_none_or(|text| says(message, &text.to_lowercase()))
    }
}

fn says(message: &StoredMessage, lower: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(lower);
    // The preview is cut where it gets long.
    holds(message.text())
        || any_element(message, |element| match element.content() {
            Content::Text(text) => text.text.is_some_and(|text| holds(&text)),
            _ => false,
        })
}

fn any_element(message: &StoredMessage, holds: impl Fn(&Element<'_>) -> bool) -> bool {
    let raw: Option<&RawValue> = message.msg_body().and_then(|body| serde_json::from_str(body).ok());
    raw.and_then(MsgBody::parse).is_some_and(|body| body.elements.iter().any(holds))
}
