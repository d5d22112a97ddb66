//! What a run of the cafe must reach: every word of every function, and every edge of an order's life.

use crate::audit::{Broken, TABLES};
use crate::cafe::TheCafe;
use crate::dynamodb::{Change, Item};
use crate::world::Function;

/// The edges that an order may take: from what it looks like, by which function, to what it looks like.
/// An order looks like its stage, its `watch` if it is watched, its `late` if it has one, and `refunding`
/// while a refund runs. Each edge must be taken, and none that is neither here nor in `RARE` may be.
pub const DRAWN: &[(&str, Function, &str)] = &[
    ("", Function::Order, "quoted"),
    ("quoted", Function::TimeToLive, ""),
    ("quoted", Function::Open, "opened open"),
    ("opened open", Function::Approve, "approving open"),
    ("opened open", Function::Close, "closed"),
    ("opened open", Function::Reconcile, "opened open"),
    ("opened open", Function::Reconcile, "closed"),
    ("approving open", Function::Approve, "approving open"),
    ("approving open", Function::Approve, "opened open"),
    ("approving open", Function::Approve, "closed"),
    ("approving open", Function::Approve, "paid"),
    ("approving open", Function::Close, "paid"),
    ("approving open", Function::Reconcile, "approving open"),
    ("approving open", Function::Reconcile, "closed"),
    ("approving open", Function::Reconcile, "paid"),
    ("opened open", Function::LookNow, "opened open"),
    ("opened open", Function::LookNow, "closed"),
    ("approving open", Function::LookNow, "approving open"),
    ("approving open", Function::LookNow, "paid"),
    // What a gateway collects by itself, whether anybody comes back or not.
    ("opened open", Function::Close, "paid"),
    ("opened open", Function::Close, "closed open possible"),
    ("opened open", Function::Reconcile, "paid"),
    ("opened open", Function::Reconcile, "closed open possible"),
    ("approving open", Function::Approve, "closed open possible"),
    // What look-ups did not tell for fifteen days.
    ("opened open", Function::Reconcile, "opened review"),
    ("opened review", Function::LookNow, "opened review"),
    ("opened review", Function::LookNow, "closed"),
    ("opened review", Function::Approve, "approving open"),
    ("approving open", Function::Reconcile, "approving review"),
    ("approving review", Function::LookNow, "approving review"),
    ("approving review", Function::LookNow, "approving open"),
    ("approving review", Function::LookNow, "paid"),
    ("approving review", Function::Approve, "approving open"),
    // What was collected late, or otherwise than agreed.
    ("approving open", Function::Reconcile, "closed open possible"),
    ("approving open", Function::Reconcile, "closed open returning"),
    ("approving open", Function::LookNow, "closed open returning"),
    ("approving open", Function::Reconcile, "closed returned"),
    ("closed open possible", Function::Reconcile, "closed open possible"),
    ("closed open possible", Function::Reconcile, "closed review possible"),
    ("closed open possible", Function::Reconcile, "closed open returning"),
    ("closed open possible", Function::Reconcile, "closed"),
    ("closed review possible", Function::LookNow, "closed open returning"),
    ("closed open returning", Function::Reconcile, "closed open returning"),
    ("closed open returning", Function::Reconcile, "closed returned"),
    ("closed open returning", Function::LookNow, "closed returned"),
    // Refunds.
    ("paid", Function::Refund, "paid open refunding"),
    ("paid open refunding", Function::Refund, "paid open refunding"),
    ("paid open refunding", Function::Refund, "paid"),
    ("paid open refunding", Function::Reconcile, "paid open refunding"),
    ("paid open refunding", Function::Reconcile, "paid"),
];

