//! The product from outside: one binary, a folder a subject.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

mod store;
mod support;
