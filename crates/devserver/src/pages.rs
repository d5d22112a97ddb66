//! What a developer finds under `/_dev/`: where to click, what to curl, and what Lambda would invoke.

use std::error::Error;
use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use cafe_core::cafe::PhoneKey;
use functions::payments_dispatch::Dispatch;
use functions::settings::is_loopback;
use functions::{Payments, reconcile, refund};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use store::Books;
use url::Url;

use crate::chat::{self, Chat};
use crate::clock::{self, Clock, Moved};
use crate::kept::Kept;
use crate::ssm::{self, Parameters};
use crate::template::Function;
use crate::{lambda, orders};

const STYLE: &str = include_str!("../assets/desk.css");

/// What the pages work with.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) payments: Payments,
    /// What tells the payments service's services.
    pub(crate) dispatch: Dispatch,
    pub(crate) kept: Kept,
    pub(crate) books: Books,
    pub(crate) phone_key: Arc<PhoneKey>,
    pub(crate) moved: Moved,
    pub(crate) links: Arc<Links>,
    /// What can be invoked.
    pub(crate) functions: Arc<[Function]>,
    /// What is kept in Systems Manager.
    pub(crate) parameters: Parameters,
}

/// Where everything is.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    pub(crate) api: String,
    pub(crate) fake: String,
    pub(crate) dynamodb: Option<String>,
    pub(crate) skill_key: String,
}

/// What all pages have around them.
pub(crate) struct Frame<'a> {
    pub(crate) links: &'a Links,
    pub(crate) clock: Clock,
    /// The page's own address, to come back to.
    pub(crate) here: String,
}

impl Frame<'_> {
    pub(crate) fn of(desk: &Desk, here: String) -> Frame<'_> {
        Frame { links: &desk.links, clock: Clock::of(desk), here }
    }
}

#[derive(Template)]
#[template(path = "desk/index.html")]
struct IndexPage<'a> {
    frame: Frame<'a>,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "desk/notice.html")]
struct NoticePage<'a> {
    frame: Frame<'a>,
    title: &'static str,
    /// What went wrong, in the program's own words.
    detail: String,
}

/// The pages, without the `/_dev` in front.
pub(crate) fn router(desk: Desk, chat: Chat) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/desk.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
        .route("/clock", post(clock::forward))
        .route("/reconcile", post(run_reconcile))
        .route("/refund", post(run_refund))
        .merge(orders::router())
        .nest("/lambda", lambda::router())
        .merge(ssm::router())
        .with_state(desk)
        .merge(chat::router(chat))
        .layer(middleware::from_fn(refuse_other_sites))
}

/// A page, with all that a browser needs to know about it.
pub(crate) fn page(page: &impl Template) -> Response {
    page_with(StatusCode::OK, page)
}

pub(crate) fn page_with(status: StatusCode, page: &impl Template) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, html).into_response()
}

/// There is no such order or member.
pub(crate) fn missing(desk: &Desk) -> Response {
    let frame = Frame::of(desk, "/_dev/orders".to_owned());
    let (title, detail) = ("찾을 수 없습니다", "그런 주문이나 회원은 없습니다.".to_owned());
    page_with(StatusCode::NOT_FOUND, &NoticePage { frame, title, detail })
}

/// It could not be read or done.
pub(crate) fn failed(desk: &Desk, error: &dyn Error) -> Response {
    let causes = std::iter::successors(Some(error), |&cause| cause.source()).map(ToString::to_string);
    let detail = causes.collect::<Vec<_>>().join(": ");
    let frame = Frame::of(desk, "/_dev/orders".to_owned());
    page_with(StatusCode::SERVICE_UNAVAILABLE, &NoticePage { frame, title: "지금은 할 수 없습니다", detail })
}

/// A page of somebody else's, open in the same browser, must not move the clock here.
async fn refuse_other_sites(request: Request, next: Next) -> Response {
    if is_from_here(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn is_from_here(headers: &HeaderMap) -> bool {
    let local = |address: &str| Url::parse(address).is_ok_and(|url| is_loopback(&url));
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    header(HOST).is_some_and(|host| local(&format!("http://{host}"))) && header(ORIGIN).is_none_or(local)
}

async fn index(State(desk): State<Desk>) -> Response {
    page(&IndexPage { frame: Frame::of(&desk, "/_dev".to_owned()) })
}

/// The event of the schedule, or of a direct invoke, as a body; none is the schedule's.
async fn run_reconcile(State(desk): State<Desk>, body: Bytes) -> Response {
    let event = if body.is_empty() { Ok(reconcile::Event::default()) } else { serde_json::from_slice(&body) };
    let event = match event {
        Ok(event) => event,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    match reconcile::handle(&desk.payments, event).await {
        Ok(report) => Json(report).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

/// The event of a direct invoke, as a body.
async fn run_refund(
    State(desk): State<Desk>,
    event: Result<Json<refund::Request>, JsonRejection>,
) -> Response {
    match event {
        Ok(Json(event)) => Json(refund::handle(&desk.payments, event).await).into_response(),
        Err(rejection) => (StatusCode::BAD_REQUEST, rejection.body_text()).into_response(),
    }
}
