//! The fields of a request, and what may be in them.

use serde_json::{Map, Value};

use super::problem::Problem;

/// More won than any real amount, and few enough that sums of them cannot overflow.
const LARGEST: i64 = 999_999_999_999;

/// The fields of a JSON object.
#[derive(Debug)]
pub(crate) struct Fields(pub(crate) Map<String, Value>);

impl Fields {
    /// An empty body says as much as an empty object.
    pub(crate) fn read(body: &[u8]) -> Result<Fields, Problem> {
        if body.is_empty() {
            return Ok(Fields(Map::new()));
        }
        let fields = serde_json::from_slice(body);
        fields.map(Fields).map_err(|_| Problem::BadParameter("본문이 JSON 객체가 아닙니다.".into()))
    }

    pub(crate) fn from_form(body: &[u8]) -> Result<Fields, Problem> {
        match serde_urlencoded::from_bytes::<Vec<(String, String)>>(body) {
            Ok(pairs) => {
                Ok(Fields(pairs.into_iter().map(|(name, text)| (name, Value::String(text))).collect()))
            }
            Err(_) => Err(Problem::BadParameter("body is not a form".into())),
        }
    }

    /// A text as it was sent, before anything about it is checked.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A text that must be there and not be empty, of at most so many characters.
    pub(crate) fn text(&self, name: &str, longest: usize) -> Result<String, Problem> {
        self.optional_text(name, longest)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| bad(name, "is missing"))
    }

    pub(crate) fn optional_text(&self, name: &str, longest: usize) -> Result<Option<String>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| bad(name, "is not a string"))?;
        if text.chars().count() > longest {
            return Err(bad(name, &format!("is longer than {longest} characters")));
        }
        Ok(Some(text.to_owned()))
    }

    /// The merchant's order number: 6 to 64 letters, digits, `-` and `_`.
    pub(crate) fn order_id(&self) -> Result<String, Problem> {
        let order = self.text("orderId", 64)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if order.len() >= 6 && order.bytes().all(plain) {
            Ok(order)
        } else {
            Err(bad("orderId", "is not 6 to 64 letters, digits, - and _"))
        }
    }

    pub(crate) fn customer_key(&self) -> Result<String, Problem> {
        let key = self.text("customerKey", 300)?;
        if key.len() >= 2 { Ok(key) } else { Err(bad("customerKey", "is shorter than 2 characters")) }
    }

    /// So many digits.
    pub(crate) fn digits(&self, name: &str, least: usize, most: usize) -> Result<String, Problem> {
        let text = self.text(name, most)?;
        if text.len() >= least && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(text)
        } else {
            Err(bad(name, "is not that many digits"))
        }
    }

    /// A sum that is not nothing.
    pub(crate) fn amount(&self, name: &str) -> Result<i64, Problem> {
        match self.optional_whole(name)? {
            Some(0) => Err(bad(name, "is 0")),
            Some(amount) => Ok(amount),
            None => Err(bad(name, "is missing")),
        }
    }

    /// A whole number from zero up.
    pub(crate) fn optional_whole(&self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let digits =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        value
            .as_i64()
            .or_else(|| value.as_str().and_then(digits))
            .filter(|number| (0..=LARGEST).contains(number))
            .map(Some)
            .ok_or_else(|| bad(name, "is not a whole number from 0 up"))
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    pub(crate) fn object(&self, name: &str) -> Result<Option<Fields>, Problem> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Fields(fields.clone()))),
            Some(_) => Err(bad(name, "is not an object")),
        }
    }

    /// `null` says as much as leaving a field out.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

pub(crate) fn bad(name: &str, why: &str) -> Problem {
    Problem::BadParameter(format!("{name} {why}"))
}
