//! What can come back other than what was asked for.

use http::StatusCode;

use crate::{BadAnswer, Code};

/// Why there is no answer. `Display` never repeats what KakaoPay sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// KakaoPay said no. Of `ready`, `order` and the subscription's status this means that nothing has
    /// happened. Of `approve`, `cancel` and `subscription` it is **no proof that no money moved** (the first
    /// attempt may have succeeded): see [`Meaning`](crate::Meaning) for when to look it up.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It answered, but not in a way that can be read: a gateway's error page, half a body, a missing field.
    /// After `approve`, `cancel` and `subscription` **money may have moved**. Look the payment up; never just
    /// ask again.
    #[error("KakaoPay's answer (HTTP {}) cannot be read", http_status.as_u16())]
    Unreadable {
        /// 200 also occurs, where the body is not what it should be.
        http_status: StatusCode,
        /// What is wrong with the body, without a word of it.
        source: BadAnswer,
    },
}

/// KakaoPay's no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("KakaoPay refused with code {code} (HTTP {})", http_status.as_u16())]
pub struct Refusal {
    /// 400 for all codes about payments.
    pub http_status: StatusCode,
    /// Why, as a number. [`Code::meaning`] says it in words, and what to do.
    pub code: Code,
    /// Why, in KakaoPay's words; empty where it gave none. For logs only: it is not written for payers, and
    /// may change.
    pub message: String,
    /// What the payer's card company or bank said, where one was asked.
    pub method_result: Option<MethodResult>,
}

/// What the payer's card company or bank said: the `extras` of an error. Of `-780` the codes `USER_LOCKED`
/// (another payment of this payer is running) and `BANK_FIRM_UNKNOWN` (**the result is not known**) are
/// documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodResult {
    /// `method_result_code`; empty where it was not given.
    pub code: String,
    /// `method_result_message`; empty where it was not given. For logs only.
    pub message: String,
}
