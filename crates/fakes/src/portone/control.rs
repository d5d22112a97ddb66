//! Control endpoints under `/_fake/portone`: for a person, or a program that is not in this process.
//!
//! | method and path                     | what it does                                                            |
//! |-------------------------------------|-------------------------------------------------------------------------|
//! | `GET /`                             | a page with the payments, the clock and the troubles                    |
//! | `GET /payments`, `/payments/{name}` | what really happened; the name is the shop's or PortOne's               |
//! | `POST /payments/{name}/deposit`     | somebody pays into the virtual account                                  |
//! | `POST /payments/{name}/expire`      | the virtual account's time is over                                      |
//! | `POST /payments/{name}/capture`     | the bank collects after all; `{"sum": 1}` is another sum than was asked |
//! | `POST /payments/{name}/give-back`   | a person returns `{"sum": 500}` in the console                          |
//! | `POST /payments/{name}/status`      | `{"status": "PAID"}` for look-ups to name; without, the true one        |
//! | `GET`, `POST`, `DELETE /troubles`   | waiting ones; `{"endpoint", "trouble", "times"?}`; take all back        |
//! | `GET`, `POST /clock`                | what it shows; `{"advance_s": 900}`                                     |
//! | `GET /calls`, `/snapshot`           | how often each endpoint was asked; all that the fake remembers          |
//!
//! A `trouble` is a name of the catalogue (`"answer_lost"`) or spelled out (`{"name": "slow", "wait_ms": 5}`). Bodies are
//! JSON, or forms from the page, which are answered with the page.

use askama::Template;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::endpoint::Endpoint;
use super::fields::Fields;
use super::payer::PayerError;
use super::problem::{Problem, bad};
use super::{PaymentView, PortOne};
use crate::page::{local_time, render, won};
use crate::trouble::{NamedTrouble, Trouble};
use crate::wire;

/// Where the control endpoints are.
pub(crate) const CONTROL: &str = "/_fake/portone";

/// How many calls one request may spoil.
const MOST_TIMES: i64 = 1_000;

/// A place below [`CONTROL`].
#[derive(Debug)]
pub(crate) struct Place<'a>(Vec<&'a str>);

impl Place<'_> {
    pub(crate) fn find(path: &str) -> Option<Place<'_>> {
        let rest = path.strip_prefix(CONTROL)?;
        (rest.is_empty() || rest.starts_with('/'))
            .then(|| Place(rest.split('/').filter(|step| !step.is_empty()).collect()))
    }
}

/// Why a control request came to nothing.
#[derive(Debug)]
enum Failure {
    NotFound,
    Bad(String),
    Payer(PayerError),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Bad(problem.message)
    }
}

impl From<PayerError> for Failure {
    fn from(error: PayerError) -> Failure {
        Failure::Payer(error)
    }
}

pub(crate) fn answer(fake: &PortOne, place: &Place<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    if request.method() == Method::GET && place.0.is_empty() {
        return page(fake);
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let from_page = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    match act(fake, place, request) {
        Ok(_) if from_page => wire::redirect(StatusCode::SEE_OTHER, CONTROL),
        Ok(body) => wire::json(StatusCode::OK, &body),
        Err(Failure::NotFound | Failure::Payer(PayerError::NoSuchPayment)) => {
            wire::json(StatusCode::NOT_FOUND, &json!({ "error": "no such thing" }))
        }
        Err(Failure::Bad(why)) => wire::json(StatusCode::BAD_REQUEST, &json!({ "error": why })),
        Err(Failure::Payer(error)) => {
            wire::json(StatusCode::CONFLICT, &json!({ "error": error.to_string() }))
        }
    }
}

fn act(fake: &PortOne, place: &Place<'_>, request: &Request<Bytes>) -> Result<Value, Failure> {
    let fields = || Fields::read(request);
    match (request.method().as_str(), &place.0[..]) {
        ("GET", ["payments"]) => Ok(json!({ "payments": fake.payments() })),
        ("GET", ["payments", name]) => Ok(json!(fake.payment(name).ok_or(Failure::NotFound)?)),
        ("POST", ["payments", name, act]) => {
            match *act {
                "deposit" => fake.deposit(name)?,
                "expire" => fake.expire(name)?,
                "capture" => fake.capture(name, fields()?.maybe_whole("sum")?)?,
                "give-back" => fake.give_back(name, fields()?.whole("sum")?)?,
                "status" => fake.show_status(name, fields()?.maybe_text("status")?.as_deref())?,
                _ => return Err(Failure::NotFound),
            }
            Ok(json!(fake.payment(name)))
        }
        ("GET", ["troubles"]) => Ok(json!({ "waiting": fake.state().troubles })),
        ("POST", ["troubles"]) => inject(fake, &fields()?),
        ("DELETE", ["troubles"]) => {
            fake.clear_troubles();
            Ok(json!({ "waiting": [] }))
        }
        ("GET", ["clock"]) => Ok(clock(fake)),
        ("POST", ["clock"]) => {
            fake.0.clock.advance(SignedDuration::from_secs(fields()?.whole("advance_s")?));
            Ok(clock(fake))
        }
        ("GET", ["calls"]) => Ok(json!(fake.state().calls)),
        ("GET", ["snapshot"]) => Ok(fake.snapshot()),
        _ => Err(Failure::NotFound),
    }
}

fn inject(fake: &PortOne, fields: &Fields) -> Result<Value, Failure> {
    let endpoint = fields.text("endpoint")?;
    let endpoint = Endpoint::ALL.into_iter().find(|known| known.name() == endpoint);
    let endpoint = endpoint.ok_or_else(|| bad("endpoint", "is none of this fake's"))?;
    let trouble = match fields.get("trouble") {
        Some(Value::String(name)) => Trouble::named(name),
        Some(spelled) => serde_json::from_value(spelled.clone()).ok(),
        None => None,
    };
    let trouble = trouble.ok_or_else(|| bad("trouble", "is none of this fake's"))?;
    for _ in 0..fields.maybe_whole("times")?.unwrap_or(1).min(MOST_TIMES) {
        fake.inject(endpoint, trouble.clone());
    }
    Ok(json!({ "waiting": fake.state().troubles }))
}

fn clock(fake: &PortOne) -> Value {
    json!({ "now": fake.now(), "local": local_time(fake.now()) })
}

fn page(fake: &PortOne) -> Response<Bytes> {
    let waiting = fake.state().troubles.clone();
    let page = ControlPage {
        base: CONTROL,
        now: local_time(fake.now()).replace('T', " "),
        rows: fake.payments().into_iter().rev().map(Row::of).collect(),
        calls: Endpoint::ALL.map(|endpoint| (endpoint.name(), fake.calls(endpoint))).into(),
        waiting: waiting.iter().map(|waiting| json!(waiting).to_string()).collect(),
        troubles: Trouble::catalogue(),
    };
    render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "portone/control.html")]
struct ControlPage {
    base: &'static str,
    now: String,
    rows: Vec<Row>,
    calls: Vec<(&'static str, usize)>,
    waiting: Vec<String>,
    troubles: Vec<NamedTrouble>,
}

/// A payment as the page lists it.
#[derive(Debug)]
struct Row {
    payment: PaymentView,
    started: String,
    item: String,
    total: String,
    collected: String,
    cancelled: String,
}

impl Row {
    fn of(payment: PaymentView) -> Row {
        Row {
            started: local_time(payment.started_at).replace('T', " "),
            item: payment.name.clone().unwrap_or_default(),
            total: won(payment.total),
            collected: won(payment.collected),
            cancelled: won(payment.cancelled),
            payment,
        }
    }
}
