//! What V2 says no with.

use http::StatusCode;

use super::{Kind, Meaning};
use crate::BadAnswer;
use crate::answer::Fields;

/// V2's no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("PortOne V2 refused with {kind} (HTTP {})", http_status.as_u16())]
pub struct Refusal {
    /// 400, 401, 403, 404, 409 or 502, by the schema.
    pub http_status: StatusCode,
    /// Why. [`Kind::meaning`] says what to do.
    pub kind: Kind,
    /// Why, in PortOne's words; empty where it gave none. For logs only: it is not written for payers, and may change.
    pub message: String,
    /// The code of the gateway behind PortOne, where that is who said no.
    pub pg_code: Option<String>,
    /// That gateway's words. For logs only.
    pub pg_message: Option<String>,
}

impl Refusal {
    /// Only what has a `type` is PortOne's word.
    pub(crate) fn read(http_status: StatusCode, it: &Fields<'_>) -> Result<Refusal, BadAnswer> {
        Ok(Refusal {
            http_status,
            kind: it.maybe_word("type").ok_or(BadAnswer::NotAnError)?,
            message: it.maybe_text("message").unwrap_or_default(),
            pg_code: it.maybe_text("pgCode"),
            pg_message: it.maybe_text("pgMessage"),
        })
    }

    /// What the refusal means for the caller.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        // Whatever a server in trouble calls it, it does not know either.
        if self.http_status.is_server_error() && self.kind != Kind::PgProvider {
            return Meaning::Internal;
        }
        self.kind.meaning()
    }
}
