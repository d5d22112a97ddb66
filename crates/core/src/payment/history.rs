//! A payment of another backend's: claimed before the gateway is asked, then a history of what the gateway shows.

use jiff::Timestamp;

use super::{Document, PaymentRef, RecordId, Source, Vendor, Won};

/// A payment that a service has asked us to take, written down before the gateway is asked. Nobody can read
/// it yet; whoever sends the same request again, or the schedule, finishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The id of the history it becomes.
    pub id: RecordId,
    /// Whose payment.
    pub vendor: Vendor,
    /// What it belongs to.
    pub source: Source,
    /// What ought to have been paid.
    pub price: Won,
    /// Where the service is told of changes.
    pub webhook_url: Option<String>,
    /// When the service asked.
    pub claimed_at: Timestamp,
    /// Who is at it.
    pub run: Run,
}

/// One go at something: a name of its own, and until when it can be alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub token: RecordId,
    /// Until then nobody else takes over. Whole milliseconds.
    pub until: Timestamp,
}

/// A payment, as the gateway last showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Its name.
    pub id: RecordId,
    /// Whose payment.
    pub vendor: Vendor,
    /// What it belongs to.
    pub source: Source,
    /// Where the service is told of changes.
    pub webhook_url: Option<String>,
    /// When it was taken on.
    pub created_at: Timestamp,
    /// What the gateway shows.
    pub facts: Facts,
    /// What it said to that, to the byte.
    pub data: Document,
    /// How often it has been written. What was decided on one version changes no other.
    pub version: u32,
    /// The refund that is on its way, if one is.
    pub cancelling: Option<Cancelling>,
    /// By which names refunds were made, so that a repeat is known.
    pub cancelled_as: Vec<RecordId>,
}

/// What a gateway shows of a payment, in no gateway's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The currency's code, such as `KRW`.
    pub currency: String,
    /// The sum of the payment, in whole units of the currency.
    pub price: Won,
    /// What of it was given back so far.
    pub refund: Won,
    /// When it was paid. None before a virtual account's deposit, and none again when a bank takes one back.
    pub paid_at: Option<Timestamp>,
    /// What was given back, the earliest first.
    pub cancels: Vec<Cancel>,
}

/// One sum that was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// How much.
    pub price: Won,
    /// Why, in the words of whoever asked.
    pub reason: String,
    /// When, by the gateway's clock.
    pub created_at: Timestamp,
}

/// A refund, written down before the gateway is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancelling {
    /// The name by which a repeat of it is known: to us, and to gateways that know of such names.
    pub id: RecordId,
    /// How much.
    pub amount: Won,
    /// Why.
    pub reason: String,
    /// When it was first asked for.
    pub asked_at: Timestamp,
    /// Who is at it.
    pub run: Run,
}

impl Facts {
    /// When it was first given back from. The reference moves this with each look; ours stays.
    #[must_use]
    pub fn cancelled_at(&self) -> Option<Timestamp> {
        self.cancels.iter().map(|cancel| cancel.created_at).min()
    }

    /// What could still be given back.
    #[must_use]
    pub fn left(&self) -> Won {
        self.price.checked_sub(self.refund).unwrap_or_default()
    }
}

/// The payment as its gateway knows it: what it belongs to is the order there.
fn payment_of(vendor: &Vendor, source: &Source) -> PaymentRef {
    PaymentRef { order: source.id.clone(), key: Some(vendor.uid.clone()), payer: None }
}

impl Claim {
    /// The payment as its gateway knows it.
    #[must_use]
    pub fn payment(&self) -> PaymentRef {
        payment_of(&self.vendor, &self.source)
    }

    /// The history that it becomes.
    #[must_use]
    pub fn complete(&self, facts: Facts, data: Document) -> History {
        History {
            id: self.id,
            vendor: self.vendor.clone(),
            source: self.source.clone(),
            webhook_url: self.webhook_url.clone(),
            created_at: self.claimed_at,
            facts,
            data,
            version: 1,
            cancelling: None,
            cancelled_as: Vec::new(),
        }
    }
}

impl History {
    /// The payment as its gateway knows it.
    #[must_use]
    pub fn payment(&self) -> PaymentRef {
        payment_of(&self.vendor, &self.source)
    }

    /// The same payment as the gateway shows it now.
    #[must_use]
    pub fn now_showing(&self, facts: Facts, data: Document) -> History {
        History { facts, data, version: self.version.saturating_add(1), ..self.clone() }
    }
}
