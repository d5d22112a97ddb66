//! One-time codes: what an owner hands to a member who speaks from a new KakaoTalk account.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// How long a code can be used.
pub const CODE_FOR: SignedDuration = SignedDuration::from_mins(10);

/// How often it can be tried, the right try among them.
pub const CODE_TRIES: u32 = 5;

/// Eight digits, shown once to the owner and typed once by the customer.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// The text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has eight digits")]
pub struct BadCode;

/// What is kept of a code: by it a code can be known again, and not be found out without the
/// [`PhoneKey`](super::PhoneKey).
#[derive(Clone, PartialEq, Eq)]
pub struct CodeMac(pub Vec<u8>);

/// A code as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCode {
    /// By what it is known.
    pub mac: CodeMac,
    /// Until when it can be used, in whole milliseconds.
    pub until: Timestamp,
    /// How often it can still be tried.
    pub tries: u32,
}

impl Code {
    /// Makes a code out of fresh randomness.
    #[must_use]
    pub fn new(random: [u8; 8]) -> Code {
        // None begins with 0, which a bot's entity for numbers would drop. 2^64 is so far above 10^8 that no code is
        // noticeably likelier than another.
        Code((10_000_000 + u64::from_be_bytes(random) % 90_000_000).to_string())
    }

    /// Reads a code as people type it: with spaces or hyphens, or without.
    ///
    /// # Errors
    /// [`BadCode`] for anything but eight digits.
    pub fn parse(text: &str) -> Result<Code, BadCode> {
        let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
        let fits = digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_digit());
        if fits { Ok(Code(digits)) } else { Err(BadCode) }
    }

    /// The digits, for the one time that they are shown. Not for a log line, an error or a URL.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code([redacted])")
    }
}

/// Who has it and the key could try all codes.
impl fmt::Debug for CodeMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeMac([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::{BadCode, Code};

    #[test]
    fn a_code_has_eight_digits_however_it_is_typed() {
        assert_eq!(Code::new([0; 8]).reveal(), "10000000");
        assert_eq!(Code::new([0xff; 8]).reveal().len(), 8);
        for text in ["12345678", "1234 5678", "1234-5678", " 12345678 "] {
            assert_eq!(Code::parse(text).unwrap().reveal(), "12345678");
        }
        for text in ["", "1234567", "123456789", "1234567a", "１２３４５６７８"] {
            assert_eq!(Code::parse(text), Err(BadCode), "{text}");
        }
    }

    #[test]
    fn a_code_is_not_told_by_debug() {
        assert!(!format!("{:?}", Code::new([7; 8])).contains(|letter: char| letter.is_ascii_digit()));
    }
}
