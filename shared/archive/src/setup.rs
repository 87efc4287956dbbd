//! Creating the table, and looking at it as a whole.

use std::time::Duration;

use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TableDescription, TimeToLiveSpecification, TimeToLiveStatus,
};
use aws_sdk_dynamodb::waiters::table_exists::WaitUntilTableExistsError;

use crate::client::Archive;
use crate::error::ArchiveError;
use crate::schema::{EXPIRES_AT, INDEXES, Index, OCCURRED_AT};

/// How long a new table may take until it can be used; local engines need no time at all.
const TABLE_CREATION: Duration = Duration::from_mins(2);

/// The bytes that DynamoDB reads for one read unit, if they need not be up to date to the second.
const BYTES_PER_READ_UNIT: u64 = 8 * 1024;

/// How large a table is. DynamoDB counts every few hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSize {
    /// Items of every kind.
    pub items: u64,
    /// Bytes of them together.
    pub bytes: u64,
}

impl TableSize {
    /// What reading all of it costs.
    #[must_use]
    pub fn read_units(self) -> u64 {
        self.bytes.div_ceil(BYTES_PER_READ_UNIT)
    }
}

impl Archive {
    /// How large the table is.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn table_size(&self) -> Result<TableSize, ArchiveError> {
        let described = self
            .patient
            .describe_table()
            .table_name(self.table_name())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:DescribeTable").failed(&error))?;
        let count = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        let table = described.table();
        Ok(TableSize {
            items: count(table.and_then(TableDescription::item_count)),
            bytes: count(table.and_then(TableDescription::table_size_bytes)),
        })
    }

    /// Creates the table with all keys and indexes and the TTL that a deployed one may have. A table that exists stays.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn create_table(&self) -> Result<(), ArchiveError> {
        // The TTL comes last, so a table that has it is complete. Describing the table would take longer the more it
        // holds: a local engine counts every item for that.
        match self.has_ttl().await {
            Ok(true) => return Ok(()),
            Ok(false) | Err(ArchiveError::TableMissing { .. }) => {}
            Err(error) => return Err(error),
        }
        let created = self
            .patient
            .create_table()
            .table_name(self.table_name())
            .set_attribute_definitions(Some(key_attributes()?))
            .set_global_secondary_indexes(Some(INDEXES.into_iter().map(index).collect::<Result<_, _>>()?))
            .set_key_schema(Some(vec![key("pk", KeyType::Hash)?, key("sk", KeyType::Range)?]))
            .billing_mode(BillingMode::PayPerRequest)
            .send()
            .await;
        if let Err(error) = created
            && !error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception)
        {
            return Err(self.request("dynamodb:CreateTable").failed(&error));
        }
        let exists = self.patient.wait_until_table_exists().table_name(self.table_name());
        exists.wait(TABLE_CREATION).await.map_err(|error| match error {
            WaitUntilTableExistsError::OperationFailed(failed) => {
                self.request("dynamodb:DescribeTable").failed(failed.error())
            }
            _ => ArchiveError::Timeout,
        })?;
        if self.has_ttl().await? { Ok(()) } else { self.enable_ttl().await }
    }

    async fn has_ttl(&self) -> Result<bool, ArchiveError> {
        let described = self
            .patient
            .describe_time_to_live()
            .table_name(self.table_name())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:DescribeTimeToLive").failed(&error))?;
        let status = described.time_to_live_description().and_then(|ttl| ttl.time_to_live_status());
        Ok(matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)))
    }

    async fn enable_ttl(&self) -> Result<(), ArchiveError> {
        let ttl = TimeToLiveSpecification::builder().attribute_name(EXPIRES_AT).enabled(true).build();
        self.patient
            .update_time_to_live()
            .table_name(self.table_name())
            .time_to_live_specification(ttl.map_err(incomplete)?)
            .send()
            .await
            .map_err(|error| self.request("dynamodb:UpdateTimeToLive").failed(&error))?;
        Ok(())
    }
}

/// The attributes that the keys of the table and of its indexes are made of.
fn key_attributes() -> Result<Vec<AttributeDefinition>, ArchiveError> {
    let texts = ["pk", "sk"].into_iter().chain(INDEXES.map(|index| index.partition_key));
    let texts = texts.map(|name| (name, ScalarAttributeType::S));
    let attribute = |(name, kind)| AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build();
    texts.chain([(OCCURRED_AT, ScalarAttributeType::N)]).map(attribute).collect::<Result<_, _>>().map_err(incomplete)
}

fn index(index: Index) -> Result<GlobalSecondaryIndex, ArchiveError> {
    GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .key_schema(key(index.partition_key, KeyType::Hash)?)
        .key_schema(key(OCCURRED_AT, KeyType::Range)?)
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .map_err(incomplete)
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, ArchiveError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(incomplete)
}

/// Never happens: the SDK's builders fail only if a field is left out.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> ArchiveError {
    ArchiveError::Setup { reason: error.to_string() }
}
