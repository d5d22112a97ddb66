//! `/payments/webhooks/…`: gateways' nudges. Anybody can send one, so nothing is believed of it but which payment to look up.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::routing::post;
use cafe_core::payment::VendorCode;
use cafe_core::payment::flow::{FollowError, follow, follow_order};
use http::StatusCode;
use portone::v2::webhook::Webhook;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply;
use crate::service::Service;
use crate::service::body::Problem;

/// More than any gateway's message, and less than would hurt.
const MOST_BODY_BYTES: usize = 256 * 1024;

/// The routes that gateways are given. They count on 200, and repeat what gets anything else.
pub fn router(service: Service) -> Router {
    Router::new()
        .route("/payments/webhooks/iamport", post(iamport))
        .route("/payments/webhooks/portone", post(portone))
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
    /// The payment, of all messages but a deposit's.
    data: Option<TossPayment>,
    /// The order that a deposit was for, which comes without the payment.
    #[serde(rename = "orderId")]
    order_id: Option<String>,
}

/// What is read of PortOne's message (V2), once its signature was found good. One that is about no payment is left alone.
#[derive(JsonSchema)]
#[schemars(rename = "PortOneNudge")]
#[expect(dead_code, reason = "only its description is used: the protocol's crate reads it")]
pub(crate) struct PortOne {
    /// What has happened, as `Transaction.Paid`.
    #[schemars(rename = "type")]
    event: String,
    /// What it has happened to.
    data: PortOnePayment,
}

#[derive(JsonSchema)]
#[schemars(rename = "PortOneNudgePayment")]
#[expect(dead_code, reason = "as above")]
struct PortOnePayment {
    #[schemars(rename = "paymentId")]
    payment_id: Option<String>,
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
    let (uid, status) = match (nudge.data, nudge.order_id) {
        (Some(TossPayment { payment_key: Some(uid), status }), _) => (uid, status),
        (_, Some(order)) => return deposited(&service, &order).await,
        // Events about something else than a payment are heard and left alone: a refusal would be repeated for days.
        (_, None) => return Ok(StatusCode::OK),
    };
    // A deposit that a bank takes back comes as WAITING_FOR_DEPOSIT as well, so that is looked up too.
    if matches!(status.as_deref(), Some("READY" | "IN_PROGRESS" | "ABORTED" | "EXPIRED")) {
        return Ok(StatusCode::OK);
    }
    nudged(&service, VendorCode::TossPayments, &uid).await
}

/// Somebody has paid into the account of an order, or their bank has taken that back. Of whose payment it tells nothing.
async fn deposited(service: &Service, order: &str) -> Answer {
    let (records, accounts) = (&*service.records, &*service.accounts().await);
    match follow_order(records, accounts, (VendorCode::TossPayments, order), &service.turn()).await {
        // It may be another business's of the same merchant, whom Toss Payments tells at the same address.
        Ok(_) | Err(FollowError::Unknown) => Ok(StatusCode::OK),
        Err(error) => Err(error.into()),
    }
}

/// Signed, so that one which is not PortOne's costs nothing.
async fn portone(State(service): State<Service>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let body = bytes(body).await?;
    let accounts = service.accounts().await;
    accounts.verify(&parts.headers, &body, service.world.now()).map_err(|error| {
        reply::log("a webhook that is not PortOne's was refused", &error);
        Problem::new(StatusCode::UNAUTHORIZED, "The message is not signed by PortOne.")
    })?;
    let nudge = Webhook::read(&body).map_err(|_| not_a_message())?;
    // Events about something else than a payment are heard and left alone.
    let Some(uid) = nudge.payment_id else { return Ok(StatusCode::OK) };
    match follow(&*service.records, &*accounts, (VendorCode::PortOne, &uid), &service.turn()).await {
        // PortOne tells of all payments of a store, and not all are a service's.
        Ok(_) | Err(FollowError::Unknown) => Ok(StatusCode::OK),
        Err(error) => Err(error.into()),
    }
}

async fn nudged(service: &Service, vendor: VendorCode, uid: &str) -> Answer {
    let (records, accounts) = (&*service.records, &*service.accounts().await);
    follow(records, accounts, (vendor, uid), &service.turn()).await?;
    Ok(StatusCode::OK)
}

async fn read<T: for<'de> Deserialize<'de>>(request: Request) -> Result<T, Problem> {
    serde_json::from_slice(&bytes(request.into_body()).await?).map_err(|_| not_a_message())
}

async fn bytes(body: Body) -> Result<Bytes, Problem> {
    to_bytes(body, MOST_BODY_BYTES)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large."))
}

fn not_a_message() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "The body is no message of the gateway's.")
}
