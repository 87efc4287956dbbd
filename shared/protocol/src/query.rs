//! The query string that the platform appends to the webhook URL.

use std::collections::HashMap;
use std::fmt;

/// The query's parameters. The case of a name does not matter: the platform's documents have `SdkAppid`, `SDKAppID` and
/// `SdkAppId`. `WebhookCommand` means `CallbackCommand`. A parameter without a value counts as absent.
#[derive(Clone, Default)]
pub struct Query {
    /// No name or value is empty. The names are in lower case.
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads a raw query string, without the `?`. This never fails: percent-encoded bytes that are not UTF-8 become
    /// U+FFFD.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let pairs = form_urlencoded::parse(raw.as_bytes())
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .map(|(name, value)| (canonical(&name), value.into_owned()))
            .collect();
        Self { pairs }
    }

    /// The name, in lower case, of a parameter that occurs twice with different values. Nobody can say which is meant.
    #[must_use]
    pub fn conflict(&self) -> Option<&str> {
        // A map keeps this linear: strangers may send as many parameters as they like.
        let mut seen = HashMap::new();
        self.pairs
            .iter()
            .find_map(|(name, value)| (*seen.entry(name).or_insert(value) != value).then_some(name.as_str()))
    }

    /// `SdkAppid`, the app that the callback belongs to.
    #[must_use]
    pub fn sdk_app_id(&self) -> Option<&str> {
        self.get("sdkappid")
    }

    /// `CallbackCommand`, which one product calls `WebhookCommand`.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        self.get("callbackcommand")
    }

    /// `Sign`; see [`crate::sign`].
    #[must_use]
    pub fn sign(&self) -> Option<&str> {
        self.get("sign")
    }

    /// `RequestTime`, Unix seconds. The signature covers it.
    #[must_use]
    pub fn request_time(&self) -> Option<&str> {
        self.get("requesttime")
    }

    /// `ClientIP`, the sender's address.
    #[must_use]
    pub fn client_ip(&self) -> Option<&str> {
        self.get("clientip")
    }

    /// `OptPlatform`: `RESTAPI`, `Web`, `Android`, `iOS`, `Windows`, `Mac`, `iPad`, `Unknown`, or one yet to come.
    #[must_use]
    pub fn opt_platform(&self) -> Option<&str> {
        self.get("optplatform")
    }

    /// `RequestID`, undocumented; helps when asking the platform about a single callback.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.get("requestid")
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Query {
    /// Names only: `Sign` can be replayed until its window closes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

fn canonical(name: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "webhookcommand" => "callbackcommand".to_owned(),
        name => name.to_owned(),
    }
}
