//! What commands and tests share; the tests themselves are in `it/`.

pub mod cost;
pub mod process;
pub mod runtime;
