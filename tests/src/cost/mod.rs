//! What an order costs: every step of it is taken in this process by the functions' own routers, and what it asks of
//! DynamoDB is metered; how long it takes is measured where the functions run as processes ([`taken`]).
//!
//! `docs/cost.md` is written from both by `cargo xtask cost`. What is counted is the same on every machine, and a test
//! compares it; what is measured stands in a table of its own on that page, and all that is money follows from it.

mod cafe;
mod deployed;
mod growth;
mod measure;
mod meter;
mod money;
mod page;
mod paths;
mod prices;
mod steps;
pub mod taken;

pub use self::cafe::Cafe;
pub use self::growth::{Grown, fill};
pub use self::measure::measure;
pub use self::meter::{Asked, Meter};
pub use self::page::render;
pub use self::steps::{Step, StepName, Steps, walk};
