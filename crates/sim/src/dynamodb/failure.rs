//! What DynamoDB answers when it does not do what it was asked for.

use serde::Serialize;

use super::value::Item;

/// An answer, as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, in JSON.
    pub body: Vec<u8>,
}

/// Why a request was not done.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The request is wrong, or is not simulated.
    Invalid(String),
    /// The body is no JSON.
    Unreadable(String),
    NoSuchTable,
    UnknownOperation,
    ConditionFailed(Option<Item>),
    Cancelled(Vec<Reason>),
    TokenOfAnother,
}

/// What was the matter with one part of a transaction.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<Item>,
}

/// How the message begins of what is refused here, whatever DynamoDB would make of it.
pub(crate) const NOT_SIMULATED: &str = "not simulated: ";

const CONDITION_FAILED: &str = "The conditional request failed";
const CONFLICT: &str = "Transaction is ongoing for the item";
const THROTTLED: &str = "The level of configured provisioned throughput for the table was exceeded. \
    Consider increasing your provisioning level with the UpdateTable API.";

/// Where the service says what failed. Its own failures have their messages in small letters, except for
/// cancelled transactions.
const SERVICE: &str = "com.amazonaws.dynamodb.v20120810#";

/// An error's body.
#[derive(Serialize, Default)]
struct Body<'a> {
    #[serde(rename = "__type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    capital_message: Option<&'a str>,
    #[serde(rename = "Item", skip_serializing_if = "Option::is_none")]
    item: Option<&'a Item>,
    #[serde(rename = "CancellationReasons", skip_serializing_if = "Option::is_none")]
    reasons: Option<&'a [Reason]>,
}

impl Reason {
    pub(crate) const NONE: Reason = Reason { code: "None", message: None, item: None };

    pub(crate) fn invalid(message: String) -> Reason {
        Reason { code: "ValidationError", message: Some(message), item: None }
    }

    pub(crate) fn condition_failed(item: Option<Item>) -> Reason {
        Reason { code: "ConditionalCheckFailed", message: Some(CONDITION_FAILED.to_owned()), item }
    }
}

impl Answer {
    pub(crate) fn done(body: &impl Serialize) -> Answer {
        Answer { status: 200, body: json(body) }
    }

    fn failed(status: u16, body: &Body<'_>) -> Answer {
        Answer { status, body: json(body) }
    }

    fn simple(status: u16, kind: &str, message: &str) -> Answer {
        let kind = if kind.contains('#') { kind.to_owned() } else { format!("{SERVICE}{kind}") };
        Answer::failed(status, &Body { kind, message: Some(message), ..Body::default() })
    }

    fn cancelled(reasons: &[Reason]) -> Answer {
        let codes = reasons.iter().map(|reason| reason.code).collect::<Vec<_>>().join(", ");
        let message = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
        );
        Answer::failed(
            400,
            &Body {
                kind: format!("{SERVICE}TransactionCanceledException"),
                capital_message: Some(&message),
                reasons: Some(reasons),
                ..Body::default()
            },
        )
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Answer {
        match failure {
            Failure::Invalid(message) => {
                Answer::simple(400, "com.amazon.coral.validate#ValidationException", &message)
            }
            Failure::Unreadable(message) => Answer::failed(
                400,
                &Body {
                    kind: "com.amazon.coral.service#SerializationException".to_owned(),
                    capital_message: Some(&message),
                    ..Body::default()
                },
            ),
            Failure::UnknownOperation => Answer::failed(
                400,
                &Body {
                    kind: "com.amazon.coral.service#UnknownOperationException".to_owned(),
                    ..Body::default()
                },
            ),
            Failure::NoSuchTable => {
                Answer::simple(400, "ResourceNotFoundException", "Requested resource not found")
            }
            Failure::ConditionFailed(item) => Answer::failed(
                400,
                &Body {
                    kind: format!("{SERVICE}ConditionalCheckFailedException"),
                    message: Some(CONDITION_FAILED),
                    item: item.as_ref(),
                    ..Body::default()
                },
            ),
            Failure::Cancelled(reasons) => Answer::cancelled(&reasons),
            Failure::TokenOfAnother => Answer::failed(
                400,
                &Body {
                    kind: format!("{SERVICE}IdempotentParameterMismatchException"),
                    capital_message: Some("An error occurred (IdempotentParameterMismatchException)"),
                    ..Body::default()
                },
            ),
        }
    }
}

/// Too many requests: nothing was done.
#[must_use]
pub fn throttled() -> Answer {
    Answer::simple(400, "ProvisionedThroughputExceededException", THROTTLED)
}

/// A single write met a transaction that is at the same item: nothing was done.
#[must_use]
pub fn conflict() -> Answer {
    Answer::simple(400, "TransactionConflictException", CONFLICT)
}

/// A transaction of so many `parts` met another write at the item of the part numbered `at`, counted
/// from 0: nothing was done.
///
/// # Panics
/// Where there is no such part.
#[must_use]
pub fn transaction_conflict(parts: usize, at: usize) -> Answer {
    cancelled(parts, at, "TransactionConflict", CONFLICT)
}

/// There were too many requests for a transaction of so many `parts` at the item of the part numbered
/// `at`, counted from 0: nothing was done.
///
/// # Panics
/// Where there is no such part.
#[must_use]
pub fn transaction_throttled(parts: usize, at: usize) -> Answer {
    cancelled(parts, at, "ProvisionedThroughputExceeded", THROTTLED)
}

fn cancelled(parts: usize, at: usize, code: &'static str, message: &str) -> Answer {
    let mut reasons = vec![Reason::NONE; parts];
    reasons[at] = Reason { code, message: Some(message.to_owned()), item: None };
    Answer::cancelled(&reasons)
}

/// Another request with the same token has not ended yet.
#[must_use]
pub fn transaction_in_progress() -> Answer {
    let kind = format!("{SERVICE}TransactionInProgressException");
    let message = Some("Transaction is in progress for the given request token");
    Answer::failed(400, &Body { kind, capital_message: message, ..Body::default() })
}

/// Something went wrong over there: it may have been done, or not.
#[must_use]
pub fn internal_error() -> Answer {
    Answer::simple(500, "InternalServerError", "Internal server error")
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut body = Vec::with_capacity(256);
    serde_json::to_writer(&mut body, value).expect("an answer has only texts for keys, and memory takes it");
    body
}
