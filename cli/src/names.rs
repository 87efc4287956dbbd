//! Options that take a name. One that is almost certainly a mistake is refused, and the error suggests the nearest one.

use chathook_moderation::{Mistake, NameKind};

/// An account.
pub fn account(text: &str) -> anyhow::Result<String> {
    checked(NameKind::Account, text)
}

/// `MsgType` of an element.
pub fn element_type(text: &str) -> anyhow::Result<String> {
    checked(NameKind::ElementType, text)
}

/// `Type` of a group.
pub fn group_type(text: &str) -> anyhow::Result<String> {
    checked(NameKind::GroupType, text)
}

/// `OptPlatform`
pub fn platform(text: &str) -> anyhow::Result<String> {
    checked(NameKind::Platform, text)
}

fn checked(kind: NameKind, text: &str) -> anyhow::Result<String> {
    match kind.mistake(text) {
        Some(Mistake { what, fix }) => anyhow::bail!("{what}; {fix}"),
        None => Ok(text.to_owned()),
    }
}
