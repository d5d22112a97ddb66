//! What the SDK's errors mean here, and how long to wait when two writes collide.

use std::time::Duration;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::CancellationReason;
use cafe_core::cafe::StoreError;

use crate::item::Item;

/// How often a write that collided with another transaction is tried.
pub(crate) const TRIES: u32 = 6;

/// Before the try of that number, counted from 0. Doubling, and short: the other transaction takes
/// milliseconds, and a customer waits.
pub(crate) fn pause_before(attempt: u32) -> Duration {
    Duration::from_millis(10 << attempt.min(6))
}

/// An answer that is none of those a caller decides on.
pub(crate) fn unavailable<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    StoreError::Unavailable(Box::new(error))
}

/// A request of ours that the SDK would not build.
pub(crate) fn unbuildable(error: BuildError) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// Whether the write collided with a transaction, did nothing, and may be tried again.
pub(crate) fn collided<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("TransactionConflictException")
}

/// Whether a part of the transaction collided with another one. The whole did nothing.
pub(crate) fn any_collided(reasons: &[CancellationReason]) -> bool {
    reasons.iter().any(|reason| reason.code() == Some("TransactionConflict"))
}

/// A part of a transaction whose condition failed.
pub(crate) struct Refused {
    /// What stands there, if anything does.
    pub(crate) stands: Option<Item>,
}

/// Whether the condition of the transaction's part of that number failed.
pub(crate) fn refused(reasons: &[CancellationReason], part: usize) -> Option<Refused> {
    let reason = reasons.get(part)?;
    (reason.code() == Some("ConditionalCheckFailed")).then(|| Refused { stands: reason.item().cloned() })
}
