//! How much of a payment to give back: all that is left or this much of it, which are two things, and nothing is neither.

use super::Won;

/// How much of a payment to give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returning {
    /// All that is left, of which we believe that it is this. Never zero.
    All {
        /// What is left.
        left: Won,
    },
    /// This much of what is left.
    Part {
        /// To give back. Never zero, and less than `left`.
        amount: Won,
        /// What we believe could still be given back, `amount` included.
        left: Won,
    },
}

impl Returning {
    /// This much of what is left; none where that is nothing, or more than there is.
    #[must_use]
    pub fn new(amount: Won, left: Won) -> Option<Returning> {
        match amount {
            Won::ZERO => None,
            _ if amount > left => None,
            _ if amount == left => Some(Returning::All { left }),
            _ => Some(Returning::Part { amount, left }),
        }
    }

    /// How much that is.
    #[must_use]
    pub const fn amount(self) -> Won {
        match self {
            Returning::All { left } => left,
            Returning::Part { amount, .. } => amount,
        }
    }

    /// What we believe could still be given back. The gateway refuses when it believes otherwise, which keeps a repeated
    /// request from returning twice.
    #[must_use]
    pub const fn left(self) -> Won {
        match self {
            Returning::All { left } | Returning::Part { left, .. } => left,
        }
    }

    /// What is left of it then.
    #[must_use]
    pub fn left_then(self) -> Won {
        self.left().checked_sub(self.amount()).unwrap_or_default()
    }
}

/// Some or all of a collected payment, to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// What this one attempt at cancelling is called among those of its payment: a gateway that takes keys is given one that
    /// is made of it, and gives its first answer again to the same one. So whoever asks anew, as they looked and nothing had
    /// been returned, asks by another name.
    pub name: String,
    /// How much.
    pub returning: Returning,
    /// Why, as whoever looks at the payment there reads it.
    pub reason: String,
    /// Where to, for what was paid into a virtual account.
    pub account: Option<BankAccount>,
}

/// A customer's bank account, for a refund of what came into a virtual account. Passed on, and never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// The bank, as its gateway writes it.
    pub bank: String,
    /// The number.
    pub number: String,
    /// Whose it is.
    pub holder: String,
    /// Their telephone number.
    pub mobile: String,
}

impl std::fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BankAccount([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::{Returning, Won};

    #[test]
    fn all_and_this_much_are_two_things_and_nothing_is_neither() {
        let returning = |amount, left| Returning::new(Won::new(amount), Won::new(left));
        assert_eq!(returning(0, 1_000), None);
        assert_eq!(returning(0, 0), None);
        assert_eq!(returning(1_001, 1_000), None);
        assert_eq!(returning(1_000, 1_000), Some(Returning::All { left: Won::new(1_000) }));
        let part = Returning::Part { amount: Won::new(999), left: Won::new(1_000) };
        assert_eq!(returning(999, 1_000), Some(part));
        assert_eq!(part.left_then(), Won::new(1));
        assert_eq!(returning(1_000, 1_000).unwrap().left_then(), Won::ZERO);
    }
}
