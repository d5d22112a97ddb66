//! On a schedule: what stayed open or in doubt is looked up, and settled, closed or given back. By direct
//! invoke with `{"order": …}` one order is looked at now, whether it is due, in review or neither.

use cafe_core::cafe::flow::{Outcome, Reconciled, look_at, reconcile};
use cafe_core::payment::{BoxError, OrderId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::parts::Payments;

/// As many as one run can look up well within its time, even if the gateway takes two seconds for each.
const MOST_ORDERS: u32 = 500;

/// How long one order can take: three answers of a gateway that are given up at 13 seconds each, and what
/// is written before and after.
const ATTEMPT_FOR: SignedDuration = SignedDuration::from_mins(1);

/// What the function is invoked with. The schedule sends much, of which nothing is needed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Event {
    /// The one order to look at.
    pub order: Option<String>,
}

/// What was done, as the log and whoever invokes it by hand read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// All that were due.
    Run {
        /// Paid, and settled now.
        settled: u32,
        /// Not paid, and over now.
        closed: u32,
        /// Late or wrong payments that were given back now.
        returned: u32,
        /// Refunds left running that are made now.
        refunded: u32,
        /// Nobody knows yet.
        pending: u32,
        /// A person must look at them from now on.
        in_review: u32,
        /// Nothing was to be done.
        passed: u32,
    },
    /// The one that was asked for.
    One {
        /// Which.
        order: String,
        /// What became of it.
        outcome: &'static str,
    },
}

impl From<Reconciled> for Report {
    fn from(run: Reconciled) -> Report {
        let Reconciled { settled, closed, returned, refunded, pending, in_review, passed } = run;
        Report::Run { settled, closed, returned, refunded, pending, in_review, passed }
    }
}

/// Looks at all orders that are due, or at the one that is asked for.
///
/// # Errors
/// Where they could not even be listed or read; the next run tries again.
pub async fn handle(app: &Payments, event: Event) -> Result<Report, BoxError> {
    let turns = || app.world.turn_for(ATTEMPT_FOR);
    if let Some(order) = event.order {
        let id = OrderId::parse(&order)?;
        let outcome = name(look_at(&*app.store, &app.gateways, id, &turns).await?);
        tracing::info!(order, outcome, "an order was looked at");
        return Ok(Report::One { order, outcome });
    }
    let run = reconcile(&*app.store, &app.gateways, MOST_ORDERS, &turns).await?;
    tracing::info!(
        settled = run.settled,
        closed = run.closed,
        returned = run.returned,
        refunded = run.refunded,
        pending = run.pending,
        in_review = run.in_review,
        passed = run.passed,
        "orders were looked at"
    );
    Ok(run.into())
}

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Settled => "settled",
        Outcome::Closed => "closed",
        Outcome::Returned => "returned",
        Outcome::Refunded => "refunded",
        Outcome::Pending => "pending",
        Outcome::InReview => "in_review",
        Outcome::Passed => "passed",
    }
}
