//! The cafe on a laptop: what `template.yaml` deploys, without an AWS account.
//!
//! Routes, tables and the schedule are read from the template, so they cannot drift from what is
//! deployed; the functions are the very routers that Lambda runs. Only the gateways are fakes.

pub mod api;
mod chat;
mod clock;
pub mod dynamodb;
pub mod kept;
mod korean;
mod lambda;
mod orders;
mod pages;
mod server;
mod settings;
mod ssm;
pub mod template;

pub use crate::server::{DevServer, Options};