/// Edges that may be taken, but so rarely that nobody insists on it: an owner looks at any moment, and so
/// takes whatever edge the schedule would have.
pub(crate) const RARE: &[(&str, Function, &str)] = &[
    ("approving open", Function::LookNow, "approving review"),
    ("approving open", Function::LookNow, "closed"),
    ("approving open", Function::LookNow, "closed open possible"),
    ("approving open", Function::LookNow, "closed returned"),
    ("approving review", Function::LookNow, "closed"),
    ("approving review", Function::LookNow, "closed open possible"),
    ("approving review", Function::LookNow, "closed open returning"),
    ("approving review", Function::LookNow, "closed returned"),
    ("closed open possible", Function::LookNow, "closed"),
    ("closed open possible", Function::LookNow, "closed open possible"),
    ("closed open possible", Function::LookNow, "closed open returning"),
    ("closed open possible", Function::LookNow, "closed returned"),
    ("closed open possible", Function::LookNow, "closed review possible"),
    ("closed open possible", Function::Reconcile, "closed returned"),
    ("closed open returning", Function::LookNow, "closed open returning"),
    ("closed review possible", Function::LookNow, "closed"),
    ("closed review possible", Function::LookNow, "closed open possible"),
    ("closed review possible", Function::LookNow, "closed returned"),
    ("closed review possible", Function::LookNow, "closed review possible"),
    ("closed open returning", Function::LookNow, "closed review returning"),
    ("closed open returning", Function::Reconcile, "closed review returning"),
    ("closed review returning", Function::LookNow, "closed review returning"),
    ("closed review returning", Function::LookNow, "closed returned"),
    ("opened open", Function::LookNow, "opened review"),
    ("opened review", Function::Close, "closed"),
    ("opened review", Function::Close, "closed open possible"),
    ("opened review", Function::Close, "paid"),
    ("opened review", Function::LookNow, "closed open possible"),
    ("opened review", Function::LookNow, "paid"),
    ("opened open", Function::LookNow, "closed open possible"),
    ("opened open", Function::LookNow, "paid"),
    ("opened open", Function::Reconcile, "closed returned"),
    ("opened open", Function::LookNow, "closed returned"),
    ("paid open refunding", Function::LookNow, "paid"),
    ("paid open refunding", Function::LookNow, "paid open refunding"),
    // Two looks at once.
    ("approving review", Function::Reconcile, "approving review"),
    ("closed review possible", Function::Reconcile, "closed review possible"),
    ("opened review", Function::Reconcile, "opened review"),
];

/// What each function must say at least once.
pub(crate) const SAID: &[(Function, &[&str])] = &[
    (Function::Join, &["member", "refused", "try again"]),
    (Function::Order, &["quoted", "refused", "try again"]),
    (
        Function::Open,
        &["pay", "paid", "closed", "closed in doubt", "pending", "not paid", "refused", "try again"],
    ),
    (Function::Approve, &["paid", "closed", "closed in doubt", "not paid", "pending", "refused"]),
    (Function::Close, &["closed", "closed in doubt", "paid", "pending", "refused"]),
    (Function::Reconcile, &["reconciled", "try again"]),
    (
        Function::LookNow,
        &["settled", "closed", "returned", "refunded", "pending", "in review", "passed", "try again"],
    ),
    (Function::Refund, &["refunded", "refund pending", "refused"]),
    (Function::Code, &["code", "refused", "try again"]),
    (Function::Move, &["member", "refused", "try again"]),
    (Function::Renumber, &["renumbered", "refused", "try again"]),
    (Function::Forget, &["forgotten", "refused", "try again"]),
];

/// What the cafe's runs have reached.
pub type Reached = crate::reached::Reached<TheCafe>;

impl Reached {
    /// Counts the edges that orders have taken.
    pub(crate) fn edges(&mut self, function: Function, changes: &[Change]) -> Result<(), Broken> {
        for change in changes.iter().filter(|change| change.of.name == TABLES.orders) {
            let (before, after) = (look(change.before.as_ref()), look(change.after.as_ref()));
            if !self.edge(&before, function, &after) {
                let id = change.before.as_ref().or(change.after.as_ref()).and_then(|order| order.text("id"));
                return Err(format!(
                    "order {} went from {before:?} to {after:?} by {function:?}, an edge that nobody drew",
                    id.unwrap_or_default()
                ));
            }
        }
        Ok(())
    }
}

/// What an order looks like, as [`DRAWN`] spells it.
fn look(order: Option<&Item>) -> String {
    let Some(order) = order else { return String::new() };
    let mut look = order.text("stage").unwrap_or_default().to_owned();
    let refunding = order.get("refunding").map(|_| "refunding");
    for word in [order.text("watch"), order.text("late"), refunding].into_iter().flatten() {
        look.push(' ');
        look.push_str(word);
    }
    look
}
