//! Whose message it is and where it goes, as far as its callback says: what the scopes of rules ask for.

use chathook_protocol::{Chat, SendMsg};

/// Whose message it is and where it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope<'m> {
    pub(crate) chat: ChatKind,
    /// Who wrote it.
    pub(crate) sender: Fact<&'m str>,
    /// Who made the request, in a group.
    pub(crate) operator: Fact<Option<&'m str>>,
    pub(crate) group_id: Option<&'m str>,
    pub(crate) topic_id: Option<&'m str>,
    /// `Type` of the group.
    pub(crate) group_type: Fact<Option<&'m str>>,
}

/// One-to-one or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatKind {
    C2c,
    Group,
}

/// Something that a callback says, or has no field for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fact<T> {
    Known(T),
    Unknown,
}

impl<'m> Envelope<'m> {
    /// That of a message which is sent, or was sent.
    pub(crate) fn of(message: &'m SendMsg<'_>) -> Self {
        let (chat, group) = match &message.chat {
            Chat::C2c(_) => (ChatKind::C2c, None),
            Chat::Group(group) => (ChatKind::Group, Some(group)),
        };
        Self {
            chat,
            sender: Fact::Known(&message.from_account),
            operator: Fact::Known(group.and_then(|group| group.operator_account.as_deref())),
            group_id: group.map(|group| group.group_id.as_ref()),
            topic_id: group.and_then(|group| group.topic_id.as_deref()),
            group_type: Fact::Known(group.and_then(|group| group.group_type.as_deref())),
        }
    }

    /// Whether everything in it is known.
    pub(crate) const fn is_complete(&self) -> bool {
        matches!((&self.sender, &self.operator, &self.group_type), (Fact::Known(_), Fact::Known(_), Fact::Known(_)))
    }
}
