//! On a schedule: orders that stayed open or in doubt are looked up, and settled or closed.

use cafe_core::cafe::flow::{Reconciled, reconcile};
use cafe_core::payment::BoxError;
use serde::Serialize;

use crate::parts::Payments;

/// As many as one run can look up well within its time, at a quarter of a second each.
const MOST_ORDERS: u32 = 500;

/// What one run did, as the log and whoever invokes it by hand read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    settled: u32,
    closed: u32,
    pending: u32,
    passed: u32,
}

impl From<Reconciled> for Report {
    fn from(run: Reconciled) -> Report {
        let Reconciled { settled, closed, pending, passed } = run;
        Report { settled, closed, pending, passed }
    }
}

/// Looks at all orders that are due.
///
/// # Errors
/// Where they could not even be listed; the next run tries again.
pub async fn handle(app: &Payments) -> Result<Report, BoxError> {
    let run = reconcile(&*app.store, &*app.gateway, MOST_ORDERS, app.world.now()).await?;
    tracing::info!(
        settled = run.settled,
        closed = run.closed,
        pending = run.pending,
        passed = run.passed,
        "orders were looked at"
    );
    Ok(run.into())
}
