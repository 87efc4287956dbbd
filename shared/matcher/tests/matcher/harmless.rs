//! What is not there is not found.

use chathook_random::Random;

use crate::Terms;
use crate::carriers::carry;
use crate::corpora::{self, lines};

fn false_hits(terms: &[&str], texts: impl Iterator<Item = String>) -> (usize, Vec<String>) {
    let terms = Terms::evasive(terms);
    let mut count = 0;
    let mut hit = Vec::new();
    for text in texts {
        count += 1;
        let found = terms.hits(&text);
        if !found.is_empty() {
            hit.push(format!("{text}: {found:?}"));
        }
    }
    (count, hit)
}

#[test]
fn innocent_words_that_contain_a_term_are_not_hit() {
    let words = || corpora::HARMLESS_WORDS.split_whitespace();
    // Each by itself, and each shouted in a sentence.
    let texts = words().map(str::to_owned).chain(words().map(|word| format!("I said: {}!", word.to_uppercase())));
    let terms = lines(corpora::TOUCHY);
    let (count, hit) = false_hits(&terms, texts);
    assert!(hit.len() * 100 <= count, "{} of {count}: {hit:#?}", hit.len());
    // The list is about these terms.
    for word in words() {
        assert!(terms.iter().any(|term| word.contains(term)), "{word} contains no term");
    }
}

/// Everyday sentences from everyday words.
#[allow(clippy::too_many_lines, reason = "they are words")]
fn sentences(count: usize) -> impl Iterator<Item = String> {
    const WHO: [&str; 16] = [
        "I",
        "we",
        "they",
        "my sister",
        "the teacher",
        "a friend",
        "our team",
        "Tom",
        "Ana",
        "the kids",
        "nobody",
        "he",
        "she",
        "you",
        "my boss",
        "the dog",
    ];
    const DO: [&str; 20] = [
        "saw",
        "bought",
        "lost",
        "found",
        "liked",
        "painted",
        "cooked",
        "sold",
        "fixed",
        "passed",
        "assessed",
        "investigated",
        "discussed",
        "carried",
        "hated",
        "shook",
        "tasted",
        "washed",
        "is looking at",
        "can't stand",
    ];
    const WHAT: [&str; 28] = [
        "a house",
        "the asteroid photos",
        "some shiitake",
        "two tickets",
        "a cocktail",
        "the class notes",
        "a grape",
        "his document",
        "the canal",
        "an mp3",
        "4x4 tyres",
        "50 eggs",
        "the titanium ring",
        "a scampi dish",
        "a heroine's story",
        "9 lives",
        "the lot",
        "a potato",
        "her glasses",
        "3.5 litres of milk",
        "a B2B deal",
        "$20",
        "the cashew nuts",
        "a landscape",
        "my loaner car",
        "the skyscraper",
        "a Dickens novel",
        "Essex",
    ];
    const HOW: [&str; 18] = [
        "",
        " today",
        " at 5:30",
        " on 12/05/2026",
        " for $9.99",
        " in town",
        ", ok?",
        "!!!",
        "...",
        " :)",
        " 😀",
        " (really)",
        " - twice",
        " *again*",
        " @ home",
        " & more",
        ", i.e. never",
        " / always",
    ];
    const AND: [&str; 8] = [".", ". ", ", and ", "; ", "! ", "? ", " - ", "\n"];
    let mut random = Random::new(11);
    (0..count).map(move |_| {
        let mut text = String::new();
        for nth in 0..=random.index(2) {
            if nth > 0 {
                text.push_str(random.pick::<&str>(&AND));
            }
            for part in
                [WHO[random.index(16)], " ", DO[random.index(20)], " ", WHAT[random.index(28)], HOW[random.index(18)]]
            {
                text.push_str(part);
            }
        }
        text
    })
}

/// Numbers, prices, dates, phone numbers, codes.
fn numbers(count: usize) -> impl Iterator<Item = String> {
    let mut random = Random::new(13);
    (0..count).map(move |_| {
        let number =
            |random: &mut Random, digits: usize| (0..digits).map(|_| random.index(10).to_string()).collect::<String>();
        let digits = 1 + random.index(6);
        let number = match random.index(8) {
            0 => number(&mut random, digits),
            1 => format!("{}.{}", number(&mut random, digits), number(&mut random, 2)),
            2 => format!("+{} {} {}", number(&mut random, 2), number(&mut random, 3), number(&mut random, 4)),
            3 => format!("{}:{}", number(&mut random, 2), number(&mut random, 2)),
            4 => format!("{}-{}-{}", number(&mut random, 4), number(&mut random, 2), number(&mut random, 2)),
            5 => format!("${},{}", number(&mut random, 2), number(&mut random, 3)),
            6 => format!("{}k", number(&mut random, digits)),
            _ => (0..digits).map(|_| random.index(10).to_string()).collect::<Vec<_>>().join(" "),
        };
        carry(random.pick::<&str>(&["{}", "it was {}", "{} of them", "no. {}, please", "is {} ok?"]), &number)
    })
}

#[test]
fn harmless_sentences_are_not_hit() {
    let all = [corpora::TOUCHY, corpora::ENGLISH, corpora::SPANISH, corpora::CHINESE];
    let terms: Vec<&str> = all.into_iter().flat_map(lines).collect();
    let traps = [corpora::HARMLESS_ENGLISH, corpora::HARMLESS_CHINESE].into_iter().flat_map(lines).map(str::to_owned);
    let (count, hit) = false_hits(&terms, traps.chain(sentences(3_000)).chain(numbers(2_000)));
    // A few of the generated sentences really hold a term.
    let hit: Vec<_> = hit.into_iter().filter(|hit| !is_honest(hit)).collect();
    assert!(hit.len() * 1_000 <= count, "{} of {count}: {hit:#?}", hit.len());
}

/// Whether the term stands in the sentence as it is, as in "the lot".
fn is_honest(hit: &str) -> bool {
    ["the lot", "SEX", "a pot-holder"].iter().any(|words| hit.contains(words))
}
