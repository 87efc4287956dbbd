//! `chathook rules run`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chathook_moderation::{Decision, Hit, Rules, Verdict};
use chathook_protocol::json::{self, Object};
use clap::Args;
use comfy_table::{Table, presets};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::arguments::Format;
use super::message::{Posted, Where};
use crate::progress::{Progress, count};

/// Moderate a file of messages, one JSON object a line, and sum up what each rule did
///
/// A line is {"text": "…"} or a whole callback; other keys are carried over. Each line of the output also has
/// "verdict", "rules" and "spans" (UTF-8 byte offsets, the end exclusive). If rules in shadow mode hit, "shadow" has
/// their spans. If the message was changed, "rewritten" has what is delivered instead (a string for a text, the MsgBody
/// for a callback), and "custom_data" its CloudCustomData. The summary goes to standard output, or to standard error
/// when the results go to standard output.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    rules: super::arguments::Rules,

    /// The messages; `-` is standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,

    /// Where to write the results; without it, or with `-`, standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    destination: Where,

    /// How to print the summary
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The keys that results add. Those of an earlier run are removed.
const ADDED: [&str; 6] = ["verdict", "rules", "spans", "shadow", "rewritten", "custom_data"];

/// The longest line that is read: no callback is longer than the endpoint takes, and lines carry little more.
const MAX_LINE: u64 = 4 << 20;

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let rules = super::load::rules(&arguments.rules.path)?;
    let is_stream = |path: &Path| path == Path::new("-");
    let name = arguments.input.display();
    let (mut input, bytes): (Box<dyn BufRead>, _) = if is_stream(&arguments.input) {
        (Box::new(BufReader::new(std::io::stdin())), None)
    } else {
        let file = File::open(&arguments.input).with_context(|| name.to_string())?;
        let bytes = file.metadata().ok().map(|metadata| metadata.len());
        (Box::new(BufReader::with_capacity(1 << 16, file)), bytes)
    };
    let output = arguments.output.as_deref().filter(|path| !is_stream(path));
    let mut out: Box<dyn Write> = match output {
        Some(path) => {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            Box::new(BufWriter::with_capacity(1 << 16, file))
        }
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };

    let mut progress = Progress::of_bytes(bytes);
    let mut position = 0;
    let mut summary = Summary::new(&rules);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).with_context(|| name.to_string())?;
        if read == 0 {
            break;
        }
        position += read as u64;
        progress.at(position, String::new());
        anyhow::ensure!((read as u64) < MAX_LINE, "{name}:{number}: the line is longer than {MAX_LINE} bytes");
        if line.trim_ascii().is_empty() {
            continue;
        }
        result(&rules, &arguments.destination, &line, &mut out, &mut summary)
            .with_context(|| format!("{name}:{number}"))?;
    }
    out.flush()?;
    drop(out);
    progress.finish();

    let report = match arguments.format {
        Format::Json => summary.to_json().to_string(),
        Format::Text => summary.to_text(),
    };
    if output.is_some() {
        writeln!(std::io::stdout(), "{report}")?;
    } else {
        eprintln!("{report}");
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Span<'a> {
    rule: &'a str,
    element: Option<usize>,
    field: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Span<'a> {
    fn of(hits: &'a [Hit<'a>]) -> Vec<Self> {
        let span = |hit: &'a Hit<'a>| Self {
            rule: hit.rule,
            element: hit.element,
            field: &hit.field,
            start: hit.span.start,
            end: hit.span.end,
        };
        hits.iter().map(span).collect()
    }
}

/// Moderates one line, and writes it with its result.
fn result(
    rules: &Rules,
    destination: &Where,
    line: &[u8],
    out: &mut dyn Write,
    summary: &mut Summary<'_>,
) -> anyhow::Result<()> {
    let line = json::readable(line.trim_ascii());
    let object = Object::parse(&line).context("the line is not a JSON object")?;
    let posted = destination.line(&object, &line)?;
    let message = posted.message()?;
    let start = Instant::now();
    let verdict = rules.moderate(&message, &posted.query);
    summary.add(&verdict, start.elapsed());

    out.write_all(b"{")?;
    for (name, value) in object.iter().filter(|(name, _)| !ADDED.contains(name)) {
        serde_json::to_writer(&mut *out, name)?;
        write!(out, ":{},", one_line(value))?;
    }
    write!(out, "\"verdict\":\"{}\",\"rules\":", verdict.decision.name())?;
    serde_json::to_writer(&mut *out, &verdict.rules().collect::<Vec<_>>())?;
    out.write_all(b",\"spans\":")?;
    serde_json::to_writer(&mut *out, &Span::of(&verdict.hits))?;
    if !verdict.shadow_hits.is_empty() {
        out.write_all(b",\"shadow\":")?;
        serde_json::to_writer(&mut *out, &Span::of(&verdict.shadow_hits))?;
    }
    rewritten(&posted, &verdict.decision, out)?;
    out.write_all(b"}\n")?;
    Ok(())
}

