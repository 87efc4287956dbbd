//! Decides whether a candidate is the term, as a person would who reads the original text.
//!
//! The trie takes any `0` for an `o`, and joins letters across any divider. This module looks at the whole stretch. Do
//! its characters stand for the term's letters, one by one? Is it a word of its own? Is it a disguise, or does ordinary
//! writing look like that? The constants say what is uncommon in ordinary writing, and so counts as a disguise.

use std::ops::Range;

use crate::candidates::Candidate;
use crate::classes::{NONE, Unit};
use crate::dictionary::{Expected, Flags};
use crate::glyphs::Kind;
use crate::languages;
use crate::letters::Letters;
use crate::pattern::Letter;
use crate::stream::Stream;
use crate::unicode::is_regional_indicator;

/// No word has a letter this many times in a row: `casinooo`.
const DRAWN_OUT: usize = 3;
/// One letter more than a term has, once doubled, makes another word of a short one: `bet`, `beet`; `coma`, `comma`. Of
/// terms from this length on it is a disguise if the letter is one that words hardly ever double.
const LEAST_DOUBLED: usize = 5;
/// The letters that words hardly ever double.
const NEVER_DOUBLED: &[char] = &['a', 'h', 'i', 'j', 'k', 'q', 'u', 'v', 'w', 'x', 'y'];

/// Shorter words that look like a term and are Cyrillic in all their letters are words: `сор`, `хор`.
const LEAST_FOREIGN: usize = 4;
/// Likewise for Latin letters in place of all of a Cyrillic term, where no other word is in Latin letters.
const LEAST_LATIN: usize = 3;
/// The Cyrillic letters that are drawn as Latin ones are. A longer word of these alone was chosen to look Latin; one with
/// a letter that is only alike (`п`, `и`) is a word that does so by chance.
const TWINS: &[char] = &['а', 'е', 'с', 'о', 'р', 'х', 'у', 'і', 'ј', 'ѕ', 'һ', 'ԁ', 'ԛ', 'ԝ', 'ӏ', 'ѵ', 'ү'];

/// A term of at least this length may begin with a digit for a letter. A shorter one would be a number with its unit:
/// `3rd`, `5am`.
const LEAST_WITH_DIGIT_IN_FRONT: usize = 4;
/// Fewer letters than this behind several digits are a unit: `100k`, `20gb`.
const LEAST_BEHIND_NUMBER: usize = 3;
/// With more digits than this for each letter, it is a number with letters in it.
const MOST_DIGITS_A_LETTER: usize = 2;

/// Of shorter terms too little is left when a sign stands for one of the letters. Of those of just this length, only
/// ideographs may be replaced by any sign, letters only by the sign of old: `s*x`.
const LEAST_STARRED: usize = 3;
const STAR: char = '*';

/// A term of this many syllables is a compound, which may be written in parts: `조건 만남`.
const LEAST_COMPOUND: usize = 4;

/// The most letters that can be tried in all ways at once: one bit for each.
const MOST_AT_ONCE: usize = 127;

/// Verifies a candidate. Gives the units of the match.
pub(crate) fn verify(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate) -> Option<Range<usize>> {
    // Most false candidates are found out before the text is read. Each letter takes at least one unit.
    if candidate.last - candidate.first + 1 < expected.letters.len()
        || !(is_divided_enough(stream, expected, candidate)
            && candidate.star.is_none_or(|star| may_be_starred(stream, expected, star)))
        || (expected.flags.has(Flags::ENDS_WORD) && !stream.ends_word(candidate.last))
    {
        return None;
    }
    // And most terms are written as they are.
    let first = if is_undisguised(stream, expected, candidate) {
        candidate.first
    } else {
        let first = beginning(stream, expected, candidate)?;
        let units = stream.units.get(first..=candidate.last)?;
        let has_signs = expected.signs.iter().all(|sign| units.iter().any(|unit| unit.base == *sign));
        let traits = Traits::of(units, expected, candidate, first);
        if !has_signs
            || !traits.are_plausible(stream, expected, candidate, first)
            || (candidate.gaps == 0 && is_in_two_clauses(stream, expected, first..candidate.last))
            || !languages::agree(stream, expected, candidate.star, &(first..candidate.last + 1))
        {
            return None;
        }
        first
    };
    if !languages::is_whole(stream, first, candidate.last) {
        return None;
    }
    Some(drawn_out(stream, expected, first, candidate.last))
}

