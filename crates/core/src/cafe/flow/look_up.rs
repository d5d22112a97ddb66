//! Looking a payment up: the only way out of a doubt, and the same for every flow.

use std::error::Error;

use tracing::{error, warn};

use crate::cafe::{Quote, Saw};
use crate::payment::{Decline, Gateway, GatewayError, Session, Snapshot};

/// What the gateway shows of an order's payment.
///
/// # Errors
/// That it shows nothing, which proves nothing.
pub(super) async fn look_up(
    gateway: &dyn Gateway,
    quote: &Quote,
    session: &Session,
) -> Result<Snapshot, Saw> {
    let (order, payment) = (quote.id, quote.payment(session));
    match gateway.lookup(&payment).await {
        Ok(snapshot) => {
            if !snapshot.is_ours {
                error!(%order, "the payment of this order names another order, payer or account");
            }
            Ok(snapshot)
        }
        Err(GatewayError::Declined { decline: Decline::NotFound, .. })
            if gateway.behaviour().has_nobody_begun(&payment) =>
        {
            Ok(Snapshot::not_begun(&payment))
        }
        // It will hardly answer otherwise tomorrow: another account or dialect is set than the payment was opened with.
        Err(GatewayError::Declined { provider, refusal, .. }) => {
            error!(%order, %provider, code = refusal.code, "the gateway refuses to look a payment up");
            Err(Saw::NoAnswer(refusal.code))
        }
        Err(failed @ (GatewayError::Unreached(..) | GatewayError::Unknown(..))) => {
            warn!(%order, cause = &failed as &dyn Error, "look-up failed");
            Err(Saw::NoAnswer(String::new()))
        }
    }
}

/// What the gateway shows of this order's own payment.
///
/// # Errors
/// That the gateway shows nothing, or a payment in another name, which only [`reconcile`](super::reconcile)
/// judges.
pub(super) async fn look_up_ours(
    gateway: &dyn Gateway,
    quote: &Quote,
    session: &Session,
) -> Result<Snapshot, Saw> {
    let snapshot = look_up(gateway, quote, session).await?;
    if snapshot.is_ours { Ok(snapshot) } else { Err(Saw::from(&snapshot)) }
}
