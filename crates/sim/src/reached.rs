//! What a run has reached: every fault of every request, every deed, every word and every edge.

use std::collections::BTreeMap;
use std::fmt;

use crate::fate::{Asks, Fate};
use crate::scene::{Edge, Scene};

/// What was reached, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached<S: Scene> {
    /// How many histories there were, or stories.
    pub runs: u64,
    /// How many requests were decided on.
    pub requests: u64,
    fates: BTreeMap<(Asks, Fate), u64>,
    deeds: BTreeMap<S::Deed, u64>,
    said: BTreeMap<(S::Function, &'static str), u64>,
    edges: BTreeMap<Edge<S::Function>, u64>,
}

impl<S: Scene> Default for Reached<S> {
    fn default() -> Reached<S> {
        Reached {
            runs: 0,
            requests: 0,
            fates: BTreeMap::new(),
            deeds: BTreeMap::new(),
            said: BTreeMap::new(),
            edges: BTreeMap::new(),
        }
    }
}

impl<S: Scene> Reached<S> {
    /// Nothing yet, by a run that has just begun.
    pub(crate) fn by_one_run() -> Reached<S> {
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
    pub fn add(&mut self, other: &Reached<S>) {
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

    pub(crate) fn deed(&mut self, deed: S::Deed) {
        *self.deeds.entry(deed).or_default() += 1;
    }

    pub(crate) fn said(&mut self, function: S::Function, word: &'static str) {
        *self.said.entry((function, word)).or_default() += 1;
    }

    /// Counts an edge, if it is one that somebody drew.
    pub(crate) fn edge(&mut self, before: &str, function: S::Function, after: &str) -> bool {
        let drawn = S::DRAWN
            .iter()
            .chain(S::RARE)
            .find(|(from, by, to)| *from == before && *by == function && *to == after);
        if let Some(edge) = drawn {
            *self.edges.entry(*edge).or_default() += 1;
        }
        drawn.is_some()
    }

    /// The names of all that should have been reached and was not.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let fates = S::ASKS
            .iter()
            .flat_map(|asks| asks.faults().iter().chain(&[Fate::Delivered]).map(move |fate| (*asks, *fate)));
        let said = S::SAID.iter().flat_map(|(by, words)| words.iter().map(move |word| (*by, *word)));
        fates
            .filter(|fate| !self.fates.contains_key(fate))
            .map(|(asks, fate)| format!("{asks:?} was never {fate:?}"))
            .chain(
                S::DEEDS
                    .iter()
                    .filter(|deed| !self.deeds.contains_key(*deed))
                    .map(|deed| format!("nobody ever did {deed:?}")),
            )
            .chain(
                said.filter(|said| !self.said.contains_key(said))
                    .map(|(by, word)| format!("{by:?} never said {word:?}")),
            )
            .chain(
                S::DRAWN
                    .iter()
                    .filter(|edge| !self.edges.contains_key(edge))
                    .map(|(from, by, to)| format!("nothing ever went from {from:?} to {to:?} by {by:?}")),
            )
            .collect()
    }
}

impl<S: Scene> fmt::Display for Reached<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nfaults{:>14}", "")?;
        let asks: Vec<Asks> = S::ASKS.iter().copied().filter(|asks| !asks.faults().is_empty()).collect();
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
        writeln!(f, "\nhow it went on")?;
        for edge in S::DRAWN {
            let (from, by, to) = *edge;
            let times = self.edges.get(edge).copied().unwrap_or_default();
            writeln!(f, "{times:>12}  {:>22} → {to:<22} {by:?}", if from.is_empty() { "–" } else { from })?;
        }
        Ok(())
    }
}
