//! The platform's signature: `Sign = lowercase-hex(sha256(Token + RequestTime))`.
//!
//! It proves that the caller knew the token within the last minute. It does not cover the body, the command or the app
//! id, so those are checked separately (see the `endpoint` crate), and a captured URL can be replayed until the window
//! closes.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

/// How far `RequestTime` may be from our clock, before or after, in seconds.
pub const WINDOW_SECONDS: u64 = 60;

/// The authentication token that the operator set in the console: 1 to 128 characters. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token. `None` if it is empty, longer than 128 characters, or has white space around it: the console allows
    /// none, so it was copied by mistake.
    #[must_use]
    pub fn new(token: &str) -> Option<Self> {
        let fits = (1..=128).contains(&token.chars().count()) && token.trim() == token;
        fits.then(|| Self(token.to_owned()))
    }

    /// The signature of a request made at `request_time`.
    #[must_use]
    pub fn sign(&self, request_time: &str) -> String {
        let digest = Sha256::new().chain_update(&self.0).chain_update(request_time).finalize();
        base16ct::lower::encode_string(&digest)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why a signature is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignError {
    /// `RequestTime` is not a number of seconds.
    #[error("RequestTime is not a number of Unix seconds")]
    BadTime,
    /// Signed too long ago: a replay, or a clock that is behind.
    #[error("RequestTime is {0} s old, more than the 60 s allowed: a replayed request")]
    TooOld(u64),
    /// Signed in the future: a clock is off.
    #[error("RequestTime is {0} s in the future, more than the 60 s allowed: a clock is wrong")]
    TooNew(u64),
    /// Signed with another token.
    #[error("Sign does not match; compare CALLBACK_TOKEN with the authentication token in the console")]
    Mismatch,
}

/// Checks a request's signature at the time `now`, Unix seconds. It must be made with one of `tokens`: there are two
/// while a token is rotated. A comparison takes the same time wherever the difference is.
///
/// # Errors
/// [`SignError`], which is for the log and not for the caller.
pub fn verify(tokens: &[Token], request_time: &str, sign: &str, now: u64) -> Result<(), SignError> {
    if !request_time.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(SignError::BadTime);
    }
    let at: u64 = request_time.parse().map_err(|_| SignError::BadTime)?;
    match (now.saturating_sub(at), at.saturating_sub(now)) {
        (age, _) if age > WINDOW_SECONDS => return Err(SignError::TooOld(age)),
        (_, ahead) if ahead > WINDOW_SECONDS => return Err(SignError::TooNew(ahead)),
        _ => {}
    }
    let holds = |token: &Token| token.sign(request_time).as_bytes().ct_eq(sign.as_bytes());
    let any = tokens.iter().fold(subtle::Choice::from(0), |any, token| any | holds(token));
    if bool::from(any) { Ok(()) } else { Err(SignError::Mismatch) }
}
