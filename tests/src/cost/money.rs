//! Dollars in whole numbers: prices per byte and per request are so small that they are counted in 10⁻¹² dollars.

use std::iter::Sum;
use std::ops::{Add, Mul};

/// A trillionth of a US dollar, and how many of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pico(pub(super) u64);

/// How many of them are a dollar.
const DOLLAR: u64 = 1_000_000_000_000;

impl Pico {
    /// In dollars with that many places after the point, rounded half up.
    pub(super) fn dollars(self, places: u32) -> String {
        let unit = DOLLAR / 10_u64.pow(places);
        let rounded = (self.0 + unit / 2) / unit;
        if places == 0 {
            return rounded.to_string();
        }
        let scale = 10_u64.pow(places);
        format!("{}.{:0width$}", rounded / scale, rounded % scale, width = places as usize)
    }
}

impl Add for Pico {
    type Output = Pico;

    fn add(self, other: Pico) -> Pico {
        Pico(self.0 + other.0)
    }
}

impl Mul<u64> for Pico {
    type Output = Pico;

    fn mul(self, times: u64) -> Pico {
        Pico(self.0 * times)
    }
}

impl Sum for Pico {
    fn sum<I: Iterator<Item = Pico>>(all: I) -> Pico {
        all.fold(Pico::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_rounded_to_what_is_shown() {
        let shown = |pico, places| Pico(pico).dollars(places);
        assert_eq!(shown(1_234_500_000_000, 2), "1.23");
        assert_eq!(shown(1_235_000_000_000, 2), "1.24");
        assert_eq!(shown(680_000, 6), "0.000001");
        assert_eq!(shown(499_999_999_999, 0), "0");
    }
}
