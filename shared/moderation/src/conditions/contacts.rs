//! Ways to reach somebody elsewhere: phone numbers, mail addresses, long runs of digits.

use std::ops::Range;

use super::links::dot;
use super::signs::Sign;

/// Which contacts to look for.
#[derive(Debug)]
pub(crate) struct Contacts {
    pub(crate) phone: bool,
    pub(crate) email: bool,
    /// Numbers of at least this many digits.
    pub(crate) digits: Option<usize>,
}

/// How many other signs may be between two digits of one number.
const MAX_GAP: usize = 3;

impl Contacts {
    pub(super) fn find(&self, signs: &[Sign]) -> Vec<(Range<usize>, Option<Box<str>>)> {
        let mut found = Vec::new();
        if self.phone || self.digits.is_some() {
            for number in numbers(signs) {
                let is_long = self.digits.is_some_and(|least| number.digits.len() >= least);
                if is_long || (self.phone && number.is_phone()) {
                    found.push((number.span, Some(number.digits.into())));
                }
            }
        }
        if self.email {
            emails(signs, &mut found);
        }
        found
    }
}

/// Digits that belong together.
#[derive(Debug, Default)]
struct Number {
    span: Range<usize>,
    digits: String,
    /// How many digits each group has.
    groups: Vec<usize>,
    /// The sign before it.
    before: Option<char>,
}

impl Number {
    fn is_phone(&self) -> bool {
        let digits = self.digits.as_str();
        let is_chinese_mobile = |digits: &str| {
            digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes().get(1), Some(b'3'..=b'9'))
        };
        let is_international =
            (self.before == Some('+') || digits.starts_with("00")) && (8..=17).contains(&digits.len());
        let is_national = digits.starts_with('0') && (9..=12).contains(&digits.len());
        let is_american = matches!(self.groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4])
            || (self.before == Some('(') && self.groups.first() == Some(&3) && digits.len() == 10);
        let mobile = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(digits);
        is_international || is_national || is_american || is_chinese_mobile(mobile)
    }
}

/// The numbers in a text, except dates and decimal fractions.
fn numbers(signs: &[Sign]) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while let Some(sign) = signs.get(at) {
        if digit(sign.character).is_none() {
            at += 1;
            continue;
        }
        let start = at;
        let mut digits = String::new();
        while let Some(digit) = signs.get(at).and_then(|sign| digit(sign.character)) {
            digits.push(digit);
            at += 1;
        }
        let gap = signs.get(groups.last().map_or(start, |last| last.end)..start).unwrap_or_default();
        if !groups.is_empty() && !joins(gap) {
            finish(signs, &mut groups, &mut numbers);
        }
        let separator = match gap {
            [one] => one.character,
            _ => ' ',
        };
        groups.push(Group { start, end: at, digits, separator });
    }
    finish(signs, &mut groups, &mut numbers);
    numbers
}

/// Digits with nothing in between.
#[derive(Debug)]
struct Group {
    start: usize,
    end: usize,
    digits: String,
    /// The sign before it, or a blank if there are several.
    separator: char,
}

/// Whether digits with this between them are still one number.
fn joins(gap: &[Sign]) -> bool {
    let parts = |sign: &Sign| {
        sign.character.is_alphanumeric() || matches!(sign.character, ':' | ',' | ';' | '+' | '\n' | '/' | '%')
    };
    gap.len() <= MAX_GAP && !gap.iter().any(parts)
}

fn finish(signs: &[Sign], groups: &mut Vec<Group>, numbers: &mut Vec<Number>) {
    let mut rest = groups.as_slice();
    let mut number: Vec<&Group> = Vec::new();
    let mut end = |number: &mut Vec<&Group>| {
        numbers.extend(to_number(signs, number));
        number.clear();
    };
    while let [group, after @ ..] = rest {
        if let [year, month, day, ..] = rest
            && is_date(year, month, day)
        {
            end(&mut number);
            rest = rest.get(3..).unwrap_or_default();
            continue;
        }
        number.push(group);
        rest = after;
    }
    end(&mut number);
    groups.clear();
}

/// 2024-05-06, 6.5.2024
fn is_date(first: &Group, second: &Group, third: &Group) -> bool {
    let number = |group: &Group| group.digits.parse::<u32>().ok().filter(|_| group.digits.len() <= 4);
    let is_year =
        |group: &Group| group.digits.len() == 4 && number(group).is_some_and(|year| (1900..2100).contains(&year));
    let is_in_month =
        |group: &Group| group.digits.len() <= 2 && number(group).is_some_and(|day| (1..=31).contains(&day));
    let same = second.separator == third.separator && matches!(second.separator, '-' | '.');
    let begins = is_year(first) && is_in_month(second) && is_in_month(third);
    let ends = is_in_month(first) && is_in_month(second) && is_year(third);
    same && (begins || ends)
}

