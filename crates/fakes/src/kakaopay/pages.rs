//! The payer's pages: what a browser is shown at a payment's redirect addresses, and what its buttons do.

use askama::Template;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};

use super::KakaoPay;
use super::desk::is_subscription;
use super::endpoint::{Dialect, Endpoint};
use super::faults::{Fault, Named};
use super::fields::Fields;
use super::payer::{self, Act, PayerError};
use super::state::{PATIENCE, Payment, Waiting};
use crate::page::{local_time, render, won};
use crate::qr::{self, Qr};
use crate::wire;

/// All pages are below this.
pub(crate) const PAGES: &str = "/mockup";

/// What the payer holds in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Pc,
    Mobile,
    App,
}

/// Where a payment's page is: the paths look like those of the real test pages.
pub(crate) fn page_path(payment: &Payment, device: Device) -> String {
    let page = &payment.page;
    match payment.dialect {
        Dialect::Open => {
            let device = match device {
                Device::Pc => "pc",
                Device::Mobile => "mobile-web",
                Device::App => "mobile-app",
            };
            let kind =
                if is_subscription(&payment.cid) { "subscription/payment-issue" } else { "one-time/payment" };
            format!("{PAGES}/bridge/{device}/pg/{kind}/{page}")
        }
        Dialect::Legacy => {
            let device = match device {
                Device::Pc => "info",
                Device::Mobile => "mInfo",
                Device::App => "aInfo",
            };
            format!("{PAGES}/v1/{page}/{device}")
        }
    }
}

/// Which payment's page is at a path, and for whom.
fn find(path: &str) -> Option<(&str, Device)> {
    let steps: Vec<_> = path.strip_prefix(PAGES)?.strip_prefix('/')?.split('/').collect();
    match steps[..] {
        ["bridge", device, "pg", "one-time", "payment", page]
        | ["bridge", device, "pg", "subscription", "payment-issue", page] => match device {
            "pc" => Some((page, Device::Pc)),
            "mobile-web" => Some((page, Device::Mobile)),
            "mobile-app" => Some((page, Device::App)),
            _ => None,
        },
        ["v1", page, "info"] => Some((page, Device::Pc)),
        ["v1", page, "mInfo"] => Some((page, Device::Mobile)),
        ["v1", page, "aInfo"] => Some((page, Device::App)),
        _ => None,
    }
}

pub(crate) fn answer(fake: &KakaoPay, request: &Request<Bytes>) -> Response<Bytes> {
    let Some((page, device)) = find(request.uri().path()) else {
        return Notice::not_found();
    };
    // Only the page's name leads here: a tid is known to more than the payer.
    if fake.state().payments.get(page).is_none_or(|payment| payment.page != page) {
        return Notice::not_found();
    }
    let pressed =
        if request.method() == Method::POST { press(fake, page, request) } else { show(fake, page, device) };
    pressed.unwrap_or_else(|error| match error {
        PayerError::NoSuchPayment => Notice::not_found(),
        PayerError::Finished(_) => Notice::duplicate(),
        PayerError::TimedOut { fail_url } => wire::redirect(StatusCode::FOUND, &fail_url),
    })
}

fn show(fake: &KakaoPay, page: &str, device: Device) -> Result<Response<Bytes>, PayerError> {
    let mut state = fake.state();
    let payment = payer::open(&mut state, fake.now(), page)?;
    let mobile_url = format!("{}{}", fake.0.options.origin, page_path(payment, Device::Mobile));
    let until = payment.created_at.checked_add(PATIENCE).unwrap_or(payment.created_at);
    let page = PayPage {
        item: payment.item_name.as_deref().unwrap_or_default(),
        quantity: payment.quantity,
        amount: won(payment.amount.total),
        order: &payment.partner_order_id,
        until: local_time(until)[11..16].to_owned(),
        is_subscription: is_subscription(&payment.cid),
        code: (device == Device::Pc).then(|| qr::encode(&mobile_url)).flatten(),
        mobile_url,
        faults: Fault::catalogue(),
    };
    Ok(render(StatusCode::OK, &page))
}

fn press(fake: &KakaoPay, page: &str, request: &Request<Bytes>) -> Result<Response<Bytes>, PayerError> {
    let form = Fields::from_form(request.body()).ok();
    let pressed = |name| form.as_ref().and_then(|form| form.raw(name));
    let act = match pressed("action") {
        Some("pay") => Act::Pay,
        Some("cancel") => Act::Cancel,
        Some("fail") => Act::Fail,
        Some("time-out") => Act::TimeOut,
        Some(_) | None => {
            return Ok(wire::answer(StatusCode::BAD_REQUEST, "text/plain;charset=UTF-8", "no such button"));
        }
    };
    let mut state = fake.state();
    let address = payer::act(&mut state, fake.now(), page, act)?;
    let tid = state.payments.get(page).map(|payment| payment.tid.clone());
    // Without an agreement no approval will come for the fault to spoil.
    if let (Act::Pay, Some(fault)) = (act, pressed("fault").and_then(Fault::named)) {
        state.faults.push(Waiting { endpoint: Endpoint::Approve, tid, fault });
    }
    Ok(wire::redirect(StatusCode::FOUND, &address))
}

/// The page with the buttons.
#[derive(Template)]
#[template(path = "kakaopay/pay.html")]
struct PayPage<'a> {
    item: &'a str,
    quantity: i64,
    amount: String,
    order: &'a str,
    until: String,
    is_subscription: bool,
    code: Option<Qr>,
    mobile_url: String,
    faults: Vec<Named>,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "kakaopay/notice.html")]
struct Notice {
    title: &'static str,
    text: &'static str,
}

impl Notice {
    /// Guess: its status; that there is such a page is known.
    fn duplicate() -> Response<Bytes> {
        let title = "이미 처리된 거래입니다";
        let text = "중복된 거래 요청입니다. 결제 창을 닫고 가맹점에서 주문을 확인해 주세요.";
        render(StatusCode::BAD_REQUEST, &Notice { title, text })
    }

    fn not_found() -> Response<Bytes> {
        let title = "찾을 수 없는 결제입니다";
        let text = "주소가 잘못되었거나 이 가짜 카카오페이가 모르는 결제입니다.";
        render(StatusCode::NOT_FOUND, &Notice { title, text })
    }
}
