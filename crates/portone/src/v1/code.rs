//! What V1 says no with, and what to do about it.

use http::StatusCode;

/// V1's no.
///
/// Its `code` is −1 for nearly everything and nowhere listed, so what a refusal means is told by the HTTP status alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("PortOne V1 refused with code {code} (HTTP {})", http_status.as_u16())]
pub struct Refusal {
    /// 200 also occurs.
    pub http_status: StatusCode,
    /// Never 0.
    pub code: i64,
    /// Why, in PortOne's words or those of the gateway behind it; empty where it gave none. For logs only: it is not
    /// written for payers, and may change.
    pub message: String,
}

/// What a [`Refusal`] means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// 400: a parameter is missing or wrong. A bug: alert. Nothing has happened.
    BadParameter,
    /// 401: the token is unknown or over, or key and secret are wrong. Nothing has happened: ask for a
    /// [`Token`](super::token::Token), and ask again.
    BadToken,
    /// 403: the account may not do this, or not yet. Configuration: alert. Nothing has happened. (The payments SDK's
    /// fake server says 403 of a bad token.)
    NotPermitted,
    /// 404: there is no such payment, card, receipt or certification. Nothing has happened.
    NotFound,
    /// 429: too many requests. Nothing has happened; later it may work.
    TooManyRequests,
    /// Anything else, 200 among it: PortOne or a gateway behind it says no, and only its message says why. It may be a
    /// plain no (a declined card, more than is left), or a bank that does not know. After a call that moves money,
    /// **look the payment up**.
    Unclear,
}

impl Refusal {
    /// What the refusal means for the caller.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.http_status {
            StatusCode::BAD_REQUEST => Meaning::BadParameter,
            StatusCode::UNAUTHORIZED => Meaning::BadToken,
            StatusCode::FORBIDDEN => Meaning::NotPermitted,
            StatusCode::NOT_FOUND => Meaning::NotFound,
            StatusCode::TOO_MANY_REQUESTS => Meaning::TooManyRequests,
            _ => Meaning::Unclear,
        }
    }
}
