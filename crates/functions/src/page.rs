//! Pages for customers: plain Korean or English, one request, no script but where a gateway's window is opened, and a paid
//! order that reads like a receipt.

use std::borrow::Cow;

use askama::Template;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cafe_core::cafe::{Collected, Paid, Points, Quote};
use cafe_core::payment::{Method, OrderId, Provider, Won};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, EXPIRES, LOCATION, PRAGMA, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

use crate::language::Language;
use crate::window::{OPENER, Window};

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

/// A sentence in both languages of the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    ko: Cow<'static, str>,
    en: Cow<'static, str>,
}

impl Text {
    /// In Korean and in English.
    pub fn of(ko: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Text {
        Text { ko: ko.into(), en: en.into() }
    }

    /// What reads the same in both.
    pub fn same(text: impl Into<Cow<'static, str>>) -> Text {
        let text = text.into();
        Text { ko: text.clone(), en: text }
    }

    /// An amount of money: `4,500원`, `₩4,500`.
    #[must_use]
    pub fn won(won: Won) -> Text {
        let korean = won.to_string();
        let english = format!("₩{}", korean.trim_end_matches('원'));
        Text::of(korean, english)
    }

    /// In Korean.
    #[must_use]
    pub fn ko(&self) -> &str {
        &self.ko
    }

    /// In English.
    #[must_use]
    pub fn en(&self) -> &str {
        &self.en
    }

    fn is_empty(&self) -> bool {
        self.ko.is_empty()
    }
}

/// A line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    label: Text,
    value: Text,
}

/// Lines of a receipt that belong together, and how they look.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rows {
    class: &'static str,
    rows: Vec<Row>,
}

/// A page for a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    status: StatusCode,
    tone: Tone,
    heading: Text,
    sentence: Text,
    rows: Vec<Rows>,
    ways: Vec<Way>,
    gate: Option<Gate>,
    refresh_seconds: Option<u32>,
}

/// Where a window is opened, and what there is to do where it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Gate {
    window: Window,
    cancel: String,
}

impl Gate {
    /// How it goes with the window, each with what is said then. The first one is shown at first.
    fn sentences(language: Language) -> [(&'static str, String); 4] {
        let sentence = |state, ko, en| (state, language.of_text(&Text::of(ko, en)).to_owned());
        [
            sentence(
                "opening",
                "결제창을 여는 중입니다. 잠시만 기다려 주세요.",
                "Opening the payment window. One moment, please.",
            ),
            sentence(
                "left",
                "결제를 계속하시려면 다시 시도를 눌러 주세요.",
                "To go on with your payment, please press Try again.",
            ),
            // It may have been paid all the same.
            sentence(
                "closed",
                "결제창이 닫혔습니다. 이미 결제하셨다면 다시 결제하지 마시고, 잠시 후 이 화면을 새로 고쳐 주세요.",
                "The payment window was closed. If you have already paid, please do not pay again: reload this page in a moment.",
            ),
            sentence(
                "unopened",
                "결제창을 열지 못했습니다. 인터넷 연결을 확인하고 다시 시도해 주세요.",
                "The payment window could not be opened. Please check your connection and try again.",
            ),
        ]
    }

    /// What is said where no script runs.
    fn without_script() -> Text {
        Text::of(
            "결제창을 열려면 브라우저에서 자바스크립트를 켜 주세요.",
            "Please allow JavaScript in your browser, as the payment window needs it.",
        )
    }

    fn again() -> Text {
        Text::of("다시 시도", "Try again")
    }

    fn give_up() -> Text {
        Text::of("결제하지 않기", "Do not pay")
    }
}

/// A gateway that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Way {
    name: Text,
    address: String,
}

/// The page, in the language of whoever reads it.
#[derive(Debug, Template)]
#[template(path = "page.html")]
struct Printed<'a> {
    page: &'a Page,
    language: Language,
}

