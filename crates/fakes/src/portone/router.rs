//! The fake over HTTP, on paths that leave room for other fakes on the same port.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::any;
use http::{Request, Response};

use super::control::CONTROL;
use super::{PortOne, V1, V2};
use crate::webhook::send_all;
use crate::{Reply, wire};

pub(crate) fn router(fake: PortOne) -> Router {
    let under = |path: &str| format!("{path}/{{*rest}}");
    Router::new()
        .route(&under(V1), any(handle))
        .route(&under(V2), any(handle))
        .route(CONTROL, any(handle))
        .route(&under(CONTROL), any(handle))
        .with_state(fake)
}

async fn handle(State(fake): State<PortOne>, request: Request<Body>) -> Response<Body> {
    let reply = match wire::read(request).await {
        Some(request) => fake.answer(&request),
        None => Reply::Reset,
    };
    // What happened is told whatever becomes of the answer, and perhaps before it.
    send_all(fake.take_webhooks());
    wire::play(reply).await
}
