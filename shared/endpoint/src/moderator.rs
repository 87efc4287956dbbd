//! Before a message is sent: the rules' verdict becomes the answer.

use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use chathook_moderation::{Decision, Hit, Problem, Rules, RulesError, RulesSource, Verdict};
use chathook_protocol::{Chat, SendMsg, ShapeError};
use futures_util::future::{BoxFuture, FutureExt as _};

use crate::callback::{Callback, Handler, Unreadable};
use crate::error::EndpointError;
use crate::judge::RulesInForce;
use crate::outcome::{Handled, Moderated, Outcome};

/// Moderates messages that wait for a verdict. A clone shares the rules.
#[derive(Clone)]
pub struct Moderator {
    /// `None` if they are unusable. The function still runs, since a crash in init would fail every callback of the
    /// app; each message gets what `ON_FAILURE` says.
    rules: Option<Arc<Rules>>,
}

impl Moderator {
    /// Moderates by these rules.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules: Some(Arc::new(rules)) }
    }

    /// Moderates by the rules at `path`. Problems are logged here, once. One with a single rule leaves that rule out;
    /// one with the file makes all rules unusable.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        Self::load_or(path, "the rules are unusable: every message gets what ON_FAILURE says")
    }

    /// The same, for a function that only judges what was delivered.
    #[must_use]
    pub fn load_to_judge(path: &Path) -> Self {
        Self::load_or(path, "the rules are unusable: nothing is judged when it is stored")
    }

    fn load_or(path: &Path, consequence: &'static str) -> Self {
        match read_rules(path).and_then(|source| source.compile()) {
            Ok(rules) => {
                for problem in rules.problems() {
                    tracing::error!(%problem, rule = problem.rule, "a rule is disabled, the others hold");
                }
                let disabled = u64::try_from(rules.problems().len()).unwrap_or(u64::MAX);
                if disabled > 0 {
                    metrics::counter!("RuleProblems").increment(disabled);
                }
                Self::new(rules)
            }
            Err(error) => {
                tracing::error!(%error, "{consequence}");
                Self { rules: None }
            }
        }
    }
}

/// Reads what is at `path`: a rules file with the files of terms that it names, or a pack.
///
/// # Errors
/// [`RulesError`] if there is no such file, or if it is not text. Mistakes in it are found when it is compiled.
pub fn read_rules(path: &Path) -> Result<RulesSource, RulesError> {
    let name = path.display().to_string();
    let content = std::fs::read(path).map_err(|error| {
        let fix = "see that the file is there; scripts/build puts rules/ beside each function".to_owned();
        RulesError { problems: vec![Problem { file: name.clone(), line: 1, rule: None, what: error.to_string(), fix }] }
    })?;
    let mut source = RulesSource::from_bytes(&name, content)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut changed_at = changed_at(path);
    for file in source.terms_files() {
        let path = folder.join(&file);
        changed_at = changed_at.max(self::changed_at(&path));
        source.add_terms_file(&file, std::fs::read_to_string(path).map_err(|error| error.to_string()));
    }
    if let Some(time) = changed_at {
        source.set_made_at(time);
    }
    Ok(source)
}

