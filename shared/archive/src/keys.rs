//! The table's keys: where a message lives, said by the message itself, so that a repeated callback meets its own
//! record, and in order, so that a conversation is read as it was written.
//!
//! `pk` names the conversation: `c2c#jared#John`, `group#@TGS%232J4SZEAEL#` (no topic). A `#` or `%` inside a part is
//! percent-encoded, as everybody can read; ids really contain `#`. A part over 128 bytes becomes `%sha256:<hex>`, which
//! no escaped part can be, since a `%` of theirs is followed by `23` or `25`.
//!
//! `sk` is the message's place, numbers of 20 digits joined by `#`. Twenty, because DynamoDB orders strings by byte and
//! the largest `u64` has twenty: whatever the platform sends, text order is number order.
//!
//! | conversation | `sk` |
//! |---|---|
//! | one-to-one | `<MsgTime>#<MsgSeq>#<MsgRandom>` |
//! | group | `<MsgSeq>#<Random>` |
//! | group, no `MsgSeq` or 0 | `0…0#<MsgTime>#<Random>-<fingerprint>` |
//!
//! A one-to-one message takes what it lacks from its `MsgKey`. What is still missing is 0, and a fingerprint of sender,
//! time, `MsgId` and `MsgBody` follows, so that two messages without ids share a key only if nothing tells them apart.
//! A group counts `MsgSeq` from 1; messages outside its history (online-only, live rooms) may have none. These are
//! ordered by time, before all others: no common order exists, and as a `MsgSeq` of 0 they can never be mistaken for a
//! message of that number.
//!
//! Other items of a conversation keep out of the way. What happens to a message later is under its place, next to it:
//! `<MsgTime>#<MsgSeq>#<MsgRandom>#<a letter…>`, and in a group, where a change knows nothing but the number,
//! `<MsgSeq>#<a letter…>`. What concerns the whole conversation takes an `sk` that starts with a letter. [`is_message`]
//! tells them apart by shape.
//!
//! | item | `sk` |
//! |---|---|
//! | a recall | `<place>#recall#<fingerprint>` |
//! | an edit | `<place>#edit#<EventTime>#<fingerprint>` |
//! | how far an account has read | `read#<account>` |
//! | a group message that the platform refused | `refused#<EventTime>#<Random>-<fingerprint>` |
//!
//! Their fingerprints say what is the same change told twice.

use chathook_protocol::{Chat, MsgKey, SendMsg};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// Longer parts of a `pk` are hashed. The platform's own ids stay well below.
const LONGEST_PART: usize = 128;

/// As many as the largest `u64` has.
const DIGITS: usize = 20;

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
        format!("{kind}#{}#{}", part(first), part(second))
    }
}

fn part(id: &str) -> String {
    if id.len() > LONGEST_PART {
        return format!("%sha256:{}", base16ct::lower::encode_string(&Sha256::digest(id)));
    }
    id.replace('%', "%25").replace('#', "%23")
}

/// A message's `sk`.
pub(crate) struct SortKey {
    /// The key, fingerprint included where one is needed.
    pub(crate) text: String,
    /// Whether a fingerprint was needed.
    pub(crate) has_fingerprint: bool,
}

impl SortKey {
    /// The key of a message that was sent.
    pub(crate) fn of(message: &SendMsg<'_>) -> Self {
        let (numbers, complete) = numbers(message);
        let place = joined(&numbers);
        if complete {
            return Self { text: place, has_fingerprint: false };
        }
        Self { text: apart(&place, &fingerprint(message)), has_fingerprint: true }
    }
}

/// The numbers of a message's `sk`, and whether they are all there.
fn numbers(message: &SendMsg<'_>) -> (Vec<u64>, bool) {
    let known = match &message.chat {
        Chat::C2c(c2c) => {
            let key = c2c.msg_key.as_deref().and_then(MsgKey::parse);
            vec![
                message.msg_time.or(key.map(|key| key.time)),
                message.msg_seq.or(key.map(|key| key.seq)),
                c2c.msg_random.or(key.map(|key| key.random)),
            ]
        }
        Chat::Group(group) => match message.msg_seq {
            None | Some(0) => vec![None, message.msg_time, group.random],
            seq => vec![seq, group.random],
        },
    };
    let complete = known.iter().all(Option::is_some);
    (known.into_iter().map(Option::unwrap_or_default).collect(), complete)
}

