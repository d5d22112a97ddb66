//! Pages for customers: plain Korean, no script, one request, and a paid order that reads like a receipt.

use askama::Template;
use axum::response::{IntoResponse, Response};
use cafe_core::cafe::{Collected, Paid};
use cafe_core::payment::OrderId;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, EXPIRES, LOCATION, PRAGMA, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

/// No cache may keep a page or a redirect: a payment page can be used once, and a result can change.
const NEVER_CACHED: [(HeaderName, &str); 3] =
    [(CACHE_CONTROL, "no-cache, no-store, must-revalidate"), (PRAGMA, "no-cache"), (EXPIRES, "0")];

/// How a page looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Done.
    Good,
    /// Nobody knows yet.
    Waiting,
    /// It ended otherwise.
    Over,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Waiting => "waiting",
            Tone::Over => "over",
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Tone::Good => "✓",
            Tone::Waiting => "…",
            Tone::Over => "!",
        }
    }
}

/// A line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    label: &'static str,
    value: String,
}

/// A page for a customer.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "page.html")]
pub struct Page {
    status: StatusCode,
    tone: Tone,
    heading: String,
    sentence: String,
    rows: Vec<Row>,
    refresh_seconds: Option<u32>,
}

/// What a link looks like in somebody's chat. It tells nothing about the order.
#[derive(Debug, Template)]
#[template(path = "preview.html")]
struct Preview<'a> {
    cafe_name: &'a str,
    picture: String,
}

impl Page {
    /// A page with a heading.
    #[must_use]
    pub fn new(status: StatusCode, tone: Tone, heading: impl Into<String>) -> Page {
        let (sentence, rows) = (String::new(), Vec::new());
        Page { status, tone, heading: heading.into(), sentence, rows, refresh_seconds: None }
    }

    /// Under the heading, one sentence.
    #[must_use]
    pub fn saying(mut self, sentence: impl Into<String>) -> Page {
        self.sentence = sentence.into();
        self
    }

    /// Loaded again by the browser after so many seconds.
    #[must_use]
    pub fn refreshing(mut self, seconds: u32) -> Page {
        self.refresh_seconds = Some(seconds);
        self
    }

    /// With the order's number, by which the cafe finds it.
    #[must_use]
    pub fn named(self, id: OrderId) -> Page {
        self.row("주문 번호", id.to_string())
    }

    fn row(mut self, label: &'static str, value: impl Into<String>) -> Page {
        self.rows.push(Row { label, value: value.into() });
        self
    }

    /// A paid order: the same whenever it is looked at.
    #[must_use]
    pub fn paid(paid: &Paid) -> Page {
        let quote = &paid.quote;
        let refunded = paid.refunded();
        let heading = match (paid.refunds.is_empty(), refunded == quote.due) {
            (true, _) => "결제가 완료되었습니다",
            (false, true) => "환불이 완료되었습니다",
            (false, false) => "일부 환불되었습니다",
        };
        let thanks = if paid.refunds.is_empty() { "주문해 주셔서 감사합니다." } else { "" };
        let mut page = Page::new(StatusCode::OK, Tone::Good, heading)
            .saying(thanks)
            .row("상품", format!("{} {}개", quote.item, quote.quantity))
            .row("주문 금액", quote.total.to_string());
        if !quote.spend.is_zero() {
            page = page.row("사용한 포인트", quote.spend.to_string());
        }
        page = page.row("결제 금액", quote.due.to_string());
        if !quote.earn.is_zero() {
            page = page.row("적립 포인트", quote.earn.to_string());
        }
        if !refunded.is_zero() {
            page = page.row("환불 금액", refunded.to_string());
        }
        let (returned, reversed) = paid.points_moved_by_refunds();
        if !returned.is_zero() {
            page = page.row("돌려받은 포인트", returned.to_string());
        }
        if !reversed.is_zero() {
            page = page.row("회수된 적립 포인트", reversed.to_string());
        }
        let approved_at = match &paid.collected {
            Collected::Gateway { approval, .. } => approval.at.unwrap_or(paid.paid_at),
            Collected::Points => paid.paid_at,
        };
        page.row("결제 시각", korean_time(approved_at)).named(quote.id)
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        match self.render() {
            Ok(html) => document(self.status, html),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// What a previewer gets instead of a payment.
pub(crate) fn preview(cafe_name: &str, picture: String) -> Response {
    match (Preview { cafe_name, picture }).render() {
        Ok(html) => document(StatusCode::OK, html),
        Err(error) => {
            tracing::error!(%error, "a preview could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Sends the browser on, for this once: 301 as the bot's links expect it, and never cached.
pub(crate) fn redirect(to: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else {
        tracing::error!("the gateway named a page that is no address");
        return StatusCode::BAD_GATEWAY.into_response();
    };
    (StatusCode::MOVED_PERMANENTLY, NEVER_CACHED, [(LOCATION, location)]).into_response()
}

fn document(status: StatusCode, html: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        // Nothing but what stands in the page itself.
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        // The address of a result page carries the gateway's token.
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, NEVER_CACHED, headers, html).into_response()
}

/// A time as people in Korea read it: `2026-11-21 19:03`.
fn korean_time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(offset(9))).strftime("%Y-%m-%d %H:%M").to_string()
}
