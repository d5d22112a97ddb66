//! Reconciling: orders that stayed open or in doubt are looked up at the gateway, and settled or closed.

use jiff::{SignedDuration, Timestamp};
use tracing::{error, warn};

use super::ApproveError;
use super::approve::settle_found;
use super::look_up::look_up;
use crate::cafe::{Attempt, CloseReason, Kept, Opened, Order, Store, StoreError, Tender};
use crate::payment::{Gateway, OrderId, Progress};

/// How long after the last attempt at collecting has run out the gateway is believed to be done with
/// it: KakaoPay gives itself 11 seconds.
const DOUBT_GRACE: SignedDuration = SignedDuration::from_mins(10);

/// How long to wait before an order that is still in doubt is looked at again.
const LOOK_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Orders that turned out to be paid, and are settled now.
    pub settled: u32,
    /// Orders that were not paid in time, and whose points are released now.
    pub closed: u32,
    /// Orders nobody knows about yet; they will be looked at again.
    pub pending: u32,
    /// Orders that somebody else took care of meanwhile.
    pub passed: u32,
}

/// What became of one order.
enum Outcome {
    Settled,
    Closed,
    Pending,
    Passed,
}

/// Looks at no more than `most` orders that are due. Overlapping runs do no harm.
///
/// # Errors
/// [`StoreError`] when the orders could not be listed; nothing has changed. A single order that makes
/// trouble is put off, and never keeps the others from being looked at.
pub async fn reconcile(
    store: &dyn Store,
    gateway: &dyn Gateway,
    most: u32,
    now: Timestamp,
) -> Result<Reconciled, StoreError> {
    let mut run = Reconciled::default();
    for id in store.due(now, most).await? {
        let outcome = look_at(store, gateway, id, now).await.unwrap_or_else(|error| {
            let cause: &dyn std::error::Error = &error;
            warn!(order = %id, cause, "an order could not be looked at");
            Outcome::Pending
        });
        match outcome {
            Outcome::Settled => run.settled += 1,
            Outcome::Closed => run.closed += 1,
            Outcome::Passed => run.passed += 1,
            Outcome::Pending => {
                run.pending += 1;
                let later = now.checked_add(LOOK_AGAIN_AFTER).unwrap_or(Timestamp::MAX);
                if let Err(error) = store.look_again(id, later).await {
                    let cause: &dyn std::error::Error = &error;
                    warn!(order = %id, cause, "an order could not be put off");
                }
            }
        }
    }
    Ok(run)
}

async fn look_at(
    store: &dyn Store,
    gateway: &dyn Gateway,
    id: OrderId,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    match store.order(id).await? {
        Some(Order::Opened(opened)) => act_on(store, gateway, opened, None, now).await,
        Some(Order::Approving(approving)) if approving.attempt.until <= now => {
            act_on(store, gateway, approving.opened, Some(approving.attempt), now).await
        }
        Some(Order::Approving(_)) => Ok(Outcome::Pending),
        // A running refund is for whoever asked for it to repeat.
        Some(Order::Quoted(_) | Order::Paid(_) | Order::Closed(_)) | None => Ok(Outcome::Passed),
    }
}

async fn act_on(
    store: &dyn Store,
    gateway: &dyn Gateway,
    opened: Opened,
    attempt: Option<Attempt>,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let id = opened.quote.id;
    let certain = attempt
        .as_ref()
        .map_or(Timestamp::MIN, |attempt| attempt.until.checked_add(DOUBT_GRACE).unwrap_or(Timestamp::MAX));
    let abandoned = now >= opened.abandoned_at() && now >= certain;
    let progress = match opened.tender.clone() {
        Tender::Points => Progress::Pending,
        Tender::Gateway { session, .. } => {
            let Some(snapshot) = look_up(gateway, &opened.quote, &session).await else {
                return Ok(Outcome::Pending);
            };
            match snapshot.progress {
                Progress::Paid(approval) => {
                    return match settle_found(store, opened, session, approval, now).await {
                        Ok(_) => Ok(Outcome::Settled),
                        Err(ApproveError::Store(error)) => Err(error),
                        Err(_) => Ok(Outcome::Pending),
                    };
                }
                progress @ (Progress::Pending
                | Progress::Refunded
                | Progress::Failed
                | Progress::Unrecognised(_)) => progress,
            }
        }
    };
    let reason = match progress {
        Progress::Failed => CloseReason::Failed,
        // Nobody can be at it any more, and a closed order is never asked for.
        Progress::Pending if abandoned => CloseReason::Expired,
        Progress::Pending | Progress::Paid(_) => return Ok(Outcome::Pending),
        Progress::Refunded | Progress::Unrecognised(_) => {
            error!(order = %id, ?progress, "a person must look at this order");
            return Ok(Outcome::Pending);
        }
    };
    Ok(
        match store.close(&opened.close(reason, now), attempt.as_ref().map(|attempt| &attempt.token)).await? {
            Kept::Done => Outcome::Closed,
            Kept::Otherwise(_) | Kept::PointsShort => Outcome::Passed,
        },
    )
}
