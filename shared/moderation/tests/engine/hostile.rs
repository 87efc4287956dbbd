//! Whatever is sent, the engine comes to an end, and a mask to its rest. How long it takes is measured by the benches.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{hits, rules};

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
        let rules = rules(&TERMS);
        for (_, hit) in hits(&rules, &text) {
            prop_assert!(!hit.is_empty());
        }
    }

    #[test]
    fn other_terms_do_not_change_what_a_term_finds(text in text()) {
        let together = rules(&TERMS);
        let all: Vec<_> = hits(&together, &text).into_iter().filter(|(rule, _)| *rule == "cat*").collect();
        let alone = rules(&["cat*"]);
        // With others there may be more: what their masks would bring about.
        for hit in hits(&alone, &text) {
            prop_assert!(all.contains(&hit), "{hit:?} in {all:?}");
        }
    }

    #[test]
    fn any_characters_at_all(text in ".{0,64}") {
        hits(&rules(&TERMS), &text);
    }
}

#[test]
fn long_hostile_texts_come_to_an_end() {
    let rules = rules(&TERMS);
    for unit in
        ["a", " ", "*", "a*", "(c)", "|!|", "casin", "c.a.s.i.n.", "加", "加*", "\u{301}", "🇨", "slot", "ll1|i!"]
    {
        let text = unit.repeat((256 << 10) / unit.len());
        hits(&rules, &text);
    }
}
