//! `template.yaml` as what is deployed, held to what an owner is promised of it.

mod alarms;
mod api;
mod kept;
mod permissions;
mod updates;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Map, Value, json};

/// The template as plain values. An intrinsic function is an object with its tag for a key: `{"!Ref": "Api"}`.
static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let documents = Yaml::load_from_str(include_str!("../../../template.yaml")).unwrap();
    plain(&documents[0])
});

/// A document of YAML as plain values, with its intrinsic functions as objects.
pub(crate) fn plain(yaml: &Yaml<'_>) -> Value {
    if let Yaml::Tagged(tag, node) = yaml {
        let name = format!("{}{}", tag.handle, tag.suffix);
        Value::Object(Map::from_iter([(name, plain(node))]))
    } else if let Some(mapping) = yaml.as_mapping() {
        mapping.iter().map(|(name, value)| (name.as_str().unwrap().to_owned(), plain(value))).collect()
    } else if let Some(items) = yaml.as_vec() {
        items.iter().map(plain).collect()
    } else if let Some(number) = yaml.as_integer() {
        json!(number)
    } else if let Some(flag) = yaml.as_bool() {
        json!(flag)
    } else {
        yaml.as_str().map_or(Value::Null, Into::into)
    }
}

/// The resources of a type, each by its name in the template.
fn resources(kind: &str) -> Vec<(&'static str, &'static Value)> {
    let all = TEMPLATE["Resources"].as_object().unwrap().iter();
    all.filter(|(_, resource)| resource["Type"] == kind).map(|(name, resource)| (&**name, resource)).collect()
}

/// The functions, each by its name without `Function`, and with its properties.
fn functions() -> Vec<(&'static str, &'static Value)> {
    let functions = resources("AWS::Serverless::Function");
    functions
        .into_iter()
        .map(|(name, function)| (name.strip_suffix("Function").unwrap(), &function["Properties"]))
        .collect()
}

/// Looks at a value and all that is in it.
fn walk<'a>(value: &'a Value, see: &mut impl FnMut(&'a Value)) {
    see(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        Value::Object(fields) => fields.values().for_each(|field| walk(field, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The names that a text of `!Sub` takes from elsewhere: `${…}`.
fn substituted(text: &str) -> BTreeSet<&str> {
    text.split("${").skip(1).map(|rest| rest.split_once('}').unwrap().0).collect()
}

/// The list that a value is, or the one thing that it is instead.
fn listed(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

/// `PaymentInDoubt` as `payment-in-doubt`.
fn kebab_case(pascal: &str) -> String {
    let mut kebab = String::new();
    for c in pascal.chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

fn get_att(attribute: &str) -> Value {
    json!({ "!GetAtt": attribute })
}

fn reference(name: &str) -> Value {
    json!({ "!Ref": name })
}
