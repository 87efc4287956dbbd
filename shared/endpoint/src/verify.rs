//! Who may call: only the platform, and only for the app that this deployment serves.

use chathook_protocol::sign;

use crate::error::Forbidden;
use crate::http::Request;
use crate::settings::Settings;

/// A request that the platform made for our app. Its query is signed; its body is not, and may be anything.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'a>(&'a Request);

impl<'a> Verified<'a> {
    /// Checks the app and the signature in the request's query at the time `now`, in Unix seconds.
    ///
    /// # Errors
    /// [`Forbidden`] if the caller is not the platform calling for our app.
    pub fn check(request: &'a Request, settings: &Settings, now: u64) -> Result<Self, Forbidden> {
        let query = &request.query;
        match query.sdk_app_id() {
            None => return Err(Forbidden::NoApp),
            Some(app) if app != settings.sdk_app_id => return Err(Forbidden::OtherApp),
            Some(_) => {}
        }
        if !settings.tokens.is_empty() {
            let time = query.request_time().ok_or(Forbidden::Unsigned("RequestTime"))?;
            let signature = query.sign().ok_or(Forbidden::Unsigned("Sign"))?;
            sign::verify(&settings.tokens, time, signature, now)?;
        }
        match query.conflict() {
            Some(name) => Err(Forbidden::Ambiguous(name.to_owned())),
            None => Ok(Self(request)),
        }
    }

    /// The name of the command: the query's, else `in_body`, the body's. `None` if neither has one.
    ///
    /// # Errors
    /// [`Forbidden::TwoCommands`] if they differ: the signature covers neither, so nothing says which one was meant.
    pub fn command<'b>(&self, in_body: Option<&'b str>) -> Result<Option<&'b str>, Forbidden>
    where
        'a: 'b,
    {
        match (self.0.query.command(), in_body.filter(|name| !name.is_empty())) {
            (Some(query), Some(body)) if query != body => Err(Forbidden::TwoCommands),
            (Some(name), _) | (None, Some(name)) => Ok(Some(name)),
            (None, None) => Ok(None),
        }
    }
}
