//! The options that name a conversation.

use chathook_archive::Conversation;
use clap::Args;

/// Which conversation. A command that needs one says so with a group of arguments.
#[derive(Args)]
pub struct ConversationArguments {
    /// The one-to-one conversation of these two accounts, in either order
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["group", "topic"])]
    c2c: Option<Vec<String>>,
    /// The group of this GroupId
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// The topic of this TopicId in the group
    #[arg(long, value_name = "ID", requires = "group")]
    topic: Option<String>,
}

impl ConversationArguments {
    /// The conversation that is named, if one is.
    pub fn conversation(&self) -> Option<Conversation> {
        match (self.c2c.as_deref(), &self.group) {
            (Some([a, b]), _) => Some(Conversation::C2c(a.clone(), b.clone())),
            (_, Some(group)) => Some(Conversation::Group { group_id: group.clone(), topic_id: self.topic.clone() }),
            _ => None,
        }
    }
}
