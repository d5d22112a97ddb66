//! What the fake Toss Payments promises, told as stories.

mod api;
mod cancel;
mod control;
mod faults;
mod idempotency;
mod other;
mod payer;
mod shop;
mod webhooks;
