//! Finding messages of a conversation again: every question is a `Query`, never a scan.
//!
//! Reads are eventually consistent, at half the price: a message kept within the last second may be missing. Messages
//! that have expired (DynamoDB deletes them days later) are passed over.

use chathook_protocol::MsgKey;

use crate::keys::Range;
use crate::locate::Point;
use crate::walk::{DISORDER, Times, Walk};
use crate::{Archive, ArchiveError, Conversation, Filter, StoredMessage};

pub(crate) const DEFAULT_LIMIT: usize = 100;

/// A message is looked for by its `MsgId` within so many seconds of the time in it, nearest first: what it says is the
/// sender's clock.
const CLOCK_ERRORS: [u64; 2] = [60, 900];

/// … in so many pages of [`MOST_OF_A_PAGE`] messages.
const PAGES_BY_ID: usize = 4;
const MOST_OF_A_PAGE: usize = 5000;

/// Which messages, in which order.
///
/// One-to-one messages are ordered by `MsgTime`, then `MsgSeq`; group messages by `MsgSeq`, after those that have none,
/// which are ordered by `MsgTime`. Time bounds are bounds of what is read: in a group, whose order is not that of time,
/// the place is searched for, with 19 requests in a group of ten million messages and 22 at most. A message without
/// `MsgTime` is outside all bounds. A group that was dissolved and counts anew is read whole.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// Only messages of this `MsgTime` or later, Unix seconds.
    pub from_time: Option<u64>,
    /// Only messages of this `MsgTime` or earlier, Unix seconds.
    pub to_time: Option<u64>,
    /// At most this many messages, at least 1; `None`: 100.
    pub limit: Option<usize>,
    /// [`Page::next`] of the page before; order and bounds must be the same.
    pub cursor: Option<String>,
    /// Of those, only these. A page is read as without, so it may be empty although more follow.
    pub filter: Filter,
}

impl Listing {
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT).max(1)
    }
}

/// How far an account has read in a one-to-one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMark {
    /// `Report_Account`, who read.
    pub account: String,
    /// `LastReadTime`, Unix seconds: everything that the other side wrote up to then is read.
    pub last_read_time: u64,
}

/// One page of messages.
#[derive(Debug, Clone)]
pub struct Page {
    /// The messages in the order asked for. May be fewer than the limit, even none, although more follow.
    pub messages: Vec<StoredMessage>,
    /// Where the next page starts; `None` when this was the last one.
    pub next: Option<String>,
}

impl Page {
    const EMPTY: Self = Self { messages: Vec::new(), next: None };
}

impl Archive {
    /// One page of a conversation. What has expired by `now` (Unix seconds) is not shown.
    ///
    /// # Errors
    /// [`ArchiveError::Question`] if the cursor belongs to another listing; else that of a request.
    pub async fn messages(
        &self,
        conversation: &Conversation,
        listing: &Listing,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let partition = conversation.partition_key();
        let (from, to) = (listing.from_time, listing.to_time);
        let (ranges, times) = match conversation {
            Conversation::C2c(..) => (Range::of_times(from, to).into_iter().collect(), None),
            Conversation::Group { .. } if from.is_none() && to.is_none() => (vec![Range::all()], None),
            Conversation::Group { .. } => {
                let Some(unnumbered) = Range::of_unnumbered(from, to) else { return Ok(Page::EMPTY) };
                let ends = self.ends_in_order(&partition).await?;
                let mut ranges = vec![unnumbered, self.numbered(&partition, ends, listing).await?];
                if listing.newest_first {
                    ranges.reverse();
                }
                let (from, to) = (from.unwrap_or(0), to.unwrap_or(u64::MAX));
                (ranges, Some(Times { from, to, in_order: ends.is_some() }))
            }
        };
        self.listed(Walk { partition, ranges, times, newest_first: listing.newest_first }, listing, now).await
    }

    /// The numbers of a group in which a listing with time bounds starts to read. It ends by itself.
    async fn numbered(
        &self,
        partition: &str,
        ends: Option<(Point, Point)>,
        listing: &Listing,
    ) -> Result<Range, ArchiveError> {
        let everything = Range::of_seqs(1, u64::MAX);
        let goes_on = listing.cursor.as_ref().is_some_and(|cursor| everything.contains(cursor));
        let Some(ends) = ends.filter(|_| !goes_on) else { return Ok(everything) };
        Ok(match (listing.newest_first, listing.from_time, listing.to_time) {
            (false, Some(from), _) => {
                let (low, _) = self.seqs_around(partition, ends, from.saturating_sub(DISORDER)).await?;
                Range::of_seqs(low, u64::MAX)
            }
            (true, _, Some(to)) => {
                let (_, high) = self.seqs_around(partition, ends, to.saturating_add(DISORDER + 1)).await?;
                Range::of_seqs(1, high)
            }
            _ => everything,
        })
    }

