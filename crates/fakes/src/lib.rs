//! Gateways to test against: they answer as the real ones are documented to, and fail on command.
//!
//! A fake is written from the gateway's documentation alone and speaks raw JSON, so it shares no type with the
//! client that is tested against it. Each keeps its whole state behind one lock, is a cheap handle to clone, and can
//! be asked in two ways: in process ([`kakaopay::KakaoPay::answer`], [`portone::PortOne::answer`],
//! [`tosspayments::TossPayments::answer`]) and over HTTP ([`kakaopay::KakaoPay::router`] and the others').
//!
//! What every fake needs lives beside this file: the [`clock`] that can be moved, the [`Reply`] that may get lost,
//! repeatable ids, QR codes, and what its pages have in common. A [`Delivery`] is a webhook on its way, and a [`Trouble`]
//! what can go wrong with a call.

pub mod clock;
mod ids;
pub mod kakaopay;
mod millis;
mod page;
pub mod portone;
mod qr;
mod reply;
mod script;
pub mod tosspayments;
mod trouble;
mod webhook;
mod wire;

pub use reply::{Reply, Wait};
pub use trouble::{NamedTrouble, Trouble};
pub use webhook::Delivery;
