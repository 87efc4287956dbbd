//! Digits that belong together, however they are written and whatever divides them.

use std::ops::Range;

use crate::conditions::signs::{Sign, touches_words};

/// How many other signs may be between two digits of one number.
const MAX_GAP: usize = 3;
/// The same in a mobile number whose groups are as people write them. There, it can be any punctuation.
const MAX_GAP_IN_MOBILE: usize = 8;
/// The groups of a Chinese mobile number.
const MOBILE: [usize; 3] = [3, 4, 4];

/// Digits that belong together.
#[derive(Debug, Default)]
pub(super) struct Number {
    pub(super) span: Range<usize>,
    pub(super) digits: String,
    /// Whether it counts as a run of digits: no letters stand for some of them, and it is no size, range or amount.
    pub(super) is_of_digits: bool,
    /// Whether letters stand for some of the digits.
    has_letters: bool,
    /// How many digits each group has.
    groups: Vec<usize>,
    /// The sign before it.
    before: Option<char>,
}

impl Number {
    pub(super) fn is_phone(&self) -> bool {
        let digits = self.digits.as_str();
        let is_chinese_mobile = |digits: &str| {
            digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes().get(1), Some(b'3'..=b'9'))
        };
        let mobile = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(digits);
        if self.has_letters || is_chinese_mobile(mobile) {
            return is_chinese_mobile(mobile);
        }
        let is_international =
            (self.before == Some('+') || digits.starts_with("00")) && (8..=17).contains(&digits.len());
        let is_national = digits.starts_with('0') && (9..=12).contains(&digits.len());
        let is_american = matches!(self.groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4])
            || (self.before == Some('(') && self.groups.first() == Some(&3) && digits.len() == 10);
        is_international || is_national || is_american
    }
}

/// Digits with nothing in between.
#[derive(Debug)]
struct Group {
    start: usize,
    end: usize,
    digits: String,
    has_letters: bool,
    /// The sign before it, without blanks around it. A blank if there are several, or none.
    separator: char,
}

impl Group {
    fn number(&self) -> Option<u32> {
        self.digits.parse().ok().filter(|_| self.digits.len() <= 4)
    }

    fn is_year(&self) -> bool {
        self.digits.len() == 4 && self.number().is_some_and(|year| (1500..2100).contains(&year))
    }

    fn is_in_month(&self) -> bool {
        self.digits.len() <= 2 && self.number().is_some_and(|day| (1..=31).contains(&day))
    }

    fn is_octet(&self) -> bool {
        self.digits.len() <= 3
            && self.digits.parse::<u8>().is_ok()
            && (self.digits == "0" || !self.digits.starts_with('0'))
    }
}

/// The numbers in a text, except dates, IP addresses, versions and decimal fractions.
pub(super) fn numbers(signs: &[Sign]) -> Vec<Number> {
    let groups = groups(signs);
    let mut numbers = Vec::new();
    let gap = |one: &Group, next: &Group| signs.get(one.end..next.start).unwrap_or_default();
    for groups in groups.chunk_by(|one, next| joins(gap(one, next))) {
        numbers_of(signs, groups, &mut numbers);
    }
    for groups in groups.windows(MOBILE.len()) {
        if let [first, second, third] = groups
            && is_mobile(groups)
            && is_gap_in_mobile(gap(first, second), gap(second, third))
        {
            numbers.extend(to_number(signs, groups).map(|number| Number { is_of_digits: false, ..number }));
        }
    }
    numbers
}

/// All digits of a text, each group as it stands.
fn groups(signs: &[Sign]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while let Some(sign) = signs.get(at) {
        if digit(sign.character).or(letter(sign.character)).is_none() {
            at += 1;
            continue;
        }
        let Some((end, digits, has_letters)) = with_letters(signs, at).or_else(|| alone(signs, at)) else {
            at += 1;
            continue;
        };
        let gap = signs.get(groups.last().map_or(at, |last| last.end)..at).unwrap_or_default();
        let separator = separator(gap);
        groups.push(Group { start: at, end, digits, has_letters, separator });
        at = end;
    }
    groups
}

fn separator(gap: &[Sign]) -> char {
    let mut signs = gap.iter().map(|sign| sign.character).filter(|sign| !sign.is_whitespace());
    match (signs.next(), signs.next()) {
        (Some('–' | '—' | '−' | '~' | '〜'), None) => '-',
        (Some(sign), None) => sign,
        _ => ' ',
    }
}

