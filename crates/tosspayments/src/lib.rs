#![doc = include_str!("../README.md")]

mod account;
mod answer;
mod body;
mod call;
mod code;
mod error;
mod idempotency;
mod method;
mod payment;
mod raw;
mod status;
mod words;

pub mod billing;
pub mod cancel;
pub mod cash_receipt;
pub mod confirm;
pub mod key_in;
pub mod limits;
pub mod look_up;
pub mod redirect;
pub mod virtual_account;
pub mod webhook;
pub mod window;

pub use account::{Account, Api, BadAccount};
pub use answer::BadAnswer;
pub use body::BadRequest;
pub use call::{Call, Post};
pub use code::{Code, Meaning};
pub use error::{Error, Refusal};
pub use idempotency::{BadIdempotencyKey, IdempotencyKey, Keyed};
pub use method::{Method, WindowMethod};
pub use payment::{
    Cancelled, Card, CashReceiptSummary, Checkout, EasyPay, Failure, GiftCertificate, Kind, MobilePhone,
    Payment, Transfer, VirtualAccount,
};
pub use raw::Raw;
pub use status::{Progress, Status};