/// What a link looks like in somebody's chat. It tells nothing about the order.
#[derive(Debug, Template)]
#[template(path = "preview.html")]
struct Preview<'a> {
    cafe_name: &'a str,
    picture: String,
}

impl Page {
    /// A page with a heading, in Korean and in English.
    #[must_use]
    pub fn new(status: StatusCode, tone: Tone, heading: Text) -> Page {
        let (rows, ways) = (Vec::new(), Vec::new());
        Page {
            status,
            tone,
            heading,
            sentence: Text::default(),
            rows,
            ways,
            gate: None,
            refresh_seconds: None,
        }
    }

    /// Under the heading, one sentence.
    #[must_use]
    pub fn saying(mut self, sentence: Text) -> Page {
        self.sentence = sentence;
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
        self.group("name").row(("주문 번호", "Order number"), Text::same(id.to_string()))
    }

    /// Begins a new group of lines.
    fn group(mut self, class: &'static str) -> Page {
        self.rows.push(Rows { class, rows: Vec::new() });
        self
    }

    fn row(mut self, (ko, en): (&'static str, &'static str), value: Text) -> Page {
        if let Some(group) = self.rows.last_mut() {
            group.rows.push(Row { label: Text::of(ko, en), value });
        }
        self
    }

    /// With a line of points, unless there are none.
    fn points(self, label: (&'static str, &'static str), points: Points) -> Page {
        if points.is_zero() { self } else { self.row(label, Text::same(points.to_string())) }
    }

    /// The choice of a gateway, and what is to be paid there. Each leads to an address of ours: nothing is opened yet.
    #[must_use]
    pub fn choice(quote: &Quote, ways: impl Iterator<Item = (Provider, String)>) -> Page {
        let heading = Text::of("어떻게 결제하시겠어요?", "How would you like to pay?");
        let mut page = Page::new(StatusCode::OK, Tone::Waiting, heading).due(quote);
        page.ways = ways.map(|(provider, address)| Way { name: gateway(provider), address }).collect();
        page.named(quote.id)
    }

    /// What is to be paid, while a gateway's window is opened for it. `cancel` is where nobody pays after all.
    #[must_use]
    pub fn window(quote: &Quote, window: Window, cancel: String) -> Page {
        let heading = Text::of("결제를 진행해 주세요", "Please complete your payment");
        let mut page = Page::new(StatusCode::OK, Tone::Waiting, heading).due(quote);
        page.gate = Some(Gate { window, cancel });
        page.named(quote.id)
    }

    fn due(self, quote: &Quote) -> Page {
        self.group("goods")
            .row(("상품", "Item"), cups(quote))
            .row(("주문 금액", "Order total"), Text::won(quote.total))
            .points(("사용할 포인트", "Points to use"), quote.spend)
            .group("sum")
            .row(("결제 금액", "To pay"), Text::won(quote.due))
    }

