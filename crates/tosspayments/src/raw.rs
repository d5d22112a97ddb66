//! What Toss Payments sent, unaltered.

use std::fmt;

use bytes::Bytes;

/// The JSON that an answer was read from, to the byte as it came, to be stored or passed on unaltered. It holds card and
/// account numbers: `Debug` shows nothing of it, and no log line should.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw(Bytes);

impl Raw {
    pub(crate) fn new(bytes: Bytes) -> Raw {
        Raw(bytes)
    }

    /// The bytes: a JSON object in UTF-8.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The text.
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
