//! A message and what happened to it, made one when it is read.
//!
//! The result depends on what is stored, never on when it came:
//! - versions are ordered by `EventTime`, then by key; an edit without `EventTime` counts from its arrival. What an edit
//!   does not say (`MsgBody`, `CloudCustomData`) stays as the version before had it;
//! - of several recalls the earliest counts;
//! - of two one-to-one messages under one key, a change is of that with its `From_Account`; of group messages that share
//!   a `MsgSeq`, of that with its `MsgId`, and if it names none, of those that are in the group's history;
//! - of a message that was erased no edit is shown, not even one that came later.

use crate::keys::Kind;
use crate::stored::{StoredMessage, Version};

/// Whether `change` is one of `message`, which has the same place.
pub(crate) fn is_of(change: &StoredMessage, message: &StoredMessage) -> bool {
    if message.to_account().is_some() {
        return change.attribute("From_Account") == message.attribute("From_Account");
    }
    match (change.msg_id(), message.msg_id()) {
        (Some(changed), Some(id)) => changed == id,
        // What is sent to those online alone takes the number of the message before it.
        _ => !message.is_online_only(),
    }
}

/// When a change took place, Unix milliseconds.
fn moment(change: &StoredMessage) -> u64 {
    change.event_time().unwrap_or_else(|| change.received_at().unwrap_or(0).saturating_mul(1000))
}

/// The message with the changes that are its own, of all those at its place.
pub(crate) fn merged(mut message: StoredMessage, changes: &[StoredMessage]) -> StoredMessage {
    let is_c2c = message.to_account().is_some();
    let kind = |change: &StoredMessage| change.attribute("sk").and_then(|key| Kind::of(key, is_c2c));
    let mut own: Vec<_> = changes.iter().filter(|change| is_of(change, &message)).collect();
    own.sort_by_key(|change| (moment(change), change.attribute("sk").unwrap_or_default()));
    let recall = own.iter().find(|change| kind(change) == Some(Kind::Recall));
    message.recall = recall.map(|recall| Box::new((*recall).clone()));

    if message.erased_at().is_some() {
        return message;
    }
    let edits: Vec<_> = own.into_iter().filter(|change| kind(change) == Some(Kind::Edit)).collect();
    if !edits.is_empty() {
        message.versions.push(Version::of(&message));
    }
    for edit in edits {
        message.rewrite(edit);
        message.versions.push(Version::of_edit(&message, edit));
    }
    message
}
