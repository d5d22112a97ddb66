//! `GET /pay/{order}/approve?pg_token=…`: the customer is back from the gateway; collect, settle, thank them.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::get;
use cafe_core::cafe::flow::approve;
use cafe_core::payment::Proof;
use http::StatusCode;
use http::header::ALLOW;
use serde::Deserialize;
use tokio::time::timeout;

use crate::order_path::OrderInPath;
use crate::page::{Page, in_the_reader_s_language};
use crate::parts::{PATIENCE, Payments};
use crate::reply;

/// The way back. `HEAD` is refused: whoever asks only for headers must not pay.
pub fn router(app: Payments) -> Router {
    Router::new()
        .route("/pay/{order}/approve", get(handle).head(refuse_head))
        .layer(from_fn(in_the_reader_s_language))
        .with_state(app)
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
    let turn = app.world.turn();
    let approving = approve(&*app.store, &*app.gateway, id, proof.as_ref(), &turn);
    match timeout(PATIENCE, approving).await {
        Ok(Ok(paid)) => Page::paid(&paid),
        Ok(Err(error)) => reply::not_approved(&error, id, app.world.now()),
        // As if the process had died here, which every step of it is made for.
        Err(_) => reply::pending(id, app.world.now()),
    }
}
