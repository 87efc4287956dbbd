//! The environment variables, the same on Lambda and locally. All are checked at start, and every problem
//! is reported with the variable and the fix. An empty variable counts as unset, since templates cannot leave one out.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use chathook_protocol::Token;
use thiserror::Error;

/// What the operator set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `SDK_APP_ID`: the app's `SDKAppID` in the console. Needed by everyone: callbacks of other apps are refused.
    pub sdk_app_id: String,
    /// `CALLBACK_TOKEN`, then `PREVIOUS_CALLBACK_TOKEN`: the authentication token set in the console. Empty only with
    /// `ALLOW_UNSIGNED=true`. The second is for those who rotate the first: both are accepted until it is removed.
    pub tokens: Vec<Token>,
    /// `REFUSE_REPLAYS`, default false: whether another body under a signature that came before is refused. For those
    /// whose app never sends two callbacks of a kind within a second: these have the same signature.
    pub refuse_replays: bool,
    /// `TABLE_NAME`: the table of message records. Needed by functions that archive: `webhook` and the after-send
    /// functions.
    pub table_name: Option<String>,
    /// `QUEUE_URL`, default unset: the SQS queue for callbacks that could not be stored; without it they go to the log.
    /// For functions that archive.
    pub queue_url: Option<String>,
    /// `RULES_PATH`, default `rules/rules.toml`: the moderation rules, relative to the function's folder. For those who
    /// keep several rule sets in one bundle.
    pub rules_path: PathBuf,
    /// `ON_FAILURE`, default `allow`: what a before-callback gets when moderation itself fails.
    pub on_failure: OnFailure,
    /// `ANSWER_WITHIN_MS`, 100 to 1800, default 1500: when an answer must have been given, counted from the moment the
    /// request reached the front. The platform hangs up after 2000. For those whose function is far from their app.
    pub answer_within: Duration,
    /// `STORE_ONLINE_ONLY`, default true: whether messages with `OnlineOnlyFlag` 1 (typing indicators among them) are
    /// stored. For those who pay for each write.
    pub store_online_only: bool,
    /// `JUDGE_AFTER`, default true: whether what people can see is judged by the rules when it is stored. For those whose
    /// app moderates in another way.
    pub judge_after: bool,
    /// `RETENTION_DAYS`, default unset (for ever): when a record expires. For those whom law or cost obliges to delete.
    pub retention_days: Option<u32>,
    /// `LOG_LEVEL`, default `info`: `debug` also logs the messages that no rule touched, whose they are and never what
    /// they say. For those who ask why a message was let through.
    pub log_level: LogLevel,
}

/// How much the functions log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Each verdict but `allow`, and what went wrong.
    Info,
    /// Each verdict.
    Debug,
}

/// What a before-callback gets when moderation itself fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Deliver unmoderated: chat goes on, and an alarm on `FailedOpen` reports it.
    Allow,
    /// Reject: nothing passes unmoderated, and nobody can chat until it is repaired.
    Reject,
}

