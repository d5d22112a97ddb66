//! Control endpoints under `/_fake/tosspayments`: for a person, or a program that is not in this process.
//!
//! | method and path                         | what it does                                                        |
//! |-----------------------------------------|---------------------------------------------------------------------|
//! | `GET /`                                 | a page with the payments, the clock and the faults                  |
//! | `GET /payments`, `/payments/{key}`      | what really happened                                                |
//! | `POST /payments/{key}/{act}`            | the payer's `pay`, `virtual-account`, `cancel`, `fail`, `time-out`: `{"next": …}` |
//! | `POST /payments/{key}/{act}`            | a bank's `deposit`, `reverse-deposit`, `give-up`, `capture` (`{"sum": 1}`) |
//! | `POST /payments/{key}/give-back`        | a person returns `{"sum": 500}` at Toss Payments' own desk          |
//! | `POST /payments/{key}/rename`, `/status`| it names `{"orderId": …}`; answers name `{"status": …}`             |
//! | `GET`, `POST`, `DELETE /faults`         | waiting ones; `{"endpoint", "fault", "times"?, "about"?}`; take all back |
//! | `GET`, `POST /clock`                    | what it shows; `{"advance_s": 900}`                                 |
//! | `GET /webhooks`, `POST /webhooks`       | all there were; `{"url": …}` is where they go, without one nowhere  |
//! | `GET /calls`, `/snapshot`               | how often each endpoint was asked; all that the fake remembers      |
//!
//! A `fault` is a name of the catalogue (`"answer_lost"`) or spelled out (`{"name": "refused", "code": …, "http_status": 403}`).
//! Bodies are JSON, or forms from the page, which are answered with the page.
//!
//! Beside them stand the two of `toss-payments-server-api`'s fake, below the API: `PUT /internal/{paymentKey}/deposit`, and the
//! sink `POST /internal/webhook`.

use askama::Template;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::endpoint::{Endpoint, unescape};
use super::faults::{self, Fault, Named};
use super::fields::{Fields, bad};
use super::payer::PayerError;
use super::problem::{Problem, Told};
use super::{PaymentView, TossPayments, is_get, merchant, object};
use crate::page::{local_time, render, won};
use crate::{Reply, wire};

/// Where the control endpoints are.
pub(crate) const CONTROL: &str = "/_fake/tosspayments";

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
        Failure::Bad(format!("{problem:?}"))
    }
}

impl From<PayerError> for Failure {
    fn from(error: PayerError) -> Failure {
        Failure::Payer(error)
    }
}

pub(crate) fn answer(fake: &TossPayments, place: &Place<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    if is_get(request) && place.0.is_empty() {
        return page(fake);
    }
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok());
    let from_page = content_type.is_some_and(|sent| sent.starts_with("application/x-www-form-urlencoded"));
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

/// The two helpers of the reference's fake; `rest` is what stands behind `/internal/`.
pub(crate) fn reference(fake: &TossPayments, rest: &str, request: &Request<Bytes>) -> Reply {
    let steps: Vec<String> = rest.split('/').map(unescape).collect();
    let told = match (request.method().as_str(), steps.as_slice()) {
        ("POST", [sink]) if sink == "webhook" => {
            let body = serde_json::from_slice(request.body()).unwrap_or_default();
            fake.state().received.push(body);
            return Reply::Answer(wire::answer(StatusCode::CREATED, wire::JSON, ""));
        }
        ("PUT", [payment_key, act]) if act == "deposit" => deposit(fake, payment_key, request),
        _ => Problem::NoSuchApi.say(super::Manner::Reference),
    };
    Reply::Answer(faults::answer(&told))
}

fn deposit(fake: &TossPayments, payment_key: &str, request: &Request<Bytes>) -> Told {
    let merchant = match merchant::of(&fake.0.options, request) {
        Ok(merchant) => merchant,
        Err(problem) => return problem.say(super::Manner::Reference),
    };
    let refused = match fake.deposit(payment_key) {
        Ok(()) => None,
        Err(PayerError::NoSuchPayment) => Some(Problem::NoSuchPayment),
        Err(PayerError::Finished(_) | PayerError::OtherMethod) => Some(Problem::NotCancelable),
    };
    let state = fake.state();
    match (refused, state.payment(payment_key)) {
        (None, Some(payment)) => {
            let body = object::payment(payment, merchant.manner, &fake.0.options.origin);
            Told { http_status: 200, body }
        }
        (refused, _) => refused.unwrap_or(Problem::NoSuchPayment).say(merchant.manner),
    }
}

