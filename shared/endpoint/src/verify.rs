//! Who may call: only the platform, and only for the app that this deployment serves.

use std::borrow::Cow;

use chathook_protocol::json::{self, Object};
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

    /// The name of the command, in the query's or the body's spelling. `None` if neither has one.
    ///
    /// # Errors
    /// [`Forbidden::TwoCommands`] if several are named: the signature covers none of them, so nothing says which one is
    /// meant.
    pub fn command<'b>(&self, body: Option<&'b Object<'_>>) -> Result<Option<Cow<'b, str>>, Forbidden>
    where
        'a: 'b,
    {
        let in_body = body.into_iter().flat_map(Object::iter).filter(|(name, _)| *name == "CallbackCommand");
        let in_body = in_body.filter_map(|(_, raw)| json::text(raw)).filter(|name| !name.is_empty());
        let mut names = self.0.query.command().map(Cow::Borrowed).into_iter().chain(in_body);
        let Some(first) = names.next() else { return Ok(None) };
        if names.any(|other| !other.eq_ignore_ascii_case(&first)) {
            return Err(Forbidden::TwoCommands);
        }
        Ok(Some(first))
    }
}
