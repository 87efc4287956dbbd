//! Which conversations the table has.
//!
//! No index knows this, since an entry for each conversation would have to be written with each message. So the whole
//! table is read, page by page, and DynamoDB bills all of it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::client::Archive;
use crate::conversation::Conversation;
use crate::error::ArchiveError;
use crate::item::{Item, ItemKey};
use crate::keys::{self, is_message};
use crate::message::StoredMessage;
use crate::schema::OCCURRED_AT;

/// What is read of an item. `GroupId` and the accounts are read because a long part of a key is hashed.
const PROJECTION: &str = "pk, sk, From_Account, To_Account, GroupId, TopicId, MsgTime, OccurredAt, ExpiresAt";

/// A conversation, and how much there is of it.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Who talks with whom, or where.
    pub conversation: Conversation,
    /// How many messages were sent in it. Those that the platform refused are not counted.
    pub messages: u64,
    /// The `MsgTime` of its newest message, or its arrival if it has none, Unix seconds; 0 if it has neither.
    pub newest: u64,
}

/// The conversations of a table, as far as they were read.
#[derive(Debug, Clone, Default)]
pub struct Conversations {
    /// By `pk`.
    found: HashMap<String, Summary>,
    cursor: Option<ItemKey>,
    scanned: u64,
    is_finished: bool,
}

impl Conversations {
    /// Whether the whole table was read.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// How many items were read.
    #[must_use]
    pub fn scanned(&self) -> u64 {
        self.scanned
    }

    /// How many conversations were found.
    #[must_use]
    pub fn found(&self) -> usize {
        self.found.len()
    }

    /// The conversations; the one with the newest message is first.
    #[must_use]
    pub fn newest_first(self) -> Vec<Summary> {
        let mut found: Vec<_> = self.found.into_iter().collect();
        found.sort_by(|(pk, one), (other_pk, other)| other.newest.cmp(&one.newest).then_with(|| pk.cmp(other_pk)));
        found.into_iter().map(|(_, summary)| summary).collect()
    }

    fn add(&mut self, item: Item, now: u64) {
        let message = StoredMessage::from(item);
        let ItemKey { pk, sk } = message.key();
        if !is_message(&sk) || message.has_expired(now) {
            return;
        }
        let text = |name| message.attribute(name).map(str::to_owned);
        let conversation = match (keys::is_c2c(&pk), text("From_Account"), text("To_Account"), text("GroupId")) {
            (true, Some(from), Some(to), _) if from <= to => Conversation::C2c(from, to),
            (true, Some(from), Some(to), _) => Conversation::C2c(to, from),
            (false, .., Some(group_id)) => Conversation::Group { group_id, topic_id: text("TopicId") },
            _ => return,
        };
        let sent = message.msg_time().or(message.number(OCCURRED_AT)).unwrap_or(0);
        let summary = self.found.entry(pk).or_insert(Summary { conversation, messages: 0, newest: 0 });
        summary.messages += 1;
        summary.newest = summary.newest.max(sent);
    }
}

impl Archive {
    /// Reads one page, up to 1 MB, into `conversations`. Call it until they [are finished](Conversations::is_finished).
    /// An error changes nothing, so it may be called again. Messages that have expired by `now` (Unix seconds) do not
    /// count.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn read_conversations(&self, conversations: &mut Conversations, now: u64) -> Result<(), ArchiveError> {
        let answer = self
            .patient
            .scan()
            .table_name(self.table_name())
            .projection_expression(PROJECTION)
            .filter_expression("begins_with(pk, :c2c) OR begins_with(pk, :group)")
            .expression_attribute_values(":c2c", AttributeValue::S("c2c#".to_owned()))
            .expression_attribute_values(":group", AttributeValue::S("group#".to_owned()))
            .set_exclusive_start_key(conversations.cursor.as_ref().map(ItemKey::to_item))
            .send()
            .await
            .map_err(|error| self.request("dynamodb:Scan").failed(&error))?;
        conversations.scanned += u64::try_from(answer.scanned_count()).unwrap_or(0);
        conversations.cursor = answer.last_evaluated_key().and_then(ItemKey::of);
        conversations.is_finished = conversations.cursor.is_none();
        for item in answer.items.unwrap_or_default() {
            conversations.add(item, now);
        }
        Ok(())
    }
}
