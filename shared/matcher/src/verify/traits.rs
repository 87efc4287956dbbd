//! What stands out in a candidate, and whether ordinary writing looks like that.

use super::alignment::{is_same, reads};
use super::division::{ends_clause, is_divided_by_chance, is_divided_word, is_quote};
use crate::candidates::{Candidate, is_in_number, is_wedge};
use crate::classes::Unit;
use crate::dictionary::{Expected, Flags};
use crate::glyph::Kind;
use crate::languages;
use crate::languages::accents::has_words_around;
use crate::stream::Stream;
use crate::unicode::{is_regional_indicator, is_spaceless};

/// No word has a letter this many times in a row: `casinooo`.
pub(super) const DRAWN_OUT: usize = 3;
/// Of a shorter term a doubled letter makes too many abbreviations. Where it makes a word ([`ordinary`](crate::ordinary)), it is one.
const LEAST_DOUBLED: usize = 3;
/// Within a longer word, as the term has a wildcard, a doubled letter makes another word of it: `comma*`, `coma*`. Of
/// terms from this length on it is a disguise if the letter is one that words hardly ever double.
const LEAST_DOUBLED_WITHIN: usize = 5;
/// The letters that words hardly ever double.
const NEVER_DOUBLED: &[char] = &['a', 'h', 'i', 'j', 'k', 'q', 'u', 'v', 'w', 'x', 'y'];

/// Shorter words that look like a term and are Cyrillic in all their letters are words: `сор`, `хор`.
const LEAST_FOREIGN: usize = 4;
/// Likewise for Latin letters in place of all of a Cyrillic term, where no other word is in Latin letters.
const LEAST_LATIN: usize = 3;
/// The Cyrillic letters that are drawn as Latin ones are. A longer word of these alone was chosen to look Latin; one with
/// a letter that is only alike (`п`, `и`) is a word that does so by chance.
const TWINS: &[char] = &['а', 'е', 'с', 'о', 'р', 'х', 'у', 'і', 'ј', 'ѕ', 'һ', 'ԁ', 'ԛ', 'ԝ', 'ӏ', 'ѵ', 'ү'];

/// The Latin letters that are drawn as Cyrillic ones. Most of a word in place of a Cyrillic one are: `xyu`, not `round`.
const LATIN_TWINS: &[char] = &['a', 'c', 'e', 'k', 'm', 'o', 'p', 't', 'x', 'y'];

/// A term of at least this length may begin with a digit for a letter. A shorter one would be a number with its unit:
/// `3rd`, `5am`.
const LEAST_WITH_DIGIT_IN_FRONT: usize = 4;
/// Fewer letters than this behind several digits are a unit: `100k`, `20gb`.
const LEAST_BEHIND_NUMBER: usize = 3;
/// With more digits than this for each letter, it is a number with letters in it.
const MOST_DIGITS_A_LETTER: usize = 2;

/// What stands out in a stretch of text.
#[derive(Debug, Default)]
pub(super) struct Traits {
    /// Letters and digits, without dividers.
    characters: usize,
    /// Characters that are the term's own, undisguised but for their style.
    own: usize,
    /// Runs of a digit that is read as a letter.
    digits: usize,
    /// Characters of any kind that are neither dividers nor such digits.
    letters: usize,
    /// The longest run of a character.
    longest_run: usize,
    /// The last character that stands twice.
    doubled: Option<char>,
    /// All characters are of one script in which ordinary words could look like the term.
    script: Option<Script>,
    scripts: usize,
    /// Some Cyrillic letter is none of [`TWINS`].
    is_loose: bool,
    /// Signs that only draw a vowel out, and are none of the term's letters.
    drawn: usize,
    /// Something is between two letters that divides clauses or words: see [`ends_clause`], [`is_quote`], [`is_wedge`].
    has_stops: bool,
    /// A digit of a larger number stands for a numeral.
    has_part_of_number: bool,
    /// Latin letters of any kind.
    latin: usize,
    /// Letters of scripts in which they are taken for Latin ones only beside such.
    borrowed: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
    Other,
}

