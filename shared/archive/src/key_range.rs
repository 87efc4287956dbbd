//! Ranges of sort keys: what a query of one conversation asks DynamoDB for.

use chathook_protocol::MsgKey;

use crate::keys::{READ, REFUSED, c2c_place, group_place, padded};

/// A range of sort keys, both ends included. DynamoDB takes only one condition on a key, and `BETWEEN` is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl KeyRange {
    /// Every message of a conversation with its changes. Not the items that concern the whole conversation.
    pub(crate) fn all() -> Self {
        // From the first digit to the character after the last.
        Self { from: "0".into(), to: ":".into() }
    }

    /// The one-to-one messages from one `MsgTime` to another; `None` if `from` is after `to`.
    pub(crate) fn of_times(from: Option<u64>, to: Option<u64>) -> Option<Self> {
        let all = Self::all();
        let empty = from.zip(to).is_some_and(|(from, to)| from > to);
        // `$` is the character after `#`.
        (!empty).then(|| Self {
            from: from.map_or(all.from, padded),
            to: to.map_or(all.to, |to| format!("{}$", padded(to))),
        })
    }

    /// The group messages without a `MsgSeq` from one `MsgTime` to another; `None` if `from` is after `to`.
    pub(crate) fn of_unnumbered(from: Option<u64>, to: Option<u64>) -> Option<Self> {
        let Self { from, to } = Self::of_times(from, to)?;
        let unnumbered = padded(0);
        // Where `of_times` has no bound, its ends are "0" and ":", which are before and after all digits here too.
        Some(Self { from: format!("{unnumbered}#{from}"), to: format!("{unnumbered}#{to}") })
    }

    /// The group messages from one `MsgSeq` to another, with their changes.
    pub(crate) fn of_seqs(from: u64, to: u64) -> Self {
        Self { from: padded(from.max(1)), to: format!("{}$", padded(to)) }
    }

    /// That item alone.
    pub(crate) fn of_item(sort_key: &str) -> Self {
        Self { from: sort_key.to_owned(), to: sort_key.to_owned() }
    }

    /// The changes of the messages at `place`.
    pub(crate) fn of_changes(place: &str) -> Self {
        // A letter follows in the key of a change, a digit in that of a group message.
        Self { from: format!("{place}#A"), to: format!("{place}#~") }
    }

    /// How far accounts have read.
    pub(crate) fn of_read_receipts() -> Self {
        Self { from: READ.into(), to: "read$".into() }
    }

    /// The refused messages of a group from one time to another, Unix seconds; `None` if `from` is after `to`.
    pub(crate) fn of_refused(from: Option<u64>, to: Option<u64>) -> Option<Self> {
        let empty = from.zip(to).is_some_and(|(from, to)| from > to);
        let bound = |ms: u64, end: &str| format!("{REFUSED}{}{end}", padded(ms));
        (!empty).then(|| Self {
            from: bound(from.unwrap_or(0).saturating_mul(1000), ""),
            to: bound(to.unwrap_or(u64::MAX).saturating_mul(1000).saturating_add(999), "$"),
        })
    }

    /// The one-to-one messages of that `MsgKey`, with their changes.
    pub(crate) fn of_msg_key(key: MsgKey) -> Self {
        Self::of_place(&c2c_place(key))
    }

    /// The messages at `place`, with their changes.
    pub(crate) fn of_place(place: &str) -> Self {
        // `#` begins a change and `-` a fingerprint. `.` comes after both.
        Self { from: place.to_owned(), to: format!("{place}.") }
    }

    /// The group messages of that `MsgSeq`, with their changes.
    pub(crate) fn of_seq(seq: u64) -> Self {
        Self::of_place(&group_place(seq))
    }

    pub(crate) fn contains(&self, sort_key: &str) -> bool {
        (self.from.as_str()..=self.to.as_str()).contains(&sort_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::samples::{c2c_key, group_key};
    use crate::keys::{
        ChangeKind, edit, is_message, place as place_of, read_receipt, recall, refused, violation, with_fingerprint,
    };

    #[test]
    fn items_that_are_no_messages_are_told_by_their_key() {
        let message = c2c_key(r#","MsgKey":"1_2_3""#);
        for key in [message.clone(), c2c_key(""), group_key(r#","MsgSeq":1,"Random":2"#), group_key("")] {
            assert!(is_message(&key), "{key}");
            assert!(KeyRange::all().contains(&key), "{key}");
            assert!(!is_message(&format!("{key}#recall")), "{key}");
        }
        let c2c_place = c2c_place(MsgKey { seq: 1, random: 2, time: 3 });
        for (place, is_c2c) in [(c2c_place, true), (c2c_key(""), true), (group_place(7), false), (group_key(""), false)]
        {
            let changes = [
                (recall(&place, "0f"), Some(ChangeKind::Recall)),
                (edit(&place, u64::MAX, "0f"), Some(ChangeKind::Edit)),
                (format!("{place}#reaction"), None),
                (violation(&place, "0f"), Some(ChangeKind::Violation)),
                (place.clone(), None),
            ];
            // No change names a message without a number.
            for (key, kind) in changes.into_iter().skip(if place.contains('-') { 3 } else { 0 }) {
                assert_eq!(place_of(&key, is_c2c), Some(place.as_str()), "{key}");
                assert_eq!(ChangeKind::of(&key, is_c2c), kind, "{key}");
                assert_eq!(KeyRange::of_changes(&place).contains(&key), key != place, "{key}");
                assert!(!is_message(&key) || key == place, "{key}");
            }
            assert!(!KeyRange::of_changes(&place).contains(&format!("{place}#{}", padded(u64::MAX))));
        }
        assert_eq!(place_of(&padded(0), false), None, "a MsgSeq of 0 numbers nothing");
        for key in [read_receipt("ana"), refused(1, 2, "0f")] {
            assert!(!is_message(&key) && !KeyRange::all().contains(&key), "{key}");
        }
        let bounded = KeyRange::of_refused(Some(1), Some(1)).unwrap();
        for (ms, inside) in [(999, false), (1000, true), (1999, true), (2000, false)] {
            assert_eq!(bounded.contains(&refused(ms, u64::MAX, "ff")), inside, "{ms}");
        }
        assert!(KeyRange::of_refused(None, None).unwrap().contains(&refused(u64::MAX, u64::MAX, "ff")));
        assert!(!is_message(&format!("{}#recall#00000000000000000001", padded(7))));
        assert!(!KeyRange::all().contains("read#ana"));
    }

    #[test]
    fn a_range_holds_its_messages_and_what_is_under_them() {
        let by_key = KeyRange::of_msg_key(MsgKey::parse("1_2_3").unwrap());
        let message = c2c_key(r#","MsgKey":"1_2_3""#);
        for key in [message.clone(), with_fingerprint(&message, "00ff"), format!("{message}#recall")] {
            assert!(by_key.contains(&key), "{key}");
        }
        for key in [r#","MsgKey":"1_3_3""#, r#","MsgKey":"1_1_3""#, r#","MsgKey":"2_2_3""#, r#","MsgKey":"1_2_2""#] {
            assert!(!by_key.contains(&c2c_key(key)), "{key}");
        }

        let by_seq = KeyRange::of_seq(9);
        for random in [0, u64::MAX] {
            assert!(by_seq.contains(&group_key(&format!(r#","MsgSeq":9,"Random":{random}"#))));
        }
        assert!(by_seq.contains(&format!("{}#recall", padded(9))));
        assert!(!by_seq.contains(&group_key(r#","MsgSeq":8,"Random":18446744073709551615"#)));
        assert!(!by_seq.contains(&group_key(r#","MsgSeq":10,"Random":0"#)));
        assert!(!by_seq.contains(&group_key(r#","MsgTime":9"#)));

        let times = KeyRange::of_times(Some(5), Some(6)).unwrap();
        for (time, inside) in [(4, false), (5, true), (6, true), (7, false)] {
            let key = c2c_key(&format!(r#","MsgTime":{time},"MsgSeq":{max},"MsgRandom":{max}"#, max = u64::MAX));
            assert_eq!(times.contains(&key), inside, "{time}");
        }
        assert_eq!(KeyRange::of_times(Some(7), Some(6)), None);
    }
}
