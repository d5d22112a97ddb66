//! The only thing a gateway needs of the network: one request out, one answer back, or which of two ways it failed.

use std::error::Error;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

/// Any cause of a failure; its text may be logged, so it carries no key, token or URL.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Sends requests to gateways.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends one request and reads the whole answer, once: nothing is retried here.
    ///
    /// # Errors
    /// [`SendError`] says whether the other side can have seen the request.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError>;
}

/// A request that got no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The connection was never made: nothing has happened, asking again is safe.
    #[error("the gateway was not reached")]
    NotSent(#[source] BoxError),
    /// The request went out, or may have: whatever it asks for may have happened.
    #[error("the gateway did not answer")]
    NoAnswer(#[source] BoxError),
}
