#![doc = include_str!("../README.md")]

mod answer;
mod base_url;
mod body;
mod error;
mod limits;
mod path;
mod raw;
mod words;

pub mod v1;
pub mod v2;

pub use answer::BadAnswer;
pub use base_url::BadBaseUrl;
pub use body::BadRequest;
pub use error::Error;
pub use limits::{ANSWER, BUYER_ADDRESS_CHARS, BUYER_EMAIL_CHARS, BUYER_NAME_CHARS, BUYER_POSTCODE_CHARS};
pub use limits::{BUYER_TEL_CHARS, CUSTOMER_UID_CHARS, MERCHANT_UID_CHARS, ORDER_NAME_CHARS};
pub use raw::Raw;

/// Keeps the traits of both dialects to this crate, so that they can grow.
mod sealed {
    pub trait Sealed {}
}
