//! The table, and the two clients that reach it: one for functions that must answer in time, one for people who wait.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedHttpClient};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_http_client::tls;
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

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

/// The same account for a person who waits.
pub(crate) fn patient(config: &SdkConfig) -> SdkConfig {
    config.to_builder().timeout_config(PATIENT.timeouts()).retry_config(PATIENT.retries()).build()
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
    /// A table on AWS, for a function. Lambda puts the region and the credentials into the environment, and no other place
    /// is asked: the parts of the SDK that would ask elsewhere stay out of the functions. No request is made yet.
    ///
    /// `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_SQS` and `AWS_ENDPOINT_URL` lead to other places than AWS.
    #[must_use]
    pub fn from_environment(table: &str) -> Self {
        let config = Environment::read().config().http_client(https_client()).service_config(EndpointVariables);
        Self::with_config(table, &config.build())
    }

    /// A table in the local engine at `url`, which needs no account: made-up credentials and a made-up region are used
    /// where the environment has none. No request is made yet.
    #[must_use]
    pub fn local(table: &str, url: &str) -> Self {
        let Environment { region, credentials } = Environment::read();
        let made_up = Environment {
            region: region.or(Some(Region::from_static("us-east-1"))),
            credentials: credentials.or_else(|| Some(Credentials::new("local", "local", None, None, "made up"))),
        };
        // Without TLS the system's root certificates need not be parsed.
        let http = url.starts_with("http:").then(|| aws_smithy_http_client::Builder::new().build_http());
        let config = made_up.config().endpoint_url(url).http_client(http.unwrap_or_else(https_client));
        Self::with_config(table, &config.build())
    }

    /// A table on AWS, reached as `config` says but with the archive's own time-outs and retries. No request is made yet.
    #[must_use]
    pub fn with_config(table: &str, config: &SdkConfig) -> Self {
        let config = config.to_builder().timeout_config(HOT.timeouts()).retry_config(HOT.retries()).build();
        let location = config.endpoint_url().or(config.region().map(Region::as_ref)).unwrap_or("no region").to_owned();
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

    /// Whether an item was updated: it was not, if the update's condition did not hold.
    pub(crate) fn was_updated(&self, written: Result<(), SdkError<UpdateItemError>>) -> Result<bool, ArchiveError> {
        match written {
            Ok(()) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(self.request("dynamodb:UpdateItem").failed(&error)),
            },
        }
    }

    /// Names a request to [`Request::failed`].
    pub(crate) fn request(&self, action: &'static str) -> Request<'_> {
        Request { table: &self.table, location: &self.location, action }
    }
}

/// The one way to reach AWS: TLS by ring.
#[must_use]
pub fn https_client() -> SharedHttpClient {
    let provider = tls::Provider::rustls(tls::rustls_provider::CryptoMode::Ring);
    aws_smithy_http_client::Builder::new().tls_provider(provider).build_https()
}

/// Region and credentials of the environment.
struct Environment {
    region: Option<Region>,
    credentials: Option<Credentials>,
}

impl Environment {
    fn read() -> Self {
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).map(Region::new);
        let credentials = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
        let credentials = credentials
            .map(|(id, secret)| Credentials::new(id, secret, variable("AWS_SESSION_TOKEN"), None, "environment"));
        Self { region, credentials }
    }

    fn config(self) -> aws_types::sdk_config::Builder {
        let mut config = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).region(self.region);
        config.set_sleep_impl(default_async_sleep());
        config.set_credentials_provider(self.credentials.map(SharedCredentialsProvider::new));
        config
    }
}

/// An environment variable that is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The endpoints that the environment names: `AWS_ENDPOINT_URL_DYNAMODB` and its like.
#[derive(Debug)]
struct EndpointVariables;

impl LoadServiceConfig for EndpointVariables {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let name = key.env();
        variable(&format!("{name}_{}", key.service_id().to_uppercase().replace(' ', "_"))).or_else(|| variable(name))
    }
}
