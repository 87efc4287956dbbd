//! The table: a client set up for callers that answer within 1.5 seconds and for people who wait.

use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::config::{Builder, Credentials, SharedHttpClient};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableDescription, TimeToLiveSpecification, TimeToLiveStatus,
};
use aws_sdk_dynamodb::waiters::table_exists::WaitUntilTableExistsError;
use aws_smithy_http_client::tls;

use crate::ArchiveError;
use crate::across::{INDEXES, OCCURRED_AT};
use crate::error::Request;

/// Connecting includes the TLS handshake. It is bounded by the attempt's time as well; this one is the same for all
/// requests, because the SDK keeps a connection pool for each value, and the warm-up must fill the pool that writes use.
const CONNECT: Duration = Duration::from_secs(3);

/// For writes. DynamoDB answers in milliseconds or, rarely, hangs: asking again beats waiting. Three attempts and the
/// pauses between them fit into the 60 % of the default answer budget of 1.5 s that it gets where a queue has the rest,
/// four into the whole of it.
pub(crate) const ATTEMPT: Duration = Duration::from_millis(250);
const ATTEMPTS: u32 = 4;
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// For reads and set-up: a person waits, possibly on another continent, for up to 1 MB.
const PATIENT_ATTEMPT: Duration = Duration::from_secs(10);

/// How long a new table may take until it can be used; local engines need no time at all.
const TABLE_CREATION: Duration = Duration::from_mins(2);

/// DynamoDB reads so many bytes for one unit when it need not be up to date to the second.
const BYTES_PER_READ_UNIT: u64 = 8 * 1024;

/// How large a table is, as DynamoDB last reckoned some hours ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Items of every kind.
    pub items: u64,
    /// Bytes of them together.
    pub bytes: u64,
}

impl Size {
    /// What reading all of it costs.
    #[must_use]
    pub fn read_units(self) -> u64 {
        self.bytes.div_ceil(BYTES_PER_READ_UNIT)
    }
}

/// The table of messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Archive {
    pub(crate) client: Client,
    table: String,
    /// The region, or the endpoint, for error messages.
    place: String,
    /// What the client was made of, for a [`crate::Queue`] beside the table.
    pub(crate) config: SdkConfig,
}

