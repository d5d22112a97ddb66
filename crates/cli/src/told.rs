//! What a command has to say, to a person or to a program, and how it ends.

use cafe_core::payment::BoxError;
use jiff::Timestamp;
use serde_json::Value;

/// What a command has to say, and whether all is well.
#[derive(Debug)]
pub(crate) struct Told {
    /// For standard output.
    pub(crate) text: String,
    /// What the program ends with.
    pub(crate) code: u8,
}

/// The code of an audit that found something.
pub(crate) const FOUND: u8 = 1;

/// The code of what could not be done, and of what an owner did not agree to: nothing has changed.
pub(crate) const NOT_DONE: u8 = 2;

/// The code of what nobody knows yet: the same command, repeated, finds out.
pub(crate) const UNKNOWN: u8 = 3;

impl Told {
    /// All is well.
    pub(crate) fn well(text: String) -> Told {
        Told { text, code: 0 }
    }

    /// All is well: for a program, or for a person.
    ///
    /// # Errors
    /// Where the text cannot be made.
    pub(crate) fn either(
        json: bool,
        value: impl FnOnce() -> Value,
        text: impl FnOnce() -> Result<String, BoxError>,
    ) -> Result<Told, BoxError> {
        Ok(Told::well(if json { as_text(&value()) } else { text()? }))
    }
}

/// JSON as it is printed.
pub(crate) fn as_text(value: &Value) -> String {
    format!("{value:#}\n")
}

/// An error and its causes, in one line.
pub(crate) fn explain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |&cause| cause.source()).map(ToString::to_string);
    causes.collect::<Vec<_>>().join(": ")
}

/// A time to the second, which is all that a person reads.
pub(crate) fn second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}
