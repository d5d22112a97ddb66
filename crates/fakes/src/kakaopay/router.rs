//! The fake over HTTP, on paths that leave room for other fakes on the same port.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::any;
use http::{Request, Response};

use super::KakaoPay;
use super::control::CONTROL;
use super::pages::PAGES;
use crate::{Reply, wire};

pub(crate) fn router(fake: KakaoPay) -> Router {
    let under = |path: &str| format!("{path}/{{*rest}}");
    Router::new()
        .route(&under("/online/v1/payment"), any(handle))
        .route(&under("/v1/payment"), any(handle))
        .route(&under(PAGES), any(handle))
        .route(CONTROL, any(handle))
        .route(&under(CONTROL), any(handle))
        .with_state(fake)
}

async fn handle(State(fake): State<KakaoPay>, request: Request<Body>) -> Response<Body> {
    let reply = match wire::read(request).await {
        Some(request) => fake.answer(&request),
        None => Reply::Reset,
    };
    wire::play(reply).await
}
