//! Messages as people read them on a terminal.

use std::io::Write as _;

use chathook_archive::StoredMessage;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use jiff::Timestamp;

use crate::output::{Format, print_json};
use crate::progress::count;

const HEADER: [&str; 7] = ["MsgTime", "MsgSeq", "From_Account", "To", "Text", "Result", "MsgKey / Random"];
const TEXT_COLUMN: usize = 4;

/// Prints the messages.
pub fn print(messages: &[StoredMessage], format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        return print_json(&messages);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", table(messages))?;
    writeln!(out, "{}", count(messages.len() as u64, "message"))?;
    Ok(())
}

/// The messages as people read them.
pub fn table(messages: &[StoredMessage]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(HEADER);
    // The width of a pipe is unknown, so it gets the same bound as a terminal.
    if let Some(text) = table.column_mut(TEXT_COLUMN) {
        text.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(60)));
    }
    for message in messages {
        let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        let to = message.to_account().or(message.group_id()).unwrap_or_default();
        let cells = [
            sent(message).map_or_else(String::new, time),
            number(message.msg_seq()),
            message.from_account().to_owned(),
            message.topic_id().map_or_else(|| to.to_owned(), |topic| format!("{to} {topic}")),
            message.text().to_owned(),
            result(message),
            message.msg_key().map_or_else(|| number(message.random()), str::to_owned),
        ];
        table.add_row(cells.map(|cell| printable(&cell)));
    }
    table
}

/// The message in one line.
pub fn line(message: &StoredMessage) -> String {
    let to = message.to_account().or(message.group_id()).unwrap_or_default();
    let (from, text, result) = (message.from_account(), message.text(), result(message));
    let at = sent(message).map_or_else(String::new, time);
    printable(&format!(
        "{at}  {from} to {to}: {text}{}",
        if result.is_empty() { result } else { format!("  ({result})") }
    ))
}

/// When it was sent, Unix seconds. A message that was never sent has no `MsgTime`.
fn sent(message: &StoredMessage) -> Option<u64> {
    message.msg_time().or(message.event_time().map(|ms| ms / 1000))
}

/// `text` without characters that move the cursor, colour the terminal or turn the line around.
pub fn printable(text: &str) -> String {
    let acts = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if acts(c) { '\u{fffd}' } else { c }).collect()
}

/// What became of a message: delivered or not, edited how often, recalled by whom, erased.
fn result(message: &StoredMessage) -> String {
    let refused = message.error_code().map(|code| format!("refused {code}"));
    let sent = message.send_msg_result().map(|code| match code {
        0 => "delivered".to_owned(),
        code => format!("failed {code}"),
    });
    let edited = match message.versions().len().saturating_sub(1) {
        0 => None,
        1 => Some("edited".to_owned()),
        times => Some(format!("edited {times} times")),
    };
    let recalled = message.recall().map(|recall| match recall.account {
        Some(account) => format!("recalled by {account} {}", time(recall.time)),
        None => format!("recalled {}", time(recall.time)),
    });
    let erased = message.erased_at().map(|at| format!("erased {}", time(at)));
    [refused, sent, edited, recalled, erased].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A time in Unix seconds as RFC 3339; the number itself if it is in no calendar.
pub fn time(seconds: u64) -> String {
    let timestamp = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    timestamp.map_or_else(|| seconds.to_string(), |timestamp| timestamp.to_string())
}