/// The key of a message whose `place` does not name it alone.
pub(crate) fn apart(place: &str, fingerprint: &str) -> String {
    // Not a `#`: what is under the place belongs to the message at the place.
    format!("{place}-{fingerprint}")
}

/// The place of a one-to-one message.
pub(crate) fn c2c_place(key: MsgKey) -> String {
    joined(&[key.time, key.seq, key.random])
}

/// The place that changes of a group message share, whatever its `Random`.
pub(crate) fn group_place(seq: u64) -> String {
    padded(seq)
}

/// The key of the recall of what is at `place`.
pub(crate) fn recall(place: &str, fingerprint: &str) -> String {
    format!("{place}{RECALL}{fingerprint}")
}

/// The key of an edit of what is at `place`.
pub(crate) fn edit(place: &str, event_time: u64, fingerprint: &str) -> String {
    format!("{place}{EDIT}{}#{fingerprint}", padded(event_time))
}

/// The key of how far `account` has read.
pub(crate) fn read_mark(account: &str) -> String {
    format!("{READ}{}", part(account))
}

/// The key of a group message that the platform refused.
pub(crate) fn refused(event_time: u64, random: u64, fingerprint: &str) -> String {
    format!("{REFUSED}{}", apart(&joined(&[event_time, random]), fingerprint))
}

const RECALL: &str = "#recall#";
const EDIT: &str = "#edit#";
const READ: &str = "read#";
const REFUSED: &str = "refused#";

/// The place under which changes are found of the message with that `sk`, or of which that `sk` is a change. `None`: it
/// has no place of its own, since the group does not number it, and nothing later can be said of it.
pub(crate) fn place(sort_key: &str, is_c2c: bool) -> Option<&str> {
    let place = sort_key.get(..if is_c2c { 3 * DIGITS + 2 } else { DIGITS })?;
    (is_c2c || place.bytes().any(|digit| digit != b'0')).then_some(place)
}

/// The partition of what is told of the erasures of `account`, and the `sk` of one that started then.
pub(crate) fn erasure(account: &str) -> String {
    format!("{ERASURE}{}", part(account))
}

/// Whether a partition is of that.
pub(crate) fn is_erasure(partition_key: &str) -> bool {
    partition_key.starts_with(ERASURE)
}

const ERASURE: &str = "erasure#";

pub(crate) fn erasure_started(at: u64) -> String {
    padded(at)
}

/// What kind of change the item of that `sk` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Recall,
    Edit,
}

impl Kind {
    pub(crate) fn of(sort_key: &str, is_c2c: bool) -> Option<Self> {
        let rest = &sort_key[place(sort_key, is_c2c)?.len()..];
        let kinds = [(RECALL, Self::Recall), (EDIT, Self::Edit)];
        kinds.into_iter().find(|(prefix, _)| rest.starts_with(prefix)).map(|(_, kind)| kind)
    }
}

/// What tells messages apart that have no ids, or by chance the same ones. All of it is part of the callback, so that a
/// repeated callback has the same.
pub(crate) fn fingerprint(message: &SendMsg<'_>) -> String {
    let time = message.msg_time.map(|time| time.to_string()).unwrap_or_default();
    let body = message.msg_body_raw.map_or("", RawValue::get);
    fingerprint_of(&[&message.from_account, time.as_str(), message.msg_id.as_deref().unwrap_or_default(), body])
}

/// A hash of these texts, in this order.
pub(crate) fn fingerprint_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    // Half of it is plenty for one place, and keys are paid for by the byte.
    base16ct::lower::encode_string(&hash.finalize()[..16])
}