/// Whether the units are the letters of the term and nothing else, and it may begin here. This is plausible if they are
/// not all signs.
fn is_undisguised(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate) -> bool {
    let units = stream.units.get(candidate.first..=candidate.last).unwrap_or_default();
    candidate.star.is_none()
        && candidate.gaps == 0
        && expected.signs.is_empty()
        && units.iter().map(|unit| unit.base).eq(expected.letters.iter().map(|letter| letter.base))
        && units.iter().all(|unit| !unit.kind.is_divider())
        && (candidate.first..).zip(expected.letters).all(|(at, letter)| stream.marks(at) == letter.marks)
        && (!expected.flags.has(Flags::BEGINS_WORD) || stream.begins_word(candidate.first))
}

/// Where the match begins: with as few repeated characters as possible.
fn beginning(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate) -> Option<usize> {
    let (first, last) = (candidate.first, candidate.last);
    let is_possible = |at: usize| {
        (!expected.flags.has(Flags::BEGINS_WORD) || stream.begins_word(at))
            && stream.units.get(at..=last).is_some_and(|units| aligns(units, expected.letters, candidate.star, at))
    };
    let code = stream.units.get(first)?.code;
    let run = stream.units.get(first..=last)?.iter().take_while(|unit| unit.code == code).count();
    let head = expected.letters.first()?;
    let needed = expected.letters.iter().take_while(|letter| letter.base == head.base).count();
    let latest = first + run.saturating_sub(needed);
    if latest > first && is_possible(latest) {
        return Some(latest);
    }
    is_possible(first).then_some(first)
}

/// The match with all repeats of its first and last character, which would otherwise be left around it.
fn drawn_out(stream: &Stream, expected: &Expected<'_>, mut first: usize, mut last: usize) -> Range<usize> {
    let head = expected.letters.first();
    // For a term that repeats a single letter, every run is one match.
    let is_one_letter = || expected.letters.iter().all(|letter| Some(letter) == head);
    if !expected.flags.has(Flags::IDEOGRAPHIC) || is_one_letter() {
        let base = |at: usize| stream.units.get(at).map(|unit| unit.base);
        let begins = |at: usize| stream.units.get(at).is_some_and(|unit| unit.begins_segment);
        while first > 0 && !begins(first) && base(first - 1) == base(first) {
            first -= 1;
        }
        while !begins(last + 1) && base(last + 1).is_some() && base(last + 1) == base(last) {
            last += 1;
        }
    }
    first..last + 1
}

/// Whether a unit may stand for a letter.
pub(crate) fn reads(unit: &Unit, letter: Letter) -> bool {
    unit.base == letter.base
        || (unit.letters.meet(letter.letters) && !languages::are_of_one_script(unit.base, letter.base))
}

