//! Approving: the customer is back from the gateway; collect, settle, and say the same to whoever asks again.

use jiff::Timestamp;
use tracing::{error, warn};

use super::look_up::look_up;
use crate::cafe::{
    Approving, Attempt, Begun, CloseReason, Closed, Collected, Kept, NotWhatWasDue, Opened, Order, Paid,
    Store, StoreError, Tender,
};
use crate::payment::{Approval, Decline, Gateway, GatewayError, OrderId, Progress, Proof, Session};

/// Why there is no paid order to show.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// There is no such order, or nobody has opened its payment.
    #[error("there is no payment of that order under way")]
    NoSuchPayment,
    /// The link lacks what the gateway appends to it. Nothing has moved.
    #[error("the link does not carry the gateway's proof")]
    NoProof,
    /// It ended without payment. Nothing was collected.
    #[error("the payment was closed before ({:?})", .0.reason)]
    Closed(Box<Closed>),
    /// The gateway said no, and a look-up agrees. Nothing was collected, and it can be tried again.
    #[error("the gateway did not collect it ({0:?})")]
    Declined(Decline),
    /// The gateway was not reached. Nothing was collected, and it can be tried again.
    #[error("the gateway was not reached")]
    Unreached(#[source] GatewayError),
    /// Nobody knows yet: money may have moved. The page asks again by itself.
    #[error("nobody knows yet whether it was collected")]
    Pending,
    /// Another sum was collected. The order stays in doubt.
    #[error(transparent)]
    Amount(#[from] NotWhatWasDue),
    /// Nobody knows; money may have moved. Repeating it is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Collects an opened payment, at most once. One write, one gateway call and one transaction.
///
/// The intent is written first. When the gateway's answer is anything but a readable yes or "not
/// reached", the payment is looked up, and only what the look-up shows is believed.
///
/// # Errors
/// [`ApproveError`] says for each case what has happened to the money.
pub async fn approve(
    store: &dyn Store,
    gateway: &dyn Gateway,
    id: OrderId,
    proof: Option<&Proof>,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    let Some(proof) = proof else { return approve_without_proof(store, id, attempt, now).await };
    match store.begin(id, attempt, now).await? {
        Begun::First(approving) => match approving.opened.tender.clone() {
            Tender::Points => settle(store, approving.opened, Collected::Points, now).await,
            Tender::Gateway { session, .. } => {
                collect(store, gateway, approving, session, proof, Before::Nothing, now).await
            }
        },
        Begun::Again(approving) => match approving.opened.tender.clone() {
            Tender::Points => settle(store, approving.opened, Collected::Points, now).await,
            // The attempt before this one may have reached the gateway, so look before asking.
            Tender::Gateway { session, .. } => match seen(gateway, &approving, &session).await? {
                Progress::Pending => {
                    collect(store, gateway, approving, session, proof, Before::Perhaps, now).await
                }
                seen @ (Progress::Paid(_)
                | Progress::Refunded
                | Progress::Failed
                | Progress::Unrecognised(_)) => believe(store, approving, session, seen, None, now).await,
            },
        },
        Begun::Otherwise(order) => seen_before(order.map(|order| *order)),
    }
}

/// A visit without proof changes nothing, unless points cover all of it and no proof is due.
async fn approve_without_proof(
    store: &dyn Store,
    id: OrderId,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    let order = store.order(id).await?;
    let opened = match &order {
        Some(Order::Opened(opened)) => opened,
        Some(Order::Approving(approving)) => &approving.opened,
        Some(Order::Quoted(_) | Order::Paid(_) | Order::Closed(_)) | None => return seen_before(order),
    };
    match opened.tender {
        Tender::Gateway { .. } if matches!(order, Some(Order::Approving(_))) => Err(ApproveError::Pending),
        Tender::Gateway { .. } => Err(ApproveError::NoProof),
        Tender::Points => match store.begin(id, attempt, now).await? {
            Begun::First(approving) | Begun::Again(approving) => {
                settle(store, approving.opened, Collected::Points, now).await
            }
            Begun::Otherwise(order) => seen_before(order.map(|order| *order)),
        },
    }
}

/// What to say of an order that this visit does not collect.
fn seen_before(order: Option<Order>) -> Result<Paid, ApproveError> {
    match order {
        Some(Order::Paid(paid)) => Ok(paid),
        Some(Order::Closed(closed)) => Err(ApproveError::Closed(Box::new(closed))),
        Some(Order::Opened(_) | Order::Approving(_)) => Err(ApproveError::Pending),
        Some(Order::Quoted(_)) | None => Err(ApproveError::NoSuchPayment),
    }
}

/// Whether an earlier attempt may have asked the gateway, so that what it asked for may still come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Perhaps,
}

async fn collect(
    store: &dyn Store,
    gateway: &dyn Gateway,
    approving: Approving,
    session: Session,
    proof: &Proof,
    before: Before,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    let id = approving.opened.quote.id;
    let refused = match gateway.approve(&approving.opened.quote.charge(), &session, proof).await {
        Ok(approval) => {
            return settle(store, approving.opened, Collected::Gateway { session, approval }, now).await;
        }
        Err(error @ GatewayError::Unreached(..)) if before == Before::Nothing => {
            return Err(give_up(store, &approving, ApproveError::Unreached(error)).await);
        }
        Err(GatewayError::Unreached(..)) => return Err(ApproveError::Pending),
        Err(GatewayError::Declined { provider, code, decline }) => {
            warn!(order = %id, %provider, code, "approve declined");
            Some(ApproveError::Declined(decline))
        }
        Err(GatewayError::Unknown(provider, cause)) => {
            warn!(order = %id, %provider, cause, "approve left in doubt");
            None
        }
    };
    // This attempt's refusal says nothing about an earlier one, which may be what stands in its way.
    let refused = refused.filter(|_| before == Before::Nothing);
    let seen = seen(gateway, &approving, &session).await?;
    believe(store, approving, session, seen, refused, now).await
}

async fn seen(
    gateway: &dyn Gateway,
    approving: &Approving,
    session: &Session,
) -> Result<Progress, ApproveError> {
    let snapshot = look_up(gateway, &approving.opened.quote, session).await;
    snapshot.map(|snapshot| snapshot.progress).ok_or(ApproveError::Pending)
}

/// Acts on what a look-up showed. `refused` is what to say when the gateway still waits for the
/// payer; without it the payment stays in doubt then, as a collection may be on its way.
async fn believe(
    store: &dyn Store,
    approving: Approving,
    session: Session,
    seen: Progress,
    refused: Option<ApproveError>,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    let id = approving.opened.quote.id;
    match (seen, refused) {
        (Progress::Paid(approval), _) => {
            settle(store, approving.opened, Collected::Gateway { session, approval }, now).await
        }
        (Progress::Failed, _) => Err(close(store, approving, CloseReason::Failed, now).await?),
        (Progress::Pending, Some(ApproveError::Declined(Decline::Expired))) => {
            Err(close(store, approving, CloseReason::Expired, now).await?)
        }
        (Progress::Pending, Some(refused)) => Err(give_up(store, &approving, refused).await),
        (Progress::Pending, None) => Err(ApproveError::Pending),
        (seen @ (Progress::Refunded | Progress::Unrecognised(_)), _) => {
            error!(order = %id, ?seen, "a person must look at this order");
            Err(ApproveError::Pending)
        }
    }
}

/// Marks the order paid and moves its points; whoever was first, the result is the same.
async fn settle(
    store: &dyn Store,
    opened: Opened,
    collected: Collected,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    let id = opened.quote.id;
    let paid = opened.settle(collected, now).inspect_err(|mismatch| {
        error!(order = %id, due = mismatch.due.get(), collected = mismatch.collected.get(), "another sum was collected");
    })?;
    match store.settle(&paid).await? {
        Kept::Done => Ok(paid),
        Kept::Otherwise(Some(order)) => match *order {
            Order::Paid(paid) => Ok(paid),
            order @ (Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_)) => {
                error!(order = %id, stands = order.stage(), "collected, but it could not be settled");
                Err(ApproveError::Pending)
            }
        },
        Kept::Otherwise(None) | Kept::PointsShort => {
            error!(order = %id, "collected, but it could not be settled");
            Err(ApproveError::Pending)
        }
    }
}

