//! What the characters of single scripts become.

use crate::glyphs::text_glyphs;

fn bases(text: &str) -> String {
    text_glyphs(text).iter().map(|glyph| glyph.base).collect()
}

#[test]
fn spellings_of_a_word_are_one() {
    for (one, other) in [
        ("रंडी", "रण्डी"),
        ("रंडी", "रँडी"),
        ("रंडी", "रन्डि"),
        ("चूतड़", "चूतड"),
        ("चूतड\u{93C}", "चूत\u{95C}"),
        ("चूतियाआ", "चुतियाा"),
    ] {
        assert_eq!(bases(one), bases(other), "{one} {other}");
    }
    assert_eq!(bases("अन्न जन्म नं"), "अन्न जन्म नं");
}

#[test]
fn syllables_are_read_however_they_are_written() {
    let cases = [
        ("시발", "시발"),
        ("ㅅㅣㅂㅏㄹ", "시발"),
        ("시ㅂㅏㄹ", "시발"),
        ("시바ㄹ", "시발"),
        ("ㅂㅕㅇㅅㅣㄴ", "병신"),
        ("\u{1109}\u{1175}\u{1107}\u{1161}\u{11AF}", "시발"),
        ("\u{FFB5}\u{FFDC}\u{FFB2}\u{FFC2}\u{FFA9}", "시발"),
        ("씨이이발", "씨씨씨발"),
        ("시ㅣ발", "시시발"),
        ("ㅅㅂ", "ㅅㅂ"),
        ("ㅄ", "ㅂㅅ"),
        ("야ㅅㅂ", "야ㅅㅂ"),
        ("야ㅅ발", "야ㅅ발"),
        ("야ㅋㅋㅠㅠ", "야ㅋㅋㅠㅠ"),
        ("\u{1100}\u{1161}\u{11B9}", "값"),
    ];
    for (text, expected) in cases {
        assert_eq!(bases(text), expected, "{text}");
    }
}

#[test]
fn forms_of_a_kana_have_one_base() {
    for text in ["パチンコ", "ぱちんこ", "ﾊﾟﾁﾝｺ", "ハ゜チンコ", "ハ\u{309A}チンコ"] {
        assert_eq!(bases(text), "パチンコ", "{text}");
    }
    assert_eq!(bases("ビッチヴァ"), "ビツチヴア");
}