/// All that is wrong with the settings.
#[derive(Debug, Error)]
pub struct SettingsError(Vec<String>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Settings {
    /// The warning at each start without a token.
    pub const UNSIGNED: &str = "ALLOW_UNSIGNED=true and there is no CALLBACK_TOKEN: anyone who learns the URL can post \
         callbacks; switch authentication on in the console and set the token";

    /// Reads the settings through `variable`, which gives a variable's value.
    ///
    /// # Errors
    /// [`SettingsError`] with every problem there is.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut from = Reader { variable, problems: Vec::new() };
        let settings = Self {
            sdk_app_id: from.sdk_app_id(),
            tokens: from.tokens(),
            refuse_replays: from.choice("REFUSE_REPLAYS", BOOLEAN, false),
            table_name: from.get("TABLE_NAME"),
            queue_url: from.url("QUEUE_URL"),
            rules_path: from.get("RULES_PATH").unwrap_or_else(|| "rules/rules.toml".to_owned()).into(),
            on_failure: from.choice(
                "ON_FAILURE",
                &[("allow", OnFailure::Allow), ("reject", OnFailure::Reject)],
                OnFailure::Allow,
            ),
            answer_within: Duration::from_millis(from.number("ANSWER_WITHIN_MS", 100, 1800).unwrap_or(1500)),
            store_online_only: from.choice("STORE_ONLINE_ONLY", BOOLEAN, true),
            judge_after: from.choice("JUDGE_AFTER", BOOLEAN, true),
            // Whoever asks for more than a century means "for ever", and should leave it unset.
            retention_days: from.number("RETENTION_DAYS", 1, 36_500).and_then(|days| u32::try_from(days).ok()),
            log_level: from.choice(
                "LOG_LEVEL",
                &[("info", LogLevel::Info), ("debug", LogLevel::Debug)],
                LogLevel::Info,
            ),
        };
        if from.problems.is_empty() { Ok(settings) } else { Err(SettingsError(from.problems)) }
    }

    /// The table's name.
    ///
    /// # Errors
    /// [`SettingsError`] when it is not set: functions that archive cannot start without it.
    pub fn table_name(&self) -> Result<&str, SettingsError> {
        let missing =
            || SettingsError(vec!["TABLE_NAME is not set; set it to the name of the DynamoDB table".to_owned()]);
        self.table_name.as_deref().ok_or_else(missing)
    }
}

const BOOLEAN: &[(&str, bool)] = &[("true", true), ("false", false)];

struct Reader<F> {
    variable: F,
    problems: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    fn sdk_app_id(&mut self) -> String {
        let id = self.get("SDK_APP_ID");
        match &id {
            None => self.problem("SDK_APP_ID is not set; set it to the SDKAppID that the Chat console shows for your app"),
            Some(id) if !id.bytes().all(|byte| byte.is_ascii_digit()) => self.problem(format!(
                "SDK_APP_ID is {id:?}, which is no SDKAppID; set it to the number that the Chat console shows for your app"
            )),
            Some(_) => {}
        }
        id.unwrap_or_default()
    }

    fn tokens(&mut self) -> Vec<Token> {
        let tokens: Vec<Token> =
            ["CALLBACK_TOKEN", "PREVIOUS_CALLBACK_TOKEN"].into_iter().filter_map(|name| self.token(name)).collect();
        let allow_unsigned = self.choice("ALLOW_UNSIGNED", BOOLEAN, false);
        if self.get("CALLBACK_TOKEN").is_none() {
            if self.get("PREVIOUS_CALLBACK_TOKEN").is_some() {
                self.problem(
                    "PREVIOUS_CALLBACK_TOKEN is set without CALLBACK_TOKEN; set CALLBACK_TOKEN to the token in use now",
                );
            } else if !allow_unsigned {
                self.problem(
                    "CALLBACK_TOKEN is not set; switch authentication on in the Chat console's webhook settings and set \
                     CALLBACK_TOKEN to the token there. To run open to anyone who learns the URL, set ALLOW_UNSIGNED=true",
                );
            }
        }
        tokens
    }

    fn token(&mut self, name: &str) -> Option<Token> {
        let token = Token::new(&self.get(name)?);
        if token.is_none() {
            // Not the value: it is a secret.
            self.problem(format!(
                "{name} is not a token; it has 1 to 128 characters and no space around it: copy it from the Chat console anew"
            ));
        }
        token
    }

    fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)], default: T) -> T {
        let Some(value) = self.get(name) else { return default };
        if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == value) {
            return *choice;
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        self.problem(format!("{name} is {value:?}; set it to {}", words.join(" or ")));
        default
    }

    fn url(&mut self, name: &str) -> Option<String> {
        let url = self.get(name)?;
        let is_url = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
        if !is_url {
            self.problem(format!("{name} is {url:?}; set it to the queue's URL, which begins with https://"));
        }
        Some(url)
    }

    fn number(&mut self, name: &str, least: u64, most: u64) -> Option<u64> {
        let value = self.get(name)?;
        let number = value.parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.problem(format!("{name} is {value:?}; set it to a whole number from {least} to {most}"));
        }
        number
    }
}
