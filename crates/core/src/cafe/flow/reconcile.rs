//! Reconciling: what stayed open or in doubt is looked up at the gateway, and settled, closed or given back.

use futures_util::future::join_all;
use jiff::Timestamp;
use tracing::{error, warn};

use super::ApproveError;
use super::approve::{collect_again, settle_found};
use super::look_up::look_up;
use super::refund::{RefundError, resume};
use crate::cafe::{
    Approving, Capture, Closed, Collected, Kept, Late, LateVerdict, Looks, Opened, Order, Paid, SEARCH_FOR,
    Saw, Store, StoreError, Tender, Turn, Verdict, Watch, Watched, look_again_at, of_closed, of_open,
    of_points,
};
use crate::payment::{Gateways, OrderId, Session, Snapshot};

/// How many orders are looked at together: a slow gateway is waited for once, not once an order.
const TOGETHER: usize = 8;

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Orders that turned out to be paid, or were paid now, and are settled.
    pub settled: u32,
    /// Orders that were not paid, and whose points are released now.
    pub closed: u32,
    /// Closed orders whose late or wrong payment was given back now.
    pub returned: u32,
    /// Refunds left running that are made now, or turned out to be.
    pub refunded: u32,
    /// Orders nobody knows about yet; they will be looked at again.
    pub pending: u32,
    /// Orders that nobody could tell about for too long: a person must look at them.
    pub in_review: u32,
    /// Orders that somebody else takes care of, or about which there is nothing left to do.
    pub passed: u32,
}

/// What became of one order that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is paid.
    Settled,
    /// It is over without payment.
    Closed,
    /// What was collected for it against its will has gone back.
    Returned,
    /// Its refund is made.
    Refunded,
    /// Nobody knows yet.
    Pending,
    /// A person must look at it.
    InReview,
    /// There was nothing to do, or somebody else does it.
    Passed,
}

/// Gives the time, and a name for the step that is taken then.
pub type Turns<'a> = &'a (dyn Fn() -> Turn + Sync);

/// Looks at no more than `most` orders that are due. Overlapping runs do no harm.
///
/// # Errors
/// [`StoreError`] when the orders could not be listed; nothing has changed. A single order that makes
/// trouble is left for the next run, and never keeps the others from being looked at.
pub async fn reconcile(
    store: &dyn Store,
    gateways: &Gateways,
    most: u32,
    turns: Turns<'_>,
) -> Result<Reconciled, StoreError> {
    let mut run = Reconciled::default();
    for some in store.due(turns().now, most).await?.chunks(TOGETHER) {
        let looks = some.iter().map(async |id| {
            look_at_due(store, gateways, *id, turns).await.unwrap_or_else(|error| {
                let cause: &dyn std::error::Error = &error;
                warn!(order = %id, cause, "an order could not be looked at");
                Outcome::Pending
            })
        });
        for outcome in join_all(looks).await {
            *run.count_of(outcome) += 1;
        }
    }
    Ok(run)
}

impl Reconciled {
    fn count_of(&mut self, outcome: Outcome) -> &mut u32 {
        match outcome {
            Outcome::Settled => &mut self.settled,
            Outcome::Closed => &mut self.closed,
            Outcome::Returned => &mut self.returned,
            Outcome::Refunded => &mut self.refunded,
            Outcome::Pending => &mut self.pending,
            Outcome::InReview => &mut self.in_review,
            Outcome::Passed => &mut self.passed,
        }
    }
}

/// An order that the index says is due, which may be old news.
async fn look_at_due(
    store: &dyn Store,
    gateways: &Gateways,
    id: OrderId,
    turns: Turns<'_>,
) -> Result<Outcome, StoreError> {
    match store.watched(id).await? {
        Some(watched) if matches!(watched.watch, Some(Watch::From(_))) => {
            look_at_watched(store, gateways, watched, turns).await
        }
        Some(_) | None => Ok(Outcome::Passed),
    }
}

/// Looks at one order now, whether it is due, in review or neither, and does what follows. Safe to repeat.
///
/// # Errors
/// [`StoreError`]: what was found out may not be written down; looking again is safe.
pub async fn look_at(
    store: &dyn Store,
    gateways: &Gateways,
    id: OrderId,
    turns: Turns<'_>,
) -> Result<Outcome, StoreError> {
    match store.watched(id).await? {
        Some(watched) => look_at_watched(store, gateways, watched, turns).await,
        None => Ok(Outcome::Passed),
    }
}

