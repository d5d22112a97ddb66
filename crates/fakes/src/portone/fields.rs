//! The fields of a request, as JSON or (V1 takes both) as a form, and what may be in them.

use bytes::Bytes;
use http::{Request, header};
use serde_json::{Map, Value};

use super::problem::{Problem, bad};

/// More won than any real amount, and few enough that sums of them cannot overflow.
const LARGEST: i64 = 999_999_999_999;

/// The fields of a request; those that are `null` are as good as left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn read(request: &Request<Bytes>) -> Result<Fields, Problem> {
        let body = request.body();
        if body.is_empty() {
            return Ok(Fields::default());
        }
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return Ok(Fields::from_form(body));
        }
        serde_json::from_slice(body).map(Fields).map_err(|_| bad("body", "is not a JSON object"))
    }

    /// Of a form or a query, where every value is a text.
    pub(crate) fn from_form(form: &[u8]) -> Fields {
        let pairs = url::form_urlencoded::parse(form);
        Fields(pairs.map(|(name, text)| (name.into_owned(), Value::String(text.into_owned()))).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text that must be there and not be empty.
    pub(crate) fn text(&self, name: &str) -> Result<String, Problem> {
        self.maybe_text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| bad(name, "is missing"))
    }

    pub(crate) fn maybe_text(&self, name: &str) -> Result<Option<String>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| bad(name, "is not a string"))
    }

    /// A whole number from zero up that must be there: a JSON number, or a string of digits.
    pub(crate) fn whole(&self, name: &str) -> Result<i64, Problem> {
        self.maybe_whole(name)?.ok_or_else(|| bad(name, "is missing"))
    }

    pub(crate) fn maybe_whole(&self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value
            .as_i64()
            .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
            .filter(|number| (0..=LARGEST).contains(number))
            .map(Some)
            .ok_or_else(|| bad(name, "is not a whole number from 0 up"))
    }

    /// Seconds since 1970; payments SDKs send them with a fraction, which is cut off.
    pub(crate) fn maybe_seconds(&self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let seconds = text.split('.').next().and_then(|whole| whole.parse().ok());
        seconds.map(Some).ok_or_else(|| bad(name, "is not a time"))
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value == &Value::Bool(true) || value == "true")
    }

    pub(crate) fn object(&self, name: &str) -> Result<Fields, Problem> {
        self.maybe_object(name).ok_or_else(|| bad(name, "is missing"))
    }

    pub(crate) fn maybe_object(&self, name: &str) -> Option<Fields> {
        self.get(name)?.as_object().cloned().map(Fields)
    }

    /// Texts: a list of them, or one.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        match self.get(name) {
            Some(Value::Array(values)) => values.iter().filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }
}
