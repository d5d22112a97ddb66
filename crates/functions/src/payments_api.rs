//! `/payments/…`: histories and reservations for other backends, in the SDK's routes, bodies and statuses.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{get, patch, post, put};
use cafe_core::payment::flow::{self, cancel, create, reserve};
use cafe_core::payment::{History, Locked, Payment, RecordId};
use http::{HeaderMap, StatusCode};
use sealed::Pair;
use serde_json::Value;

use crate::service::body::{Problem, open, seal};
use crate::service::openapi;
use crate::service::violation::bad_id;
use crate::service::wire::{self, Password};
use crate::service::{Service, not_found, password};

/// The routes. A history is read with `PATCH`, as its password is in the body.
pub fn router(service: Service, pair: Pair) -> Router {
    Router::new()
        .route("/payments/histories", post(create_history))
        .route("/payments/histories/get", patch(history_of_source))
        .route("/payments/histories/cancel", put(cancel_history))
        .route("/payments/histories/{id}", patch(history))
        .route("/payments/reservations", post(create_reservation))
        .route("/payments/reservations/get", patch(reservation_of_source))
        .route("/payments/reservations/{id}", patch(reservation))
        .route("/payments/internal/webhook", post(told))
        .route(openapi::PATH, get(async || openapi::answer()))
        .with_state(Counter { service, pair })
}

/// Where services ask.
#[derive(Clone, Debug)]
struct Counter {
    service: Service,
    /// What bodies are sealed with, both ways.
    pair: Pair,
}

type Answer = Result<Response, Problem>;

/// The header by which a service may name a refund, so that sending it twice gives back once. The SDK sends none.
pub(crate) const REQUEST_NAME: &str = "idempotency-key";

async fn create_history(State(Counter { service, pair }): State<Counter>, request: Request) -> Answer {
    let input = open(&pair, request).await?;
    let (given, request) = wire::read_create(&input, service.reach)?;
    let request = request(hash(&service, &given)?);
    let (records, accounts) = (&*service.records, &*service.accounts().await);
    let fits = |kept: &_| password::fits(&given.0, kept);
    let history = create(records, accounts, request, fits, &service.turn()).await?;
    Ok(seal(&pair, StatusCode::CREATED, &wire::history(&history)?))
}

async fn history_of_source(State(Counter { service, pair }): State<Counter>, request: Request) -> Answer {
    let input = open(&pair, request).await?;
    let (source, given) = wire::read_accessor(&input)?;
    let history = unlock_history(&service, service.records.payment_of(&source).await?, &given).await?;
    Ok(seal(&pair, StatusCode::OK, &wire::history(&history)?))
}

async fn history(
    State(Counter { service, pair }): State<Counter>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let (id, given) = read_by_id(&pair, &id, request).await?;
    let history = unlock_history(&service, service.records.payment(id).await?, &given).await?;
    Ok(seal(&pair, StatusCode::OK, &wire::history(&history)?))
}

async fn cancel_history(State(Counter { service, pair }): State<Counter>, request: Request) -> Answer {
    let name = name_of(request.headers())?;
    let input = open(&pair, request).await?;
    let (source, given, request) = wire::read_cancel(&input, name)?;
    let history = unlock_history(&service, service.records.payment_of(&source).await?, &given).await?;
    let (records, accounts) = (&*service.records, &*service.accounts().await);
    let history = cancel(records, accounts, history, request, &service.turn()).await?;
    Ok(seal(&pair, StatusCode::OK, &wire::history(&history)?))
}

async fn create_reservation(State(Counter { service, pair }): State<Counter>, request: Request) -> Answer {
    let input = open(&pair, request).await?;
    let (given, request) = wire::read_reserve(&input)?;
    let request = request(hash(&service, &given)?);
    let made = reserve(&*service.records, &*service.accounts().await, request, &service.turn()).await?;
    Ok(seal(&pair, StatusCode::CREATED, &wire::reservation(&made)?))
}

async fn reservation_of_source(State(Counter { service, pair }): State<Counter>, request: Request) -> Answer {
    let input = open(&pair, request).await?;
    let (source, given) = wire::read_accessor(&input)?;
    let kept = unlock(&service, service.records.reservation_of(&source).await?, &given).await?;
    Ok(seal(&pair, StatusCode::OK, &wire::reservation(&kept)?))
}

async fn reservation(
    State(Counter { service, pair }): State<Counter>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let (id, given) = read_by_id(&pair, &id, request).await?;
    let kept = unlock(&service, service.records.reservation(id).await?, &given).await?;
    Ok(seal(&pair, StatusCode::OK, &wire::reservation(&kept)?))
}

/// Where a service may have itself told, to see that it is: what comes is read, and answered with nothing.
async fn told(State(Counter { pair, .. }): State<Counter>, request: Request) -> Answer {
    open(&pair, request).await?;
    // Sealed, as the SDK opens whatever comes back.
    Ok(seal(&pair, StatusCode::CREATED, ""))
}

async fn read_by_id(pair: &Pair, id: &str, request: Request) -> Result<(RecordId, Password), Problem> {
    let input: Value = open(pair, request).await?;
    let given = wire::read_password(&input)?;
    let bad = |error| Problem::of(StatusCode::BAD_REQUEST, bad_id(id, error));
    Ok((RecordId::parse(id).map_err(bad)?, given))
}

async fn unlock<T: Send>(
    service: &Service,
    found: Option<Locked<T>>,
    given: &Password,
) -> Result<T, Problem> {
    let fits = |kept: &_| password::fits(&given.0, kept);
    let locked = found.ok_or_else(not_found)?;
    Ok(flow::unlock(&*service.records, locked, fits, service.turn().now).await?)
}

async fn unlock_history(
    service: &Service,
    found: Option<Locked<Payment>>,
    given: &Password,
) -> Result<History, Problem> {
    match unlock(service, found, given).await? {
        Payment::Kept(history) => Ok(history),
        // It is no history yet.
        Payment::Claimed(_) => Err(not_found()),
    }
}

fn hash(service: &Service, given: &Password) -> Result<cafe_core::payment::PasswordHash, Problem> {
    password::hash(&given.0, service.world.random())
        .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The password cannot be hashed."))
}

fn name_of(headers: &HeaderMap) -> Result<Option<RecordId>, Problem> {
    let Some(name) = headers.get(REQUEST_NAME) else { return Ok(None) };
    let name = name.to_str().ok().and_then(|name| RecordId::parse(name).ok());
    name.map(Some)
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "The header idempotency-key must be a UUID."))
}
