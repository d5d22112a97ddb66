//! What Kakao answers when something was handed to it: a callback, an event, or a question about one.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::read;

/// How a task that was handed to Kakao stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The task's id, to ask about it later.
    pub task_id: Option<String>,
    /// How it stands.
    pub status: TaskStatus,
    /// Kakao's own words, such as why it failed.
    pub message: Option<String>,
    /// When, in milliseconds since 1970 (a guess: the unit is documented nowhere).
    pub timestamp: Option<i64>,
    /// All that Kakao answered, for fields that are not documented.
    pub raw: Map<String, Value>,
}

/// How a task stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskStatus {
    /// It was accepted, or is done.
    Success,
    /// It was refused; [`Receipt::message`] says why.
    Fail,
    /// Kakao itself had a problem.
    Error,
    /// Something that Kakao's guide does not name.
    Other(String),
}

/// An answer from which nothing can be learned: whether the message went out is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadReceipt {
    /// The body is not JSON.
    #[error("Kakao answered {status} with a body that is not JSON")]
    NotJson {
        /// The answer's status.
        status: StatusCode,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The body is JSON, and names no status.
    #[error("Kakao answered {status} without saying how the task stands")]
    NoStatus {
        /// The answer's status.
        status: StatusCode,
    },
}

impl Receipt {
    /// Reads Kakao's answer, whatever its HTTP status: a refusal has a body of the same shape.
    ///
    /// # Errors
    /// [`BadReceipt`] where the body does not say how the task stands.
    pub fn read(response: &Response<Bytes>) -> Result<Self, BadReceipt> {
        let status = response.status();
        let body: Value = serde_json::from_slice(response.body())
            .map_err(|source| BadReceipt::NotJson { status, source })?;
        let Value::Object(raw) = body else { return Err(BadReceipt::NoStatus { status }) };
        let object = Some(&raw);
        Ok(Self {
            task_id: read::text(object, "taskId").map(ToOwned::to_owned),
            status: read::text(object, "status")
                .map(TaskStatus::read)
                .ok_or(BadReceipt::NoStatus { status })?,
            message: read::text(object, "message").map(ToOwned::to_owned),
            timestamp: read::integer(object, "timestamp"),
            raw,
        })
    }

    /// Whether Kakao took it.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status == TaskStatus::Success
    }
}

impl TaskStatus {
    fn read(status: &str) -> Self {
        match status {
            "SUCCESS" => Self::Success,
            "FAIL" => Self::Fail,
            "ERROR" => Self::Error,
            other => Self::Other(other.to_owned()),
        }
    }
}
