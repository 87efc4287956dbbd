//! Every case in the corpora, and every ordinary sentence, by file and by kind.
//!
//! What is searched here is data, and grows without this file being touched: a language is a folder with three files, a
//! peer's suite is one file (see the README of either folder).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use chathook_matcher::{Form, Matcher, Segment, Term};

use crate::Terms;

/// The least share of a file's cases that must come out as expected, in percent.
const FLOOR: usize = 0;
/// The most sentences of a language that may be hit where no term stands, in percent.
const MOST_FALSE_HITS: usize = 1;

/// A line of a file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The rule's only term. Cases without one are about a rule's other conditions, and run with these.
    term: Option<String>,
    #[serde(default)]
    form: CaseForm,
    text: String,
    expect: Expect,
    kind: String,
    /// Where the case is from.
    source: String,
    /// Readers may disagree about it.
    #[serde(default)]
    contested: bool,
    /// Why it does not come out as expected, if it is known not to.
    known_miss: Option<String>,
    condition: Option<String>,
    allow_phrases: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Hit,
    Allow,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CaseForm {
    #[default]
    Evasive,
    Folded,
    Exact,
}

impl Case {
    fn comes_out(&self, term: &str) -> bool {
        let form = match self.form {
            CaseForm::Evasive => Form::Evasive,
            CaseForm::Folded => Form::Folded,
            CaseForm::Exact => Form::Exact,
        };
        let matcher = Matcher::new(&[Term { text: term.to_owned(), form }]).expect("one term");
        let is_hit = !matcher.find(&[Segment { text: &self.text, joins: false }]).is_empty();
        is_hit == (self.expect == Expect::Hit)
    }
}

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The paths in a folder, in order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// The folders of the languages, each with its name.
fn languages() -> Vec<(String, PathBuf)> {
    let folders = entries(&corpora().join("languages")).into_iter().filter(|path| path.is_dir());
    folders.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path)).collect()
}

/// All files of cases, each with a name for it.
fn files_of_cases() -> Vec<(String, PathBuf)> {
    let of_languages = languages().into_iter().map(|(name, path)| (name, path.join("cases.jsonl")));
    let of_peers = entries(&corpora().join("peers")).into_iter();
    let of_peers = of_peers.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    let of_peers = of_peers.map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), path));
    of_languages.chain(of_peers).collect()
}

/// The cases of a file that are a term and a text.
fn cases(path: &Path) -> Vec<(String, Case)> {
    let text = read(path);
    let cases = text.lines().enumerate().map(|(at, line)| {
        let case = serde_json::from_str(line).unwrap_or_else(|error| panic!("{}:{}: {error}", path.display(), at + 1));
        (at + 1, case)
    });
    let cases = cases.filter_map(|(line, case): (_, Case)| {
        assert!(!case.source.is_empty(), "{}:{line}: a case needs a source", path.display());
        let is_term = case.condition.is_none() && case.allow_phrases.is_none();
        is_term.then(|| (case.term.clone().unwrap_or_else(|| panic!("{}:{line}: no term", path.display())), case))
    });
    cases.collect()
}

#[test]
fn cases_come_out_as_expected() {
    let mut failures = Vec::new();
    let mut run = 0;
    for (name, path) in files_of_cases() {
        // By kind: cases, those that came out as expected.
        let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut wrong = Vec::new();
        for (term, case) in cases(&path) {
            let is_right = case.comes_out(&term);
            let line = format!("{term:?} in {:?}, to {:?} ({})", case.text, case.expect, case.kind);
            if case.contested {
                println!("{name}: contested, {}: {line}", if is_right { "as expected" } else { "not so" });
            } else if let Some(reason) = &case.known_miss {
                assert!(!is_right, "{name}: a known miss ({reason}) is none any more, take its mark away: {line}");
            } else {
                let count = kinds.entry(case.kind.clone()).or_default();
                *count = (count.0 + 1, count.1 + usize::from(is_right));
                if !is_right {
                    wrong.push(line);
                }
            }
        }
        for (kind, (all, right)) in &kinds {
            println!("{name}: {right} of {all}: {kind}");
        }
        for line in &wrong {
            println!("{name}: wrong: {line}");
        }
        let all: usize = kinds.values().map(|(all, _)| all).sum();
        let right = all - wrong.len();
        println!("{name}: {right} of {all}");
        run += all;
        if right * 100 < all * FLOOR {
            failures.push(format!("{name}: {right} of {all}, such as {:#?}", wrong.get(..5).unwrap_or(&wrong)));
        }
    }
    assert!(run > 2_000, "{run} cases were read");
    assert!(failures.is_empty(), "less than {FLOOR} %:\n{}", failures.join("\n"));
}

#[test]
fn ordinary_sentences_are_not_hit() {
    let mut failures = Vec::new();
    for (name, path) in languages() {
        let (terms, plain) = (read(&path.join("terms.txt")), read(&path.join("plain.txt")));
        let terms: Vec<_> = terms.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(terms.len() >= 40, "{name}: {} terms", terms.len());
        let terms = Terms::evasive(&terms);
        let hit: Vec<_> =
            plain.lines().map(|text| (text, terms.hits(text))).filter(|(_, hits)| !hits.is_empty()).collect();
        let all = plain.lines().count();
        for (text, hits) in &hit {
            println!("{name}: hit: {hits:?} in {text:?}");
        }
        println!("{name}: {} of {all} sentences hit", hit.len());
        assert!(all >= 300, "{name}: {all} sentences");
        if hit.len() * 100 > all * MOST_FALSE_HITS {
            failures.push(format!("{name}: {} of {all}, such as {:#?}", hit.len(), hit.get(..5).unwrap_or(&hit)));
        }
    }
    assert!(failures.is_empty(), "more than {MOST_FALSE_HITS} %:\n{}", failures.join("\n"));
}
