//! `chathook rules explain`

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chathook_moderation::{Decision, Hit, ReadableText, Verdict};
use chathook_protocol::json::{self, Object};
use clap::Args;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthChar as _;

use super::arguments::Format;
use super::message::{Posted, Where, readable};
use crate::display::printable;
use crate::input;
use crate::output::json_line;

/// Say what becomes of a message, and why: the verdict, and every hit with its place underlined
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    rules: super::arguments::Rules,

    /// A text, or a file with a callback's JSON; `-` is standard input
    #[arg(value_name = "TEXT|FILE", required_unless_present_any = ["text", "file"])]
    message: Option<String>,

    /// This text, even if it is the name of a file
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["message", "file"])]
    text: Option<String>,

    /// The callback's JSON in this file; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "message")]
    file: Option<PathBuf>,

    #[command(flatten)]
    destination: Where,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let rules = super::load::rules(&arguments.rules.path)?;
    let posted = posted(arguments)?;
    let message = posted.message()?;
    // The first run finds memory and caches cold, unlike a function that is running.
    let _ = rules.moderate(&message, &posted.query);
    let start = Instant::now();
    let verdict = rules.moderate(&message, &posted.query);
    let passed = start.elapsed();
    match arguments.format {
        Format::Json => writeln!(std::io::stdout(), "{}", json_line(&to_json(&verdict, passed))?)?,
        Format::Text => print(&verdict, &ReadableText::in_message(&message), passed)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn posted(arguments: &Arguments) -> anyhow::Result<Posted> {
    let path = match (&arguments.text, &arguments.file, &arguments.message) {
        (Some(text), ..) => return Ok(arguments.destination.text(text)),
        (_, Some(file), _) => file,
        (.., message) => {
            let given = message.as_deref().unwrap_or_default();
            let path = Path::new(given);
            if given != "-" && !path.is_file() {
                ensure!(
                    !looks_like_a_path(path),
                    "there is no file {given}; if it is the message itself, give it with --text"
                );
                return Ok(arguments.destination.text(given));
            }
            path
        }
    };
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let body = input::read(path).with_context(|| format!("cannot read {name}; --text takes a text"))?;
    let body = readable(&body);
    let object = Object::parse(&body).with_context(|| format!("{name} is not a callback's JSON"))?;
    arguments.destination.line(&object, &body).context(name)
}

/// Whether a word looks more like the path of a file than like a message.
fn looks_like_a_path(path: &Path) -> bool {
    let text = path.to_string_lossy();
    if text.contains(char::is_whitespace) || text.contains("://") {
        return false;
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let is_in_a_folder = path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && folder.is_dir());
    ["json", "jsonl", "ndjson", "txt", "toml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        || path.is_dir()
        || is_in_a_folder
}

/// What is delivered in place of the message, as (`MsgBody`, `CloudCustomData`).
fn rewritten(decision: &Decision) -> (Option<Value>, Option<&str>) {
    let Decision::Rewrite(rewrite) = decision else { return (None, None) };
    (rewrite.elements().map(|elements| json!(elements)), rewrite.custom_data())
}

fn to_json(verdict: &Verdict<'_>, passed: Duration) -> Value {
    let hit = |mode: &'static str| {
        move |hit: &Hit<'_>| {
            json!({
                "rule": hit.rule, "mode": mode, "element": hit.element, "field": *hit.field,
                "start": hit.span.start, "end": hit.span.end, "normalised": *hit.normalised,
            })
        }
    };
    let hits = verdict.hits.iter().map(hit("live")).chain(verdict.shadow_hits.iter().map(hit("shadow")));
    let (body, custom_data) = rewritten(&verdict.decision);
    let mut report = json!({
        "verdict": verdict.decision.name(),
        "rules": verdict.rules().collect::<Vec<_>>(),
        "shadow": verdict.shadow_rules().collect::<Vec<_>>(),
        "hits": hits.collect::<Vec<_>>(),
        "left_out": verdict.left_out,
        "micros": passed.as_secs_f64() * 1e6,
        "reply": serde_json::from_str::<Value>(&verdict.decision.clone().into_reply().to_json()).unwrap_or_default(),
    });
    if let Some(body) = body {
        report["rewritten"] = body;
    }
    if let Some(data) = custom_data {
        report["custom_data"] = data.into();
    }
    report
}

