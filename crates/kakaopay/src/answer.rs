//! Reading what came back, strict where money is decided, tolerant of everything else.
//!
//! A payment that KakaoPay has collected must not become unreadable over an oddly written date. So what
//! identifies and decides (ids, amounts, status) has to be there and be right; what only describes (dates,
//! names, card details) is `None` where it is missing, `null`, empty or not understood; and what is unknown
//! is passed over.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use url::Url;

use crate::{Amount, Code, Error, MethodResult, Raw, Refusal};

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
    #[error("the body is not one of KakaoPay's errors")]
    NotAnError,
}

/// Reads an answer with `take`, or the error it is.
pub(crate) fn read<T>(
    response: &Response<Bytes>,
    take: impl FnOnce(&Fields<'_>, Raw) -> Result<T, BadAnswer>,
) -> Result<T, Error> {
    let http_status = response.status();
    let unreadable = |source| Error::Unreadable { http_status, source };
    let body: Map<String, Value> =
        serde_json::from_slice(response.body()).map_err(|_| unreadable(BadAnswer::NotAnObject))?;
    let fields = Fields(&body);
    if http_status.is_success() {
        return take(&fields, Raw::new(response.body().clone())).map_err(unreadable);
    }
    Err(refusal(http_status, &fields).map_or_else(|| unreadable(BadAnswer::NotAnError), Error::Refused))
}

/// The three known shapes: `error_code` and `error_message`; `code` and `msg`; `code` and
/// `error_description`. A `code` alone is anybody's, so it is not taken for KakaoPay's word.
fn refusal(http_status: StatusCode, it: &Fields<'_>) -> Option<Refusal> {
    let legacy = it.0.contains_key("msg") || it.0.contains_key("error_description");
    let code = it.code("error_code").or_else(|| it.code("code").filter(|_| legacy))?;
    let message = ["error_message", "msg", "error_description"].iter().find_map(|name| it.maybe_text(name));
    let method_result = it.maybe_object("extras").and_then(|extras| {
        let code = extras.maybe_text("method_result_code");
        let message = extras.maybe_text("method_result_message");
        (code.is_some() || message.is_some())
            .then(|| MethodResult { code: code.unwrap_or_default(), message: message.unwrap_or_default() })
    });
    Some(Refusal { http_status, code, message: message.unwrap_or_default(), method_result })
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

    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, BadAnswer> {
        match self.present(name) {
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) => text.parse().map_err(|_| BadAnswer::Field(name)),
            _ => Err(BadAnswer::Field(name)),
        }
    }

    pub(crate) fn amount(&self, name: &'static str) -> Result<Amount, BadAnswer> {
        self.maybe_amount(name)?.ok_or(BadAnswer::Field(name))
    }

    /// Nothing, or all right: half an amount is no amount.
    pub(crate) fn maybe_amount(&self, name: &'static str) -> Result<Option<Amount>, BadAnswer> {
        let read = |value: &'a Value| Amount::read(&Fields(value.as_object()?)).ok();
        self.present(name).map(|value| read(value).ok_or(BadAnswer::Field(name))).transpose()
    }

    /// KakaoPay writes no offset; an offset or a fraction of a second does not disturb.
    pub(crate) fn date(&self, name: &str) -> Option<DateTime> {
        self.present(name)?.as_str()?.parse().ok()
    }

    /// A page to send a browser to, so nothing but `http` and `https` will do. The host is KakaoPay's to
    /// choose.
    pub(crate) fn web_url(&self, name: &'static str) -> Result<Url, BadAnswer> {
        self.present(name)
            .and_then(|value| Url::parse(value.as_str()?).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or(BadAnswer::Field(name))
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

    fn code(&self, name: &str) -> Option<Code> {
        match self.present(name)? {
            Value::Number(number) => i32::try_from(number.as_i64()?).ok().map(Code),
            Value::String(text) => text.parse().ok().map(Code),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// `4500` or `"4500"`; never `4500.0`, for money is whole won.
fn whole(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => u32::try_from(number.as_u64()?).ok(),
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
