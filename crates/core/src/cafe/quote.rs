//! A quote: what was agreed with a customer, and what every later step is measured against.

use jiff::{SignedDuration, Timestamp};

use super::{MemberId, Points};
use crate::payment::{Charge, OrderId, PayerId, PaymentRef, Session, Won};

/// How long a quote can be opened: an hour, after which the customer orders anew.
pub const QUOTE_FOR: SignedDuration = SignedDuration::from_hours(1);

/// What was agreed. It never changes after it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The order it became.
    pub id: OrderId,
    /// What, as the menu spells it.
    pub item: String,
    /// How many.
    pub quantity: u32,
    /// Price times quantity.
    pub total: Won,
    /// Points to be spent: 0 when it is paid in full.
    pub spend: Points,
    /// What is left to pay in money: `total` less `spend`.
    pub due: Won,
    /// Points to be earned: 0 for a stranger, and when points are spent.
    pub earn: Points,
    /// Whose points move, if any can.
    pub member: Option<MemberId>,
    /// Whom a gateway will know as the payer.
    pub payer: PayerId,
    /// When it was agreed.
    pub quoted_at: Timestamp,
}

impl Quote {
    /// What a gateway is asked to collect for it.
    #[must_use]
    pub fn charge(&self) -> Charge {
        Charge {
            order: self.id,
            payer: self.payer.clone(),
            item: self.item.clone(),
            quantity: self.quantity,
            amount: self.due,
        }
    }

    /// The payment that was opened for it, as its gateway knows it. Where its page is ours, its key is learned later.
    #[must_use]
    pub fn payment(&self, session: &Session) -> PaymentRef {
        PaymentRef {
            order: self.id.to_string(),
            key: Some(session.key.clone()).filter(|key| !key.is_empty()),
            payer: Some(self.payer.clone()),
        }
    }
}
