//! `GET /pay/{order}/approve?pg_token=…`: the customer is back from the gateway; collect, settle, thank them.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use cafe_core::cafe::flow::approve;
use cafe_core::payment::Proof;
use http::StatusCode;
use http::header::ALLOW;
use serde::Deserialize;

use crate::order_path::OrderInPath;
use crate::page::Page;
use crate::parts::Payments;

/// The way back. `HEAD` is refused: whoever asks only for headers must not pay.
pub fn router(app: Payments) -> Router {
    Router::new().route("/pay/{order}/approve", get(handle).head(refuse_head)).with_state(app)
}

pub(crate) async fn refuse_head() -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")])
}

/// What the gateway appends.
#[derive(Deserialize)]
struct Callback {
    pg_token: Option<String>,
}

async fn handle(
    State(app): State<Payments>,
    OrderInPath(id): OrderInPath,
    callback: Result<Query<Callback>, QueryRejection>,
) -> Page {
    let token = callback.ok().and_then(|Query(callback)| callback.pg_token).filter(|token| !token.is_empty());
    let proof = token.map(Proof);
    let now = app.world.now();
    match approve(&*app.store, &*app.gateway, id, proof.as_ref(), &app.world.attempt(now), now).await {
        Ok(paid) => Page::paid(&paid),
        Err(error) => Page::from(error),
    }
}
