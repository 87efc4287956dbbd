//! Whatever is sent, the matcher comes to an end. How long it takes is measured by the benches.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Terms, corpora};

/// Characters that a disguise is made of, and letters of the terms.
const PIECES: [&str; 48] = [
    "c",
    "a",
    "s",
    "i",
    "n",
    "o",
    "l",
    "b",
    "e",
    "t",
    "C",
    "ａ",
    "𝐬",
    "ⓘ",
    "ո",
    "о",
    "0",
    "1",
    "5",
    "@",
    "$",
    "!",
    "|",
    "*",
    "#",
    "-",
    ".",
    " ",
    "\n",
    "(",
    ")",
    "/",
    "\\",
    "\u{200B}",
    "\u{301}",
    "\u{FE0F}",
    "🔥",
    "🇨",
    "🇦",
    "👨‍👩‍👧",
    "加",
    "微",
    "信",
    "，",
    "【",
    "\u{E0061}",
    "ガ",
    "한",
];

const TERMS: [&str; 12] =
    ["casino", "bet", "*slot*", "cat*", "*bos", "加微信", "加", "a", "casino bet", "c@t", "t.o", "一二"];

fn text() -> impl Strategy<Value = String> {
    vec(prop::sample::select(&PIECES[..]), 0..48).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_hit_is_a_part_of_the_text(text in text()) {
        for (_, hit) in Terms::evasive(&TERMS).hits(&text) {
            prop_assert!(!hit.is_empty());
        }
    }

    #[test]
    fn other_terms_do_not_change_what_a_term_finds(text in text()) {
        let mut together = Terms::evasive(&TERMS).hits(&text);
        together.retain(|(term, _)| *term == "cat*");
        prop_assert_eq!(together, Terms::evasive(&["cat*"]).hits(&text));
    }

    #[test]
    fn any_characters_at_all(text in ".{0,64}") {
        Terms::evasive(&TERMS).hits(&text);
    }
}

#[test]
fn long_hostile_texts_come_to_an_end() {
    let english = corpora::lines(corpora::ENGLISH);
    let terms: Vec<_> = TERMS.into_iter().chain(english).chain(corpora::HOSTILE_TERMS).collect();
    let terms = Terms::evasive(&terms);
    for (_, unit) in corpora::HOSTILE {
        let text = unit.repeat((16 << 10) / unit.len());
        terms.hits(&text);
    }
}
