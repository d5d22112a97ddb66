//! JSON as it came, beside what was read of it.

use std::fmt;

use serde_json::Value;

/// An object exactly as PortOne sent it: what is stored or handed on must not lose what this crate does not know.
///
/// `Debug` does not show it, for it may hold names, numbers and addresses.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw(String);

impl Raw {
    pub(crate) fn new(json: &str) -> Raw {
        Raw(json.to_owned())
    }

    /// The object's text, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The object, for looking into. Its fields may be sorted anew and its numbers written otherwise: store
    /// [`as_str`](Raw::as_str).
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raw([redacted])")
    }
}
