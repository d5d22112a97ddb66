//! Why a gateway did not do what was asked: it said no, was not reached, or gave no answer. They are three different things.

use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode};

use super::{BoxError, Provider, SendError};

/// What a refusal means for the one who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decline {
    /// The payer has not finished at the gateway.
    NotReady,
    /// It took too long: this payment can no longer be made.
    Expired,
    /// It knows of no such payment.
    NotFound,
    /// The proof, or an id in the request, is not this payment's.
    Mismatch,
    /// Another attempt of the same payer is running; later it may work.
    Busy,
    /// The gateway is closed for maintenance or has had enough requests; later it may work.
    Later,
    /// Our account, key or address is set up wrong: nothing will work until the owner mends it.
    Misconfigured,
    /// Refused for good, for another reason.
    Refused,
}

impl Decline {
    /// Whether it was refused before anybody looked at the payment, so that it says nothing about that.
    #[must_use]
    pub const fn is_about_the_account(self) -> bool {
        match self {
            Decline::Later | Decline::Misconfigured => true,
            Decline::NotReady
            | Decline::Expired
            | Decline::NotFound
            | Decline::Mismatch
            | Decline::Busy
            | Decline::Refused => false,
        }
    }
}

/// A gateway's no, in its own words: the service that asked gets them, and no customer and no log line does.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its HTTP status, 400 to 499.
    pub status: u16,
    /// Its code, which is logged.
    pub code: String,
    /// Which of its paths was asked.
    pub path: String,
    /// All that it said.
    pub text: String,
}

impl Refusal {
    /// What a gateway has answered at that path, with a status that a refusal can have: it may have been another's.
    #[must_use]
    pub fn said(status: StatusCode, code: String, path: String, answer: &Response<Bytes>) -> Refusal {
        let status = if status.is_client_error() { status } else { StatusCode::UNPROCESSABLE_ENTITY };
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        Refusal { status: status.as_u16(), code, path, text }
    }

    /// One that no gateway was asked for, as we know its answer; with the status that is said with such.
    #[must_use]
    pub fn of_ours(code: &str, text: &str) -> Refusal {
        Refusal { status: 422, code: code.to_owned(), path: String::new(), text: text.to_owned() }
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Why a gateway did not do what was asked. The difference between the three is the whole point.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// It said no, and nothing moved.
    #[error("{provider} refused with code {} ({decline:?}, HTTP {})", .refusal.code, .refusal.status)]
    Declined {
        /// Who refused.
        provider: Provider,
        /// What that means.
        decline: Decline,
        /// What it said.
        refusal: Refusal,
    },
    /// It was not reached: nothing moved, asking again is safe.
    #[error("{0} was not reached")]
    Unreached(Provider, #[source] BoxError),
    /// Asked, and no answer that can be believed: money may have moved, so look it up.
    #[error("{0} gave no answer that can be believed")]
    Unknown(Provider, #[source] BoxError),
}

impl GatewayError {
    /// A request that got no answer, in a gateway's terms.
    #[must_use]
    pub fn from_send(provider: Provider, error: SendError) -> GatewayError {
        match error {
            SendError::NotSent(source) => GatewayError::Unreached(provider, source),
            SendError::NoAnswer(source) => GatewayError::Unknown(provider, source),
        }
    }

    /// The same of a question that was asked before a request which moves money: that one was not sent.
    #[must_use]
    pub fn before_asking(self) -> GatewayError {
        match self {
            GatewayError::Unknown(provider, source) => GatewayError::Unreached(provider, source),
            said @ (GatewayError::Declined { .. } | GatewayError::Unreached(..)) => said,
        }
    }

    /// What its no means, if it said no.
    #[must_use]
    pub const fn decline(&self) -> Option<Decline> {
        match self {
            GatewayError::Declined { decline, .. } => Some(*decline),
            GatewayError::Unreached(..) | GatewayError::Unknown(..) => None,
        }
    }
}
