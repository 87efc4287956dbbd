//! What the tests and the benches have in common: terms, texts, and units of hostile texts.

/// Terms in English. Words that a chat would hardly use otherwise.
pub const ENGLISH: &str = include_str!("terms/english.txt");
/// More of them, where it is their number that counts.
pub const MORE_ENGLISH: &str = include_str!("terms/english_more.txt");
pub const SPANISH: &str = include_str!("terms/spanish.txt");
pub const RUSSIAN: &str = include_str!("terms/russian.txt");
pub const CHINESE: &str = include_str!("terms/chinese.txt");
/// Short and common words, of the kind that a word filter trips over.
pub const TOUCHY: &str = include_str!("terms/touchy.txt");

/// Words that contain one of the touchy terms and mean no harm, several a line.
pub const HARMLESS_WORDS: &str = include_str!("harmless/words.txt");
/// Sentences whose letters nearly spell a term.
pub const HARMLESS_ENGLISH: &str = include_str!("harmless/english.txt");
pub const HARMLESS_CHINESE: &str = include_str!("harmless/chinese.txt");

/// Disguises that are not seen through: a term, a tab, a text.
pub const KNOWN_MISSES: &str = include_str!("known_misses.txt");

/// The lines of a corpus.
pub fn lines(corpus: &'static str) -> Vec<&'static str> {
    corpus.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect()
}

/// Terms made for hostile texts: long, periodic, alike.
pub const HOSTILE_TERMS: [&str; 8] = [
    "*abababababababababababababababababababababababababababababababac*",
    "*aaaa*",
    "*aab*",
    "hahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahaho",
    "*illilliillilliillilliillilliilliz*",
    "一一一一一一一一一一一一一一一一一一一一二",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "bad",
];

/// What hostile texts are made of again and again, each with its name.
pub const HOSTILE: [(&str, &str); 30] = [
    ("ordinary words", "the quick brown fox jumps over the lazy dog. "),
    ("spaces", " "),
    ("dots", "."),
    ("stars", "*"),
    ("combining marks", "\u{301}"),
    ("zero-width", "\u{200B}"),
    ("one letter", "a"),
    ("one letter, divided", "a "),
    ("one ideograph", "一"),
    ("letters and stars", "a*b*"),
    ("ideographs and stars", "一*"),
    ("letters divided", "a b c d e f g h "),
    ("ambiguous signs", "|!|"),
    ("ambiguous signs and letters", "l|i!"),
    ("near-misses of a periodic term", "ab"),
    ("near-misses of a term at every word", "hahahahahahahahahahahaha "),
    ("near-misses of an ambiguous term", "il1|"),
    ("hits", "casino "),
    ("divided hits", "c.a.s.i.n.o "),
    ("hits within one word", "aaab"),
    ("brackets", "(c)"),
    ("flags", "\u{1F1E6}"),
    ("one letter and stars", "a*"),
    ("beginnings of a term", "casin"),
    ("divided beginnings of a term", "c.a.s.i.n."),
    ("beginnings of an ideographic term", "加"),
    ("beginnings of an ideographic term and stars", "加*"),
    ("hits of a wildcard", "slot"),
    ("more ambiguous signs and letters", "ll1|i!"),
    ("other flags", "🇨"),
];