    /// A paid order: the same whenever it is looked at.
    #[must_use]
    pub fn paid(paid: &Paid) -> Page {
        let quote = &paid.quote;
        let refunded = paid.refunded();
        let heading = match (paid.refunds.is_empty(), refunded == quote.due) {
            (true, _) => Text::of("결제가 완료되었습니다", "Your payment is complete"),
            (false, true) => Text::of("환불이 완료되었습니다", "Your payment was refunded"),
            (false, false) => Text::of("일부 환불되었습니다", "Part of your payment was refunded"),
        };
        let mut page = Page::new(StatusCode::OK, Tone::Good, heading);
        if paid.refunds.is_empty() {
            page = page.saying(Text::of("주문해 주셔서 감사합니다.", "Thank you for your order."));
        }
        page = page
            .group("goods")
            .row(("상품", "Item"), cups(quote))
            .row(("주문 금액", "Order total"), Text::won(quote.total))
            .points(("사용한 포인트", "Points used"), quote.spend)
            .group("sum")
            .row(("결제 금액", "Amount paid"), Text::won(quote.due));
        if !quote.due.is_zero() {
            let vat = quote.due.vat();
            let supply = quote.due.checked_sub(vat).unwrap_or_default();
            page = page
                .row(("공급가액", "Supply price"), Text::won(supply))
                .row(("부가세", "VAT"), Text::won(vat));
        }
        page = page.group("since").points(("적립 포인트", "Points earned"), quote.earn);
        if !refunded.is_zero() {
            page = page.row(("환불 금액", "Refunded"), Text::won(refunded));
        }
        let (returned, reversed) = paid.points_moved_by_refunds();
        page = page
            .points(("돌려받은 포인트", "Points returned"), returned)
            .points(("회수된 적립 포인트", "Earned points taken back"), reversed);
        let (method, approved_at) = match &paid.collected {
            Collected::Gateway { session, approval } => {
                (method(session.provider, approval.method.as_ref()), approval.at.unwrap_or(paid.paid_at))
            }
            Collected::Points => (Text::of("포인트", "Points"), paid.paid_at),
        };
        let at = korean_time(approved_at);
        page.group("how")
            .row(("결제 수단", "Paid with"), method)
            .row(("결제 시각", "Paid at"), Text::of(at.clone(), format!("{at} KST")))
            .named(quote.id)
    }

    fn document(&self, language: Language) -> Response {
        match (Printed { page: self, language }).render() {
            Ok(html) => match &self.gate {
                // A gateway knows its merchants by where their pages are, and there is no token in this one's address.
                Some(gate) => guarded(self.status, html, &gate.window.policy(), "strict-origin"),
                None => document(self.status, html),
            },
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// What was ordered, and how many of it.
fn cups(quote: &Quote) -> Text {
    Text::of(format!("{} {}개", quote.item, quote.quantity), format!("{} × {}", quote.item, quote.quantity))
}

/// A gateway, as payers know it. `PortOne` is nobody's brand: what its window asks for is a card.
fn gateway(provider: Provider) -> Text {
    match provider {
        Provider::KakaoPay => Text::of("카카오페이", "KakaoPay"),
        Provider::TossPayments => Text::of("토스페이먼츠", "Toss Payments"),
        Provider::PortOne => Text::of("카드", "Card"),
    }
}

fn method(provider: Provider, method: Option<&Method>) -> Text {
    match (provider, method) {
        (Provider::KakaoPay, Some(Method::Card)) => Text::of("카카오페이 카드", "KakaoPay, by card"),
        (Provider::KakaoPay, Some(Method::Balance)) => Text::of("카카오페이머니", "KakaoPay Money"),
        (Provider::TossPayments, Some(Method::Card)) => {
            Text::of("토스페이먼츠 카드", "Toss Payments, by card")
        }
        // A word of the gateway's is for nobody to read.
        (Provider::KakaoPay | Provider::TossPayments | Provider::PortOne, _) => gateway(provider),
    }
}

/// In Korean, until `in_the_reader_s_language` knows better.
impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = self.document(Language::Korean);
        response.extensions_mut().insert(self);
        response
    }
}

/// Prints pages anew for readers who would rather have English.
pub(crate) async fn in_the_reader_s_language(request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let response = next.run(request).await;
    match (language, response.extensions().get::<Page>()) {
        (Language::English, Some(page)) => page.document(language),
        (Language::English | Language::Korean, _) => response,
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
    // Nothing but what stands in the page itself; and the address of a result page carries the gateway's token.
    let nothing = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    guarded(status, html, nothing, "no-referrer")
}

fn guarded(status: StatusCode, html: String, policy: &str, referrer: &str) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (VARY, "accept-language"),
        (CONTENT_SECURITY_POLICY, policy),
        (REFERRER_POLICY, referrer),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, NEVER_CACHED, headers, html).into_response()
}

/// A time as people in Korea read it: `2026-11-21 19:03`.
fn korean_time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(offset(9))).strftime("%Y-%m-%d %H:%M").to_string()
}
