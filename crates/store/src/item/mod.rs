//! How members, ledger lines and orders are written into DynamoDB, and read back.
//!
//! Private twins of the core's types: the names here are the attribute names, and nothing outside
//! this crate sees them.

pub(crate) mod binary;
mod entry;
mod member;
mod order;

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::StoreError;
use cafe_core::payment::BoxError;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

pub(crate) use self::entry::EntryItem;
pub(crate) use self::member::{
    BINDING, BindingItem, MemberItem, NO_PAYER, NOBODY, Numbered, Slot, Stands, binding_key,
};
pub(crate) use self::order::{LookItem, OrderItem, REVIEW, RefundItem, RefundingItem, WATCH};

/// An item as the SDK gives it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The version that this program writes. Attributes are only ever added, and unknown ones ignored, so
/// that an older program reads a newer one's items; a change that cannot be made so raises it.
pub(crate) const VERSION: u8 = 1;

/// Reads an item into what it stands for.
pub(crate) fn read<T, U>(key: &str, item: Item) -> Result<U, StoreError>
where
    T: DeserializeOwned,
    U: TryFrom<T, Error = BoxError>,
{
    let unreadable = |source| StoreError::Unreadable { key: key.to_owned(), source };
    let twin: T = serde_dynamo::from_item(item).map_err(|error| unreadable(error.into()))?;
    U::try_from(twin).map_err(unreadable)
}

/// A whole number, as DynamoDB writes it.
pub(crate) fn number(number: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

/// A text.
pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// Bytes.
pub(crate) fn bytes(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

/// A time, as people read it in the console.
pub(crate) fn time(at: Timestamp) -> AttributeValue {
    AttributeValue::S(at.to_string())
}

pub(crate) fn read_time(text: &str) -> Result<Timestamp, BoxError> {
    Ok(text.parse::<Timestamp>()?)
}

/// An attribute that the item's stage cannot be without.
pub(crate) fn needed<T>(value: Option<T>, name: &'static str) -> Result<T, BoxError> {
    value.ok_or_else(|| format!("the attribute {name} is missing").into())
}
