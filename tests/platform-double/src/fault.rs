//! What can go wrong with a REST call.

use std::time::Duration;

use serde::Deserialize;

/// What happens to a REST call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// HTTP status 502, and no effect.
    Gateway,
    /// 60007: the calls are too many.
    RateLimit,
    /// 70001: the UserSig has expired.
    ExpiredUserSig,
    /// 60026: the app is in another data center.
    WrongHost,
    /// It takes effect, and the answer comes this many milliseconds later.
    SlowMs(u32),
    /// It takes effect, and the connection breaks in the middle of the answer.
    HalfAnswer,
}

/// The fault that is in force, and for how many more calls.
#[derive(Debug, Default)]
pub(crate) struct Faults(Option<(Fault, u32)>);

impl Faults {
    pub(crate) fn set(&mut self, fault: Fault, calls: u32) {
        self.0 = Some((fault, calls));
    }

    /// What happens to the next call.
    pub(crate) fn next(&mut self) -> Option<Fault> {
        let (fault, calls) = self.0.as_mut()?;
        *calls = calls.checked_sub(1)?;
        Some(*fault)
    }
}

impl Fault {
    /// The error that the call gets, without having had an effect.
    pub(crate) fn refusal(self) -> Option<(u64, &'static str)> {
        match self {
            Self::RateLimit => Some((60007, "frequency limit")),
            Self::ExpiredUserSig => Some((70001, "UserSig expired")),
            Self::WrongHost => Some((60026, "request to a wrong domain name")),
            Self::Gateway | Self::SlowMs(_) | Self::HalfAnswer => None,
        }
    }

    /// How late the answer is.
    pub(crate) fn delay(self) -> Duration {
        match self {
            Self::SlowMs(ms) => Duration::from_millis(ms.into()),
            _ => Duration::ZERO,
        }
    }
}
