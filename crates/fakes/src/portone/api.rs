//! One request to either API, from its path to its reply: who asks, what for, and what is to go wrong with it.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::Value;

use super::endpoint::{Dialect, Endpoint, steps};
use super::fields::Fields;
use super::problem::{Problem, declined, in_trouble, no_route};
use super::state::Desk;
use super::{PortOne, v1, v2};
use crate::{Reply, wire};

/// A request, as both APIs look at it.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) steps: Vec<&'a str>,
    pub(crate) query: Fields,
    pub(crate) fields: Result<Fields, Problem>,
    pub(crate) authorization: Option<&'a str>,
}

pub(crate) fn answer(fake: &PortOne, dialect: Dialect, rest: &str, request: &Request<Bytes>) -> Reply {
    let Some(path) = steps(rest) else { return Reply::Answer(said(dialect, request, Err(no_route()))) };
    let header = request.headers().get(http::header::AUTHORIZATION);
    let call = Call {
        method: request.method().as_str(),
        steps: path.iter().map(String::as_str).collect(),
        query: Fields::from_form(request.uri().query().unwrap_or_default().as_bytes()),
        fields: Fields::read(request),
        authorization: header.and_then(|value| value.to_str().ok()),
    };
    let endpoint = match dialect {
        Dialect::V1 => v1::endpoint(&call),
        Dialect::V2 => v2::endpoint(&call),
    };
    let Some(endpoint) = endpoint else { return Reply::Answer(said(dialect, request, Err(no_route()))) };
    let mut desk = fake.desk();
    *desk.state.calls.entry(endpoint).or_default() += 1;
    let trouble = desk.state.take_trouble(endpoint);
    let mut work = || said(dialect, request, perform(&mut desk, dialect, endpoint, &call));
    match trouble {
        Some(trouble) => trouble.play(
            work,
            || said(dialect, request, Err(declined())),
            || said(dialect, request, Err(in_trouble())),
        ),
        None => Reply::Answer(work()),
    }
}

fn perform(
    desk: &mut Desk<'_>,
    dialect: Dialect,
    endpoint: Endpoint,
    call: &Call<'_>,
) -> Result<Value, Problem> {
    match dialect {
        Dialect::V1 => v1::perform(desk, endpoint, call),
        Dialect::V2 => v2::perform(desk, endpoint, call),
    }
}

/// What was done, or why not, in the dialect's words.
fn said(dialect: Dialect, request: &Request<Bytes>, done: Result<Value, Problem>) -> Response<Bytes> {
    match (dialect, done) {
        // As the fake server of payments SDKs has it, a POST answers 201; the real one's 200 is taken by them as well.
        (Dialect::V1, Ok(answer)) if request.method() == http::Method::POST => {
            wire::json(StatusCode::CREATED, &v1::envelope(&answer))
        }
        (Dialect::V1, Ok(answer)) => wire::json(StatusCode::OK, &v1::envelope(&answer)),
        (Dialect::V1, Err(problem)) => wire::json(problem.status, &v1::refusal(&problem)),
        (Dialect::V2, Ok(answer)) => wire::json(StatusCode::OK, &answer),
        (Dialect::V2, Err(problem)) => wire::json(problem.status, &v2::refusal(&problem)),
    }
}
