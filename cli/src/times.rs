//! Times as people write and read them: in the local time zone, or in UTC.

use anyhow::Context as _;
use clap::Args;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// The option of all commands that show or read times.
#[derive(Args)]
pub struct TimesArguments {
    /// Show times in UTC, not in the local time zone, and read times without a zone as UTC
    #[arg(long)]
    utc: bool,
}

impl TimesArguments {
    /// How times are shown and read.
    pub fn times(&self) -> Times {
        if self.utc { Times { zone: TimeZone::UTC } } else { Times::local() }
    }
}

/// How times are shown and read.
pub struct Times {
    zone: TimeZone,
}

impl Times {
    /// In the local time zone.
    pub fn local() -> Self {
        Self { zone: TimeZone::system() }
    }

    /// A time in Unix seconds as RFC 3339, which options for times accept; the number itself if no date fits it.
    pub fn show(&self, seconds: u64) -> String {
        let timestamp = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let Some(timestamp) = timestamp else { return seconds.to_string() };
        match self.zone.to_offset(timestamp) {
            Offset::UTC => timestamp.to_string(),
            offset => timestamp.display_with_offset(offset).to_string(),
        }
    }
}

/// Numbers from here on are milliseconds: as seconds they would be after the year 5000.
const LEAST_MILLISECONDS: u64 = 100_000_000_000;

/// A time on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Unix seconds.
    Second(u64),
    /// A day, in whatever zone.
    Day(Date),
    /// A time without a zone.
    Clock(DateTime),
}

/// RFC 3339, a date, or a Unix time in seconds or milliseconds.
pub fn moment(text: &str) -> anyhow::Result<Moment> {
    if let Ok(number) = text.parse::<u64>() {
        return Ok(Moment::Second(if number < LEAST_MILLISECONDS { number } else { number / 1000 }));
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(Moment::Second(seconds(timestamp)?));
    }
    if !text.contains([':', 'T', 't'])
        && let Ok(day) = text.parse()
    {
        return Ok(Moment::Day(day));
    }
    let clock = text.parse().map(Moment::Clock);
    clock.map_err(|_| {
        anyhow::anyhow!(
            "write RFC 3339 (2026-11-21T12:00:00Z), a day (2026-11-21), or a Unix time in seconds or milliseconds"
        )
    })
}

impl Moment {
    /// Its first second, Unix time.
    pub fn first(self, times: &Times) -> anyhow::Result<u64> {
        match self {
            Self::Second(second) => Ok(second),
            Self::Day(day) => seconds(day.to_zoned(times.zone.clone())?.timestamp()),
            Self::Clock(clock) => seconds(clock.to_zoned(times.zone.clone())?.timestamp()),
        }
    }

    /// Its last second, Unix time.
    pub fn last(self, times: &Times) -> anyhow::Result<u64> {
        match self {
            Self::Day(day) => {
                let next = day.tomorrow()?.to_zoned(times.zone.clone())?.timestamp();
                seconds(next.checked_sub(SignedDuration::from_secs(1))?)
            }
            _ => self.first(times),
        }
    }
}

fn seconds(timestamp: Timestamp) -> anyhow::Result<u64> {
    u64::try_from(timestamp.as_second()).context("before 1970")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_however_people_write_it() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let (local, utc) = (Times { zone }, Times { zone: TimeZone::UTC });
        for (text, first, last, in_utc) in [
            ("1760000000", 1_760_000_000, 1_760_000_000, 1_760_000_000),
            // The platform's own unit.
            ("1760000000123", 1_760_000_000, 1_760_000_000, 1_760_000_000),
            ("2025-10-09T08:53:20Z", 1_760_000_000, 1_760_000_000, 1_760_000_000),
            ("2025-10-09T10:53:20+02:00", 1_760_000_000, 1_760_000_000, 1_760_000_000),
            ("2025-10-09T10:53:20", 1_760_000_000, 1_760_000_000, 1_760_007_200),
            ("2025-10-09 10:53:20", 1_760_000_000, 1_760_000_000, 1_760_007_200),
            ("2025-10-09", 1_759_960_800, 1_760_047_199, 1_759_968_000),
            // The day on which clocks are set back has 25 hours.
            ("2025-10-26", 1_761_429_600, 1_761_519_599, 1_761_436_800),
        ] {
            let moment = moment(text).unwrap();
            let read = (moment.first(&local).unwrap(), moment.last(&local).unwrap(), moment.first(&utc).unwrap());
            assert_eq!(read, (first, last, in_utc), "{text}");
        }
        for text in ["noon", "", "-1", "2025-13-01", "1e9", "1969-12-31T23:59:59Z"] {
            assert!(moment(text).is_err(), "{text}");
        }
        assert_eq!(local.show(1_760_000_000), "2025-10-09T10:53:20+02:00");
        assert_eq!(utc.show(1_760_000_000), "2025-10-09T08:53:20Z");
        assert_eq!(utc.show(u64::MAX), u64::MAX.to_string());
    }
}
