//! Control endpoints under `/_fake/kakaopay`: for a person, or a program that is not in this process.
//!
//! | method and path                     | what it does                                                            |
//! |-------------------------------------|-------------------------------------------------------------------------|
//! | `GET /`                             | a page with the payments, the clock and the faults                      |
//! | `GET /payments`, `/payments/{tid}`  | what really happened                                                    |
//! | `POST /payments/{tid}/{act}`        | the payer's `pay`, `cancel`, `fail`, `time-out`, `open`: `{"next": …}`  |
//! | `POST /payments/{tid}/status`       | `{"status": "SEND_TMS"}` for `order` to name; without, the true one     |
//! | `POST /payments/{tid}/capture`      | the bank collects after all; `{"sum": 1}` is another sum than was asked |
//! | `POST /payments/{tid}/give-back`    | a person returns `{"sum": 500}` at KakaoPay's own desk                  |
//! | `POST /payments/{tid}/rename`       | it names `{"partner_order_id": …}` from now on                          |
//! | `GET`, `POST`, `DELETE /faults`     | waiting ones; `{"endpoint", "fault", "times"?, "tid"?}`; take all back  |
//! | `GET`, `POST /clock`                | what it shows; `{"advance_s": 900}`                                     |
//! | `GET /calls`, `/snapshot`           | how often each endpoint was asked; all that the fake remembers          |
//!
//! A `fault` is a name of the catalogue (`"answer_lost"`) or spelled out (`{"name": "refused", "code": -797}`).
//! Bodies are JSON, or forms from the page, which are answered with the page.

use askama::Template;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::dialect::has_content_type;
use super::endpoint::Endpoint;
use super::faults::{Fault, Named};
use super::fields::{Fields, bad};
use super::payer::{Act, PayerError};
use super::problem::Problem;
use super::{KakaoPay, PaymentView};
use crate::page::{local_time, render, won};
use crate::wire;

/// Where the control endpoints are.
pub(crate) const CONTROL: &str = "/_fake/kakaopay";

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
        match problem {
            Problem::BadParameter(which) => Failure::Bad(which),
            Problem::NoAuthorization
            | Problem::WrongKey
            | Problem::WrongContentType
            | Problem::NoSuchApi
            | Problem::WrongMethod
            | Problem::Maintenance
            | Problem::Refused { .. } => Failure::Bad(format!("{problem:?}")),
        }
    }
}

pub(crate) fn answer(fake: &KakaoPay, place: &Place<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    if request.method() == Method::GET && place.0.is_empty() {
        return page(fake);
    }
    let from_page = has_content_type(request, "application/x-www-form-urlencoded");
    match act(fake, place, request, from_page) {
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

fn act(
    fake: &KakaoPay,
    place: &Place<'_>,
    request: &Request<Bytes>,
    from_page: bool,
) -> Result<Value, Failure> {
    let fields = || match from_page {
        true => Fields::from_form(request.body()),
        false if request.body().is_empty() => Fields::from_json(b"{}"),
        false => Fields::from_json(request.body()),
    };
    match (request.method().as_str(), &place.0[..]) {
        ("GET", ["payments"]) => Ok(json!({ "payments": fake.payments() })),
        ("GET", ["payments", tid]) => Ok(json!(fake.payment(tid).ok_or(Failure::NotFound)?)),
        ("POST", ["payments", tid, "status"]) => {
            let shown = fields()?.optional_text("status", 100)?;
            fake.show_status(tid, shown.as_deref())
                .map(|()| json!({ "status": shown }))
                .map_err(Failure::Payer)
        }
        ("POST", ["payments", tid, act @ ("capture" | "give-back" | "rename")]) => {
            back_office(fake, tid, act, &fields()?)
        }
        ("POST", ["payments", tid, act]) => payer(fake, tid, act),
        ("GET", ["faults"]) => Ok(json!({ "waiting": fake.state().faults })),
        ("POST", ["faults"]) => inject(fake, &fields()?),
        ("DELETE", ["faults"]) => {
            fake.clear_faults();
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

fn payer(fake: &KakaoPay, tid: &str, act: &str) -> Result<Value, Failure> {
    let act = match act {
        "open" => return fake.open(tid).map(|()| json!({ "next": null })).map_err(Failure::Payer),
        "pay" => Act::Pay,
        "cancel" => Act::Cancel,
        "fail" => Act::Fail,
        "time-out" => Act::TimeOut,
        _ => return Err(Failure::NotFound),
    };
    fake.act(tid, act).map(|next| json!({ "next": next })).map_err(Failure::Payer)
}

fn back_office(fake: &KakaoPay, tid: &str, act: &str, fields: &Fields) -> Result<Value, Failure> {
    match act {
        "capture" => fake.capture(tid, fields.optional_whole("sum")?),
        "give-back" => fake.give_back(tid, fields.whole("sum")?),
        _ => fake.rename(tid, &fields.text("partner_order_id", 100)?),
    }
    .map_err(Failure::Payer)?;
    Ok(json!(fake.payment(tid)))
}

fn inject(fake: &KakaoPay, fields: &Fields) -> Result<Value, Failure> {
    let endpoint = fields.text("endpoint", 100)?;
    let endpoint = Endpoint::ALL.into_iter().find(|known| known.name() == endpoint);
    let endpoint = endpoint.ok_or_else(|| bad("endpoint", "is none of this fake's"))?;
    let fault = match fields.raw("fault") {
        Some(name) => Fault::named(name),
        None => fields.optional_json("fault")?.and_then(|spelled| serde_json::from_value(spelled).ok()),
    };
    let fault = fault.ok_or_else(|| bad("fault", "is none of this fake's"))?;
    let times = fields.optional_whole("times")?.unwrap_or(1).min(MOST_TIMES);
    let tid = fields.optional_text("tid", 20)?.filter(|tid| !tid.is_empty());
    for _ in 0..times {
        match &tid {
            Some(tid) => fake.inject_for(tid, endpoint, fault.clone()),
            None => fake.inject(endpoint, fault.clone()),
        }
    }
    Ok(json!({ "waiting": fake.state().faults }))
}

fn clock(fake: &KakaoPay) -> Value {
    json!({ "now": fake.now(), "local": local_time(fake.now()) })
}

fn page(fake: &KakaoPay) -> Response<Bytes> {
    let waiting = fake.state().faults.clone();
    let page = ControlPage {
        base: CONTROL,
        now: local_time(fake.now()).replace('T', " "),
        rows: fake.payments().into_iter().rev().map(Row::of).collect(),
        calls: Endpoint::ALL.map(|endpoint| (endpoint.name(), fake.calls(endpoint))).into(),
        waiting: waiting.iter().map(|waiting| json!(waiting).to_string()).collect(),
        faults: Fault::catalogue(),
    };
    render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "kakaopay/control.html")]
struct ControlPage {
    base: &'static str,
    now: String,
    rows: Vec<Row>,
    calls: Vec<(&'static str, usize)>,
    waiting: Vec<String>,
    faults: Vec<Named>,
}

/// A payment as the page lists it.
#[derive(Debug)]
struct Row {
    payment: PaymentView,
    created: String,
    item: String,
    total: String,
    collected: String,
    cancelled: String,
}

impl Row {
    fn of(payment: PaymentView) -> Row {
        Row {
            created: local_time(payment.created_at).replace('T', " "),
            item: payment.item_name.clone().unwrap_or_default(),
            total: won(payment.total),
            collected: won(payment.collected),
            cancelled: won(payment.cancelled),
            payment,
        }
    }
}
