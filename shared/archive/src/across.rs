//! Questions across conversations, which two indexes of the table answer.
//!
//! | index | holds | by | costs |
//! |---|---|---|---|
//! | `Outcome` | what did not arrive, and recalls | `Outcome`, then `OccurredAt` | nothing for an ordinary message, which has no `Outcome` |
//! | `Account` | everything with a sender | `From_Account`, then `OccurredAt` | a write unit for each message; so the table may lack it |
//!
//! `OccurredAt` (Unix seconds) is the `MsgTime` of a message and the `EventTime` of a change, and when the callback came
//! where it has none. Both indexes hold keys alone, so that a message's size does not count twice, and what they name is
//! read from the table.
//!
//! An `Outcome` is one partition, and so is an account, and a partition takes a thousand writes a second. Should more
//! fail at once, or one account send more, the excess waits in the queue; what is not in that partition is not held up.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::client::patient;
use crate::filter::Outcome;
use crate::keys::{self, Range, is_message};
use crate::read::DEFAULT_LIMIT;
use crate::record::Item;
use crate::walk::{Walk, text};
use crate::{Archive, ArchiveError, Listing, Page, StoredMessage};

/// When it took place.
pub(crate) const OCCURRED_AT: &str = "OccurredAt";
/// What became of it, on those items that the index of that name holds.
pub(crate) const OUTCOME: &str = "Outcome";
const ACCOUNT: &str = "Account";

/// So many messages are read at a time.
pub(crate) const AT_A_TIME: usize = 8;

/// A page asks an index at most so often, since what it holds may be other than messages.
const REQUESTS_PER_PAGE: usize = 8;

/// DynamoDB's limit.
const LONGEST_KEY: usize = 2048;

/// An index, and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Index<'a> {
    /// Everything of this sender.
    Account(&'a str),
    /// Everything that became this.
    Outcome(Outcome),
}

impl<'a> Index<'a> {
    /// The index's name, the attribute it is by, and the attribute's value.
    fn parts(self) -> (&'static str, &'static str, &'a str) {
        match self {
            Self::Account(account) => (ACCOUNT, "From_Account", account),
            Self::Outcome(outcome) => (OUTCOME, OUTCOME, outcome.as_str()),
        }
    }

    /// What to do when the table lacks it.
    fn fix(self) -> &'static str {
        match self {
            Self::Account(_) => {
                "deploy with --set AccountIndex=true, changing nothing else, and wait until DynamoDB has filled it"
            }
            Self::Outcome(_) => "an earlier version made the table: deploy again, or ask a conversation at a time",
        }
    }
}

/// The keys of every index: its name, and what it is by. The second half of its key is [`OCCURRED_AT`].
pub(crate) const INDEXES: [(&str, &str); 2] = [(OUTCOME, OUTCOME), (ACCOUNT, "From_Account")];

/// What an index says of an item: where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) pk: String,
    pub(crate) sk: String,
    occurred_at: String,
}

impl Entry {
    fn of(item: &Item) -> Option<Self> {
        let occurred_at = item.get(OCCURRED_AT)?.as_n().ok()?.clone();
        Some(Self { pk: text(item, "pk")?, sk: text(item, "sk")?, occurred_at })
    }

    pub(crate) fn cursor(&self, index: Index<'_>) -> String {
        let (name, _, value) = index.parts();
        serde_json::json!([name, value, self.occurred_at, self.pk, self.sk]).to_string()
    }

    /// Where a listing of that index goes on.
    pub(crate) fn from_cursor(cursor: &str, index: Index<'_>, listing: &Listing) -> Result<Self, ArchiveError> {
        let foreign = ArchiveError::Question("the cursor belongs to another listing; start without one");
        let (name, _, value) = index.parts();
        let parsed: Result<(String, String, String, String, String), _> = serde_json::from_str(cursor);
        let Ok((its_name, its_value, occurred_at, pk, sk)) = parsed else { return Err(foreign) };
        let bounds = listing.from_time.unwrap_or(0)..=listing.to_time.unwrap_or(u64::MAX);
        let is_inside = occurred_at.parse().is_ok_and(|time: u64| bounds.contains(&time));
        if (its_name.as_str(), its_value.as_str()) != (name, value) || !is_inside {
            return Err(foreign);
        }
        Ok(Self { pk, sk, occurred_at })
    }
}

impl Archive {
    /// One page of everything that an account sent, in any conversation, ordered by `MsgTime`: also what failed or the
    /// platform refused, which has the time of its `EventTime` if it has no other. Two requests for each message.
    ///
    /// # Errors
    /// [`ArchiveError::IndexMissing`] if the table has no index by account; [`ArchiveError::Question`] if the cursor
    /// belongs to another listing; else that of a request.
    pub async fn sent_by(&self, account: &str, listing: &Listing, now: u64) -> Result<Page, ArchiveError> {
        self.across(Index::Account(account), listing, now).await
    }

