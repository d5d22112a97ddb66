//! What a gateway made of it, in few words.

use std::fmt::Debug;

use cafe_core::payment::{Decline, GatewayError, Provider, Refusal, Snapshot};
use jiff::Timestamp;

/// What a no means, and what was said.
pub(crate) fn declined<T: Debug>(result: Result<T, GatewayError>) -> (Decline, Refusal) {
    match result.unwrap_err() {
        GatewayError::Declined { decline, refusal, .. } => (decline, refusal),
        other @ (GatewayError::Unreached(..) | GatewayError::Unknown(..)) => panic!("{other:?}"),
    }
}

/// The same, with the gateway's code.
pub(crate) fn refused<T: Debug>(result: Result<T, GatewayError>) -> (String, Decline) {
    let (decline, refusal) = declined(result);
    (refusal.code, decline)
}

pub(crate) fn is_unknown<T>(result: &Result<T, GatewayError>) -> bool {
    matches!(result, Err(GatewayError::Unknown(..)))
}

pub(crate) fn is_unreached<T>(result: &Result<T, GatewayError>) -> bool {
    matches!(result, Err(GatewayError::Unreached(..)))
}

/// Who is said to have failed.
pub(crate) fn blamed<T: Debug>(result: &Result<T, GatewayError>) -> Provider {
    match result.as_ref().unwrap_err() {
        GatewayError::Declined { provider, .. }
        | GatewayError::Unreached(provider, _)
        | GatewayError::Unknown(provider, _) => *provider,
    }
}

/// What went back, the earliest first: how much, why, when.
pub(crate) fn cancels(shown: &Snapshot) -> Vec<(u32, &str, Timestamp)> {
    shown.facts.cancels.iter().map(|one| (one.price.get(), &*one.reason, one.created_at)).collect()
}
