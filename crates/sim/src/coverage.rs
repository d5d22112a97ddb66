//! What a run has reached: every fault of every request, every deed, every word and every edge of an order's life.

use std::collections::BTreeMap;
use std::fmt;

use crate::audit::{Broken, TABLES};
use crate::dynamodb::{Change, Item};
use crate::fate::{Asks, Fate};
use crate::heard::Heard;
use crate::history::Deed;
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
const RARE: &[(&str, Function, &str)] = &[
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
    ("paid open refunding", Function::LookNow, "paid"),
    ("paid open refunding", Function::LookNow, "paid open refunding"),
    // Two looks at once.
    ("approving review", Function::Reconcile, "approving review"),
    ("closed review possible", Function::Reconcile, "closed review possible"),
    ("opened review", Function::Reconcile, "opened review"),
];

/// What each function must say at least once.
const SAID: [(Function, &[&str]); 8] = [
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
];

/// What was reached, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// How many histories there were, or stories.
    pub runs: u64,
    /// How many requests were decided on.
    pub requests: u64,
    fates: BTreeMap<(Asks, Fate), u64>,
    deeds: BTreeMap<Deed, u64>,
    said: BTreeMap<(Function, &'static str), u64>,
    edges: BTreeMap<(&'static str, Function, &'static str), u64>,
}

impl Reached {
    /// Nothing yet, by a run that has just begun.
    pub(crate) fn by_one_run() -> Reached {
        Reached { runs: 1, ..Reached::default() }
    }

    /// How many faults there were.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.fates.iter().filter(|((_, fate), _)| *fate != Fate::Delivered).map(|(_, times)| times).sum()
    }

    /// How many deeds there were.
    #[must_use]
    pub fn deeds(&self) -> u64 {
        self.deeds.values().sum()
    }

    /// Adds what another run has reached.
    pub fn add(&mut self, other: &Reached) {
        fn each<K: Ord + Copy>(ours: &mut BTreeMap<K, u64>, theirs: &BTreeMap<K, u64>) {
            for (key, times) in theirs {
                *ours.entry(*key).or_default() += times;
            }
        }
        self.runs += other.runs;
        self.requests += other.requests;
        each(&mut self.fates, &other.fates);
        each(&mut self.deeds, &other.deeds);
        each(&mut self.said, &other.said);
        each(&mut self.edges, &other.edges);
    }

    pub(crate) fn fate(&mut self, asks: Asks, fate: Fate) {
        self.requests += 1;
        *self.fates.entry((asks, fate)).or_default() += 1;
    }

    pub(crate) fn deed(&mut self, deed: Deed) {
        *self.deeds.entry(deed).or_default() += 1;
    }

    pub(crate) fn said(&mut self, function: Function, heard: &Heard) {
        *self.said.entry((function, heard.name())).or_default() += 1;
    }

    /// Counts the edges that orders have taken.
    pub(crate) fn edges(&mut self, function: Function, changes: &[Change]) -> Result<(), Broken> {
        for change in changes.iter().filter(|change| change.of.name == TABLES.orders) {
            let (before, after) = (look(change.before.as_ref()), look(change.after.as_ref()));
            let drawn = DRAWN
                .iter()
                .chain(RARE)
                .find(|(from, by, to)| *from == before && *by == function && *to == after);
            let Some(edge) = drawn else {
                let id = change.before.as_ref().or(change.after.as_ref()).and_then(|order| order.text("id"));
                return Err(format!(
                    "order {} went from {before:?} to {after:?} by {function:?}, an edge that nobody drew",
                    id.unwrap_or_default()
                ));
            };
            *self.edges.entry(*edge).or_default() += 1;
        }
        Ok(())
    }

    /// The names of all that should have been reached and was not.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let fates = Asks::ALL
            .into_iter()
            .flat_map(|asks| asks.faults().iter().chain(&[Fate::Delivered]).map(move |fate| (asks, *fate)));
        let said = SAID.into_iter().flat_map(|(by, words)| words.iter().map(move |word| (by, *word)));
        fates
            .filter(|fate| !self.fates.contains_key(fate))
            .map(|(asks, fate)| format!("{asks:?} was never {fate:?}"))
            .chain(
                Deed::ALL
                    .into_iter()
                    .filter(|deed| !self.deeds.contains_key(deed))
                    .map(|deed| format!("nobody ever did {deed:?}")),
            )
            .chain(
                said.filter(|said| !self.said.contains_key(said))
                    .map(|(by, word)| format!("{by:?} never said {word:?}")),
            )
            .chain(
                DRAWN
                    .iter()
                    .filter(|edge| !self.edges.contains_key(edge))
                    .map(|(from, by, to)| format!("no order ever went from {from:?} to {to:?} by {by:?}")),
            )
            .collect()
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

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nfaults{:>14}", "")?;
        let asks: Vec<Asks> = Asks::ALL.into_iter().filter(|asks| !asks.faults().is_empty()).collect();
        write!(f, "{:<20}", "")?;
        for asks in &asks {
            write!(f, "{:>10}", format!("{asks:?}"))?;
        }
        for fate in Fate::ALL {
            write!(f, "\n{:<20}", format!("  {fate:?}"))?;
            for asks in &asks {
                match self.fates.get(&(*asks, fate)) {
                    Some(times) => write!(f, "{times:>10}")?,
                    None if asks.faults().contains(&fate) => write!(f, "{:>10}", "NEVER")?,
                    None => write!(f, "{:>10}", "·")?,
                }
            }
        }
        writeln!(f, "\n\ndeeds")?;
        for (deed, times) in &self.deeds {
            writeln!(f, "{times:>12}  {deed:?}")?;
        }
        writeln!(f, "\nwhat was said")?;
        for ((function, word), times) in &self.said {
            writeln!(f, "{times:>12}  {function:?}: {word}")?;
        }
        writeln!(f, "\nhow orders went on")?;
        for edge in DRAWN {
            let (from, by, to) = *edge;
            let times = self.edges.get(edge).copied().unwrap_or_default();
            writeln!(f, "{times:>12}  {:>15} → {to:<15} {by:?}", if from.is_empty() { "–" } else { from })?;
        }
        Ok(())
    }
}
