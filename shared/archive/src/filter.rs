//! Which of the messages that a query reads to show.

use chathook_protocol::{Content, Element, MsgBody};
use serde_json::value::RawValue;

use crate::keys;
use crate::message::StoredMessage;
use crate::schema::Outcome;

/// What a message must be to be shown; by default anything. The message is taken as it reads now, edits included.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Sent by this account.
    pub from_account: Option<String>,
    /// With an element of this `MsgType`, for example `TIMImageElem`.
    pub element_type: Option<String>,
    /// With this in its text, in any letter case: in a text element, or in the short form of another element that `Text`
    /// shows (a file's name, a place).
    pub text: Option<String>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
}

impl Filter {
    /// Whether the message is all of that.
    #[must_use]
    pub fn matches(&self, message: &StoredMessage) -> bool {
        let Self { from_account, element_type, text, outcome } = self;
        from_account.as_ref().is_none_or(|account| message.from_account() == account)
            && outcome.is_none_or(|outcome| became(message, outcome))
            && element_type.as_ref().is_none_or(|sought| any_element(message, |element| element.msg_type == *sought))
            && text.as_ref().is_none_or(|text| says(message, &text.to_lowercase()))
    }
}

fn became(message: &StoredMessage, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Failed => {
            keys::is_refused(message.sort_key()) || message.send_msg_result().is_some_and(|code| code != 0)
        }
        Outcome::Recalled => message.recall().is_some(),
    }
}

fn says(message: &StoredMessage, lower: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(lower);
    // A long preview is cut short, so the elements are searched as well.
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
