//! Keeping a message, or what happened to one: one conditional write.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use crate::amendment::Rule;
use crate::record::{self, Item, MAX_ITEM_BYTES};
use crate::{Amendment, Archive, ArchiveError, Record};

/// What became of a message that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was not there.
    New,
    /// It was there as a failed delivery, and is now there as a delivered message; or a read mark moved.
    Replaced,
    /// It was there already, and nothing was written.
    Duplicate,
}

/// What came of one write request.
enum Put {
    Written(Kept),
    /// This item is at the key, and stays.
    Occupied(Item),
}

impl Archive {
    /// Keeps a message once, however often it comes: with one write request, whatever is stored.
    ///
    /// Only where another message has the same key by chance (see [`Record`]'s keys) does a second request put this one
    /// beside it.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request; trying again is always safe.
    pub async fn keep(&self, record: &Record) -> Result<Kept, ArchiveError> {
        let bytes = record.size();
        if bytes > MAX_ITEM_BYTES {
            return Err(ArchiveError::TooLarge { bytes });
        }
        let stored = match self.put(record, record.item().clone()).await? {
            Put::Written(kept) => return Ok(kept),
            Put::Occupied(stored) => stored,
        };
        match record.item_apart() {
            Some(apart) if !record.is_stored_as(&stored) => match self.put(record, apart).await? {
                Put::Written(kept) => Ok(kept),
                Put::Occupied(_) => Ok(Kept::Duplicate),
            },
            _ => Ok(Kept::Duplicate),
        }
    }

    /// Keeps a change once, however often it comes and whatever it changes: with one write request.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request; trying again is always safe.
    pub async fn amend(&self, amendment: &Amendment) -> Result<Kept, ArchiveError> {
        let item = amendment.item();
        let bytes = record::size(item);
        if bytes > MAX_ITEM_BYTES {
            return Err(ArchiveError::TooLarge { bytes });
        }
        let (condition, name) = match amendment.rule() {
            Rule::First => {
                ("attribute_not_exists(pk) OR (ReceivedAt > :this AND attribute_not_exists(ErasedAt))", "ReceivedAt")
            }
            Rule::LatestRead => ("attribute_not_exists(pk) OR LastReadTime < :this", "LastReadTime"),
        };
        let written = self
            .client
            .put_item()
            .table_name(self.table())
            .condition_expression(condition)
            .set_expression_attribute_values(item.get(name).map(|value| [(":this".to_owned(), value.clone())].into()))
            .return_values(ReturnValue::AllOld)
            .set_item(Some(item.clone()))
            .send()
            .await;
        match written {
            Ok(answer) if answer.attributes().is_none_or(Item::is_empty) => Ok(Kept::New),
            Ok(_) => Ok(Kept::Replaced),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Kept::Duplicate),
                _ => Err(self.request("dynamodb:PutItem").failed(&error)),
            },
        }
    }

    /// Writes `item` where nothing is. A delivered one-to-one message also takes the place of its own failed delivery.
    async fn put(&self, record: &Record, item: Item) -> Result<Put, ArchiveError> {
        let mut request = self
            .client
            .put_item()
            .table_name(self.table())
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        request = match (item.get("From_Account"), item.get("MsgBody")) {
            (Some(sender), Some(body)) if record.is_c2c() && record.is_delivered() => request
                .condition_expression(
                    "attribute_not_exists(pk) \
                     OR (SendMsgResult <> :delivered AND From_Account = :sender AND MsgBody = :body)",
                )
                .expression_attribute_values(":delivered", AttributeValue::N("0".to_owned()))
                .expression_attribute_values(":sender", sender.clone())
                .expression_attribute_values(":body", body.clone()),
            _ => request.condition_expression("attribute_not_exists(pk)"),
        };
        match request.set_item(Some(item)).send().await {
            Ok(answer) if answer.attributes().is_none_or(Item::is_empty) => Ok(Put::Written(Kept::New)),
            Ok(_) => Ok(Put::Written(Kept::Replaced)),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Put::Occupied(failed.item().cloned().unwrap_or_default()))
                }
                _ => Err(self.request("dynamodb:PutItem").failed(&error)),
            },
        }
    }
}