async fn close(
    store: &dyn Store,
    approving: Approving,
    reason: CloseReason,
    now: Timestamp,
) -> Result<ApproveError, ApproveError> {
    let closed = approving.opened.close(reason, now);
    match store.close(&closed, Some(&approving.attempt.token)).await? {
        Kept::Done => Ok(ApproveError::Closed(Box::new(closed))),
        Kept::Otherwise(_) | Kept::PointsShort => Ok(ApproveError::Pending),
    }
}

/// Lets the customer try again, and gives what to say. That nothing was collected is said only where
/// nobody else can have collected it meanwhile.
async fn give_up(store: &dyn Store, approving: &Approving, say: ApproveError) -> ApproveError {
    match store.give_up(approving).await {
        Ok(true) => say,
        Ok(false) => ApproveError::Pending,
        Err(error) => {
            let cause: &dyn std::error::Error = &error;
            warn!(order = %approving.opened.quote.id, cause, "an attempt could not be given up; it runs out by itself");
            ApproveError::Pending
        }
    }
}

/// Settles an order that a look-up found paid; for the flows that look on their own.
pub(super) async fn settle_found(
    store: &dyn Store,
    opened: Opened,
    session: Session,
    approval: Approval,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    settle(store, opened, Collected::Gateway { session, approval }, now).await
}
