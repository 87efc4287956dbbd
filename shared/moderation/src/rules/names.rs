//! Names that people mistype, in rules and on the command line.
//!
//! The platform may add element types, group types and platforms at any time, so a name that is not known here may be
//! right. One that is nearly a known name would never match, and nothing would say so.

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// `MsgType` of an element.
    ElementType,
    /// `Type` of a group.
    GroupType,
    /// `OptPlatform`, what a message is sent from.
    Platform,
    /// An account. Any text is one, but for what the platform takes for none.
    Account,
}

/// A name that can hardly be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub fix: String,
}

/// The longest account, in bytes.
const LONGEST_ACCOUNT: usize = 32;

impl NameKind {
    /// The names that the platform documents; none for accounts.
    #[must_use]
    pub const fn known(self) -> &'static [&'static str] {
        match self {
            Self::ElementType => &[
                "TIMTextElem",
                "TIMFaceElem",
                "TIMLocationElem",
                "TIMCustomElem",
                "TIMSoundElem",
                "TIMImageElem",
                "TIMFileElem",
                "TIMVideoFileElem",
                "TIMRelayElem",
            ],
            Self::GroupType => {
                &["Public", "Private", "Work", "ChatRoom", "Meeting", "AVChatRoom", "Community", "BChatRoom", "Live"]
            }
            Self::Platform => &["RESTAPI", "Web", "Android", "iOS", "Windows", "Mac", "iPad", "Unknown"],
            Self::Account => &[],
        }
    }

    /// What is wrong with `name`, if it can hardly be meant.
    #[must_use]
    pub fn mistake(self, name: &str) -> Option<Mistake> {
        if self == Self::Account {
            return account_mistake(name);
        }
        let known = self.known();
        if known.contains(&name) {
            return None;
        }
        let near = known.iter().copied().filter(|known| is_near(name, known, self));
        let nearest = near.min_by_key(|known| distance(name, known))?;
        let what = match self {
            Self::ElementType => format!("there is no element type `{name}`"),
            Self::GroupType => format!("there is no group type `{name}`"),
            _ => format!("there is no platform `{name}`"),
        };
        Some(Mistake { what, fix: format!("did you mean `{nearest}`?") })
    }
}

/// Whether `name` is the known one, mistyped or cut short.
fn is_near(name: &str, known: &str, kind: NameKind) -> bool {
    // A short name is near to many.
    let most = if known.len() < 7 { 1 } else { 2 };
    let core = |name: &str| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("tim").unwrap_or(&name);
        name.strip_suffix("elem").unwrap_or(name).to_owned()
    };
    distance(name, known) <= most
        || (kind == NameKind::ElementType && (core(name) == core(known) || is_part(&core(name), &core(known))))
}

/// `TIMVideoElem` for `TIMVideoFileElem`.
fn is_part(name: &str, known: &str) -> bool {
    name.len() >= 5 && known.starts_with(name)
}

fn distance(name: &str, known: &str) -> usize {
    strsim::osa_distance(&name.to_ascii_lowercase(), &known.to_ascii_lowercase())
}

fn account_mistake(name: &str) -> Option<Mistake> {
    let trimmed: String = name.trim().chars().filter(|c| !c.is_control()).collect();
    if trimmed.is_empty() {
        let what = "an account has at least one character".to_owned();
        return Some(Mistake { what, fix: "write the account as the platform spells it".to_owned() });
    }
    if trimmed != name {
        let what = format!("no account begins or ends with a space, or has a control character in it: {name:?}");
        return Some(Mistake { what, fix: format!("did you mean `{trimmed}`?") });
    }
    if name.len() > LONGEST_ACCOUNT {
        let what = format!("an account has at most {LONGEST_ACCOUNT} bytes, and `{name}` has {}", name.len());
        return Some(Mistake { what, fix: "write one account as the platform spells it".to_owned() });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::NameKind::{self, Account, ElementType, GroupType, Platform};

    #[test]
    fn what_is_nearly_a_name_is_named_with_the_nearest() {
        for (kind, name, nearest) in [
            (ElementType, "TIMFile", Some("TIMFileElem")),
            (ElementType, "timfileelem", Some("TIMFileElem")),
            (ElementType, "File", Some("TIMFileElem")),
            (ElementType, "FileElem", Some("TIMFileElem")),
            (ElementType, "TIMVideoElem", Some("TIMVideoFileElem")),
            (ElementType, "TIMImagElem", Some("TIMImageElem")),
            (ElementType, "TIMTextElem", None),
            (ElementType, "TIMHologramElem", None),
            (ElementType, "TIMNewElem", None),
            (GroupType, "public", Some("Public")),
            (GroupType, "Pubilc", Some("Public")),
            (GroupType, "AVChatroom", Some("AVChatRoom")),
            (GroupType, "Comunnity", Some("Community")),
            (GroupType, "Wrok", Some("Work")),
            (GroupType, "Public", None),
            (GroupType, "Channel", None),
            (Platform, "android", Some("Android")),
            (Platform, "RestApi", Some("RESTAPI")),
            (Platform, "HarmonyOS", None),
            (Account, "ada ", Some("ada")),
            (Account, "\u{b}ada", Some("ada")),
            (Account, "@TLS#NOT_FOUND", None),
            (Account, "小明", None),
        ] {
            let fix = kind.mistake(name).map(|mistake| mistake.fix);
            assert_eq!(fix, nearest.map(|nearest| format!("did you mean `{nearest}`?")), "{name}");
        }
        for known in [ElementType, GroupType, Platform].iter().flat_map(|kind| kind.known()) {
            assert_eq!(NameKind::mistake(ElementType, known).filter(|_| known.starts_with("TIM")), None);
        }
    }

    #[test]
    fn what_can_be_no_account_is_told() {
        for (name, expected) in [("", "at least one character"), (" ", "at least one"), (&"x".repeat(33), "32 bytes")] {
            assert!(Account.mistake(name).is_some_and(|mistake| mistake.what.contains(expected)), "{name}");
        }
        assert_eq!(Account.mistake(&"x".repeat(32)), None);
    }
}