    /// One page of the messages that the platform refused to send to a group, in the order of `EventTime`, which the
    /// time bounds are about. `ErrorCode` and `ErrorInfo` say why.
    ///
    /// # Errors
    /// As [`Self::messages`].
    pub async fn refused(
        &self,
        conversation: &Conversation,
        listing: &Listing,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let ranges = Range::of_refused(listing.from_time, listing.to_time).into_iter().collect();
        let partition = conversation.partition_key();
        self.listed(Walk { partition, ranges, times: None, newest_first: listing.newest_first }, listing, now).await
    }

    /// How far each side of a one-to-one conversation has read, as far as it ever said.
    ///
    /// # Errors
    /// That of a request.
    pub async fn read_marks(&self, conversation: &Conversation, now: u64) -> Result<Vec<ReadMark>, ArchiveError> {
        let marks = self.items(&conversation.partition_key(), &Range::of_read_marks()).await?;
        let mark = |mark: StoredMessage| {
            let last_read_time = mark.attribute("LastReadTime")?.parse().ok()?;
            Some(ReadMark { account: mark.attribute("Report_Account")?.to_owned(), last_read_time })
        };
        Ok(marks.into_iter().filter(|mark| !mark.has_expired(now)).filter_map(mark).collect())
    }

    async fn listed(&self, walk: Walk, listing: &Listing, now: u64) -> Result<Page, ArchiveError> {
        if walk.ranges.is_empty() {
            return Ok(Page::EMPTY);
        }
        let mut page = self.page(&walk, listing.cursor.clone(), listing.limit(), now).await?;
        page.messages.retain(|message| listing.filter.includes(message));
        Ok(page)
    }

    /// The one-to-one message of that `MsgKey`; two when each side sent one under the same key.
    ///
    /// # Errors
    /// [`ArchiveError::Question`] if it is no `MsgKey`, or asked of a group; else that of a request.
    pub async fn message_by_key(
        &self,
        conversation: &Conversation,
        msg_key: &str,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        if let Conversation::Group { .. } = conversation {
            return Err(ArchiveError::Question("group messages have no MsgKey; ask by MsgSeq or MsgId"));
        }
        let key = MsgKey::parse(msg_key)
            .ok_or(ArchiveError::Question("a MsgKey is three numbers, <MsgSeq>_<MsgRandom>_<MsgTime>"))?;
        self.all_in(conversation, Range::of_msg_key(key), now).await
    }

    /// The group message of that `MsgSeq`; several where the group repeats it (online-only messages, live rooms), the
    /// first 100 then.
    ///
    /// # Errors
    /// [`ArchiveError::Question`] for the `MsgSeq` 0, which counts as none, or asked of a one-to-one conversation; else
    /// that of a request.
    pub async fn message_by_seq(
        &self,
        conversation: &Conversation,
        seq: u64,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        if let Conversation::C2c(..) = conversation {
            return Err(ArchiveError::Question("a MsgSeq does not name a one-to-one message; ask by MsgKey or MsgId"));
        }
        if seq == 0 {
            return Err(ArchiveError::Question("a group counts MsgSeq from 1; list the group to see those without"));
        }
        self.all_in(conversation, Range::of_seq(seq), now).await
    }

    /// The message of that `MsgId`, `<tinyid>-<client time>-<random>`, in a conversation. No key has it, but the sender's
    /// clock in it says where to look: a minute around it is read, then a quarter of an hour. Empty for a message of a
    /// clock that was further off.
    ///
    /// # Errors
    /// [`ArchiveError::Question`] if it holds no time; else that of a request.
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
            .ok_or(ArchiveError::Question("a MsgId is three numbers, <tinyid>-<client time>-<random>"))?;
        for error in CLOCK_ERRORS {
            let mut listing = Listing {
                from_time: Some(time.saturating_sub(error)),
                to_time: Some(time.saturating_add(error)),
                limit: Some(MOST_OF_A_PAGE),
                ..Listing::default()
            };
            for _ in 0..PAGES_BY_ID {
                let mut page = self.messages(conversation, &listing, now).await?;
                page.messages.retain(|message| message.msg_id() == Some(msg_id));
                if !page.messages.is_empty() {
                    return Ok(page.messages);
                }
                if page.next.is_none() {
                    break;
                }
                listing.cursor = page.next;
            }
        }
        Ok(Vec::new())
    }

    async fn all_in(
        &self,
        conversation: &Conversation,
        range: Range,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        let partition = conversation.partition_key();
        let walk = Walk { partition, ranges: vec![range], times: None, newest_first: false };
        Ok(self.page(&walk, None, DEFAULT_LIMIT, now).await?.messages)
    }
}
