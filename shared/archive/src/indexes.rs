//! Queries across conversations, which the two indexes of the table answer: see [`crate::schema`].

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::client::Archive;
use crate::error::ArchiveError;
use crate::item::{Item, ItemKey};
use crate::key_range::KeyRange;
use crate::keys::{self, is_message};
use crate::message::StoredMessage;
use crate::pager::PageQuery;
use crate::query::{DEFAULT_LIMIT, MessageQuery, Page};
use crate::schema::{
    ACCOUNT_INDEX, Index, MAX_PARTITION_KEY_BYTES, OCCURRED_AT, OUTCOME_INDEX, Outcome, ViolationState,
};

/// This many messages are read at a time.
pub(crate) const CONCURRENT_READS: usize = 8;

/// A page makes at most this many requests to an index, since an index may hold other items than messages.
const REQUESTS_PER_PAGE: usize = 8;

/// What is asked of an index.
#[derive(Debug, Clone, Copy)]
pub(crate) enum IndexQuery<'a> {
    /// Everything of this sender.
    Account(&'a str),
    /// Everything with this outcome.
    Outcome(Outcome),
    /// The violations in this state.
    Violations(ViolationState),
}

impl<'a> IndexQuery<'a> {
    fn index(self) -> Index {
        match self {
            Self::Account(_) => ACCOUNT_INDEX,
            Self::Outcome(_) | Self::Violations(_) => OUTCOME_INDEX,
        }
    }

    /// The value of the index's partition key.
    fn partition(self) -> &'a str {
        match self {
            Self::Account(account) => account,
            Self::Outcome(outcome) => outcome.as_str(),
            Self::Violations(state) => state.as_str(),
        }
    }
}

/// What an index says of an item: where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) key: ItemKey,
    occurred_at: String,
}

impl IndexEntry {
    fn of(item: &Item) -> Option<Self> {
        Some(Self { key: ItemKey::of(item)?, occurred_at: item.get(OCCURRED_AT)?.as_n().ok()?.clone() })
    }

    /// The cursor of a query that goes on after this entry.
    pub(crate) fn cursor(&self, query: IndexQuery<'_>) -> String {
        let Self { key: ItemKey { pk, sk }, occurred_at } = self;
        serde_json::json!([query.index().name, query.partition(), occurred_at, pk, sk]).to_string()
    }

    /// The entry after which a query goes on.
    pub(crate) fn from_cursor(
        cursor: &str,
        query: IndexQuery<'_>,
        bounds: &MessageQuery,
    ) -> Result<Self, ArchiveError> {
        let foreign = ArchiveError::InvalidRequest("the cursor belongs to another query; start without one");
        let parsed: Result<(String, String, String, String, String), _> = serde_json::from_str(cursor);
        let Ok((index, partition, occurred_at, pk, sk)) = parsed else { return Err(foreign) };
        let bounds = bounds.from_time.unwrap_or(0)..=bounds.to_time.unwrap_or(u64::MAX);
        let is_inside = occurred_at.parse().is_ok_and(|time: u64| bounds.contains(&time));
        if (index.as_str(), partition.as_str()) != (query.index().name, query.partition()) || !is_inside {
            return Err(foreign);
        }
        Ok(Self { key: ItemKey { pk, sk }, occurred_at })
    }
}

impl Archive {
    /// One page of everything that an account sent, in any conversation, ordered by `MsgTime`. Failed and refused messages
    /// are included; those without `MsgTime` stand at their `EventTime`. Takes two requests for each message.
    ///
    /// # Errors
    /// [`ArchiveError::IndexMissing`] if the table has no index by account; [`ArchiveError::InvalidRequest`] if the cursor
    /// belongs to another query; else that of a request.
    pub async fn messages_sent_by(&self, account: &str, query: &MessageQuery, now: u64) -> Result<Page, ArchiveError> {
        self.indexed_page(IndexQuery::Account(account), query, now).await
    }

    /// One page of all messages in the table with that outcome. Messages that did not arrive are ordered by `MsgTime`, else
    /// `EventTime`. Recalled messages are ordered by when they were recalled, which time bounds then refer to. Takes two
    /// requests for each message. If many messages share a recall, a page may be longer than its limit.
    ///
    /// # Errors
    /// As [`Self::messages_sent_by`].
    pub async fn messages_by_outcome(
        &self,
        outcome: Outcome,
        query: &MessageQuery,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        self.indexed_page(IndexQuery::Outcome(outcome), query, now).await
    }

