//! `chathook recover`: stores what a function could only log.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chathook_endpoint::{Archiver, Endpoint, Settings, UnstoredCallback};
use chathook_protocol::Command;
use clap::Args;
use serde_json::Value;
use tokio::time::Instant;

use crate::local::DEMO_APP_ID;
use crate::messages::Source;

/// Store callbacks from the `lost` records of a function's log
///
/// A function logs a message in this way when neither the table nor the queue took it. Storing one twice does no harm,
/// so a log may be given again, and logs may overlap. `RETENTION_DAYS` and `STORE_ONLINE_ONLY` count as for the functions.
#[derive(Args)]
#[command(after_help = "Reads lines as a function or `serve` writes them, with anything before them, and what \
`aws logs filter-log-events` prints.\n\nExample:\n  \
aws logs filter-log-events --log-group-name GROUP --filter-pattern '{ $.message = \"lost\" }' >log.json\n  \
chathook recover log.json --aws --table TABLE")]
pub struct Arguments {
    /// The log; `-` is standard input
    #[arg(value_name = "LOGFILE")]
    log: PathBuf,
    #[command(flatten)]
    source: Source,
}

/// How long one callback may take: somebody waits, and nobody else does.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let log = read(&arguments.log).with_context(|| format!("cannot read {}", arguments.log.display()))?;
    let mut found = Lost::default();
    found.read(&log);
    crate::runtime()?.block_on(async {
        let reading = arguments.source.open().await?;
        let archive = reading.archive().patient();
        let settings = Arc::new(Settings::read(|name| match name {
            // Who sent it was verified before it was lost.
            "SDK_APP_ID" => Some(DEMO_APP_ID.to_owned()),
            "ALLOW_UNSIGNED" => Some("true".to_owned()),
            "RETENTION_DAYS" | "STORE_ONLINE_ONLY" => std::env::var(name).ok(),
            _ => None,
        })?);
        let archiver = Archiver::new(archive.clone(), Arc::clone(&settings));
        let endpoint = Endpoint::new(settings).route(&Command::AFTER, archiver);
        let (mut stored, mut failed) = (0, 0);
        for (id, record) in found.records {
            let result = match record.joined(&id) {
                Ok(lost) => endpoint.redrive(&lost, Instant::now() + PATIENCE).await.map_err(anyhow::Error::from),
                Err(error) => Err(error),
            };
            match result {
                Ok(()) => stored += 1,
                Err(error) => {
                    failed += 1;
                    eprintln!("request {}: {error:#}", id.request);
                }
            }
        }
        println!("{stored} stored in {}, {failed} not", archive.table());
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

fn read(file: &Path) -> std::io::Result<String> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes)?;
        bytes
    } else {
        std::fs::read(file)?
    };
    // Others write to the log too.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The `lost` records of a log by request, in a stable order.
#[derive(Default)]
struct Lost {
    records: BTreeMap<Id, Record>,
}

/// What names a callback: `serve` counts its requests from 1 each time it starts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    request: String,
    received_at: Option<u64>,
    query: String,
}

/// The parts of one callback.
#[derive(Default)]
struct Record {
    parts: u64,
    bodies: BTreeMap<u64, String>,
}

impl Lost {
    /// Looks through a log, or through a message in one.
    fn read(&mut self, log: &str) {
        if let Ok(value) = serde_json::from_str(log) {
            return self.find(&value);
        }
        for line in log.lines() {
            // Whatever collects logs may put a time and a stream before the line.
            let json = line.find('{').and_then(|start| serde_json::from_str(&line[start..]).ok());
            match json {
                Some(value) => self.find(&value),
                None => self.read_text(line),
            }
        }
    }

    /// Looks for records at any depth, and in the texts of a log that is wrapped in another.
    fn find(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                if fields.get("message").and_then(Value::as_str) == Some("lost") && fields.contains_key("base64") {
                    let text = |name: &str| fields.get(name).and_then(Value::as_str);
                    let number = |name: &str| fields.get(name).and_then(Value::as_u64);
                    self.add(text, number);
                    return;
                }
                fields.values().for_each(|value| self.find(value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.find(item)),
            Value::String(text) if text.contains("lost") => self.read_lines(text),
            _ => {}
        }
    }

    fn read_lines(&mut self, text: &str) {
        if text.contains("base64") {
            self.read(text);
        }
    }

