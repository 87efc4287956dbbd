//! The program as people use it: `chathook` run in a folder, its output read.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

use crate::binary;

/// Far more than a line takes. A program that hangs must not hang the tests.
const PATIENCE: Duration = Duration::from_mins(5);

/// `chathook` in `folder`, without any of the settings that may be around.
#[must_use]
pub fn chathook(folder: &Path) -> Command {
    let mut command = Command::new(binary("chathook"));
    command.current_dir(folder).stdin(Stdio::null()).env("TZ", "UTC0").env_remove("COLUMNS");
    for name in
        ["SDK_APP_ID", "CALLBACK_TOKEN", "PREVIOUS_CALLBACK_TOKEN", "ALLOW_UNSIGNED", "TABLE_NAME", "RULES_PATH"]
    {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end.
///
/// # Panics
/// If it does not start.
#[must_use]
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    chathook(folder).args(arguments).output().expect("chathook runs")
}

/// What a run that went well printed.
///
/// # Panics
/// If it did not go well.
#[must_use]
pub fn stdout(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {errors}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs it until it fails with this exit code. Gives its messages.
///
/// # Panics
/// If it ends otherwise.
#[must_use]
pub fn refused(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder with rules in it, as a clone has.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn folder_with(rules: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("rules")).expect("a folder");
    std::fs::write(folder.path().join("rules/rules.toml"), rules).expect("a file");
    folder
}

/// Rules that reject adverts.
pub const RULES: &str = r#"
schema = 1

[[rule]]
id = "adverts"
when = { terms = ["casino"] }
action = { type = "reject", c2c_code = 120001, group_code = 10100, text = "No adverts, please." }
"#;

/// A running `chathook serve`; killed if a test fails before it stops it.
pub struct Serve {
    child: Child,
    lines: Receiver<String>,
    /// Everything up to `listening on`.
    pub greeting: Vec<String>,
}

impl Serve {
    /// Starts one on free ports and waits until it listens.
    ///
    /// # Panics
    /// If it does not.
    #[must_use]
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let free_ports = ["serve", "--listen", "127.0.0.1:0", "--dynamodb-listen", "127.0.0.1:0"];
        let mut command = chathook(folder);
        command.args(free_ports).args(arguments).stderr(Stdio::null());
        Self::start_with(command, |line| line.starts_with("listening on http://127.0.0.1:"))
    }

    /// Starts one with `--json` that keeps nothing, and waits for its greeting. Its log goes to `log`.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start_json(folder: &Path, log: impl Into<Stdio>) -> Self {
        let mut command = chathook(folder);
        command.args(["serve", "--json", "--in-memory", "--listen", "127.0.0.1:0", "--dynamodb-listen", "127.0.0.1:0"]);
        command.stderr(log);
        Self::start_with(command, |line| line.starts_with('{'))
    }

    fn start_with(mut command: Command, is_last: impl Fn(&str) -> bool) -> Self {
        command.stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
        let mut serve = Self { child, lines, greeting: Vec::new() };
        while !serve.greeting.last().is_some_and(|line| is_last(line)) {
            let line = serve.next_line();
            serve.greeting.push(line);
        }
        serve
    }

    /// The next line of its standard output.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn next_line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }

    /// Where it listens.
    ///
    /// # Panics
    /// Never: it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        self.greeting.last().and_then(|line| line.strip_prefix("listening on ")).expect("it listens")
    }

    /// As Ctrl-C does.
    ///
    /// # Panics
    /// If it does not end cleanly.
    pub fn interrupt(mut self) {
        let killed = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(killed.success());
        assert!(self.child.wait().expect("a status").success(), "Ctrl-C stops it cleanly");
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It has ended already if the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
