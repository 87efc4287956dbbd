//! Storing a message, or a change of one, with one conditional write.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use crate::change_record::{ChangeRecord, OnConflict};
use crate::client::Archive;
use crate::error::ArchiveError;
use crate::item::{self, Item};
use crate::record::Record;
use crate::schema::{ERASED_AT, MAX_ITEM_BYTES, REQUEST_ID, ViolationState};
use crate::violation_record::ViolationRecord;

/// What storing a message or a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is new in the table.
    New,
    /// It replaced an earlier item: a delivered message its own failed delivery, a read receipt an earlier one, a violation
    /// itself.
    Replaced,
    /// The table had it already. Nothing was written.
    Duplicate,
    /// The table had it already, and an erasure has blanked it. Nothing was written.
    Erased,
}

impl Stored {
    /// What storing something did whose key has this item.
    fn beside(occupant: &Item) -> Self {
        if occupant.contains_key(ERASED_AT) { Self::Erased } else { Self::Duplicate }
    }
}

/// The result of one write request.
enum Put {
    Written(Stored),
    /// This item has the key, and stays.
    Occupied(Item),
}

impl Archive {
    /// Stores a message once, however often it comes. This takes one write request, whatever the table holds.
    ///
    /// Only if another message has the same key by chance, a second request stores this one beside it.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request; trying again is always safe.
    pub async fn store(&self, record: &Record) -> Result<Stored, ArchiveError> {
        let bytes = record.size();
        if bytes > MAX_ITEM_BYTES {
            return Err(ArchiveError::TooLarge { bytes });
        }
        let occupant = match self.put(record, record.item().clone()).await? {
            Put::Written(stored) => return Ok(stored),
            Put::Occupied(item) => item,
        };
        match record.fallback_item() {
            Some(item) if !record.is_stored_as(&occupant) => match self.put(record, item).await? {
                Put::Written(stored) => Ok(stored),
                Put::Occupied(item) => Ok(Stored::beside(&item)),
            },
            _ => Ok(Stored::beside(&occupant)),
        }
    }

    /// Stores a change once, however often it comes and whatever it changes. This takes one write request.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request; trying again is always safe.
    pub async fn store_change(&self, change: &ChangeRecord) -> Result<Stored, ArchiveError> {
        let item = change.item();
        let (condition, name) = match change.on_conflict() {
            OnConflict::KeepFirst => {
                ("attribute_not_exists(pk) OR (ReceivedAt > :this AND attribute_not_exists(ErasedAt))", "ReceivedAt")
            }
            OnConflict::KeepLatestRead => ("attribute_not_exists(pk) OR LastReadTime < :this", "LastReadTime"),
        };
        self.put_beside(item, condition, item.get(name).map(|value| [(":this".to_owned(), value.clone())].into())).await
    }

    /// Stores a violation once, however often it is found. What somebody did about it since then stays.
    ///
    /// [`Stored::Replaced`]: the same request has stored it before, and nobody has dealt with it since. So an earlier
    /// answer of the table was lost, and whoever waited for it does not know of the violation.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request; trying again is always safe.
    pub async fn store_violation(&self, violation: &ViolationRecord) -> Result<Stored, ArchiveError> {
        let condition = "attribute_not_exists(pk) OR (RequestId = :this AND ReceivedAt = :at AND Outcome = :open)";
        let item = violation.item();
        let open = AttributeValue::S(ViolationState::Open.as_str().to_owned());
        // Names of requests may come again after a restart of `serve`.
        let own = [(":this", REQUEST_ID), (":at", "ReceivedAt")];
        let own = own.into_iter().filter_map(|(name, attribute)| Some((name.to_owned(), item.get(attribute)?.clone())));
        let values = own.chain([(":open".to_owned(), open)]).collect();
        self.put_beside(item, condition, Some(values)).await
    }

    /// Writes an item that stands beside a message, if the condition holds.
    async fn put_beside(&self, item: &Item, condition: &str, values: Option<Item>) -> Result<Stored, ArchiveError> {
        let bytes = item::size(item);
        if bytes > MAX_ITEM_BYTES {
            return Err(ArchiveError::TooLarge { bytes });
        }
        let written = self
            .hot
            .put_item()
            .table_name(self.table_name())
            .condition_expression(condition)
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .set_item(Some(item.clone()))
            .send()
            .await;
        match written {
            Ok(answer) if answer.attributes().is_none_or(Item::is_empty) => Ok(Stored::New),
            Ok(_) => Ok(Stored::Replaced),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(failed.item().map_or(Stored::Duplicate, Stored::beside))
                }
                _ => Err(self.request("dynamodb:PutItem").failed(&error)),
            },
        }
    }

    /// Writes `item` if its key is free. A delivered one-to-one message also replaces its own failed delivery.
    async fn put(&self, record: &Record, item: Item) -> Result<Put, ArchiveError> {
        let mut request = self
            .hot
            .put_item()
            .table_name(self.table_name())
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
            Ok(answer) if answer.attributes().is_none_or(Item::is_empty) => Ok(Put::Written(Stored::New)),
            Ok(_) => Ok(Put::Written(Stored::Replaced)),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Put::Occupied(failed.item().cloned().unwrap_or_default()))
                }
                _ => Err(self.request("dynamodb:PutItem").failed(&error)),
            },
        }
    }
}
