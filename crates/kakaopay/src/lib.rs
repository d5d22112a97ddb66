#![doc = include_str!("../README.md")]

mod account;
mod amount;
mod answer;
mod body;
mod call;
mod card;
mod code;
mod error;
mod raw;
mod status;
mod words;

pub mod approve;
pub mod cancel;
pub mod limits;
pub mod order;
pub mod ready;
pub mod subscription;
pub mod subscription_inactive;
pub mod subscription_status;

pub use account::{Account, Api, BadAccount, TEST_CID, TEST_SUBSCRIPTION_CID};
pub use amount::Amount;
pub use answer::BadAnswer;
pub use body::BadRequest;
pub use call::Call;
pub use card::{CardInfo, CardIssuer, PaymentMethod};
pub use code::{Code, Meaning};
pub use error::{Error, MethodResult, Refusal};
pub use raw::Raw;
pub use status::{Progress, Status};
