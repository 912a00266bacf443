//! Digits and letters as the numbers that check digits are computed with.

/// The value of a digit or of a capital letter, which follow the digits: A is 10, Z is 35.
pub(super) fn value(char: char) -> Option<u32> {
    char.to_digit(36).filter(|_| !char.is_ascii_lowercase())
}

/// The digits of a code; none if it has anything else.
pub(super) fn digits(code: &str) -> Option<Vec<u32>> {
    code.chars().map(|char| char.to_digit(10)).collect()
}
