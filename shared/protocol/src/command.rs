//! The callback commands that chathook handles.

use std::fmt;

/// A callback command, the platform's word for the type of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// `C2C.CallbackBeforeSendMsg`: a one-to-one message waits for a verdict.
    C2cBeforeSend,
    /// `Group.CallbackBeforeSendMsg`: a group message waits for a verdict.
    GroupBeforeSend,
    /// `C2C.CallbackAfterSendMsg`: a one-to-one message was delivered, or its delivery failed.
    C2cAfterSend,
    /// `Group.CallbackAfterSendMsg`: a group message was delivered.
    GroupAfterSend,
    /// `C2C.CallbackAfterMsgWithDraw`: a one-to-one message was recalled.
    C2cRecall,
    /// `Group.CallbackAfterRecallMsg`: group messages were recalled.
    GroupRecall,
    /// `C2C.CallbackAfterModifyMsg`: a one-to-one message was edited.
    C2cEdit,
    /// `Group.CallbackAfterModifyMsg`: a group message was edited.
    GroupEdit,
    /// `C2C.CallbackAfterC2CMsgExtension`: something was attached to a one-to-one message, or taken off it.
    C2cExtension,
    /// `Group.CallbackAfterGroupMsgExtension`: the same of a group message.
    GroupExtension,
    /// `C2C.CallbackAfterMsgReport`: one side of a one-to-one conversation has read what the other wrote.
    C2cRead,
    /// `Group.CallbackSendMsgException`: the platform refused a group message.
    GroupRefused,
}

impl Command {
    /// The commands for messages that wait for a verdict.
    pub const BEFORE_SEND: [Self; 2] = [Self::C2cBeforeSend, Self::GroupBeforeSend];
    /// The commands for messages that were sent.
    pub const AFTER_SEND: [Self; 2] = [Self::C2cAfterSend, Self::GroupAfterSend];
    /// The commands for what happens to messages later; see [`crate::change`].
    pub const AFTER_CHANGE: [Self; 8] = [
        Self::C2cRecall,
        Self::GroupRecall,
        Self::C2cEdit,
        Self::GroupEdit,
        Self::C2cExtension,
        Self::GroupExtension,
        Self::C2cRead,
        Self::GroupRefused,
    ];
    /// The commands for everything that has happened already: what was sent, and what happens to it later.
    pub const AFTER: [Self; 10] = both(Self::AFTER_SEND, Self::AFTER_CHANGE);
    /// Every command that chathook handles.
    pub const ALL: [Self; 12] = both(Self::BEFORE_SEND, Self::AFTER);

    /// The command of that name; `None` for the many that chathook does not handle. The case of its letters does not
    /// matter: a message must not pass unseen because the platform writes a name in another way some day.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.as_str().eq_ignore_ascii_case(name))
    }

    /// The platform's name for the command.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::C2cBeforeSend => "C2C.CallbackBeforeSendMsg",
            Self::GroupBeforeSend => "Group.CallbackBeforeSendMsg",
            Self::C2cAfterSend => "C2C.CallbackAfterSendMsg",
            Self::GroupAfterSend => "Group.CallbackAfterSendMsg",
            // The platform's own spelling.
            Self::C2cRecall => "C2C.CallbackAfterMsgWithDraw",
            Self::GroupRecall => "Group.CallbackAfterRecallMsg",
            Self::C2cEdit => "C2C.CallbackAfterModifyMsg",
            Self::GroupEdit => "Group.CallbackAfterModifyMsg",
            Self::C2cExtension => "C2C.CallbackAfterC2CMsgExtension",
            Self::GroupExtension => "Group.CallbackAfterGroupMsgExtension",
            Self::C2cRead => "C2C.CallbackAfterMsgReport",
            Self::GroupRefused => "Group.CallbackSendMsgException",
        }
    }

    /// Whether the platform waits for a verdict (and delivers the message if none comes).
    #[must_use]
    pub const fn is_before(self) -> bool {
        matches!(self, Self::C2cBeforeSend | Self::GroupBeforeSend)
    }

    /// Whether it is about what happens to a message or conversation later.
    #[must_use]
    pub const fn is_change(self) -> bool {
        !matches!(self, Self::C2cBeforeSend | Self::GroupBeforeSend | Self::C2cAfterSend | Self::GroupAfterSend)
    }

    /// Whether it is about a group.
    #[must_use]
    pub const fn is_group(self) -> bool {
        match self {
            Self::GroupBeforeSend
            | Self::GroupAfterSend
            | Self::GroupRecall
            | Self::GroupEdit
            | Self::GroupExtension
            | Self::GroupRefused => true,
            Self::C2cBeforeSend
            | Self::C2cAfterSend
            | Self::C2cRecall
            | Self::C2cEdit
            | Self::C2cExtension
            | Self::C2cRead => false,
        }
    }
}

/// The commands of two lists. `ALL` has to be as long as both, or it is not compiled.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a bad index")]
const fn both<const ONE: usize, const OTHER: usize, const ALL: usize>(
    one: [Command; ONE],
    other: [Command; OTHER],
) -> [Command; ALL] {
    assert!(ONE + OTHER == ALL);
    let mut all = [one[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < ONE { one[at] } else { other[at - ONE] };
        at += 1;
    }
    all
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
