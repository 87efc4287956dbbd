//! The sort keys of items: where a message stands in its conversation.
//!
//! The message itself says where it stands, so a repeated callback meets its own record. Keys sort as the platform sorts
//! messages, so a conversation reads in the order in which it was written. The partition key is the conversation's, see
//! [`crate::conversation`].
//!
//! `sk` is the message's place: numbers of 20 digits joined by `#`. Twenty, because DynamoDB orders strings by byte and
//! the largest `u64` has twenty digits. So text order is number order, whatever the platform sends.
//!
//! | conversation | `sk` |
//! |---|---|
//! | one-to-one | `<MsgTime>#<MsgSeq>#<MsgRandom>` |
//! | group | `<MsgSeq>#<Random>` |
//! | group, no `MsgSeq` or 0 | `0…0#<MsgTime>#<Random>-<fingerprint>` |
//!
//! A one-to-one message takes what it lacks from its `MsgKey`. A number that is still missing is 0, and a fingerprint of
//! sender, time, `MsgId` and `MsgBody` follows. So two messages without ids share a key only if nothing tells them apart.
//!
//! A group counts `MsgSeq` from 1. Messages outside its history (online-only messages, live rooms) may have none. They
//! stand before all others, ordered by time: they have no place among the numbered ones, and with a `MsgSeq` of 0 they
//! can never be mistaken for one of those.
//!
//! The other items of a conversation keep out of the way. What happens to a message later stands under the message's
//! place, next to it: `<MsgTime>#<MsgSeq>#<MsgRandom>#<a letter…>`. In a group a change knows nothing but the number, so
//! there it is `<MsgSeq>#<a letter…>`. What concerns the whole conversation has an `sk` that starts with a letter.
//! [`is_message`] tells them apart by their shape. No change can name a message without a number; what is found in
//! it stands under its whole `sk`.
//!
//! | item | `sk` |
//! |---|---|
//! | a recall | `<place>#recall#<fingerprint>` |
//! | an edit | `<place>#edit#<EventTime>#<fingerprint>` |
//! | an extension | `<place>#extension#<EventTime>#<fingerprint>` |
//! | a violation: what it says is against the rules | `<place>#violation#<fingerprint>` |
//! | how far an account has read | `read#<account>` |
//! | a group message that the platform refused | `refused#<EventTime>#<Random>-<fingerprint>` |
//!
//! A fingerprint in these keys shows that the same change was reported twice.

use chathook_protocol::{Chat, MsgKey, SendMsg};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::conversation::escaped;

/// As many as the largest `u64` has.
const DIGITS: usize = 20;

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
        Self { text: with_fingerprint(&place, &fingerprint(message)), has_fingerprint: true }
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

/// The key of a message that shares its `place` with others.
pub(crate) fn with_fingerprint(place: &str, fingerprint: &str) -> String {
    // Not `#`, which begins the key of a change.
    format!("{place}-{fingerprint}")
}

/// The place of a one-to-one message.
pub(crate) fn c2c_place(key: MsgKey) -> String {
    joined(&[key.time, key.seq, key.random])
}

/// The place of a group message, under which its changes are: they do not know its `Random`.
pub(crate) fn group_place(seq: u64) -> String {
    padded(seq)
}

/// The key of a recall of the message at `place`.
pub(crate) fn recall(place: &str, fingerprint: &str) -> String {
    format!("{place}{RECALL}{fingerprint}")
}

/// The key of an edit of the message at `place`.
pub(crate) fn edit(place: &str, event_time: u64, fingerprint: &str) -> String {
    format!("{place}{EDIT}{}#{fingerprint}", padded(event_time))
}

/// The key of an extension of the message at `place`.
pub(crate) fn extension(place: &str, event_time: u64, fingerprint: &str) -> String {
    format!("{place}{EXTENSION}{}#{fingerprint}", padded(event_time))
}

/// The key of a violation of the message at `place`.
pub(crate) fn violation(place: &str, fingerprint: &str) -> String {
    format!("{place}{VIOLATION}{fingerprint}")
}

/// The fingerprint in the key of a violation; `None` for any other key.
pub(crate) fn violation_id(sort_key: &str) -> Option<&str> {
    Some(sort_key.split_once(VIOLATION)?.1)
}

/// The key of the read receipt of `account`.
pub(crate) fn read_receipt(account: &str) -> String {
    format!("{READ}{}", escaped(account))
}

/// The key of a group message that the platform refused.
pub(crate) fn refused(event_time: u64, random: u64, fingerprint: &str) -> String {
    format!("{REFUSED}{}", with_fingerprint(&joined(&[event_time, random]), fingerprint))
}

const RECALL: &str = "#recall#";
const EDIT: &str = "#edit#";
const EXTENSION: &str = "#extension#";
const VIOLATION: &str = "#violation#";
pub(crate) const READ: &str = "read#";
pub(crate) const REFUSED: &str = "refused#";

