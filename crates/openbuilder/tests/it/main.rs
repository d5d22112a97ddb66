//! The crate as its callers see it: one binary, a file a module.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod callback;
mod check;
mod command;
mod event;
mod golden;
mod golden_rows;
mod limits;
mod numbers;
mod payload;
mod phones;
mod properties;
mod validation;

use openbuilder::Payload;

/// A payload whose only parameter is `p`.
fn payload_with(p: &serde_json::Value) -> Payload {
    let body = serde_json::json!({ "action": { "params": { "p": p } } });
    Payload::parse(body.to_string().as_bytes()).unwrap()
}
