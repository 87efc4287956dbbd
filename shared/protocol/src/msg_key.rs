//! `MsgKey`, the platform's handle for a one-to-one message.

/// `<MsgSeq>_<MsgRandom>_<MsgTime>`, the ids of a one-to-one message in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MsgKey {
    /// `MsgSeq`, chosen by the client.
    pub seq: u64,
    /// `MsgRandom`
    pub random: u64,
    /// `MsgTime`, Unix seconds.
    pub time: u64,
}

impl MsgKey {
    /// Reads a `MsgKey`; `None` if the text is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // `parse` alone would take a `+`.
        let digits = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit());
        let mut numbers = text.split('_').map(|number| Some(number).filter(digits)?.parse().ok());
        let key = Self { seq: numbers.next()??, random: numbers.next()??, time: numbers.next()?? };
        numbers.next().is_none().then_some(key)
    }
}
