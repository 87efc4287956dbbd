//! `chathook rules check`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use chathook_moderation::{CheckedTerm, CheckedTerms, Flaw, Problem, Rules, Warning};
use clap::Args;
use serde_json::{Value, json};

use super::arguments::Format;
use super::load::{problem, source};
use super::message::Where;
use crate::output::json_line;
use crate::progress::{Progress, count};

/// Validate rules and the word lists they name; every problem is reported with its line and the fix
///
/// Warns of rules that can never hit, and tries every term: on itself, whether it can hit at all, and on the others of
/// its list, whether it is needed. With --words it lists the harmless words of a dictionary that a rule would hit, each
/// with the term that hits it. --format json has all terms, with what the matcher reads in each.
#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 if there are no problems, 1 if there are any or the rules cannot be read, 2 if the \
command line is wrong. Warnings do not change the exit code."
)]
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

/// How many warnings, terms and words of a kind are shown to people for a rule; scripts get them all.
const SHOWN: usize = 20;

/// A harmless word that a rule would hit.
struct Harmless {
    word: String,
    rule: String,
    /// How the rule reads it.
    normalised: String,
    /// The index of the term that hits it. `None` if the rule found it without a term.
    term: Option<usize>,
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
    let terms = source.checked_terms().ok();
    let words = match &arguments.words {
        Some(dictionary) => {
            hit_words(&rules, terms.as_ref(), dictionary).with_context(|| dictionary.display().to_string())?
        }
        None => Vec::new(),
    };
    let terms = terms.as_ref().map(CheckedTerms::all).unwrap_or_default();
    let report = Report { path, rules: &rules, problems: &problems, warnings: &warnings, terms, words: &words };
    match arguments.format {
        Format::Json => report.print_json()?,
        Format::Text => report.print_text()?,
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The words of a dictionary that a rule would hit, except those that the operator named.
fn hit_words(rules: &Rules, terms: Option<&CheckedTerms>, dictionary: &Path) -> anyhow::Result<Vec<Harmless>> {
    let sender = Where::anybody();
    let mut words = Vec::new();
    let file = File::open(dictionary)?;
    let mut progress = Progress::of_bytes(file.metadata().ok().map(|file| file.len()));
    let mut read = 0;
    for line in BufReader::new(file).lines() {
        let line = line?;
        // With its line break.
        read += line.len() as u64 + 1;
        progress.at(read, String::new());
        let word = line.trim();
        if word.is_empty() {
            continue;
        }
        let posted = sender.text(word);
        for hit in rules.hits_in(&posted.message()?) {
            let is_named = hit.span == (0..word.len()) && hit.normalised.to_lowercase() == word.to_lowercase();
            if is_named {
                continue;
            }
            let is_it = |term: &CheckedTerm| term.rule == hit.rule && term.normalised == *hit.normalised;
            let term = terms.and_then(|terms| {
                terms.hits(word).into_iter().find(|index| terms.all().get(*index).is_some_and(is_it))
            });
            words.push(Harmless {
                word: word.to_owned(),
                rule: hit.rule.to_owned(),
                normalised: hit.normalised.into(),
                term,
            });
        }
    }
    progress.finish();
    Ok(words)
}

/// The result of a check.
struct Report<'a> {
    path: &'a Path,
    rules: &'a Rules,
    problems: &'a [Problem],
    warnings: &'a [Warning],
    terms: &'a [CheckedTerm],
    words: &'a [Harmless],
}

impl Report<'_> {
    fn print_json(&self) -> anyhow::Result<()> {
        let mode = |shadow| if shadow { "shadow" } else { "live" };
        let mut hits = vec![0_u64; self.terms.len()];
        for word in self.words {
            if let Some(hits) = word.term.and_then(|term| hits.get_mut(term)) {
                *hits += 1;
            }
        }
        let place = |term: &CheckedTerm| json!({"term": term.term, "file": term.file, "line": term.line});
        let term = |(term, words): (&CheckedTerm, &u64)| {
            let (flaw, other) = match term.flaw {
                None => (Value::Null, None),
                Some(flaw) => (name(flaw).into(), other(flaw).and_then(|other| self.terms.get(other))),
            };
            json!({
                "rule": term.rule, "term": term.term, "file": term.file, "line": term.line,
                "normalised": term.normalised, "flaw": flaw, "other": other.map(place), "words": words,
            })
        };
        let word = |word: &Harmless| {
            let term = word.term.and_then(|term| self.terms.get(term)).map(place);
            json!({"word": word.word, "rule": word.rule, "normalised": word.normalised, "by": term})
        };
        let report = json!({
            "path": self.path.display().to_string(),
            "rules": self.rules.ids().map(|(id, shadow)| json!({"id": id, "mode": mode(shadow)})).collect::<Vec<_>>(),
            "problems": self.problems.iter().map(problem).collect::<Vec<_>>(),
            "warnings": self.warnings.iter().map(|warning| json!({"rule": warning.rule, "what": warning.what})).collect::<Vec<_>>(),
            "terms": self.terms.iter().zip(&hits).map(term).collect::<Vec<_>>(),
            "words": self.words.iter().map(word).collect::<Vec<_>>(),
        });
        writeln!(std::io::stdout(), "{}", json_line(&report)?)?;
        Ok(())
    }

