//! The crate from outside: what is sent, what is read, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use secrecy::SecretString;
use tosspayments::{Account, Api, Call};

mod accounts;
mod answers;
mod errors;
mod limits;
mod properties;
mod redirects;
mod requests;
mod tables;
mod webhooks;

const KEY: &str = "test_sk_docs_OaPz8L5KdmQXkzRz3y47BMw6";
/// `KEY` and a colon, as basic authentication writes them.
const CREDENTIALS: &str = "dGVzdF9za19kb2NzX09hUHo4TDVLZG1RWGt6UnozeTQ3Qk13Njo=";
const PAYMENT_KEY: &str = "5zJ4xY7m0kODnyRpQWGrN2xqGlNvLrKwv1M9ENjbeoPaZdL6";

fn account(api: Api) -> Account {
    Account::new(api, &SecretString::from(KEY)).unwrap()
}

fn response(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

fn answer<C: Call>(body: &'static str) -> C::Answer {
    C::answer(&response(200, body)).unwrap()
}

/// As it goes over the wire, but for the key, and a line a field.
fn shown(request: &Request<Bytes>) -> String {
    let mut lines = vec![format!("{} {}", request.method(), request.uri())];
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap();
        let value =
            if name == AUTHORIZATION { value.replace(CREDENTIALS, "[redacted]") } else { value.to_owned() };
        lines.push(format!("{name}: {value}"));
    }
    let body = std::str::from_utf8(request.body()).unwrap();
    if !body.is_empty() {
        lines.push(String::new());
        lines.push(body.replace(",\"", ",\n\""));
    }
    lines.join("\n")
}
