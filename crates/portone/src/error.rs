//! What can come back other than what was asked for.

use http::StatusCode;

use crate::BadAnswer;

/// Why there is no answer; `R` is a dialect's refusal. `Display` never repeats what PortOne sent.
#[derive(Debug, thiserror::Error)]
pub enum Error<R>
where
    R: std::error::Error + 'static,
{
    /// PortOne said no. Of a call that moves money this is **no proof that none has moved**: the first attempt may
    /// have succeeded, or the gateway behind PortOne may not know. See the refusal's `meaning`.
    #[error(transparent)]
    Refused(R),
    /// It answered, but not in a way that can be read: an error page of some server in between, half a body, a
    /// missing field. After a call that moves money **it may have moved**. Look the payment up; never just ask again.
    #[error("PortOne's answer (HTTP {}) cannot be read", http_status.as_u16())]
    Unreadable {
        /// 200 also occurs, where the body is not what it should be.
        http_status: StatusCode,
        /// What is wrong with the body, without a word of it.
        source: BadAnswer,
    },
}
