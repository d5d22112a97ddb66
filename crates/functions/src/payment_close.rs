//! `GET /pay/{order}/cancel`, `GET /pay/{order}/fail`: the customer is back without having paid, or so the browser says.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::middleware::from_fn;
use axum::routing::get;
use cafe_core::cafe::CloseReason;
use cafe_core::cafe::flow::close;
use cafe_core::payment::OrderId;
use serde::Deserialize;
use tokio::time::timeout;

use crate::order_path::OrderInPath;
use crate::page::{Page, in_the_reader_s_language};
use crate::parts::{PATIENCE, Payments};
use crate::payment_approve::refuse_head;
use crate::reply;

/// The two ways back. `HEAD` is refused: whoever asks only for headers must not cancel.
pub fn router(app: Payments) -> Router {
    Router::new()
        .route("/pay/{order}/cancel", get(cancelled).head(refuse_head))
        .route("/pay/{order}/fail", get(failed).head(refuse_head))
        .layer(from_fn(in_the_reader_s_language))
        .with_state(app)
}

async fn cancelled(State(app): State<Payments>, OrderInPath(id): OrderInPath) -> Page {
    end(&app, id, CloseReason::Cancelled).await
}

/// What a gateway says that has one address for whoever did not pay.
#[derive(Deserialize)]
struct Callback {
    code: Option<String>,
}

/// Toss Payments' word for a payer who pressed cancel.
const PRESSED_CANCEL: &str = "PAY_PROCESS_CANCELED";

async fn failed(
    State(app): State<Payments>,
    OrderInPath(id): OrderInPath,
    callback: Result<Query<Callback>, QueryRejection>,
) -> Page {
    let code = callback.ok().and_then(|Query(callback)| callback.code);
    let cancelled = code.is_some_and(|code| code == PRESSED_CANCEL);
    end(&app, id, if cancelled { CloseReason::Cancelled } else { CloseReason::Failed }).await
}

/// Ends an order as a browser hints, once its gateway has been asked.
pub(crate) async fn end(app: &Payments, id: OrderId, hint: CloseReason) -> Page {
    let closing = close(&*app.store, &app.gateways, id, hint, app.world.now());
    match timeout(PATIENCE, closing).await {
        Ok(Ok(closed)) => reply::closed(&closed),
        Ok(Err(error)) => reply::not_closed(&error, id, app.world.now()),
        Err(_) => reply::pending(id, app.world.now()),
    }
}
