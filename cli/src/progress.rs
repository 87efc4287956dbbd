//! The progress of a command: a bar on standard error if that is a terminal, nothing elsewhere. And counting nouns.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// `1 rule`, `2 rules`
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// For input of this many bytes; `None` if the number is unknown.
pub fn bytes(total: Option<u64>) -> ProgressBar {
    bar(total, "{wide_bar} {percent} %, {bytes_per_sec}, {eta} left", "{spinner} {bytes}, {bytes_per_sec}")
}

/// For about this many items. The bar's message comes after their number.
pub fn items(total: Option<u64>) -> ProgressBar {
    bar(
        total,
        "{wide_bar} about {percent} %, {human_pos} items, {msg}, {eta} left",
        "{spinner} {human_pos} items, {msg}",
    )
}

/// How often a line reports the progress where there is no bar.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// When to print a line about the progress, if standard error is not a terminal.
pub struct Lines {
    last: Instant,
}

impl Lines {
    /// No line is due yet.
    pub fn new(now: Instant) -> Self {
        Self { last: now }
    }

    /// Whether it is time for a line. If so, the next is due later.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let is_due = now.duration_since(self.last) >= LINE_EVERY;
        if is_due {
            self.last = now;
        }
        is_due
    }
}

/// The bar redraws a few times a second, however often it is moved.
fn bar(total: Option<u64>, with_total: &str, without: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = |template| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    match total {
        Some(total) => ProgressBar::new(total).with_style(style(with_total)),
        None => ProgressBar::new_spinner().with_style(style(without)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_due_every_ten_seconds() {
        let start = Instant::now();
        let mut lines = Lines::new(start);
        let seconds = [0, 9, 10, 11, 19, 35, 44, 45];
        let due = seconds.map(|seconds| lines.is_due(start + Duration::from_secs(seconds)));
        assert_eq!(due, [false, false, true, false, false, true, false, true]);
    }
}
