//! What comes instead of what was asked for.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Connection;

/// Why there is no answer to a question that was sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service says no. [`Refusal::is_known`] says whether that is about the money, too.
    #[error("the service says no: {0}")]
    Refused(Refusal),
    /// What came back is nothing that the service says, or was sealed with another pair. Money may have moved: the same
    /// request, sent again, finds out.
    #[error("the answer (HTTP {status}) cannot be read")]
    Unreadable {
        /// The status that it came with.
        status: StatusCode,
        /// What is wrong with it, where that can be said.
        #[source]
        cause: Option<serde_json::Error>,
    },
}

/// A no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("HTTP {status}: {problem}")]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// And the words.
    pub problem: Problem,
}

impl Refusal {
    /// Whether nothing has come of the request for certain. Otherwise (any status from 500) nobody knows yet, and the same
    /// request, sent again in a minute, finds out.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.status.is_client_error()
    }
}

/// The words of a no.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, thiserror::Error)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Problem {
    /// The request does not fit; what is wrong first.
    #[error("{path} should be {expected}")]
    Violation {
        /// Where, as `$input.source.id`.
        path: String,
        /// What should be there, in TypeScript's words.
        expected: String,
    },
    /// The gateway's no.
    #[error("the gateway says at {path}: {message}")]
    Gateway {
        /// Which path of it was asked.
        path: String,
        /// All that it said, as it said it.
        message: String,
    },
    /// The service's own.
    #[error("{message}")]
    Told {
        /// What has happened, and what to do.
        message: String,
    },
}

/// Reads an answer that is sealed, or is not where the service has no pair.
pub(crate) fn read<T: DeserializeOwned>(
    connection: &Connection,
    response: &Response<Bytes>,
) -> Result<T, Error> {
    let unreadable = |cause| Error::Unreadable { status: response.status(), cause };
    check(response)?;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        return serde_json::from_slice(response.body()).map_err(|error| unreadable(Some(error)));
    }
    let text = connection.pair.open(response.body()).map_err(|_| unreadable(None))?;
    serde_json::from_str(&text).map_err(|error| unreadable(Some(error)))
}

/// Whether it was done.
pub(crate) fn check(response: &Response<Bytes>) -> Result<(), Error> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    // Whatever stands between us and the service answers in words of its own.
    let problem = serde_json::from_slice(response.body());
    Err(match problem {
        Ok(problem) if status.is_client_error() || status.is_server_error() => {
            Error::Refused(Refusal { status, problem })
        }
        Ok(_) => Error::Unreadable { status, cause: None },
        Err(cause) => Error::Unreadable { status, cause: Some(cause) },
    })
}

#[cfg(test)]
mod tests {
    use super::{Error, Problem, check};
    use bytes::Bytes;
    use http::Response;

    fn answered(status: u16, body: &'static str) -> Result<(), Error> {
        check(&Response::builder().status(status).body(Bytes::from(body)).unwrap())
    }

    #[test]
    fn a_no_is_read_in_each_of_its_shapes() {
        let ordinary = r#"{"message":"Wrong password.","error":"Forbidden","statusCode":403}"#;
        let violation =
            r#"{"path":"$input.price","reason":"r","expected":"number","value":"1","message":"m"}"#;
        let gateway = r#"{"path":"/v1/payments/x","message":"{\"code\":\"NOT_FOUND_PAYMENT\"}"}"#;
        let said = [(403, ordinary), (400, violation), (404, gateway)].map(|(status, body)| {
            let Err(Error::Refused(refusal)) = answered(status, body) else { panic!("{body} is a no") };
            assert!(refusal.is_known());
            refusal.problem
        });
        let [Problem::Told { message }, Problem::Violation { path, .. }, Problem::Gateway { .. }] = said
        else {
            panic!("{said:?}")
        };
        assert_eq!((&*message, &*path), ("Wrong password.", "$input.price"));
    }

    #[test]
    fn a_no_of_its_own_fault_says_nothing_of_the_money_and_what_is_no_words_of_its_is_unreadable() {
        let Err(Error::Refused(refusal)) = answered(503, r#"{"message":"Service Unavailable"}"#) else {
            panic!()
        };
        assert!(!refusal.is_known());
        for (status, body) in [(502, "<html>"), (504, ""), (302, r#"{"message":"elsewhere"}"#)] {
            assert!(matches!(answered(status, body), Err(Error::Unreadable { .. })), "{status} {body}");
        }
    }
}
