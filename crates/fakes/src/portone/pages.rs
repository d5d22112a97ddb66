//! The payment window: what a browser is shown at `/portone/v1/pay` and `/portone/v2/pay`, and what its buttons do.
//!
//! PortOne's script opens it, on a phone as a page and on a computer as a frame (`frame` in its query is whose page it stands
//! in). It can be opened without the script as well, as its query has the names that the script takes: `merchant_uid`, `name`, `amount`, `m_redirect_url`, `notice_url` (V1) or `paymentId`,
//! `orderName`, `totalAmount`, `redirectUrl`, `noticeUrls` (V2).

use askama::Template;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use url::Url;

use super::PortOne;
use super::endpoint::{Dialect, Endpoint};
use super::fields::Fields;
use super::payer::{self, Act, PayerError};
use super::state::Waiting;
use crate::page::{render, won};
use crate::script;
use crate::trouble::{NamedTrouble, Trouble};
use crate::wire;

/// What is to be paid, as the window is told.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) dialect: Dialect,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) amount: i64,
    pub(crate) redirect: Url,
    pub(crate) notice_urls: Vec<String>,
}

impl Order {
    /// Nothing where something is missing that the window needs.
    pub(crate) fn read(dialect: Dialect, query: &str) -> Option<Order> {
        let fields = Fields::from_form(query.as_bytes());
        let [id, name, amount, redirect, notice_urls] = match dialect {
            Dialect::V1 => ["merchant_uid", "name", "amount", "m_redirect_url", "notice_url"],
            Dialect::V2 => ["paymentId", "orderName", "totalAmount", "redirectUrl", "noticeUrls"],
        };
        let redirect: Url = fields.text(redirect).ok()?.parse().ok()?;
        Some(Order {
            dialect,
            id: fields.text(id).ok()?,
            name: fields.text(name).ok()?,
            amount: fields.whole(amount).ok().filter(|amount| *amount > 0)?,
            redirect: Some(redirect).filter(|url| matches!(url.scheme(), "http" | "https"))?,
            notice_urls: fields.texts(notice_urls),
        })
    }
}

pub(crate) fn answer(fake: &PortOne, dialect: Dialect, request: &Request<Bytes>) -> Response<Bytes> {
    let Some(order) = Order::read(dialect, request.uri().query().unwrap_or_default()) else {
        return nowhere();
    };
    let done =
        if request.method() == Method::POST { press(fake, &order, request) } else { show(fake, &order) };
    done.unwrap_or_else(|error| match error {
        PayerError::NoSuchPayment => nowhere(),
        PayerError::Finished(_) | PayerError::TimedOut => {
            let title = "이미 처리된 결제입니다";
            let text = "결제 창을 닫고 가맹점에서 주문을 확인해 주세요.";
            render(StatusCode::BAD_REQUEST, &Notice { title, text })
        }
    })
}

fn show(fake: &PortOne, order: &Order) -> Result<Response<Bytes>, PayerError> {
    payer::open(&mut fake.desk(), order)?;
    let page = PayPage {
        item: &order.name,
        amount: won(order.amount),
        order: &order.id,
        dialect: match order.dialect {
            Dialect::V1 => "V1",
            Dialect::V2 => "V2",
        },
        troubles: Trouble::catalogue(),
    };
    Ok(render(StatusCode::OK, &page))
}

fn press(fake: &PortOne, order: &Order, request: &Request<Bytes>) -> Result<Response<Bytes>, PayerError> {
    let form = Fields::from_form(request.body());
    let pressed = |name| form.maybe_text(name).ok().flatten().unwrap_or_default();
    let act = match pressed("action").as_str() {
        "pay" => Act::Pay,
        "vbank" => Act::Vbank,
        "cancel" => Act::Cancel,
        "fail" => Act::Fail,
        _ => return Ok(wire::answer(StatusCode::BAD_REQUEST, "text/plain;charset=UTF-8", "no such button")),
    };
    let mut desk = fake.desk();
    payer::open(&mut desk, order)?;
    let address = payer::act(&mut desk, order, act)?;
    if let Some(trouble) = Trouble::named(&pressed("trouble")) {
        desk.state.troubles.push(Waiting { endpoint: Endpoint::Payment, trouble });
    }
    Ok(script::leave(request.uri().query().unwrap_or_default(), &address))
}

pub(crate) fn nowhere() -> Response<Bytes> {
    let title = "찾을 수 없는 결제입니다";
    let text = "주소가 잘못되었거나 결제에 필요한 것이 빠져 있습니다.";
    render(StatusCode::NOT_FOUND, &Notice { title, text })
}

/// The page with the buttons.
#[derive(Template)]
#[template(path = "portone/pay.html")]
struct PayPage<'a> {
    item: &'a str,
    amount: String,
    order: &'a str,
    dialect: &'static str,
    troubles: Vec<NamedTrouble>,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "portone/notice.html")]
struct Notice {
    title: &'static str,
    text: &'static str,
}