/// The place of a message, given its `sk` or that of one of its changes. A message without a number has its whole `sk`
/// for a place. `None` for the change of such a message: it could be any of them.
pub(crate) fn place(sort_key: &str, is_c2c: bool) -> Option<&str> {
    let place = sort_key.get(..if is_c2c { 3 * DIGITS + 2 } else { DIGITS })?;
    let numbers = place.get(if is_c2c { DIGITS } else { 0 }..)?;
    let has_number = numbers.bytes().any(|digit| !matches!(digit, b'0' | b'#'));
    // A `MsgKey` of zeros is a key all the same.
    let is_key = is_c2c && !sort_key[place.len()..].starts_with('-');
    if has_number || is_key {
        return Some(place);
    }
    let message = sort_key.split_once(VIOLATION).map_or(sort_key, |(message, _)| message);
    (message.len() > DIGITS && is_message(message)).then_some(message)
}

const ERASURE: &str = "erasure#";

/// The `pk` of the receipts of the erasures of `account`.
pub(crate) fn erasures_of(account: &str) -> String {
    format!("{ERASURE}{}", escaped(account))
}

/// The `sk` of the receipt of an erasure that began at that time, Unix seconds.
pub(crate) fn erasure_begun(at: u64) -> String {
    padded(at)
}

/// Whether the partition holds receipts of erasures.
pub(crate) fn is_of_erasures(partition_key: &str) -> bool {
    partition_key.starts_with(ERASURE)
}

/// A kind of change that is kept beside its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Recall,
    Edit,
    Extension,
    Violation,
}

impl ChangeKind {
    /// The kind of the change with that `sk`; `None` if it is no change.
    pub(crate) fn of(sort_key: &str, is_c2c: bool) -> Option<Self> {
        let rest = &sort_key[place(sort_key, is_c2c)?.len()..];
        let kinds =
            [(RECALL, Self::Recall), (EDIT, Self::Edit), (EXTENSION, Self::Extension), (VIOLATION, Self::Violation)];
        kinds.into_iter().find(|(prefix, _)| rest.starts_with(prefix)).map(|(_, kind)| kind)
    }
}

/// Tells messages apart that have no ids, or by chance the same ones. It is made of the callback alone, so that a repeated
/// callback has the same fingerprint.
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
    // Half of the hash is plenty for one place, and keys are paid for by the byte.
    base16ct::lower::encode_string(&hash.finalize()[..16])
}

/// The `MsgSeq` of the group message of that `sk`; 0 for one that has none.
pub(crate) fn seq(sort_key: &str) -> Option<u64> {
    sort_key.get(..DIGITS)?.parse().ok()
}

/// Whether the item of that `sk` is a group message that the platform refused.
pub(crate) fn is_refused(sort_key: &str) -> bool {
    sort_key.starts_with(REFUSED)
}

/// Whether the partition is a one-to-one conversation.
pub(crate) fn is_c2c(partition_key: &str) -> bool {
    partition_key.starts_with("c2c#")
}

/// Whether the item of that `sk` is a message, and not a change of one.
pub(crate) fn is_message(sort_key: &str) -> bool {
    let (place, fingerprint) = sort_key.split_once('-').map_or((sort_key, None), |(place, print)| (place, Some(print)));
    place.split('#').all(|number| number.len() == DIGITS && number.bytes().all(|byte| byte.is_ascii_digit()))
        && fingerprint.is_none_or(|print| print.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn joined(numbers: &[u64]) -> String {
    numbers.iter().copied().map(padded).collect::<Vec<_>>().join("#")
}

pub(crate) fn padded(number: u64) -> String {
    format!("{number:0DIGITS$}")
}

#[cfg(test)]
pub(crate) mod samples {
    use chathook_protocol::{Command, SendMsg};

    use super::SortKey;

    fn sort_key(command: Command, fields: &str) -> String {
        let body = format!(
            r#"{{"From_Account":"ana","To_Account":"bo","GroupId":"g","MsgBody":[{{"MsgType":"TIMImageElem"}}]{fields}}}"#
        );
        SortKey::of(&SendMsg::parse(command, &body).unwrap()).text
    }

    pub(crate) fn c2c_key(fields: &str) -> String {
        sort_key(Command::C2cAfterSend, fields)
    }

    pub(crate) fn group_key(fields: &str) -> String {
        sort_key(Command::GroupAfterSend, fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::samples::{c2c_key, group_key};
    use proptest::prelude::*;

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
    fn a_msg_key_is_three_numbers() {
        assert_eq!(MsgKey::parse("1_2_3"), Some(MsgKey { seq: 1, random: 2, time: 3 }));
        for text in
            ["", "1_2", "1_2_3_4", "1_2_x", "_2_3", "-1_2_3", "+1_2_3", "1_2_+3", "1_ 2_3", "1_2_18446744073709551616"]
        {
            assert_eq!(MsgKey::parse(text), None, "{text}");
        }
    }

    /// Numbers of every length; a `MsgSeq` starts at 1.
    fn number() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0..64u32).prop_map(|(number, shift)| (number >> shift).max(1))
    }

    proptest! {
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
