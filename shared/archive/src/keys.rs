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
//! Other items of a conversation keep out of the way. What happens to a message later belongs under
//! `<sk of the message>#<a letter…>`, next to it and, in a group, within reach of its `MsgSeq` alone as
//! `<MsgSeq>#<a letter…>`; what concerns the whole conversation takes an `sk` that starts with a letter.
//! [`is_message`] tells them apart by shape.

use chathook_protocol::{Chat, SendMsg};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// Longer parts of a `pk` are hashed. The platform's own ids stay well below.
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
        format!("{kind}#{}#{}", part(first), part(second))
    }
}

fn part(id: &str) -> String {
    if id.len() > LONGEST_PART {
        return format!("%sha256:{}", hex(&Sha256::digest(id)));
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

/// What tells messages apart that have no ids, or by chance the same ones. All of it is part of the callback, so that a
/// repeated callback has the same.
pub(crate) fn fingerprint(message: &SendMsg<'_>) -> String {
    let mut hash = Sha256::new();
    let time = message.msg_time.map(|time| time.to_string()).unwrap_or_default();
    let body = message.msg_body_raw.map_or("", RawValue::get);
    for part in [&message.from_account, time.as_str(), message.msg_id.as_deref().unwrap_or_default(), body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    // Half of it is plenty for one place, and keys are paid for by the byte.
    hex(&hash.finalize()[..16])
}

/// A `MsgKey`, `<MsgSeq>_<MsgRandom>_<MsgTime>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MsgKey {
    seq: u64,
    random: u64,
    time: u64,
}

impl MsgKey {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('_').map(|number| number.parse().ok());
        let key = Self { seq: numbers.next()??, random: numbers.next()??, time: numbers.next()?? };
        numbers.next().is_none().then_some(key)
    }
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

    /// The one-to-one messages of that `MsgKey`, with what is under them.
    pub(crate) fn of_msg_key(key: MsgKey) -> Self {
        let place = joined(&[key.time, key.seq, key.random]);
        // `.` is the character after `-`, which is after `#`.
        Self { to: format!("{place}."), from: place }
    }

    /// The group messages of that `MsgSeq`, with what is under them.
    pub(crate) fn of_seq(seq: u64) -> Self {
        Self { from: format!("{}#", padded(seq)), to: format!("{}$", padded(seq)) }
    }

    pub(crate) fn contains(&self, sort_key: &str) -> bool {
        (self.from.as_str()..=self.to.as_str()).contains(&sort_key)
    }
}

/// Whether the item of that `sk` is a message, and not something that happened to one.
pub(crate) fn is_message(sort_key: &str) -> bool {
    let (place, fingerprint) = sort_key.split_once('-').map_or((sort_key, None), |(place, print)| (place, Some(print)));
    place.split('#').all(|number| number.len() == 20 && number.bytes().all(|byte| byte.is_ascii_digit()))
        && fingerprint.is_none_or(|print| print.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn joined(numbers: &[u64]) -> String {
    numbers.iter().copied().map(padded).collect::<Vec<_>>().join("#")
}

fn padded(number: u64) -> String {
    format!("{number:020}")
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
