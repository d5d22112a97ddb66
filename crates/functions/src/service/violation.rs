//! JSON that does not fit, told as the SDK's own checks tell it: the first violation, by its path.

use cafe_core::payment::{BadUuid, RecordId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The first thing that is wrong with a request's JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Where, as `$input.source.id`.
    pub path: String,
    /// What should be there, in TypeScript's words.
    pub expected: &'static str,
    /// What is.
    pub value: Value,
}

/// Something that does not fit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Violation")]
pub(super) struct ViolationJson<'a> {
    /// Where: `$input.source.id`, or the parameter's name.
    path: &'a str,
    reason: String,
    /// What should be there, in TypeScript's words.
    expected: &'a str,
    /// What is. Absent where there is nothing, as JSON has no `undefined`.
    #[serde(skip_serializing_if = "Value::is_null")]
    value: &'a Value,
    message: &'static str,
}

impl Violation {
    /// The body of the 400 that tells it.
    #[must_use]
    pub fn body(&self) -> Value {
        let (path, expected) = (&*self.path, self.expected);
        json!(ViolationJson {
            path,
            reason: format!("Error on typia.assert(): invalid type on {path}, expect to be {expected}"),
            expected,
            value: &self.value,
            message: "Request body data is not following the promised type.",
        })
    }
}

/// An object of a request, and the way to it.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    path: String,
    object: &'a Map<String, Value>,
}

type Checked<T> = Result<T, Violation>;

impl<'a> Fields<'a> {
    /// The whole request.
    ///
    /// # Errors
    /// [`Violation`] where it is no object.
    pub fn of(input: &'a Value, expected: &'static str) -> Checked<Fields<'a>> {
        Fields::at("$input".to_owned(), Some(input), expected)
    }

    fn at(path: String, value: Option<&'a Value>, expected: &'static str) -> Checked<Fields<'a>> {
        match value {
            Some(Value::Object(object)) => Ok(Fields { path, object }),
            other => Err(Violation { path, expected, value: other.cloned().unwrap_or_default() }),
        }
    }

    fn violation(&self, name: &str, expected: &'static str) -> Violation {
        let value = self.object.get(name).cloned().unwrap_or_default();
        Violation { path: format!("{}.{name}", self.path), expected, value }
    }

    /// An object in it.
    ///
    /// # Errors
    /// [`Violation`] where there is none.
    pub fn object(&self, name: &str, expected: &'static str) -> Checked<Fields<'a>> {
        Fields::at(format!("{}.{name}", self.path), self.object.get(name), expected)
    }

    /// An object in it, or null; it must be there as one of them.
    ///
    /// # Errors
    /// [`Violation`] where it is absent or something else.
    pub fn object_or_null(&self, name: &str, expected: &'static str) -> Checked<Option<Fields<'a>>> {
        match self.object.get(name) {
            Some(Value::Null) => Ok(None),
            _ => self.object(name, expected).map(Some),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// [`Violation`] where there is none.
    pub fn text(&self, name: &str) -> Checked<&'a str> {
        self.text_that(name, "string", Some)
    }

    /// A text that `read` can read.
    ///
    /// # Errors
    /// [`Violation`] where there is none.
    pub fn text_that<T>(
        &self,
        name: &str,
        expected: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Checked<T> {
        let text = self.object.get(name).and_then(Value::as_str);
        text.and_then(read).ok_or_else(|| self.violation(name, expected))
    }

    /// A UUID, as it was written.
    ///
    /// # Errors
    /// [`Violation`] where there is none.
    pub fn uuid(&self, name: &str) -> Checked<&'a str> {
        let is_uuid = |text: &'a str| RecordId::parse(text).is_ok().then_some(text);
        self.text_that(name, "string & Format<\"uuid\">", is_uuid)
    }

    /// A sum of money in whole units of its currency. A number that is whole may be written with a fraction of zero.
    ///
    /// # Errors
    /// [`Violation`] where there is none, or it is negative, no whole number or too large.
    pub fn sum(&self, name: &str) -> Checked<u32> {
        const EXPECTED: &str = "(number & Minimum<0> & Type<\"uint32\">)";
        let number = self.object.get(name).filter(|value| value.is_number());
        let whole = number.and_then(|number| {
            number.as_u64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok())
        });
        whole.and_then(|sum| u32::try_from(sum).ok()).ok_or_else(|| self.violation(name, EXPECTED))
    }
}

/// The body of the 400 for an id in the path that is none.
#[must_use]
pub fn bad_id(text: &str, _: BadUuid) -> Value {
    let (path, expected) = ("id", "string & Format<\"uuid\">");
    json!(ViolationJson {
        path,
        reason: format!("Error on typia.http.parameter(): invalid type on {path}, expect to be {expected}"),
        expected,
        value: &json!(text),
        message: "Invalid URL parameter value on \"id\".",
    })
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use serde_json::{Value, json};

    fn sum(value: &Value) -> Option<u32> {
        let input = json!({ "price": value });
        Fields::of(&input, "").ok()?.sum("price").ok()
    }

    #[test]
    fn money_is_a_whole_number_however_it_is_written() {
        for (value, expected) in [
            (json!(0), Some(0)),
            (json!(1_000), Some(1_000)),
            (serde_json::from_str("1000.0").unwrap(), Some(1_000)),
            (json!(4_294_967_295_u32), Some(u32::MAX)),
            (json!(4_294_967_296_u64), None),
            (json!(-1), None),
            (json!(0.5), None),
            (serde_json::from_str("1e3").unwrap(), Some(1_000)),
            (json!("1000"), None),
            (json!(null), None),
        ] {
            assert_eq!(sum(&value), expected, "{value}");
        }
    }

    #[test]
    fn a_violation_is_told_by_its_path_as_the_sdk_tells_it() {
        let input = json!({ "source": { "schema": "shop", "table": 3 }, "account": 1 });
        let fields = Fields::of(&input, "Input").unwrap();
        let source = fields.object("source", "IPaymentSource").unwrap();
        let told = |path: &str, expected: &str| {
            json!({
                "path": path,
                "reason": format!(
                    "Error on typia.assert(): invalid type on {path}, expect to be {expected}"
                ),
                "expected": expected,
                "message": "Request body data is not following the promised type.",
            })
        };
        let mut wrong = told("$input.source.table", "string");
        wrong["value"] = json!(3);
        assert_eq!(source.text("table").unwrap_err().body(), wrong);
        let absent = told("$input.source.id", "string & Format<\"uuid\">");
        assert_eq!(source.uuid("id").unwrap_err().body(), absent);
        let absent = told("$input.vendor", "IPaymentVendor");
        assert_eq!(fields.object("vendor", "IPaymentVendor").unwrap_err().body(), absent);
        assert_eq!(fields.object_or_null("account", "null").unwrap_err().path, "$input.account");
        assert_eq!(fields.object_or_null("none", "null").unwrap_err().path, "$input.none");
        assert_eq!(Fields::of(&json!([]), "Input").unwrap_err().path, "$input");
    }
}
