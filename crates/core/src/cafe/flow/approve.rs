//! Approving: the customer is back from the gateway; collect, settle, and say the same to whoever asks again.

use jiff::Timestamp;
use tracing::{error, warn};

use super::look_up::look_up_ours;
use crate::cafe::{
    Approving, Begun, CloseReason, Closed, Collected, Kept, NotWhatWasDue, Opened, Order, Paid, Saw, Store,
    StoreError, Tender, Turn,
};
use crate::payment::{
    Behaviour, Collection, Decline, Gateway, GatewayError, Gateways, OrderId, Proof, Session, Snapshot,
    Standing,
};

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
    /// Another sum was collected. The order stays in doubt until that is given back.
    #[error(transparent)]
    Amount(#[from] NotWhatWasDue),
    /// Nobody knows; money may have moved. Repeating it is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Collects an opened payment, at most once. One write, one gateway call and one transaction.
///
/// The intent is written first. When the gateway's answer is anything but a readable yes or "not
/// reached", the payment is looked up, and only what the look-up shows is believed. What it leaves open
/// is written down as a doubt, and the next visit or [`reconcile`](super::reconcile) goes on from there.
///
/// # Errors
/// [`ApproveError`] says for each case what has happened to the money.
pub async fn approve(
    store: &dyn Store,
    gateways: &Gateways,
    id: OrderId,
    proof: Option<&Proof>,
    turn: &Turn,
) -> Result<Paid, ApproveError> {
    let Some(proof) = proof else { return approve_without_proof(store, gateways, id, turn).await };
    begin_and_collect(store, gateways, id, Some(proof), turn).await
}

/// Without proof a visit can only finish what was begun with one, or what needs none: as points cover it, or as its gateway
/// collects by itself and is only looked at.
async fn approve_without_proof(
    store: &dyn Store,
    gateways: &Gateways,
    id: OrderId,
    turn: &Turn,
) -> Result<Paid, ApproveError> {
    let order = store.order(id).await?;
    match &order {
        Some(Order::Opened(Opened { tender: Tender::Gateway { session, .. }, .. })) => {
            if gateways.of(session.provider).behaviour().captures_by_itself() {
                let nothing = Proof(String::new());
                return begin_and_collect(store, gateways, id, Some(&nothing), turn).await;
            }
            Err(ApproveError::NoProof)
        }
        Some(Order::Opened(Opened { tender: Tender::Points, .. }) | Order::Approving(_)) => {
            begin_and_collect(store, gateways, id, None, turn).await
        }
        Some(Order::Quoted(_) | Order::Paid(_) | Order::Closed(_)) | None => seen_before(order),
    }
}

async fn begin_and_collect(
    store: &dyn Store,
    gateways: &Gateways,
    id: OrderId,
    proof: Option<&Proof>,
    turn: &Turn,
) -> Result<Paid, ApproveError> {
    let (approving, before) = match store.begin(id, turn, proof).await? {
        Begun::First(approving) => (approving, Before::Nothing),
        Begun::Again(approving) => (approving, Before::Perhaps),
        Begun::Otherwise(order) => return seen_before(order.map(|order| *order)),
    };
    let Tender::Gateway { session, .. } = approving.opened.tender.clone() else {
        return settle(store, approving.opened, Collected::Points, turn.now).await;
    };
    let gateway = gateways.of(session.provider);
    let gateway = &*gateway;
    if before == Before::Nothing {
        return collect(store, gateway, approving, session, before, turn.now).await;
    }
    // The attempt before this one may have reached the gateway, so look before asking.
    match look_up_ours(gateway, &approving.opened.quote, &session).await {
        Ok(seen) if seen.standing.is_open() => {
            collect(store, gateway, approving, session, before, turn.now).await
        }
        seen => {
            let (behaviour, now) = (&gateway.behaviour(), turn.now);
            believe(store, approving, session, (seen, None), (behaviour, now)).await
        }
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

/// Asks the gateway to collect, in the name of an attempt that has begun.
async fn collect(
    store: &dyn Store,
    gateway: &dyn Gateway,
    mut approving: Approving,
    session: Session,
    before: Before,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    let id = approving.opened.quote.id;
    let Some(proof) = approving.proof.clone() else {
        return doubt(store, &approving, now, ApproveError::Pending).await;
    };
    let quote = &approving.opened.quote;
    let name = approving.attempt.token.0.clone();
    let collection = Collection { name, amount: quote.due, proof: Some(proof) };
    let behaviour = gateway.behaviour();
    let refused = if behaviour.captures_by_itself() {
        // There is nothing to ask for: the payer has paid, as the look-up below shows, or is not ready.
        Some(Decline::NotReady)
    } else {
        match gateway.approve(&quote.payment(&session), &collection).await {
            Ok(seen) => {
                if let Some(approval) = seen.approval().filter(|_| seen.is_ours) {
                    let collected = Collected::Gateway { session, approval };
                    return settle_in_doubt(store, approving, collected, now).await;
                }
                warn!(order = %id, provider = %session.provider, "approved, but not collected as ours");
                None
            }
            Err(error @ GatewayError::Unreached(..)) if before == Before::Nothing => {
                return Err(give_up(store, &approving, ApproveError::Unreached(error)).await);
            }
            Err(GatewayError::Unreached(..)) => {
                return doubt(store, &approving, now, ApproveError::Pending).await;
            }
            Err(GatewayError::Declined { provider, decline, refusal }) => {
                warn!(order = %id, %provider, code = refusal.code, "approve declined");
                Some(decline)
            }
            Err(GatewayError::Unknown(provider, cause)) => {
                warn!(order = %id, %provider, cause, "approve left in doubt");
                None
            }
        }
    };
    let refused = match (refused, before) {
        (Some(decline), Before::Nothing) => Some(decline),
        // This attempt's refusal says nothing about an earlier one, which may be what stands in its way.
        // But nobody shall ask for the same again, unless it may work later.
        (Some(Decline::Busy | Decline::Later) | None, _) => None,
        (Some(_), Before::Perhaps) => {
            approving.proof = None;
            None
        }
    };
    let seen = look_up_ours(gateway, &approving.opened.quote, &session).await;
    believe(store, approving, session, (seen, refused), (&behaviour, now)).await
}

/// Acts on what a look-up showed. `refused` is the gateway's no to the only attempt there was; without
/// it the payment stays in doubt where the gateway still waits, as a collection may be on its way.
async fn believe(
    store: &dyn Store,
    approving: Approving,
    session: Session,
    (seen, refused): (Result<Snapshot, Saw>, Option<Decline>),
    (behaviour, now): (&Behaviour, Timestamp),
) -> Result<Paid, ApproveError> {
    let Ok(seen) = seen else { return doubt(store, &approving, now, ApproveError::Pending).await };
    if let Some(approval) = seen.approval() {
        return settle_in_doubt(store, approving, Collected::Gateway { session, approval }, now).await;
    }
    match (seen.standing, refused) {
        (Standing::Failed, Some(_)) => {
            Err(end(store, approving, CloseReason::Failed, (behaviour, now)).await?)
        }
        (Standing::Collectable | Standing::Awaited, Some(Decline::Expired)) => {
            Err(end(store, approving, CloseReason::Expired, (behaviour, now)).await?)
        }
        (Standing::Collectable | Standing::Awaited, Some(decline)) => {
            // One that captures by itself may have done so since it was looked at, so nobody is told that it has not.
            let may_have = behaviour.captures_by_itself();
            let say = if may_have { ApproveError::Pending } else { ApproveError::Declined(decline) };
            Err(give_up(store, &approving, say).await)
        }
        // One look proves no failure: another, after the gateway's own time, is reconcile's.
        (Standing::Collectable | Standing::Awaited | Standing::Failed, None)
        | (Standing::Paid | Standing::Cancelled | Standing::Unrecognised(_), _) => {
            doubt(store, &approving, now, ApproveError::Pending).await
        }
    }
}

/// Says `say`, and lets whoever comes next look without waiting for this attempt's time to run out.
async fn doubt(
    store: &dyn Store,
    approving: &Approving,
    now: Timestamp,
    say: ApproveError,
) -> Result<Paid, ApproveError> {
    if let Err(error) = store.leave_in_doubt(approving, now).await {
        let cause: &dyn std::error::Error = &error;
        warn!(order = %approving.opened.quote.id, cause, "a doubt could not be written down; the attempt runs out by itself");
    }
    Err(say)
}

/// As [`settle`]; where what was collected is not what was due, that is written down as a doubt.
async fn settle_in_doubt(
    store: &dyn Store,
    approving: Approving,
    collected: Collected,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    match settle(store, approving.opened.clone(), collected, now).await {
        Err(mismatch @ ApproveError::Amount(_)) => doubt(store, &approving, now, mismatch).await,
        settled => settled,
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

async fn end(
    store: &dyn Store,
    approving: Approving,
    reason: CloseReason,
    (behaviour, now): (&Behaviour, Timestamp),
) -> Result<ApproveError, ApproveError> {
    let closed = approving.opened.end(reason, now, behaviour);
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
    collected: Collected,
    now: Timestamp,
) -> Result<Paid, ApproveError> {
    settle(store, opened, collected, now).await
}

/// Finishes what a payer agreed to and did not come back for: the attempt before is over, a look-up
/// shows that nothing was collected, and the proof was kept.
pub(super) async fn collect_again(
    store: &dyn Store,
    gateways: &Gateways,
    id: OrderId,
    turn: &Turn,
) -> Result<Paid, ApproveError> {
    match store.begin(id, turn, None).await? {
        Begun::Again(approving) | Begun::First(approving) => match approving.opened.tender.clone() {
            Tender::Points => settle(store, approving.opened, Collected::Points, turn.now).await,
            Tender::Gateway { session, .. } => {
                let gateway = gateways.of(session.provider);
                collect(store, &*gateway, approving, session, Before::Perhaps, turn.now).await
            }
        },
        Begun::Otherwise(order) => seen_before(order.map(|order| *order)),
    }
}