async fn look_at_watched(
    store: &dyn Store,
    gateways: &Gateways,
    watched: Watched,
    turns: Turns<'_>,
) -> Result<Outcome, StoreError> {
    let turn = turns();
    let looks = watched.looks.clone();
    match watched.order.clone() {
        Order::Opened(opened) => look_at_open(store, gateways, watched, (&opened, None), &turn).await,
        Order::Approving(approving) if approving.attempt.until <= turn.now => {
            look_at_open(store, gateways, watched, (&approving.opened, Some(&approving)), &turn).await
        }
        Order::Closed(closed) => match closed.late.clone() {
            Some(Late { session, capture: capture @ (Capture::Possible | Capture::Returning) }) => {
                look_at_closed(store, gateways, watched, (closed, &session, capture), &turn).await
            }
            Some(Late { capture: Capture::Returned(_), .. }) | None => Ok(Outcome::Passed),
        },
        Order::Paid(paid) if paid.refunding.as_ref().is_some_and(|running| running.run.until <= turn.now) => {
            look_at_refund(store, gateways, (paid, looks), turns).await
        }
        // Somebody is at it, or nothing more can come of it.
        Order::Quoted(_) | Order::Approving(_) | Order::Paid(_) => Ok(Outcome::Passed),
    }
}

/// An order that is open, or whose last attempt at collecting is over.
async fn look_at_open(
    store: &dyn Store,
    gateways: &Gateways,
    watched: Watched,
    (opened, approving): (&Opened, Option<&Approving>),
    turn: &Turn,
) -> Result<Outcome, StoreError> {
    let id = opened.quote.id;
    let (verdict, seen, session) = match &opened.tender {
        Tender::Points => (of_points(opened, approving, turn.now), None, None),
        Tender::Gateway { session, .. } => {
            let gateway = gateways.of(session.provider);
            let seen = look_up(&*gateway, &opened.quote, session).await;
            let (looks, behaviour) = (&watched.looks, &gateway.behaviour());
            let verdict = of_open(opened, approving, looks, seen.as_ref().ok(), (behaviour, turn.now));
            (verdict, Some(seen), Some(session.clone()))
        }
    };
    let collected = match (verdict, session) {
        (Verdict::Settle(approval), Some(session)) => Collected::Gateway { session, approval },
        (Verdict::Settle(_) | Verdict::SettleWithPoints, _) => Collected::Points,
        (Verdict::Collect(_), _) => return after_collecting(collect_again(store, gateways, id, turn).await),
        (Verdict::Close(closed), _) => {
            let token = approving.map(|approving| &approving.attempt.token);
            return close(store, gateways, *closed, token, turn).await;
        }
        (verdict @ (Verdict::Wait | Verdict::Review), _) => {
            let ask = verdict == Verdict::Review;
            return put_off(store, watched, seen, ask, opened.opened_at, turn.now).await;
        }
    };
    match settle_found(store, opened.clone(), collected, turn.now).await {
        Ok(_) => Ok(Outcome::Settled),
        Err(ApproveError::Store(error)) => Err(error),
        Err(_) => Ok(Outcome::Pending),
    }
}

/// What collecting came to; where it is left in doubt, it has said itself when to look again.
fn after_collecting(collected: Result<Paid, ApproveError>) -> Result<Outcome, StoreError> {
    match collected {
        Ok(_) => Ok(Outcome::Settled),
        Err(ApproveError::Closed(_)) => Ok(Outcome::Closed),
        Err(ApproveError::Store(error)) => Err(error),
        Err(
            ApproveError::NoSuchPayment
            | ApproveError::NoProof
            | ApproveError::Declined(_)
            | ApproveError::Unreached(_)
            | ApproveError::Pending
            | ApproveError::Amount(_),
        ) => Ok(Outcome::Pending),
    }
}

/// Closes an order; what was collected for it and must not be kept goes back at once.
async fn close(
    store: &dyn Store,
    gateways: &Gateways,
    closed: Closed,
    attempt: Option<&crate::cafe::AttemptToken>,
    turn: &Turn,
) -> Result<Outcome, StoreError> {
    match store.close(&closed, attempt).await? {
        Kept::Done => {}
        Kept::Otherwise(_) | Kept::PointsShort => return Ok(Outcome::Passed),
    }
    match closed.late.clone() {
        Some(Late { session, capture: Capture::Returning }) => {
            error!(order = %closed.quote.id, "what was collected is not what was agreed; it is given back");
            let watched =
                Watched { order: Order::Closed(closed.clone()), looks: Looks::default(), watch: None };
            look_at_closed(store, gateways, watched, (closed, &session, Capture::Returning), turn).await
        }
        Some(_) | None => Ok(Outcome::Closed),
    }
}

