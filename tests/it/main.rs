//! The product from outside: one binary, a folder a subject.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

mod browser;
mod cafe;
mod cost;
mod emulated;
mod events;
mod idempotency;
mod kill;
mod lambda;
mod least_privilege;
mod logs;
mod monitors;
mod operations;
mod payments;
mod preflight;
mod records;
mod sim_dynamodb;
mod sim_dynamodb_embedded;
mod start;
mod store;
mod stories;
mod support;
mod template;
mod tidy;
mod versions;
