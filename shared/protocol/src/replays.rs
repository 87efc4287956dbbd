//! Signatures that came before, each with the body that came with it.
//!
//! A [signature](crate::sign) covers no body, so a captured URL can be sent again with another one. Whoever remembers
//! the bodies can tell. But the platform signs the second and not the callback: all callbacks of one second have the
//! same signature. Commands are told apart, so that the report of a message does not look like a replay of the question
//! before it. Two messages in one second still do.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::command::Command;
use crate::sign::WINDOW_SECONDS;

/// The signatures of the last minute.
///
/// It keeps only what is valid now: for each token, one signature for each second of the window, and for each of these
/// one body for each command. With two tokens that is at most 2904 entries, a few hundred kilobytes.
#[derive(Debug, Default)]
pub struct Replays {
    seen: HashMap<(String, Command), Seen>,
}

#[derive(Debug)]
struct Seen {
    request_time: u64,
    body: [u8; 32],
}

impl Replays {
    /// Remembers the body that came with a valid signature at the time `now`, in Unix seconds, and says whether another
    /// body came before it. The same body may come again: the platform repeats an after-callback that was not answered
    /// in time.
    pub fn is_replay(&mut self, sign: &str, request_time: &str, command: Command, body: &[u8], now: u64) -> bool {
        self.seen.retain(|_, seen| seen.request_time.abs_diff(now) <= WINDOW_SECONDS);
        // A valid one is a number.
        let request_time = request_time.parse().unwrap_or_default();
        let body = Sha256::digest(body).into();
        let seen = self.seen.entry((sign.to_owned(), command)).or_insert(Seen { request_time, body });
        seen.body != body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_body_under_the_same_signature_is_a_replay() {
        let (before, after) = (Command::C2cBeforeSend, Command::C2cAfterSend);
        let mut replays = Replays::default();
        for (sign, at, command, body, now, expected) in [
            ("a", "1000", before, "one", 1000, false),
            ("a", "1000", before, "one", 1060, false),
            ("a", "1000", before, "two", 1060, true),
            ("a", "1000", before, "one", 1060, false),
            ("a", "1000", after, "two", 1060, false),
            ("a", "1000", after, "one", 1060, true),
            ("b", "1001", before, "two", 1060, false),
            // Too old to be valid: it is forgotten.
            ("a", "1000", before, "two", 1061, false),
            ("c", "2000", before, "one", 1940, false),
            ("c", "2000", before, "two", 2060, true),
        ] {
            let is_replay = replays.is_replay(sign, at, command, body.as_bytes(), now);
            assert_eq!(is_replay, expected, "{sign} {command} {body} at {now}");
        }
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut replays = Replays::default();
        for now in 10_000..10_400_u64 {
            for at in [now - 60, now, now + 60] {
                for command in Command::ALL {
                    replays.is_replay(&at.to_string(), &at.to_string(), command, b"", now);
                }
            }
            assert!(replays.seen.len() <= 121 * Command::ALL.len());
        }
    }
}
