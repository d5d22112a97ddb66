//! What a developer finds under `/_dev/`: where to click, what to curl, a clock to move, and what Lambda would invoke.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Form, Request, State};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use functions::settings::is_loopback;
use functions::{Payments, reconcile, refund};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::SignedDuration;
use serde::Deserialize;
use url::Url;

use crate::chat::{self, Chat};
use crate::kept::Kept;

/// What the pages work with.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) payments: Payments,
    pub(crate) kept: Kept,
    pub(crate) links: Arc<Links>,
}

/// Where everything is.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    pub(crate) api: String,
    pub(crate) fake: String,
    pub(crate) dynamodb: Option<String>,
    pub(crate) skill_key: String,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage<'a> {
    links: &'a Links,
    now: String,
}

/// The pages, without the `/_dev` in front.
pub(crate) fn router(desk: Desk, chat: Chat) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/clock", post(move_clock))
        .route("/reconcile", post(run_reconcile))
        .route("/refund", post(run_refund))
        .with_state(desk)
        .merge(chat::router(chat))
        .layer(middleware::from_fn(refuse_other_sites))
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
    let now = desk.kept.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    match (DeskPage { links: &desk.links, now }).render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The farthest that the clock is moved at once.
const MOST_MINUTES: u32 = 366 * 24 * 60;

#[derive(Deserialize)]
struct Forward {
    minutes: u32,
}

/// Moves the clock, and looks at the orders that are due then, as the schedule would have.
async fn move_clock(State(desk): State<Desk>, Form(forward): Form<Forward>) -> Response {
    desk.kept.clock.advance(SignedDuration::from_mins(forward.minutes.min(MOST_MINUTES).into()));
    if let Err(error) = desk.kept.save() {
        return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
    }
    match reconcile::handle(&desk.payments, reconcile::Event::default()).await {
        Ok(_) => Redirect::to("/_dev").into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
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
