//! Reading what came back, strict where money is decided, tolerant of everything else.
//!
//! A payment that Toss Payments has collected must not become unreadable over an oddly written date. So what
//! identifies and decides (keys, amounts, status) has to be there and be right; what only describes (dates,
//! names, card details) is `None` where it is missing, `null`, empty or not understood; and what is unknown
//! is passed over. Both generations of the API are read: where a field was renamed, either name will do.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

use crate::{Code, Error, Raw, Refusal};

/// What is wrong with an answer. It names fields, but never tells what they held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// The body is not a JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A field that decides something is missing, empty, or not what it should be.
    #[error("the field {0} is missing or wrong")]
    Field(&'static str),
    /// The HTTP status says no, but the body has not the shape of an error.
    #[error("the body is not one of Toss Payments' errors")]
    NotAnError,
}

/// Reads an answer with `take`, or the error it is.
pub(crate) fn read<T>(
    response: &Response<Bytes>,
    take: impl FnOnce(&Fields<'_>, Raw) -> Result<T, BadAnswer>,
) -> Result<T, Error> {
    let http_status = response.status();
    let unreadable = |source| Error::Unreadable { http_status, source };
    let body = object(response.body()).map_err(unreadable)?;
    if http_status.is_success() {
        return take(&Fields(&body), Raw::new(response.body().clone())).map_err(unreadable);
    }
    Err(refusal(http_status, &Fields(&body))
        .map_or_else(|| unreadable(BadAnswer::NotAnError), Error::Refused))
}

/// Reads an answer that has nothing to say when it agrees.
pub(crate) fn read_nothing(response: &Response<Bytes>) -> Result<(), Error> {
    if response.status().is_success() { Ok(()) } else { read(response, |_, _| Ok(())) }
}

pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, BadAnswer> {
    serde_json::from_slice(body).map_err(|_| BadAnswer::NotAnObject)
}

/// `{"code": "NOT_FOUND_PAYMENT", "message": …}`. A `code` of another shape is anybody's, so it is not taken for Toss
/// Payments' word.
fn refusal(http_status: StatusCode, it: &Fields<'_>) -> Option<Refusal> {
    let code = Code::parse(&it.maybe_text("code")?)?;
    Some(Refusal { http_status, code, message: it.maybe_text("message").unwrap_or_default() })
}

/// A JSON object whose fields are asked for by name.
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

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

    pub(crate) fn secret(&self, name: &str) -> Option<SecretString> {
        self.maybe_text(name).map(SecretString::from)
    }

    pub(crate) fn word<T: for<'w> From<&'w str>>(&self, name: &'static str) -> Result<T, BadAnswer> {
        self.maybe_word(name).ok_or(BadAnswer::Field(name))
    }

    pub(crate) fn maybe_word<T: for<'w> From<&'w str>>(&self, name: &str) -> Option<T> {
        self.present(name)?.as_str().map(T::from)
    }

    pub(crate) fn number(&self, name: &'static str) -> Result<u32, BadAnswer> {
        self.present(name).and_then(whole).ok_or(BadAnswer::Field(name))
    }

    /// A number that decides nothing.
    pub(crate) fn count(&self, name: &str) -> Option<u32> {
        self.present(name).and_then(whole)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.present(name)?.as_bool()
    }

    /// With an offset, as documented; one without is taken as Korea's, which has no daylight saving (a guess).
    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        let text = self.present(name)?.as_str()?;
        text.parse().ok().or_else(|| {
            let local: DateTime = text.parse().ok()?;
            Some(local.to_zoned(TimeZone::fixed(offset(9))).ok()?.timestamp())
        })
    }

    /// A page to send a browser to, so nothing but `http` and `https` will do. The host is Toss Payments' to choose.
    pub(crate) fn web_url(&self, name: &str) -> Option<Url> {
        let url = Url::parse(self.present(name)?.as_str()?).ok()?;
        matches!(url.scheme(), "http" | "https").then_some(url)
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
}

/// `4500`, `"4500"`, or `4500.0` as the versions write it that also know cents; never `4500.5`, for money is whole here.
fn whole(value: &Value) -> Option<u32> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let is_whole = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    let is_nothing = !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    (is_whole && is_nothing).then(|| whole.parse().ok()).flatten()
}
