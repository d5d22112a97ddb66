//! The crate from outside: what is sent, what is read, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use kakaopay::ready::{Ready, ReadyOptions};
use kakaopay::{Account, Api, Call, TEST_CID};
use secrecy::SecretString;

mod accounts;
mod answers;
mod errors;
mod limits;
mod properties;
mod requests;
mod tables;

const KEY: &str = "DEV0123456789ABCDEF0123456789ABCDEF01234";
const TID: &str = "T6a7f0c2be19d4835af0";

fn account(api: Api) -> Account {
    Account::new(api, &SecretString::from(KEY), TEST_CID).unwrap()
}

fn ready() -> Ready {
    Ready {
        partner_order_id: "o-01J9Z0".to_owned(),
        partner_user_id: "u-7f3a".to_owned(),
        item_name: "아이스 아메리카노".to_owned(),
        quantity: 2,
        total_amount: 4_500,
        tax_free_amount: 0,
        approval_url: "https://cafe.example/pay/o-01J9Z0/approve?a=1&b=2".to_owned(),
        cancel_url: "https://cafe.example/pay/o-01J9Z0/cancel".to_owned(),
        fail_url: "https://cafe.example/pay/o-01J9Z0/fail".to_owned(),
        options: ReadyOptions::default(),
    }
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
        let value = if name == AUTHORIZATION { value.replace(KEY, "[redacted]") } else { value.to_owned() };
        lines.push(format!("{name}: {value}"));
    }
    lines.push(String::new());
    let body = std::str::from_utf8(request.body()).unwrap();
    lines.push(if body.starts_with('{') { body.replace(",\"", ",\n\"") } else { body.replace('&', "\n&") });
    lines.join("\n")
}
