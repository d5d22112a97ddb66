//! How a store fails, whatever it keeps.

use super::BoxError;

/// The store did not do what was asked, or nobody knows whether it did.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It did not answer, refused, or was busy.
    #[error("the store did not answer as it should")]
    Unavailable(#[source] BoxError),
    /// What is kept under that key was not written by this program.
    #[error("the item {key} cannot be read")]
    Unreadable {
        /// Which item.
        key: String,
        /// What is wrong with it.
        #[source]
        source: BoxError,
    },
}
