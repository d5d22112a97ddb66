//! What is made to go wrong in a story, and how it is written.

use std::fmt;
use std::str::FromStr;

use cafe_core::payment::Provider;
use fastrand::Rng;
use jiff::SignedDuration;

use crate::chance::Chance;
use crate::fate::{Asks, Fate};
use crate::schedule::Pending;

/// Which of the requests that wait goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    /// The oldest.
    Oldest,
    /// The newest.
    Newest,
    /// Any, but the same every time.
    Shuffled(u64),
}

/// What is made to go wrong in a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Which request goes first.
    pub turns: Turns,
    /// Whether people try again when they heard nothing, or nothing certain.
    pub patient: bool,
    /// Whether what is still on its way when nobody waits for it any more stays there until time goes by.
    pub slow: bool,
    /// At which gateway everybody pays.
    pub at: Provider,
    /// What becomes of the request of that number, counted from 0.
    pub faults: Vec<(usize, Fate)>,
}

/// What a plan makes of requests.
pub(crate) struct Script {
    plan: Plan,
    /// What each request asked for; none where nobody waited for the answer.
    pub(crate) asked: Vec<Option<Asks>>,
    rng: Rng,
    /// The day is over, and what was on its way arrives.
    calm: bool,
    /// Whether what is asked once the day is over may go wrong as well.
    goes_wrong_at_night: bool,
}

impl Script {
    pub(crate) fn of(plan: &Plan) -> Script {
        let seed = if let Turns::Shuffled(seed) = plan.turns { seed } else { 0 };
        Script {
            plan: plan.clone(),
            asked: Vec::new(),
            rng: Rng::with_seed(seed),
            calm: false,
            goes_wrong_at_night: true,
        }
    }

    /// The same, but that nothing is planned to go wrong once the day is over.
    pub(crate) fn by_day(plan: &Plan) -> Script {
        Script { goes_wrong_at_night: false, ..Script::of(plan) }
    }
}

impl Chance for Script {
    fn next(&mut self, pending: &[Pending]) -> Option<(Pending, Fate, SignedDuration)> {
        let all_arrive = self.calm || !self.plan.slow;
        let waiting: Vec<&Pending> = pending.iter().filter(|one| one.awaited || all_arrive).collect();
        let one = **match self.plan.turns {
            Turns::Oldest => waiting.first()?,
            Turns::Newest => waiting.last()?,
            Turns::Shuffled(_) if waiting.is_empty() => return None,
            Turns::Shuffled(_) => &waiting[self.rng.usize(..waiting.len())],
        };
        let number = self.asked.len();
        let is_planned = one.awaited && (self.goes_wrong_at_night || !self.calm);
        self.asked.push(is_planned.then_some(one.asks));
        let planned = self.plan.faults.iter().find(|(at, _)| *at == number && one.awaited);
        let fate = planned.map_or(Fate::Delivered, |(_, fate)| *fate);
        Some((one, fate, SignedDuration::from_millis(10)))
    }

    fn skew(&mut self) -> SignedDuration {
        SignedDuration::ZERO
    }

    fn arrives(&mut self) -> bool {
        true
    }

    fn calm_down(&mut self) {
        self.calm = true;
    }
}

impl Plan {
    /// Nothing goes wrong, one thing after the other.
    pub const QUIET: Plan =
        Plan { turns: Turns::Oldest, patient: true, slow: false, at: Provider::KakaoPay, faults: Vec::new() };

    /// The same with one more fault.
    #[must_use]
    pub fn with(&self, request: usize, fate: Fate) -> Plan {
        let mut plan = self.clone();
        plan.faults.push((request, fate));
        plan
    }
}

/// As [`Plan`] reads it: `oldest patient slow portone 3=Lost`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.turns {
            Turns::Oldest => write!(f, "oldest")?,
            Turns::Newest => write!(f, "newest")?,
            Turns::Shuffled(seed) => write!(f, "{seed}")?,
        }
        f.write_str(if self.patient { " patient" } else { "" })?;
        f.write_str(if self.slow { " slow" } else { "" })?;
        if self.at != Provider::KakaoPay {
            write!(f, " {}", self.at)?;
        }
        self.faults.iter().try_for_each(|(number, fate)| write!(f, " {number}={fate:?}"))
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Plan, String> {
        let mut plan = Plan { patient: false, ..Plan::QUIET };
        for word in text.split_whitespace() {
            match (word, word.split_once('=')) {
                ("oldest", _) => plan.turns = Turns::Oldest,
                ("newest", _) => plan.turns = Turns::Newest,
                ("patient", _) => plan.patient = true,
                ("slow", _) => plan.slow = true,
                (word, None) if Provider::from_name(word).is_some() => {
                    plan.at = Provider::from_name(word).unwrap_or(plan.at);
                }
                (_, Some((number, name))) => {
                    let fate = Fate::ALL.into_iter().find(|fate| format!("{fate:?}") == name);
                    let number = number.parse().map_err(|_| format!("{number} is no number"))?;
                    plan.faults.push((number, fate.ok_or_else(|| format!("{name} is no fate"))?));
                }
                (seed, None) => {
                    plan.turns = Turns::Shuffled(seed.parse().map_err(|_| format!("{seed} is not known"))?);
                }
            }
        }
        Ok(plan)
    }
}
