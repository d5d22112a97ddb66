//! Korean mobile numbers: one spelling for many ways of typing them.

use std::fmt;
use std::str::FromStr;

use crate::payload::number::half_width;

/// A Korean mobile number, such as `01012345678`.
///
/// Two numbers are equal where they reach the same telephone, however they were typed. It has no `Display`, and
/// `Debug` masks it, so that it gets into a log only where somebody asks for [`as_str`](Self::as_str).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(String);

/// A text that is not a Korean mobile number. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Korean mobile number (such as 010-1234-5678)")]
pub struct NotAPhone;

impl PhoneNumber {
    /// Reads a number as people type it.
    ///
    /// Spaces, `-`, `.`, `(` and `)` are dropped, full-width digits count as digits, and `+82`, `82` or `0082` in
    /// front is the country. What is left must be `01`, one of `0 1 6 7 8 9`, and 7 or 8 digits; after `010` there
    /// are always 8.
    ///
    /// ```
    /// use openbuilder::PhoneNumber;
    ///
    /// let phone = PhoneNumber::parse("+82 10-1234-5678")?;
    /// assert_eq!(phone.as_str(), "01012345678");
    /// assert_eq!(phone.masked(), "010-****-5678");
    /// assert_eq!(format!("{phone:?}"), "PhoneNumber(010-****-5678)");
    /// assert!(PhoneNumber::parse("02-123-4567").is_err());
    /// # Ok::<(), openbuilder::NotAPhone>(())
    /// ```
    ///
    /// # Errors
    /// [`NotAPhone`] where the text is anything else.
    pub fn parse(text: &str) -> Result<Self, NotAPhone> {
        let compact: String = text.chars().map(half_width).filter(|c| !is_separator(*c)).collect();
        let national = match ["+82", "0082", "82"].iter().find_map(|country| compact.strip_prefix(country)) {
            // People write both `+82 10` and `+82 (0)10`.
            Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
            None => compact,
        };
        if is_mobile(&national) { Ok(Self(national)) } else { Err(NotAPhone) }
    }

    /// The number in its national spelling: digits only, beginning with `01`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as it may be shown: `010-****-5678`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (operator, subscriber) = self.0.split_at(3);
        let (hidden, shown) = subscriber.split_at(subscriber.len() - 4);
        format!("{operator}-{}-{shown}", "*".repeat(hidden.len()))
    }

    /// The number in its international spelling: `+821012345678`.
    #[must_use]
    pub fn e164(&self) -> String {
        format!("+82{}", &self.0[1..])
    }
}

fn is_separator(c: char) -> bool {
    // Phones and keyboards offer many dashes; U+2010 to U+2015 and the minus sign are all of them.
    c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_mobile(number: &str) -> bool {
    let bytes = number.as_bytes();
    let has_operator = matches!(bytes, [b'0', b'1', b'0' | b'1' | b'6'..=b'9', ..]);
    let has_length =
        if number.starts_with("010") { bytes.len() == 11 } else { matches!(bytes.len(), 10 | 11) };
    has_operator && has_length && bytes.iter().all(u8::is_ascii_digit)
}

impl FromStr for PhoneNumber {
    type Err = NotAPhone;

    fn from_str(text: &str) -> Result<Self, NotAPhone> {
        Self::parse(text)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}
