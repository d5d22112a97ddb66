//! What can come back other than what was asked for.

use http::StatusCode;

use crate::{BadAnswer, Code};

/// Why there is no answer. `Display` never repeats what Toss Payments sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Toss Payments said no. Of a look-up this means that nothing has happened. Of whatever collects or gives back it
    /// is **no proof that no money moved** (the first attempt may have succeeded): see
    /// [`Meaning`](crate::Meaning) for when to look it up.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It answered, but not in a way that can be read: a proxy's error page, half a body, a missing field. After
    /// whatever collects or gives back **money may have moved**. Look the payment up; never just ask again.
    #[error("Toss Payments' answer (HTTP {}) cannot be read", http_status.as_u16())]
    Unreadable {
        /// 200 also occurs, where the body is not what it should be.
        http_status: StatusCode,
        /// What is wrong with the body, without a word of it.
        source: BadAnswer,
    },
}

/// Toss Payments' no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Toss Payments refused with code {code} (HTTP {})", http_status.as_u16())]
pub struct Refusal {
    /// 400, 401, 403, 404, 409, 429 or 500.
    pub http_status: StatusCode,
    /// Why, as a word. [`Code::meaning`] says what to do.
    pub code: Code,
    /// Why, in a sentence; empty where there was none. For logs only: it is not written for our customers, and may
    /// change.
    pub message: String,
}
