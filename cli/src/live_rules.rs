//! The rules of `serve`. They are read again when their file changes, so that a change can be tried at once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use chathook_endpoint::moderator::read_rules;
use chathook_endpoint::{Callback, EndpointError, Handled, Handler, Moderator, RulesInForce, Unreadable};
use chathook_moderation::{Rules, RulesError};
use futures_util::future::BoxFuture;

use crate::example_rules;
use crate::live_view::LiveView;
use crate::progress::count;

/// How often the files are checked while nobody sends anything.
const PAUSE: Duration = Duration::from_secs(1);

/// Moderates by the current content of the rules file.
pub struct LiveRules {
    path: PathBuf,
    view: Arc<LiveView>,
    state: Mutex<State>,
}

struct State {
    moderator: Moderator,
    /// The files as they were when they were last read.
    files: Vec<(PathBuf, Stamp)>,
}

/// When a file was changed and how long it is; `None` if it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// The result of one reading.
struct Reading {
    rules: Result<Rules, RulesError>,
    files: Vec<(PathBuf, Stamp)>,
}

impl LiveRules {
    /// Reads the rules at `path`. If there are none and `or_examples` allows it, the example rules apply until there
    /// are some. Also returns a line that says which rules these are.
    pub fn start(path: PathBuf, or_examples: bool, view: Arc<LiveView>) -> anyhow::Result<(Arc<Self>, String)> {
        let Reading { rules, files } = read(&path);
        let (rules, said) = if or_examples && stamp(&path).is_none() {
            let said = format!(
                "the built-in examples, since there is no {}; write one and it applies at once, or name one with --rules",
                path.display()
            );
            (example_rules::load()?, said)
        } else {
            let rules = rules.with_context(|| {
                format!("the rules are unusable; repair {} or name another file with --rules", path.display())
            })?;
            let said =
                format!("{} in {}, read anew when it changes", count(rules.len() as u64, "rule"), path.display());
            (rules, said)
        };
        let state = Mutex::new(State { moderator: Moderator::new(rules), files });
        Ok((Arc::new(Self { path, view, state }), said))
    }

    /// Checks the files at intervals, for ever.
    pub async fn watch(&self) {
        loop {
            tokio::time::sleep(PAUSE).await;
            self.moderator();
        }
    }

    /// The rules that apply now. A broken file changes nothing, and the view shows where it is broken.
    fn moderator(&self) -> Moderator {
        // A panic cannot leave it half-changed: it is replaced in one step.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.files.iter().any(|(path, was)| stamp(path) != *was) {
            let Reading { rules, files } = read(&self.path);
            state.files = files;
            match rules {
                Ok(rules) => {
                    self.view.rules_read(&self.path, rules.len() as u64);
                    state.moderator = Moderator::new(rules);
                }
                Err(error) => self.view.rules_broken(&self.path, &error),
            }
        }
        state.moderator.clone()
    }
}

impl Handler for LiveRules {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Handled, EndpointError>> {
        let moderator = self.moderator();
        Box::pin(async move { moderator.handle(callback).await })
    }

    fn reject(&self, unreadable: &Unreadable<'_>) -> Option<Handled> {
        self.moderator().reject(unreadable)
    }
}

impl RulesInForce for LiveRules {
    fn rules(&self) -> Option<Arc<Rules>> {
        self.moderator().rules()
    }
}

/// Reads the rules and the files of terms that they name. Each file's time is noted before it is read, so that a change
/// in between is seen the next time.
fn read(path: &Path) -> Reading {
    let mut files = vec![(path.to_owned(), stamp(path))];
    let mut read = || {
        let folder = path.parent().unwrap_or(Path::new(""));
        let names = read_rules(path)?.terms_files();
        files.extend(names.into_iter().map(|name| folder.join(name)).map(|file| (file.clone(), stamp(&file))));
        read_rules(path)?.compile()?.strict()
    };
    let rules = read();
    Reading { rules, files }
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