fn rewritten(posted: &Posted, decision: &Decision, out: &mut dyn Write) -> anyhow::Result<()> {
    let Decision::Rewrite(rewrite) = decision else { return Ok(()) };
    if let Some(elements) = rewrite.elements() {
        out.write_all(b",\"rewritten\":")?;
        let text = || {
            let content = Object::parse(elements.first()?.get()).ok()?.get("MsgContent")?;
            Object::parse(content.get()).ok()?.text("Text").map(std::borrow::Cow::into_owned)
        };
        if posted.is_text {
            serde_json::to_writer(&mut *out, &text())?;
        } else {
            let elements: Vec<_> = elements.iter().map(|element| one_line(element)).collect();
            write!(out, "[{}]", elements.join(","))?;
        }
    }
    if let Some(data) = rewrite.custom_data() {
        out.write_all(b",\"custom_data\":")?;
        serde_json::to_writer(out, data)?;
    }
    Ok(())
}

/// JSON without line breaks. Its strings cannot hold any.
fn one_line(value: &RawValue) -> std::borrow::Cow<'_, str> {
    let json = value.get();
    if json.contains(['\n', '\r']) { json.replace(['\n', '\r'], " ").into() } else { json.into() }
}

/// What became of all messages. Its size depends on the rules alone.
struct Summary<'r> {
    messages: u64,
    verdicts: BTreeMap<&'static str, u64>,
    rules: Vec<Count<'r>>,
    moderating: Duration,
}

struct Count<'r> {
    id: &'r str,
    shadow: bool,
    messages: u64,
    hits: u64,
}

impl<'r> Summary<'r> {
    fn new(rules: &'r Rules) -> Self {
        let count = |(id, shadow)| Count { id, shadow, messages: 0, hits: 0 };
        let rules = rules.ids().map(count).collect();
        Self { messages: 0, verdicts: BTreeMap::new(), rules, moderating: Duration::ZERO }
    }

    fn add(&mut self, verdict: &Verdict<'_>, passed: Duration) {
        self.messages += 1;
        self.moderating += passed;
        *self.verdicts.entry(verdict.decision.name()).or_default() += 1;
        for hits in [&verdict.hits, &verdict.shadow_hits] {
            for hits in hits.chunk_by(|one, next| one.rule == next.rule) {
                let rule = hits.first().and_then(|hit| self.rules.iter_mut().find(|count| count.id == hit.rule));
                if let Some(count) = rule {
                    count.messages += 1;
                    count.hits += hits.len() as u64;
                }
            }
        }
    }

    /// How long a message took on average, in microseconds.
    #[expect(clippy::cast_precision_loss, reason = "an average, to be read by people")]
    fn micros(&self) -> f64 {
        self.moderating.as_secs_f64() * 1e6 / self.messages.max(1) as f64
    }

    fn to_json(&self) -> Value {
        let rule = |count: &Count<'_>| {
            let mode = if count.shadow { "shadow" } else { "live" };
            json!({"rule": count.id, "mode": mode, "messages": count.messages, "hits": count.hits})
        };
        json!({
            "messages": self.messages,
            "verdicts": self.verdicts,
            "rules": self.rules.iter().map(rule).collect::<Vec<_>>(),
            "micros": self.micros(),
        })
    }

    fn to_text(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_header(["rule", "mode", "messages", "hits"]);
        for count in &self.rules {
            let mode = if count.shadow { "shadow" } else { "live" };
            table.add_row([count.id, mode, &count.messages.to_string(), &count.hits.to_string()]);
        }
        let verdicts: Vec<_> = self.verdicts.iter().map(|(verdict, count)| format!("{verdict} {count}")).collect();
        let messages = count(self.messages, "message");
        format!("{table}\n{messages}: {}; {:.1} µs each", verdicts.join(", "), self.micros())
    }
}
