//! A deterministic simulator: the production flows over a simulated DynamoDB and gateway, from one seed.

pub mod audit;
pub mod dynamodb;
pub mod heard;
pub mod history;
mod network;
pub mod world;
pub mod zoo;
