//! Rules as tools need them: with the text they were written as.

use std::path::Path;

use anyhow::Context as _;
use chathook_endpoint::moderator::load_rules;
use chathook_moderation::{Problem, Rules, RulesError, Source, Warning, warnings};

/// What a path leads to: a rules file and the folder with its word lists, or a pack with all of them in it.
pub struct Written {
    file: String,
    text: String,
    pack: Option<Source>,
    folder: std::path::PathBuf,
}

impl Written {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).with_context(|| file.clone())?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if Rules::is_packed(&bytes) {
            let source = Source::of(&bytes).with_context(|| file.clone())?;
            return Ok(Self { file: source.file.clone(), text: source.text.clone(), pack: Some(source), folder });
        }
        let text = String::from_utf8(bytes).ok().with_context(|| format!("{file} is not UTF-8; save it as UTF-8"))?;
        Ok(Self { file, text, pack: None, folder })
    }

    pub const fn is_packed(&self) -> bool {
        self.pack.is_some()
    }

    fn list(&self, name: &str) -> Result<String, String> {
        match &self.pack {
            Some(source) => source.list(name),
            None => std::fs::read_to_string(self.folder.join(name)).map_err(|error| error.to_string()),
        }
    }

    pub fn compile(&self) -> Result<Rules, RulesError> {
        Rules::compile(&self.file, &self.text, &mut |name| self.list(name))
    }

    pub fn warnings(&self) -> Result<Vec<Warning>, RulesError> {
        warnings(&self.file, &self.text, &mut |name| self.list(name))
    }

    pub fn pack(&self) -> Result<Vec<u8>, RulesError> {
        // The name alone: where it stood on this machine concerns nobody else.
        let name =
            Path::new(&self.file).file_name().map_or_else(|| self.file.clone(), |name| name.to_string_lossy().into());
        Rules::pack(&name, &self.text, &mut |name| self.list(name))
    }
}

/// The rules at `path` as a function would load them. Problems with single rules are told, on standard error, and their
/// rules are missing.
pub fn rules(path: &Path) -> anyhow::Result<Rules> {
    let rules = load_rules(path)?;
    for problem in rules.problems() {
        eprintln!("disabled: {problem}");
    }
    Ok(rules)
}

/// A problem for scripts.
pub fn problem(problem: &Problem) -> serde_json::Value {
    let Problem { file, line, rule, what, fix } = problem;
    serde_json::json!({"file": file, "line": line, "rule": rule, "what": what, "fix": fix})
}
