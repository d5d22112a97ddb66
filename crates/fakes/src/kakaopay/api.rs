//! One request to the API, from its path to its reply: who asks, what for, and what is to go wrong with it.

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::Value;

use super::KakaoPay;
use super::desk::Desk;
use super::endpoint::{Dialect, Endpoint};
use super::problem::Problem;
use crate::{Reply, wire};

pub(crate) fn answer(
    fake: &KakaoPay,
    dialect: Dialect,
    endpoint: Option<Endpoint>,
    request: &Request<Bytes>,
) -> Reply {
    let Some(endpoint) = endpoint else { return Reply::Answer(dialect.refuse(&Problem::NoSuchApi)) };
    let now = fake.now();
    let mut state = fake.state();
    *state.calls.entry(endpoint).or_default() += 1;
    let options = &fake.0.options;
    let fields = dialect.read(options, endpoint, request);
    let fault = state.take_fault(endpoint, fields.as_ref().ok().and_then(|fields| fields.raw("tid")));
    let work = || Desk { options, state: &mut state, dialect, now }.perform(endpoint, &fields?);
    match fault {
        Some(fault) => fault.play(dialect, endpoint, work),
        None => Reply::Answer(said(dialect, work())),
    }
}

/// What was done, or why not, in the dialect's words.
pub(crate) fn said(dialect: Dialect, done: Result<Value, Problem>) -> http::Response<Bytes> {
    match done {
        Ok(answer) => wire::json(StatusCode::OK, &answer),
        Err(problem) => dialect.refuse(&problem),
    }
}
