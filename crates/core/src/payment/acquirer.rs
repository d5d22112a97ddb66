//! A gateway as the payments service asks it, for a payment that a customer made elsewhere.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{BoxError, Document, Facts, RecordId, SendError, VendorCode, Won};

/// How far a payment has come at its gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The customer has agreed, and nothing is collected before we say so.
    Agreed,
    /// Nothing was paid yet, and may still be: a virtual account waits for its deposit.
    Awaited,
    /// Paid; perhaps partly given back since.
    Paid,
    /// Paid, and all of it given back; or called off before it was paid.
    Cancelled,
    /// Over: nothing was paid and nothing will be.
    Failed,
    /// A word that was not documented when this was written. Never taken as failed.
    Unrecognised(String),
}

/// What a gateway shows of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// What it calls the payment.
    pub uid: String,
    /// What it calls the order.
    pub order: String,
    /// How far it has come.
    pub standing: Standing,
    /// Sums and times.
    pub facts: Facts,
    /// Its own words, to the byte.
    pub data: Document,
}

/// What to collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collection<'a> {
    /// The payment.
    pub uid: &'a str,
    /// The order that it must be for.
    pub order: &'a str,
    /// The sum that it must be of.
    pub price: Won,
    /// By which the gateway knows a repeat.
    pub key: RecordId,
}

/// What of a payment to give back.
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

    /// What we believe could still be given back.
    #[must_use]
    pub const fn left(self) -> Won {
        match self {
            Returning::All { left } | Returning::Part { left, .. } => left,
        }
    }
}

/// A refund to ask for.
#[derive(Clone, Copy, Debug)]
pub struct Return<'a> {
    /// Of which payment.
    pub uid: &'a str,
    /// For which order.
    pub order: &'a str,
    /// How much.
    pub returning: Returning,
    /// Why.
    pub reason: &'a str,
    /// Where to, for what was paid into a virtual account.
    pub account: Option<&'a BankAccount>,
    /// By which the gateway knows a repeat.
    pub key: RecordId,
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

/// Why a gateway did not do what was asked. The difference between the three is the whole point.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It said no, and nothing moved.
    #[error("{vendor} refused with {} ({})", .refusal.status, .refusal.code)]
    Refused {
        /// Who.
        vendor: VendorCode,
        /// What it said.
        refusal: Refusal,
    },
    /// It was not reached: nothing moved, asking again is safe.
    #[error("{0} was not reached")]
    Unreached(VendorCode, #[source] BoxError),
    /// Asked, and no answer that can be believed: money may have moved, so look it up.
    #[error("{0} gave no answer that can be believed")]
    Unknown(VendorCode, #[source] BoxError),
}

/// A gateway's no, in its own words: the service that asked gets them, and no log line does.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its HTTP status, 400 to 499.
    pub status: u16,
    /// Its code.
    pub code: String,
    /// Which of its paths was asked.
    pub path: String,
    /// All that it said.
    pub text: String,
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl AskError {
    /// A request that got no answer, in a gateway's terms.
    #[must_use]
    pub fn from_send(vendor: VendorCode, error: SendError) -> AskError {
        match error {
            SendError::NotSent(source) => AskError::Unreached(vendor, source),
            SendError::NoAnswer(source) => AskError::Unknown(vendor, source),
        }
    }
}

/// A gateway, spoken to with one of a service's accounts.
///
/// An implementation asks once and translates; it never retries and never decides what to do next.
#[async_trait]
pub trait Acquirer: Send + Sync {
    /// Has the gateway collect what the customer has agreed to. A gateway that collects by itself is only looked up.
    ///
    /// # Errors
    /// [`AskError::Unknown`]: the money may have been collected; [`Acquirer::look_up`] tells.
    async fn collect(&self, collection: Collection<'_>) -> Result<Observed, AskError>;

    /// Asks how far a payment has come. Changes nothing.
    ///
    /// # Errors
    /// Whichever: nothing is known that was not known before.
    async fn look_up(&self, uid: &str) -> Result<Observed, AskError>;

    /// Gives some or all of a payment back, and tells what it shows then.
    ///
    /// # Errors
    /// [`AskError::Unknown`]: the money may have been given back; [`Acquirer::look_up`] tells.
    async fn give_back(&self, request: Return<'_>) -> Result<Observed, AskError>;

    /// What it says of a way to pay that was stored for `customer`. Changes nothing.
    ///
    /// # Errors
    /// [`AskError::Refused`]: it knows none, or not that customer's.
    async fn stored_method(&self, uid: &str, customer: &str) -> Result<Document, AskError>;
}

/// All gateways and accounts that a service may name.
pub trait Acquirers: Send + Sync {
    /// The gateway, spoken to with the account that `store` names; none where nobody set up such an account.
    fn of(&self, vendor: VendorCode, store: &str) -> Option<&dyn Acquirer>;
}

/// When a payment was paid, of what the gateway shows: never while it is awaited, whatever it was before.
#[must_use]
pub fn paid_at(standing: &Standing, at: Option<Timestamp>) -> Option<Timestamp> {
    match standing {
        Standing::Paid | Standing::Cancelled => at,
        Standing::Agreed | Standing::Awaited | Standing::Failed | Standing::Unrecognised(_) => None,
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
    }
}
