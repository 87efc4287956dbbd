//! Texts that have too much of something: capitals, emoji, repeated characters, combining marks.

use chathook_matcher::unicode::{is_accent, is_emoji};
use unicode_segmentation::UnicodeSegmentation;

/// Shares in percent. A text must reach all that are given.
#[derive(Debug)]
pub(crate) struct Density {
    /// Capital letters among the letters that have a case.
    pub(crate) capitals: Option<usize>,
    /// Emoji among the characters that are not white space.
    pub(crate) emoji: Option<usize>,
    /// Characters that repeat the one before them.
    pub(crate) repeats: Option<usize>,
    /// Accents and other marks that fit on any letter, among all code points.
    pub(crate) combining_marks: Option<usize>,
    /// Shorter texts are not judged.
    pub(crate) min_characters: usize,
}

impl Density {
    pub(super) fn holds(&self, text: &str) -> bool {
        let (mut upper, mut cased) = (0, 0);
        let (mut emoji, mut repeats, mut characters) = (0, 0, 0);
        let (mut marks, mut points) = (0, 0);
        let mut before = None;
        for grapheme in text.graphemes(true) {
            for character in grapheme.chars() {
                points += 1;
                marks += usize::from(is_accent(character));
                upper += usize::from(character.is_uppercase());
                cased += usize::from(character.is_uppercase() || character.is_lowercase());
            }
            if grapheme.chars().all(char::is_whitespace) {
                continue;
            }
            characters += 1;
            emoji += usize::from(is_shown_as_emoji(grapheme));
            repeats += usize::from(before.replace(grapheme) == Some(grapheme));
        }
        let reaches = |wanted: Option<usize>, part: usize, whole: usize| {
            wanted.is_none_or(|percent| whole > 0 && part * 100 >= whole * percent)
        };
        characters >= self.min_characters.max(1)
            && reaches(self.capitals, upper, cased)
            && reaches(self.emoji, emoji, characters)
            && reaches(self.repeats, repeats, characters)
            && reaches(self.combining_marks, marks, points)
    }
}

/// Whether a person sees an emoji.
fn is_shown_as_emoji(grapheme: &str) -> bool {
    let asks_for_emoji = |character| matches!(character, '\u{FE0F}' | '\u{20E3}');
    grapheme.chars().any(|character| is_emoji(character) || asks_for_emoji(character))
}
