//! Before a message is sent: the rules' verdict becomes the answer.

use std::path::Path;
use std::sync::Arc;

use chathook_moderation::{Decision, Problem, Rules, RulesError};
use chathook_protocol::Reply;
use futures_util::future::{BoxFuture, FutureExt as _};

use crate::endpoint::{Callback, Handler, HandlerError};

/// Moderates messages that wait for a verdict.
pub struct BeforeSend {
    /// `None`: unusable. The function goes on all the same, since a crash in init would fail every callback of the
    /// app, and each message gets what `ON_FAILURE` says.
    rules: Option<Arc<Rules>>,
}

impl BeforeSend {
    /// Moderates by these rules.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules: Some(Arc::new(rules)) }
    }

    /// Moderates by the rules at `path`; when they are unusable that is logged, once, here.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        match load_rules(path) {
            Ok(rules) => Self::new(rules),
            Err(error) => {
                tracing::error!(%error, "the rules are unusable: every message gets what ON_FAILURE says");
                Self { rules: None }
            }
        }
    }
}

/// Reads and compiles the rules file at `path`, and the word lists beside it that it names.
///
/// # Errors
/// [`RulesError`] with every problem, a file that cannot be read included.
pub fn load_rules(path: &Path) -> Result<Rules, RulesError> {
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| error.to_string());
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.display().to_string();
    let text = read(path).map_err(|error| RulesError { problems: vec![unreadable(&name, error)] })?;
    Rules::compile(&name, &text, &mut |file| read(&folder.join(file)))
}

fn unreadable(file: &str, error: String) -> Problem {
    let fix = "see that the file is there; scripts/build puts rules/ beside each function that moderates".to_owned();
    Problem { file: file.to_owned(), line: 1, what: error, fix }
}

impl Handler for BeforeSend {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Reply, HandlerError>> {
        async move { self.verdict(&callback) }.boxed()
    }
}

impl BeforeSend {
    fn verdict(&self, callback: &Callback<'_>) -> Result<Reply, HandlerError> {
        let rules = self.rules.as_deref().ok_or(HandlerError::Rules)?;
        let message = callback.message()?;
        let verdict = rules.moderate(&message, callback.query);
        metrics::counter!(match verdict.decision {
            Decision::Allow => "VerdictAllow",
            Decision::Rewrite(_) => "VerdictRewrite",
            Decision::Discard => "VerdictDiscard",
            Decision::Reject { .. } => "VerdictReject",
        })
        .increment(1);
        if !matches!(verdict.decision, Decision::Allow) {
            let rules: Vec<_> = verdict.rules().collect();
            tracing::info!(verdict = verdict.decision.name(), ?rules, msg_id = message.msg_id.as_deref(), "moderated");
        }
        Ok(verdict.decision.into_reply())
    }
}
