//! Messages as people read them on a terminal.

use std::io::Write as _;

use anstyle::Style;
use chathook_archive::{Finding, StoredMessage, Version, ViolationState};
use chathook_protocol::json;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

use crate::color::{BAD, CHANGED, DIM, GOOD, paint};
use crate::output::{Format, print_json};
use crate::progress::count;
use crate::times::Times;

const HEADER: [&str; 7] = ["MsgTime", "MsgSeq", "From_Account", "To", "Text", "Result", "MsgKey / Random"];
const TEXT_COLUMN: usize = 4;

/// The terminal width, in columns, that a table needs. In a narrower one each message gets lines of its own.
const LEAST_COLUMNS: u16 = 100;

/// Prints the messages.
pub fn print(messages: &[StoredMessage], format: Format, times: &Times) -> anyhow::Result<()> {
    if format == Format::Json {
        return print_json(&messages);
    }
    let mut out = anstream::stdout().lock();
    if columns().is_some_and(|columns| columns < LEAST_COLUMNS) {
        for message in messages {
            write!(out, "{}", details(message, times))?;
        }
    } else if !messages.is_empty() {
        writeln!(out, "{}", table(messages, times))?;
    }
    writeln!(out, "{}", count(messages.len() as u64, "message"))?;
    Ok(())
}

/// The width of the terminal; `None` if standard output is not one. `COLUMNS` overrides it, as in other programs.
fn columns() -> Option<u16> {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    told.or_else(|| Table::new().width())
}

/// The messages as people read them.
fn table(messages: &[StoredMessage], times: &Times) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(HEADER);
    // The width of a pipe is unknown, so it gets the same bound as a terminal.
    if let Some(text) = table.column_mut(TEXT_COLUMN) {
        text.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(60)));
    }
    for message in messages {
        let cells = [
            sent(message).map_or_else(String::new, |at| times.show(at)),
            number(message.msg_seq()),
            message.from_account().to_owned(),
            recipient(message),
            message.text().to_owned(),
            result(message, times),
            message.msg_key().map_or_else(|| number(message.random()), str::to_owned),
        ];
        table.add_row(cells.map(|cell| printable(&cell)));
    }
    table
}

/// The message in one line.
pub fn line(message: &StoredMessage, times: &Times) -> String {
    let (from, to, text, result) = (message.from_account(), recipient(message), message.text(), result(message, times));
    let at = sent(message).map_or_else(String::new, |at| times.show(at));
    printable(&format!(
        "{at}  {from} to {to}: {text}{}",
        if result.is_empty() { result } else { format!("  ({result})") }
    ))
}

/// The message in lines of its own: time and sender, text, result, ids, and what it said before it was edited. With
/// colours, for [`anstream`].
pub fn details(message: &StoredMessage, times: &Times) -> String {
    let at = sent(message).map_or_else(String::new, |at| format!("{}  ", times.show(at)));
    let mut lines = vec![printable(&format!("{at}{} to {}", message.from_account(), recipient(message)))];
    lines.extend(message.text().lines().map(|line| format!("  {}", printable(line))));
    let result = printable(&result(message, times));
    if !result.is_empty() {
        lines.push(format!("  {} {}", paint(DIM, "Result:"), paint(style(message), result)));
    }
    for (name, value) in [
        ("MsgSeq", number(message.msg_seq())),
        ("MsgKey", message.msg_key().unwrap_or_default().to_owned()),
        ("MsgId", message.msg_id().unwrap_or_default().to_owned()),
        ("Random", if message.msg_key().is_some() { String::new() } else { number(message.random()) }),
    ] {
        if !value.is_empty() {
            lines.push(format!("  {} {}", paint(DIM, format!("{name}:")), printable(&value)));
        }
    }
    for (at, version) in message.versions().iter().enumerate() {
        let which = format!("Version {}{}:", at + 1, origin(version, at, times));
        lines.push(format!("  {} {}", paint(DIM, printable(&which)), printable(version.text())));
    }
    lines.join("\n") + "\n"
}

/// The colour of what became of a message.
fn style(message: &StoredMessage) -> Style {
    let has_failed = message.error_code().is_some() || message.send_msg_result().is_some_and(|code| code != 0);
    let is_bad = has_failed || is_against(message);
    let has_changed = message.recall().is_some() || message.erased_at().is_some() || !message.versions().is_empty();
    match (is_bad, has_changed) {
        (true, _) => BAD,
        (_, true) => CHANGED,
        _ => GOOD,
    }
}

/// Who made a version, and when, as far as the platform says.
fn origin(version: &Version, at: usize, times: &Times) -> String {
    if at == 0 {
        return ", as it was sent".to_owned();
    }
    let number = |name| version.attribute(name).and_then(|digits| digits.parse::<u64>().ok());
    let edited_at = number("EventTime").map(|ms| ms / 1000).or(number("ReceivedAt"));
    let when = edited_at.map_or_else(String::new, |at| format!(", edited {}", times.show(at)));
    let who = version.attribute("Operator_Account").map_or_else(String::new, |account| format!(" by {account}"));
    format!("{when}{who}")
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// The account or the group, with its topic.
pub fn recipient(message: &StoredMessage) -> String {
    let to = message.to_account().or(message.group_id()).unwrap_or_default();
    message.topic_id().map_or_else(|| to.to_owned(), |topic| format!("{to} {topic}"))
}

/// When it was sent, Unix seconds. A message that was never sent has no `MsgTime`.
fn sent(message: &StoredMessage) -> Option<u64> {
    message.msg_time().or(message.event_time().map(|ms| ms / 1000))
}

/// `text` without characters that move the cursor, colour the terminal or reverse the text.
pub fn printable(text: &str) -> String {
    text.chars().map(|character| if json::acts_on_terminal(character) { '\u{FFFD}' } else { character }).collect()
}

/// What became of a message: whether it was delivered, edited, recalled or erased, and by whom, and which rules are
/// against it.
pub fn result(message: &StoredMessage, times: &Times) -> String {
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
        Some(account) => format!("recalled by {account} {}", times.show(recall.time)),
        None => format!("recalled {}", times.show(recall.time)),
    });
    let erased = message.erased_at().map(|at| format!("erased {}", times.show(at)));
    let violations = message.violations().map(mark);
    [refused, sent, edited, recalled, erased].into_iter().flatten().chain(violations).collect::<Vec<_>>().join(", ")
}

/// What a listing of messages says of a violation: `against adverts (open)`.
fn mark(finding: Finding<'_>) -> String {
    let perhaps = if finding.undecided().is_some() { "perhaps " } else { "" };
    let state = match finding.state() {
        ViolationState::Open => "open",
        ViolationState::Judged => finding.judged_how().unwrap_or("judged"),
    };
    let rules = finding.rules();
    let rules = if rules.is_empty() { "the rules".to_owned() } else { rules.join(", ") };
    format!("{perhaps}against {rules} ({state})")
}

/// Whether it has a violation that nobody has judged yet.
fn is_against(message: &StoredMessage) -> bool {
    message.violations().any(|finding| finding.state() == ViolationState::Open)
}
