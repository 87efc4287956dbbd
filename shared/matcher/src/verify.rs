//! Decides whether a candidate is the term, as a person would who reads the original text.
//!
//! The trie takes any `0` for an `o`, and joins letters across any divider. This module looks at the whole stretch. Do
//! its characters stand for the term's letters, one by one? Is it a word of its own? Is it a disguise, or does ordinary
//! writing look like that? The constants say what is uncommon in ordinary writing, and so counts as a disguise.

use std::ops::Range;

use crate::candidates::{Candidate, is_in_number, is_wedge};
use crate::classes::{NONE, Unit};
use crate::dictionary::{Expected, Flags};
use crate::glyphs::Kind;
use crate::languages::{self, Division};
use crate::letters::Letters;
use crate::ordinary::{self, LONGEST_WORD};
use crate::pattern::{Letter, is_bracket};
use crate::stream::{Stream, goes_on};
use crate::unicode::{is_regional_indicator, is_spaceless};
use crate::{numerals, traditional};

/// No word has a letter this many times in a row: `casinooo`.
const DRAWN_OUT: usize = 3;
/// Of a shorter term a doubled letter makes too many abbreviations. Where it makes a word ([`ordinary`]), it is one.
const LEAST_DOUBLED: usize = 3;
/// Within a longer word, as the term has a wildcard, a doubled letter makes another word of it: `comma*`, `coma*`. Of
/// terms from this length on it is a disguise if the letter is one that words hardly ever double.
const LEAST_DOUBLED_WITHIN: usize = 5;
/// The letters that words hardly ever double.
const NEVER_DOUBLED: &[char] = &['a', 'h', 'i', 'j', 'k', 'q', 'u', 'v', 'w', 'x', 'y'];
/// Of shorter terms an `l` for an `i` or a `v` for a `u` makes other words and abbreviations: `DVD`.
const LEAST_LOOSE: usize = 4;
/// A number beside a term of at least this length is no part of its word.
const LEAST_BESIDE_DIGITS: usize = 4;

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

/// Of shorter terms too little is left when a sign stands for one of the letters. Of those of just this length, only
/// ideographs may be replaced by any sign, letters only by the sign of old: `s*x`.
const LEAST_STARRED: usize = 3;
const STAR: char = '*';

/// The most letters that a sign stands for beside the first, which are one syllable with it.
const MOST_ATTACHED: usize = 3;

/// The most letters that can be tried in all ways at once: one bit for each.
const MOST_AT_ONCE: usize = 127;

