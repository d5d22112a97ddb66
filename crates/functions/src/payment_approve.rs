//! `GET /pay/{order}/approve`: the customer is back from the gateway, with what that appends; collect, settle, thank them.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::get;
use cafe_core::cafe::CloseReason;
use cafe_core::cafe::flow::approve;
use cafe_core::payment::{OrderId, Proof};
use http::StatusCode;
use http::header::ALLOW;
use serde::Deserialize;
use tokio::time::timeout;

use crate::order_path::OrderInPath;
use crate::page::{Page, in_the_reader_s_language};
use crate::parts::{PATIENCE, Payments};
use crate::{payment_close, reply};

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

/// What gateways append, each under its own names. All of it is a browser's word: with what proves nothing, a gateway
/// collects nothing, and whatever it says of sums stands in no field here.
#[derive(Default, Deserialize)]
struct Callback {
    /// KakaoPay's proof.
    pg_token: Option<String>,
    /// Toss Payments' proof, and the order that it is for. What it says of the sum is not read: we confirm ours.
    #[serde(rename = "paymentKey")]
    payment_key: Option<String>,
    #[serde(rename = "orderId")]
    order_id: Option<String>,
    /// `PortOne`'s word that it failed: V1's two, and V2's. It has one address to come back to, however it went.
    imp_success: Option<String>,
    error_code: Option<String>,
    code: Option<String>,
}

impl Callback {
    fn proof(self, order: OrderId) -> Option<Proof> {
        let is_ours = self.order_id.is_none_or(|named| named == order.to_string());
        let toss = self.payment_key.filter(|_| is_ours);
        self.pg_token.or(toss).filter(|proof| !proof.is_empty()).map(Proof)
    }

    fn says_that_it_failed(&self) -> bool {
        self.imp_success.as_deref() == Some("false") || self.error_code.is_some() || self.code.is_some()
    }
}

async fn handle(
    State(app): State<Payments>,
    OrderInPath(id): OrderInPath,
    callback: Result<Query<Callback>, QueryRejection>,
) -> Page {
    let callback = callback.map(|Query(callback)| callback).unwrap_or_default();
    if callback.says_that_it_failed() {
        return payment_close::end(&app, id, CloseReason::Failed).await;
    }
    let proof = callback.proof(id);
    let turn = app.world.turn();
    let approving = approve(&*app.store, &app.gateways, id, proof.as_ref(), &turn);
    match timeout(PATIENCE, approving).await {
        Ok(Ok(paid)) => Page::paid(&paid),
        Ok(Err(error)) => reply::not_approved(&error, id, app.world.now()),
        // As if the process had died here, which every step of it is made for.
        Err(_) => reply::pending(id, app.world.now()),
    }
}