fn print(verdict: &Verdict<'_>, texts: &[ReadableText], passed: Duration) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    write!(out, "verdict: {}", verdict.decision.name())?;
    if let Decision::Reject { text, .. } = &verdict.decision {
        let reply: Value = serde_json::from_str(&verdict.decision.clone().into_reply().to_json())?;
        write!(out, ", ErrorCode {}", reply["ErrorCode"])?;
        if !text.is_empty() {
            write!(out, ", {text:?}")?;
        }
    }
    writeln!(out, "  ({:.1} µs)", passed.as_secs_f64() * 1e6)?;
    let (body, custom_data) = rewritten(&verdict.decision);
    if let Some(body) = body {
        writeln!(out, "MsgBody: {}", json::terminal_safe(&body.to_string()))?;
    }
    if let Some(data) = custom_data {
        writeln!(out, "CloudCustomData: {}", printable(data))?;
    }
    for rule in &verdict.left_out {
        writeln!(out, "left out: what rule {rule} adds does not fit")?;
    }
    for (hits, mode) in [(&verdict.hits, ""), (&verdict.shadow_hits, " (shadow)")] {
        for hits in hits.chunk_by(|one, next| one.rule == next.rule) {
            let Some(first) = hits.first() else { continue };
            writeln!(out, "\nrule {}{mode}", first.rule)?;
            for hit in hits.iter().take(SHOWN) {
                let place = hit.element.map_or_else(|| "message".to_owned(), |element| format!("element {element}"));
                writeln!(
                    out,
                    "  {place}, {}, {}..{}: {}",
                    hit.field,
                    hit.span.start,
                    hit.span.end,
                    visible(&hit.normalised)
                )?;
                let is_it = |text: &&ReadableText| text.element == hit.element && text.field == *hit.field;
                if let Some(text) = texts.iter().find(is_it).filter(|_| !hit.span.is_empty()) {
                    let (line, marks) = underlined(&text.text, hit);
                    writeln!(out, "    {line}\n    {marks}")?;
                }
            }
            if hits.len() > SHOWN {
                writeln!(out, "  … and {} more; --format json has them all", hits.len() - SHOWN)?;
            }
        }
    }
    Ok(())
}

/// How many hits of a rule are shown to people.
const SHOWN: usize = 20;
/// How many characters are shown on each side of a hit, and of the hit itself.
const AROUND: usize = 24;
const OF_HIT: usize = 60;

/// The text around a hit, and the line that marks it. Invisible characters are shown as dots, so that disguises can be
/// seen.
fn underlined(text: &str, hit: &Hit<'_>) -> (String, String) {
    let (before, rest) = text.split_at_checked(hit.span.start).unwrap_or((text, ""));
    let (inside, after) = rest.split_at_checked(hit.span.len()).unwrap_or((rest, ""));
    let skipped = before.chars().count().saturating_sub(AROUND);
    let dots = |is_cut| if is_cut { "…" } else { "" };
    let before = format!("{}{}", dots(skipped > 0), visible(&before.chars().skip(skipped).collect::<String>()));
    let cut = |text: &str, most: usize| {
        let is_cut = text.chars().nth(most).is_some();
        format!("{}{}", visible(&text.chars().take(most).collect::<String>()), dots(is_cut))
    };
    let (inside, after) = (cut(inside, OF_HIT), cut(after, AROUND));
    let width = |text: &str| text.chars().map(|character| character.width().unwrap_or(0)).sum::<usize>();
    let marks = format!("{}{}", " ".repeat(width(&before)), "^".repeat(width(&inside).max(1)));
    (format!("{before}{inside}{after}"), marks)
}

fn visible(text: &str) -> String {
    let is_mark = |character| matches!(character, '\u{300}'..='\u{36F}' | '\u{FE0F}');
    let show = |character: char| match character.width() {
        None => '·',
        Some(0) if !is_mark(character) => '·',
        _ => character,
    };
    text.chars().map(show).collect()
}
