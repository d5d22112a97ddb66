//! The payer's page: what a browser is shown at a payment's `checkout.url`, and what its buttons do.

use askama::Template;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use super::desk::Desk;
use super::endpoint::{Endpoint, unescape};
use super::faults::{Fault, Named};
use super::fields::Fields;
use super::payer::{Act, PayerError, World};
use super::state::{READY_FOR, Status, Waiting};
use super::{TossPayments, is_get};
use crate::page::{local_time, render, won};
use crate::{script, wire};

/// Where the script opens a window: it makes the payment, for a merchant that it names by the public key. The address is the
/// fake's own.
pub(crate) const WINDOW: &str = "/v2/window";

pub(crate) fn window(fake: &TossPayments, request: &Request<Bytes>) -> Response<Bytes> {
    let query = request.uri().query().unwrap_or_default();
    let (now, mut state, options) = (fake.now(), fake.state(), &fake.0.options);
    let fields = Fields::from_form(query.as_bytes()).ok();
    let merchant = fields.as_ref().and_then(|fields| {
        let named = fields.raw("clientKey")?;
        options.merchants.iter().find(|merchant| merchant.client_key == named)
    });
    let (Some(fields), Some(merchant)) = (fields, merchant) else { return Notice::not_found() };
    let made = Desk { options, state: &mut state, merchant, now }.open_window(&fields);
    let Some(page) = made.ok().and_then(|payment| payment["checkout"]["url"].as_str().map(str::to_owned))
    else {
        return Notice::not_found();
    };
    let frame = script::shop(query).map(|shop| format!("?frame={shop}"));
    wire::redirect(StatusCode::FOUND, &format!("{page}{}", frame.unwrap_or_default()))
}

/// Which payment's page is at a path.
pub(crate) fn find(path: &str) -> Option<String> {
    path.strip_prefix("/v1/payments/")?
        .strip_suffix("/checkout")
        .filter(|key| !key.contains('/'))
        .map(unescape)
}

pub(crate) fn answer(fake: &TossPayments, payment_key: &str, request: &Request<Bytes>) -> Response<Bytes> {
    let done = if is_get(request) { show(fake, payment_key) } else { press(fake, payment_key, request) };
    done.unwrap_or_else(|error| match error {
        PayerError::NoSuchPayment => Notice::not_found(),
        PayerError::Finished(_) | PayerError::OtherMethod => Notice::finished(),
    })
}

fn show(fake: &TossPayments, payment_key: &str) -> Result<Response<Bytes>, PayerError> {
    let state = fake.state();
    let payment = state.payment(payment_key).ok_or(PayerError::NoSuchPayment)?;
    let window = payment.window.as_ref().ok_or(PayerError::NoSuchPayment)?;
    if payment.status != Status::Ready {
        return Err(PayerError::Finished(payment.status));
    }
    let until = payment.requested_at.checked_add(READY_FOR).unwrap_or(payment.requested_at);
    let page = PayPage {
        item: &payment.order_name,
        amount: won(payment.total),
        order: &payment.order_id,
        until: local_time(until)[11..16].to_owned(),
        takes_deposits: window.takes_deposits,
        faults: Fault::catalogue(),
    };
    Ok(render(StatusCode::OK, &page))
}

fn press(
    fake: &TossPayments,
    payment_key: &str,
    request: &Request<Bytes>,
) -> Result<Response<Bytes>, PayerError> {
    let form = Fields::from_form(request.body()).ok();
    let pressed = |name| form.as_ref().and_then(|form| form.raw(name));
    let act = match pressed("action") {
        Some("pay") => Act::Pay,
        Some("deposit") => Act::Deposit,
        Some("cancel") => Act::Cancel,
        Some("fail") => Act::Fail,
        Some("time-out") => Act::TimeOut,
        Some(_) | None => {
            return Ok(wire::answer(StatusCode::BAD_REQUEST, "text/plain;charset=UTF-8", "no such button"));
        }
    };
    let (now, mut state) = (fake.now(), fake.state());
    let address = World { options: &fake.0.options, state: &mut state, now }.act(payment_key, act)?;
    // Without an agreement no confirmation will come for the fault to spoil.
    if let (Act::Pay | Act::Deposit, Some(fault)) = (act, pressed("fault").and_then(Fault::named)) {
        state.faults.push(Waiting {
            endpoint: Endpoint::Confirm,
            about: Some(payment_key.to_owned()),
            fault,
        });
    }
    Ok(script::leave(request.uri().query().unwrap_or_default(), &address))
}

/// The page with the buttons.
#[derive(Template)]
#[template(path = "tosspayments/pay.html")]
struct PayPage<'a> {
    item: &'a str,
    amount: String,
    order: &'a str,
    until: String,
    takes_deposits: bool,
    faults: Vec<Named>,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "tosspayments/notice.html")]
struct Notice {
    title: &'static str,
    text: &'static str,
}

impl Notice {
    /// Guess: its status; that a window does not open twice is known.
    fn finished() -> Response<Bytes> {
        let title = "이미 처리된 결제입니다";
        let text = "결제 창을 닫고 가맹점에서 주문을 확인해 주세요.";
        render(StatusCode::BAD_REQUEST, &Notice { title, text })
    }

    fn not_found() -> Response<Bytes> {
        let title = "찾을 수 없는 결제입니다";
        let text = "주소가 잘못되었거나 이 가짜 토스페이먼츠가 모르는 결제입니다.";
        render(StatusCode::NOT_FOUND, &Notice { title, text })
    }
}
