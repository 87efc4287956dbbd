//! A plain word is found, whatever stands beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chathook_matcher::{Form, Matcher, Segment, Term};
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// Words that end or begin with a letter that some sign is read as, or draws together with another.
const AWKWARD: &str =
    "kill hell inútil savvy abigail casino Soleil linda liquidación boob sex dick puta x i v vv ll ass
    c3po mp3 3d scat ecce adad obo gg oto nun waw uvula zyz tutu erer faff hah jk pap qq yay mam 24 1999 你好 赌场 三八
    下三滥 装B 加V信 казино хуй σίσυφος جنس हरामी 바보 คนบ้า ばか";

/// The distinct words of the ordinary sentences in all languages.
fn words() -> BTreeSet<String> {
    let languages = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/languages");
    let folders = fs::read_dir(languages).unwrap().map(|entry| entry.unwrap().path());
    let texts = folders.filter_map(|folder| fs::read_to_string(folder.join("plain.txt")).ok());
    let words = texts.flat_map(|text| {
        let words = text.split_whitespace().map(|word| word.trim_matches(|one: char| is_sign(one)).to_owned());
        words.collect::<Vec<_>>()
    });
    words.filter(|word| word.chars().any(|one| one.is_alphanumeric() || is_sign(one))).collect()
}

/// Whether Unicode has a character as punctuation or a symbol, or as a number that is drawn as one: `①`, `½`.
fn is_sign(character: char) -> bool {
    use GeneralCategory as Is;
    matches!(
        CodePointMapData::<GeneralCategory>::new().get(character),
        Is::ConnectorPunctuation
            | Is::DashPunctuation
            | Is::OpenPunctuation
            | Is::ClosePunctuation
            | Is::InitialPunctuation
            | Is::FinalPunctuation
            | Is::OtherPunctuation
            | Is::MathSymbol
            | Is::CurrencySymbol
            | Is::ModifierSymbol
            | Is::OtherSymbol
            | Is::OtherNumber
    )
}

fn title(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The word as it is, in capitals, and with a capital.
fn cases(word: &str) -> BTreeSet<String> {
    // `MI` is a word of other languages as well.
    let upper = if word == "mı" { word.to_owned() } else { word.to_uppercase() };
    [word.to_owned(), upper, title(word)].into()
}

/// Tries words each with some signs on either side, and beyond a sign a space or nothing.
fn check(words: &[String], form: Form, signs_for: impl Fn(usize) -> Vec<String>) {
    let mut missed = BTreeMap::<String, BTreeSet<&str>>::new();
    let mut count = 0;
    let mut nth = 0;
    // Many at a time, as an operator has them.
    for words in words.chunks(1_000) {
        let terms: Vec<_> = words.iter().map(|word| Term { text: word.clone(), form }).collect();
        let matcher = Matcher::new(&terms).unwrap();
        for (term, word) in words.iter().enumerate() {
            let signs = signs_for(nth);
            nth += 1;
            for written in cases(word) {
                let beside = |sign: &String| {
                    [format!("{written}{sign}"), format!("{sign}{written}"), format!("a {sign}{written}{sign} b")]
                };
                let texts: Vec<_> = signs.iter().flat_map(beside).collect();
                let segments: Vec<_> = texts.iter().map(|text| Segment { text, joins: false }).collect();
                let found = matcher.find(&segments);
                let mut is_found = vec![false; texts.len()];
                found.iter().filter(|found| found.term == term).for_each(|found| is_found[found.segment] = true);
                count += texts.len();
                for (at, _) in is_found.iter().enumerate().filter(|(_, is_found)| !**is_found) {
                    missed.entry(signs[at / 3].clone()).or_default().insert(word);
                }
            }
        }
    }
    let signs: Vec<_> = missed
        .iter()
        .take(200)
        .map(|(sign, words)| format!("{sign:?} {} {:?}", words.len(), words.iter().take(8).collect::<Vec<_>>()))
        .collect();
    assert!(missed.is_empty(), "{} signs of {count}: {signs:#?}", missed.len());
}

/// Signs that stand beside words every day, or that are made of letters or read as such.
const SIGNS: [&str; 28] = [
    "", "!", "?", ".", ",", "…", "|", "\"", "(", ")", "*", "-", "_", "/", "'", "😀", "™", "①", "。", "@", "$", "}",
    "<", "©", "♏", "🄐", "Ⓢ", "»",
];

#[test]
fn every_word_is_found_alone_and_beside_signs() {
    let words: Vec<_> = words().into_iter().collect();
    assert!(words.len() > 10_000, "{}", words.len());
    // With each word the next signs: all words with all of them would take minutes.
    check(&words, Form::Evasive, |nth| {
        let some = (0..3).map(|at| SIGNS[(nth * 3 + at) % SIGNS.len()].to_owned());
        some.chain([String::new()]).collect()
    });
}

#[test]
fn some_words_are_found_beside_every_sign() {
    let signs: Vec<_> = ('\0'..=char::MAX).filter(|sign| is_sign(*sign)).map(String::from).collect();
    assert!(signs.len() > 8_000, "{}", signs.len());
    let words: Vec<_> = AWKWARD.split_whitespace().map(str::to_owned).collect();
    // Each word has its share of the signs, and a few have all.
    let share = signs.len() / 8;
    let some = |nth: usize| signs.iter().cycle().skip(nth * 97).take(share).cloned().collect();
    check(&words[..6], Form::Evasive, |_| signs.clone());
    check(&words, Form::Evasive, some);
    check(&words, Form::Folded, some);
}