/// When the file was last changed, Unix seconds.
fn changed_at(path: &Path) -> Option<u64> {
    let time = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

impl RulesInForce for Moderator {
    fn rules(&self) -> Option<Arc<Rules>> {
        self.rules.clone()
    }
}

impl Handler for Moderator {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Handled, EndpointError>> {
        async move { self.verdict(&callback) }.boxed()
    }

    fn reject(&self, unreadable: &Unreadable<'_>) -> Option<Handled> {
        let Unreadable { command, text, query, request_id, reason } = unreadable;
        let verdict = self.rules.as_deref()?.reject_unreadable(text, *command, None, query)?;
        tracing::warn!(
            request_id,
            command = command.as_str(),
            %reason,
            verdict = verdict.decision.name(),
            rules = ?verdict.rules().collect::<Vec<_>>(),
            span_bytes = ?span_bytes(&verdict.hits),
            "rejected unread"
        );
        Some(handled(verdict))
    }
}

impl Moderator {
    fn verdict(&self, callback: &Callback<'_>) -> Result<Handled, EndpointError> {
        let rules = self.rules.as_deref().ok_or(EndpointError::RulesUnusable)?;
        let message = callback.message()?;
        if let Some(name) = message.twice {
            return Err(ShapeError::Twice(name).into());
        }
        let mut verdict = rules.moderate(&message, callback.query);
        if let Some(leftover) = callback.leftover
            && !matches!(verdict.decision, Decision::Reject { .. })
            && let Some(rejected) = rules.reject_unreadable(leftover, callback.command, Some(&message), callback.query)
        {
            verdict = rejected;
        }
        log(callback, &message, &verdict);
        Ok(handled(verdict))
    }
}

/// Counts a verdict and makes it the answer.
fn handled(verdict: Verdict<'_>) -> Handled {
    metrics::counter!(match verdict.decision {
        Decision::Allow => "VerdictAllow",
        Decision::Flag => "VerdictFlag",
        Decision::Rewrite(_) => "VerdictRewrite",
        Decision::Discard => "VerdictDiscard",
        Decision::Reject { .. } => "VerdictReject",
    })
    .increment(1);
    if !verdict.shadow_hits.is_empty() {
        metrics::counter!("ShadowHit").increment(1);
    }
    let moderated = Moderated {
        verdict: verdict.decision.name(),
        rules: verdict.rules().map(str::to_owned).collect(),
        shadow_rules: verdict.shadow_rules().map(str::to_owned).collect(),
    };
    Handled { reply: verdict.decision.into_reply(), outcome: Outcome::Moderated(moderated) }
}

/// How many bytes each hit covers, under its rule.
fn span_bytes<'r>(hits: &[Hit<'r>]) -> Vec<(&'r str, usize)> {
    hits.iter().map(|hit| (hit.rule, hit.span.len())).collect()
}

/// One line for a verdict: whose message it is, which rules hit, and over how many bytes. Never what it says. A message
/// that no rule touched is logged at the level DEBUG only.
fn log(callback: &Callback<'_>, message: &SendMsg<'_>, verdict: &Verdict<'_>) {
    macro_rules! line {
        ($level:expr) => {{
            let (to_account, group, msg_key, random) = match &message.chat {
                Chat::C2c(c2c) => (Some(c2c.to_account.as_ref()), None, c2c.msg_key.as_deref(), None),
                Chat::Group(group) => (None, Some(group), None, group.random),
            };
            tracing::event!(
                $level,
                request_id = callback.request_id,
                verdict = verdict.decision.name(),
                from_account = message.from_account.as_ref(),
                to_account,
                group_id = group.map(|group| group.group_id.as_ref()),
                topic_id = group.and_then(|group| group.topic_id.as_deref()),
                msg_key,
                random,
                msg_id = message.msg_id.as_deref(),
                rules = ?verdict.rules().collect::<Vec<_>>(),
                span_bytes = ?span_bytes(&verdict.hits),
                shadow_span_bytes = ?span_bytes(&verdict.shadow_hits),
                left_out = ?verdict.left_out,
                duration_us = u64::try_from(callback.started.elapsed().as_micros()).unwrap_or(u64::MAX),
                "moderated"
            );
        }};
    }
    let is_untouched = matches!(verdict.decision, Decision::Allow) && verdict.hits.is_empty();
    if !verdict.left_out.is_empty() {
        // What these rules add was left out, since the platform would not take the message.
        line!(tracing::Level::WARN);
    } else if is_untouched && verdict.shadow_hits.is_empty() {
        line!(tracing::Level::DEBUG);
    } else {
        line!(tracing::Level::INFO);
    }
}
