//! What a run of the payments service must reach: every word of every function, and every edge of a record's life and
//! of a notice's.

use super::TheService;
use super::audit::part;
use super::world::Function;
use crate::audit::Broken;
use crate::dynamodb::{Change, Item, PAYMENTS};
use crate::scene::Edge;

/// The edges that a record or a notice may take. A record looks like its stage, what is paid of it, and `refunding` while a
/// refund runs; a notice like its state, or `on its way`.
pub(crate) const DRAWN: &[Edge<Function>] = &[
    ("", Function::Create, "claimed"),
    ("", Function::Cancel, "notice waiting"),
    ("", Function::Follow, "notice waiting"),
    ("claimed", Function::Create, ""),
    ("claimed", Function::Create, "claimed"),
    ("claimed", Function::Create, "unpaid"),
    ("claimed", Function::Create, "paid"),
    ("claimed", Function::Dispatch, ""),
    ("claimed", Function::Dispatch, "claimed"),
    ("claimed", Function::Dispatch, "unpaid"),
    ("claimed", Function::Dispatch, "paid"),
    ("claimed", Function::Dispatch, "partly returned"),
    ("unpaid", Function::Cancel, "unpaid, refunding"),
    ("unpaid", Function::Follow, "paid"),
    ("unpaid, refunding", Function::Cancel, "unpaid"),
    ("unpaid, refunding", Function::Cancel, "partly returned"),
    ("unpaid, refunding", Function::Cancel, "returned"),
    ("unpaid, refunding", Function::Dispatch, "unpaid"),
    ("unpaid, refunding", Function::Dispatch, "unpaid, refunding"),
    ("paid", Function::Cancel, "paid, refunding"),
    ("paid", Function::Follow, "unpaid"),
    ("paid", Function::Follow, "partly returned"),
    ("paid", Function::Follow, "returned"),
    ("paid, refunding", Function::Cancel, "paid"),
    ("paid, refunding", Function::Cancel, "paid, refunding"),
    ("paid, refunding", Function::Cancel, "partly returned"),
    ("paid, refunding", Function::Cancel, "returned"),
    ("paid, refunding", Function::Follow, "partly returned"),
    ("paid, refunding", Function::Dispatch, "paid"),
    ("paid, refunding", Function::Dispatch, "paid, refunding"),
    ("partly returned", Function::Cancel, "partly returned, refunding"),
    ("partly returned", Function::Follow, "partly returned"),
    ("partly returned", Function::Follow, "returned"),
    ("partly returned, refunding", Function::Cancel, "partly returned"),
    ("partly returned, refunding", Function::Dispatch, "partly returned, refunding"),
    ("notice waiting", Function::Dispatch, "notice on its way"),
    ("notice waiting", Function::Stream, "notice on its way"),
    // Behind one that is not due.
    ("notice waiting", Function::Dispatch, "notice waiting"),
    ("notice waiting", Function::Stream, "notice waiting"),
    ("notice waiting", Function::Replay, "notice waiting"),
    ("notice waiting", Function::Replay, "notice on its way"),
    ("notice on its way", Function::Dispatch, "notice waiting"),
    ("notice on its way", Function::Dispatch, "notice on its way"),
    ("notice on its way", Function::Dispatch, "notice taken"),
    ("notice on its way", Function::Dispatch, "notice never"),
    ("notice on its way", Function::Stream, "notice waiting"),
    ("notice on its way", Function::Stream, "notice on its way"),
    ("notice on its way", Function::Stream, "notice taken"),
    ("notice on its way", Function::Replay, "notice taken"),
    ("notice taken", Function::Replay, "notice waiting"),
    ("notice taken", Function::TimeToLive, ""),
    ("notice never", Function::Replay, "notice waiting"),
];

