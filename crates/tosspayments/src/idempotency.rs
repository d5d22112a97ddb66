//! `Idempotency-Key`: what makes a request that is sent twice happen once.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};

use crate::call::sealed::Sealed;
use crate::{Account, BadRequest, Call, Error, Post, limits};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// A key under which Toss Payments does a `POST` once: whoever sends the same key again gets the first answer, a refusal
/// as well. It is remembered for [`limits::IDEMPOTENCY_KEY_LIFE`] from its first use.
///
/// What belongs to it is the secret key, the URL and the method, and **not the body**: two payments confirmed under
/// one key get the answer of the first, for both are `POST /v1/payments/confirm`. So make it of all that the request
/// says (which payment, which order, which refund, how much), and not of the process or the attempt.
///
/// While the first request is still running, the second is refused with
/// [`Meaning::InProgress`](crate::Meaning::InProgress).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// The text cannot be an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 1 to 300 printable ASCII characters without spaces")]
pub struct BadIdempotencyKey;

impl IdempotencyKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`BadIdempotencyKey`] for anything but 1 to 300 printable ASCII characters without spaces. Toss Payments
    /// documents the length; the characters are those that any HTTP client sends unchanged.
    pub fn new(key: impl Into<String>) -> Result<IdempotencyKey, BadIdempotencyKey> {
        let key = key.into();
        let fits = (1..=limits::IDEMPOTENCY_KEY_CHARS).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(IdempotencyKey(key)) } else { Err(BadIdempotencyKey) }
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A call under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed<C> {
    /// What is asked.
    pub call: C,
    /// Under which key.
    pub key: IdempotencyKey,
}

impl<C: Post> Sealed for Keyed<C> {}

impl<C: Post> Call for Keyed<C> {
    type Answer = C::Answer;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut request = self.call.request(account)?;
        let key = HeaderValue::from_str(self.key.as_str()).expect("printable ASCII is a header's value");
        request.headers_mut().insert(HEADER, key);
        Ok(request)
    }

    fn answer(response: &Response<Bytes>) -> Result<C::Answer, Error> {
        C::answer(response)
    }
}
