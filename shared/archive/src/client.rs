//! The table, and the two clients that reach it: one for functions that must answer in time, one for people who wait.

use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, SharedHttpClient};
use aws_smithy_http_client::tls;

use crate::error::{ArchiveError, Request};
use crate::item::ItemKey;

/// Includes the TLS handshake; an attempt's time bounds it as well. It is the same for both clients, because the SDK
/// keeps a connection pool for each value.
const CONNECT: Duration = Duration::from_secs(3);

/// How long a client waits, and how often it asks.
struct Patience {
    attempt: Duration,
    attempts: u32,
    first_pause: Duration,
    longest_pause: Duration,
}

/// For the functions. DynamoDB answers in milliseconds or, rarely, hangs: asking again beats waiting. An answer takes
/// 1.5 s by default, and the table gets 60 % of that where a queue has the rest. Three attempts and the pauses between
/// them fit into those 60 %, four into the whole.
const HOT: Patience = Patience {
    attempt: Duration::from_millis(250),
    attempts: 4,
    first_pause: Duration::from_millis(25),
    longest_pause: Duration::from_millis(100),
};

/// For everything else: a person waits, possibly on another continent, for up to 1 MB.
const PATIENT: Patience = Patience {
    attempt: Duration::from_secs(10),
    attempts: 5,
    first_pause: Duration::from_millis(50),
    longest_pause: Duration::from_secs(1),
};

impl Patience {
    fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(self.attempt).build()
    }

    fn retries(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.attempts)
            .with_initial_backoff(self.first_pause)
            .with_max_backoff(self.longest_pause)
    }
}

/// The table of messages. Cheap to clone.
///
/// Callbacks are stored with the time-outs and retries of a function that must answer the platform. All other requests
/// (set-up, queries, export, import, erasing) are made for a person, who waits longer. After [`Self::patient`], storing is
/// too.
#[derive(Debug, Clone)]
pub struct Archive {
    /// The client that stores callbacks.
    pub(crate) hot: Client,
    /// The client for people who wait.
    pub(crate) patient: Client,
    table: String,
    /// The region, or the endpoint, for error messages.
    location: String,
    /// What the hot client was made of, for a [`crate::Queue`] beside the table.
    pub(crate) config: SdkConfig,
}

impl Archive {
    /// Clients of `table`. No request is made yet.
    ///
    /// Without an `endpoint` the table is on AWS: region, credentials and everything else come from the usual places, the
    /// environment first. An `endpoint` is the URL of a local engine, which needs no account: if the environment names no
    /// region and no credentials, made-up ones are used, and no other place is asked.
    pub async fn connect(table: &str, endpoint: Option<&str>) -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client(endpoint))
            .timeout_config(HOT.timeouts())
            .retry_config(HOT.retries());
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
        let location = endpoint.or(config.region().map(Region::as_ref)).unwrap_or("no region").to_owned();
        let hot = Client::new(&config);
        let patient = hot.config().to_builder().timeout_config(PATIENT.timeouts()).retry_config(PATIENT.retries());
        Self { hot, patient: Client::from_conf(patient.build()), table: table.to_owned(), location, config }
    }

    /// The table's name.
    #[must_use]
    pub fn table_name(&self) -> &str {
        &self.table
    }

    /// Whether the table is on AWS, where requests cost money.
    #[must_use]
    pub fn is_on_aws(&self) -> bool {
        self.config.endpoint_url().is_none()
    }

    /// The same table, where storing callbacks is patient as well.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { hot: self.patient.clone(), ..self.clone() }
    }

    /// One throw-away read, so that the connection stands before the first callback needs it.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request: writes would fail for the same reason.
    pub async fn warm_up(&self) -> Result<(), ArchiveError> {
        let nothing = ItemKey { pk: "warm-up".to_owned(), sk: "warm-up".to_owned() };
        self.hot
            .get_item()
            .table_name(&self.table)
            .set_key(Some(nothing.to_item()))
            .send()
            .await
            .map_err(|error| self.request("dynamodb:GetItem").failed(&error))?;
        Ok(())
    }

    /// Names a request to [`Request::failed`].
    pub(crate) fn request(&self, action: &'static str) -> Request<'_> {
        Request { table: &self.table, location: &self.location, action }
    }
}

/// A local engine is reached without TLS, so the system's root certificates need not be parsed for it.
fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    if endpoint.is_some_and(|url| url.starts_with("http:")) {
        return builder.build_http();
    }
    builder.tls_provider(tls::Provider::rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()
}