/// The digits at `at`, and where they end.
fn alone(signs: &[Sign], at: usize) -> Option<(usize, String, bool)> {
    let digits: String = signs.get(at..)?.iter().map_while(|sign| digit(sign.character)).collect();
    let count = digits.len();
    (count > 0).then_some((at + count, digits, false))
}

/// The same with letters for some of the digits: `138OO138OOO`. They are no part of a word.
fn with_letters(signs: &[Sign], at: usize) -> Option<(usize, String, bool)> {
    let is_of_word = |at: usize| signs.get(at).is_some_and(|sign| is_word_letter(sign.character));
    if at.checked_sub(1).is_some_and(is_of_word) {
        return None;
    }
    let (mut end, mut digits, mut letters) = (at, String::new(), 0);
    while let Some(sign) = signs.get(end) {
        let Some(digit) = digit(sign.character).or_else(|| letter(sign.character)) else { break };
        letters += usize::from(letter(sign.character).is_some());
        digits.push(digit);
        end += 1;
    }
    let is_number = letters > 0 && letters < digits.len() && digits.len() >= LEAST_WITH_LETTERS;
    (is_number && !is_of_word(end)).then_some((end, digits, true))
}

/// Whether digits with this between them are still one number.
fn joins(gap: &[Sign]) -> bool {
    let parts = |sign: &Sign| {
        let sign = sign.character;
        sign.is_alphanumeric()
            || matches!(
                sign,
                ':' | ','
                    | ';'
                    | '+'
                    | '\n'
                    | '/'
                    | '%'
                    | '×'
                    | '✕'
                    | '✖'
                    | '÷'
                    | '='
                    | '<'
                    | '>'
                    | '$'
                    | '€'
                    | '£'
                    | '¥'
            )
    };
    gap.len() <= MAX_GAP && !gap.iter().any(parts)
}

/// Whether these may be the gaps of a mobile number, although they divide other numbers: both are the same, as in
/// `138/0013/8000`. In a list there are blanks.
fn is_gap_in_mobile(gap: &[Sign], next: &[Sign]) -> bool {
    let is_sign = |sign: &Sign| !sign.character.is_alphanumeric() && !sign.character.is_whitespace();
    let characters = |gap: &[Sign]| gap.iter().map(|sign| sign.character).collect::<Vec<_>>();
    !joins(gap) && gap.len() <= MAX_GAP_IN_MOBILE && gap.iter().all(is_sign) && characters(gap) == characters(next)
}

fn is_mobile(groups: &[Group]) -> bool {
    groups.iter().map(|group| group.digits.len()).eq(MOBILE)
}

/// The numbers among groups that belong together.
fn numbers_of(signs: &[Sign], mut rest: &[Group], numbers: &mut Vec<Number>) {
    if is_decimals(rest) {
        return;
    }
    let mut begin = rest;
    let mut length = 0;
    loop {
        let skipped = not_of_number(rest, length == 0);
        if skipped > 0 || rest.is_empty() {
            numbers.extend(begin.get(..length).and_then(|groups| to_number(signs, groups)));
            rest = rest.get(skipped..).unwrap_or_default();
            (begin, length) = (rest, 0);
            if skipped == 0 {
                return;
            }
        } else {
            rest = rest.get(1..).unwrap_or_default();
            length += 1;
        }
    }
}

/// How many of the groups are no part of a number: a date, or an IP address or version if no dot is before it.
fn not_of_number(groups: &[Group], is_first: bool) -> usize {
    match groups {
        [first, second, third, ..] if is_date(first, second, third) => 3,
        [first, second, third, fourth, rest @ ..]
            if (is_first || first.separator != '.')
                && [second, third, fourth].iter().all(|group| group.separator == '.')
                && rest.first().is_none_or(|next| next.separator != '.')
                && ([first, second, third, fourth].iter().all(|group| group.is_octet())
                    || [second, third].iter().any(|group| group.digits == "0")) =>
        {
            4
        }
        [group, ..] if is_timestamp(&group.digits) => 1,
        _ => 0,
    }
}

/// 2024-05-06, 6.5.2024, 2024 05 06
fn is_date(first: &Group, second: &Group, third: &Group) -> bool {
    let same = second.separator == third.separator;
    let begins = first.is_year() && second.is_in_month() && third.is_in_month();
    let ends = first.is_in_month() && second.is_in_month() && third.is_year();
    same && (begins && matches!(second.separator, '-' | '.' | ' ' | '_')
        || ends && matches!(second.separator, '-' | '.'))
}

