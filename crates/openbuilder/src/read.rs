//! Reading JSON that may hold anything anywhere: what is not there, or not as expected, is `None`.

use serde_json::{Map, Value};

/// The object at `path`.
pub(crate) fn object<'v>(root: &'v Map<String, Value>, path: &[&str]) -> Option<&'v Map<String, Value>> {
    path.iter().try_fold(root, |object, key| object.get(*key)?.as_object())
}

/// The text at `key`, trimmed; a blank one is no text.
pub(crate) fn text<'v>(object: Option<&'v Map<String, Value>>, key: &str) -> Option<&'v str> {
    let text = object?.get(key)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The whole number at `key`, whether sent as a number or as a text.
pub(crate) fn integer(object: Option<&Map<String, Value>>, key: &str) -> Option<i64> {
    let value = object?.get(key)?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The flag at `key`, whether sent as a boolean or as the text `"true"`.
pub(crate) fn flag(object: Option<&Map<String, Value>>, key: &str) -> bool {
    match object.and_then(|object| object.get(key)) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.trim() == "true",
        _ => false,
    }
}

/// The objects of the list at `key`; whatever else stands in it is passed over.
pub(crate) fn objects<'v>(
    object: Option<&'v Map<String, Value>>,
    key: &str,
) -> impl Iterator<Item = &'v Map<String, Value>> + use<'v> {
    let list = object.and_then(|object| object.get(key)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}
