//! `GET /monitors/health`, `/monitors/performance`, `/monitors/system`: whether it answers, what it has used, and
//! what it is.

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
use serde::Serialize;

pub(crate) use self::performance::Performance;
pub use self::system::Process;
pub(crate) use self::system::System;

/// The three pages of a process, which was made when it started.
pub fn router(process: Process) -> Router {
    Router::new()
        // An empty body, and nothing said about what it is.
        .route("/monitors/health", get(async || StatusCode::OK))
        .route("/monitors/performance", get(async || tell(&Performance::of_this_process())))
        .route("/monitors/system", get(async |State(process): State<Arc<Process>>| tell(&process.system())))
        .with_state(Arc::new(process))
}

/// What is told of a process goes out by here, and only by here.
fn tell(what: &impl Serialize) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(what)).into_response()
}
