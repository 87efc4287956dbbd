//! The violations as a queue to work through: listing them by time, and marking them as judged.
//!
//! The index `Outcome` has the open ones in one partition and the judged ones in another. So what is left to do is found
//! without reading what was done.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::client::Archive;
use crate::conversation::Conversation;
use crate::error::ArchiveError;
use crate::finding::Finding;
use crate::indexes::{CONCURRENT_READS, IndexEntry, IndexQuery};
use crate::item::ItemKey;
use crate::key_range::KeyRange;
use crate::keys;
use crate::message::StoredMessage;
use crate::pager::PageQuery;
use crate::query::{DEFAULT_LIMIT, MessageQuery};
use crate::schema::ViolationState;

/// A page makes at most this many requests to the index: the violations of others are passed over.
const REQUESTS_PER_PAGE: usize = 8;

/// A request for some of the violations asks for this many entries.
const ENTRIES_PER_REQUEST: usize = 1000;

/// Something that people can see although the rules are against it, and the message that it was found in.
#[derive(Debug, Clone)]
pub struct Violation {
    item: StoredMessage,
    message: Option<StoredMessage>,
}

/// How somebody dealt with a violation.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'a> {
    /// Who did.
    pub by: &'a str,
    /// What was done about it, in a word or two.
    pub how: &'a str,
    /// When, Unix seconds.
    pub at: u64,
}

/// One page of violations.
#[derive(Debug, Clone)]
pub struct ViolationPage {
    /// The violations in the order asked for. There may be fewer than the limit, even none, although more follow.
    pub violations: Vec<Violation>,
    /// Where the next page starts; `None` if this is the last one.
    pub next_cursor: Option<String>,
}

impl Violation {
    /// What was found.
    #[must_use]
    pub fn finding(&self) -> Finding<'_> {
        Finding::of(&self.item)
    }

    /// The message as it reads now; `None` if the table does not have it.
    #[must_use]
    pub fn message(&self) -> Option<&StoredMessage> {
        self.message.as_ref()
    }

    /// The item itself, with the ids and accounts of the callback that it was found in.
    #[must_use]
    pub fn item(&self) -> &StoredMessage {
        &self.item
    }

    /// The item's key.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        self.item.key()
    }
}

impl Serialize for Violation {
    /// `Id`, `Violation` with the item, and `Message` if the table has it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Id", self.finding().id())?;
        map.serialize_entry("Violation", &self.item)?;
        if let Some(message) = &self.message {
            map.serialize_entry("Message", message)?;
        }
        map.end()
    }
}

impl Archive {
    /// One page of the violations in that state, of everybody or of a conversation, ordered by when people saw them first.
    /// `query` bounds that time, and its filter may name the account. What has expired by `now` (Unix seconds) is not
    /// shown. Takes one request for the index, and two for each violation. For an account it asks the index by account; if
    /// the table has none, it takes one request for each violation of another account.
    ///
    /// # Errors
    /// [`ArchiveError::InvalidRequest`] if the cursor belongs to another query; else that of a request.
    pub async fn violations(
        &self,
        state: ViolationState,
        conversation: Option<&Conversation>,
        query: &MessageQuery,
        now: u64,
    ) -> Result<ViolationPage, ArchiveError> {
        let by_state = IndexQuery::Violations(state);
        let follows = |cursor: &String| IndexEntry::from_cursor(cursor, by_state, query).is_ok();
        if let Some(account) = query.filter.from_account.as_deref()
            && !query.cursor.as_ref().is_some_and(follows)
        {
            match self.violations_in(IndexQuery::Account(account), state, conversation, query, now).await {
                Err(ArchiveError::IndexMissing { .. }) => {}
                page => return page,
            }
        }
        self.violations_in(by_state, state, conversation, query, now).await
    }

