//! Letter case taken out of a text, with a way back to the sender's own characters.
//!
//! Every character becomes exactly one character, so that a match in the folded text always covers whole characters of
//! the original. Their lengths in bytes may differ (`İ` has two, `i` one), which is what the way back is for.

use std::borrow::Cow;

/// A text without letter case.
pub(crate) struct Folded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Where the distance between folded and original offsets changes, as (folded, original) offsets. Empty for nearly
    /// every text.
    shifts: Vec<(usize, usize)>,
}

impl Folded<'_> {
    /// The offset in the original of the character at `offset` in the folded text.
    pub(crate) fn original(&self, offset: usize) -> usize {
        let after = self.shifts.partition_point(|(folded, _)| *folded <= offset);
        match after.checked_sub(1).and_then(|last| self.shifts.get(last)) {
            Some((folded, original)) => original + (offset - folded),
            None => offset,
        }
    }
}

/// Folds a text.
pub(crate) fn fold(text: &str) -> Folded<'_> {
    if text.is_ascii() {
        let has_case = text.bytes().any(|byte| byte.is_ascii_uppercase());
        let text = if has_case { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
        return Folded { text, shifts: Vec::new() };
    }
    let mut folded = String::with_capacity(text.len());
    let mut shifts = Vec::new();
    for (at, original) in text.char_indices() {
        let simple = fold_char(original);
        folded.push(simple);
        if simple.len_utf8() != original.len_utf8() {
            shifts.push((folded.len(), at + original.len_utf8()));
        }
    }
    Folded { text: Cow::Owned(folded), shifts }
}

/// Simple case folding by way of the upper case, which brings the variants of a letter together (`ſ` and `s`, `ς` and
/// `σ`). A Turkish `İ` or `ı` counts as the `i` that it looks like.
pub(crate) fn fold_char(character: char) -> char {
    let mut upper = character.to_uppercase();
    let upper = match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => character,
    };
    upper.to_lowercase().next().unwrap_or(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_twice_is_folding_once() {
        for character in '\0'..=char::MAX {
            let folded = fold_char(character);
            assert_eq!(fold_char(folded), folded, "{character:?}");
        }
    }

    #[test]
    fn letters_that_differ_only_in_case_become_one() {
        for (one, other) in
            [("CaSiNo", "casino"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ЯЩИК", "ящик"), ("ẞ", "ß"), ("ſ", "S"), ("K", "k")]
        {
            assert_eq!(fold(one).text, fold(other).text, "{one} {other}");
        }
        assert_eq!(fold("CASİNO").text, "casino");
    }

    #[test]
    fn every_folded_character_leads_back_to_its_original() {
        let text = "İİ Kelvin ẞ 加 ſ end";
        let folded = fold(text);
        let pairs = folded.text.char_indices().zip(text.char_indices());
        for ((at, _), (original, _)) in pairs {
            assert_eq!(folded.original(at), original);
        }
        assert_eq!(folded.original(folded.text.len()), text.len());
    }
}
