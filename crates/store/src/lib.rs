//! The cafe's [`Store`](cafe_core::cafe::Store) over DynamoDB.
//!
//! Three tables: members (by the tag of their phone number, and by chatbot user), their ledger, and
//! orders. What happens together is one conditional transaction. The store itself never scans: only the
//! [`Auditor`] and the [`Books`] do, for an operator who asks for it.
//!
//! Beside it stands [`DynamoRecords`], the payments service's [`Records`](cafe_core::payment::Records), over a table of its own.
//!
//! Items are written with a version and updated attribute by attribute, so that an older and a newer
//! function can work on the same order during a deployment.

mod auditor;
mod books;
mod carrying;
mod change;
mod dynamo;
mod failure;
mod item;
mod payments;
mod roster;
mod shelf;
mod writes;

pub use crate::auditor::{Audited, Auditor, Progress};
pub use crate::books::{Books, Filed, Orders};
pub use crate::carrying::Carried;
pub use crate::dynamo::{DynamoStore, Tables};
pub use crate::payments::{BadStoreKey, DynamoRecords, Moved, Moving, Vault};
