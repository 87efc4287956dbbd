//! Sets of Latin letters: what a character may stand for.

/// A set of Latin letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letters(u32);

/// Letters that share a common character which may stand for either, as `1` is an `i` or an `l`, and `u` and `v`, which
/// were one letter for long. In the trie they are one letter, the first; verification tells them apart. A rare character
/// may stand for letters of several groups: it is then read in several ways.
const GROUPS: [&[u8]; 3] = [b"il", b"hn", b"bgquvw"];

impl Letters {
    pub(crate) const NONE: Self = Self(0);
    /// The Cyrillic `ч`, which has no Latin letter's look, and a digit's.
    pub(crate) const CHE: Self = Self(1 << 26);

    /// What an ASCII character may stand for. These are the usual replacements of "leet" writing. Only those that
    /// everybody reads at once are here, since each further one finds terms where none was meant.
    pub(crate) const fn of(ascii: u8) -> Self {
        Self(match ascii {
            b'a'..=b'z' => 1 << (ascii - b'a'),
            b'0' => bit(b'o'),
            b'1' | b'!' | b'|' => bit(b'i') | bit(b'l'),
            b'2' => bit(b'z'),
            b'3' => bit(b'e'),
            b'4' => bit(b'a') | Self::CHE.0,
            b'^' => bit(b'a'),
            b'@' => bit(b'a') | bit(b'o'),
            b'5' | b'$' => bit(b's'),
            b'6' => bit(b'b') | bit(b'g') | bit(b's'),
            b'7' | b'+' => bit(b't'),
            b'8' => bit(b'b'),
            b'9' => bit(b'g') | bit(b'q'),
            b'(' | b'<' | b'{' => bit(b'c'),
            _ => 0,
        })
    }

    /// From the bits that [`Self::bits`] gave.
    pub(crate) const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The letters that these look like in many fonts, or were once: `l` for `i`, `v` for `u`, and the reverse.
    pub(crate) const fn swapped(self) -> Self {
        const PAIRS: [(u32, u32); 4] =
            [(bit(b'i'), bit(b'l')), (bit(b'l'), bit(b'i')), (bit(b'u'), bit(b'v')), (bit(b'v'), bit(b'u'))];
        let (mut swapped, mut at) = (0, 0);
        while at < PAIRS.len() {
            let (from, to) = PAIRS[at];
            if self.0 & from != 0 {
                swapped |= to;
            }
            at += 1;
        }
        Self(swapped)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The first of the letters.
    #[cfg(test)]
    pub(crate) fn first(self) -> Option<char> {
        (!self.is_empty()).then(|| char::from(b'a' + u8::try_from(self.0.trailing_zeros()).unwrap_or_default() % 26))
    }

    /// The letter that stands for these and for all that they could be mistaken for.
    pub(crate) fn class(self) -> Option<char> {
        CLASSES.get(self.0.trailing_zeros() as usize).copied().map(char::from)
    }

    /// The [classes](Self::class) of all of them, each once.
    pub(crate) fn classes(self) -> impl Iterator<Item = char> {
        let mut rest = self;
        std::iter::from_fn(move || {
            let class = rest.class()?;
            rest = rest.beyond();
            Some(class)
        })
    }

    /// Whether they have more than one class.
    pub(crate) fn are_ambiguous(self) -> bool {
        !self.beyond().is_empty()
    }

    /// The letters that are not of the first one's class.
    fn beyond(self) -> Self {
        Self(self.0 & !SAME_CLASS.get(self.0.trailing_zeros() as usize).copied().unwrap_or(u32::MAX))
    }
}

/// Whether a sign is an opening bracket that is a `c` within words.
pub(crate) const fn is_bracket(sign: char) -> bool {
    matches!(sign, '(' | '<' | '{')
}

const fn bit(letter: u8) -> u32 {
    1 << (letter - b'a')
}

/// For each letter the first of its group; behind them [`Letters::CHE`], which shares `4` with `a`.
const CLASSES: [u8; 27] = classes();

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a bad index")]
const fn classes() -> [u8; 27] {
    let mut classes = [b'a'; 27];
    let mut letter = 0;
    while letter < 26 {
        classes[letter as usize] = b'a' + letter;
        letter += 1;
    }
    let mut group = 0;
    while group < GROUPS.len() {
        let mut member = 0;
        while member < GROUPS[group].len() {
            classes[(GROUPS[group][member] - b'a') as usize] = GROUPS[group][0];
            member += 1;
        }
        group += 1;
    }
    classes
}

/// For each letter, and [`Letters::CHE`], all that share its class.
const SAME_CLASS: [u32; 27] = same_class();

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a bad index")]
const fn same_class() -> [u32; 27] {
    let mut same = [0; 27];
    let mut letter = 0;
    while letter < 27 {
        let mut other = 0;
        while other < 27 {
            if CLASSES[letter] == CLASSES[other] {
                same[letter] |= 1 << other;
            }
            other += 1;
        }
        letter += 1;
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_is_given_once() {
        let classes = |letters: &str| {
            let set = letters.bytes().fold(Letters::NONE, |set, letter| set.or(Letters::of(letter)));
            set.classes().collect::<String>()
        };
        let cases = [("", ""), ("c", "c"), ("il", "i"), ("6", "bs"), ("@", "ao"), ("hu", "hb"), ("gvnz", "bhz")];
        for (letters, expected) in cases {
            assert_eq!(classes(letters), expected, "{letters}");
        }
    }
}
