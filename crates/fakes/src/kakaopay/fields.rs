//! The fields of a request, however they were sent, and what may be in them.

use serde_json::{Map, Value};

use super::problem::Problem;

/// More won than any real amount, and few enough that sums of them cannot overflow.
const LARGEST: i64 = 999_999_999_999;

/// The fields of a request: from a JSON object, or from a form, where every value is a string.
#[derive(Debug)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn from_json(body: &[u8]) -> Result<Fields, Problem> {
        match serde_json::from_slice(body) {
            Ok(fields) => Ok(Fields(fields)),
            Err(_) => Err(Problem::BadParameter("body is not a JSON object".into())),
        }
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

    /// A text that must be there and not be empty, of at most so many characters (a guess: they might be bytes).
    pub(crate) fn text(&self, name: &str, longest: usize) -> Result<String, Problem> {
        self.optional_text(name, longest)?.filter(|text| !text.is_empty()).ok_or_else(|| missing(name))
    }

    pub(crate) fn optional_text(&self, name: &str, longest: usize) -> Result<Option<String>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| bad(name, "is not a string"))?;
        if text.chars().count() > longest {
            return Err(bad(name, &format!("is longer than {longest} characters")));
        }
        Ok(Some(text.to_owned()))
    }

    /// A whole number from zero up that must be there: a JSON number, or a string of digits.
    pub(crate) fn whole(&self, name: &str) -> Result<i64, Problem> {
        self.optional_whole(name)?.ok_or_else(|| missing(name))
    }

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

    /// One word of a list, if it is there.
    pub(crate) fn optional_word(&self, name: &str, words: &[&str]) -> Result<Option<String>, Problem> {
        let word = self.optional_text(name, usize::MAX)?;
        match word {
            Some(word) if !words.contains(&word.as_str()) => {
                Err(bad(name, &format!("is none of {}", words.join(", "))))
            }
            Some(_) | None => Ok(word),
        }
    }

    /// A JSON value sent as itself or, in a form, as its text.
    pub(crate) fn optional_json(&self, name: &str) -> Result<Option<Value>, Problem> {
        match self.get(name) {
            Some(Value::String(text)) => {
                serde_json::from_str(text).map(Some).map_err(|_| bad(name, "is not JSON"))
            }
            value => Ok(value.cloned()),
        }
    }

    /// `null` says as much as leaving a field out.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

pub(crate) fn bad(name: &str, why: &str) -> Problem {
    Problem::BadParameter(format!("{name} {why}"))
}

fn missing(name: &str) -> Problem {
    bad(name, "is missing")
}