/// A closed order for which something may still be captured, or was.
async fn look_at_closed(
    store: &dyn Store,
    gateways: &Gateways,
    watched: Watched,
    (mut closed, session, capture): (Closed, &Session, Capture),
    turn: &Turn,
) -> Result<Outcome, StoreError> {
    let since = closed.closed_at;
    let gateway = gateways.of(session.provider);
    let (gateway, behaviour) = (&*gateway, &gateway.behaviour());
    let follow = |capture: Capture| Some(Late { session: session.clone(), capture });
    let mut seen = look_up(gateway, &closed.quote, session).await;
    let mut verdict = of_closed(&closed, capture, &watched.looks, seen.as_ref().ok(), (behaviour, turn.now));
    if let LateVerdict::GiveBack(cancellation) = verdict {
        if capture == Capture::Possible {
            error!(order = %closed.quote.id, "collected after the order was closed; it is given back");
            closed.late = follow(Capture::Returning);
            if store.follow_up(&closed).await? != Kept::Done {
                return Ok(Outcome::Passed);
            }
        }
        if let Err(error) = gateway.cancel(&closed.quote.payment(session), &cancellation).await {
            let cause: &dyn std::error::Error = &error;
            warn!(order = %closed.quote.id, cause, "a late payment could not be given back yet");
        }
        // Whatever it answered: only what the payment shows now is believed.
        seen = look_up(gateway, &closed.quote, session).await;
        verdict =
            of_closed(&closed, Capture::Returning, &watched.looks, seen.as_ref().ok(), (behaviour, turn.now));
    }
    let outcome = match verdict {
        LateVerdict::Returned(sum) => {
            closed.late = follow(Capture::Returned(sum));
            Outcome::Returned
        }
        LateVerdict::Nothing => {
            closed.late = None;
            Outcome::Closed
        }
        LateVerdict::GiveBack(_) | LateVerdict::Wait => {
            let watched = Watched { order: Order::Closed(closed), ..watched };
            let long = turn.now.duration_since(since) >= SEARCH_FOR;
            return put_off(store, watched, Some(seen), long, since, turn.now).await;
        }
        LateVerdict::Review => return put_off(store, watched, Some(seen), true, since, turn.now).await,
    };
    match store.follow_up(&closed).await? {
        Kept::Done => Ok(outcome),
        Kept::Otherwise(_) | Kept::PointsShort => Ok(Outcome::Passed),
    }
}

/// A paid order with a refund whose last run is over.
async fn look_at_refund(
    store: &dyn Store,
    gateways: &Gateways,
    (paid, looks): (Paid, Looks),
    turns: Turns<'_>,
) -> Result<Outcome, StoreError> {
    let id = paid.quote.id;
    let since = paid.refunding.as_ref().map_or(paid.paid_at, |running| running.asked_at);
    match resume(store, gateways, paid, &turns()).await {
        Ok(_) => Ok(Outcome::Refunded),
        Err(RefundError::Store(error)) => Err(error),
        Err(RefundError::Pending) => {
            let now = turns().now;
            let Some(watched) = store.watched(id).await? else { return Ok(Outcome::Passed) };
            let ask = now.duration_since(since) >= SEARCH_FOR;
            put_off(store, Watched { looks, ..watched }, None, ask, since, now).await
        }
        // It was given up: nothing has gone back, and whoever asked for it may ask again.
        Err(
            RefundError::Gateway(_)
            | RefundError::NoSuchOrder
            | RefundError::NotPaid
            | RefundError::Refused(_)
            | RefundError::ReturnedByHand { .. },
        ) => Ok(Outcome::Passed),
    }
}

/// Writes down what was seen, and when to look again or that a person must.
async fn put_off(
    store: &dyn Store,
    watched: Watched,
    seen: Option<Result<Snapshot, Saw>>,
    ask_a_person: bool,
    since: Timestamp,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let saw = seen.map(|seen| seen.as_ref().map_or_else(Clone::clone, Saw::from));
    let looks = match saw {
        Some(saw) => watched.looks.and(saw, now),
        None => watched.looks,
    };
    let (watch, outcome) = if ask_a_person {
        error!(order = %watched.order.id(), stage = watched.order.stage(), "a person must look at this order");
        (Watch::Review(now), Outcome::InReview)
    } else {
        (Watch::From(look_again_at(since, now)), Outcome::Pending)
    };
    store.keep_watching(&Watched { order: watched.order, looks, watch: Some(watch) }).await?;
    Ok(outcome)
}
