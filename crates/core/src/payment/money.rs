//! Money: whole won, never negative, never floating, never silently wrapped.

use std::fmt;

/// An amount of money in whole won, 0 to 4,294,967,295.
///
/// There is no `Add` and no `Sub`: a sum that does not fit, and a difference below zero, must be
/// thought about where they could happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Won(u32);

impl Won {
    /// No money.
    pub const ZERO: Won = Won(0);

    /// `won` whole won.
    #[must_use]
    pub const fn new(won: u32) -> Won {
        Won(won)
    }

    /// The amount in whole won.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether there is nothing to pay.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, unless it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Won) -> Option<Won> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Won(sum)),
            None => None,
        }
    }

    /// The difference, unless it would be negative.
    #[must_use]
    pub const fn checked_sub(self, other: Won) -> Option<Won> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Won(difference)),
            None => None,
        }
    }

    /// The value-added tax in it, where all of it is taxed: an eleventh, rounded half up, as Korean tax
    /// receipts and KakaoPay have it.
    #[must_use]
    pub const fn vat(self) -> Won {
        // Twice an eleventh, rounded half up, is below the amount, so it fits; the dividend needs the room.
        #[expect(clippy::cast_possible_truncation, reason = "an eleventh of it")]
        Won(((self.0 as u64 * 2 + 11) / 22) as u32)
    }

    /// This price taken `times` times, unless that does not fit.
    #[must_use]
    pub const fn checked_mul(self, times: u32) -> Option<Won> {
        match self.0.checked_mul(times) {
            Some(product) => Some(Won(product)),
            None => None,
        }
    }
}

/// As a customer reads it: `4,500원`.
impl fmt::Display for Won {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_grouped(f, self.0)?;
        f.write_str("원")
    }
}

/// Writes `number` with a comma after every third digit.
pub(crate) fn write_grouped(f: &mut fmt::Formatter<'_>, number: u32) -> fmt::Result {
    let digits = number.to_string();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            f.write_str(",")?;
        }
        write!(f, "{digit}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Won;

    #[test]
    fn an_amount_is_written_as_a_customer_reads_it() {
        for (won, text) in [(0, "0원"), (999, "999원"), (4_500, "4,500원"), (1_234_567, "1,234,567원")] {
            assert_eq!(Won::new(won).to_string(), text);
        }
    }

    #[test]
    fn the_tax_in_an_amount_is_an_eleventh_rounded_half_up() {
        for (amount, vat) in
            [(0, 0), (5, 0), (6, 1), (2_200, 200), (4_500, 409), (2_800, 255), (u32::MAX, 390_451_572)]
        {
            assert_eq!(Won::new(amount).vat(), Won::new(vat), "{amount}");
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        assert_eq!(Won::new(u32::MAX).checked_add(Won::new(1)), None);
        assert_eq!(Won::new(1).checked_sub(Won::new(2)), None);
        assert_eq!(Won::new(u32::MAX).checked_mul(2), None);
    }
}
