//! The crate from outside: what is sent, what is read, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use portone::v1::token::{GetToken, Token};
use portone::{v1, v2};
use secrecy::SecretString;

mod accounts;
mod limits;
mod properties;
mod tables;
mod v1_answers;
mod v1_errors;
mod v1_requests;
mod v1_token;
mod v1_webhooks;
mod v2_answers;
mod v2_errors;
mod v2_requests;
mod v2_webhooks;

const KEY: &str = "imp-key-0123456789";
const SECRET: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const TOKEN: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";
const STORE: &str = "store-4f6d";

/// 2026-11-21, ten o'clock in Seoul.
fn ten() -> Timestamp {
    "2026-11-21T01:00:00Z".parse().unwrap()
}

fn v1_account() -> v1::Account {
    v1::Account::new(&SecretString::from(KEY), &SecretString::from(SECRET)).unwrap()
}

fn v2_account() -> v2::Account {
    v2::Account::new(&SecretString::from(SECRET)).unwrap().with_store_id(STORE).unwrap()
}

fn token() -> Token {
    GetToken::answer(&response(200, include_str!("../../testdata/v1_token.json")), ten()).unwrap()
}

fn response(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// A sample in which one field (a JSON pointer) was replaced.
fn with(sample: &str, pointer: &str, value: serde_json::Value) -> String {
    let mut body: serde_json::Value = serde_json::from_str(sample).unwrap();
    *body.pointer_mut(pointer).unwrap() = value;
    body.to_string()
}

/// A sample without one field of the object at a JSON pointer.
fn without(sample: &str, object: &str, field: &str) -> String {
    let mut body: serde_json::Value = serde_json::from_str(sample).unwrap();
    body.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(field).unwrap();
    body.to_string()
}

/// As it goes over the wire, but for the secrets, and a line a field.
fn shown(request: &Request<Bytes>) -> String {
    let mut lines = vec![format!("{} {}", request.method(), request.uri())];
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap();
        let hidden = value.replace(SECRET, "[redacted]").replace(TOKEN, "[redacted]");
        lines.push(format!("{name}: {}", if name == AUTHORIZATION { &hidden } else { value }));
    }
    let body = std::str::from_utf8(request.body()).unwrap().replace(SECRET, "[redacted]");
    if !body.is_empty() {
        lines.push(String::new());
        lines.push(body.replace(",\"", ",\n\""));
    }
    lines.join("\n")
}
