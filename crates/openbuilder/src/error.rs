//! What is wrong with an answer before it is sent, and what to do about it.

use std::convert::Infallible;

/// A documented limit that an answer would break.
///
/// Kakao cuts such an answer, or does not show it at all, and says so only in the operator's error history.
/// Each message names the field and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// More characters than fit.
    #[error(
        "{field} has {actual} characters, and {limit} fit: shorten it, or cut it with `openbuilder::fit`"
    )]
    TooLong {
        /// The field as the wire spells it, such as `commerceCard.title`.
        field: &'static str,
        /// The most characters allowed.
        limit: usize,
        /// The characters there are.
        actual: usize,
    },
    /// More explicit lines than are shown.
    #[error("{field} has {actual} lines, and {limit} are shown: take out line breaks")]
    TooManyLines {
        /// The field as the wire spells it.
        field: &'static str,
        /// The most lines allowed.
        limit: usize,
        /// The lines there are.
        actual: usize,
    },
    /// More entries than allowed.
    #[error(
        "{field} has {actual} entries, and {limit} are allowed: leave some out, or send them in another answer"
    )]
    TooMany {
        /// The field as the wire spells it.
        field: &'static str,
        /// The most entries allowed.
        limit: usize,
        /// The entries there would be.
        actual: usize,
    },
    /// A bubble that is too large to be delivered.
    #[error(
        "{field} takes {actual} bytes as JSON, and {limit} are delivered: shorten texts, addresses or `extra`"
    )]
    TooLarge {
        /// The component's name, such as `listCard`.
        field: &'static str,
        /// The most bytes allowed.
        limit: usize,
        /// The bytes there are.
        actual: usize,
    },
    /// A field that must not be empty.
    #[error("{field} is empty: give it something to show, or leave it out where it is optional")]
    Empty {
        /// The field as the wire spells it.
        field: &'static str,
    },
    /// An address that Kakao cannot open.
    #[error("{field} is not an absolute http or https address: only those can be opened")]
    NotAWebAddress {
        /// The field as the wire spells it.
        field: &'static str,
    },
    /// Two things that do not go together.
    #[error("{field}: {rule}")]
    Conflict {
        /// The field as the wire spells it.
        field: &'static str,
        /// The rule, and how to keep it.
        rule: &'static str,
    },
}

impl LimitError {
    /// The field at fault, as the wire spells it.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::TooLong { field, .. }
            | Self::TooManyLines { field, .. }
            | Self::TooMany { field, .. }
            | Self::TooLarge { field, .. }
            | Self::Empty { field }
            | Self::NotAWebAddress { field }
            | Self::Conflict { field, .. } => field,
        }
    }
}

/// So that a checked [`ButtonLabel`](crate::response::ButtonLabel) is taken wherever a plain text is.
impl From<Infallible> for LimitError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
