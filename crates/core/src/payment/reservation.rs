//! A way to pay that a customer has stored at a gateway, kept for another backend.

use jiff::Timestamp;

use super::{Document, RecordId, Source, Vendor};

/// A stored way to pay: a billing key, or what a gateway calls one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Its name.
    pub id: RecordId,
    /// Whose.
    pub vendor: Vendor,
    /// What it belongs to.
    pub source: Source,
    /// What the service calls it.
    pub title: String,
    /// What the gateway said of it, to the byte.
    pub data: Document,
    /// When it was taken on.
    pub created_at: Timestamp,
}
