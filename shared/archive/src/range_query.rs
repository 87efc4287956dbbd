//! Reading the items of a conversation within a range of keys.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::client::Archive;
use crate::error::ArchiveError;
use crate::item::{Item, text};
use crate::key_range::KeyRange;
use crate::message::StoredMessage;

/// A range that never holds much is read with at most this many requests.
const MAX_REQUESTS: usize = 16;

/// One request for items of a range.
pub(crate) struct RangeQuery<'a> {
    /// `pk`
    pub(crate) partition: &'a str,
    pub(crate) range: &'a KeyRange,
    pub(crate) newest_first: bool,
    /// The `sk` after which to start.
    pub(crate) after: Option<String>,
    /// At most this many items.
    pub(crate) limit: usize,
    /// Whether to see what was written in the last second. It costs twice as much.
    pub(crate) consistent: bool,
}

impl Archive {
    /// Makes one request. Gives the items, and the `sk` after which to go on if more may follow.
    pub(crate) async fn query_range(&self, query: RangeQuery<'_>) -> Result<(Vec<Item>, Option<String>), ArchiveError> {
        let RangeQuery { partition, range, newest_first, after, limit, consistent } = query;
        let partition = AttributeValue::S(partition.to_owned());
        let mut request = self
            .patient
            .query()
            .table_name(self.table_name())
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", partition.clone())
            .expression_attribute_values(":from", AttributeValue::S(range.from.clone()))
            .expression_attribute_values(":to", AttributeValue::S(range.to.clone()))
            .scan_index_forward(!newest_first)
            .consistent_read(consistent)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        if let Some(after) = after {
            request = request.exclusive_start_key("pk", partition).exclusive_start_key("sk", AttributeValue::S(after));
        }
        let answer = request.send().await.map_err(|error| self.request("dynamodb:Query").failed(&error))?;
        let more = answer.last_evaluated_key().and_then(|key| text(key, "sk"));
        Ok((answer.items.unwrap_or_default(), more))
    }

    /// All items of a range that never holds much, up to date.
    pub(crate) async fn all_in_range(
        &self,
        partition: &str,
        range: &KeyRange,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        let mut all = Vec::new();
        let mut after = None;
        for _ in 0..MAX_REQUESTS {
            let query =
                RangeQuery { partition, range, newest_first: false, after, limit: usize::MAX, consistent: true };
            let (items, more) = self.query_range(query).await?;
            all.extend(items.into_iter().map(StoredMessage::from));
            if more.is_none() {
                break;
            }
            after = more;
        }
        Ok(all)
    }
}
