//! Removes letter case from a text.

/// A text without letter case.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// Simple case folding by way of the upper case, which brings the variants of a letter together (`ſ` and `s`, `ς` and
/// `σ`). A Turkish `İ` or `ı` counts as the `i` that it looks like.
#[must_use]
pub fn fold_char(character: char) -> char {
    let mut upper = character.to_uppercase();
    let upper = match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => character,
    };
    upper.to_lowercase().next().unwrap_or(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_twice_is_folding_once() {
        for character in '\0'..=char::MAX {
            let folded = fold_char(character);
            assert_eq!(fold_char(folded), folded, "{character:?}");
        }
    }

    #[test]
    fn letters_that_differ_only_in_case_become_one() {
        for (one, other) in
            [("CaSiNo", "casino"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ЯЩИК", "ящик"), ("ẞ", "ß"), ("ſ", "S"), ("K", "k")]
        {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_eq!(fold("CASİNO"), "casino");
    }
}
