//! Export and import: the table's items as they are, for a copy that the operator holds, for another table, for tools that
//! read lines.
//!
//! Unlike a query of messages an export leaves nothing out and merges nothing. An item is whatever a key holds, expired or
//! not. It says where it stands, so the last line that was written is all that is needed to go on after it.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use crate::client::Archive;
use crate::conversation::Conversation;
use crate::error::ArchiveError;
use crate::item::{self, ItemKey};
use crate::key_range::KeyRange;
use crate::keys;
use crate::raw_item::{RawItem, is_same_item};
use crate::schema::{ERASED_AT, EXPIRES_AT, MAX_ITEM_BYTES};

/// One page of an export.
#[derive(Debug, Clone)]
pub struct ExportPage {
    /// The items in the table's order. There may be none although more follow.
    pub items: Vec<RawItem>,
    /// The key after which the next page starts; `None` if this is the last one.
    pub next_cursor: Option<ItemKey>,
}

/// What importing an item did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It is new in the table.
    New,
    /// The table had it already, equal in all attributes.
    Duplicate,
    /// The table has another item with its key, which stays.
    Conflict,
    /// An erasure has blanked the item in the table, and it stays blank.
    Erased,
}

impl Archive {
    /// One page, up to 1 MB, of all items of a conversation or of the whole table. It starts after the item with the key
    /// `after`, or at the beginning. Reads are eventually consistent.
    ///
    /// A conversation is in the order of its keys. The table has an order of its own, which does not change as long as the
    /// table exists.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn export(
        &self,
        conversation: Option<&Conversation>,
        after: Option<&ItemKey>,
    ) -> Result<ExportPage, ArchiveError> {
        let start = after.map(ItemKey::to_item);
        let (items, last) = if let Some(conversation) = conversation {
            let query = self
                .patient
                .query()
                .table_name(self.table_name())
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(conversation.partition_key()))
                .set_exclusive_start_key(start);
            let answer = query.send().await;
            let answer = answer.map_err(|error| self.request("dynamodb:Query").failed(&error))?;
            (answer.items, answer.last_evaluated_key)
        } else {
            let scan = self.patient.scan().table_name(self.table_name()).set_exclusive_start_key(start);
            let answer = scan.send().await;
            let answer = answer.map_err(|error| self.request("dynamodb:Scan").failed(&error))?;
            (answer.items, answer.last_evaluated_key)
        };
        let items = items.unwrap_or_default().into_iter().map(|item| RawItem { item }).collect();
        Ok(ExportPage { items, next_cursor: last.as_ref().and_then(ItemKey::of) })
    }

    /// Whether the table has an item with the key of `item`. An item that has expired by `now` (Unix seconds) counts as
    /// contained: it may be deleted already.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn contains(&self, item: &RawItem, now: u64) -> Result<bool, ArchiveError> {
        let ItemKey { pk, sk } = item.key();
        let there = self.all_in_range(&pk, &KeyRange::of_item(&sk)).await?;
        let has_expired =
            item.attribute(EXPIRES_AT).and_then(|end| end.parse().ok()).is_some_and(|end: u64| end <= now);
        Ok(has_expired || !there.is_empty())
    }

    /// Writes an item if its key is free. Nothing is overwritten, so doing it again is safe.
    ///
    /// The receipt of an unfinished erasure is refused: another table has other items left to blank.
    ///
    /// # Errors
    /// [`ArchiveError::TooLarge`], [`ArchiveError::Refused`] and [`ArchiveError::InvalidRequest`] concern this item, all
    /// others the table.
    pub async fn import(&self, item: &RawItem) -> Result<Imported, ArchiveError> {
        if item.attribute("pk").is_some_and(keys::is_of_erasures) && item.attribute("FinishedAt").is_none() {
            return Err(ArchiveError::InvalidRequest(
                "the receipt of an erasure that was under way; erase that account in this table again",
            ));
        }
        let bytes = item::size(&item.item);
        if bytes > MAX_ITEM_BYTES {
            return Err(ArchiveError::TooLarge { bytes });
        }
        let put = self
            .patient
            .put_item()
            .table_name(self.table_name())
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .set_item(Some(item.item.clone()));
        match put.send().await {
            Ok(_) => Ok(Imported::New),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let stored = failed.item().filter(|stored| !stored.is_empty());
                    Ok(match stored {
                        Some(stored) if is_same_item(&item.item, stored) => Imported::Duplicate,
                        Some(stored) if stored.contains_key(ERASED_AT) => Imported::Erased,
                        _ => Imported::Conflict,
                    })
                }
                _ => Err(self.request("dynamodb:PutItem").failed(&error)),
            },
        }
    }
}
