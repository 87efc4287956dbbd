//! Finding messages again.

use serde::{Serialize, Serializer};

use crate::{Archive, ArchiveError, Conversation};

/// Which part of a conversation, in which order.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// Only messages of this `MsgTime` or later, Unix seconds.
    pub from_time: Option<u64>,
    /// Only messages of this `MsgTime` or earlier, Unix seconds.
    pub to_time: Option<u64>,
    /// At most this many messages; `None`: 100.
    pub limit: Option<usize>,
    /// [`Page::next`] of the page before.
    pub cursor: Option<String>,
}

/// One page of a conversation.
#[derive(Debug, Clone)]
pub struct Page {
    /// The messages in the order asked for. May be fewer than the limit, even none, although more follow.
    pub messages: Vec<StoredMessage>,
    /// Where the next page starts; `None` when this was the last one.
    pub next: Option<String>,
}

/// A message as it was kept. Serialises to a JSON object of all attributes under the platform's names, with `MsgBody`,
/// `GroupAtInfo` and `Extra` as the JSON they are.
#[derive(Clone)]
pub struct StoredMessage {}

impl std::fmt::Debug for StoredMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredMessage").finish_non_exhaustive()
    }
}

impl StoredMessage {
    /// `From_Account`, the sender.
    #[must_use]
    pub fn from_account(&self) -> &str {
        todo!()
    }

    /// `To_Account`, the recipient of a one-to-one message.
    #[must_use]
    pub fn to_account(&self) -> Option<&str> {
        todo!()
    }

    /// `GroupId`
    #[must_use]
    pub fn group_id(&self) -> Option<&str> {
        todo!()
    }

    /// `TopicId`
    #[must_use]
    pub fn topic_id(&self) -> Option<&str> {
        todo!()
    }

    /// `MsgKey` of a one-to-one message.
    #[must_use]
    pub fn msg_key(&self) -> Option<&str> {
        todo!()
    }

    /// `MsgId`
    #[must_use]
    pub fn msg_id(&self) -> Option<&str> {
        todo!()
    }

    /// `MsgSeq`
    #[must_use]
    pub fn msg_seq(&self) -> Option<u64> {
        todo!()
    }

    /// `MsgRandom` of a one-to-one message, `Random` of a group message.
    #[must_use]
    pub fn random(&self) -> Option<u64> {
        todo!()
    }

    /// `MsgTime`, Unix seconds.
    #[must_use]
    pub fn msg_time(&self) -> Option<u64> {
        todo!()
    }

    /// `SendMsgResult` of a one-to-one message; 0: delivered.
    #[must_use]
    pub fn send_msg_result(&self) -> Option<i64> {
        todo!()
    }

    /// `Text`, the preview for people; empty when there is nothing to show.
    #[must_use]
    pub fn text(&self) -> &str {
        todo!()
    }

    /// `MsgBody`, the exact JSON that came.
    #[must_use]
    pub fn msg_body(&self) -> Option<&str> {
        todo!()
    }

    /// `ReceivedAt`, when the callback arrived, Unix seconds.
    #[must_use]
    pub fn received_at(&self) -> Option<u64> {
        todo!()
    }

    /// The text attribute of that name, in the platform's spelling.
    #[must_use]
    pub fn attribute(&self, _name: &str) -> Option<&str> {
        todo!()
    }
}

impl Serialize for StoredMessage {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        todo!()
    }
}

impl Archive {
    /// One page of a conversation. `now` (Unix seconds) hides what has expired.
    ///
    /// # Errors
    /// As every request.
    pub async fn messages(
        &self,
        _conversation: &Conversation,
        _listing: &Listing,
        _now: u64,
    ) -> Result<Page, ArchiveError> {
        todo!()
    }

    /// The one-to-one message of that `MsgKey`; several only if both sides sent one under the same key.
    ///
    /// # Errors
    /// As every request.
    pub async fn message_by_key(
        &self,
        _conversation: &Conversation,
        _msg_key: &str,
        _now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        todo!()
    }

    /// The group message of that `MsgSeq`; several where the group repeats it.
    ///
    /// # Errors
    /// As every request.
    pub async fn message_by_seq(
        &self,
        _conversation: &Conversation,
        _seq: u64,
        _now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        todo!()
    }
}
