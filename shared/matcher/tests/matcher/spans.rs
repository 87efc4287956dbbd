//! What exactly is hit.

use crate::Terms;

#[test]
fn a_hit_is_the_disguised_word_and_nothing_around_it() {
    let terms = Terms::evasive(&[
        "casino",
        "betting",
        "lottery",
        "viagra",
        "赌场",
        "加微信",
        "casino royale",
        "t.me",
        "c++",
        "казино",
    ]);
    let cases = [
        ("the (c.a.s.i.n.o)!", "casino", "c.a.s.i.n.o"),
        ("wow(casino)!", "casino", "casino"),
        ("a c a s i n o b", "casino", "c a s i n o"),
        ("[c][a][s][i][n][o]", "casino", "c][a][s][i][n][o"),
        ("wow!!!c@s1n0...", "casino", "c@s1n0"),
        ("casinoooo!", "casino", "casinoooo"),
        ("ccccasino", "casino", "ccccasino"),
        ("🔥c🔥a🔥s🔥i🔥n🔥o🔥", "casino", "c🔥a🔥s🔥i🔥n🔥o"),
        ("xx\u{200B}c\u{200B}asino", "", ""),
        // Drawn empty, although Unicode has it as a letter.
        ("c\u{3164}a\u{3164}s\u{3164}i\u{3164}n\u{3164}o", "casino", "c\u{3164}a\u{3164}s\u{3164}i\u{3164}n\u{3164}o"),
        ("ca\u{200B}si\u{200B}no\u{200B}", "casino", "ca\u{200B}si\u{200B}no"),
        ("c\u{301}asino\u{301}\u{301} ", "casino", "c\u{301}asino\u{301}\u{301}"),
        ("ＣＡＳＩＮＯ。", "casino", "ＣＡＳＩＮＯ"),
        ("a*casino*", "casino", "casino"),
        ("bet*ing", "betting", "bet*ing"),
        ("be*ting", "betting", "be*ting"),
        ("betttttting", "betting", "betttttting"),
        ("beting", "", ""),
        ("|0ttery", "lottery", "|0ttery"),
        ("v1agr@@@ now", "viagra", "v1agr@@@"),
        ("去【赌】【场】玩", "赌场", "赌】【场"),
        ("赌,场面", "", ""),
        ("赌。场面", "", ""),
        ("加加加微信信", "加微信", "加微信"),
        ("加，微，信", "加微信", "加，微，信"),
        ("加*信", "加微信", "加*信"),
        ("casino-royale", "casino royale", "casino-royale"),
        ("casinoroyale", "casino royale", "casinoroyale"),
        ("join t.me/x", "t.me", "t.me"),
        ("join t[.]me", "t.me", "t[.]me"),
        ("about me", "", ""),
        ("I write c++ and c.", "c++", "c++"),
        ("ct", "", ""),
        ("КАЗИНО", "казино", "КАЗИНО"),
        ("kaзинo", "казино", "kaзинo"),
        ("/\\ c/\\s!n()", "casino", "c/\\s!n()"),
    ];
    for (text, term, hit) in cases {
        let found = terms.hits(text);
        if term.is_empty() {
            assert!(found.is_empty(), "{text}: {found:?}");
        } else {
            assert!(found.contains(&(term, hit)), "{text}: {found:?}");
        }
    }
}

#[test]
fn a_wildcard_hits_the_whole_word() {
    let terms = Terms::evasive(&["cat*", "*dog", "*bird*", "*加油*"]);
    let cases = [
        ("cats and category, bobcat", &["cats", "category"][..]),
        ("hotdog dogs", &["hotdog"]),
        ("ladybirds, b.i.r.d", &["ladybirds", "b.i.r.d"]),
        ("b1rdhouse", &["b1rdhouse"]),
        ("birdbirdbird", &["birdbirdbird"]),
        ("快加油吧", &["加油"]),
    ];
    for (text, expected) in cases {
        let found: Vec<_> = terms.hits(text).into_iter().map(|(_, hit)| hit).collect();
        assert_eq!(found, expected, "{text}");
    }
}

/// Texts one behind the other, and the hits in them as [`Terms::hits_in`] gives them.
type Case<'c> = (&'c [&'c str], &'c [(&'c str, usize, std::ops::Range<usize>)]);

#[test]
fn a_term_split_over_two_segments_is_found_in_both() {
    let terms = Terms::evasive(&["casino", "赌场", "invest"]);
    let cases: [Case<'_>; 7] = [
        (&["the cas", "ino is open"], &[("casino", 0, 4..7), ("casino", 1, 0..3)]),
        (
            &["c", "a", "s", "i", "n", "o"],
            &[
                ("casino", 0, 0..1),
                ("casino", 1, 0..1),
                ("casino", 2, 0..1),
                ("casino", 3, 0..1),
                ("casino", 4, 0..1),
                ("casino", 5, 0..1),
            ],
        ),
        (&["去赌", "场"], &[("赌场", 0, 3..6), ("赌场", 1, 0..3)]),
        // A segment begins and ends words of its own.
        (&["the", "casino", "s"], &[("casino", 1, 0..6)]),
        (&["the", "ɔɐsᴉno"], &[("casino", 1, 0..10)]),
        (&["c@s\u{301}", "1no!"], &[("casino", 0, 0..5), ("casino", 1, 0..3)]),
        (&["in", " ", "vest"], &[]),
    ];
    for (texts, expected) in cases {
        assert_eq!(terms.hits_in(texts), expected, "{texts:?}");
    }
}
