//! The audit on a real store's tables, and the binary as an owner runs it.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

mod audit;
mod binary;
mod carrying;
mod dev;
mod export;
mod kiosk;
mod members;
mod payments;
mod shop;
