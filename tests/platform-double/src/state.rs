//! What the platform holds: messages, groups, mutes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::message::{Ids, Message, Recipient};

/// A delivered message, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// What it says now.
    pub message: Message,
    /// Whether people can see it.
    pub visibility: Visibility,
}

/// Whether people can see a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// They can.
    Visible,
    /// It was recalled.
    Recalled,
    /// It was deleted with all that its sender wrote.
    Deleted,
}

/// Where an account may not send.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mute {
    /// To other accounts.
    C2c,
    /// To groups.
    Groups,
    /// To this group.
    Group(String),
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub messages: Vec<Held>,
    /// The type of each group that ever had a message.
    pub groups: BTreeMap<String, String>,
    /// Until when, in Unix seconds.
    mutes: BTreeMap<(Mute, String), u64>,
    /// How many messages were sent or tried.
    sent: u64,
}

impl State {
    /// The numbers of the next message. The place in a group is known [later](Self::deliver).
    pub fn next_ids(&mut self, time: u64) -> Ids {
        self.sent += 1;
        // Spread over all that the platform uses, which is more than an i32 holds.
        let random = u32::try_from(self.sent.wrapping_mul(2_654_435_761) % (1 << 32)).unwrap_or_default();
        Ids { seq: self.sent, random, time }
    }

    /// Takes in a message that is to be delivered. Gives it as it is now: a group message gets its place.
    pub fn deliver(&mut self, mut message: Message) -> Message {
        if let Recipient::Group { id, topic, group_type } = &message.to {
            self.groups.insert(id.clone(), group_type.clone());
            let there = self.messages.iter().filter(|held| held.is_in(id, topic.as_deref()));
            message.ids.seq = 1 + there.map(|held| held.message.ids.seq).max().unwrap_or_default();
        }
        self.messages.push(Held { message: message.clone(), visibility: Visibility::Visible });
        message
    }

    /// The one-to-one message of that key.
    pub fn c2c(&mut self, from: &str, to: &str, msg_key: &str) -> Option<&mut Held> {
        self.messages.iter_mut().find(|held| {
            let Held { message, .. } = held;
            message.from == from
                && matches!(&message.to, Recipient::Account(account) if account == to)
                && message.msg_key() == msg_key
        })
    }

    /// The group message of that number.
    pub fn group(&mut self, group_id: &str, topic_id: Option<&str>, seq: u64) -> Option<&mut Held> {
        self.messages.iter_mut().find(|held| held.is_in(group_id, topic_id) && held.message.ids.seq == seq)
    }

    /// Mutes an account until then.
    pub fn mute(&mut self, scope: Mute, account: &str, until: u64) {
        self.mutes.insert((scope, account.to_owned()), until);
    }

    /// The error that a muted account gets when it sends there at the time `now`.
    pub fn muted(&self, account: &str, to: &Recipient, now: u64) -> Option<u64> {
        let is_muted = |scope| self.mutes.get(&(scope, account.to_owned())).is_some_and(|until| now < *until);
        match to {
            Recipient::Account(_) => is_muted(Mute::C2c).then_some(20012),
            Recipient::Group { id, .. } => {
                (is_muted(Mute::Groups) || is_muted(Mute::Group(id.clone()))).then_some(10017)
            }
        }
    }
}

impl Held {
    /// Whether it is in that group, or that topic of it.
    pub(crate) fn is_in(&self, group_id: &str, topic_id: Option<&str>) -> bool {
        matches!(&self.message.to, Recipient::Group { id, topic, .. } if id == group_id && topic.as_deref() == topic_id)
    }

    /// Whether it is between these two accounts.
    pub(crate) fn is_between(&self, one: &str, other: &str) -> bool {
        let Recipient::Account(to) = &self.message.to else { return false };
        let from = &self.message.from;
        (from == one && to == other) || (from == other && to == one)
    }

    /// An item of `admin_getroammsg`.
    pub(crate) fn as_roaming(&self) -> Value {
        let Message { from, to, body, custom_data, ids } = &self.message;
        json!({
            "From_Account": from, "To_Account": to.name(), "MsgSeq": ids.seq, "MsgRandom": ids.random,
            "MsgTimeStamp": ids.time, "MsgFlagBits": if self.visibility == Visibility::Recalled { 8 } else { 0 },
            "IsPeerRead": 0, "MsgKey": self.message.msg_key(), "MsgBody": body, "CloudCustomData": custom_data,
        })
    }

    /// An item of `group_msg_get_simple`. It has no `CloudCustomData`: the platform's page names none.
    pub(crate) fn as_group_message(&self) -> Value {
        let Message { from, body, ids, .. } = &self.message;
        let (place, body) = match self.visibility {
            Visibility::Visible => (0, body.clone()),
            Visibility::Deleted => (1, json!([])),
            Visibility::Recalled => (2, json!([])),
        };
        json!({
            "From_Account": from, "IsPlaceMsg": place, "MsgBody": body, "MsgPriority": 2, "MsgRandom": ids.random,
            "MsgSeq": ids.seq, "MsgTimeStamp": ids.time,
        })
    }

    /// All of it, for people and tests.
    pub(crate) fn to_json(&self) -> Value {
        let Message { from, to, body, custom_data, ids } = &self.message;
        let mut shown = json!({
            "From_Account": from, "MsgSeq": ids.seq, "MsgTime": ids.time, "MsgBody": body,
            "CloudCustomData": custom_data, "Visibility": format!("{:?}", self.visibility),
        });
        match to {
            Recipient::Account(to) => {
                shown["To_Account"] = json!(to);
                shown["MsgKey"] = json!(self.message.msg_key());
            }
            Recipient::Group { id, topic, .. } => {
                shown["GroupId"] = json!(id);
                shown["TopicId"] = json!(topic);
            }
        }
        shown
    }
}
