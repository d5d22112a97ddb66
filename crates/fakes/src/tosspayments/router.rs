//! The fake over HTTP, on paths that leave room for other fakes on the same port.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::any;
use http::{Request, Response};

use super::control::CONTROL;
use super::{PREFIX, TossPayments, deliver};
use crate::{Reply, wire};

pub(crate) fn router(fake: TossPayments) -> Router {
    let under = |path: &str| format!("{path}/{{*rest}}");
    Router::new()
        .route(&under(PREFIX), any(handle))
        .route(CONTROL, any(handle))
        .route(&under(CONTROL), any(handle))
        .with_state(fake)
}

async fn handle(State(fake): State<TossPayments>, request: Request<Body>) -> Response<Body> {
    let reply = match wire::read(request).await {
        Some(request) => fake.answer(&request),
        None => Reply::Reset,
    };
    // Whoever asked is answered first, as webhooks race with answers in real life too.
    tokio::spawn(deliver::all_due(fake));
    wire::play(reply).await
}
