//! `GET /pay/{order}/cancel`, `GET /pay/{order}/fail`: the customer is back without having paid, or so the browser says.

use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn;
use axum::routing::get;
use cafe_core::cafe::CloseReason;
use cafe_core::cafe::flow::close;
use cafe_core::payment::OrderId;
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

async fn failed(State(app): State<Payments>, OrderInPath(id): OrderInPath) -> Page {
    end(&app, id, CloseReason::Failed).await
}

async fn end(app: &Payments, id: OrderId, hint: CloseReason) -> Page {
    let closing = close(&*app.store, &*app.gateway, id, hint, app.world.now());
    match timeout(PATIENCE, closing).await {
        Ok(Ok(closed)) => reply::closed(&closed),
        Ok(Err(error)) => reply::not_closed(&error, id, app.world.now()),
        Err(_) => reply::pending(id, app.world.now()),
    }
}
