//! What a running `serve` shows: a line for each callback, or JSON for programs.

use std::path::Path;
use std::time::Duration;

use anstyle::Style;
use chathook_endpoint::{AgainstRules, Answer, EndpointError, Moderated, Outcome, Request};
use chathook_moderation::RulesError;
use chathook_protocol::Command;
use chathook_protocol::json::Body;
use serde_json::{Value, json};

use crate::color::{BAD, CHANGED, DIM, GOOD, paint};
use crate::display::printable;
use crate::message_text::{content, preview, shortened};
use crate::output::json_line;
use crate::progress::count;

/// How many columns of a message's text a line shows.
const TEXT_COLUMNS: usize = 48;

/// Prints what happens.
pub struct LiveView {
    /// JSON instead of lines.
    pub json: bool,
    /// Whether to show what messages say.
    pub with_text: bool,
}

/// A callback that was answered.
pub struct Answered<'a> {
    /// As it came.
    pub request: &'a Request,
    /// What the caller got.
    pub answer: &'a Answer,
    /// What was done.
    pub outcome: &'a Outcome,
    /// How long that took.
    pub took: Duration,
}

impl LiveView {
    /// Prints a callback. A request that only checks whether somebody answers is not one.
    pub fn show(&self, answered: &Answered<'_>) {
        if matches!(answered.outcome, Outcome::Probe) {
            return;
        }
        // Serialising JSON cannot fail.
        let line = if self.json {
            json_line(&answered.json(self.with_text)).unwrap_or_default()
        } else {
            answered.line(self.with_text)
        };
        anstream::println!("{line}");
    }

    /// Prints that rules were read, and how many.
    pub fn rules_read(&self, path: &Path, rules: u64) {
        if self.json {
            println!("{}", json!({"RulesPath": path, "RulesRead": rules}));
        } else {
            let news = format!("{} read anew from {}", count(rules, "rule"), path.display());
            anstream::println!("{}", paint(GOOD, news));
        }
    }

    /// Prints what is wrong with rules that were read.
    pub fn rules_broken(&self, path: &Path, error: &RulesError) {
        if self.json {
            println!("{}", json!({"RulesPath": path, "RulesError": error.to_string()}));
        } else {
            anstream::println!("{}", paint(BAD, format!("{error}\nthe rules from before hold until it is repaired")));
        }
    }
}

