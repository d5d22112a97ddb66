//! A deterministic simulator: the production flows over a simulated DynamoDB and gateway, from one seed.

pub mod audit;
mod cafe;
pub mod choices;
pub mod coverage;
pub mod dynamodb;
pub mod fate;
pub mod heard;
pub mod history;
mod network;
pub mod runs;
pub mod story;
pub mod world;
pub mod zoo;
