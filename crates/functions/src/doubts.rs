//! How many orders are in doubt and for how long, and how many wait for a person: what alarms are made of.
//!
//! It costs two queries of the index, which holds only what is watched, and a read an order of it, up to five hundred
//! orders: however many there are, no run costs more.

use cafe_core::cafe::{Capture, Late, Order, Store, StoreError, Watched};
use cafe_core::payment::OrderId;
use futures_util::future::join_all;
use jiff::Timestamp;

use crate::metrics::{Measured, Metrics};

/// So many watched orders are read, those first that are to be looked at first. Where more are watched, what is
/// told is the least that it can be.
const MOST_READ: u32 = 500;

/// So many orders in review are counted.
const MOST_COUNTED: u32 = 500;

/// How many are read at once.
const TOGETHER: usize = 8;

/// What is in doubt at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Orders of which nobody knows whether they were collected, refunded or given back.
    pub orders: u64,
    /// For how long that has been so of the oldest; 0 where there is none.
    pub oldest_seconds: u64,
    /// Orders that wait for a person.
    pub in_review: u64,
}

impl Doubts {
    /// What is in doubt at `now`.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known; nothing has changed.
    pub async fn at(store: &dyn Store, now: Timestamp) -> Result<Doubts, StoreError> {
        let mut doubts = Doubts::default();
        for some in store.due(Timestamp::MAX, MOST_READ).await?.chunks(TOGETHER) {
            for watched in join_all(some.iter().map(|id| read(store, *id))).await {
                let Some(since) = watched?.and_then(|watched| in_doubt_since(&watched, now)) else {
                    continue;
                };
                doubts.orders += 1;
                let seconds = u64::try_from(now.duration_since(since).as_secs()).unwrap_or_default();
                doubts.oldest_seconds = doubts.oldest_seconds.max(seconds);
            }
        }
        doubts.in_review = store.in_review(MOST_COUNTED).await?.len() as u64;
        Ok(doubts)
    }

    /// Measures them, zeros included: an alarm ends by them.
    pub fn measure(self, metrics: &Metrics) {
        metrics.measure(Measured::orders_in_doubt(self.orders));
        metrics.measure(Measured::oldest_doubt_seconds(self.oldest_seconds));
        metrics.measure(Measured::orders_in_review(self.in_review));
    }
}

/// One that makes no sense must not keep the others from being counted: `reconcile` tells of it. Where the store does
/// not answer, nothing is told, as silence ends no alarm and a zero would.
async fn read(store: &dyn Store, id: OrderId) -> Result<Option<Watched>, StoreError> {
    match store.watched(id).await {
        Err(StoreError::Unreadable { .. }) => Ok(None),
        read => read,
    }
}

/// Since when nobody has known what became of an order; none where somebody is at it, or where nothing has moved.
fn in_doubt_since(watched: &Watched, now: Timestamp) -> Option<Timestamp> {
    watched.watch?;
    match &watched.order {
        Order::Approving(approving) if approving.attempt.until <= now => {
            // The first look came after the first attempt; a later attempt begins no new doubt.
            let first = watched.looks.0.first().map(|look| look.first);
            Some(first.map_or(approving.attempt.until, |first| first.min(approving.attempt.until)))
        }
        Order::Paid(paid) => {
            let running = paid.refunding.as_ref().filter(|running| running.run.until <= now)?;
            Some(running.asked_at)
        }
        Order::Closed(closed) => match &closed.late {
            Some(Late { capture: Capture::Returning, .. }) => Some(closed.closed_at),
            Some(Late { capture: Capture::Possible | Capture::Returned(_), .. }) | None => None,
        },
        Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) => None,
    }
}
