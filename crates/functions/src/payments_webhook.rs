//! `/payments/webhooks/…`: gateways' nudges. Anybody can send one, so nothing is believed of it but which payment to look up.

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::routing::post;
use cafe_core::payment::VendorCode;
use cafe_core::payment::flow::follow;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::service::Service;
use crate::service::body::Problem;

/// More than any gateway's message, and less than would hurt.
const MOST_BODY_BYTES: usize = 256 * 1024;

/// The routes that gateways are given. They count on 200, and repeat what gets anything else.
pub fn router(service: Service) -> Router {
    Router::new()
        .route("/payments/webhooks/iamport", post(iamport))
        .route("/payments/webhooks/toss", post(toss))
        .with_state(service)
}

type Answer = Result<StatusCode, Problem>;

/// What is read of Iamport's message.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "IamportNudge")]
pub(crate) struct Iamport {
    imp_uid: String,
    status: Option<String>,
}

/// What is read of Toss Payments' message. One that is about no payment is taken, and left alone.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "TossNudge")]
pub(crate) struct Toss {
    data: Option<TossPayment>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "TossNudgePayment")]
struct TossPayment {
    #[serde(rename = "paymentKey")]
    payment_key: Option<String>,
    status: Option<String>,
}

async fn iamport(State(service): State<Service>, request: Request) -> Answer {
    let nudge: Iamport = read(request).await?;
    // Nothing was paid, or was: as the reference has it, and a failed one that is paid after all is told of again.
    if matches!(nudge.status.as_deref(), Some("ready" | "failed")) {
        return Ok(StatusCode::OK);
    }
    nudged(&service, VendorCode::Iamport, &nudge.imp_uid).await
}

async fn toss(State(service): State<Service>, request: Request) -> Answer {
    let nudge: Toss = read(request).await?;
    // Events about something else than a payment are heard and left alone: a refusal would be repeated for days.
    let Some(TossPayment { payment_key: Some(uid), status }) = nudge.data else { return Ok(StatusCode::OK) };
    // A deposit that a bank takes back comes as WAITING_FOR_DEPOSIT as well, so that is looked up too.
    if matches!(status.as_deref(), Some("READY" | "IN_PROGRESS" | "ABORTED" | "EXPIRED")) {
        return Ok(StatusCode::OK);
    }
    nudged(&service, VendorCode::TossPayments, &uid).await
}

async fn nudged(service: &Service, vendor: VendorCode, uid: &str) -> Answer {
    let (records, accounts) = (&*service.records, &*service.accounts().await);
    follow(records, accounts, (vendor, uid), &service.turn()).await?;
    Ok(StatusCode::OK)
}

async fn read<T: for<'de> Deserialize<'de>>(request: Request) -> Result<T, Problem> {
    let bad = |_| Problem::new(StatusCode::BAD_REQUEST, "The body is no message of the gateway's.");
    let body: Bytes = to_bytes(request.into_body(), MOST_BODY_BYTES)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large."))?;
    serde_json::from_slice(&body).map_err(bad)
}
