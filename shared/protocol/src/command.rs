//! The callback commands that chathook handles.

use std::fmt;

/// A callback command, the platform's word for a webhook's type. The spelling is case-sensitive.
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
}

impl Command {
    /// Every command handled here.
    pub const ALL: [Self; 4] = [Self::C2cBeforeSend, Self::GroupBeforeSend, Self::C2cAfterSend, Self::GroupAfterSend];

    /// The command of that name; `None` for the many that chathook does not handle.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.as_str() == name)
    }

    /// The platform's name of the command.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::C2cBeforeSend => "C2C.CallbackBeforeSendMsg",
            Self::GroupBeforeSend => "Group.CallbackBeforeSendMsg",
            Self::C2cAfterSend => "C2C.CallbackAfterSendMsg",
            Self::GroupAfterSend => "Group.CallbackAfterSendMsg",
        }
    }

    /// Whether the platform waits for a verdict (and delivers the message if none comes).
    #[must_use]
    pub const fn is_before(self) -> bool {
        matches!(self, Self::C2cBeforeSend | Self::GroupBeforeSend)
    }

    /// Whether the message goes to a group.
    #[must_use]
    pub const fn is_group(self) -> bool {
        matches!(self, Self::GroupBeforeSend | Self::GroupAfterSend)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