impl Answered<'_> {
    /// `before  reject          1 ms  grace → ada  "Best casino in town!"  adverts: 120001 No adverts, please.`
    fn line(&self, with_text: bool) -> String {
        let body = self.body();
        let text = if with_text { content(&body["MsgBody"]) } else { None };
        let text = text.map(|text| format!("  {}", shortened(&printable(&text), TEXT_COLUMNS)));
        let outcome = format!("{:<13}", self.outcome.name());
        let detail = self.detail(with_text).map(|detail| format!("  {}", paint(DIM, printable(&detail))));
        format!(
            "{:<7} {} {:>5} ms  {}{}{}",
            printable(self.kind(&body)),
            paint(self.style(), outcome),
            self.took.as_millis(),
            printable(&people(&body)),
            text.unwrap_or_default(),
            detail.unwrap_or_default(),
        )
    }

    fn json(&self, with_text: bool) -> Value {
        let body = self.body();
        let mut line = serde_json::Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                line.insert(name.to_owned(), value);
            }
        };
        put("RequestId", self.request.id.clone().into());
        let command = self.request.query.command().map(Value::from);
        put("CallbackCommand", command.unwrap_or_else(|| body["CallbackCommand"].clone()));
        for name in ["From_Account", "To_Account", "GroupId", "TopicId", "MsgKey", "MsgSeq", "Random"] {
            put(name, body[name].clone());
        }
        if with_text {
            put("Text", preview(&body["MsgBody"]).into());
        }
        put("Outcome", self.outcome.name().into());
        if let Outcome::Moderated(Moderated { rules, shadow_rules, .. }) = self.outcome {
            put("Rules", rules.clone().into());
            put("ShadowRules", shadow_rules.clone().into());
        }
        if let Outcome::AgainstRules(AgainstRules { verdict, rules, undecided }) = self.outcome {
            put("Verdict", (*verdict).into());
            put("Rules", rules.clone().into());
            put("Undecided", (*undecided).into());
        }
        if let Outcome::Failed(error) = self.outcome {
            put("Reason", error.to_string().into());
            put("Source", self.request.source.clone().into());
        }
        put("Status", self.answer.status.into());
        put("DurationUs", u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX).into());
        line.into()
    }

    /// The callback's body; null if it cannot be read.
    fn body(&self) -> Value {
        let body = Body::new(&self.request.body);
        if body.object().is_ok() { serde_json::from_str(body.json()).unwrap_or_default() } else { Value::Null }
    }

    /// What kind of callback it is, in a word.
    fn kind<'b>(&'b self, body: &'b Value) -> &'b str {
        let name = self.request.query.command().or(body["CallbackCommand"].as_str()).unwrap_or("?");
        match Command::parse(name) {
            Some(Command::C2cBeforeSend | Command::GroupBeforeSend) => "before",
            Some(Command::C2cAfterSend | Command::GroupAfterSend) => "after",
            Some(Command::C2cRecall | Command::GroupRecall) => "recall",
            Some(Command::C2cEdit | Command::GroupEdit) => "edit",
            Some(Command::C2cExtension | Command::GroupExtension) => "extend",
            Some(Command::C2cRead) => "read",
            Some(Command::GroupRefused) => "unsent",
            None => name,
        }
    }

    fn style(&self) -> Style {
        match self.outcome {
            Outcome::Moderated(Moderated { verdict: "allow", .. }) | Outcome::Stored | Outcome::Probe => GOOD,
            Outcome::Moderated(Moderated { verdict: "flag" | "rewrite", .. }) | Outcome::Queued => CHANGED,
            Outcome::StoredBefore | Outcome::Skipped | Outcome::Failed(EndpointError::Unhandled(_)) => DIM,
            Outcome::Moderated(_) | Outcome::AgainstRules(_) | Outcome::Failed(_) => BAD,
        }
    }

    /// Which rules hit, and what the sender or the others see; or what went wrong.
    fn detail(&self, with_text: bool) -> Option<String> {
        let moderated = match self.outcome {
            Outcome::Moderated(moderated) => moderated,
            Outcome::Failed(EndpointError::Unhandled(_)) => {
                return Some("switch it off in the console, or paste the URL that handles it".to_owned());
            }
            Outcome::Failed(error @ EndpointError::Forbidden(_)) => {
                let source = self.request.source.as_deref().unwrap_or("an unknown address");
                return Some(format!("from {source}: {error}"));
            }
            Outcome::Failed(error) => return Some(error.to_string()),
            Outcome::AgainstRules(AgainstRules { verdict, rules, undecided }) => {
                let undecided = match undecided {
                    None => "",
                    Some("newer_rules") => "; the rules are newer",
                    Some(_) => "; the callback does not say whether the rule is for it",
                };
                return Some(format!("{}: {verdict}{undecided}", rules.join(", ")));
            }
            _ => return None,
        };
        let reply: Value = serde_json::from_str(&self.answer.body).unwrap_or_default();
        let told = match (moderated.verdict, reply["ErrorCode"].as_u64(), reply["ErrorInfo"].as_str()) {
            ("reject", Some(1), Some(text)) => Some(text.to_owned()),
            ("reject", Some(code), Some(text)) => Some(format!("{code} {text}")),
            ("rewrite", ..) if with_text => {
                let becomes = content(&reply["MsgBody"]).map(|text| shortened(&text, TEXT_COLUMNS));
                Some(becomes.unwrap_or_else(|| "CloudCustomData".to_owned()))
            }
            _ => None,
        };
        let hit = joined([Some(moderated.rules.join(", ")), told], ": ");
        let shadow = moderated.shadow_rules.join(", ");
        let shadow = Some(shadow).filter(|rules| !rules.is_empty()).map(|rules| format!("in shadow mode: {rules}"));
        Some(joined([Some(hit), shadow], "; ")).filter(|detail| !detail.is_empty())
    }
}

/// The parts that are not empty, joined by `between`.
fn joined(parts: [Option<String>; 2], between: &str) -> String {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}

/// Who wrote to whom.
fn people(body: &Value) -> String {
    let account = |names: &[&str]| {
        let of = |name: &&str| match &body[name] {
            Value::String(name) => Some(name.clone()).filter(|name| !name.is_empty()),
            Value::Number(name) => Some(name.to_string()),
            _ => None,
        };
        names.iter().find_map(of).unwrap_or_else(|| "?".to_owned())
    };
    let from = account(&["From_Account", "Report_Account", "Operator_Account"]);
    let to = account(&["To_Account", "Peer_Account", "TopicId", "GroupId"]);
    format!("{from} → {to}")
}
