//! Refunding: recorded before the gateway is asked, guarded against going out twice, safe to repeat by its id.

use jiff::{SignedDuration, Timestamp};
use tracing::{error, warn};

use super::look_up::look_up;
use crate::cafe::{
    Collected, Kept, Order, Paid, Points, RefundId, RefundRefused, Refunding, Store, StoreError,
};
use crate::payment::{Gateway, GatewayError, OrderId, Progress, Session, Won};

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
    /// Nobody knows yet whether the money went back. Sending the same request again finds out.
    #[error("nobody knows yet whether the money went back; send the same request again in a minute")]
    Pending,
    /// Nobody knows; sending the same request again is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives back money, and the points that came with it in proportion.
///
/// # Errors
/// [`RefundError`] says for each case what has happened to the money.
pub async fn refund(
    store: &dyn Store,
    gateway: &dyn Gateway,
    request: RefundRequest,
    now: Timestamp,
) -> Result<Paid, RefundError> {
    let paid = match store.order(request.order).await? {
        None => return Err(RefundError::NoSuchOrder),
        Some(Order::Paid(paid)) => paid,
        Some(Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_)) => {
            return Err(RefundError::NotPaid);
        }
    };
    if paid.refund_of(&request.id).is_some() {
        return Ok(paid);
    }
    let resumed = paid.refunding.is_some();
    let refunding = paid.refund(request.id, request.amount, request.reason, now)?;
    // Two runs at once would take each other's half for their own.
    if resumed && now.duration_since(refunding.asked_at) < RUN_FOR {
        return Err(RefundError::Pending);
    }
    let mut begun = paid;
    begun.refunding = Some(refunding.clone());
    if !resumed {
        match store.begin_refund(&begun).await? {
            Kept::Done => {}
            Kept::Otherwise(_) | Kept::PointsShort => return Err(RefundError::Pending),
        }
    }
    if let Collected::Gateway { session, .. } = begun.collected.clone() {
        give_back(store, gateway, &begun, &refunding, &session, (resumed, now)).await?;
    }
    settle(store, begun, refunding, now).await
}

/// How long a run of a refund can be alive: no less than the function's time-out.
const RUN_FOR: SignedDuration = SignedDuration::from_mins(1);

/// How long after it was first asked a refund is believed to be on its way no more.
const REFUND_GRACE: SignedDuration = SignedDuration::from_mins(10);

/// What a look-up shows of a refund.
enum Seen {
    /// Only what was given back before it.
    NotYet,
    /// It as well.
    Done,
    /// Another sum: somebody gave something back by hand.
    Otherwise,
}

/// Returns once the gateway has given the money back; asks it only when it has not yet.
async fn give_back(
    store: &dyn Store,
    gateway: &dyn Gateway,
    paid: &Paid,
    refunding: &Refunding,
    session: &Session,
    (resumed, now): (bool, Timestamp),
) -> Result<(), RefundError> {
    // An earlier run of this refund may have reached the gateway, so look before asking.
    if resumed {
        match seen(gateway, paid, refunding, session).await? {
            Seen::Done => return Ok(()),
            Seen::NotYet => {}
            Seen::Otherwise => return Err(RefundError::Pending),
        }
    }
    let charge = paid.quote.charge();
    let Err(error) = gateway.cancel(&charge, session, paid.cancellation(refunding)).await else {
        return Ok(());
    };
    warn!(order = %paid.quote.id, cause = &error as &dyn std::error::Error, "cancel did not succeed");
    if !matches!(error, GatewayError::Unreached(..)) {
        match seen(gateway, paid, refunding, session).await? {
            Seen::Done => return Ok(()),
            // Not yet is not never: the request may still be on its way.
            Seen::NotYet | Seen::Otherwise if matches!(error, GatewayError::Unknown(..)) => {
                return Err(RefundError::Pending);
            }
            Seen::NotYet | Seen::Otherwise => {}
        }
    }
    // Nor does this run's refusal say that an earlier run's request is not.
    let earlier_is_over = now.duration_since(refunding.asked_at) >= REFUND_GRACE;
    if resumed && !earlier_is_over {
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
    let snapshot = look_up(gateway, &paid.quote, session).await.ok_or(RefundError::Pending)?;
    let cancelled = match snapshot.progress {
        Progress::Paid(_) | Progress::Refunded => snapshot.cancelled,
        Progress::Pending | Progress::Failed | Progress::Unrecognised(_) => return Err(RefundError::Pending),
    };
    Ok(match (paid.refunded(), paid.refunded().checked_add(refunding.amount)) {
        (before, _) if cancelled == before => Seen::NotYet,
        (_, Some(after)) if cancelled == after => Seen::Done,
        _ => {
            error!(order = %paid.quote.id, cancelled = cancelled.get(), "the gateway gave back another sum than we did");
            Seen::Otherwise
        }
    })
}

/// How often the member's balance may change under our hands before we say so.
const TRIES: u32 = 5;

async fn settle(
    store: &dyn Store,
    begun: Paid,
    refunding: Refunding,
    now: Timestamp,
) -> Result<Paid, RefundError> {
    for _ in 0..TRIES {
        let balance = match &begun.quote.member {
            Some(member) if !refunding.reverses.is_zero() => {
                store.member(member).await?.map_or(Points::ZERO, |member| member.balance)
            }
            Some(_) | None => Points::ZERO,
        };
        let paid = begun.clone().refunded_with(refunding.clone(), balance, now);
        match store.settle_refund(&paid).await? {
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
