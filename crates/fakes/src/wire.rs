//! From a fake's reply to bytes on a connection, or to a connection that is cut.

use axum::body::Body;
use bytes::Bytes;
use http::header::HeaderValue;
use http::{Request, Response, StatusCode, header};
use http_body_util::{Full, Limited};

use crate::Reply;

/// More than any gateway's request needs, and little enough to hold.
const LONGEST_BODY: usize = 1 << 20;

/// The whole request, or nothing when its body broke off or would not end.
pub(crate) async fn read(request: Request<Body>) -> Option<Request<Bytes>> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LONGEST_BODY).await.ok()?;
    Some(Request::from_parts(head, body))
}

/// Plays a reply on the connection it is for.
pub(crate) async fn play(reply: Reply) -> Response<Body> {
    let wait = reply.wait();
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    match reply {
        Reply::Answer(response) => response.map(Body::from),
        Reply::Lost | Reply::Reset => Response::new(cut()),
    }
}

/// A body that fails before its first byte. The server drops the connection before it has sent the head of the
/// answer, so the client sees an end where an answer should be.
fn cut() -> Body {
    Body::new(Limited::new(Full::new(Bytes::from_static(b"..")), 1))
}

/// The content type of every answer of an API.
pub(crate) const JSON: &str = "application/json;charset=UTF-8";

pub(crate) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) fn json(status: StatusCode, body: &serde_json::Value) -> Response<Bytes> {
    answer(status, JSON, body.to_string())
}

pub(crate) fn html(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    answer(status, "text/html;charset=UTF-8", body)
}

/// Sends a browser elsewhere, with 302 or, after a form, 303.
pub(crate) fn redirect(status: StatusCode, to: &str) -> Response<Bytes> {
    match HeaderValue::from_str(to) {
        Ok(to) => {
            let mut response = answer(status, "text/plain;charset=UTF-8", "");
            response.headers_mut().insert(header::LOCATION, to);
            response
        }
        // Addresses are made fit for a header when they come in, so this is a slip of the fake's own.
        Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain;charset=UTF-8", "bad address"),
    }
}
