//! Why a call failed, and what to do about it. The codes are from tencentcloud.com/document/product/1047/34348.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

/// What to do about a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Make the same call again after this pause, and after a longer one each time it fails.
    Retry(Duration),
    /// Stop and tell the operator. No call succeeds until the operator has done something.
    Stop,
    /// Go on without this one: it can never succeed. Others may.
    Skip,
    /// Nothing: it is as it should be already.
    Done,
}

/// What went wrong with a call. No variant holds the secret key, a UserSig or the body of a call.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlatformError {
    /// No answer in time. The call may have taken effect.
    #[error("{call}: the platform did not answer in time; try again")]
    Timeout {
        /// `SERVICE/COMMAND`
        call: &'static str,
    },
    /// No connection, or it broke. The call may have taken effect.
    #[error("{call}: the platform is unreachable ({reason}); try again, and check the network")]
    Unreachable {
        /// `SERVICE/COMMAND`
        call: &'static str,
        /// What the connection said.
        reason: String,
    },
    /// A gateway's failure. The platform itself answers with 200 whatever happens.
    #[error("{call}: HTTP status {status} from the platform's gateway; try again")]
    Gateway {
        /// `SERVICE/COMMAND`
        call: &'static str,
        /// The HTTP status.
        status: u16,
    },
    /// An answer that is not the documented one.
    #[error("{call}: the platform's answer is not understood ({what}); try again, and report it if that does not help")]
    Malformed {
        /// `SERVICE/COMMAND`
        call: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The platform's refusal.
    #[error("{call}: {refusal}")]
    Refused {
        /// `SERVICE/COMMAND`
        call: &'static str,
        /// Its reason.
        refusal: Refusal,
    },
}

impl PlatformError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Timeout { .. } | Self::Unreachable { .. } | Self::Gateway { .. } | Self::Malformed { .. } => SOON,
            Self::Refused { refusal, .. } => refusal.remedy(),
        }
    }
}

/// An error code of the platform, for a call or for one message of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `ErrorCode` or `RetCode`; never 0.
    pub code: u64,
    /// `ErrorInfo`, the platform's words for the operator; empty if it has none.
    pub info: String,
}

const SOON: Remedy = Remedy::Retry(Duration::from_secs(1));
const IN_A_MINUTE: Remedy = Remedy::Retry(Duration::from_mins(1));

impl Refusal {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        self.meaning().0
    }

    /// What to do about it, and in words what it means. A code that nobody documented is retried: most of those are the
    /// platform's own troubles.
    fn meaning(&self) -> (Remedy, &'static str) {
        use Remedy::{Done, Skip, Stop};
        match self.code {
            20023 => (Done, "recalled already"),
            // Whether the platform says so of messages that are recalled already is not documented. Either way there is
            // nothing left to recall.
            10030 => (Done, "no such message in the group any more"),

            60007 | 60011 | 60018 | 60019 | 10006 | 10023 => (SOON, "called too often"),
            60008 | 60013 | 70169 | 70202 | 70500 | 20004 | 20005 | 10002 | 90994 | 91000 | 1003 => {
                (SOON, "a failure or a time-out of the platform")
            }
            60004 | 60005 | 60014 => (SOON, "the UserSig could not be checked"),
            20027 | 20028 => (SOON, "somebody else modifies the message at the moment"),
            80003 | 90992 => (SOON, "the app's own callback failed"),
            70050 => (IN_A_MINUTE, "wrong UserSigs too often; the platform allows the next in a minute"),

            70107 | 40003 | 90012 | 90048 | 20003 | 10019 => (Skip, "no such account"),
            10010 | 10015 => (Skip, "no such group"),
            20022 => (Skip, "no such message"),
            10004 => (Skip, "not possible with these parameters, or in a group of this type"),
            10031 | 20016 => (Skip, "too old to be recalled"),
            10032 => (Skip, "a message of this kind cannot be recalled"),
            10033 => (Skip, "messages in a group of this type cannot be recalled"),
            80001 | 80004 => (Skip, "the platform's own content moderation refused it"),
            80002 | 93000 => (Skip, "the message is larger than 12 KB"),

            60002 | 60003 | 60009 | 60012 | 60025 => (Stop, "the call itself is wrong: report it as a bug"),
            60006 | 60016 | 60017 | 60020 => (Stop, "the app is unknown, disabled or unpaid: look at the console"),
            60021 => (Stop, "the platform does not accept calls from this address: look at the console"),
            60026 => (Stop, "the app is in another data center: set its own"),
            60010 | 70403 | 90009 | 40004 | 10007 => (Stop, "the account is not an administrator of the app: set one"),
            70001 => (Stop, "a UserSig made just now has ended: this machine's clock is wrong"),
            70003 | 70009 | 70013 | 70014 | 70016 | 70020 => {
                (Stop, "the UserSig is wrong: check the app's id, the account and the secret key")
            }
            10041 => (Stop, "recalling is switched off for the app: switch it on in the console"),
            _ => (SOON, "not a code that chathook knows"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, info } = self;
        write!(f, "refused with {code}, {}", self.meaning().1)?;
        if info.is_empty() { Ok(()) } else { write!(f, " (the platform says {info:?})") }
    }
}
