//! The lists of terms that rules have.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use chathook_matcher::{Form, Term};

use super::reader::Reader;
use crate::terms::{List, Owner};

/// Where the terms come from.
pub(in crate::rules) enum TermSource<'s> {
    /// The rules file and the files that it names: their texts, or why there is none.
    Files(&'s BTreeMap<String, Result<String, String>>),
    /// A pack, whose matcher was built from them.
    Pack(&'s [List]),
}

/// A list of terms as somebody wrote it.
pub(in crate::rules) struct WrittenList {
    pub(in crate::rules) owner: Owner,
    pub(in crate::rules) terms: Vec<WrittenTerm>,
    pub(in crate::rules) allow_phrases: Vec<String>,
}

/// A term and where it was written, for the message if it is wrong.
pub(in crate::rules) struct WrittenTerm {
    pub(in crate::rules) term: Term,
    /// The bytes in the rules file: the term, or the name of its terms file.
    pub(in crate::rules) at: Range<usize>,
    /// The terms file and the line in it, if the term comes from one.
    pub(in crate::rules) file: Option<(String, usize)>,
}

impl WrittenTerm {
    pub(super) fn problem(&self, reader: &mut Reader<'_>, what: &str, fix: &str) {
        let what = format!("the term `{}` {what}", self.term.text);
        match &self.file {
            Some((file, line)) => reader.problem_in(&self.at, (file, *line), what, fix),
            None => reader.problem(&self.at, what, fix),
        }
    }

    /// The term without wildcards.
    pub(super) fn bare(&self) -> &str {
        self.term.text.trim_matches('*')
    }
}

/// The lists of the rules read so far.
pub(super) struct Lists<'s> {
    source: &'s TermSource<'s>,
    /// The numbers of the lists in a pack.
    packed: HashMap<&'s Owner, usize>,
    /// Those that were written, by number.
    written: Vec<WrittenList>,
    /// The next list of the current rule.
    next: Owner,
    /// How many lists there were before that rule.
    before: usize,
    /// How many of the pack's lists the rules have asked for.
    asked_for: usize,
}

impl<'s> Lists<'s> {
    pub(super) fn new(source: &'s TermSource<'s>) -> Self {
        let packed = match source {
            TermSource::Files(_) => HashMap::new(),
            TermSource::Pack(lists) => lists.iter().enumerate().map(|(number, list)| (&list.owner, number)).collect(),
        };
        Self { source, packed, written: Vec::new(), next: Owner::default(), before: 0, asked_for: 0 }
    }

    /// Begins a rule: the lists that follow belong to it.
    pub(super) fn enter_rule(&mut self, id: &str) {
        self.next = Owner { rule: id.to_owned(), ordinal: 0 };
        self.before = self.written.len();
    }

    /// Drops the lists of the current rule.
    pub(super) fn forget_rule(&mut self) {
        self.written.truncate(self.before);
    }

    /// Begins a list of the current rule and gives its number.
    pub(super) fn begin(&mut self, reader: &mut Reader<'_>, at: &Range<usize>) -> usize {
        let owner = self.next.clone();
        self.next.ordinal += 1;
        match self.source {
            TermSource::Files(_) => {
                self.written.push(WrittenList { owner, terms: Vec::new(), allow_phrases: Vec::new() });
                self.written.len() - 1
            }
            TermSource::Pack(_) => {
                let number = self.packed.get(&owner).copied();
                match number {
                    Some(_) => self.asked_for += 1,
                    None => reader.problem(at, "its terms are not in the pack", "pack the rules again"),
                }
                number.unwrap_or_default()
            }
        }
    }

    /// The list that was begun last, to fill. `None`: the pack has its terms.
    pub(super) fn written(&mut self, form: Form) -> Option<Filling<'_>> {
        let TermSource::Files(files) = self.source else { return None };
        Some(Filling { list: self.written.last_mut()?, form, files })
    }

    /// All lists that were written. Those of a pack must all have been asked for.
    pub(super) fn finish(self, reader: &mut Reader<'_>) -> Vec<WrittenList> {
        if let TermSource::Pack(lists) = self.source
            && lists.len() != self.asked_for
            && reader.count() == 0
        {
            reader.unusable(&(0..0), "the pack has terms that belong to no rule", "pack the rules again");
        }
        self.written
    }
}

/// A list that is being filled.
pub(super) struct Filling<'l> {
    list: &'l mut WrittenList,
    form: Form,
    files: &'l BTreeMap<String, Result<String, String>>,
}

impl Filling<'_> {
    /// Adds a term from the rules file.
    pub(super) fn add(&mut self, reader: &mut Reader<'_>, text: &str, at: Range<usize>) {
        self.add_from(reader, text, at, None);
    }

    /// Adds the terms of a file, one on each line. Empty lines and lines that begin with `#` are skipped.
    pub(super) fn add_file(&mut self, reader: &mut Reader<'_>, name: &str, at: &Range<usize>) {
        let missing = Err("nobody read it".to_owned());
        let text = match self.files.get(name).unwrap_or(&missing) {
            Ok(text) => text,
            Err(why) => {
                let what = format!("the terms file {name} cannot be read ({why})");
                return reader.problem(at, what, "correct the name: it is relative to the rules file");
            }
        };
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let lines = text.lines().map(str::trim).zip(1..);
        let mut is_empty = true;
        for (text, line) in lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
            is_empty = false;
            self.add_from(reader, text, at.clone(), Some((name.to_owned(), line)));
        }
        if is_empty {
            reader.problem(at, format!("the terms file {name} has no terms"), "write one on each line");
        }
    }

    /// Adds phrases within which the terms do not count.
    pub(super) fn allow<'p>(&mut self, phrases: impl Iterator<Item = &'p str>) {
        self.list.allow_phrases.extend(phrases.map(|phrase| phrase.trim().to_owned()));
    }

    fn add_from(&mut self, reader: &mut Reader<'_>, text: &str, at: Range<usize>, file: Option<(String, usize)>) {
        let term = WrittenTerm { term: Term { text: text.trim().to_owned(), form: self.form }, at, file };
        if term.bare().trim().is_empty() {
            term.problem(reader, "is nothing but a wildcard", "remove it");
        } else {
            self.list.terms.push(term);
        }
    }
}
