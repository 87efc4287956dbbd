//! Before a message is sent: the rules' verdict becomes the answer.

use std::path::Path;
use std::sync::Arc;

use chathook_moderation::{Decision, PackError, Problem, Rules, RulesError};
use chathook_protocol::Reply;
use futures_util::future::{BoxFuture, FutureExt as _};

use crate::callback::{Callback, Handler};
use crate::error::EndpointError;

/// Moderates messages that wait for a verdict.
pub struct Moderator {
    /// `None`: unusable. The function goes on all the same, since a crash in init would fail every callback of the
    /// app, and each message gets what `ON_FAILURE` says.
    rules: Option<Arc<Rules>>,
}

impl Moderator {
    /// Moderates by these rules.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules: Some(Arc::new(rules)) }
    }

    /// Moderates by the rules at `path`. What is wrong with them is logged, once, here: with single rules, which are
    /// left out, or with all of them.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        match load_rules(path) {
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
                tracing::error!(%error, "the rules are unusable: every message gets what ON_FAILURE says");
                Self { rules: None }
            }
        }
    }
}

/// Reads the rules at `path`: a packed file, or a rules file, which is compiled, with the word lists beside it that it
/// names. Which it is, is seen from its content.
///
/// Rules with a mistake in them are left out and told by [`Rules::problems`]; [`Rules::strict`] is for callers that will
/// not have that.
///
/// # Errors
/// [`RulesError`] with every problem, a file that cannot be read or was damaged included.
pub fn load_rules(path: &Path) -> Result<Rules, RulesError> {
    let name = path.display().to_string();
    let unusable = |what: String, fix: &str| {
        let problem = Problem { file: name.clone(), line: 1, rule: None, what, fix: fix.to_owned() };
        RulesError { problems: vec![problem] }
    };
    let there = "see that the file is there; scripts/build puts rules/ beside each function that moderates";
    let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string(), there))?;
    if Rules::is_packed(&bytes) {
        return Rules::unpack(&bytes).map_err(|error| match error {
            PackError::Rules(error) => error,
            error => unusable(error.to_string(), "make it anew with `chathook rules pack`"),
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| unusable("it is not UTF-8".to_owned(), "save it as UTF-8"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Rules::compile(&name, &text, &mut |file| {
        std::fs::read_to_string(folder.join(file)).map_err(|error| error.to_string())
    })
}

impl Handler for Moderator {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Reply, EndpointError>> {
        async move { self.verdict(&callback) }.boxed()
    }
}

impl Moderator {
    fn verdict(&self, callback: &Callback<'_>) -> Result<Reply, EndpointError> {
        let rules = self.rules.as_deref().ok_or(EndpointError::RulesUnusable)?;
        let message = callback.message()?;
        let verdict = rules.moderate(&message, callback.query);
        metrics::counter!(match verdict.decision {
            Decision::Allow => "VerdictAllow",
            Decision::Flag => "VerdictFlag",
            Decision::Rewrite(_) => "VerdictRewrite",
            Decision::Discard => "VerdictDiscard",
            Decision::Reject { .. } => "VerdictReject",
        })
        .increment(1);
        let msg_id = message.msg_id.as_deref();
        if !matches!(verdict.decision, Decision::Allow) {
            let rules: Vec<_> = verdict.rules().collect();
            tracing::info!(verdict = verdict.decision.name(), ?rules, msg_id, "moderated");
        }
        if !verdict.left_out.is_empty() {
            let rules = &verdict.left_out;
            tracing::warn!(
                ?rules,
                msg_id,
                "what these rules add was left out: the platform would not take the message"
            );
        }
        if !verdict.shadow_hits.is_empty() {
            metrics::counter!("ShadowHit").increment(1);
            let rules: Vec<_> = verdict.shadow_rules().collect();
            tracing::info!(?rules, msg_id, "rules in shadow mode would have hit");
        }
        Ok(verdict.decision.into_reply())
    }
}
