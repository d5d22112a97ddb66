//! Reading what came back, strict where money is decided, tolerant of everything else.
//!
//! A payment that was collected must not become unreadable over an oddly written date. So what identifies and decides
//! (ids, amounts, statuses) has to be there and be right; what only describes (dates, names, card details) is `None`
//! where it is missing, `null`, empty or not understood; and what is unknown is passed over.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// What is wrong with an answer. It names fields, but never tells what they held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// The body is not a JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A field that decides something is missing, empty, or not what it should be.
    #[error("the field {0} is missing or wrong")]
    Field(&'static str),
    /// The HTTP status says no, but the body has none of the known shapes of an error.
    #[error("the body is not one of PortOne's errors")]
    NotAnError,
}

/// Reads a JSON object with `take`.
pub(crate) fn read_object<T>(
    json: &[u8],
    take: impl FnOnce(&Fields<'_>) -> Result<T, BadAnswer>,
) -> Result<T, BadAnswer> {
    let object: Map<String, Value> = serde_json::from_slice(json).map_err(|_| BadAnswer::NotAnObject)?;
    take(&Fields(&object))
}

/// A JSON object whose fields are asked for by name.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// `null`, `""`, `{}` and `[]` all say that there is nothing.
    fn present(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Bool(_) | Value::Number(_) => true,
        })
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<String, BadAnswer> {
        self.maybe_text(name).ok_or(BadAnswer::Field(name))
    }

    /// A number will do, for codes that look like one are sometimes written as one.
    pub(crate) fn maybe_text(&self, name: &str) -> Option<String> {
        let value = self.present(name)?;
        value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
    }

    pub(crate) fn word<T: for<'w> From<&'w str>>(&self, name: &'static str) -> Result<T, BadAnswer> {
        self.maybe_word(name).ok_or(BadAnswer::Field(name))
    }

    pub(crate) fn maybe_word<T: for<'w> From<&'w str>>(&self, name: &str) -> Option<T> {
        self.present(name)?.as_str().map(T::from)
    }

    pub(crate) fn number(&self, name: &'static str) -> Result<u32, BadAnswer> {
        self.maybe_number(name)?.ok_or(BadAnswer::Field(name))
    }

    pub(crate) fn maybe_number(&self, name: &'static str) -> Result<Option<u32>, BadAnswer> {
        self.present(name).map(|value| whole(value).ok_or(BadAnswer::Field(name))).transpose()
    }

    /// A number that decides nothing.
    pub(crate) fn count(&self, name: &str) -> Option<u32> {
        self.present(name).and_then(whole)
    }

    pub(crate) fn signed(&self, name: &'static str) -> Result<i64, BadAnswer> {
        match self.present(name) {
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
        }
        .ok_or(BadAnswer::Field(name))
    }

    /// A flag that decides nothing.
    pub(crate) fn maybe_flag(&self, name: &str) -> Option<bool> {
        self.present(name)?.as_bool()
    }

    /// V1's time: seconds since 1970, perhaps with a fraction, which is cut off. 0 says that there is none.
    pub(crate) fn unix(&self, name: &str) -> Option<Timestamp> {
        self.seconds(name).filter(|&seconds| seconds != 0).and_then(|at| Timestamp::from_second(at).ok())
    }

    pub(crate) fn seconds(&self, name: &str) -> Option<i64> {
        self.maybe_text(name)?.split('.').next()?.parse().ok()
    }

    /// V2's time: RFC 3339.
    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        self.present(name)?.as_str()?.parse().ok()
    }

    pub(crate) fn object(&self, name: &'static str) -> Result<Fields<'a>, BadAnswer> {
        self.maybe_object(name).ok_or(BadAnswer::Field(name))
    }

    pub(crate) fn maybe_object(&self, name: &str) -> Option<Fields<'a>> {
        self.present(name)?.as_object().map(Fields)
    }

    pub(crate) fn list<T>(
        &self,
        name: &'static str,
        take: impl Fn(&Fields<'a>) -> Result<T, BadAnswer>,
    ) -> Result<Vec<T>, BadAnswer> {
        let Some(value) = self.present(name) else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or(BadAnswer::Field(name))?;
        items.iter().map(|item| take(&Fields(item.as_object().ok_or(BadAnswer::Field(name))?))).collect()
    }

    /// A list of things that only describe: what of it is not understood is passed over.
    pub(crate) fn descriptions<T>(&self, name: &str, take: impl Fn(&Fields<'a>) -> T) -> Vec<T> {
        let items = self.present(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(|item| Some(take(&Fields(item.as_object()?)))).collect()
    }
}

/// `4500`, `"4500"` or, as V1's documentation calls its sums plain numbers, `4500.0`; never `4500.5`, for money is whole
/// won.
fn whole(value: &Value) -> Option<u32> {
    let digits = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            digits(text.strip_suffix(".0").unwrap_or(&text))
        }
        Value::String(text) => digits(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
