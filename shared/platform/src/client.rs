//! The client: one call, from its body to the platform's answer.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chathook_protocol::json::{self, Object};
use form_urlencoded::Serializer;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Request, Response, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Serialize;
use tokio::time::Instant;

use crate::error::{PlatformError, Refusal};
use crate::host::{Host, HostError};
use crate::rate_limit::RateLimit;
use crate::secret_key::SecretKey;
use crate::user_sig::UserSig;

/// How long an answer may take. The platform gives up after 3 s and says so, which is worth waiting for.
const TIMEOUT: Duration = Duration::from_millis(3500);

/// How long a UserSig is valid. The platform advises a day or more; in a day a stolen one is worthless.
const USER_SIG_SECONDS: u64 = 24 * 60 * 60;

/// A UserSig is replaced this long before it ends.
const RENEW_BEFORE_SECONDS: u64 = 60 * 60;

/// The expired UserSig's error code.
const EXPIRED: u64 = 70001;

/// The largest answer that is read, in bytes. Twenty messages of 12 KB are the most that a call here asks for.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// An app, and the account that acts for it.
#[derive(Debug, Clone)]
pub struct App {
    /// `SDKAppID`
    pub sdk_app_id: u64,
    /// An administrator of the app.
    pub administrator: String,
    /// The app's secret key.
    pub secret_key: SecretKey,
}

/// The platform, as an administrator of one app calls it. Connections are kept and used again.
pub struct Platform {
    app: App,
    host: Host,
    connections: Connections,
    limit: Mutex<RateLimit>,
    user_sig: Mutex<Option<UserSig>>,
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
}

/// A pool for each scheme. Without TLS the root certificates need not be read.
enum Connections {
    Https(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
    Http(Client<HttpConnector, Full<Bytes>>),
}

impl Platform {
    /// The platform at `host`, called at most `calls_per_second` times a second. `clock` tells the time in Unix seconds.
    /// No call is made yet.
    ///
    /// # Errors
    /// [`HostError`] if the host cannot be called safely.
    pub fn new(
        app: App,
        host: Host,
        calls_per_second: NonZeroU32,
        clock: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Result<Self, HostError> {
        Ok(Self {
            app,
            host,
            connections: Connections::to(host)?,
            limit: Mutex::new(RateLimit::new(calls_per_second)),
            user_sig: Mutex::new(None),
            clock: Box::new(clock),
        })
    }

    /// Makes a call and gives the platform's answer, a JSON object whose `ErrorCode` is 0. If the UserSig turns out to
    /// have ended, the call is made once more with a new one.
    pub(crate) async fn call(&self, call: &'static str, body: &impl Serialize) -> Result<String, PlatformError> {
        let body = serde_json::to_vec(body).map_err(|_| PlatformError::Malformed { call, what: "our own body" })?;
        let body = Bytes::from(body);
        let user_sig = self.user_sig();
        match self.attempt(call, body.clone(), &user_sig).await {
            Err(PlatformError::Refused { refusal, .. }) if refusal.code == EXPIRED => {
                self.forget(&user_sig);
                self.attempt(call, body, &self.user_sig()).await
            }
            answered => answered,
        }
    }

    async fn attempt(&self, call: &'static str, body: Bytes, user_sig: &UserSig) -> Result<String, PlatformError> {
        let unreachable = |reason: String| PlatformError::Unreachable { call, reason };
        let request = Request::post(self.url(call, user_sig))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(|error| unreachable(error.to_string()))?;
        let turn = lock(&self.limit).reserve(Instant::now());
        tokio::time::sleep_until(turn).await;
        let answer = async {
            let response = self.connections.send(request).await.map_err(|error| unreachable(reason(&error)))?;
            let status = response.status();
            let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
            let body = body.map_err(|error| unreachable(reason(error.as_ref())))?;
            Ok((status, body.to_bytes()))
        };
        let answer = tokio::time::timeout(TIMEOUT, answer).await.map_err(|_| PlatformError::Timeout { call })?;
        let (status, body) = answer?;
        if status != StatusCode::OK {
            return Err(PlatformError::Gateway { call, status: status.as_u16() });
        }
        let text = json::readable(&body);
        check(call, &text)?;
        Ok(text.into_owned())
    }

    fn url(&self, call: &str, user_sig: &UserSig) -> String {
        // The platform asks for a random number and does nothing with it for these calls.
        let random = RandomState::new().hash_one(call) >> 32;
        let query = Serializer::new(String::new())
            .append_pair("sdkappid", &self.app.sdk_app_id.to_string())
            .append_pair("identifier", &self.app.administrator)
            .append_pair("usersig", user_sig.as_str())
            .append_pair("random", &random.to_string())
            .append_pair("contenttype", "json")
            .finish();
        format!("{}/v4/{call}?{query}", self.host)
    }

    /// The UserSig of now.
    fn user_sig(&self) -> UserSig {
        let now = (self.clock)();
        let mut kept = lock(&self.user_sig);
        match &*kept {
            Some(user_sig) if now.saturating_add(RENEW_BEFORE_SECONDS) < user_sig.ends() => user_sig.clone(),
            _ => {
                let App { sdk_app_id, administrator, secret_key } = &self.app;
                let made = UserSig::new(secret_key, *sdk_app_id, administrator, now, USER_SIG_SECONDS);
                kept.insert(made).clone()
            }
        }
    }

    /// Does not use this UserSig any more.
    fn forget(&self, user_sig: &UserSig) {
        lock(&self.user_sig).take_if(|kept| kept == user_sig);
    }
}

impl std::fmt::Debug for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Platform").field("app", &self.app).field("host", &self.host).finish_non_exhaustive()
    }
}

impl Connections {
    fn to(host: Host) -> Result<Self, HostError> {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        match host {
            Host::DataCenter(_) => {
                let roots = HttpsConnectorBuilder::new().with_native_roots();
                let roots = roots.map_err(|error| HostError::RootCertificates(error.to_string()))?;
                Ok(Self::Https(builder.build(roots.https_only().enable_http1().build())))
            }
            Host::Double(address) if address.ip().is_loopback() => Ok(Self::Http(builder.build_http())),
            Host::Double(address) => Err(HostError::NotLoopback(address)),
        }
    }

    async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, hyper_util::client::legacy::Error> {
        match self {
            Self::Https(client) => client.request(request).await,
            Self::Http(client) => client.request(request).await,
        }
    }
}

/// Whether the platform says that it did what it was asked.
fn check(call: &'static str, text: &str) -> Result<(), PlatformError> {
    let malformed = |what| PlatformError::Malformed { call, what };
    let answer = Object::parse(text).map_err(|_| malformed("it is not a JSON object"))?;
    match answer.unsigned("ErrorCode").ok_or_else(|| malformed("it has no ErrorCode"))? {
        // The calls that mute an account in the whole app answer without an ActionStatus.
        0 if answer.text("ActionStatus").is_none_or(|status| status == "OK") => Ok(()),
        0 => Err(malformed("it fails without an ErrorCode")),
        code => {
            let info = answer.text("ErrorInfo").unwrap_or_default().into_owned();
            Err(PlatformError::Refused { call, refusal: Refusal { code, info } })
        }
    }
}

/// The cause at the root of an error. The errors around it only say that there is one.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source()).last().unwrap_or(error).to_string()
}

/// Takes a lock. A panic elsewhere leaves these values whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
