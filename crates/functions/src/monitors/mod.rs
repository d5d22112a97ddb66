//! `GET /monitors/health`, `/monitors/performance`, `/monitors/system`: whether it answers, what it has used, and
//! what it is. The latter two are sealed, as the payments service's SDK opens them, where that has a pair.

mod commit;
mod performance;
mod system;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use sealed::Pair;
use serde::Serialize;

pub(crate) use self::performance::Performance;
pub use self::system::Process;
pub(crate) use self::system::System;
use crate::service::body::{Problem, seal};

/// The three pages of a process, which was made when it started, sealed with the pair where there is one.
pub fn router(process: Process, pair: Option<Pair>) -> Router {
    Router::new()
        // An empty body, and nothing said about what it is.
        .route("/monitors/health", get(async || StatusCode::OK))
        .route("/monitors/performance", get(performance))
        .route("/monitors/system", get(system))
        .with_state(Arc::new((process, pair)))
}

type Told = State<Arc<(Process, Option<Pair>)>>;

async fn performance(State(told): Told) -> Response {
    tell(&Performance::of_this_process(), told.1.as_ref())
}

async fn system(State(told): Told) -> Response {
    let (process, pair) = &*told;
    // Who wrote it is told to those alone who know the pair.
    tell(&process.system(pair.is_some()), pair.as_ref())
}

/// What is told of a process goes out by here, and only by here.
fn tell(what: &impl Serialize, pair: Option<&Pair>) -> Response {
    let Some(pair) = pair else { return ([(CACHE_CONTROL, "no-store")], Json(what)).into_response() };
    match serde_json::to_string(what) {
        Ok(text) => seal(pair, StatusCode::OK, &text),
        // Figures and texts are always written.
        Err(error) => Problem::from(error).into_response(),
    }
}
