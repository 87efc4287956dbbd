//! Finding the `lost` records of a function in its log.

use std::collections::BTreeMap;

use chathook_endpoint::UnstoredCallback;
use serde_json::Value;

/// The `lost` records of a log by callback, in a stable order.
#[derive(Default)]
pub struct LostLog {
    /// The records.
    pub records: BTreeMap<CallbackId, LostRecord>,
}

/// What identifies a callback. The request's id alone does not: `serve` counts its requests from 1 each time it starts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct CallbackId {
    /// The request's id.
    pub request: String,
    received_at: Option<u64>,
    query: String,
}

/// The parts of one callback.
#[derive(Default)]
pub struct LostRecord {
    parts: u64,
    bodies: BTreeMap<u64, String>,
}

impl LostLog {
    /// Finds the records in a log.
    pub fn parse(log: &str) -> Self {
        let mut found = Self::default();
        found.read(log);
        found
    }

    /// Looks through a log, or through a message in one.
    fn read(&mut self, log: &str) {
        if let Ok(value) = serde_json::from_str(log) {
            return self.find(&value);
        }
        for line in log.lines() {
            // A log collector may put a time and a stream before the line.
            let json = line.find('{').and_then(|start| serde_json::from_str(&line[start..]).ok());
            match json {
                Some(value) => self.find(&value),
                None => self.read_text(line),
            }
        }
    }

    /// Looks for records at any depth, and in the strings of a log that is wrapped in another.
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
        let id = CallbackId { request: id.to_owned(), received_at: number("received_at"), query };
        let record = self.records.entry(id).or_default();
        record.parts = number("parts").unwrap_or(1);
        record.bodies.insert(number("part").unwrap_or(1), body.to_owned());
    }
}

impl LostRecord {
    /// The callback, put together from its parts. `now` (Unix seconds) stands in if the log has no arrival time.
    pub fn into_callback(self, id: &CallbackId, now: u64) -> anyhow::Result<UnstoredCallback> {
        let Self { parts, bodies } = self;
        let there = bodies.len() as u64;
        anyhow::ensure!(
            bodies.keys().copied().eq(1..=parts),
            "{there} of {parts} parts are in this log; give one that holds them all"
        );
        let received_at = id.received_at.unwrap_or(now);
        let (request_id, query) = (id.request.clone(), id.query.clone());
        Ok(UnstoredCallback {
            request_id,
            received_at,
            query,
            reason: String::new(),
            base64: bodies.into_values().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(log: &str) -> Vec<(String, Result<String, String>)> {
        let unstored = |(id, record): (CallbackId, LostRecord)| {
            let unstored = record.into_callback(&id, 7).map_err(|error| error.to_string());
            (
                id.request,
                unstored.map(|unstored| format!("{} {} {}", unstored.received_at, unstored.query, unstored.base64)),
            )
        };
        LostLog::parse(log).records.into_iter().map(unstored).collect()
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