/// Whether the units stand for the letters, all of them in order, each once or more. `offset` is the first unit's
/// place, as `star` counts.
fn aligns(units: &[Unit], letters: &[Letter], star: Option<usize>, offset: usize) -> bool {
    // Each bit is a letter that the units so far may have come to.
    if letters.len() > MOST_AT_ONCE {
        return aligns_long(units, letters, star, offset);
    }
    let all = (1_u128 << letters.len()) - 1;
    // The letters that the next one repeats.
    let pairs = || letters.iter().zip(letters.iter().skip(1)).enumerate();
    let doubled = star.map_or(0, |_| {
        pairs().filter(|(_, (one, next))| one.base == next.base).fold(0, |bits: u128, (nth, _)| bits | 1 << nth)
    });
    let mut come_to: u128 = 0;
    for (at, unit) in units.iter().enumerate() {
        let reach = if at == 0 { 1 } else { (come_to | come_to << 1) & all };
        let mut next = 0;
        if star == Some(offset + at) {
            // Also for two that are one sound: `schei*e`.
            next = reach | (reach & doubled) << 1;
        } else {
            if unit.code != NONE {
                let mut rest = reach;
                while rest != 0 {
                    let bit = rest & rest.wrapping_neg();
                    rest ^= bit;
                    let letter = letters.get(bit.trailing_zeros() as usize).copied();
                    if letter.is_some_and(|letter| reads(unit, letter)) {
                        next |= bit;
                    }
                }
            }
            if unit.kind.is_divider() {
                next |= come_to;
            }
        }
        if next == 0 {
            return false;
        }
        come_to = next;
    }
    come_to & (all ^ all >> 1) != 0
}

/// The same for terms of more than [`MOST_AT_ONCE`] letters: each unit is taken as the next letter if it can be.
fn aligns_long(units: &[Unit], letters: &[Letter], star: Option<usize>, offset: usize) -> bool {
    let mut come_to = 0;
    for (at, unit) in units.iter().enumerate() {
        let is_star = star == Some(offset + at);
        let is_read = |nth: usize| letters.get(nth).is_some_and(|letter| is_star || reads(unit, *letter));
        if is_read(come_to) {
            come_to += 1;
        } else if !unit.kind.is_divider() && !come_to.checked_sub(1).is_some_and(is_read) {
            return false;
        }
    }
    come_to == letters.len()
}

