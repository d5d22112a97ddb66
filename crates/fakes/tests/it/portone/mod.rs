//! The fake PortOne: both of its APIs, its window, and what it tells by itself.

mod control;
mod http;
mod shop;
mod troubles;
mod v1;
mod v2;
mod webhooks;
mod window;
