//! The V1 API, which was called Iamport: `api.iamport.kr`, a token, and an envelope around every answer.
//!
//! Facts are from PortOne's published V1 schema and guide, and from the fake server that the payments SDK is tested
//! with; where these differ, or nobody says, it stands beside the field.

mod account;
mod buyer;
mod call;
mod code;
mod envelope;
mod payment;
mod status;

pub mod cancel;
pub mod certifications;
pub mod charges;
pub mod customers;
pub mod payments;
pub mod prepare;
pub mod receipts;
pub mod token;
pub mod vbanks;
pub mod webhook;

pub use account::{Account, BadAccount, HOST};
pub use buyer::Buyer;
pub use call::Call;
pub use code::{Meaning, Refusal};
pub use payment::{Cancellation, Card, Payment, Vbank};
pub use status::{Method, Progress, Status};

/// Why there is no answer.
pub type Error = crate::Error<Refusal>;
