//! The V2 API: `api.portone.io`, a secret in a header, and answers without an envelope.
//!
//! The merchant chooses the payment's id, which is its key in every path, and so the guard against paying twice.
//! Facts are from PortOne's own server SDK (0.19.0) and its published V2 schema; where neither says, it stands beside
//! the field.

mod account;
mod call;
mod customer;
mod kind;
mod method;
mod payment;
mod refusal;
mod status;

pub mod billing_keys;
pub mod cancel;
pub mod cash_receipts;
pub mod charges;
pub mod identity_verifications;
pub mod payments;
pub mod pre_register;
pub mod resend_webhook;
pub mod virtual_accounts;
pub mod webhook;

pub use account::{Account, BadAccount, HOST};
pub use call::Call;
pub use customer::Customer;
pub use kind::{Kind, Meaning};
pub use method::{Card, Method, MethodType, VirtualAccount};
pub use payment::{Amount, Cancellation, CancellationStatus, Failure, Payment};
pub use refusal::Refusal;
pub use status::{Progress, Status};

/// Why there is no answer.
pub type Error = crate::Error<Refusal>;
