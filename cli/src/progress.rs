//! The progress of a command: a bar on standard error if that is a terminal, nothing elsewhere. And counting nouns.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

/// `1 rule`, `2 rules`
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// For input of so many bytes; `None` if that is unknown.
pub fn bytes(total: Option<u64>) -> ProgressBar {
    bar(total, "{wide_bar} {percent} %, {bytes_per_sec}, {eta} left", "{spinner} {bytes}, {bytes_per_sec}")
}

/// For about so many items. The bar's message follows their number.
pub fn items(total: Option<u64>) -> ProgressBar {
    bar(
        total,
        "{wide_bar} about {percent} %, {human_pos} items, {msg}, {eta} left",
        "{spinner} {human_pos} items, {msg}",
    )
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