impl Archive {
    /// A client of `table`; it makes no request yet.
    ///
    /// `endpoint`: `None` is AWS, with region, credentials and everything else from the usual places, the environment
    /// first. A URL is a local engine, which needs no account: where the environment names no region and no
    /// credentials, some are made up, and nothing else is asked for any.
    pub async fn connect(table: &str, endpoint: Option<&str>) -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client(endpoint))
            .timeout_config(timeouts(ATTEMPT))
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(Duration::from_millis(25))
                    .with_max_backoff(LONGEST_PAUSE),
            );
        let loader = match endpoint {
            None => loader,
            Some(url) => loader
                .endpoint_url(url)
                .region(
                    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
                        .or_else(Region::from_static("us-east-1")),
                )
                .credentials_provider(
                    CredentialsProviderChain::first_try("environment", EnvironmentVariableCredentialsProvider::new())
                        .or_else("made up", Credentials::new("local", "local", None, None, "made up")),
                ),
        };
        let config = loader.load().await;
        let place = endpoint.or(config.region().map(Region::as_ref)).unwrap_or("no region").to_owned();
        Self { client: Client::new(&config), table: table.to_owned(), place, config }
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The same table for somebody who waits, perhaps on another continent.
    #[must_use]
    pub fn patient(&self) -> Self {
        let config = self.client.config().to_builder().timeout_config(timeouts(PATIENT_ATTEMPT)).build();
        Self { client: Client::from_conf(config), ..self.clone() }
    }

    /// One throw-away read, so that the connection stands before the first callback needs it.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request: writes would fail for the same reason.
    pub async fn warm_up(&self) -> Result<(), ArchiveError> {
        let key = || AttributeValue::S("warm-up".to_owned());
        self.client
            .get_item()
            .table_name(&self.table)
            .key("pk", key())
            .key("sk", key())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:GetItem").failed(&error))?;
        Ok(())
    }

    /// How large the table is.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn size(&self) -> Result<Size, ArchiveError> {
        let described = self
            .client
            .describe_table()
            .table_name(self.table())
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:DescribeTable").failed(&error))?;
        let count = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        let table = described.table();
        Ok(Size {
            items: count(table.and_then(TableDescription::item_count)),
            bytes: count(table.and_then(TableDescription::table_size_bytes)),
        })
    }

    /// Creates the table with the keys, the indexes and the TTL that the deployed one may have; fine if it exists.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn create_table(&self) -> Result<(), ArchiveError> {
        let created = self
            .client
            .create_table()
            .table_name(&self.table)
            .set_attribute_definitions(Some(attributes()?))
            .set_global_secondary_indexes(Some(indexes()?))
            .set_key_schema(Some(vec![key("pk", KeyType::Hash)?, key("sk", KeyType::Range)?]))
            .billing_mode(BillingMode::PayPerRequest)
            .customize()
            .config_override(patient())
            .send()
            .await;
        if let Err(error) = created
            && !error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception)
        {
            return Err(self.request("dynamodb:CreateTable").failed(&error));
        }
        self.client.wait_until_table_exists().table_name(&self.table).wait(TABLE_CREATION).await.map_err(|error| {
            match error {
                WaitUntilTableExistsError::OperationFailed(failed) => {
                    self.request("dynamodb:DescribeTable").failed(failed.error())
                }
                _ => ArchiveError::Timeout,
            }
        })?;
        self.expire_items().await
    }

    async fn expire_items(&self) -> Result<(), ArchiveError> {
        let described = self
            .client
            .describe_time_to_live()
            .table_name(&self.table)
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:DescribeTimeToLive").failed(&error))?;
        let status = described.time_to_live_description().and_then(|ttl| ttl.time_to_live_status());
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let ttl = TimeToLiveSpecification::builder().attribute_name("ExpiresAt").enabled(true).build();
        self.client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(ttl.map_err(setup)?)
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:UpdateTimeToLive").failed(&error))?;
        Ok(())
    }

    /// Names a request to [`Request::failed`].
    pub(crate) fn request(&self, action: &'static str) -> Request<'_> {
        Request { table: &self.table, place: &self.place, action }
    }
}

/// A local engine is reached without TLS, and without parsing the system's root certificates for it.
fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    if endpoint.is_some_and(|url| url.starts_with("http:")) {
        return builder.build_http();
    }
    builder.tls_provider(tls::Provider::rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(attempt).build()
}

/// The configuration of requests that a person waits for.
pub(crate) fn patient() -> Builder {
    Builder::new().timeout_config(timeouts(PATIENT_ATTEMPT))
}

/// Those that the keys of the table and of its indexes are made of.
fn attributes() -> Result<Vec<AttributeDefinition>, ArchiveError> {
    let texts = ["pk", "sk"].into_iter().chain(INDEXES.map(|(_, by)| by));
    let attribute = |(name, kind)| AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build();
    let texts = texts.map(|name| (name, ScalarAttributeType::S));
    texts.chain([(OCCURRED_AT, ScalarAttributeType::N)]).map(attribute).collect::<Result<_, _>>().map_err(setup)
}

fn indexes() -> Result<Vec<GlobalSecondaryIndex>, ArchiveError> {
    let index = |(name, by)| {
        GlobalSecondaryIndex::builder()
            .index_name(name)
            .key_schema(key(by, KeyType::Hash)?)
            .key_schema(key(OCCURRED_AT, KeyType::Range)?)
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(setup)
    };
    INDEXES.into_iter().map(index).collect()
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, ArchiveError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(setup)
}

/// Never happens: the SDK's builders fail only when a field is left out.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn setup(error: aws_sdk_dynamodb::error::BuildError) -> ArchiveError {
    ArchiveError::Setup { reason: error.to_string() }
}
