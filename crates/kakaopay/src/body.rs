//! A request's body: its fields are checked as they are put in, then written as JSON or as a form.

use std::ops::RangeInclusive;

use serde_json::Value;
use url::form_urlencoded;

use crate::limits;

/// A documented limit is broken, or the amounts contradict each other. Nothing was sent, so no money has
/// moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// A mandatory text is empty.
    #[error("{field} is empty")]
    Empty {
        /// As KakaoPay spells it.
        field: &'static str,
    },
    /// A text is too long.
    #[error("{field} has {chars} characters, more than {max}")]
    TooLong {
        /// As KakaoPay spells it.
        field: &'static str,
        /// Characters it has.
        chars: usize,
        /// Characters it may have.
        max: usize,
    },
    /// A number is too small or too large, for itself or beside the other amounts of the request.
    #[error("{field} is {value}, not {min} to {max}")]
    OutOfRange {
        /// As KakaoPay spells it.
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
    /// The field that breaks its limit, as KakaoPay spells it.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            BadRequest::Empty { field }
            | BadRequest::TooLong { field, .. }
            | BadRequest::OutOfRange { field, .. } => field,
        }
    }
}

/// The fields in the order they were put in. Not `Debug`: there are tokens and secrets among them.
pub(crate) struct Body(Vec<(&'static str, Value)>);

impl Body {
    pub(crate) fn new(cid: &str, cid_secret: Option<&str>) -> Body {
        let mut body = Body(vec![("cid", cid.into())]);
        body.put_some("cid_secret", cid_secret);
        body
    }

    /// Of a merchant code that no account has checked.
    pub(crate) fn with_cid(cid: &str) -> Result<Body, BadRequest> {
        let mut body = Body(Vec::new());
        body.text("cid", cid, limits::CID_CHARS)?;
        Ok(body)
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

    /// A mandatory text that KakaoPay made and is handed back. Its length is KakaoPay's business: a longer
    /// one than documented must not keep us from asking about a payment.
    pub(crate) fn given(&mut self, field: &'static str, text: &str) -> Result<(), BadRequest> {
        self.text(field, text, usize::MAX)
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

    /// Written by hand, field by field, so that the order does not hang on how `serde_json` was built.
    pub(crate) fn json(&self) -> String {
        let fields: Vec<String> =
            self.0.iter().map(|(field, value)| format!("{}:{value}", Value::from(*field))).collect();
        format!("{{{}}}", fields.join(","))
    }

    /// Lists and maps are JSON inside the form's text.
    pub(crate) fn form(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (field, value) in &self.0 {
            match value.as_str() {
                Some(text) => form.append_pair(field, text),
                None => form.append_pair(field, &value.to_string()),
            };
        }
        form.finish()
    }
}
