//! Lambda's Invoke API on a laptop, for the functions that are invoked directly: whatever invokes them on AWS
//! does so here, once it is told the address.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use functions::{payments_dispatch, reconcile, refund};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::pages::Desk;
use crate::template::Function;

/// Why a function gave no answer of its own, as Lambda tells it: the type of the error, and its sentence.
type Failed = (&'static str, String);

/// The API, under `/_dev/lambda`.
pub(crate) fn router() -> Router<Desk> {
    Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke))
}

async fn invoke(State(desk): State<Desk>, Path(name): Path<String>, event: Bytes) -> Response {
    let Some(function) = desk.functions.iter().find(|function| is_called(function, &name)) else {
        return no_such_function(&name);
    };
    match answer(&desk, &function.binary, &event).await {
        Ok(answer) => (StatusCode::OK, [(CONTENT_TYPE, "application/json")], answer).into_response(),
        Err((kind, message)) => {
            let told = json!({ "errorType": kind, "errorMessage": message }).to_string();
            let headers = [("x-amz-function-error", "Unhandled"), ("content-type", "application/json")];
            (StatusCode::OK, headers, told).into_response()
        }
    }
}

/// Whether a function is meant by its binary, its name in the template, or an ARN that ends in either.
fn is_called(function: &Function, name: &str) -> bool {
    let last = name.rsplit(':').next().unwrap_or(name);
    last == function.binary || last == function.logical_id
}

async fn answer(desk: &Desk, binary: &str, event: &[u8]) -> Result<String, Failed> {
    match binary {
        "refund" => told(&refund::handle(&desk.payments, read(event)?).await),
        "reconcile" => match reconcile::handle(&desk.payments, read(event)?).await {
            Ok(report) => told(&report),
            Err(error) => Err(("Error", error.to_string())),
        },
        "payments-dispatch" => match payments_dispatch::handle(&desk.dispatch, read(event)?).await {
            Ok(report) => told(&report),
            Err(error) => Err(("Error", error.to_string())),
        },
        other => {
            Err(("Unsupported", format!("{other} is not invoked directly: it takes requests of the API")))
        }
    }
}

/// An invocation without a payload is one with an empty object.
fn read<T: DeserializeOwned>(event: &[u8]) -> Result<T, Failed> {
    let event = if event.is_empty() { b"{}" } else { event };
    serde_json::from_slice(event).map_err(|error| ("Deserialize", error.to_string()))
}

fn told(answer: &impl Serialize) -> Result<String, Failed> {
    serde_json::to_string(answer).map_err(|error| ("Serialize", error.to_string()))
}

fn no_such_function(name: &str) -> Response {
    let told: Value = json!({ "Type": "User", "Message": format!("Function not found: {name}") });
    let headers = [("x-amzn-errortype", "ResourceNotFoundException"), ("content-type", "application/json")];
    (StatusCode::NOT_FOUND, headers, told.to_string()).into_response()
}
