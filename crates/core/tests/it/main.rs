//! The gateways over their fakes: what is asked, and what an answer means for an order.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

mod answered;
mod asked;
mod conformance;
mod kakaopay;
mod portone;
mod tosspayments;
mod wire;
