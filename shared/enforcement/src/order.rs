//! What waits in the queue of `undo`: an order as JSON.
//!
//! Orders name messages and people, and never hold what was said.

use chathook_archive::ItemKey;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What shall be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "Order", rename_all_fields = "PascalCase")]
pub enum Order {
    /// A message was delivered against the rules, says a callback. It is fetched, judged, and recalled or replaced if the
    /// rules are against what the platform holds.
    Judge {
        /// The message.
        target: Target,
        /// What the callback said about how it was delivered.
        delivery: Delivery,
        /// The violation that was stored.
        violation: ItemKey,
    },
    /// A moderator has the message recalled, whatever the rules say.
    Undo {
        /// The message.
        target: Target,
        /// Who ordered it.
        by: By,
    },
    /// A moderator has an account muted, in a group or everywhere.
    Mute {
        /// The account.
        account: String,
        /// The group; `None` for the whole app.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group_id: Option<String>,
        /// For how many seconds; 0 ends it.
        seconds: u32,
        /// Who ordered it.
        by: By,
    },
    /// A moderator has all that an account wrote in a group deleted.
    Purge {
        /// The account.
        account: String,
        /// The group.
        group_id: String,
        /// Who ordered it.
        by: By,
    },
}

/// A message, as the platform finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all_fields = "PascalCase")]
pub enum Target {
    /// A one-to-one message.
    C2c {
        /// The sender.
        #[serde(rename = "From_Account")]
        from_account: String,
        /// The recipient.
        #[serde(rename = "To_Account")]
        to_account: String,
        /// `MsgKey`
        msg_key: String,
    },
    /// A message of a group, or of a topic of a community.
    Group {
        /// `GroupId`
        group_id: String,
        /// `TopicId`
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic_id: Option<String>,
        /// `MsgSeq`
        msg_seq: u64,
    },
}

/// What a callback said about how a message was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Delivery {
    /// `CallbackCommand`
    pub callback_command: String,
    /// When it was sent or changed, Unix milliseconds: `EventTime`, else `MsgTime`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_time: Option<u64>,
    /// `OptPlatform` of the callback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_platform: Option<String>,
    /// `Type` of the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_type: Option<String>,
    /// Why it is not certain that the rules are against it; `None` if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<String>,
}

/// Who ordered something, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct By {
    /// Names the order among all: whoever ordered it waits for the audit item of that name.
    pub id: String,
    /// The caller's ARN on AWS, else the local user.
    pub who: String,
    /// When, Unix seconds.
    pub at: u64,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A text in the queue is no order.
#[derive(Debug, Error)]
#[error("this is no order that undo knows: {0}; something else writes to its queue, or a newer version does")]
pub struct OrderError(#[from] serde_json::Error);

impl Order {
    /// The order as it waits in the queue.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and numbers under fixed names: this cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// [`OrderError`] if it is none.
    pub fn parse(json: &str) -> Result<Self, OrderError> {
        Ok(serde_json::from_str(json)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_as_they_were_written() {
        let by = By { id: "1f".to_owned(), who: "anna".to_owned(), at: 1_700_000_000, reason: None };
        let group = |topic_id| Target::Group { group_id: "@TGS#1".to_owned(), topic_id, msg_seq: 7 };
        let c2c = Target::C2c { from_account: "a".to_owned(), to_account: "b".to_owned(), msg_key: "1_2_3".to_owned() };
        let delivery = Delivery {
            callback_command: "C2C.CallbackAfterMsgModify".to_owned(),
            event_time: Some(1_700_000_000_123),
            opt_platform: None,
            group_type: None,
            undecided: None,
        };
        let violation: ItemKey = serde_json::from_str(r#"{"pk":"c2c#a#b","sk":"1"}"#).unwrap();
        let orders = [
            Order::Judge { target: c2c, delivery, violation },
            Order::Undo { target: group(Some("@TOPIC#2".to_owned())), by: by.clone() },
            Order::Mute { account: "a".to_owned(), group_id: None, seconds: 3600, by: by.clone() },
            Order::Purge { account: "a".to_owned(), group_id: "@TGS#1".to_owned(), by },
        ];
        for order in orders {
            assert_eq!(Order::parse(&order.to_json()).unwrap(), order);
        }
    }

    #[test]
    fn other_texts_are_no_orders() {
        for text in ["", "{}", "[]", r#"{"Order":"Forgive"}"#, r#"{"Order":"Purge","Account":"a"}"#] {
            assert!(Order::parse(text).is_err(), "{text}");
        }
    }
}