fn act(
    fake: &TossPayments,
    place: &Place<'_>,
    request: &Request<Bytes>,
    from_page: bool,
) -> Result<Value, Failure> {
    let fields = || if from_page { Fields::from_form(request.body()) } else { Fields::read(request.body()) };
    match (request.method().as_str(), &place.0[..]) {
        ("GET", ["payments"]) => Ok(json!({ "payments": fake.payments() })),
        ("GET", ["payments", key]) => Ok(json!(fake.payment(key).ok_or(Failure::NotFound)?)),
        ("POST", ["payments", key, act]) => happen(fake, key, act, &fields()?),
        ("GET", ["faults"]) => Ok(json!({ "waiting": fake.state().faults })),
        ("POST", ["faults"]) => inject(fake, &fields()?),
        ("DELETE", ["faults"]) => {
            fake.clear_faults();
            Ok(json!({ "waiting": [] }))
        }
        ("GET", ["clock"]) => Ok(clock(fake)),
        ("POST", ["clock"]) => {
            let by = fields()?.optional_whole("advance_s")?.ok_or_else(|| bad("advance_s", "is missing"))?;
            fake.0.clock.advance(SignedDuration::from_secs(by));
            Ok(clock(fake))
        }
        ("GET", ["webhooks"]) => {
            let webhooks = fake.webhooks();
            let state = fake.state();
            Ok(json!({ "url": state.webhook_url, "webhooks": webhooks, "received": state.received }))
        }
        ("POST", ["webhooks"]) => {
            let url = fields()?.optional_text("url", 2_048)?.filter(|url| !url.is_empty());
            fake.set_webhook_url(url.as_deref());
            Ok(json!({ "url": url }))
        }
        ("GET", ["calls"]) => Ok(json!(fake.state().calls)),
        ("GET", ["snapshot"]) => Ok(fake.snapshot()),
        _ => Err(Failure::NotFound),
    }
}

fn happen(fake: &TossPayments, key: &str, act: &str, fields: &Fields) -> Result<Value, Failure> {
    let next = match act {
        "pay" => fake.pay(key)?,
        "virtual-account" => fake.choose_virtual_account(key)?,
        "cancel" => fake.cancel_payment(key)?,
        "fail" => fake.fail_payment(key)?,
        "time-out" => fake.time_out_payment(key)?,
        _ => {
            match act {
                "deposit" => fake.deposit(key)?,
                "reverse-deposit" => fake.reverse_deposit(key)?,
                "give-up" => fake.give_up(key)?,
                "capture" => fake.capture(key, fields.optional_whole("sum")?)?,
                "give-back" => fake.give_back(key, fields.amount("sum")?)?,
                "rename" => fake.rename(key, &fields.order_id()?)?,
                "status" => fake.show_status(key, fields.optional_text("status", 100)?.as_deref())?,
                _ => return Err(Failure::NotFound),
            }
            return Ok(json!(fake.payment(key)));
        }
    };
    Ok(json!({ "next": next }))
}

fn inject(fake: &TossPayments, fields: &Fields) -> Result<Value, Failure> {
    let endpoint = fields.text("endpoint", 100)?;
    let endpoint = Endpoint::ALL.into_iter().find(|known| known.name() == endpoint);
    let endpoint = endpoint.ok_or_else(|| bad("endpoint", "is none of this fake's"))?;
    let fault = match fields.raw("fault") {
        Some(name) => Fault::named(name),
        None => fields.get("fault").and_then(|spelled| serde_json::from_value(spelled.clone()).ok()),
    };
    let fault = fault.ok_or_else(|| bad("fault", "is none of this fake's"))?;
    let times = fields.optional_whole("times")?.unwrap_or(1).min(MOST_TIMES);
    let about = fields.optional_text("about", 200)?.filter(|about| !about.is_empty());
    for _ in 0..times {
        match &about {
            Some(about) => fake.inject_for(about, endpoint, fault.clone()),
            None => fake.inject(endpoint, fault.clone()),
        }
    }
    Ok(json!({ "waiting": fake.state().faults }))
}

fn clock(fake: &TossPayments) -> Value {
    json!({ "now": fake.now(), "local": local_time(fake.now()) })
}

fn page(fake: &TossPayments) -> Response<Bytes> {
    // Each looks at the state by itself, and none may hold it while another does.
    let waiting = fake.state().faults.clone();
    let webhook_url = fake.state().webhook_url.clone().unwrap_or_default();
    let webhooks = fake.state().hooks.len();
    let page = ControlPage {
        base: CONTROL,
        now: local_time(fake.now()).replace('T', " "),
        rows: fake.payments().into_iter().rev().map(Row::of).collect(),
        calls: Endpoint::ALL.map(|endpoint| (endpoint.name(), fake.calls(endpoint))).into(),
        waiting: waiting.iter().map(|waiting| json!(waiting).to_string()).collect(),
        faults: Fault::catalogue(),
        webhook_url,
        webhooks,
    };
    render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "tosspayments/control.html")]
struct ControlPage {
    base: &'static str,
    now: String,
    rows: Vec<Row>,
    calls: Vec<(&'static str, usize)>,
    waiting: Vec<String>,
    faults: Vec<Named>,
    webhook_url: String,
    webhooks: usize,
}

/// A payment as the page lists it.
#[derive(Debug)]
struct Row {
    payment: PaymentView,
    requested: String,
    page: String,
    total: String,
    collected: String,
    cancelled: String,
}

impl Row {
    fn of(payment: PaymentView) -> Row {
        Row {
            requested: local_time(payment.requested_at).replace('T', " "),
            page: payment.page_path.clone().unwrap_or_default(),
            total: won(payment.total),
            collected: won(payment.collected),
            cancelled: won(payment.cancelled),
            payment,
        }
    }
}