/// What stands out in a stretch of text.
#[derive(Debug, Default)]
struct Traits {
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
    /// It holds punctuation that ends or divides sentences.
    has_stops: bool,
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
    fn of(units: &[Unit], expected: &Expected<'_>, candidate: &Candidate, first: usize) -> Self {
        let mut traits = Self::default();
        let (mut run, mut before) = (0, None);
        for (at, unit) in units.iter().enumerate() {
            if Some(first + at) == candidate.star {
                before = None;
                continue;
            }
            if unit.kind.is_divider() {
                traits.has_stops |= unit.kind == Kind::Stop;
                // Regional indicators are letters, although no part of words.
                if is_regional_indicator(unit.base) {
                    traits.letters += 1;
                    traits.scripts += 1;
                }
                continue;
            }
            traits.characters += 1;
            run = if before == Some(unit.base) { run + 1 } else { 1 };
            if run == 2 {
                traits.doubled = Some(unit.base);
            }
            traits.longest_run = traits.longest_run.max(run);
            before = Some(unit.base);

            let is_own = expected.letters.iter().any(|letter| letter.base == unit.base);
            traits.own += usize::from(is_own);
            if unit.kind == Kind::Digit && !is_own {
                traits.digits += usize::from(run == 1);
                continue;
            }
            traits.letters += 1;
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
    fn are_plausible(&self, stream: &Stream, expected: &Expected<'_>, candidate: &Candidate, first: usize) -> bool {
        let length = expected.letters.len();
        let is_disguised =
            candidate.gaps > 0 || candidate.star.is_some() || self.own < self.characters.max(self.letters);
        self.letters > 0
            && (length > 1 || !is_disguised)
            && !(self.has_stops && candidate.gaps > 0 && is_divided_by_chance(expected, candidate.gaps))
            && self.is_repeated_enough(length, is_disguised)
            && (self.own > 0 || self.is_foreign(length) || self.is_latin_for(stream, expected, candidate, first))
            && (self.digits == 0 || self.is_no_number(stream, expected, candidate, first))
            && stream.units.get(candidate.last).is_some_and(|unit| unit.kind != Kind::Stop && !is_opening(unit))
    }

    /// Whether there are no letters beyond those of the term, or they are there to disguise it.
    fn is_repeated_enough(&self, length: usize, is_disguised: bool) -> bool {
        is_disguised
            || self.longest_run >= DRAWN_OUT
            || self.characters != length + 1
            || self.doubled.is_some_and(|letter| languages::is_doubled_on_purpose(letter, length))
            || (length >= LEAST_DOUBLED && self.doubled.is_none_or(|letter| NEVER_DOUBLED.contains(&letter)))
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
        self.script == Some(Script::Latin)
            && languages::is_cyrillic(expected.letters)
            && length >= LEAST_LATIN
            && (length >= LEAST_FOREIGN || !languages::has_words_around(stream, &(first..candidate.last + 1)))
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
            1 => length < LEAST_WITH_DIGIT_IN_FRONT - usize::from(languages::is_cyrillic(expected.letters)),
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

/// Whether enough places between the letters are divided for it to be on purpose: most of them, or half between
/// ideographs, which normally have nothing in between.
fn is_divided_enough(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate) -> bool {
    let gaps = candidate.gaps;
    if gaps == 0 {
        return true;
    }
    let between = languages::places(expected.letters);
    let has_space = || {
        let units = stream.units.get(candidate.first..candidate.last).unwrap_or_default();
        units.iter().any(|unit| unit.kind == Kind::Space)
    };
    if languages::has_clauses_for_spaces(expected.letters) && has_space() {
        return between > 1 && gaps >= between;
    }
    let is_syllabic = expected.letters.first().is_some_and(|letter| languages::is_syllable(letter.base));
    if is_syllabic && has_space() {
        // Particles and compounds are written apart too, so these must be whole words.
        let are_words = stream.begins_word(candidate.first) && stream.ends_word(candidate.last);
        return are_words && (gaps * 2 >= between || expected.letters.len() >= LEAST_COMPOUND);
    }
    (expected.flags.has(Flags::IDEOGRAPHIC) && gaps * 2 >= between)
        // Two letters with something in between are two letters.
        || (between > 1 && gaps * 2 > between)
}

/// Whether punctuation is used in the ordinary way, to end or divide sentences. Between ideographs it is a disguise
/// only if it is between all of them, and they are more than two.
const fn is_divided_by_chance(expected: &Expected<'_>, gaps: usize) -> bool {
    let between = expected.letters.len().saturating_sub(1);
    expected.flags.has(Flags::IDEOGRAPHIC) && !(between > 1 && gaps >= between)
}

/// Whether a clause ends between two words of the term: `Gewinn, Spiel`, but not `Gewinn,Spiel`.
fn is_in_two_clauses(stream: &Stream, expected: &Expected<'_>, units: Range<usize>) -> bool {
    let has_words = expected.letters.iter().skip(1).any(|letter| letter.begins_word);
    let is = |at: usize, what: fn(&Unit) -> bool| stream.units.get(at).is_some_and(what);
    has_words
        && units.into_iter().any(|at| {
            let is_stop = is(at, |unit| unit.kind == Kind::Stop)
                || (is(at, |unit| unit.base == '.') && !is(at.wrapping_sub(1), |unit| unit.base == '.'));
            is_stop && is(at + 1, |unit| unit.kind == Kind::Space)
        })
}

/// Whether enough of the term is left beside the sign that stands for one of its letters.
fn may_be_starred(stream: &Stream, expected: &Expected<'_>, star: usize) -> bool {
    let length = expected.letters.len();
    let is_star = || stream.units.get(star).is_some_and(|unit| unit.base == STAR);
    length > LEAST_STARRED || (length == LEAST_STARRED && (expected.flags.has(Flags::IDEOGRAPHIC) || is_star()))
}

/// Brackets are a `c` only within a word.
pub(crate) fn is_opening(unit: &Unit) -> bool {
    matches!(unit.base, '(' | '<' | '{') && unit.letters == Letters::of(b'(')
}
