//! A conversation, and the partition of the table that holds it.
//!
//! `pk` names the conversation: `c2c#jared#John`, `group#@TGS%232J4SZEAEL#` (no topic). A `#` or `%` inside a part is
//! percent-encoded: that stays readable, and real ids contain `#`. A part over 128 bytes becomes `%sha256:<hex>`. No
//! escaped part can look like that, since a `%` in one is followed by `23` or `25`.

use chathook_protocol::{Chat, SendMsg};
use sha2::{Digest, Sha256};

/// Longer parts of a key are hashed. The platform's own ids stay well below.
const LONGEST_PART: usize = 128;

/// Whose messages: the two sides of a one-to-one chat, in any order, or a group and, in a community, its topic.
#[derive(Debug, Clone)]
pub enum Conversation {
    /// One-to-one, between these two accounts.
    C2c(String, String),
    /// A group, or one topic of it.
    Group {
        /// `GroupId`
        group_id: String,
        /// `TopicId`; `None` and the empty string are the same.
        topic_id: Option<String>,
    },
}

impl Conversation {
    /// The conversation that a message belongs to.
    #[must_use]
    pub fn of(message: &SendMsg<'_>) -> Self {
        match &message.chat {
            Chat::C2c(c2c) => Self::C2c(message.from_account.to_string(), c2c.to_account.to_string()),
            Chat::Group(group) => Self::Group {
                group_id: group.group_id.to_string(),
                topic_id: group.topic_id.as_deref().map(str::to_owned),
            },
        }
    }

    /// The `pk` of all its items.
    pub(crate) fn partition_key(&self) -> String {
        let (kind, first, second) = match self {
            Self::C2c(one, other) => ("c2c", one.min(other).as_str(), one.max(other).as_str()),
            Self::Group { group_id, topic_id } => ("group", group_id.as_str(), topic_id.as_deref().unwrap_or_default()),
        };
        format!("{kind}#{}#{}", escaped(first), escaped(second))
    }
}

/// `id` as a part of a key, so that no two ids make the same one.
pub(crate) fn escaped(id: &str) -> String {
    if id.len() > LONGEST_PART {
        return format!("%sha256:{}", base16ct::lower::encode_string(&Sha256::digest(id)));
    }
    id.replace('%', "%25").replace('#', "%23")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn group(group_id: &str, topic_id: Option<&str>) -> Conversation {
        Conversation::Group { group_id: group_id.into(), topic_id: topic_id.map(str::to_owned) }
    }

    #[test]
    fn a_partition_key_is_readable_and_names_one_conversation() {
        let cases = [
            (Conversation::C2c("jared".into(), "John".into()), "c2c#John#jared"),
            (Conversation::C2c("John".into(), "jared".into()), "c2c#John#jared"),
            (Conversation::C2c("me".into(), "me".into()), "c2c#me#me"),
            (Conversation::C2c("50%".into(), "a#b".into()), "c2c#50%25#a%23b"),
            (group("@TGS#2J4SZEAEL", None), "group#@TGS%232J4SZEAEL#"),
            (group("@TGS#2J4SZEAEL", Some("")), "group#@TGS%232J4SZEAEL#"),
            (
                group("@TGS#_@TGS#cQVLVHIM62CJ", Some("@TGS#_@TGS#cQVLVHIM62CJ@TOPIC#_TestTopic")),
                "group#@TGS%23_@TGS%23cQVLVHIM62CJ#@TGS%23_@TGS%23cQVLVHIM62CJ@TOPIC%23_TestTopic",
            ),
            (group(&"x".repeat(128), None), &format!("group#{}#", "x".repeat(128))),
        ];
        for (conversation, expected) in &cases {
            assert_eq!(&conversation.partition_key(), expected);
        }
    }

    #[test]
    fn a_long_part_is_hashed_into_what_no_literal_part_can_be() {
        // printf x%.0s {1..129} | sha256sum
        let hash = "0ec9eb33e74510bcdd1f2ea55206e82f21649c5c2becbf2b433eb475b34c01bd";
        assert_eq!(group(&"x".repeat(129), None).partition_key(), format!("group#%sha256:{hash}#"));
        let literal = format!("%sha256:{hash}");
        assert_eq!(group(&literal, None).partition_key(), format!("group#%25sha256:{hash}#"));
    }

    /// Ids made of what keys are made of, around the length where hashing sets in.
    fn id() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a#%@:\u{0}]{0,4}",
            "(#|%|%23|%25|%sha256:|sha256|group|c2c|a){0,4}",
            "[a#]{126,130}",
            "[字#]{42,44}",
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn no_two_conversations_share_a_partition_key(one in (id(), id()), other in (id(), id())) {
            let c2c = |(a, b): &(String, String)| Conversation::C2c(a.clone(), b.clone()).partition_key();
            let group = |(id, topic): &(String, String)| group(id, Some(topic)).partition_key();
            let same_pair = one == other || (&one.0, &one.1) == (&other.1, &other.0);
            prop_assert_eq!(c2c(&one) == c2c(&other), same_pair);
            prop_assert_eq!(group(&one) == group(&other), one == other);
            prop_assert_ne!(c2c(&one), group(&other));
            // DynamoDB's limit.
            prop_assert!(c2c(&one).len() <= 2048);
        }
    }
}
