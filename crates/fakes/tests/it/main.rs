//! What the fakes promise, told as stories.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(unreachable_pub, reason = "nothing outside this binary can reach anything")]

mod api;
mod approve;
mod cancel;
mod control;
mod faults;
mod http;
mod model;
mod order;
mod payer;
mod portone;
mod ready;
mod shop;
mod state;
mod subscription;
mod toss;
