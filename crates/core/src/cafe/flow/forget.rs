//! Leaving: a member is forgotten, and what they could have spent is forfeited.

use jiff::Timestamp;

use crate::cafe::{Entry, EntryKind, MemberId, Moved, Points, Roster, StoreError, Watch};
use crate::payment::OrderId;

/// Why a member is not forgotten. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// There is no such member, or they were forgotten before.
    #[error("there is no such member")]
    NotAMember,
    /// Points are held for a payment that is open.
    #[error("{held} of this member are held for payments that are open; wait until they are over")]
    Held {
        /// How many.
        held: Points,
    },
    /// An order of theirs may still become something else.
    #[error("order {order} of this member is not over; look it up, or wait until it is")]
    OpenOrder {
        /// Which.
        order: OrderId,
    },
    /// Their points moved whenever it was tried.
    #[error("the member's points are moving; do it again")]
    Busy,
    /// Nobody knows; repeating it is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often the member's points may move under our hands before we say so.
const TRIES: u32 = 5;

/// As many open orders as are looked through.
const MOST_ORDERS: u32 = 10_000;

/// Forgets a member, and tells how many points were forfeited.
///
/// # Errors
/// [`ForgetError`]; nothing has changed.
pub async fn forget(store: &dyn Roster, id: &MemberId, now: Timestamp) -> Result<Points, ForgetError> {
    for _ in 0..TRIES {
        let member = store.member_by_id(id).await?.ok_or(ForgetError::NotAMember)?;
        if !member.held.is_zero() {
            return Err(ForgetError::Held { held: member.held });
        }
        if let Some(order) = open_order(store, id).await? {
            return Err(ForgetError::OpenOrder { order });
        }
        let forfeit = (!member.balance.is_zero()).then(|| Entry {
            member: id.clone(),
            order: None,
            refund: None,
            kind: EntryKind::Forfeit,
            points: member.balance,
            at: now,
        });
        match store.forget(&member, forfeit.as_ref(), now).await? {
            Moved::Done => return Ok(member.balance),
            Moved::Otherwise | Moved::Taken => {}
        }
    }
    Err(ForgetError::Busy)
}

/// An order of theirs that is open, in doubt, being refunded or in review. One that opens just now, without points,
/// is no harm: what it earns stands with the number, as what a later refund returns does.
async fn open_order(store: &dyn Roster, id: &MemberId) -> Result<Option<OrderId>, StoreError> {
    let mut open = store.due(Timestamp::MAX, MOST_ORDERS).await?;
    open.extend(store.in_review(MOST_ORDERS).await?);
    for order in open {
        let Some(watched) = store.watched(order).await? else { continue };
        let is_open = matches!(watched.watch, Some(Watch::From(_) | Watch::Review(_)));
        if is_open && watched.order.quote().member.as_ref() == Some(id) {
            return Ok(Some(order));
        }
    }
    Ok(None)
}
