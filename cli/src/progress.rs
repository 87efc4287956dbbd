//! The progress of a command on standard error: a bar on a terminal, elsewhere now and then a line. And counting nouns.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// `1 rule`, `2 rules`
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// How often a line reports the progress where there is no bar.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// How far a command has come.
pub struct Progress {
    /// It redraws a few times a second, however often it is moved.
    bar: ProgressBar,
    /// How to report a position in a line; `None` if the bar does it.
    line: Option<fn(u64) -> String>,
    last_line: Instant,
}

impl Progress {
    /// Of input with this many bytes; `None` if the number is unknown.
    pub fn of_bytes(total: Option<u64>) -> Self {
        let bar =
            bar(total, "{wide_bar} {percent} %, {bytes_per_sec}, {eta} left", "{spinner} {bytes}, {bytes_per_sec}");
        Self::new(bar, |bytes| HumanBytes(bytes).to_string())
    }

    /// Of about this many items.
    pub fn of_items(total: Option<u64>) -> Self {
        let with_total = "{wide_bar} about {percent} %, {human_pos} items, {msg}, {eta} left";
        Self::new(bar(total, with_total, "{spinner} {human_pos} items, {msg}"), |items| count(items, "item"))
    }

    /// Of what is not reported.
    pub fn silent() -> Self {
        Self { bar: ProgressBar::hidden(), line: None, last_line: Instant::now() }
    }

    fn new(bar: Option<ProgressBar>, line: fn(u64) -> String) -> Self {
        let line = bar.is_none().then_some(line);
        Self { bar: bar.unwrap_or_else(ProgressBar::hidden), line, last_line: Instant::now() }
    }

    /// It came to `position`; `message` says more about that.
    pub fn at(&mut self, position: u64, message: String) {
        if let Some(line) = self.due(Instant::now(), position, &message) {
            eprintln!("{line}");
        }
        self.bar.set_position(position);
        self.bar.set_message(message);
    }

    /// The line to print, if it is time for one.
    fn due(&mut self, now: Instant, position: u64, message: &str) -> Option<String> {
        let line = self.line?;
        if now.duration_since(self.last_line) < LINE_EVERY {
            return None;
        }
        self.last_line = now;
        let position = line(position);
        Some(if message.is_empty() { position } else { format!("{position}, {message}") })
    }

    /// Prints a line that stays above the bar.
    pub fn print(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar; `None` if standard error is no terminal.
fn bar(total: Option<u64>, with_total: &str, without: &str) -> Option<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let style = |template| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    Some(match total {
        Some(total) => ProgressBar::new(total).with_style(style(with_total)),
        None => ProgressBar::new_spinner().with_style(style(without)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_bar_a_line_is_due_every_ten_seconds() {
        let mut progress = Progress::new(None, |items| count(items, "item"));
        let start = progress.last_line;
        let mut due = |seconds, message| progress.due(start + Duration::from_secs(seconds), seconds, message);
        let lines = [0, 9, 10, 11, 19, 35, 44, 45].map(|seconds| due(seconds, "1 message"));
        let expected = [10, 35, 45].map(|items| format!("{items} items, 1 message"));
        assert_eq!(lines.into_iter().flatten().collect::<Vec<_>>(), expected);
        assert_eq!(due(55, "").as_deref(), Some("55 items"));

        let mut progress = Progress::new(Some(ProgressBar::hidden()), |items| count(items, "item"));
        assert_eq!(progress.due(progress.last_line + Duration::from_mins(1), 1, ""), None);
        assert_eq!(Progress::silent().due(Instant::now() + Duration::from_mins(1), 1, ""), None);
    }
}
