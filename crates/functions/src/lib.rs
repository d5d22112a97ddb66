//! The Lambda functions: a router (or a handler) a function, and the parts they are wired from.
//!
//! This crate is the only place that reads settings and the only one that knows Lambda. A handler
//! parses, calls one flow of the core, and renders; what errors say to people stands in one place,
//! [`reply`]. The same routers run on Lambda, in the dev server and in tests.

pub mod aws;
pub mod base_url;
pub mod client;
pub mod device;
pub mod doubts;
pub mod language;
pub mod menus;
pub mod metered;
pub mod metrics;
pub mod order_path;
pub mod page;
pub mod parts;
pub mod renewed;
pub mod reply;
pub mod service;
pub mod settings;
pub mod skill;
pub mod start;
pub mod subject;
pub mod traces;
pub mod window;
pub mod world;

pub mod gateways;
pub mod general_payment_preprocess;
pub mod monitors;
pub mod payment_approve;
pub mod payment_close;
pub mod payment_ready;
pub mod payments_api;
pub mod payments_dispatch;
pub mod payments_webhook;
pub mod point_lookup;
pub mod point_payment_preprocess;
pub mod preflight;
pub mod reconcile;
pub mod refund;
pub mod sign_up;

pub use crate::parts::{Payments, Skills};
pub use crate::service::Service;
pub use crate::settings::{BadSettings, Part, Settings};
pub use crate::start::Function;
pub use crate::world::World;
