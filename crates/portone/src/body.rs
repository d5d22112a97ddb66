//! A request's body: its fields are checked as they are put in, then written as JSON.

use std::ops::RangeInclusive;

use serde_json::Value;

/// A documented limit is broken, or the amounts contradict each other. Nothing was sent, so no money has moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// A mandatory text is empty.
    #[error("{field} is empty")]
    Empty {
        /// As PortOne spells it.
        field: &'static str,
    },
    /// A text is too long.
    #[error("{field} has {chars} characters, more than {max}")]
    TooLong {
        /// As PortOne spells it.
        field: &'static str,
        /// Characters it has.
        chars: usize,
        /// Characters it may have.
        max: usize,
    },
    /// A number is too small or too large, for itself or beside the other amounts of the request.
    #[error("{field} is {value}, not {min} to {max}")]
    OutOfRange {
        /// As PortOne spells it.
        field: &'static str,
        /// What it is.
        value: u32,
        /// What it must be at least.
        min: u32,
        /// What it may be at most.
        max: u32,
    },
    /// An id that cannot stand in a URL's path: `.` or `..`.
    #[error("{field} cannot stand in a path")]
    NotAnId {
        /// As PortOne spells it.
        field: &'static str,
    },
}

impl BadRequest {
    /// The field that breaks its limit, as PortOne spells it.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            BadRequest::Empty { field }
            | BadRequest::TooLong { field, .. }
            | BadRequest::OutOfRange { field, .. }
            | BadRequest::NotAnId { field } => field,
        }
    }
}

/// The fields in the order they were put in. Not `Debug`: there are cards and secrets among them.
#[derive(Default)]
pub(crate) struct Body(Vec<(&'static str, Value)>);

impl Body {
    pub(crate) fn put(&mut self, field: &'static str, value: impl Into<Value>) {
        self.0.push((field, value.into()));
    }

    pub(crate) fn put_some(&mut self, field: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(field, value);
        }
    }

    /// An object inside the body; one without fields is left out.
    pub(crate) fn put_body(&mut self, field: &'static str, body: &Body) {
        if !body.0.is_empty() {
            self.put(field, body.value());
        }
    }

    /// A mandatory text of our own making.
    pub(crate) fn text(&mut self, field: &'static str, text: &str, max: usize) -> Result<(), BadRequest> {
        if text.is_empty() {
            return Err(BadRequest::Empty { field });
        }
        self.some_text(field, Some(text), max)
    }

    pub(crate) fn some_text(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        max: usize,
    ) -> Result<(), BadRequest> {
        let chars = text.unwrap_or_default().chars().count();
        if chars > max {
            return Err(BadRequest::TooLong { field, chars, max });
        }
        self.put_some(field, text);
        Ok(())
    }

    /// A mandatory text whose length is PortOne's business: one that it made and is handed back, or one whose limit
    /// nobody documents.
    pub(crate) fn given(&mut self, field: &'static str, text: &str) -> Result<(), BadRequest> {
        self.text(field, text, usize::MAX)
    }

    pub(crate) fn number(
        &mut self,
        field: &'static str,
        value: u32,
        range: RangeInclusive<u32>,
    ) -> Result<(), BadRequest> {
        within(field, value, range)?;
        self.put(field, value);
        Ok(())
    }

    pub(crate) fn some_number(
        &mut self,
        field: &'static str,
        value: Option<u32>,
        range: RangeInclusive<u32>,
    ) -> Result<(), BadRequest> {
        value.map_or(Ok(()), |value| self.number(field, value, range))
    }

    /// Written by hand, field by field, so that the order does not hang on how `serde_json` was built.
    pub(crate) fn json(&self) -> String {
        let fields: Vec<String> =
            self.0.iter().map(|(field, value)| format!("{}:{value}", Value::from(*field))).collect();
        format!("{{{}}}", fields.join(","))
    }

    fn value(&self) -> Value {
        self.0.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect()
    }
}

/// Checks a number that is not itself a field of the body.
pub(crate) fn within(field: &'static str, value: u32, range: RangeInclusive<u32>) -> Result<(), BadRequest> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(BadRequest::OutOfRange { field, value, min: *range.start(), max: *range.end() })
}
