//! The API before today's, under `/v1/payment/`: forms in, JSON out, `Authorization: KakaoAK …`.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::Options;
use super::dialect::{has_content_type, key};
use super::endpoint::Endpoint;
use super::fields::Fields;
use super::problem::{Problem, meaning};

pub(crate) fn read(
    options: &Options,
    endpoint: Endpoint,
    request: &Request<Bytes>,
) -> Result<Fields, Problem> {
    key(request, &["KakaoAK"], &options.admin_keys)?;
    // Guess: that reading a payment also goes by GET.
    if endpoint == Endpoint::Order && request.method() == Method::GET {
        return Fields::from_form(request.uri().query().unwrap_or_default().as_bytes());
    }
    if request.method() != Method::POST {
        return Err(Problem::WrongMethod);
    }
    if !has_content_type(request, "application/x-www-form-urlencoded") {
        return Err(Problem::WrongContentType);
    }
    Fields::from_form(request.body())
}

pub(crate) fn say(problem: &Problem) -> (StatusCode, Value) {
    let said = |status, code, message: &str| (status, error(code, message));
    match problem {
        Problem::NoAuthorization => said(StatusCode::UNAUTHORIZED, -401, "no Authorization header"),
        Problem::WrongKey => said(StatusCode::UNAUTHORIZED, -401, "wrong admin key"),
        Problem::WrongContentType => said(StatusCode::BAD_REQUEST, -2, "content type must be a form's"),
        Problem::BadParameter(which) => said(StatusCode::BAD_REQUEST, -2, which),
        // Guess: these two codes; the statuses are HTTP's own.
        Problem::NoSuchApi => said(StatusCode::NOT_FOUND, -404, "no such URL"),
        Problem::WrongMethod => said(StatusCode::METHOD_NOT_ALLOWED, -404, "only POST is answered here"),
        Problem::Maintenance => said(StatusCode::SERVICE_UNAVAILABLE, -9798, "closed for maintenance"),
        Problem::Refused { code, extras } => {
            let mut body = error(*code, meaning(*code));
            if let Some(extras) = extras {
                body["extras"] = json!(extras);
            }
            (StatusCode::BAD_REQUEST, body)
        }
    }
}

fn error(code: i32, message: &str) -> Value {
    json!({ "code": code, "msg": message })
}
