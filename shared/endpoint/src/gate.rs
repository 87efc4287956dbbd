//! Who may call: only the platform, and only for the app that this deployment serves.

use chathook_protocol::{Query, SignError, sign};
use thiserror::Error;

use crate::settings::Settings;

/// Why a caller is turned away with 403. For the log: the caller hears none of it.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// The platform always names the app.
    #[error("SdkAppid is missing from the query: the caller is not the platform")]
    NoApp,
    /// Another app's webhook, or ours with a wrong setting.
    #[error("SdkAppid is not SDK_APP_ID; compare the setting with the app id in the console")]
    OtherApp,
    /// Authentication is off in the console, or the caller is not the platform.
    #[error("{0} is missing from the query; switch authentication on in the console and set the same token there")]
    Unsigned(&'static str),
    /// The signature does not hold.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The same parameter twice, differently.
    #[error("the query has {0} twice with different values")]
    Ambiguous(String),
    /// What was signed for and what is asked for differ.
    #[error("CallbackCommand in the query is not the one in the body")]
    TwoCommands,
}

/// Checks the query's app and signature at the time `now`, in Unix seconds.
///
/// # Errors
/// [`Refused`], when the caller is not the platform calling for our app.
pub fn check(settings: &Settings, query: &Query, now: u64) -> Result<(), Refused> {
    match query.sdk_app_id() {
        None => return Err(Refused::NoApp),
        Some(app) if app != settings.sdk_app_id => return Err(Refused::OtherApp),
        Some(_) => {}
    }
    if !settings.tokens.is_empty() {
        let time = query.request_time().ok_or(Refused::Unsigned("RequestTime"))?;
        let signature = query.sign().ok_or(Refused::Unsigned("Sign"))?;
        sign::verify(&settings.tokens, time, signature, now)?;
    }
    match query.conflict() {
        Some(name) => Err(Refused::Ambiguous(name.to_owned())),
        None => Ok(()),
    }
}
