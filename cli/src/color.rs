//! Colours, the same in all commands. Output through `anstream::println!` or `anstream::stdout()` has them if
//! `--color`, `NO_COLOR` and the terminal allow it.

use anstyle::{AnsiColor, Style};

/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What was changed, or deserves a look.
pub const CHANGED: Style = AnsiColor::Yellow.on_default();
/// What was refused, or went wrong.
pub const BAD: Style = AnsiColor::Red.on_default();
/// What matters least.
pub const DIM: Style = Style::new().dimmed();

/// `text` in this style.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
