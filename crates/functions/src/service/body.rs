//! Sealed bodies over HTTP: what comes in is opened and read in the SDK's order of checks, what goes out is sealed.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use schemars::JsonSchema;
use sealed::Pair;
use serde::Serialize;
use serde_json::{Value, json};

use super::violation::Violation;

/// More than any request of the SDK's, and less than would hurt.
const MOST_BODY_BYTES: usize = 256 * 1024;

/// What a service hears where it does not get what it asked for: never sealed, as whoever cannot open a body must read why.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The JSON.
    pub body: Value,
    /// In how many seconds it may be otherwise, where that is known.
    pub retry_after_s: Option<i64>,
}

/// Why there is nothing to show.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
pub(super) struct ProblemJson<'a> {
    /// What has happened, and what to do.
    message: &'a str,
    /// The status in words.
    error: &'static str,
    /// And in a number.
    status_code: u16,
}

impl Problem {
    /// In a shape of its own.
    #[must_use]
    pub const fn of(status: StatusCode, body: Value) -> Problem {
        Problem { status, body, retry_after_s: None }
    }

    /// The ordinary shape.
    #[must_use]
    pub fn new(status: StatusCode, message: &str) -> Problem {
        let error = status.canonical_reason().unwrap_or_default();
        Problem::of(status, json!(ProblemJson { message, error, status_code: status.as_u16() }))
    }

    fn undecryptable() -> Problem {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Failed to decrypt the request body. Check your body content or encryption password.",
        )
    }
}

impl From<Violation> for Problem {
    fn from(violation: Violation) -> Problem {
        Problem::of(StatusCode::BAD_REQUEST, violation.body())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let headers = [(CONTENT_TYPE, "application/json; charset=utf-8"), (CACHE_CONTROL, "no-store")];
        let retry_after = self.retry_after_s.map(|seconds| [(RETRY_AFTER, HeaderValue::from(seconds))]);
        (self.status, headers, retry_after, self.body.to_string()).into_response()
    }
}

/// Opens a request's body and reads it as JSON.
///
/// # Errors
/// [`Problem`]: another content type; or one and the same for whatever cannot be opened, is no text or no JSON, so that
/// nobody learns from our answers what is in a body.
pub async fn open(pair: &Pair, request: Request) -> Result<Value, Problem> {
    if !is_text(request.headers()) {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "Request body type is not \"text/plain\"."));
    }
    let body = to_bytes(request.into_body(), MOST_BODY_BYTES)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large."))?;
    let text = pair.open(&body).map_err(|_| Problem::undecryptable())?;
    serde_json::from_str(&text).map_err(|_| Problem::undecryptable())
}

/// Whether one of the parts of the content type is exactly that of a text.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').any(|part| part.trim() == "text/plain")
}

/// Seals an answer.
#[must_use]
pub fn seal(pair: &Pair, status: StatusCode, text: &str) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, Body::from(pair.seal(text))).into_response()
}

#[cfg(test)]
mod tests {
    use super::{Problem, open};
    use axum::body::Body;
    use axum::extract::Request;
    use http::header::CONTENT_TYPE;
    use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};
    use serde_json::{Value, json};

    fn pair() -> Pair {
        Pair::new(PUBLIC_KEY, PUBLIC_IV).unwrap()
    }

    async fn opened(kind: &str, body: impl Into<Body>) -> Result<Value, Problem> {
        open(&pair(), Request::builder().header(CONTENT_TYPE, kind).body(body.into()).unwrap()).await
    }

    #[tokio::test]
    async fn a_sealed_body_is_read_whatever_else_its_content_type_says() {
        for kind in ["text/plain", "text/plain; charset=utf-8", "charset=utf-8;text/plain"] {
            assert_eq!(opened(kind, pair().seal(r#"{"a":1}"#)).await.unwrap(), json!({ "a": 1 }));
        }
        for kind in ["application/json", "text/plainer", "", "text/html"] {
            let problem = opened(kind, "not even sealed").await.unwrap_err();
            let told = json!({
                "message": "Request body type is not \"text/plain\".",
                "error": "Bad Request",
                "statusCode": 400,
            });
            assert_eq!((problem.status.as_u16(), problem.body), (400, told));
        }
    }

    #[tokio::test]
    async fn whatever_cannot_be_opened_or_is_no_json_is_told_in_the_same_words() {
        let padded_otherwise = "CLV48gAaXSHTObg27u/HPA==".to_owned();
        let no_text = "S6OkCS57iEWjuMyQ7j4hjA==".to_owned();
        for body in
            [String::new(), "{}".to_owned(), padded_otherwise, no_text, pair().seal("{"), pair().seal("")]
        {
            let problem = opened("text/plain", body).await.unwrap_err();
            let told = json!({
                "message": "Failed to decrypt the request body. Check your body content or encryption password.",
                "error": "Bad Request",
                "statusCode": 400,
            });
            assert_eq!((problem.status.as_u16(), problem.body), (400, told), "the same for each");
        }
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_not_read() {
        let problem = opened("text/plain", vec![b'a'; 300_000]).await.unwrap_err();
        assert_eq!(problem.status, 413);
    }
}