/// 20240506, and with a time behind it.
fn is_timestamp(digits: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let is_day = || {
        part(0..4).is_some_and(|year| (1900..2100).contains(&year))
            && part(4..6).is_some_and(|month| (1..=12).contains(&month))
            && part(6..8).is_some_and(|day| (1..=31).contains(&day))
    };
    let is_time = || {
        part(8..10).is_some_and(|hour| hour < 24)
            && [10..12, 12..14].into_iter().all(|range| part(range).is_none_or(|sixtieth| sixtieth < 60))
    };
    digits.is_ascii() && (digits.len() == 8 && is_day() || matches!(digits.len(), 12 | 14) && is_day() && is_time())
}

/// 39.9393895 116.3016539
fn is_decimals(groups: &[Group]) -> bool {
    groups.len() >= 4
        && groups.len().is_multiple_of(2)
        && groups.iter().skip(1).step_by(2).all(|fraction| fraction.separator == '.')
        && groups.iter().skip(2).step_by(2).all(|whole| whole.separator != '.')
}

/// Whether the groups are a size, a range of years or prices, or an amount: 1920*1200, 1999-2008, 5000-8000, 10.000.000
fn is_measure(groups: &[Group]) -> bool {
    let [first, rest @ ..] = groups else { return false };
    let same = |separator: char| rest.iter().all(|group| group.separator == separator);
    let is_round = |group: &Group| group.digits.len() > 2 && group.digits.ends_with("00");
    let is_amount = || {
        let is_thousands = || rest.last().is_some_and(|last| last.digits == "000");
        first.digits.len() <= 3
            && rest.len() > 1
            && rest.iter().all(|group| group.digits.len() == 3)
            && (is_thousands() && [' ', '\'', '’', '_'].into_iter().any(same)
                || (is_thousands() || first.digits.len() < 3) && same('.'))
    };
    let is_size = || matches!(groups.len(), 2 | 3) && same('*') && groups.iter().all(|group| group.digits.len() <= 5);
    let is_range = || matches!(groups.len(), 2 | 3) && groups.iter().all(is_round);
    !rest.is_empty() && (groups.iter().all(Group::is_year) || is_size() || is_range() || is_amount())
}

fn to_number(signs: &[Sign], groups: &[Group]) -> Option<Number> {
    let (first, last) = (groups.first()?, groups.last()?);
    if groups.len() == 2 && last.separator == '.' {
        return None;
    }
    let has_letters = groups.iter().any(|group| group.has_letters);
    Some(Number {
        span: signs.get(first.start)?.span.start..signs.get(last.end.checked_sub(1)?)?.span.end,
        digits: groups.iter().map(|group| group.digits.as_str()).collect(),
        is_of_digits: !has_letters && !is_measure(groups),
        has_letters,
        groups: groups.iter().map(|group| group.digits.len()).collect(),
        before: first.start.checked_sub(1).and_then(|at| signs.get(at)).map(|sign| sign.character),
    })
}

/// How many signs a group with letters has at least: `i5` is something else.
const LEAST_WITH_LETTERS: usize = 3;

/// The digit that a letter looks like.
const fn letter(sign: char) -> Option<char> {
    Some(match sign {
        'o' | 'о' | 'ο' => '0',
        'l' | 'i' | '|' => '1',
        _ => return None,
    })
}

/// Whether letters before or behind such a letter make a word of it. Ideographs do not.
fn is_word_letter(sign: char) -> bool {
    sign.is_alphabetic() && digit(sign).is_none() && !touches_words(sign)
}

/// The digit that a sign stands for, Chinese numerals included, also as they are read out on the radio.
const fn digit(sign: char) -> Option<char> {
    Some(match sign {
        '0'..='9' => sign,
        '零' | '〇' | '○' | '洞' => '0',
        '一' | '壹' | '幺' | '弌' => '1',
        '二' | '贰' | '貳' | '两' | '兩' => '2',
        '三' | '叁' | '參' | '叄' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' | '陸' => '6',
        '七' | '柒' | '拐' => '7',
        '八' | '捌' => '8',
        '九' | '玖' => '9',
        _ => return None,
    })
}
