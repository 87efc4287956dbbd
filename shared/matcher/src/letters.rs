//! Sets of Latin letters: what a character may stand for.

/// A set of Latin letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letters(u32);

/// Letters that share a character which may stand for either: `1` is an `i` or an `l`. In the trie they are one letter,
/// the first; verification tells them apart.
const GROUPS: [&[u8]; 3] = [b"il", b"hnu", b"bgqvw"];

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
            b'@' | b'^' => bit(b'a'),
            b'5' | b'$' => bit(b's'),
            b'6' => bit(b'b') | bit(b'g'),
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

    /// Whether all of them have the same [class](Self::class).
    #[cfg(test)]
    pub(crate) fn are_of_one_class(self) -> bool {
        let mut classes = (0..CLASSES.len()).filter(|nth| self.0 & 1 << nth != 0).map(|nth| CLASSES[nth]);
        let first = classes.next();
        classes.all(|class| Some(class) == first)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_share_a_character_share_their_class() {
        assert!((0..128).map(Letters::of).all(Letters::are_of_one_class));
    }
}
