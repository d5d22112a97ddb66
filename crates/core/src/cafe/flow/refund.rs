//! Refunding: recorded before the gateway is asked, guarded against going out twice, safe to repeat by its id.

use jiff::Timestamp;
use tracing::{error, warn};

use super::look_up::look_up;
use crate::cafe::{
    Collected, Kept, Order, Paid, Points, RefundId, RefundRefused, Refunding, Store, StoreError, Turn,
};
use crate::payment::{Gateway, GatewayError, Gateways, OrderId, Session, Standing, Won};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Of which order.
    pub order: OrderId,
    /// The request's own name: the same name is the same refund, however often it is sent.
    pub id: RefundId,
    /// How much; all that is left where nothing is said.
    pub amount: Option<Won>,
    /// Why, in the owner's words.
    pub reason: String,
}

/// Why there is no refund to show.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// There is no such order.
    #[error("there is no such order")]
    NoSuchOrder,
    /// The order has not been paid, so there is nothing to give back.
    #[error("the order has not been paid")]
    NotPaid,
    /// It cannot be given back. Nothing has moved.
    #[error(transparent)]
    Refused(#[from] RefundRefused),
    /// The gateway did not return the money. Nothing has moved.
    #[error("the gateway did not return the money")]
    Gateway(#[source] GatewayError),
    /// Somebody has returned money at the gateway by hand. That is written down now with its points; this
    /// refund was not made.
    #[error(
        "money of this order was returned at the gateway by hand, which is written down now; {left} can still be refunded"
    )]
    ReturnedByHand {
        /// What can still be given back.
        left: Won,
    },
    /// Nobody knows yet whether the money went back. Sending the same request again finds out, and
    /// so does the schedule.
    #[error("nobody knows yet whether the money went back; send the same request again in a minute")]
    Pending,
    /// Nobody knows; sending the same request again is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives back money, and the points that came with it in proportion.
///
/// One run of a refund at a time: each carries a name and a time until which it can be alive, and only
/// after that another takes over, as whoever repeats the request or [`reconcile`](super::reconcile) does.
///
/// # Errors
/// [`RefundError`] says for each case what has happened to the money.
pub async fn refund(
    store: &dyn Store,
    gateways: &Gateways,
    request: RefundRequest,
    turn: &Turn,
) -> Result<Paid, RefundError> {
    let mut paid = match store.order(request.order).await? {
        None => return Err(RefundError::NoSuchOrder),
        Some(Order::Paid(paid)) => paid,
        Some(Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_)) => {
            return Err(RefundError::NotPaid);
        }
    };
    if paid.refund_of(&request.id).is_some() {
        return Ok(paid);
    }
    let refunding = paid.refund(request.id, request.amount, request.reason, turn)?;
    if paid.refunding.is_some() {
        return resume(store, gateways, paid, turn).await;
    }
    paid.refunding = Some(refunding.clone());
    match store.begin_refund(&paid).await? {
        Kept::Done => run(store, gateways, paid, refunding, Run::First, turn.now).await,
        Kept::Otherwise(_) | Kept::PointsShort => Err(RefundError::Pending),
    }
}

/// Goes on with a refund whose last run is over.
pub(super) async fn resume(
    store: &dyn Store,
    gateways: &Gateways,
    mut paid: Paid,
    turn: &Turn,
) -> Result<Paid, RefundError> {
    let Some(running) = paid.refunding.clone().filter(|running| running.run.until <= turn.now) else {
        return Err(RefundError::Pending);
    };
    let refunding = Refunding { run: turn.attempt.clone(), ..running };
    paid.refunding = Some(refunding.clone());
    match store.resume_refund(&paid, turn.now).await? {
        Kept::Done => run(store, gateways, paid, refunding, Run::Another, turn.now).await,
        Kept::Otherwise(_) | Kept::PointsShort => Err(RefundError::Pending),
    }
}

/// Whether an earlier run of the same refund may have reached the gateway.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    First,
    Another,
}

/// What a look-up shows of a refund.
enum Seen {
    /// Only what was given back before it.
    NotYet,
    /// It as well.
    Done,
    /// Another sum in all: somebody gave something back by hand.
    Otherwise(Won),
}

/// What became of a refund at the gateway.
enum Returned {
    /// The money is back, as asked.
    AsAsked,
    /// The gateway was left with this in all, which the running refund does not explain.
    InAll(Won),
}

/// One run of a refund, in whose name it stands on the order.
async fn run(
    store: &dyn Store,
    gateways: &Gateways,
    paid: Paid,
    refunding: Refunding,
    run: Run,
    now: Timestamp,
) -> Result<Paid, RefundError> {
    let running = refunding.id.clone();
    let Collected::Gateway { session, .. } = paid.collected.clone() else {
        return settle(store, paid, refunding, &running, now).await;
    };
    let gateway = gateways.of(session.provider);
    match give_back(store, &*gateway, &paid, &refunding, &session, (run, now)).await? {
        Returned::AsAsked => settle(store, paid, refunding, &running, now).await,
        Returned::InAll(cancelled) => {
            let mut found = paid.as_the_gateway_says(&refunding, cancelled).ok_or(RefundError::Pending)?;
            if run == Run::Another {
                // What an earlier run did and what was done by hand cannot be told apart, so the refund
                // ends with both.
                return settle(store, paid, found, &running, now).await;
            }
            // The gateway has refused this one, so all of it was done by hand, and this one was not made.
            found.id = RefundId::by_hand(cancelled);
            BY_HAND.clone_into(&mut found.reason);
            let paid = settle(store, paid, found, &running, now).await?;
            Err(RefundError::ReturnedByHand { left: paid.refundable() })
        }
    }
}

