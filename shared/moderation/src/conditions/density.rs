//! Readable that have too much of something: capitals, emoji, repeated characters, combining marks.

use unicode_segmentation::UnicodeSegmentation;

/// Shares in percent that a text must reach, all of those that are given.
#[derive(Debug)]
pub(crate) struct Density {
    /// Capital letters among the letters that have a case.
    pub(crate) capitals: Option<usize>,
    /// Emoji among the characters that are no white space.
    pub(crate) emoji: Option<usize>,
    /// Characters that are the one before them once more.
    pub(crate) repeats: Option<usize>,
    /// Combining marks among all code points.
    pub(crate) combining_marks: Option<usize>,
    /// How many characters a text must have to be judged at all.
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
                marks += usize::from(is_mark(character));
                upper += usize::from(character.is_uppercase());
                cased += usize::from(character.is_uppercase() || character.is_lowercase());
            }
            if grapheme.chars().all(char::is_whitespace) {
                continue;
            }
            characters += 1;
            emoji += usize::from(is_emoji(grapheme));
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

const fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20F0}' | '\u{FE20}'..='\u{FE2F}')
}

fn is_emoji(grapheme: &str) -> bool {
    let shown_as_emoji = |character| matches!(character, '\u{FE0F}' | '\u{20E3}');
    let is = |character| {
        matches!(character,
            '\u{1F000}'..='\u{1FAFF}' | '\u{231A}'..='\u{231B}' | '\u{23E9}'..='\u{23F3}' | '\u{2600}'..='\u{27BF}'
            | '\u{2B1B}'..='\u{2B1C}' | '\u{2B50}' | '\u{2B55}')
    };
    grapheme.chars().any(|character| is(character) || shown_as_emoji(character))
}