fn to_number(signs: &[Sign], groups: &[&Group]) -> Option<Number> {
    let (first, last) = (groups.first()?, groups.last()?);
    if groups.len() == 2 && last.separator == '.' {
        return None;
    }
    Some(Number {
        span: signs.get(first.start)?.span.start..signs.get(last.end.checked_sub(1)?)?.span.end,
        digits: groups.iter().map(|group| group.digits.as_str()).collect(),
        groups: groups.iter().map(|group| group.digits.len()).collect(),
        before: first.start.checked_sub(1).and_then(|at| signs.get(at)).map(|sign| sign.character),
    })
}

/// The digit that a sign stands for, Chinese numerals included.
const fn digit(sign: char) -> Option<char> {
    Some(match sign {
        '0'..='9' => sign,
        '零' | '〇' | '○' => '0',
        '一' | '壹' | '幺' | '弌' => '1',
        '二' | '贰' | '貳' | '两' | '兩' => '2',
        '三' | '叁' | '參' | '叄' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' | '陸' => '6',
        '七' | '柒' => '7',
        '八' | '捌' => '8',
        '九' | '玖' => '9',
        _ => return None,
    })
}

/// The longest name and host of a mail address, in characters.
const MAX_NAME: usize = 64;
const MAX_HOST: usize = 253;

fn emails(signs: &[Sign], found: &mut Vec<(Range<usize>, Option<Box<str>>)>) {
    let is_name =
        |sign: &Sign| sign.character.is_ascii_alphanumeric() || matches!(sign.character, '.' | '_' | '%' | '+' | '-');
    let is_label =
        |at: usize| signs.get(at).is_some_and(|sign| sign.character.is_ascii_alphanumeric() || sign.character == '-');
    let mut from = 0;
    for (at, sign) in signs.iter().enumerate() {
        let Some((name_end, host_start)) = at_sign(signs, at, sign.character) else { continue };
        if at < from {
            continue;
        }
        let names = signs.get(name_end.saturating_sub(MAX_NAME).max(from)..name_end).unwrap_or_default();
        let name = names.iter().rev().take_while(|sign| is_name(sign)).count();
        let start = name_end - name;
        let (mut end, mut host, mut ending) = (host_start, String::new(), 0);
        let mut labels = 0;
        while is_label(end) && end - host_start < MAX_HOST {
            let label_start = end;
            while let Some(sign) = signs.get(end).filter(|_| is_label(end)) {
                host.push(sign.character);
                end += 1;
            }
            labels += 1;
            ending = end - label_start;
            match dot(signs, end) {
                Some((after, _)) if is_label(after) => {
                    host.push('.');
                    end = after;
                }
                _ => break,
            }
        }
        let is_top_level = ending >= 2 && host.ends_with(|letter: char| letter.is_ascii_alphabetic());
        if let (Some(first), Some(last)) = (signs.get(start), end.checked_sub(1).and_then(|last| signs.get(last)))
            && name > 0
            && labels > 1
            && is_top_level
        {
            let name: String =
                signs.get(start..name_end).unwrap_or_default().iter().map(|sign| sign.character).collect();
            found.push((first.span.start..last.span.end, Some(format!("{name}@{host}").into())));
            from = end;
        }
    }
}

/// Where the text before an at sign ends and the text behind it starts: `@`, `[at]`, `(at)`, `{at}`, with blanks
/// around.
fn at_sign(signs: &[Sign], at: usize, sign: char) -> Option<(usize, usize)> {
    let blank = |at: usize| signs.get(at).is_some_and(|sign| sign.character.is_whitespace());
    if sign == '@' {
        return Some((at, at + 1));
    }
    let close = match sign {
        '[' => ']',
        '(' => ')',
        '{' => '}',
        _ => return None,
    };
    let inside = signs.get(at + 1..at + 4)?.iter().map(|sign| sign.character);
    if !inside.eq(['a', 't', close]) {
        return None;
    }
    let before = if at > 0 && blank(at - 1) { at - 1 } else { at };
    let behind = if blank(at + 4) { at + 5 } else { at + 4 };
    Some((before, behind))
}
