//! Requests, as they come over the wire. A member that is not simulated is refused by its name.

use std::borrow::Cow;
use std::ops::Deref;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::failure::{Failure, NOT_SIMULATED};
use super::value::{Item, Name, Sorted, Value};

/// A text, borrowed from the request where that is possible.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// What the `#name`s stand for.
pub(crate) type Names<'a> = Sorted<Text<'a>, Name>;

/// What the `:value`s stand for.
pub(crate) type Values<'a> = Sorted<Text<'a>, Value>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Get<'a> {
    #[serde(borrow)]
    pub(crate) table_name: Text<'a>,
    pub(crate) key: Item,
    #[serde(default)]
    pub(crate) consistent_read: bool,
    #[serde(rename = "ReturnConsumedCapacity")]
    _capacity: Option<Nothing>,
}

/// A write of one item, alone or as a part of a transaction.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Write<'a> {
    #[serde(borrow)]
    pub(crate) table_name: Text<'a>,
    /// What is put.
    pub(crate) item: Option<Item>,
    /// What is changed, deleted or looked at.
    pub(crate) key: Option<Item>,
    #[serde(borrow)]
    pub(crate) update_expression: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) condition_expression: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) expression_attribute_names: Option<Names<'a>>,
    #[serde(borrow)]
    pub(crate) expression_attribute_values: Option<Values<'a>>,
    pub(crate) return_values: Option<Returned>,
    pub(crate) return_values_on_condition_check_failure: Option<OnFailure>,
    pub(crate) return_consumed_capacity: Option<Nothing>,
    pub(crate) return_item_collection_metrics: Option<Nothing>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Query<'a> {
    #[serde(borrow)]
    pub(crate) table_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) index_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) key_condition_expression: Text<'a>,
    #[serde(borrow)]
    pub(crate) filter_expression: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) expression_attribute_names: Option<Names<'a>>,
    #[serde(borrow)]
    pub(crate) expression_attribute_values: Option<Values<'a>>,
    pub(crate) exclusive_start_key: Option<Item>,
    pub(crate) limit: Option<usize>,
    #[serde(default)]
    pub(crate) consistent_read: bool,
    #[serde(default = "forward")]
    pub(crate) scan_index_forward: bool,
    #[serde(rename = "ReturnConsumedCapacity")]
    _capacity: Option<Nothing>,
}

fn forward() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Transaction<'a> {
    #[serde(borrow)]
    pub(crate) transact_items: Vec<Part<'a>>,
    #[serde(borrow)]
    pub(crate) client_request_token: Option<Text<'a>>,
    #[serde(rename = "ReturnConsumedCapacity")]
    _capacity: Option<Nothing>,
    #[serde(rename = "ReturnItemCollectionMetrics")]
    _metrics: Option<Nothing>,
}

/// A part of a transaction: one of these, and only one.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Part<'a> {
    #[serde(borrow)]
    pub(crate) put: Option<Write<'a>>,
    #[serde(borrow)]
    pub(crate) update: Option<Write<'a>>,
    #[serde(borrow)]
    pub(crate) delete: Option<Write<'a>>,
    #[serde(borrow)]
    pub(crate) condition_check: Option<Write<'a>>,
}

/// The only choice that is simulated of what is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Nothing {
    #[serde(rename = "NONE")]
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Returned {
    None,
    AllOld,
    AllNew,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OnFailure {
    None,
    AllOld,
}

/// Reads a request. What is not simulated is invalid here, whatever DynamoDB would make of it.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        Category::Data => Failure::Invalid(format!("{NOT_SIMULATED}{error}")),
        Category::Io | Category::Syntax | Category::Eof => Failure::Unreadable(error.to_string()),
    })
}

/// How many parts a `TransactWriteItems` request has; none for any other.
#[must_use]
pub fn parts(body: &[u8]) -> usize {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Parts {
        transact_items: Vec<IgnoredAny>,
    }
    serde_json::from_slice::<Parts>(body).map_or(0, |parts| parts.transact_items.len())
}
