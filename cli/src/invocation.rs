//! Makes the commands that the program suggests work as they are printed.

/// How to call this program: `chathook`, the path that it was called by, or `cargo run --` where cargo started it.
pub fn program() -> String {
    // `cargo run` names the package that it runs, and tests name themselves.
    if std::env::var("CARGO_PKG_NAME").is_ok_and(|name| name == env!("CARGO_PKG_NAME")) {
        return "cargo run --".to_owned();
    }
    std::env::args().next().map_or_else(|| "chathook".to_owned(), |path| quoted(&path))
}

/// `word`, quoted for a POSIX shell if needed.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@#%+=:,./_-".contains(c);
    if !word.is_empty() && !word.starts_with(['#', '-']) && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_quoted_words_as_they_were() {
        for (word, expected) in [
            ("ada", "ada"),
            ("@TGS#1", "@TGS#1"),
            ("#1", "'#1'"),
            ("-v", "'-v'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
            ("a b", "'a b'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
