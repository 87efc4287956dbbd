//! The options that name a conversation.

use std::fmt;

use chathook_archive::Conversation;
use clap::Args;

use crate::invocation::quoted;
use crate::names;

/// Which conversation. A command that needs one says so with a group of arguments.
#[derive(Args)]
pub struct ConversationArguments {
    /// The one-to-one conversation of these two accounts, in either order
    #[arg(long, num_args = 2, value_names = ["A", "B"], value_parser = names::account, conflicts_with_all = ["group", "topic"])]
    c2c: Option<Vec<String>>,
    /// The group with this GroupId
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// The topic with this TopicId in the group
    #[arg(long, value_name = "ID", requires = "group")]
    topic: Option<String>,
}

impl ConversationArguments {
    /// The conversation that the options name, if any.
    pub fn conversation(&self) -> Option<Conversation> {
        match (self.c2c.as_deref(), &self.group) {
            (Some([a, b]), _) => Some(Conversation::C2c(a.clone(), b.clone())),
            (_, Some(group)) => Some(Conversation::Group { group_id: group.clone(), topic_id: self.topic.clone() }),
            _ => None,
        }
    }
}

/// A conversation as the options that name it, to be pasted into a shell.
pub struct AsOptions<'a>(pub &'a Conversation);

impl fmt::Display for AsOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Conversation::C2c(a, b) => write!(f, "--c2c {} {}", quoted(a), quoted(b)),
            Conversation::Group { group_id, topic_id } => {
                write!(f, "--group {}", quoted(group_id))?;
                match topic_id.as_deref().filter(|topic| !topic.is_empty()) {
                    Some(topic) => write!(f, " --topic {}", quoted(topic)),
                    None => Ok(()),
                }
            }
        }
    }
}

/// What to try if nothing was found in the conversation.
pub fn advice(conversation: &Conversation) -> String {
    match conversation {
        Conversation::Group { group_id, topic_id: None } if is_community(group_id) => {
            format!("{group_id} is a community, and its messages are in topics: name one with --topic")
        }
        Conversation::Group { .. } => "is the id spelled as the platform spells it?".to_owned(),
        Conversation::C2c(..) => "are both accounts spelled as the platform spells them?".to_owned(),
    }
}

/// The ids of communities begin with this.
fn is_community(group_id: &str) -> bool {
    group_id.starts_with("@TGS#_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_can_be_pasted_into_a_shell() {
        let group =
            |id: &str, topic: &str| Conversation::Group { group_id: id.to_owned(), topic_id: Some(topic.to_owned()) };
        for (conversation, expected) in [
            (Conversation::C2c("ana".into(), "bo".into()), "--c2c ana bo"),
            (Conversation::C2c("it's".into(), "$(x) y".into()), r"--c2c 'it'\''s' '$(x) y'"),
            (Conversation::C2c("#a".into(), String::new()), "--c2c '#a' ''"),
            (group("@TGS#1", ""), "--group @TGS#1"),
            (group("@TGS#_@TGS#c", "@TGS#_@TGS#c@TOPIC#_x"), "--group @TGS#_@TGS#c --topic @TGS#_@TGS#c@TOPIC#_x"),
        ] {
            assert_eq!(AsOptions(&conversation).to_string(), expected);
        }
    }
}
