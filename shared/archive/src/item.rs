//! An item of the table, as DynamoDB's API has it: reading, building, measuring.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::conversation::Conversation;

/// An item: its attributes by name.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The string of that name.
pub(crate) fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

/// The key of an item, by which the table finds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKey {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl ItemKey {
    /// The key of `item`. `None` for what is no item of this table.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        Some(Self { pk: text(item, "pk")?, sk: text(item, "sk")? })
    }

    /// The key as DynamoDB's API takes it.
    pub(crate) fn to_item(&self) -> Item {
        let text = |text: &String| AttributeValue::S(text.clone());
        [("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))].into()
    }

    /// Whether the item belongs to that conversation.
    #[must_use]
    pub fn is_in(&self, conversation: &Conversation) -> bool {
        self.pk == conversation.partition_key()
    }

    /// Whether both items belong to the same conversation.
    #[must_use]
    pub fn shares_conversation_with(&self, other: &Self) -> bool {
        self.pk == other.pk
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pk {:?}, sk {:?}", self.pk, self.sk)
    }
}

/// An item that is being filled.
#[derive(Clone, Default)]
pub(crate) struct ItemBuilder(Item);

impl ItemBuilder {
    /// Adds a string, if there is one.
    pub(crate) fn text(&mut self, name: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), AttributeValue::S(value.into()));
        }
    }

    /// Adds a number, if there is one.
    pub(crate) fn number(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), AttributeValue::N(value.to_string()));
        }
    }

    /// Adds the keys.
    pub(crate) fn key(&mut self, pk: String, sk: String) {
        self.text("pk", Some(pk));
        self.text("sk", Some(sk));
    }

    /// The item so far.
    pub(crate) fn item(&self) -> &Item {
        &self.0
    }

    /// The finished item.
    pub(crate) fn build(self) -> Item {
        self.0
    }
}

/// The size of an item in bytes, as DynamoDB counts it.
pub(crate) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    // A byte for every two digits, and one.
    let number = |digits: &String| digits.len().div_ceil(2) + 1;
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => number(digits),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Ss(set) => set.iter().map(String::len).sum(),
        AttributeValue::Ns(set) => set.iter().map(number).sum(),
        AttributeValue::Bs(set) => set.iter().map(|bytes| bytes.as_ref().len()).sum(),
        // Three bytes, and one for each member.
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + size(map),
        _ => 1,
    }
}
