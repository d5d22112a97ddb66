//! What KakaoPay sent, unaltered.

use std::fmt;

use bytes::Bytes;

/// The JSON that an answer was read from, to the byte as it came, to be stored or passed on unaltered. It may hold the first
/// digits of a card: `Debug` shows nothing of it, and no log line should.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw(Bytes);

impl Raw {
    pub(crate) fn new(bytes: Bytes) -> Raw {
        Raw(bytes)
    }

    /// The text: a JSON object.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It was read as JSON, which is UTF-8.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.0.len())
    }
}
