//! Sentences to put a word in.

pub(crate) const CARRIERS: [&str; 8] = [
    "{}",
    "come and see {} now",
    "the {} you wanted, my friend!",
    "is it true? {}",
    "{}: ask me how",
    "(my {}) works",
    "I got it from him. {} is what he said.",
    "we have 24 {} for 50 people",
];

pub(crate) const CHINESE_CARRIERS: [&str; 6] =
    ["{}", "大家快来看{}吧", "需要{}的朋友找我", "听说{}很好,真的吗", "2026年{}最新消息", "今晚八点!{}等你来"];

/// A word put in its place.
pub(crate) fn carry(carrier: &str, word: &str) -> String {
    carrier.replace("{}", word)
}
