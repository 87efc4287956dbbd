//! Whose message it is and where it goes, as far as its callback says: what the scopes of rules ask for.

use chathook_protocol::{Chat, Command, SendMsg};

/// Whose message it is and where it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope<'m> {
    pub(crate) chat: ChatKind,
    /// Who wrote it.
    pub(crate) sender: Fact<&'m str>,
    /// Who made the request, in a group.
    pub(crate) operator: Fact<Option<&'m str>>,
    pub(crate) group_id: Fact<Option<&'m str>>,
    pub(crate) topic_id: Fact<Option<&'m str>>,
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

impl<T> Fact<T> {
    const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
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
            group_id: Fact::Known(group.map(|group| group.group_id.as_ref())),
            topic_id: Fact::Known(group.and_then(|group| group.topic_id.as_deref())),
            group_type: Fact::Known(group.and_then(|group| group.group_type.as_deref())),
        }
    }

    /// That of a callback of which only the command can be read.
    pub(crate) const fn of_command(command: Command) -> Self {
        let (sender, operator) = (Fact::Unknown, Fact::Unknown);
        if command.is_group() {
            let (group_id, topic_id, group_type) = (Fact::Unknown, Fact::Unknown, Fact::Unknown);
            Self { chat: ChatKind::Group, sender, operator, group_id, topic_id, group_type }
        } else {
            let nothing = Fact::Known(None);
            Self { chat: ChatKind::C2c, sender, operator, group_id: nothing, topic_id: nothing, group_type: nothing }
        }
    }

    /// Whether everything in it is known.
    pub(crate) const fn is_complete(&self) -> bool {
        let Self { chat: _, sender, operator, group_id, topic_id, group_type } = self;
        sender.is_known() && operator.is_known() && group_id.is_known() && topic_id.is_known() && group_type.is_known()
    }
}
