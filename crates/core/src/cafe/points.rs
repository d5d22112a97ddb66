//! Points: what members earn and spend. Worth a won each, and yet never mistaken for money.

use std::fmt;

use crate::payment::Won;

/// A number of points, 0 to 4,294,967,295. Like [`Won`], it has no `Add` and no `Sub`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(u32);

/// A share in whole percent, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(u8);

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// `points` points.
    #[must_use]
    pub const fn new(points: u32) -> Points {
        Points(points)
    }

    /// How many they are.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, unless it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Points) -> Option<Points> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Points(sum)),
            None => None,
        }
    }

    /// The difference, unless it would be negative.
    #[must_use]
    pub const fn checked_sub(self, other: Points) -> Option<Points> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Points(difference)),
            None => None,
        }
    }

    /// What these points are worth at the till: a won each.
    #[must_use]
    pub const fn worth(self) -> Won {
        Won::new(self.0)
    }

    /// How many of these points belong to `part` of `whole` money, rounded down.
    ///
    /// Rounding the running total, never the single step, makes the steps add up: all of the money
    /// is all of the points. `part` above `whole` counts as all, and so does any part of nothing.
    #[must_use]
    pub fn in_proportion(self, part: Won, whole: Won) -> Points {
        if part >= whole {
            return self;
        }
        let share = u64::from(self.0) * u64::from(part.get()) / u64::from(whole.get());
        // Below `self`, as `part < whole`, so it fits.
        Points(u32::try_from(share).unwrap_or(self.0))
    }
}

/// As a customer reads it: `1,200P`.
impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::payment::write_grouped(f, self.0)?;
        f.write_str("P")
    }
}

impl Percent {
    /// A tenth.
    pub const TENTH: Percent = Percent(10);

    /// `percent` in a hundred, unless that is more than all of it.
    #[must_use]
    pub const fn new(percent: u8) -> Option<Percent> {
        if percent <= 100 { Some(Percent(percent)) } else { None }
    }

    /// The points that `total` earns at this rate, rounded down to a whole point.
    #[must_use]
    pub fn earned_on(self, total: Won) -> Points {
        let points = u64::from(total.get()) * u64::from(self.0) / 100;
        // At most `total`, as the rate is at most 100, so it fits.
        Points(u32::try_from(points).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::{Percent, Points};
    use crate::payment::Won;
    use proptest::prelude::*;

    #[test]
    fn a_tenth_is_rounded_down() {
        let tenth = Percent::new(10).unwrap();
        for (total, points) in
            [(0, 0), (9, 0), (10, 1), (1_509, 150), (4_400, 440), (u32::MAX, u32::MAX / 10)]
        {
            assert_eq!(tenth.earned_on(Won::new(total)), Points::new(points));
        }
        assert_eq!(Percent::new(101), None);
    }

    proptest! {
        #[test]
        fn steps_in_proportion_add_up(points: u32, whole in 1u32.., cuts in proptest::collection::vec(any::<u32>(), 0..8)) {
            let points = Points::new(points);
            let mut cuts: Vec<u32> = cuts.into_iter().map(|cut| cut % whole).collect();
            cuts.sort_unstable();
            cuts.push(whole);
            let mut given = Points::ZERO;
            for cut in cuts {
                let so_far = points.in_proportion(Won::new(cut), Won::new(whole));
                prop_assert!(so_far >= given);
                given = so_far;
            }
            prop_assert_eq!(given, points);
        }
    }
}
