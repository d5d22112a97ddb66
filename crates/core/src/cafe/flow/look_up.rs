//! Looking a payment up: the only way out of a doubt, and the same for every flow.

use std::error::Error;

use tracing::{error, warn};

use crate::cafe::Quote;
use crate::payment::{Gateway, GatewayError, Session, Snapshot};

/// What the gateway shows of an order's payment; none when it shows nothing, which proves nothing.
pub(super) async fn look_up(gateway: &dyn Gateway, quote: &Quote, session: &Session) -> Option<Snapshot> {
    let order = quote.id;
    match gateway.lookup(&quote.charge(), session).await {
        Ok(snapshot) => Some(snapshot),
        // It will not answer otherwise tomorrow: another account or dialect is set than the payment was opened with.
        Err(GatewayError::Declined { provider, code, .. }) => {
            error!(%order, %provider, code, "the gateway refuses to look a payment up");
            None
        }
        Err(failed @ (GatewayError::Unreached(..) | GatewayError::Unknown(..))) => {
            warn!(%order, cause = &failed as &dyn Error, "look-up failed");
            None
        }
    }
}
