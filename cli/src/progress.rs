//! How far a command is: a bar on standard error if that is a terminal, nothing elsewhere; and how many of something.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

/// `1 rule`, `2 rules`
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// For input of so many bytes; `None`: nobody knows how many.
pub fn bytes(total: Option<u64>) -> ProgressBar {
    bar(total, "{wide_bar} {percent} %, {bytes_per_sec}, {eta} left", "{spinner} {bytes}, {bytes_per_sec}")
}

/// For about so many items; the message stands behind their number.
pub fn items(total: Option<u64>) -> ProgressBar {
    bar(
        total,
        "{wide_bar} about {percent} %, {human_pos} items, {msg}, {eta} left",
        "{spinner} {human_pos} items, {msg}",
    )
}

/// It moves a few times a second, however often it is told.
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
