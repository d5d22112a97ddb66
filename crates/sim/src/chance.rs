//! Who decides what becomes of requests: chance itself, or a [plan](crate::plan).

use jiff::SignedDuration;

use crate::choices::Choices;
use crate::fate::{Asks, Fate};
use crate::schedule::Pending;

/// Who decides what becomes of requests.
pub(crate) trait Chance {
    /// Which request is decided on next, how, and how long that takes; none when all shall wait.
    fn next(&mut self, pending: &[Pending]) -> Option<(Pending, Fate, SignedDuration)>;

    /// How far the clock of the next instance is off.
    fn skew(&mut self) -> SignedDuration;

    /// Whether a request that nobody waits for any more arrives in the end.
    fn arrives(&mut self) -> bool;

    /// From now on nothing goes wrong any more.
    fn calm_down(&mut self);
}

/// Chance itself.
pub(crate) struct Luck {
    pub(crate) choices: Choices,
    /// How often something goes wrong, in ten thousand requests.
    pub(crate) trouble: u32,
}

impl Chance for Luck {
    fn next(&mut self, pending: &[Pending]) -> Option<(Pending, Fate, SignedDuration)> {
        let one = pending[self.choices.index(pending.len())];
        // There are ten requests to the database for one to the gateway.
        let trouble = if one.asks.is_for_gateway() { self.trouble * 3 } else { self.trouble };
        let luck = self.choices.below(10_000);
        let faults = one.asks.faults();
        let fate = if one.asks == Asks::Sleep || luck < 10_000 - trouble {
            Fate::Delivered
        } else {
            faults[luck as usize % faults.len()]
        };
        let takes = SignedDuration::from_millis(1 + i64::from(self.choices.below(39)));
        Some((one, fate, takes))
    }

    fn skew(&mut self) -> SignedDuration {
        let skew = i64::from(self.choices.below(3_000));
        SignedDuration::from_millis(if skew % 2 == 0 { skew / 2 } else { -skew / 2 })
    }

    fn arrives(&mut self) -> bool {
        !self.choices.coin()
    }

    fn calm_down(&mut self) {
        self.trouble = 0;
    }
}
