//! `chathook rules check`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use chathook_moderation::{Problem, Rules, Warning};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::arguments::Format;
use super::load::{problem, source};
use super::message::Where;
use crate::output::json_line;
use crate::progress::count;

/// Validate rules and the word lists they name; every problem is reported with its line and the fix
///
/// Warns of rules that can never hit and of terms that another one makes superfluous. With --words it lists the
/// harmless words of a dictionary that a rule would hit. Warnings do not change the exit code.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    rules: super::arguments::Rules,

    /// A dictionary of harmless words, one a line
    #[arg(long, value_name = "DICTIONARY")]
    words: Option<PathBuf>,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How many warnings and words of a rule are shown to people; scripts get them all.
const SHOWN: usize = 20;

/// A harmless word that a rule would hit.
#[derive(Serialize)]
struct Harmless {
    word: String,
    rule: String,
    /// How the rule reads it.
    normalised: String,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let path = &arguments.rules.path;
    let source = source(path)?;
    let (rules, problems) = match source.compile() {
        Ok(rules) => {
            let problems = rules.problems().to_vec();
            (rules, problems)
        }
        Err(error) => (Rules::default(), error.problems),
    };
    let warnings = if problems.is_empty() { source.warnings()? } else { Vec::new() };
    let words = match &arguments.words {
        Some(dictionary) => hit_words(&rules, dictionary).with_context(|| dictionary.display().to_string())?,
        None => Vec::new(),
    };
    let report = Report { path, rules: &rules, problems: &problems, warnings: &warnings, words: &words };
    match arguments.format {
        Format::Json => print_json(&report)?,
        Format::Text => print_text(&report)?,
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The words of a dictionary that a rule would hit, except those that the operator named.
fn hit_words(rules: &Rules, dictionary: &Path) -> anyhow::Result<Vec<Harmless>> {
    let sender = Where::anybody();
    let mut words = Vec::new();
    for line in BufReader::new(File::open(dictionary)?).lines() {
        let line = line?;
        let word = line.trim();
        if word.is_empty() {
            continue;
        }
        let posted = sender.text(word);
        for hit in rules.hits_in(&posted.message()?) {
            let is_named = hit.span == (0..word.len()) && hit.normalised.to_lowercase() == word.to_lowercase();
            if !is_named {
                words.push(Harmless {
                    word: word.to_owned(),
                    rule: hit.rule.to_owned(),
                    normalised: hit.normalised.into(),
                });
            }
        }
    }
    Ok(words)
}

/// The result of a check.
struct Report<'a> {
    path: &'a Path,
    rules: &'a Rules,
    problems: &'a [Problem],
    warnings: &'a [Warning],
    words: &'a [Harmless],
}

fn print_json(report: &Report<'_>) -> anyhow::Result<()> {
    let Report { path, rules, problems, warnings, words } = *report;
    let mode = |shadow| if shadow { "shadow" } else { "live" };
    let report = json!({
        "path": path.display().to_string(),
        "rules": rules.ids().map(|(id, shadow)| json!({"id": id, "mode": mode(shadow)})).collect::<Vec<_>>(),
        "problems": problems.iter().map(problem).collect::<Vec<_>>(),
        "warnings": warnings.iter().map(|warning| json!({"rule": warning.rule, "what": warning.what})).collect::<Vec<_>>(),
        "words": words,
    });
    writeln!(std::io::stdout(), "{}", json_line(&report)?)?;
    Ok(())
}

fn print_text(report: &Report<'_>) -> anyhow::Result<()> {
    let Report { path, rules, problems, warnings, words } = *report;
    for problem in problems {
        eprintln!("{problem}");
    }
    let mut out = std::io::stdout().lock();
    let mut by_rule: BTreeMap<&str, Vec<&Warning>> = BTreeMap::new();
    for warning in warnings {
        by_rule.entry(&warning.rule).or_default().push(warning);
    }
    for (rule, warnings) in by_rule {
        for warning in warnings.iter().take(SHOWN) {
            writeln!(out, "warning: rule {rule}: {}", warning.what)?;
        }
        if let Some(more) = warnings.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            writeln!(out, "warning: rule {rule}: and {more} more; --format json has them all")?;
        }
    }
    let mut by_rule: BTreeMap<&str, Vec<&Harmless>> = BTreeMap::new();
    for word in words {
        by_rule.entry(&word.rule).or_default().push(word);
    }
    for (rule, words) in by_rule {
        writeln!(out, "warning: rule {rule} would hit {} of the dictionary:", count(words.len() as u64, "word"))?;
        for word in words.iter().take(SHOWN) {
            writeln!(out, "  {} (as {})", word.word, word.normalised)?;
        }
        if words.len() > SHOWN {
            writeln!(out, "  … and {} more; --format json has them all", words.len() - SHOWN)?;
        }
    }
    let problems = match problems.len() {
        0 => "no problems".to_owned(),
        number => count(number as u64, "problem"),
    };
    writeln!(out, "{}: {}, {problems}", path.display(), count(rules.len() as u64, "rule"))?;
    Ok(())
}