    /// A line as `serve` writes it: `… lost request_id="1" received_at=5 query="…" part=1 parts=1 base64="…"`.
    fn read_text(&mut self, line: &str) {
        let Some((_, fields)) = line.split_once(" lost request_id=") else { return };
        let fields = format!("request_id={fields}");
        let raw = |name: &str| {
            let start = fields.find(&format!("{name}="))? + name.len() + 1;
            // Neither ids nor queries nor base64 hold a space.
            fields[start..].split(' ').next()
        };
        let text = |name: &str| raw(name).map(|value| value.trim_matches('"'));
        self.add(text, |name| raw(name)?.parse().ok());
    }

    fn add<'a>(&mut self, text: impl Fn(&str) -> Option<&'a str>, number: impl Fn(&str) -> Option<u64>) {
        let (Some(id), Some(body)) = (text("request_id"), text("base64")) else { return };
        let query = text("query").unwrap_or_default().to_owned();
        let id = Id { request: id.to_owned(), received_at: number("received_at"), query };
        let record = self.records.entry(id).or_default();
        record.parts = number("parts").unwrap_or(1);
        record.bodies.insert(number("part").unwrap_or(1), body.to_owned());
    }
}

impl Record {
    fn joined(self, id: &Id) -> anyhow::Result<UnstoredCallback> {
        let Self { parts, bodies } = self;
        let there = bodies.len() as u64;
        anyhow::ensure!(
            bodies.keys().copied().eq(1..=parts),
            "{there} of {parts} parts are in this log; give one that holds them all"
        );
        let received_at = id.received_at.unwrap_or_else(|| crate::now_ms() / 1000);
        let (request_id, query) = (id.request.clone(), id.query.clone());
        let (reason, base64) = (String::new(), bodies.into_values().collect());
        Ok(UnstoredCallback { request_id, received_at, query, reason, base64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(log: &str) -> Vec<(String, Result<String, String>)> {
        let mut lost = Lost::default();
        lost.read(log);
        let joined = |(id, record): (Id, Record)| {
            let joined = record.joined(&id).map_err(|error| error.to_string());
            (id.request, joined.map(|lost| format!("{} {} {}", lost.received_at, lost.query, lost.base64)))
        };
        lost.records.into_iter().map(joined).collect()
    }

    fn line(id: &str, part: u64, parts: u64, base64: &str) -> String {
        json!({
            "timestamp": "2026-11-21T12:00:00Z", "level": "ERROR", "message": "lost", "request_id": id, "received_at": 5,
            "query": "SdkAppid=1&CallbackCommand=C2C.CallbackAfterSendMsg", "part": part, "parts": parts, "base64": base64,
        })
        .to_string()
    }

    #[test]
    fn records_are_found_however_the_log_is_wrapped() {
        let lines = [line("a", 2, 2, "BB=="), "START RequestId: a {".to_owned(), line("a", 1, 2, "AAAA")];
        let query = "SdkAppid=1&CallbackCommand=C2C.CallbackAfterSendMsg";
        let expected = [("a".to_owned(), Ok(format!("5 {query} AAAABB==")))];
        let events: Vec<_> = lines.iter().map(|line| json!({"eventId": "1", "message": line})).collect();
        let logs = [
            lines.join("\n"),
            lines.map(|line| format!("2026-11-21T12:00:00 stream/[$LATEST]1 {line}")).join("\r\n"),
            serde_json::to_string_pretty(&json!({"events": events})).unwrap(),
            events.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"),
            format!(
                "t ERROR lost request_id=\"a\" received_at=5 query=\"{query}\" part=1 parts=2 base64=\"AAAA\"\n\
                 t ERROR lost request_id=\"a\" received_at=5 query=\"{query}\" part=2 parts=2 base64=\"BB==\""
            ),
        ];
        for log in logs {
            assert_eq!(found(&log), expected, "{log}");
        }
    }

    #[test]
    fn what_is_not_whole_is_not_stored() {
        let half = line("a", 1, 2, "AAAA");
        let found = found(&format!("{half}\n{half}\n{}\nlost and found {{\n", line("b", 1, 1, "AAAA")));
        assert_eq!(found[0].1.clone().unwrap_err(), "1 of 2 parts are in this log; give one that holds them all");
        assert!(found[1].1.is_ok());
        assert_eq!(found.len(), 2);
    }
}
