//! A message and its changes, made one when the message is read.
//!
//! The result depends on what is stored, never on when it came:
//! - versions are ordered by `EventTime`, then by key; an edit without `EventTime` counts from its arrival. What an edit
//!   does not say (`MsgBody`, `CloudCustomData`) stays as it was in the version before;
//! - of several recalls the earliest counts;
//! - if two one-to-one messages have the same key, a change belongs to the one with its `To_Account`, since somebody else
//!   than the sender may have made it. If group messages share a `MsgSeq`, a change belongs to the one with its `MsgId`; a
//!   change that names none belongs to those that are in the group's history. A violation that was found when a group
//!   message was sent belongs to the message with its `Random` and `MsgTime`;
//! - an erased message shows no edit, not even one that came later.

use chathook_protocol::Command;

use crate::keys::ChangeKind;
use crate::message::{StoredMessage, Version};

/// Whether `change` is a change of `message`, which has the same place.
pub(crate) fn is_change_of(change: &StoredMessage, message: &StoredMessage) -> bool {
    if message.to_account().is_some() {
        // Nobody says who extended it, and its place names it well enough.
        return change.attribute("CallbackCommand") == Some(Command::C2cExtension.as_str())
            || change.to_account() == message.to_account();
    }
    if change.attribute("Random").is_some() {
        return ["Random", "MsgTime"].into_iter().all(|name| change.attribute(name) == message.attribute(name));
    }
    match (change.msg_id(), message.msg_id()) {
        (Some(changed), Some(id)) => changed == id,
        // A message that is sent only to those online has the number of the message before it.
        _ => !message.is_online_only(),
    }
}

/// When a change took place, Unix milliseconds.
fn moment(change: &StoredMessage) -> u64 {
    change.event_time().unwrap_or_else(|| change.received_at().unwrap_or(0).saturating_mul(1000))
}

/// The message with those of `changes`, all of which have its place, that are its own.
pub(crate) fn merged(mut message: StoredMessage, changes: &[StoredMessage]) -> StoredMessage {
    let is_c2c = message.to_account().is_some();
    let kind = |change: &StoredMessage| ChangeKind::of(change.sort_key(), is_c2c);
    let mut own: Vec<_> = changes.iter().filter(|change| is_change_of(change, &message)).collect();
    own.sort_by_key(|change| (moment(change), change.sort_key()));
    let violations = own.iter().filter(|change| kind(change) == Some(ChangeKind::Violation));
    let extensions = own.iter().filter(|change| kind(change) == Some(ChangeKind::Extension));
    message.extensions = extensions.map(|extension| (*extension).clone()).collect();
    message.violations = violations.map(|violation| (*violation).clone()).collect();
    let recall = own.iter().find(|change| kind(change) == Some(ChangeKind::Recall));
    message.recall = recall.map(|recall| Box::new((*recall).clone()));

    if message.erased_at().is_some() {
        return message;
    }
    let edits: Vec<_> = own.into_iter().filter(|change| kind(change) == Some(ChangeKind::Edit)).collect();
    if !edits.is_empty() {
        message.versions.push(Version::of(&message));
    }
    for edit in edits {
        message.rewrite(edit);
        message.versions.push(Version::of_edit(&message, edit));
    }
    message
}
