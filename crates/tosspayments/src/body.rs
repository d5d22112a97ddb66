//! A request's path and body: what goes into them is checked as it is put in.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::limits;

/// A documented limit is broken, or the amounts contradict each other. Nothing was sent, so no money has
/// moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// A mandatory text is empty.
    #[error("{field} is empty")]
    Empty {
        /// As Toss Payments spells it.
        field: &'static str,
    },
    /// A text is too short or too long.
    #[error("{field} has {chars} characters, not {min} to {max}")]
    Length {
        /// As Toss Payments spells it.
        field: &'static str,
        /// Characters it has.
        chars: usize,
        /// Characters it must have.
        min: usize,
        /// Characters it may have.
        max: usize,
    },
    /// A text has characters that it may not have.
    #[error("{field} may only have {allowed}")]
    Characters {
        /// As Toss Payments spells it.
        field: &'static str,
        /// What it may have.
        allowed: &'static str,
    },
    /// A number is too small or too large, for itself or beside the other amounts of the request.
    #[error("{field} is {value}, not {min} to {max}")]
    OutOfRange {
        /// As Toss Payments spells it.
        field: &'static str,
        /// What it is.
        value: u32,
        /// What it must be at least.
        min: u32,
        /// What it may be at most.
        max: u32,
    },
}

impl BadRequest {
    /// The field that breaks its limit, as Toss Payments spells it.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            BadRequest::Empty { field }
            | BadRequest::Length { field, .. }
            | BadRequest::Characters { field, .. }
            | BadRequest::OutOfRange { field, .. } => field,
        }
    }
}

/// The fields in the order they were put in. Not `Debug`: there are card numbers and keys among them.
pub(crate) struct Body(Vec<(&'static str, Value)>);

impl Body {
    pub(crate) fn new() -> Body {
        Body(Vec::new())
    }

    pub(crate) fn put(&mut self, field: &'static str, value: impl Into<Value>) {
        self.0.push((field, value.into()));
    }

    pub(crate) fn put_some(&mut self, field: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(field, value);
        }
    }

    /// A mandatory text of our own making.
    pub(crate) fn text(&mut self, field: &'static str, text: &str, max: usize) -> Result<(), BadRequest> {
        check_given(field, text)?;
        self.some_text(field, Some(text), max)
    }

    pub(crate) fn some_text(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        max: usize,
    ) -> Result<(), BadRequest> {
        check_length(field, text.unwrap_or_default(), 0..=max)?;
        self.put_some(field, text);
        Ok(())
    }

    /// A mandatory text that Toss Payments made and is handed back. Its length is Toss Payments' business.
    pub(crate) fn given(&mut self, field: &'static str, text: &str) -> Result<(), BadRequest> {
        check_given(field, text)?;
        self.put(field, text);
        Ok(())
    }

    /// A mandatory text of digits.
    pub(crate) fn digits(
        &mut self,
        field: &'static str,
        text: &str,
        length: RangeInclusive<usize>,
    ) -> Result<(), BadRequest> {
        check_digits(field, text, length)?;
        self.put(field, text);
        Ok(())
    }

    pub(crate) fn order_id(&mut self, order_id: &str) -> Result<(), BadRequest> {
        check_order_id(order_id)?;
        self.put("orderId", order_id);
        Ok(())
    }

    pub(crate) fn customer_key(&mut self, customer_key: &str) -> Result<(), BadRequest> {
        check_customer_key(customer_key)?;
        self.put("customerKey", customer_key);
        Ok(())
    }

    pub(crate) fn number(
        &mut self,
        field: &'static str,
        value: u32,
        range: RangeInclusive<u32>,
    ) -> Result<(), BadRequest> {
        if !range.contains(&value) {
            return Err(BadRequest::OutOfRange { field, value, min: *range.start(), max: *range.end() });
        }
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

    /// An object within the body.
    pub(crate) fn object(&mut self, field: &'static str, inner: Body) {
        let inner: Map<String, Value> =
            inner.0.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        self.put(field, inner);
    }

    /// Written by hand, field by field, so that the order does not hang on how `serde_json` was built.
    pub(crate) fn json(&self) -> String {
        let fields: Vec<String> =
            self.0.iter().map(|(field, value)| format!("{}:{value}", Value::from(*field))).collect();
        format!("{{{}}}", fields.join(","))
    }
}

/// An id in a path: one that Toss Payments made, of any length that HTTP takes.
pub(crate) fn segment(field: &'static str, text: &str) -> Result<String, BadRequest> {
    check_length(field, text, 1..=limits::PATH_CHARS)?;
    // Alone in a segment they would climb out of it, escaped or not.
    if matches!(text, "." | "..") {
        return Err(BadRequest::Characters { field, allowed: "more than dots" });
    }
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    Ok(escaped)
}

/// The merchant's order number in a path.
pub(crate) fn order_id_segment(order_id: &str) -> Result<&str, BadRequest> {
    check_order_id(order_id)?;
    Ok(order_id)
}

pub(crate) fn check_order_id(order_id: &str) -> Result<(), BadRequest> {
    let field = "orderId";
    check_length(field, order_id, limits::ORDER_ID_CHARS)?;
    if order_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        Ok(())
    } else {
        Err(BadRequest::Characters { field, allowed: "letters, digits, - and _" })
    }
}

pub(crate) fn check_customer_key(customer_key: &str) -> Result<(), BadRequest> {
    let field = "customerKey";
    check_length(field, customer_key, limits::CUSTOMER_KEY_CHARS)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'.' | b'@');
    if customer_key.bytes().all(allowed) {
        Ok(())
    } else {
        Err(BadRequest::Characters { field, allowed: "letters, digits, -, _, =, . and @" })
    }
}

fn check_digits(field: &'static str, text: &str, length: RangeInclusive<usize>) -> Result<(), BadRequest> {
    check_length(field, text, length)?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(BadRequest::Characters { field, allowed: "digits" })
    }
}

fn check_given(field: &'static str, text: &str) -> Result<(), BadRequest> {
    if text.is_empty() { Err(BadRequest::Empty { field }) } else { Ok(()) }
}

fn check_length(field: &'static str, text: &str, length: RangeInclusive<usize>) -> Result<(), BadRequest> {
    let chars = text.chars().count();
    if chars == 0 && *length.start() > 0 {
        return Err(BadRequest::Empty { field });
    }
    if length.contains(&chars) {
        Ok(())
    } else {
        Err(BadRequest::Length { field, chars, min: *length.start(), max: *length.end() })
    }
}
