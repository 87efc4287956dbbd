//! The table: the attributes that are chathook's own, its indexes, and DynamoDB's limits.
//!
//! The keys `pk` and `sk` are described in [`crate::keys`]. All other attributes carry the platform's names; see
//! [`crate::record`].
//!
//! | index | holds | sorted by | costs |
//! |---|---|---|---|
//! | `Outcome` | what did not arrive, recalls, and violations of the rules | `Outcome`, then `OccurredAt` | nothing for an ordinary message, which has no `Outcome` |
//! | `Account` | everything with a sender | `From_Account`, then `OccurredAt` | a write unit for each message; so the table may lack it |
//!
//! Both indexes hold keys alone, so that a message's size does not count twice. What they name is read from the table.
//!
//! Each outcome is one partition of its index, and so is each account, and a partition takes a thousand writes a second.
//! If more messages fail at once, or one account sends more, the excess waits in the queue. Messages that are not in
//! that partition are not held up.

/// The largest item that DynamoDB takes.
pub(crate) const MAX_ITEM_BYTES: usize = 400 * 1024;

/// The longest partition key that DynamoDB takes.
pub(crate) const MAX_PARTITION_KEY_BYTES: usize = 2048;

/// When the message was sent or the change took place, Unix seconds: `MsgTime` of a message, `EventTime` of a change,
/// and the arrival of the callback if it has neither. It exists for the indexes alone.
pub(crate) const OCCURRED_AT: &str = "OccurredAt";

/// What became of a message, see [`Outcome`] and [`ViolationState`]. Only items that the index of that name holds have
/// it.
pub(crate) const OUTCOME: &str = "Outcome";

/// When the erasure began that blanked the item, Unix seconds. No two erasures of one account have the same time.
pub(crate) const ERASED_AT: &str = "ErasedAt";

/// When DynamoDB may delete the item, Unix seconds: the table's TTL.
pub(crate) const EXPIRES_AT: &str = "ExpiresAt";

/// What became of a message other than that it arrived and stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did not arrive: the delivery of a one-to-one message failed, or the platform refused a group message.
    Failed,
    /// Somebody recalled it.
    Recalled,
}

impl Outcome {
    /// The value of the attribute [`OUTCOME`].
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Recalled => "recalled",
        }
    }
}

/// Whether somebody has dealt with a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViolationState {
    /// Nobody has.
    Open,
    /// Somebody or something has.
    Judged,
}

impl ViolationState {
    /// The value of the attribute [`OUTCOME`].
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "violation",
            Self::Judged => "judged",
        }
    }
}

/// An index of the table. Its sort key is [`OCCURRED_AT`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Index {
    pub(crate) name: &'static str,
    /// The attribute that is its partition key.
    pub(crate) partition_key: &'static str,
    /// What to do if the table lacks it.
    pub(crate) fix: &'static str,
}

/// On a violation, the ids of the rules that hit, as a JSON array.
pub(crate) const RULES: &str = "Rules";

/// On a violation, where they hit, as a JSON array of [`Span`](crate::Span).
pub(crate) const SPANS: &str = "Spans";

/// On a violation, the request whose callback showed it.
pub(crate) const REQUEST_ID: &str = "RequestId";

/// What did not arrive, recalls, and violations.
pub(crate) const OUTCOME_INDEX: Index = Index {
    name: OUTCOME,
    partition_key: OUTCOME,
    fix: "an earlier version made the table: deploy again, or ask about one conversation at a time",
};

/// Everything by its sender.
pub(crate) const ACCOUNT_INDEX: Index = Index {
    name: "Account",
    partition_key: "From_Account",
    fix: "deploy with --set AccountIndex=true, changing nothing else, and wait until DynamoDB has filled it",
};

/// All indexes of the table.
pub(crate) const INDEXES: [Index; 2] = [OUTCOME_INDEX, ACCOUNT_INDEX];