/// A run of sort keys, both ends included. DynamoDB has no two conditions on one key, but it has `BETWEEN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Range {
    /// Every message of a conversation, and no item that concerns the whole of it.
    pub(crate) fn all() -> Self {
        // The digits, and the character after them.
        Self { from: "0".into(), to: ":".into() }
    }

    /// The one-to-one messages from one `MsgTime` to another; `None` if no time is both.
    pub(crate) fn of_times(from: Option<u64>, to: Option<u64>) -> Option<Self> {
        let all = Self::all();
        let empty = from.zip(to).is_some_and(|(from, to)| from > to);
        // `$` is the character after `#`.
        (!empty).then(|| Self {
            from: from.map_or(all.from, padded),
            to: to.map_or(all.to, |to| format!("{}$", padded(to))),
        })
    }

    /// The group messages without a `MsgSeq` from one `MsgTime` to another; `None` if no time is both.
    pub(crate) fn of_unnumbered(from: Option<u64>, to: Option<u64>) -> Option<Self> {
        let Self { from, to } = Self::of_times(from, to)?;
        let unnumbered = padded(0);
        // Where `of_times` has no bound, its ends are not digits, and so bounds here too.
        Some(Self { from: format!("{unnumbered}#{from}"), to: format!("{unnumbered}#{to}") })
    }

    /// The group messages from one `MsgSeq` to another, with what is under them.
    pub(crate) fn of_seqs(from: u64, to: u64) -> Self {
        Self { from: padded(from.max(1)), to: format!("{}$", padded(to)) }
    }

    /// That item alone.
    pub(crate) fn of_item(sort_key: &str) -> Self {
        Self { from: sort_key.to_owned(), to: sort_key.to_owned() }
    }

    /// What happened to the messages at `place`.
    pub(crate) fn of_changes(place: &str) -> Self {
        // Every letter, and no digit, with which a message of a group would go on.
        Self { from: format!("{place}#A"), to: format!("{place}#~") }
    }

    /// How far accounts have read.
    pub(crate) fn of_read_marks() -> Self {
        Self { from: READ.into(), to: "read$".into() }
    }

    /// The refused messages of a group from one time to another, Unix seconds; `None` if no time is both.
    pub(crate) fn of_refused(from: Option<u64>, to: Option<u64>) -> Option<Self> {
        let empty = from.zip(to).is_some_and(|(from, to)| from > to);
        let bound = |ms: u64, end: &str| format!("{REFUSED}{}{end}", padded(ms));
        (!empty).then(|| Self {
            from: bound(from.unwrap_or(0).saturating_mul(1000), ""),
            to: bound(to.unwrap_or(u64::MAX).saturating_mul(1000).saturating_add(999), "$"),
        })
    }

    /// The one-to-one messages of that `MsgKey`, with what is under them.
    pub(crate) fn of_msg_key(key: MsgKey) -> Self {
        Self::of_place(&c2c_place(key))
    }

    /// The messages at `place`, with what is under them.
    pub(crate) fn of_place(place: &str) -> Self {
        // `.` is the character after `-`, which is after `#`.
        Self { from: place.to_owned(), to: format!("{place}.") }
    }

    /// The group messages of that `MsgSeq`, with what is under them.
    pub(crate) fn of_seq(seq: u64) -> Self {
        Self::of_place(&group_place(seq))
    }

    pub(crate) fn contains(&self, sort_key: &str) -> bool {
        (self.from.as_str()..=self.to.as_str()).contains(&sort_key)
    }
}

/// The `MsgSeq` of the group message of that `sk`; 0 for one that has none.
pub(crate) fn seq(sort_key: &str) -> Option<u64> {
    sort_key.get(..DIGITS)?.parse().ok()
}

/// Whether the item of that `sk` is a group message that the platform refused.
pub(crate) fn is_refused(sort_key: &str) -> bool {
    sort_key.starts_with(REFUSED)
}

/// Whether a partition is of a one-to-one conversation.
pub(crate) fn is_c2c(partition_key: &str) -> bool {
    partition_key.starts_with("c2c#")
}

