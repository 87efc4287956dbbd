//! Every case in the corpora, and every ordinary sentence, by file and by kind.
//!
//! What is searched here is data, and grows without this file being touched: a language is a folder with three files, a
//! peer's suite is one file (see the README of either folder). The results stand in `corpora/RESULTS.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

use chathook_matcher::{Form, Matcher, Segment, Term};

use crate::Terms;

/// The least share of a file's cases that must come out as expected, in percent.
const FLOOR: usize = 97;
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

/// How the cases of a file came out.
#[derive(Default)]
struct Results {
    name: String,
    /// By kind: cases, and those that came out as expected. Neither counts what is known to be missed or contested.
    kinds: BTreeMap<String, (usize, usize)>,
    /// The cases that did not come out as expected.
    wrong: Vec<String>,
    /// Known misses by their reason.
    known_misses: BTreeMap<String, usize>,
    /// Contested cases, and those that came out as expected.
    contested: (usize, usize),
}

impl Results {
    fn of(name: &str, path: &Path) -> Self {
        let mut results = Self { name: name.to_owned(), ..Self::default() };
        for (term, case) in cases(path) {
            let is_right = case.comes_out(&term);
            let line = format!("{term:?} in {:?}, to {:?} ({})", case.text, case.expect, case.kind);
            if case.contested {
                results.contested.0 += 1;
                results.contested.1 += usize::from(is_right);
            } else if let Some(reason) = case.known_miss {
                assert!(!is_right, "{name}: a known miss ({reason}) is none any more, take its mark away: {line}");
                *results.known_misses.entry(reason).or_default() += 1;
            } else {
                let count = results.kinds.entry(case.kind).or_default();
                *count = (count.0 + 1, count.1 + usize::from(is_right));
                if !is_right {
                    results.wrong.push(line);
                }
            }
        }
        results
    }

    /// The cases that count.
    fn all(&self) -> usize {
        self.kinds.values().map(|(all, _)| all).sum()
    }

    fn right(&self) -> usize {
        self.all() - self.wrong.len()
    }
}

/// How the ordinary sentences of a language came out.
struct Sentences {
    terms: usize,
    all: usize,
    /// What was found, and where.
    hit: Vec<String>,
}

impl Sentences {
    fn of(name: &str, path: &Path) -> Self {
        let (terms, plain) = (read(&path.join("terms.txt")), read(&path.join("plain.txt")));
        let terms: Vec<_> = terms.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        let matcher = Terms::evasive(&terms);
        let texts = plain.lines().map(|text| (text, matcher.hits(text)));
        let hit = texts.filter(|(_, hits)| !hits.is_empty()).map(|(text, hits)| format!("{hits:?} in {text:?}"));
        let sentences = Self { terms: terms.len(), all: plain.lines().count(), hit: hit.collect() };
        assert!(sentences.terms >= 40, "{name}: {} terms", sentences.terms);
        assert!(sentences.all >= 300, "{name}: {} sentences", sentences.all);
        sentences
    }
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
        let results = Results::of(&name, &path);
        for (kind, (all, right)) in &results.kinds {
            println!("{name}: {right} of {all}: {kind}");
        }
        for line in &results.wrong {
            println!("{name}: wrong: {line}");
        }
        let (all, right) = (results.all(), results.right());
        println!("{name}: {right} of {all}");
        run += all;
        if right * 100 < all * FLOOR {
            failures.push(format!("{name}: {right} of {all}, such as {:#?}", results.wrong.iter().take(5)));
        }
    }
    assert!(run > 2_000, "{run} cases were read");
    assert!(failures.is_empty(), "less than {FLOOR} %:\n{}", failures.join("\n"));
}

#[test]
fn ordinary_sentences_are_not_hit() {
    let mut failures = Vec::new();
    for (name, path) in languages() {
        let Sentences { all, hit, .. } = Sentences::of(&name, &path);
        for line in &hit {
            println!("{name}: hit: {line}");
        }
        println!("{name}: {} of {all} sentences hit", hit.len());
        if hit.len() * 100 > all * MOST_FALSE_HITS {
            failures.push(format!("{name}: {} of {all}, such as {:#?}", hit.len(), hit.iter().take(5)));
        }
    }
    assert!(failures.is_empty(), "more than {MOST_FALSE_HITS} %:\n{}", failures.join("\n"));
}

/// The table of results, as Markdown.
fn results() -> String {
    let mut text = String::from(
        "# What is found, and what is not\n\n\
         A command writes this file, and a test keeps it true:\n\n\
         ```sh\n\
         WRITE_RESULTS=1 cargo test -p chathook-matcher --test matcher corpus\n\
         ```\n\n\
         ## By language\n\n\
         Ordinary sentences, searched for all terms of the language at once, and cases with a term and a text each.\n\n\
         | language | terms | sentences | of these hit | cases | as expected |\n|---|---|---|---|---|---|\n",
    );
    let files: Vec<_> = files_of_cases().iter().map(|(name, path)| Results::of(name, path)).collect();
    let mut others: BTreeMap<_, _> = files.iter().map(|file| (file.name.as_str(), file)).collect();
    for (name, path) in languages() {
        let Sentences { terms, all, hit } = Sentences::of(&name, &path);
        let cases = others.remove(name.as_str()).expect("a language has cases");
        let _ = writeln!(text, "| {name} | {terms} | {all} | {} | {} | {} |", hit.len(), cases.all(), cases.right());
    }
    text.push_str(
        "\n## Peers\n\n\
         Cases from other filters' tests ([sources](peers/README.md)). Contested: a reader may well not expect what the \
         peer does.\n\n\
         | file | cases | as expected | known misses | contested | as expected |\n|---|---|---|---|---|---|\n",
    );
    for file in others.values().filter(|file| file.all() > 0) {
        let known: usize = file.known_misses.values().sum();
        let (contested, as_expected) = file.contested;
        let (all, right) = (file.all(), file.right());
        let _ = writeln!(text, "| {} | {all} | {right} | {known} | {contested} | {as_expected} |", file.name);
    }
    text.push_str("\n## Known misses\n\n| file | cases | why |\n|---|---|---|\n");
    for file in &files {
        for (reason, count) in &file.known_misses {
            let _ = writeln!(text, "| {} | {count} | {reason} |", file.name);
        }
    }
    let wrong: Vec<_> = files.iter().flat_map(|file| file.wrong.iter().map(|line| (&file.name, line))).collect();
    if !wrong.is_empty() {
        text.push_str("\n## Not as expected\n\nNot explained yet.\n\n");
    }
    for (name, line) in wrong {
        let _ = writeln!(text, "- {name}: {line}");
    }
    text
}

#[test]
fn results_are_written_down() {
    let path = corpora().join("RESULTS.md");
    let results = results();
    if env::var_os("WRITE_RESULTS").is_some() {
        fs::write(&path, &results).expect("the file can be written");
    }
    assert_eq!(read(&path), results, "run the command that stands in {}", path.display());
}
