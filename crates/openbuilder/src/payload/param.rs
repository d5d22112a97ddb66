//! A parameter's value in whichever shape it came, and the ways to read it.

use std::fmt;

use serde_json::Value;

use crate::payload::{NotANumber, NotAPhone, PhoneNumber, number};

/// A parameter that holds something: never `null`, never blank.
///
/// `Debug` prints the value's shape and not the value, which may be a phone number.
#[derive(Clone, Copy, PartialEq)]
pub struct Param<'p>(&'p Value);

impl<'p> Param<'p> {
    /// The parameter, unless it is as good as missing.
    pub(crate) fn present(value: &'p Value) -> Option<Self> {
        let is_missing = match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
        };
        (!is_missing).then_some(Self(value))
    }

    /// The value as it was sent.
    #[must_use]
    pub fn value(self) -> &'p Value {
        self.0
    }

    /// The value as a trimmed text, if it is a text, a number or a boolean.
    ///
    /// System entities such as `@sys.date` are texts that hold JSON; they come as that text.
    #[must_use]
    pub fn text(self) -> Option<String> {
        match self.0 {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The value as a whole number, in any form a bot sends one.
    ///
    /// Read, in this order: a JSON number; a text of digits (full-width ones, a sign, spaces around it and
    /// thousands commas are fine); a text that is itself JSON with an `amount` (what `@sys.number` sends); an
    /// object with an `amount`. A fraction of zero (`2.0`) is whole. One counter or unit may follow the digits
    /// (`2잔`, `500포인트`, `500P`), and nothing else.
    ///
    /// ```
    /// let body = r#"{"action":{"params":{"num":"{\"amount\": 2, \"unit\": null}","much":"1,000P","half":"2.5"}}}"#;
    /// let payload = openbuilder::Payload::parse(body.as_bytes())?;
    ///
    /// assert_eq!(payload.param("num").map(|num| num.integer()), Some(Ok(2)));
    /// assert_eq!(payload.param("much").map(|num| num.integer()), Some(Ok(1_000)));
    /// assert_eq!(payload.param("half").map(|num| num.integer()), Some(Err(openbuilder::NotANumber::NotWhole)));
    /// # Ok::<(), openbuilder::BadPayload>(())
    /// ```
    ///
    /// # Errors
    /// [`NotANumber`] says whether it is no number, not a whole one, or too large a one.
    pub fn integer(self) -> Result<i64, NotANumber> {
        number::read(self.0)
    }

    /// The value as a Korean mobile number. See [`PhoneNumber::parse`].
    ///
    /// # Errors
    /// [`NotAPhone`] where it is none.
    pub fn phone(self) -> Result<PhoneNumber, NotAPhone> {
        PhoneNumber::parse(&self.text().ok_or(NotAPhone)?)
    }
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = match self.0 {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        write!(f, "Param({shape})")
    }
}