/// Edges that may be taken, but so rarely that nobody insists on it.
pub(crate) const RARE: &[Edge<Function>] = &[
    ("", Function::Dispatch, "notice waiting"),
    ("claimed", Function::Create, "partly returned"),
    ("unpaid", Function::Follow, "unpaid"),
    ("unpaid", Function::Follow, "partly returned"),
    ("unpaid", Function::Follow, "returned"),
    ("unpaid, refunding", Function::Cancel, "unpaid, refunding"),
    ("unpaid, refunding", Function::Follow, "unpaid"),
    ("unpaid, refunding", Function::Follow, "unpaid, refunding"),
    ("unpaid, refunding", Function::Follow, "paid"),
    ("unpaid, refunding", Function::Follow, "paid, refunding"),
    ("unpaid, refunding", Function::Follow, "partly returned"),
    ("unpaid, refunding", Function::Follow, "partly returned, refunding"),
    ("unpaid, refunding", Function::Follow, "returned"),
    ("unpaid, refunding", Function::Follow, "returned, refunding"),
    ("unpaid, refunding", Function::Dispatch, "partly returned"),
    ("unpaid, refunding", Function::Dispatch, "returned"),
    ("paid", Function::Follow, "paid"),
    ("paid, refunding", Function::Follow, "unpaid"),
    ("paid, refunding", Function::Follow, "unpaid, refunding"),
    ("paid, refunding", Function::Follow, "paid"),
    ("paid, refunding", Function::Follow, "paid, refunding"),
    ("paid, refunding", Function::Follow, "partly returned, refunding"),
    ("paid, refunding", Function::Follow, "returned"),
    ("paid, refunding", Function::Follow, "returned, refunding"),
    ("paid, refunding", Function::Dispatch, "partly returned"),
    ("paid, refunding", Function::Dispatch, "returned"),
    ("partly returned, refunding", Function::Cancel, "partly returned, refunding"),
    ("partly returned, refunding", Function::Cancel, "returned"),
    ("partly returned, refunding", Function::Follow, "partly returned"),
    ("partly returned, refunding", Function::Follow, "partly returned, refunding"),
    ("partly returned, refunding", Function::Follow, "returned"),
    ("partly returned, refunding", Function::Follow, "returned, refunding"),
    ("partly returned, refunding", Function::Dispatch, "partly returned"),
    ("partly returned, refunding", Function::Dispatch, "returned"),
    ("returned", Function::Follow, "returned"),
    ("notice on its way", Function::Stream, "notice never"),
    ("notice on its way", Function::Replay, "notice waiting"),
    ("notice on its way", Function::Replay, "notice on its way"),
    ("notice on its way", Function::Replay, "notice never"),
];

/// What each function must say at least once.
pub(crate) const SAID: &[(Function, &[&str])] = &[
    (
        Function::Create,
        &[
            "kept",
            "taken",
            "running",
            "other order",
            "wrong price",
            "not paid",
            "refused",
            "pending",
            "try again",
        ],
    ),
    (
        Function::Cancel,
        &["returned", "not that much", "running", "refused", "pending", "unknown", "try again"],
    ),
    (Function::Read, &["shown", "unknown"]),
    (
        Function::Follow,
        // An answer about another payment is none, as the gateway's translation has it.
        &["changed", "same", "being taken on", "unknown", "no answer", "try again"],
    ),
    (Function::Dispatch, &["dispatched", "try again"]),
    (Function::Stream, &["told", "nothing told"]),
    (Function::Replay, &["to be told"]),
];

/// What the service's runs have reached.
pub(crate) type Reached = crate::reached::Reached<TheService>;

impl Reached {
    /// Counts the edges that records and notices have taken.
    pub(crate) fn edges(&mut self, function: Function, changes: &[Change]) -> Result<(), Broken> {
        for change in changes.iter().filter(|change| change.of.name == PAYMENTS && part(change) != "key") {
            let (before, after) = (look(change.before.as_ref()), look(change.after.as_ref()));
            if !self.edge(&before, function, &after) {
                return Err(format!(
                    "something went from {before:?} to {after:?} by {function:?}, an edge that nobody drew"
                ));
            }
        }
        Ok(())
    }
}

/// What a record or a notice looks like.
pub(crate) fn look(item: Option<&Item>) -> String {
    let Some(item) = item else { return String::new() };
    if let Some(state) = item.text("state") {
        let look = if item.get("run").is_some() { "on its way" } else { state };
        return format!("notice {look}");
    }
    let Some(stage) = item.text("stage") else { return "reserved".to_owned() };
    if stage != "kept" {
        return stage.to_owned();
    }
    let number = |name| item.number(name).unwrap_or_default();
    let paid = match (item.text("paid_at"), number("refund")) {
        (None, 0) => "unpaid",
        (Some(_), 0) => "paid",
        (_, refund) if refund < number("price") => "partly returned",
        _ => "returned",
    };
    let refunding = if item.get("cancelling").is_some() { ", refunding" } else { "" };
    format!("{paid}{refunding}")
}
