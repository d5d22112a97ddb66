//! Contexts: values that stay with the conversation for some turns.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::LimitError;
use crate::text::not_empty;

/// A context to set, or to delete. It takes effect only where the block declares it as its output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextValue {
    name: String,
    life_span: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, String>,
}

impl ContextValue {
    /// A context that lives for `life_span` turns.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the name is blank.
    pub fn new(name: impl Into<String>, life_span: u32) -> Result<Self, LimitError> {
        let name = not_empty("context.name", name)?;
        Ok(Self { name, life_span, ttl: None, params: BTreeMap::new() })
    }

    /// A context that ends now.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the name is blank.
    pub fn delete(name: impl Into<String>) -> Result<Self, LimitError> {
        Self::new(name, 0)
    }

    /// Lets it end after so many seconds, whatever turns are left.
    #[must_use]
    pub fn ttl_seconds(mut self, seconds: u32) -> Self {
        self.ttl = Some(seconds);
        self
    }

    /// Keeps a value in it. The wire knows only texts, so anything else is written as one.
    #[expect(clippy::needless_pass_by_value, reason = "reads as a setter: `.param(\"num\", 2)`")]
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.params.insert(name.into(), value.to_string());
        self
    }
}