    async fn indexed_page(
        &self,
        index_query: IndexQuery<'_>,
        query: &MessageQuery,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let limit = query.limit();
        let cursor = query.cursor.as_deref();
        let mut after = cursor.map(|cursor| IndexEntry::from_cursor(cursor, index_query, query)).transpose()?;
        let mut messages = Vec::new();
        let mut requests = 0;
        while messages.len() < limit && requests < REQUESTS_PER_PAGE {
            requests += 1;
            let (entries, more) = self.index_entries(index_query, query, after, limit - messages.len()).await?;
            let found =
                stream::iter(entries).map(|entry| async move { self.messages_of(index_query, &entry, now).await });
            let found: Vec<_> = found.buffered(CONCURRENT_READS).try_collect().await?;
            messages.extend(found.into_iter().flatten().filter(|message| query.filter.matches(message)));
            after = more;
            if after.is_none() {
                break;
            }
        }
        Ok(Page { messages, next_cursor: after.map(|entry| entry.cursor(index_query)) })
    }

    /// Makes one request. Gives the index's entries, and the one after which to go on if more may follow.
    pub(crate) async fn index_entries(
        &self,
        index_query: IndexQuery<'_>,
        bounds: &MessageQuery,
        after: Option<IndexEntry>,
        limit: usize,
    ) -> Result<(Vec<IndexEntry>, Option<IndexEntry>), ArchiveError> {
        if !(1..=MAX_PARTITION_KEY_BYTES).contains(&index_query.partition().len()) {
            return Err(ArchiveError::InvalidRequest("an account has 1 to 2048 bytes"));
        }
        let Index { name, partition_key, fix } = index_query.index();
        let partition = || AttributeValue::S(index_query.partition().to_owned());
        let (from, to) = (bounds.from_time.unwrap_or(0), bounds.to_time.unwrap_or(u64::MAX));
        if from > to {
            return Ok((Vec::new(), None));
        }
        let mut request = self
            .patient
            .query()
            .table_name(self.table_name())
            .index_name(name)
            .key_condition_expression("#by = :value AND OccurredAt BETWEEN :from AND :to")
            .expression_attribute_names("#by", partition_key)
            .expression_attribute_values(":value", partition())
            .expression_attribute_values(":from", AttributeValue::N(from.to_string()))
            .expression_attribute_values(":to", AttributeValue::N(to.to_string()))
            .scan_index_forward(!bounds.newest_first)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        if let Some(IndexEntry { key, occurred_at }) = after {
            request = request
                .set_exclusive_start_key(Some(key.to_item()))
                .exclusive_start_key(partition_key, partition())
                .exclusive_start_key(OCCURRED_AT, AttributeValue::N(occurred_at));
        }
        let answer = request.send().await.map_err(|error| match self.request("dynamodb:Query").failed(&error) {
            // The request is well formed and the callers check the value, so only the index can be wrong.
            ArchiveError::Refused { code, .. } if code == "ValidationException" => {
                ArchiveError::IndexMissing { table: self.table_name().to_owned(), index: name, fix }
            }
            error => error,
        })?;
        let more = answer.last_evaluated_key().and_then(IndexEntry::of);
        Ok((answer.items().iter().filter_map(IndexEntry::of).collect(), more))
    }

    /// The messages that an entry leads to.
    async fn messages_of(
        &self,
        index_query: IndexQuery<'_>,
        entry: &IndexEntry,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        let ItemKey { pk, sk } = &entry.key;
        if is_message(sk) || keys::is_refused(sk) {
            return Ok(self.message_at(pk, sk, now).await?.into_iter().collect());
        }
        let is_outcome = matches!(index_query, IndexQuery::Outcome(_));
        let Some(place) = keys::place(sk, keys::is_c2c(pk)).filter(|_| is_outcome) else {
            return Ok(Vec::new());
        };
        let ranges = vec![KeyRange::of_place(place)];
        let page_query = PageQuery { partition: pk.clone(), ranges, times: None, newest_first: false };
        let mut messages = self.page(&page_query, None, DEFAULT_LIMIT, now).await?.messages;
        // If a message was recalled several times, only the recall that counts shows it.
        messages.retain(|message| message.recall.as_ref().is_some_and(|recall| recall.sort_key() == sk));
        Ok(messages)
    }
}
