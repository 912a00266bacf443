//! Check digits: the last character of a code follows from the others.
//!
//! Sources: ISO/IEC 7812-1 annex B (Luhn), GS1 General Specifications section 7.9 (GTIN), ISO 6346 annex A (containers).

use serde::{Deserialize, Serialize};

use super::symbols::{digits, value};
use super::{Broken, RuleError};

/// The lengths of GS1 codes with this check digit: GTIN-8, -12 (UPC), -13 (EAN) and -14, then GSIN and SSCC.
const GS1_LENGTHS: [usize; 6] = [8, 12, 13, 14, 17, 18];

/// Which check digit a code ends in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckDigitOptions {
    /// `gtin` by default.
    pub scheme: Scheme,
    /// The named group of the pattern that is the code; by default the whole text is.
    pub field: Option<String>,
    /// Characters that are printed within the code and do not count; blank and hyphen by default.
    pub ignore: String,
    /// For `weighted`: what the characters before the last are multiplied with, in this order and then over again;
    /// none by default, and then needed.
    pub weights: Vec<u32>,
    /// For `weighted`: whether the first weight is that of the last character before the check digit, and the others go
    /// on to the left; true by default.
    pub from_right: bool,
    /// For `weighted`: the sum of the products is taken modulo this, 2 to 11; 10 by default.
    pub modulus: u32,
    /// For `weighted`: whether the check digit is what lacks to the next multiple of the modulus (true, the default), or
    /// the remainder itself.
    pub complement: bool,
    /// For `weighted` with modulus 11: what is printed for a check digit of 10; `X` by default.
    pub ten: char,
}

/// How a check digit is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Digits, every second from the right doubled: cards, IMEI, many serial numbers.
    Luhn,
    /// The codes of GS1 under barcodes, of 8 (EAN-8), 12 (UPC), 13 (EAN), 14, 17 or 18 (SSCC) digits.
    Gtin,
    /// Freight containers: four letters, six digits, and the check digit, which is 0 for 10.
    Iso6346,
    /// Weights of one's own: digits count as they are, capital letters from A, 10, to Z, 35.
    Weighted,
}

impl Default for CheckDigitOptions {
    fn default() -> Self {
        Self {
            scheme: Scheme::Gtin,
            field: None,
            ignore: " -".to_owned(),
            weights: Vec::new(),
            from_right: true,
            modulus: 10,
            complement: true,
            ten: 'X',
        }
    }
}

/// The rule.
#[derive(Debug)]
pub(super) struct CheckDigit(CheckDigitOptions);

/// Why a code has no check digit at all: what it must look like.
type Malformed = &'static str;

impl CheckDigit {
    pub(super) fn new(options: CheckDigitOptions) -> Result<Self, RuleError> {
        let wrong = |option, found, wanted| Err(RuleError::CheckDigit { option, found, wanted });
        let weighted = options.scheme == Scheme::Weighted;
        if weighted && options.weights.iter().all(|&weight| weight == 0) {
            return wrong("weights", format!("{:?}", options.weights), "one weight or more, not all 0, such as [3, 1]");
        }
        if let Some(weight) = options.weights.iter().find(|&&weight| weight > 1000) {
            return wrong("weights", format!("{:?} with {weight}", options.weights), "weights from 0 to 1000");
        }
        if !weighted && !options.weights.is_empty() {
            return wrong("weights", format!("{:?}", options.weights), "left out unless `scheme` is \"weighted\"");
        }
        if !(2..=11).contains(&options.modulus) {
            return wrong("modulus", options.modulus.to_string(), "from 2 to 11");
        }
        Ok(Self(options))
    }

    pub(super) fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    pub(super) fn judge(&self, printed: &str) -> Result<(), Broken> {
        let code: String = printed.chars().filter(|&char| !self.0.ignore.contains(char)).collect();
        let broken = |reason| Broken::new("check-digit", reason);
        let Some(found) = code.chars().next_back() else {
            return Err(broken(format!("`{printed}` has no check digit: it is empty")));
        };
        let wanted = match self.0.scheme {
            Scheme::Luhn => luhn(&code),
            Scheme::Gtin => gtin(&code),
            Scheme::Iso6346 => iso6346(&code),
            Scheme::Weighted => self.weighted(&code),
        };
        match wanted {
            Ok(wanted) if wanted == found => Ok(()),
            Ok(wanted) => Err(broken(format!("the check digit of `{printed}` is {found} and must be {wanted}"))),
            Err(shape) => Err(broken(format!("`{printed}` must be {shape}"))),
        }
    }

    fn weighted(&self, code: &str) -> Result<char, Malformed> {
        let CheckDigitOptions { weights, from_right, modulus, complement, ten, .. } = &self.0;
        let values: Option<Vec<u32>> = payload(code).chars().map(value).collect();
        let values = values.filter(|values| !values.is_empty()).ok_or("two or more digits and capital letters")?;
        let weights = weights.iter().cycle();
        let sum =
            if *from_right { weighted_sum(values.iter().rev(), weights) } else { weighted_sum(values.iter(), weights) };
        let remainder = sum % modulus;
        let check = if *complement { (modulus - remainder) % modulus } else { remainder };
        Ok(if check == 10 { *ten } else { digit(check) })
    }
}

/// The code without its check digit, its last character.
fn payload(code: &str) -> &str {
    let mut chars = code.chars();
    chars.next_back();
    chars.as_str()
}

fn weighted_sum<'a>(values: impl Iterator<Item = &'a u32>, weights: impl Iterator<Item = &'a u32>) -> u32 {
    values.zip(weights).map(|(value, weight)| value * weight).sum()
}

fn luhn(code: &str) -> Result<char, Malformed> {
    let digits = digits(code).filter(|digits| digits.len() >= 2).ok_or("two or more digits")?;
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let left = digits.iter().rev().skip(1).enumerate();
    let sum: u32 = left.map(|(at, &digit)| if at.is_multiple_of(2) { doubled(digit) } else { digit }).sum();
    Ok(digit((10 - sum % 10) % 10))
}

fn gtin(code: &str) -> Result<char, Malformed> {
    let digits = digits(code).filter(|digits| GS1_LENGTHS.contains(&digits.len()));
    let digits = digits.ok_or("8, 12, 13, 14, 17 or 18 digits")?;
    let sum = weighted_sum(digits.iter().rev().skip(1), [3, 1].iter().cycle());
    Ok(digit((10 - sum % 10) % 10))
}

fn iso6346(code: &str) -> Result<char, Malformed> {
    let is_container = code.len() == 11
        && code.bytes().take(4).all(|byte| byte.is_ascii_uppercase())
        && code.bytes().skip(4).all(|byte| byte.is_ascii_digit());
    if !is_container {
        return Err("four capital letters and seven digits");
    }
    // Multiples of 11 are left out: they would not change a sum that is taken modulo 11.
    let value = |char| value(char).map_or(0, |value| if value > 10 { value + (value - 1) / 10 } else { value });
    let sum: u32 = payload(code).chars().zip(0..).map(|(char, at)| value(char) << at).sum();
    Ok(digit(sum % 11 % 10))
}

/// The character of a value below 10.
fn digit(value: u32) -> char {
    char::from_digit(value, 10).expect("it is a remainder below 10")
}
