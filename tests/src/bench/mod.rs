//! What is measured beside something that it can be compared with, in the same run: `cargo xtask bench`, for
//! `docs/benchmark.md`.

pub mod payments;
pub mod start;
mod told;
