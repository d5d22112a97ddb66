#![doc = include_str!("../README.md")]

pub mod callback;
pub mod check;
pub mod event;
pub mod limits;
pub mod payload;
pub mod response;
pub mod task;
pub mod validation;

mod error;
mod read;
mod text;

pub use error::LimitError;
pub use payload::{BadPayload, NotANumber, NotAPhone, Param, Payload, PhoneNumber};
pub use response::SkillResponse;
pub use text::fit;
