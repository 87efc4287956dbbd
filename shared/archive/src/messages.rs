//! Reading the messages of a conversation: each request is a DynamoDB query, never a scan.
//!
//! Reads are eventually consistent, at half the price: a message that was stored within the last second may be missing.
//! Messages that have expired (DynamoDB deletes them days later) are not shown.

use chathook_protocol::MsgKey;

use crate::client::Archive;
use crate::conversation::Conversation;
use crate::error::ArchiveError;
use crate::key_range::KeyRange;
use crate::message::StoredMessage;
use crate::pager::{MAX_DISORDER, PageQuery, TimeBounds};
use crate::query::{DEFAULT_LIMIT, MessageQuery, Page};
use crate::seek::Point;

/// A `MsgId` contains the time of the sender's clock. The message is looked for within this many seconds of that time,
/// first near it, then further away.
const CLOCK_ERRORS: [u64; 2] = [60, 900];

/// In at most this many pages,
const PAGES_BY_ID: usize = 4;

/// of this many messages.
const MESSAGES_PER_PAGE_BY_ID: usize = 5000;

/// A read receipt: how far an account has read in a one-to-one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadReceipt {
    /// `Report_Account`, who read.
    pub account: String,
    /// `LastReadTime`, Unix seconds. The account has read all that the other side wrote up to then.
    pub last_read_time: u64,
}

impl Archive {
    /// One page of a conversation. What has expired by `now` (Unix seconds) is not shown.
    ///
    /// # Errors
    /// [`ArchiveError::InvalidRequest`] if the cursor belongs to another query; else that of a request.
    pub async fn messages(
        &self,
        conversation: &Conversation,
        query: &MessageQuery,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let partition = conversation.partition_key();
        let (from, to) = (query.from_time, query.to_time);
        let (ranges, times) = match conversation {
            Conversation::C2c(..) => (KeyRange::of_times(from, to).into_iter().collect(), None),
            Conversation::Group { .. } if from.is_none() && to.is_none() => (vec![KeyRange::all()], None),
            Conversation::Group { .. } => {
                let Some(unnumbered) = KeyRange::of_unnumbered(from, to) else { return Ok(Page::EMPTY) };
                let ends = self.ends_in_order(&partition).await?;
                let mut ranges = vec![unnumbered, self.numbers_to_read(&partition, ends, query).await?];
                if query.newest_first {
                    ranges.reverse();
                }
                let (from, to) = (from.unwrap_or(0), to.unwrap_or(u64::MAX));
                (ranges, Some(TimeBounds { from, to, in_order: ends.is_some() }))
            }
        };
        self.filtered_page(PageQuery { partition, ranges, times, newest_first: query.newest_first }, query, now).await
    }

    /// The numbers of a group among which to read for a query with time bounds. They are bounded where reading starts; it
    /// ends by itself.
    async fn numbers_to_read(
        &self,
        partition: &str,
        ends: Option<(Point, Point)>,
        query: &MessageQuery,
    ) -> Result<KeyRange, ArchiveError> {
        let all = KeyRange::of_seqs(1, u64::MAX);
        let goes_on = query.cursor.as_ref().is_some_and(|cursor| all.contains(cursor));
        let Some(ends) = ends.filter(|_| !goes_on) else { return Ok(all) };
        Ok(match (query.newest_first, query.from_time, query.to_time) {
            (false, Some(from), _) => {
                let (low, _) = self.seqs_around(partition, ends, from.saturating_sub(MAX_DISORDER)).await?;
                KeyRange::of_seqs(low, u64::MAX)
            }
            (true, _, Some(to)) => {
                let (_, high) = self.seqs_around(partition, ends, to.saturating_add(MAX_DISORDER + 1)).await?;
                KeyRange::of_seqs(1, high)
            }
            _ => all,
        })
    }

    /// One page of the messages that the platform refused to send to a group. They are ordered by `EventTime`, which time
    /// bounds refer to. `ErrorCode` and `ErrorInfo` say why they were refused.
    ///
    /// # Errors
    /// As [`Self::messages`].
    pub async fn refused_messages(
        &self,
        conversation: &Conversation,
        query: &MessageQuery,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let ranges = KeyRange::of_refused(query.from_time, query.to_time).into_iter().collect();
        let partition = conversation.partition_key();
        self.filtered_page(PageQuery { partition, ranges, times: None, newest_first: query.newest_first }, query, now)
            .await
    }

