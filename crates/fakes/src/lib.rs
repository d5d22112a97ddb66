//! Gateways to test against: they answer as the real ones are documented to, and fail on command.
//!
//! A fake is written from the gateway's documentation alone and speaks raw JSON, so it shares no type with the
//! client that is tested against it. Each keeps its whole state behind one lock, is a cheap handle to clone, and can
//! be asked in two ways: in process ([`kakaopay::KakaoPay::answer`], [`tosspayments::TossPayments::answer`]) and over HTTP
//! ([`kakaopay::KakaoPay::router`], [`tosspayments::TossPayments::router`]).
//!
//! What every fake needs lives beside this file: the [`clock`] that can be moved, the [`Reply`] that may get lost,
//! repeatable ids, QR codes, and what its pages have in common.

pub mod clock;
mod ids;
pub mod kakaopay;
mod millis;
mod page;
mod qr;
mod reply;
pub mod tosspayments;
mod wire;

pub use reply::{Reply, Wait};
