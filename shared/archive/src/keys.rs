//! The table's keys.

use chathook_protocol::SendMsg;

/// Whose messages: the two sides of a one-to-one chat, in any order, or a group and, in a community, its topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Conversation {
    /// One-to-one, between these two accounts.
    C2c(String, String),
    /// A group, or one topic of it.
    Group {
        /// `GroupId`
        group_id: String,
        /// `TopicId`; `None` and the empty string are the same.
        topic_id: Option<String>,
    },
}

impl Conversation {
    /// The conversation that a message belongs to.
    #[must_use]
    pub fn of(_message: &SendMsg<'_>) -> Self {
        todo!()
    }
}