    /// The read receipts of a one-to-one conversation: one for each side that ever sent one.
    ///
    /// # Errors
    /// That of a request.
    pub async fn read_receipts(&self, conversation: &Conversation, now: u64) -> Result<Vec<ReadReceipt>, ArchiveError> {
        let items = self.all_in_range(&conversation.partition_key(), &KeyRange::of_read_receipts()).await?;
        let receipt = |item: StoredMessage| {
            let account = item.attribute("Report_Account")?.to_owned();
            Some(ReadReceipt { account, last_read_time: item.number("LastReadTime")? })
        };
        Ok(items.into_iter().filter(|item| !item.has_expired(now)).filter_map(receipt).collect())
    }

    async fn filtered_page(&self, page_query: PageQuery, query: &MessageQuery, now: u64) -> Result<Page, ArchiveError> {
        if page_query.ranges.is_empty() {
            return Ok(Page::EMPTY);
        }
        let mut page = self.page(&page_query, query.cursor.clone(), query.limit(), now).await?;
        page.messages.retain(|message| query.filter.matches(message));
        Ok(page)
    }

    /// The one-to-one message of that `MsgKey`; two when each side sent one under the same key.
    ///
    /// # Errors
    /// [`ArchiveError::InvalidRequest`] if it is no `MsgKey`, or asked of a group; else that of a request.
    pub async fn message_by_key(
        &self,
        conversation: &Conversation,
        msg_key: &str,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        if let Conversation::Group { .. } = conversation {
            return Err(ArchiveError::InvalidRequest("group messages have no MsgKey; ask by MsgSeq or MsgId"));
        }
        let key = MsgKey::parse(msg_key)
            .ok_or(ArchiveError::InvalidRequest("a MsgKey is three numbers, <MsgSeq>_<MsgRandom>_<MsgTime>"))?;
        self.messages_in(conversation, KeyRange::of_msg_key(key), now).await
    }

    /// The group message of that `MsgSeq`. If the group repeats the number (online-only messages, live rooms), the first
    /// 100.
    ///
    /// # Errors
    /// [`ArchiveError::InvalidRequest`] for the `MsgSeq` 0, which counts as none, or asked of a one-to-one conversation; else
    /// that of a request.
    pub async fn message_by_seq(
        &self,
        conversation: &Conversation,
        seq: u64,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        if let Conversation::C2c(..) = conversation {
            return Err(ArchiveError::InvalidRequest(
                "a MsgSeq does not name a one-to-one message; ask by MsgKey or MsgId",
            ));
        }
        if seq == 0 {
            return Err(ArchiveError::InvalidRequest(
                "a group counts MsgSeq from 1; list the group to see those without",
            ));
        }
        self.messages_in(conversation, KeyRange::of_seq(seq), now).await
    }

    /// The message of that `MsgId`, `<tinyid>-<client time>-<random>`, in a conversation. No key contains it, but the time
    /// in it, which is the sender's clock, says where to look: a minute around it is read, then a quarter of an hour. A
    /// message is not found if the clock was further off.
    ///
    /// # Errors
    /// [`ArchiveError::InvalidRequest`] if it holds no time; else that of a request.
    pub async fn message_by_id(
        &self,
        conversation: &Conversation,
        msg_id: &str,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        let time: u64 = msg_id
            .split('-')
            .nth(1)
            .and_then(|time| time.parse().ok())
            .ok_or(ArchiveError::InvalidRequest("a MsgId is three numbers, <tinyid>-<client time>-<random>"))?;
        for error in CLOCK_ERRORS {
            let mut query = MessageQuery {
                from_time: Some(time.saturating_sub(error)),
                to_time: Some(time.saturating_add(error)),
                limit: Some(MESSAGES_PER_PAGE_BY_ID),
                ..MessageQuery::default()
            };
            for _ in 0..PAGES_BY_ID {
                let mut page = self.messages(conversation, &query, now).await?;
                page.messages.retain(|message| message.msg_id() == Some(msg_id));
                if !page.messages.is_empty() {
                    return Ok(page.messages);
                }
                if page.next_cursor.is_none() {
                    break;
                }
                query.cursor = page.next_cursor;
            }
        }
        Ok(Vec::new())
    }

    async fn messages_in(
        &self,
        conversation: &Conversation,
        range: KeyRange,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        let partition = conversation.partition_key();
        let page_query = PageQuery { partition, ranges: vec![range], times: None, newest_first: false };
        Ok(self.page(&page_query, None, DEFAULT_LIMIT, now).await?.messages)
    }
}