    fn print_text(&self) -> anyhow::Result<()> {
        for problem in self.problems {
            eprintln!("{problem}");
        }
        let mut out = std::io::stdout().lock();
        for warning in self.warnings {
            writeln!(out, "warning: rule {}: {}", warning.rule, warning.what)?;
        }
        self.print_terms(&mut out)?;
        let mut by_rule: BTreeMap<&str, Vec<&Harmless>> = BTreeMap::new();
        for word in self.words {
            by_rule.entry(&word.rule).or_default().push(word);
        }
        for (rule, words) in by_rule {
            writeln!(out, "warning: rule {rule} would hit {} of the dictionary:", count(words.len() as u64, "word"))?;
            shown(&mut out, &words, |word| {
                let by = word.term.and_then(|term| self.terms.get(term));
                let by = by.map(|term| format!(", by `{}` in {}:{}", term.term, term.file, term.line));
                format!("{} (as {}{})", word.word, word.normalised, by.unwrap_or_default())
            })?;
        }
        let problems = match self.problems.len() {
            0 => "no problems".to_owned(),
            number => count(number as u64, "problem"),
        };
        let (rules, terms) = (count(self.rules.len() as u64, "rule"), count(self.terms.len() as u64, "term"));
        writeln!(out, "{}: {rules}, {problems}, {terms}", self.path.display())?;
        Ok(())
    }

    fn print_terms(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let mut by_rule: BTreeMap<(&str, &str), Vec<(&CheckedTerm, Flaw)>> = BTreeMap::new();
        for term in self.terms {
            if let Some(flaw) = term.flaw {
                by_rule.entry((&term.rule, name(flaw))).or_default().push((term, flaw));
            }
        }
        for ((rule, _), terms) in by_rule {
            let Some((_, flaw)) = terms.first() else { continue };
            let number = count(terms.len() as u64, "term");
            let what = match flaw {
                Flaw::NeverHits => "not found even in a text that is nothing but the term",
                Flaw::IsAllowed => "always within a phrase that is allowed",
                Flaw::IsThereTwice(_) => "there twice",
                Flaw::IsCovered(_) => "not needed, since another is found wherever it is",
            };
            writeln!(out, "warning: rule {rule}: {number} {what}:")?;
            shown(out, &terms, |(term, flaw)| {
                let other = other(*flaw).and_then(|other| self.terms.get(other));
                let other = other.map(|other| format!(", see `{}` in {}:{}", other.term, other.file, other.line));
                format!("{}:{}: `{}`{}", term.file, term.line, term.term, other.unwrap_or_default())
            })?;
        }
        Ok(())
    }
}

/// Writes a line for each of the first few, and how many more there are.
fn shown<T>(out: &mut impl Write, all: &[T], line: impl Fn(&T) -> String) -> anyhow::Result<()> {
    for one in all.iter().take(SHOWN) {
        writeln!(out, "  {}", line(one))?;
    }
    if all.len() > SHOWN {
        writeln!(out, "  … and {} more; --format json has them all", all.len() - SHOWN)?;
    }
    Ok(())
}

/// What is wrong with a term, for scripts.
const fn name(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::NeverHits => "never_hits",
        Flaw::IsAllowed => "is_allowed",
        Flaw::IsThereTwice(_) => "is_there_twice",
        Flaw::IsCovered(_) => "is_covered",
    }
}

/// The other term that makes a term useless, by its index.
const fn other(flaw: Flaw) -> Option<usize> {
    match flaw {
        Flaw::NeverHits | Flaw::IsAllowed => None,
        Flaw::IsThereTwice(other) | Flaw::IsCovered(other) => Some(other),
    }
}
