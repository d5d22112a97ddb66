//! What commands and tests share; the tests themselves are in `it/`.

pub mod authority;
pub mod bench;
pub mod cost;
pub mod process;
pub mod runtime;
mod table;
mod upstreams;