    /// One page of everything in the whole table that became `outcome`: what did not arrive, ordered by `MsgTime` (else
    /// `EventTime`), or what was recalled, ordered by when it was recalled, which is what time bounds are about then. Two
    /// requests for each message. A recall that many messages share may make a page longer than its limit.
    ///
    /// # Errors
    /// As [`Self::sent_by`].
    pub async fn that_became(&self, outcome: Outcome, listing: &Listing, now: u64) -> Result<Page, ArchiveError> {
        self.across(Index::Outcome(outcome), listing, now).await
    }

    async fn across(&self, index: Index<'_>, listing: &Listing, now: u64) -> Result<Page, ArchiveError> {
        if !(1..=LONGEST_KEY).contains(&index.parts().2.len()) {
            return Err(ArchiveError::Question("an account has 1 to 2048 bytes"));
        }
        let limit = listing.limit();
        let mut after =
            listing.cursor.as_deref().map(|cursor| Entry::from_cursor(cursor, index, listing)).transpose()?;
        let mut messages = Vec::new();
        let mut requests = 0;
        while messages.len() < limit && requests < REQUESTS_PER_PAGE {
            requests += 1;
            let (entries, more) = self.entries(index, listing, after, limit - messages.len()).await?;
            let found = stream::iter(entries).map(|entry| async move { self.behind(index, &entry, now).await });
            let found: Vec<_> = found.buffered(AT_A_TIME).try_collect().await?;
            messages.extend(found.into_iter().flatten().filter(|message| listing.filter.includes(message)));
            after = more;
            if after.is_none() {
                break;
            }
        }
        Ok(Page { messages, next: after.map(|entry| entry.cursor(index)) })
    }

    /// One request: what the index has, and where to go on.
    pub(crate) async fn entries(
        &self,
        index: Index<'_>,
        listing: &Listing,
        after: Option<Entry>,
        wanted: usize,
    ) -> Result<(Vec<Entry>, Option<Entry>), ArchiveError> {
        let (name, attribute, value) = index.parts();
        let (from, to) = (listing.from_time.unwrap_or(0), listing.to_time.unwrap_or(u64::MAX));
        if from > to {
            return Ok((Vec::new(), None));
        }
        let mut request = self
            .client
            .query()
            .table_name(self.table())
            .index_name(name)
            .key_condition_expression("#by = :value AND OccurredAt BETWEEN :from AND :to")
            .expression_attribute_names("#by", attribute)
            .expression_attribute_values(":value", AttributeValue::S(value.to_owned()))
            .expression_attribute_values(":from", AttributeValue::N(from.to_string()))
            .expression_attribute_values(":to", AttributeValue::N(to.to_string()))
            .scan_index_forward(!listing.newest_first)
            .limit(i32::try_from(wanted).unwrap_or(i32::MAX));
        if let Some(Entry { pk, sk, occurred_at }) = after {
            request = request
                .exclusive_start_key("pk", AttributeValue::S(pk))
                .exclusive_start_key("sk", AttributeValue::S(sk))
                .exclusive_start_key(attribute, AttributeValue::S(value.to_owned()))
                .exclusive_start_key(OCCURRED_AT, AttributeValue::N(occurred_at));
        }
        let answer = request.customize().config_override(patient()).send().await;
        let answer = answer.map_err(|error| match self.request("dynamodb:Query").failed(&error) {
            // The request is well formed, so nothing else can be wrong with it: callers see to the value.
            ArchiveError::Refused { code, .. } if code == "ValidationException" => {
                ArchiveError::IndexMissing { table: self.table().to_owned(), index: name, fix: index.fix() }
            }
            error => error,
        })?;
        let more = answer.last_evaluated_key().and_then(Entry::of);
        Ok((answer.items().iter().filter_map(Entry::of).collect(), more))
    }

    /// The messages that an entry leads to.
    async fn behind(&self, index: Index<'_>, entry: &Entry, now: u64) -> Result<Vec<StoredMessage>, ArchiveError> {
        let Entry { pk, sk, .. } = entry;
        if is_message(sk) || keys::is_refused(sk) {
            return Ok(self.message_at(pk, sk, now).await?.into_iter().collect());
        }
        let Some(place) = keys::place(sk, keys::is_c2c(pk)).filter(|_| matches!(index, Index::Outcome(_))) else {
            return Ok(Vec::new());
        };
        let ranges = vec![Range::of_place(place)];
        let walk = Walk { partition: pk.clone(), ranges, times: None, newest_first: false };
        let mut messages = self.page(&walk, None, DEFAULT_LIMIT, now).await?.messages;
        // Of several recalls of one message, only that which counts shows it.
        messages.retain(|message| {
            message.recall.as_ref().is_some_and(|recall| recall.attribute("sk") == Some(sk.as_str()))
        });
        Ok(messages)
    }
}