/// Whether the item of that `sk` is a message, and not something that happened to one.
pub(crate) fn is_message(sort_key: &str) -> bool {
    let (place, fingerprint) = sort_key.split_once('-').map_or((sort_key, None), |(place, print)| (place, Some(print)));
    place.split('#').all(|number| number.len() == DIGITS && number.bytes().all(|byte| byte.is_ascii_digit()))
        && fingerprint.is_none_or(|print| print.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn joined(numbers: &[u64]) -> String {
    numbers.iter().copied().map(padded).collect::<Vec<_>>().join("#")
}

fn padded(number: u64) -> String {
    format!("{number:0DIGITS$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chathook_protocol::Command;
    use proptest::prelude::*;

    fn group(group_id: &str, topic_id: Option<&str>) -> Conversation {
        Conversation::Group { group_id: group_id.into(), topic_id: topic_id.map(str::to_owned) }
    }

    fn sort_key(command: Command, fields: &str) -> String {
        let body = format!(
            r#"{{"From_Account":"ana","To_Account":"bo","GroupId":"g","MsgBody":[{{"MsgType":"TIMImageElem"}}]{fields}}}"#
        );
        SortKey::of(&SendMsg::parse(command, &body).unwrap()).text
    }

    fn c2c_key(fields: &str) -> String {
        sort_key(Command::C2cAfterSend, fields)
    }

    fn group_key(fields: &str) -> String {
        sort_key(Command::GroupAfterSend, fields)
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

    #[test]
    fn a_sort_key_is_made_of_what_the_message_has() {
        let time = "00000000001557481126";
        let (seq, random) = ("00000000000000048374", "00000000000002837546");
        let zero = "00000000000000000000";
        let place = format!("{time}#{seq}#{random}");

        assert_eq!(c2c_key(r#","MsgSeq":48374,"MsgRandom":2837546,"MsgTime":1557481126"#), place);
        assert_eq!(c2c_key(r#","MsgKey":"48374_2837546_1557481126""#), place);
        assert_eq!(c2c_key(r#","MsgTime":1557481126,"MsgKey":"48374_2837546_7""#), place, "the fields come first");
        assert!(c2c_key(r#","MsgTime":1557481126"#).starts_with(&format!("{time}#{zero}#{zero}-")));
        assert!(c2c_key("").starts_with(&format!("{zero}#{zero}#{zero}-")));

        assert_eq!(group_key(r#","MsgSeq":48374,"Random":2837546"#), format!("{seq}#{random}"));
        assert!(group_key(r#","MsgSeq":48374"#).starts_with(&format!("{seq}#{zero}-")));
        let unnumbered = group_key(r#","MsgTime":1557481126,"Random":2837546"#);
        assert!(unnumbered.starts_with(&format!("{zero}#{time}#{random}-")));
        assert_eq!(group_key(r#","MsgSeq":0,"MsgTime":1557481126,"Random":2837546"#), unnumbered);
        assert!(group_key("").starts_with(&format!("{zero}#{zero}#{zero}-")));
        assert_eq!(
            group_key(r#","MsgSeq":18446744073709551615,"Random":18446744073709551615"#),
            format!("{max}#{max}", max = u64::MAX)
        );
    }

    #[test]
    fn without_ids_all_that_differs_makes_another_key() {
        let base = c2c_key("");
        assert_eq!(base, c2c_key(""), "a repeated callback meets its own record");
        let others = [
            c2c_key(r#","From_Account":"bo","To_Account":"ana""#),
            c2c_key(r#","MsgId":"144115233406643804-1727580296-4026038328""#),
            c2c_key(r#","MsgBody":[{"MsgType":"TIMImageElem"},{"MsgType":"TIMImageElem"}]"#),
            c2c_key(r#","MsgTime":1"#),
        ];
        for (at, other) in others.iter().enumerate() {
            assert_ne!(&base, other);
            assert!(!others[..at].contains(other));
        }
    }

    #[test]
    fn items_that_are_no_messages_are_told_by_their_key() {
        let message = c2c_key(r#","MsgKey":"1_2_3""#);
        for key in [message.clone(), c2c_key(""), group_key(r#","MsgSeq":1,"Random":2"#), group_key("")] {
            assert!(is_message(&key), "{key}");
            assert!(Range::all().contains(&key), "{key}");
            assert!(!is_message(&format!("{key}#recall")), "{key}");
        }
        let c2c_place = c2c_place(MsgKey { seq: 1, random: 2, time: 3 });
        for (place, is_c2c) in [(c2c_place, true), (group_place(7), false)] {
            for (key, kind) in [
                (recall(&place, "0f"), Some(Kind::Recall)),
                (edit(&place, u64::MAX, "0f"), Some(Kind::Edit)),
                (format!("{place}#reaction"), None),
                (place.clone(), None),
            ] {
                assert_eq!(super::place(&key, is_c2c), Some(place.as_str()), "{key}");
                assert_eq!(Kind::of(&key, is_c2c), kind, "{key}");
                assert_eq!(Range::of_changes(&place).contains(&key), key != place, "{key}");
                assert!(!is_message(&key) || key == place, "{key}");
            }
            assert!(!Range::of_changes(&place).contains(&format!("{place}#{}", padded(u64::MAX))));
        }
        assert_eq!(super::place(&padded(0), false), None, "a MsgSeq of 0 numbers nothing");
        for key in [read_mark("ana"), refused(1, 2, "0f")] {
            assert!(!is_message(&key) && !Range::all().contains(&key), "{key}");
        }
        let bounded = Range::of_refused(Some(1), Some(1)).unwrap();
        for (ms, inside) in [(999, false), (1000, true), (1999, true), (2000, false)] {
            assert_eq!(bounded.contains(&refused(ms, u64::MAX, "ff")), inside, "{ms}");
        }
        assert!(Range::of_refused(None, None).unwrap().contains(&refused(u64::MAX, u64::MAX, "ff")));
        assert!(!is_message(&format!("{}#recall#00000000000000000001", padded(7))));
        assert!(!Range::all().contains("read#ana"));
    }

    #[test]
    fn a_range_holds_its_messages_and_what_is_under_them() {
        let by_key = Range::of_msg_key(MsgKey::parse("1_2_3").unwrap());
        let message = c2c_key(r#","MsgKey":"1_2_3""#);
        for key in [message.clone(), apart(&message, "00ff"), format!("{message}#recall")] {
            assert!(by_key.contains(&key), "{key}");
        }
        for key in [r#","MsgKey":"1_3_3""#, r#","MsgKey":"1_1_3""#, r#","MsgKey":"2_2_3""#, r#","MsgKey":"1_2_2""#] {
            assert!(!by_key.contains(&c2c_key(key)), "{key}");
        }

        let by_seq = Range::of_seq(9);
        for random in [0, u64::MAX] {
            assert!(by_seq.contains(&group_key(&format!(r#","MsgSeq":9,"Random":{random}"#))));
        }
        assert!(by_seq.contains(&format!("{}#recall", padded(9))));
        assert!(!by_seq.contains(&group_key(r#","MsgSeq":8,"Random":18446744073709551615"#)));
        assert!(!by_seq.contains(&group_key(r#","MsgSeq":10,"Random":0"#)));
        assert!(!by_seq.contains(&group_key(r#","MsgTime":9"#)));

        let times = Range::of_times(Some(5), Some(6)).unwrap();
        for (time, inside) in [(4, false), (5, true), (6, true), (7, false)] {
            let key = c2c_key(&format!(r#","MsgTime":{time},"MsgSeq":{max},"MsgRandom":{max}"#, max = u64::MAX));
            assert_eq!(times.contains(&key), inside, "{time}");
        }
        assert_eq!(Range::of_times(Some(7), Some(6)), None);
    }

    #[test]
    fn a_msg_key_is_three_numbers() {
        assert_eq!(MsgKey::parse("1_2_3"), Some(MsgKey { seq: 1, random: 2, time: 3 }));
        for text in ["", "1_2", "1_2_3_4", "1_2_x", "_2_3", "-1_2_3", "1_2_18446744073709551616"] {
            assert_eq!(MsgKey::parse(text), None, "{text}");
        }
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

    /// Numbers of every length; a `MsgSeq` starts at 1.
    fn number() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0..64u32).prop_map(|(number, shift)| (number >> shift).max(1))
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

        #[test]
        fn keys_order_as_their_numbers_do(one in [number(), number(), number()], other in [number(), number(), number()]) {
            let c2c = |[time, seq, random]: [u64; 3]| {
                c2c_key(&format!(r#","MsgTime":{time},"MsgSeq":{seq},"MsgRandom":{random}"#))
            };
            let group = |[seq, random, _]: [u64; 3]| group_key(&format!(r#","MsgSeq":{seq},"Random":{random}"#));
            prop_assert_eq!(c2c(one).cmp(&c2c(other)), one.cmp(&other));
            prop_assert_eq!(group(one).cmp(&group(other)), one[..2].cmp(&other[..2]));
        }
    }
}
