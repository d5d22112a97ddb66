//! Today's API under `/online/v1/payment/`: JSON both ways, `Authorization: SECRET_KEY …`.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::Options;
use super::dialect::{has_content_type, key};
use super::fields::Fields;
use super::problem::{Problem, meaning};

pub(crate) fn read(options: &Options, request: &Request<Bytes>) -> Result<Fields, Problem> {
    // A secret key for development may also be announced as one; here every key is taken for either.
    key(request, &["SECRET_KEY", "DEV_SECRET_KEY"], &options.secret_keys)?;
    if request.method() != Method::POST {
        return Err(Problem::WrongMethod);
    }
    if !has_content_type(request, "application/json") {
        return Err(Problem::WrongContentType);
    }
    Fields::from_json(request.body())
}

pub(crate) fn say(problem: &Problem) -> (StatusCode, Value) {
    let said = |status, code, message: &str| (status, error(code, message));
    match problem {
        // Guess: that a missing header is 400 over HTTP too.
        Problem::NoAuthorization => said(StatusCode::BAD_REQUEST, -400, "no Authorization header"),
        Problem::WrongKey => said(StatusCode::UNAUTHORIZED, -401, "wrong secret key"),
        // Guess: the code of a wrong content type and of a wrong parameter.
        Problem::WrongContentType => {
            said(StatusCode::BAD_REQUEST, -400, "content type must be application/json")
        }
        Problem::BadParameter(which) => said(StatusCode::BAD_REQUEST, -400, which),
        Problem::NoSuchApi => said(StatusCode::NOT_FOUND, -404, "no such URL"),
        // Guess: that another method is answered like another URL, but for the status.
        Problem::WrongMethod => said(StatusCode::METHOD_NOT_ALLOWED, -404, "only POST is answered here"),
        Problem::Maintenance => said(StatusCode::SERVICE_UNAVAILABLE, -503, "closed for maintenance"),
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
    json!({ "error_code": code, "error_message": message })
}