impl Script {
    const fn of(base: char) -> Self {
        match base {
            'a'..='z' => Self::Latin,
            '\u{370}'..='\u{3FF}' => Self::Greek,
            '\u{400}'..='\u{52F}' => Self::Cyrillic,
            '\u{530}'..='\u{58F}' => Self::Armenian,
            '\u{13A0}'..='\u{13FF}' | '\u{AB70}'..='\u{ABBF}' => Self::Cherokee,
            _ => Self::Other,
        }
    }
}

impl Traits {
    pub(super) fn of(
        stream: &Stream,
        units: &[Unit],
        expected: &Expected<'_>,
        candidate: &Candidate,
        first: usize,
    ) -> Self {
        let mut traits = Self::default();
        let (mut run, mut before) = (0, None);
        let (mut quotes, mut is_own) = (0, false);
        for (at, unit) in units.iter().enumerate() {
            if Some(first + at) == candidate.star {
                before = None;
                continue;
            }
            if unit.kind.is_divider() {
                traits.has_stops |= ends_clause(unit);
                quotes += usize::from(is_quote(unit.base));
                // Regional indicators are letters, although no part of words. Nor do signs occur in words of one script.
                if is_regional_indicator(unit.base) || !(unit.base.is_ascii() || unit.letters.is_empty()) {
                    traits.letters += 1;
                    traits.scripts += 1;
                }
                continue;
            }
            // One quotation mark ends something that is quoted. Two are around each letter.
            traits.has_stops |= std::mem::take(&mut quotes) == 1;
            let is_wedge = stream.has_ideographs && is_wedge(&stream.units, first + at, unit);
            if is_wedge && !expected.letters.iter().any(|letter| reads(unit, *letter)) {
                traits.has_stops = true;
                continue;
            }
            traits.characters += 1;
            run = if before == Some(unit.base) { run + 1 } else { 1 };
            if run == 2 {
                traits.doubled = Some(unit.base);
            }
            traits.longest_run = traits.longest_run.max(run);
            before = Some(unit.base);

            if run == 1 {
                is_own = expected.letters.iter().any(|letter| is_same(unit.base, letter.base()));
            }
            traits.own += usize::from(is_own);
            traits.drawn += usize::from(unit.kind == Kind::Drawn && !is_own);
            let is_borrowed = unit.glyph().is_of_its_own();
            traits.borrowed += usize::from(is_borrowed && !is_own);
            if unit.kind == Kind::Digit || unit.base.is_ascii_digit() {
                if !is_own {
                    traits.digits += usize::from(run == 1);
                    continue;
                }
                traits.has_part_of_number |= is_in_number(&stream.units, first + at, unit)
                    && !expected.letters.iter().any(|letter| letter.base() == unit.base);
            }
            traits.letters += 1;
            let is_letter =
                matches!(unit.kind, Kind::Letter | Kind::Badge) && !is_borrowed && !unit.base.is_ascii_digit();
            traits.latin += usize::from(is_letter && !unit.letters.is_empty());
            let script = Script::of(unit.base);
            if traits.script != Some(script) {
                traits.scripts += 1;
                traits.script = Some(script);
            }
            traits.is_loose |= script == Script::Cyrillic && !TWINS.contains(&unit.base);
        }
        traits
    }

    /// Whether this is how a person would write the term in disguise, rather than something else.
    pub(super) fn are_plausible(
        &self,
        stream: &Stream,
        expected: &Expected<'_>,
        candidate: &Candidate,
        first: usize,
    ) -> bool {
        let length = expected.letters.len();
        let is_disguised =
            candidate.gaps > 0 || candidate.star.is_some() || self.own < self.characters.max(self.letters);
        self.letters > 0
            && (length > 1 || !is_disguised)
            && !(self.has_stops
                && candidate.gaps > 0
                && is_divided_by_chance(expected, candidate.gaps)
                && !is_divided_word(stream, expected, first..candidate.last + 1))
            && self.is_repeated_enough(expected, is_disguised)
            && (self.drawn == 0 || languages::may_be_drawn_out(length))
            && (self.own > 0 || self.is_foreign(length) || self.is_latin_for(stream, expected, candidate, first))
            && !self.has_part_of_number
            && (self.borrowed == 0 || self.latin > 0)
            && (self.digits == 0
                || (self.has_letters_beside_digits(expected) && self.is_no_number(stream, expected, candidate, first)))
            && stream.units.get(candidate.last).is_some_and(|unit| unit.kind != Kind::Stop && !unit.is_opening())
    }

