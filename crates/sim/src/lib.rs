//! A deterministic simulator: the production flows over a simulated DynamoDB and gateway, from one seed.

pub mod audit;
pub mod cafe;
mod cashier;
mod chance;
pub mod choices;
pub mod coverage;
pub mod dynamodb;
pub mod fate;
pub mod heard;
pub mod history;
mod network;
pub mod plan;
pub mod reached;
pub mod runs;
pub mod scene;
mod schedule;
pub mod service;
pub mod stories;
pub mod story;
mod tills;
pub mod world;
pub mod zoo;