/// The reason that stands with a refund which a person made at the gateway.
const BY_HAND: &str = "returned at the gateway";

/// Returns once the gateway has given the money back; asks it only when it has not yet.
async fn give_back(
    store: &dyn Store,
    gateway: &dyn Gateway,
    paid: &Paid,
    refunding: &Refunding,
    session: &Session,
    (run, now): (Run, Timestamp),
) -> Result<Returned, RefundError> {
    // After that no request of an earlier run is on its way any more.
    let earlier_is_over = gateway.behaviour().has_lost_refund(refunding.asked_at, now);
    // An earlier run of this refund may have reached the gateway, so look before asking.
    if run == Run::Another {
        match seen(gateway, paid, refunding, session).await? {
            Seen::Done => return Ok(Returned::AsAsked),
            Seen::NotYet => {}
            Seen::Otherwise(cancelled) if earlier_is_over => return Ok(Returned::InAll(cancelled)),
            Seen::Otherwise(_) => return Err(RefundError::Pending),
        }
    }
    let Some(cancellation) = paid.cancellation(refunding) else {
        error!(order = %paid.quote.id, "a refund of nothing, or of more than is left, is on its way");
        return Err(RefundError::Pending);
    };
    let Err(error) = gateway.cancel(&paid.quote.payment(session), &cancellation).await else {
        return Ok(Returned::AsAsked);
    };
    warn!(order = %paid.quote.id, cause = &error as &dyn std::error::Error, "cancel did not succeed");
    if !matches!(error, GatewayError::Unreached(..)) {
        match seen(gateway, paid, refunding, session).await? {
            Seen::Done => return Ok(Returned::AsAsked),
            // Not yet is not never: the request may still be on its way.
            Seen::NotYet | Seen::Otherwise(_) if matches!(error, GatewayError::Unknown(..)) => {
                return Err(RefundError::Pending);
            }
            Seen::Otherwise(cancelled) if run == Run::First => return Ok(Returned::InAll(cancelled)),
            Seen::NotYet | Seen::Otherwise(_) => {}
        }
    }
    // Nor does this run's refusal say that an earlier run's request is not.
    if run == Run::Another && !earlier_is_over {
        return Err(RefundError::Pending);
    }
    store.give_up_refund(paid).await?;
    Err(RefundError::Gateway(error))
}

async fn seen(
    gateway: &dyn Gateway,
    paid: &Paid,
    refunding: &Refunding,
    session: &Session,
) -> Result<Seen, RefundError> {
    let snapshot = look_up(gateway, &paid.quote, session).await.map_err(|_| RefundError::Pending)?;
    let cancelled = match snapshot.standing {
        Standing::Paid | Standing::Cancelled if snapshot.is_ours => snapshot.returned(),
        Standing::Paid
        | Standing::Cancelled
        | Standing::Collectable
        | Standing::Awaited
        | Standing::Failed
        | Standing::Unrecognised(_) => return Err(RefundError::Pending),
    };
    Ok(match (paid.refunded(), paid.refunded().checked_add(refunding.amount)) {
        (before, _) if cancelled == before => Seen::NotYet,
        (_, Some(after)) if cancelled == after => Seen::Done,
        _ => {
            error!(order = %paid.quote.id, cancelled = cancelled.get(), "the gateway gave back another sum than we did");
            Seen::Otherwise(cancelled)
        }
    })
}

/// How often the member's balance may change under our hands before we say so.
const TRIES: u32 = 5;

async fn settle(
    store: &dyn Store,
    begun: Paid,
    refunding: Refunding,
    running: &RefundId,
    now: Timestamp,
) -> Result<Paid, RefundError> {
    for _ in 0..TRIES {
        let balance = match &begun.quote.member {
            Some(member) if !refunding.reverses.is_zero() => {
                store.balance(member, begun.quote.id.made_at()).await?
            }
            Some(_) | None => Points::ZERO,
        };
        let paid = begun.clone().refunded_with(refunding.clone(), balance, now);
        match store.settle_refund(&paid, running).await? {
            Kept::Done => return Ok(paid),
            // The balance fell since it was read: read it again.
            Kept::PointsShort => {}
            Kept::Otherwise(Some(order)) => match *order {
                Order::Paid(paid) if paid.refund_of(&refunding.id).is_some() => return Ok(paid),
                Order::Quoted(_)
                | Order::Opened(_)
                | Order::Approving(_)
                | Order::Paid(_)
                | Order::Closed(_) => {
                    return Err(RefundError::Pending);
                }
            },
            Kept::Otherwise(None) => return Err(RefundError::Pending),
        }
    }
    Err(RefundError::Pending)
}