    /// The same, found in that index.
    async fn violations_in(
        &self,
        index_query: IndexQuery<'_>,
        state: ViolationState,
        conversation: Option<&Conversation>,
        query: &MessageQuery,
        now: u64,
    ) -> Result<ViolationPage, ArchiveError> {
        let account = query.filter.from_account.as_deref();
        let partition = conversation.map(Conversation::partition_key);
        let is_all = partition.is_none() && account.is_none();
        let limit = query.limit();
        let cursor = query.cursor.as_deref();
        let mut after = cursor.map(|cursor| IndexEntry::from_cursor(cursor, index_query, query)).transpose()?;
        let mut violations = Vec::new();
        for _ in 0..REQUESTS_PER_PAGE {
            let wanted = if is_all { limit - violations.len() } else { ENTRIES_PER_REQUEST };
            let (mut entries, mut more) = self.index_entries(index_query, query, after, wanted).await?;
            entries.retain(|IndexEntry { key, .. }| {
                keys::violation_id(&key.sk).is_some() && partition.as_ref().is_none_or(|partition| key.pk == *partition)
            });
            let found = stream::iter(&entries).map(|entry| self.violation_at(&entry.key, account, now));
            let mut found = found.buffered(CONCURRENT_READS);
            let mut read = 0;
            while let Some(violation) = found.try_next().await? {
                read += 1;
                // It may have been judged since the index was asked, and the index by account has both.
                violations.extend(violation.filter(|violation| violation.finding().state() == state));
                if violations.len() == limit {
                    break;
                }
            }
            drop(found);
            if violations.len() == limit && read < entries.len() {
                more = read.checked_sub(1).and_then(|last| entries.into_iter().nth(last));
            }
            after = more;
            if after.is_none() || violations.len() == limit {
                break;
            }
        }
        Ok(ViolationPage { violations, next_cursor: after.map(|entry| entry.cursor(index_query)) })
    }

    /// The violations in that state whose id begins with `id`, at most two.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn violations_by_id(
        &self,
        id: &str,
        state: ViolationState,
        now: u64,
    ) -> Result<Vec<Violation>, ArchiveError> {
        let (index_query, all) = (IndexQuery::Violations(state), MessageQuery::default());
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let (entries, more) = self.index_entries(index_query, &all, after, ENTRIES_PER_REQUEST).await?;
            let has_id = |key: &ItemKey| keys::violation_id(&key.sk).is_some_and(|own| own.starts_with(id));
            for entry in entries.iter().filter(|entry| has_id(&entry.key)) {
                found.extend(self.violation_at(&entry.key, None, now).await?);
            }
            after = more.filter(|_| found.len() < 2);
            if after.is_none() {
                found.truncate(2);
                return Ok(found);
            }
        }
    }

    /// Marks an open violation as judged. False if it is gone, or was judged before: then nothing changes.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn judge_violation(&self, key: &ItemKey, judgement: &Judgement<'_>) -> Result<bool, ArchiveError> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let written = self
            .patient
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(key.to_item()))
            .update_expression("SET Outcome = :judged, JudgedBy = :by, JudgedHow = :how, JudgedAt = :at")
            .condition_expression("Outcome = :open")
            .expression_attribute_values(":open", text(ViolationState::Open.as_str()))
            .expression_attribute_values(":judged", text(ViolationState::Judged.as_str()))
            .expression_attribute_values(":by", text(judgement.by))
            .expression_attribute_values(":how", text(judgement.how))
            .expression_attribute_values(":at", AttributeValue::N(judgement.at.to_string()))
            .send()
            .await;
        self.was_updated(written.map(|_| ()))
    }

    /// The violation with that key and its message; `None` if it is gone, or not of the account that is asked for.
    async fn violation_at(
        &self,
        key: &ItemKey,
        account: Option<&str>,
        now: u64,
    ) -> Result<Option<Violation>, ArchiveError> {
        let ItemKey { pk, sk } = key;
        let items = self.all_in_range(pk, &KeyRange::of_item(sk)).await?;
        let is_wanted = |item: &StoredMessage| {
            !item.has_expired(now) && account.is_none_or(|account| item.attribute("From_Account") == Some(account))
        };
        let Some(item) = items.into_iter().find(is_wanted) else { return Ok(None) };
        let Some(place) = keys::place(sk, keys::is_c2c(pk)) else { return Ok(None) };
        let ranges = vec![KeyRange::of_place(place)];
        let page_query = PageQuery { partition: pk.clone(), ranges, times: None, newest_first: false };
        let messages = self.page(&page_query, None, DEFAULT_LIMIT, now).await?.messages;
        let is_its = |message: &StoredMessage| message.violations.iter().any(|own| own.sort_key() == sk);
        let message = messages.into_iter().find(is_its).map(|mut message| {
            // They need not be told twice.
            message.violations.clear();
            message
        });
        Ok(Some(Violation { item, message }))
    }
}