    /// Whether there are no letters beyond those of the term, or they are there to disguise it.
    fn is_repeated_enough(&self, expected: &Expected<'_>, is_disguised: bool) -> bool {
        let length = expected.letters.len();
        let is_whole_word = expected.flags.has(Flags::BEGINS_WORD) && expected.flags.has(Flags::ENDS_WORD);
        is_disguised
            || self.longest_run >= DRAWN_OUT
            || self.characters != length + 1
            || self.doubled.is_some_and(|letter| languages::is_doubled_on_purpose(letter, length))
            || self.doubled.is_none_or(|letter| {
                (is_whole_word && length >= LEAST_DOUBLED && letter.is_ascii())
                    || (length >= LEAST_DOUBLED_WITHIN && NEVER_DOUBLED.contains(&letter))
            })
    }

    /// Whether a term without one letter of its own is meant, and no word of another language that only looks like it.
    fn is_foreign(&self, length: usize) -> bool {
        match self.script {
            Some(Script::Other) | None => true,
            _ if self.scripts > 1 => true,
            Some(Script::Cyrillic) => length >= LEAST_FOREIGN && (!self.is_loose || self.digits > 0),
            Some(_) => false,
        }
    }

    /// Whether a Cyrillic term is meant, although all letters are Latin. A short one may be a word of its own: `cop`.
    fn is_latin_for(&self, stream: &Stream, expected: &Expected<'_>, candidate: &Candidate, first: usize) -> bool {
        let length = expected.letters.len();
        let units = stream.units.get(first..=candidate.last).unwrap_or_default();
        let twins = units.iter().filter(|unit| LATIN_TWINS.contains(&unit.base)).count();
        self.script == Some(Script::Latin)
            && is_cyrillic(expected)
            && length >= LEAST_LATIN
            && twins * 3 >= length * 2
            && (length >= LEAST_FOREIGN || !has_words_around(stream, &(first..candidate.last + 1)))
    }

    /// Whether there are other Latin letters for a digit to be read as one. Of two letters there are not (`S6`), and beside
    /// ideographs it counts them: 装8个.
    fn has_letters_beside_digits(&self, expected: &Expected<'_>) -> bool {
        let is_mixed = expected.letters.iter().any(|letter| is_spaceless(letter.base()));
        expected.letters.len() > 2 && (!is_mixed || self.latin > 0)
    }

    /// Whether digits stand for letters: they do among letters, but not in a number.
    fn is_no_number(&self, stream: &Stream, expected: &Expected<'_>, candidate: &Candidate, first: usize) -> bool {
        let is_digit = |at: usize| stream.units.get(at).is_some_and(|unit| unit.kind == Kind::Digit);
        let is_point = |at: usize| stream.units.get(at).is_some_and(|unit| matches!(unit.base, '.' | ',' | ':'));
        let length = expected.letters.len();
        let leading = (first..=candidate.last).take_while(|at| is_digit(*at)).count();
        // `3rd`, `5am`, `100k`, `15min`: a number and its unit.
        let has_unit = match leading {
            0 => false,
            // Russian units are not written like that: `6ля`.
            1 => length < LEAST_WITH_DIGIT_IN_FRONT - usize::from(is_cyrillic(expected)),
            _ => candidate.gaps == 0 && self.letters < LEAST_BEHIND_NUMBER,
        };
        // `1.5k`, `v2.0`: only a part of a number.
        let goes_on =
            |point: Option<usize>, digit: Option<usize>| point.is_some_and(is_point) && digit.is_some_and(is_digit);
        let goes_on_left = leading > 0 && goes_on(first.checked_sub(1), first.checked_sub(2));
        let goes_on_right = is_digit(candidate.last) && goes_on(Some(candidate.last + 1), Some(candidate.last + 2));
        self.digits <= self.letters * MOST_DIGITS_A_LETTER && !has_unit && !goes_on_left && !goes_on_right
    }
}

/// Whether the term is written in Cyrillic.
fn is_cyrillic(expected: &Expected<'_>) -> bool {
    expected.letters.first().is_some_and(|letter| languages::is_cyrillic(letter.base()))
}