/// Verifies a candidate. Gives the units of the match.
pub(crate) fn verify(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate) -> Option<Range<usize>> {
    // Most false candidates are found out before the text is read. Each letter takes at least one unit, but for those
    // that a sign stands for.
    let units = candidate.last - candidate.first + 1 + if candidate.star.is_some() { MOST_ATTACHED } else { 0 };
    let right = right_edge(stream, expected, candidate.last);
    if units < expected.letters.len()
        || !(is_divided_enough(stream, expected, candidate)
            && candidate.star.is_none_or(|star| may_be_starred(stream, expected, star)))
        || right == Edge::Word
    {
        return None;
    }
    // And most terms are written as they are.
    let first = if is_undisguised(stream, expected, candidate, right) {
        candidate.first
    } else {
        let is_strict = |unit: &Unit, letter| reads(unit, letter);
        let is_loose = |unit: &Unit, letter: Letter| reads(unit, letter) || unit.letters.swapped().meet(letter.letters);
        // One unit for each letter: `flick` is no drawn-out `fick`.
        let letters = stream.units.get(candidate.first..=candidate.last)?.iter();
        let letters = letters.filter(|unit| !unit.kind.is_divider() || !unit.letters.is_empty()).count();
        let may_be_loose = expected.letters.len() >= LEAST_LOOSE && letters == expected.letters.len();
        let first = beginning(stream, expected, candidate, right, is_strict)
            .or_else(|| may_be_loose.then(|| beginning(stream, expected, candidate, right, is_loose)).flatten())?;
        let units = stream.units.get(first..=candidate.last)?;
        let has_signs = expected.signs.iter().all(|sign| units.iter().any(|unit| unit.base == *sign));
        let traits = Traits::of(stream, units, expected, candidate, first);
        if !has_signs
            || !traits.are_plausible(stream, expected, candidate, first)
            || spells_another_word(units, expected.letters, candidate.gaps)
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

/// What is beside the end of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// No word goes on, or it may.
    Free,
    /// A number, and no word goes on beyond it: `1av2`.
    Number,
    /// A number with more behind it: `viagra100mg`.
    Digits,
    /// The word goes on.
    Word,
}

fn left_edge(stream: &Stream, expected: &Expected<'_>, first: usize) -> Edge {
    if !expected.flags.has(Flags::BEGINS_WORD) || stream.begins_word(first) {
        return Edge::Free;
    }
    let mut digits = first;
    while !stream.begins_word(digits) && stream.kind(digits - 1) == Some(Kind::Digit) {
        digits -= 1;
    }
    edge(stream.kind(first), first - digits, stream.begins_word(digits))
}

fn right_edge(stream: &Stream, expected: &Expected<'_>, last: usize) -> Edge {
    if !expected.flags.has(Flags::ENDS_WORD) || stream.ends_word(last) {
        return Edge::Free;
    }
    let mut digits = last;
    while !stream.ends_word(digits) && stream.kind(digits + 1) == Some(Kind::Digit) {
        digits += 1;
    }
    edge(stream.kind(last), digits - last, stream.ends_word(digits))
}

/// What is beside a character with that many digits next to it, behind which a word ends or does not.
fn edge(own: Option<Kind>, digits: usize, ends: bool) -> Edge {
    match (own, digits) {
        (_, 0) | (Some(Kind::Digit) | None, _) => Edge::Word,
        _ if ends => Edge::Number,
        // A digit alone among letters is one of them: `m4ster`.
        (_, 1) => Edge::Word,
        _ => Edge::Digits,
    }
}

/// Whether a term may stand between such edges. A number beside it is no part of its word; beside a short one it may be
/// (`mp3`), unless there is one on either side.
fn is_whole(expected: &Expected<'_>, left: Edge, right: Edge) -> bool {
    let is_long = expected.letters.len() >= LEAST_BESIDE_DIGITS;
    let is_end = |edge| edge == Edge::Free || (is_long && edge != Edge::Word);
    (is_end(left) && is_end(right)) || (left == Edge::Number && right == Edge::Number)
}

/// Whether a term may begin with a unit although one before it is of a word. The look at the whole candidate says
/// whether it does.
pub(crate) fn may_begin_behind(before: &Unit, unit: &Unit) -> bool {
    !goes_on(unit, before) || (before.kind == Kind::Digit && unit.kind != Kind::Digit)
}

/// Whether the units are the letters of the term and nothing else, and it may stand here. This is plausible if they are
/// not all signs.
fn is_undisguised(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate, right: Edge) -> bool {
    let units = stream.units.get(candidate.first..=candidate.last).unwrap_or_default();
    let letters = expected.letters.iter().map(|letter| (letter.base(), letter.marks()));
    candidate.star.is_none()
        && candidate.gaps == 0
        && expected.signs.is_empty()
        && units.iter().map(|unit| (unit.base, unit.marks)).eq(letters)
        && units.iter().all(|unit| !unit.kind.is_divider())
        && is_whole(expected, left_edge(stream, expected, candidate.first), right)
}

/// Where the match begins: with as few repeated characters as possible. The units stand for the letters, all of them in
/// order, each once or more.
fn beginning(
    stream: &Stream,
    expected: &Expected<'_>,
    candidate: &Candidate,
    right: Edge,
    reads: impl Fn(&Unit, Letter) -> bool + Copy,
) -> Option<usize> {
    let Candidate { first, last, star, .. } = *candidate;
    let units = stream.units.get(first..=last)?;
    let code = units.first()?.code;
    let run = units.iter().take_while(|unit| unit.code == code).count();
    let may_begin = |at: usize| is_whole(expected, left_edge(stream, expected, at), right);
    if expected.letters.len() > MOST_AT_ONCE {
        return (may_begin(first) && aligns_long(units, expected.letters, star, first, reads)).then_some(first);
    }
    // The letters that are one sound or one syllable with the next one, so that a sign stands for both: `schei*e`.
    let letters = expected.letters.iter().map(|letter| letter.base());
    let pairs = || (0..).zip(letters.clone().zip(letters.clone().skip(1)));
    let is_closed = |(before, letter): (char, char)| before == letter || languages::is_attached(before, letter);
    let closed = star
        .map_or(0, |_| pairs().filter(|(_, pair)| is_closed(*pair)).fold(0, |bits: u128, (nth, _)| bits | 1 << nth));
    // Each bit is a letter with which the units from here on may begin.
    let mut come_to: u128 = 0;
    for at in (first..=last).rev() {
        let unit = stream.units.get(at)?;
        let reach = if at == last { 1 << (expected.letters.len() - 1) } else { come_to | come_to >> 1 };
        let mut read = 0;
        if star == Some(at) {
            read = (0..MOST_ATTACHED).fold(reach, |read, _| read | (read >> 1) & closed);
        } else if unit.code != NONE {
            let mut rest: u128 = reach;
            while rest != 0 {
                let bit = rest & rest.wrapping_neg();
                rest ^= bit;
                let letter = expected.letters.get(bit.trailing_zeros() as usize).copied();
                if letter.is_some_and(|letter| reads(unit, letter)) {
                    read |= bit;
                }
            }
        }
        if read & 1 != 0 && at < first + run && may_begin(at) {
            return Some(at);
        }
        come_to = if divides(stream, expected, at, unit) { come_to | read } else { read };
        if come_to == 0 {
            return None;
        }
    }
    None
}

/// Whether a unit may be what stands between two letters of the term.
fn divides(stream: &Stream, expected: &Expected<'_>, at: usize, unit: &Unit) -> bool {
    unit.kind.is_divider()
        || unit.kind == Kind::Drawn
        || (expected.flags.has(Flags::IDEOGRAPHIC) && is_wedge(&stream.units, at, unit))
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
    is_same(unit.base, letter.base())
        || (unit.letters.meet(letter.letters) && !languages::are_of_one_script(unit.base, letter.base()))
}

/// Whether two characters are the same letter, variants of an ideograph, or a numeral and its digit.
fn is_same(one: char, other: char) -> bool {
    let are_ascii = one.is_ascii() && other.is_ascii();
    one == other || (!are_ascii && (traditional::are_same(one, other) || numerals::are_same(one, other)))
}

/// Whether the units stand for the letters of a term of more than [`MOST_AT_ONCE`]: each unit is taken as the next letter
/// if it can be. `offset` is the first unit's place, as `star` counts.
fn aligns_long(
    units: &[Unit],
    letters: &[Letter],
    star: Option<usize>,
    offset: usize,
    reads: impl Fn(&Unit, Letter) -> bool,
) -> bool {
    let mut come_to = 0;
    for (at, unit) in units.iter().enumerate() {
        let is_star = star == Some(offset + at);
        let is_read = |nth: usize| letters.get(nth).is_some_and(|letter| is_star || reads(unit, *letter));
        if is_read(come_to) {
            come_to += 1;
        } else if !unit.kind.is_divider() && unit.kind != Kind::Drawn && !come_to.checked_sub(1).is_some_and(is_read) {
            return false;
        }
    }
    come_to == letters.len()
}

/// Whether the letters of the units, read as they are, are a word that is only near to the term: `good`, `sill`, `boxer`.
fn spells_another_word(units: &[Unit], letters: &[Letter], gaps: usize) -> bool {
    let mut word = [0; LONGEST_WORD];
    let mut length = 0;
    let mut is_term = true;
    // Without gaps, a sign is read as a letter.
    for unit in units.iter().filter(|unit| gaps == 0 || !unit.kind.is_divider()) {
        let (Some(byte), true) = (word.get_mut(length), unit.base.is_ascii_lowercase()) else { return false };
        *byte = u8::try_from(unit.base).unwrap_or_default();
        is_term &= letters.get(length).is_some_and(|letter| letter.base() == unit.base);
        length += 1;
    }
    !is_term && word.get(..length).is_some_and(ordinary::contains)
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
    fn of(stream: &Stream, units: &[Unit], expected: &Expected<'_>, candidate: &Candidate, first: usize) -> Self {
        let mut traits = Self::default();
        let (mut run, mut before) = (0, None);
        let mut quotes = 0;
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
            if is_wedge(&stream.units, first + at, unit) && !expected.letters.iter().any(|letter| reads(unit, *letter))
            {
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

            let is_own = expected.letters.iter().any(|letter| is_same(unit.base, letter.base()));
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
    fn are_plausible(&self, stream: &Stream, expected: &Expected<'_>, candidate: &Candidate, first: usize) -> bool {
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
            && (self.drawn == 0 || languages::may_be_drawn_out(expected.letters))
            && (self.own > 0 || self.is_foreign(length) || self.is_latin_for(stream, expected, candidate, first))
            && !self.has_part_of_number
            && (self.borrowed == 0 || self.latin > 0)
            && (self.digits == 0
                || (self.has_letters_beside_digits(expected) && self.is_no_number(stream, expected, candidate, first)))
            && stream.units.get(candidate.last).is_some_and(|unit| unit.kind != Kind::Stop && !is_opening(unit))
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
            && languages::is_cyrillic(expected.letters)
            && length >= LEAST_LATIN
            && twins * 3 >= length * 2
            && (length >= LEAST_FOREIGN || !languages::has_words_around(stream, &(first..candidate.last + 1)))
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
    let units = stream.units.get(candidate.first..candidate.last).unwrap_or_default();
    let division = Division {
        gaps,
        has_space: units.iter().any(|unit| unit.kind == Kind::Space),
        has_stop: units.iter().any(ends_clause),
        are_words: stream.begins_word(candidate.first) && stream.ends_word(candidate.last),
    };
    if let Some(is_enough) = languages::is_divided_enough(expected.letters, &division) {
        return is_enough;
    }
    let between = languages::places(expected.letters);
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

/// Whether the units are one word in syllables with signs in it: `씨.발`.
fn is_divided_word(stream: &Stream, expected: &Expected<'_>, units: Range<usize>) -> bool {
    let is_syllabic = expected.letters.first().is_some_and(|letter| languages::is_syllable(letter.base()));
    is_syllabic
        && stream.begins_word(units.start)
        && stream.ends_word(units.end - 1)
        && units.into_iter().all(|at| stream.kind(at) != Some(Kind::Space))
}

/// Whether a clause ends between two words of the term: `Gewinn, Spiel`, but not `Gewinn,Spiel`.
fn is_in_two_clauses(stream: &Stream, expected: &Expected<'_>, units: Range<usize>) -> bool {
    let has_words = expected.letters.iter().skip(1).any(|letter| letter.begins_word());
    let is = |at: usize, what: fn(&Unit) -> bool| stream.units.get(at).is_some_and(what);
    has_words
        && units.into_iter().any(|at| {
            let is_stop = is(at, |unit| unit.kind == Kind::Stop)
                || (is(at, |unit| unit.base == '.') && !is(at.wrapping_sub(1), |unit| unit.base == '.'));
            is_stop && is(at + 1, |unit| unit.kind == Kind::Space)
        })
}

/// Whether a sign ends a clause or a line, between ideographs. An ellipsis has become full stops.
const fn ends_clause(unit: &Unit) -> bool {
    matches!(unit.kind, Kind::Stop) || matches!(unit.base, '.' | '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Whether a sign is put around words that are quoted.
const fn is_quote(sign: char) -> bool {
    matches!(
        sign,
        '"' | '\''
            | '“'
            | '”'
            | '„'
            | '‘'
            | '’'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '「'
            | '」'
            | '『'
            | '』'
            | '《'
            | '》'
            | '〈'
            | '〉'
    )
}

/// Whether enough of the term is left beside the sign that stands for one of its letters.
fn may_be_starred(stream: &Stream, expected: &Expected<'_>, star: usize) -> bool {
    let length = expected.letters.len();
    let is_star = || stream.units.get(star).is_some_and(|unit| unit.base == STAR);
    length > LEAST_STARRED || (length == LEAST_STARRED && (expected.flags.has(Flags::IDEOGRAPHIC) || is_star()))
}

/// Brackets are a `c` only within a word.
pub(crate) fn is_opening(unit: &Unit) -> bool {
    is_bracket(unit.base) && unit.letters == Letters::of(b'(')
}
