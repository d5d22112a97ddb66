//! What a gateway shows of a payment: how far it has come, whose it is, and the sums.

use std::fmt;

use jiff::Timestamp;

use super::{Document, Facts, PayerId, Won};

/// Which payment is meant, of those of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentRef {
    /// What the gateway was told that the order is called.
    pub order: String,
    /// What the gateway calls the payment; none where nobody has learned that yet.
    pub key: Option<String>,
    /// Who pays, where the gateway was told by us.
    pub payer: Option<PayerId>,
}

/// Whoever knows the key may collect or return by it, given the account's.
impl fmt::Debug for PaymentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentRef({})", self.order)
    }
}

/// How far a payment has come at its gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was collected, and nothing is before we say so, whether the payer has agreed yet or not.
    Collectable,
    /// Nothing was collected yet, and it may be without us: a virtual account waits for its deposit, or a window is open.
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

/// How the payer paid, as the gateway tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// By card.
    Card,
    /// From the balance kept at the gateway.
    Balance,
    /// Some other way, in the gateway's word.
    Other(String),
}

impl Method {
    /// How the method is written in the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Method::Card => "card",
            Method::Balance => "balance",
            Method::Other(word) => word,
        }
    }

    /// Reads what [`Method::as_str`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Method {
        match name {
            "card" => Method::Card,
            "balance" => Method::Balance,
            other => Method::Other(other.to_owned()),
        }
    }
}

/// The gateway says it has collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// How much was collected. Compare it before believing it.
    pub amount: Won,
    /// The gateway's own number of the approval, where it gives one.
    pub number: Option<String>,
    /// How it was paid.
    pub method: Option<Method>,
    /// When the gateway collected, by its clock.
    pub at: Option<Timestamp>,
}

/// What a gateway shows of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What it calls the payment.
    pub key: String,
    /// What it calls the order.
    pub order: String,
    /// Whether it names the order, the payer and the account that it was asked about, and is in won. What is not must not
    /// be kept as an order's.
    pub is_ours: bool,
    /// How far it has come.
    pub standing: Standing,
    /// Sums and times.
    pub facts: Facts,
    /// How it was paid.
    pub method: Option<Method>,
    /// The gateway's own number of the approval, where it gives one.
    pub number: Option<String>,
    /// The gateway's own words, to the byte.
    pub data: Document,
}

impl Snapshot {
    /// A payment that its gateway has not heard of, because nobody has come as far as beginning it.
    #[must_use]
    pub fn not_begun(payment: &PaymentRef) -> Snapshot {
        Snapshot {
            key: payment.key.clone().unwrap_or_default(),
            order: payment.order.clone(),
            is_ours: true,
            standing: Standing::Awaited,
            facts: Facts {
                currency: "KRW".to_owned(),
                price: Won::ZERO,
                refund: Won::ZERO,
                paid_at: None,
                cancels: Vec::new(),
            },
            method: None,
            number: None,
            data: Document("{}".to_owned()),
        }
    }

    /// What was collected, if it was and is not all given back.
    #[must_use]
    pub fn approval(&self) -> Option<Approval> {
        (self.standing == Standing::Paid).then(|| Approval {
            amount: self.facts.price,
            number: self.number.clone(),
            method: self.method.clone(),
            at: self.facts.paid_at,
        })
    }

    /// What has gone back, of a payment that was collected or called off.
    #[must_use]
    pub fn returned(&self) -> Won {
        match self.standing {
            Standing::Paid | Standing::Cancelled => self.facts.refund,
            Standing::Collectable | Standing::Awaited | Standing::Failed | Standing::Unrecognised(_) => {
                Won::ZERO
            }
        }
    }
}

impl Standing {
    /// Whether nothing was collected, and still can be.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self {
            Standing::Collectable | Standing::Awaited => true,
            Standing::Paid | Standing::Cancelled | Standing::Failed | Standing::Unrecognised(_) => false,
        }
    }

    /// When a payment was paid, of what the gateway shows: never while it is awaited, whatever it was before.
    #[must_use]
    pub fn paid_at(&self, shown: Option<Timestamp>) -> Option<Timestamp> {
        match self {
            Standing::Paid | Standing::Cancelled => shown,
            Standing::Collectable | Standing::Awaited | Standing::Failed | Standing::Unrecognised(_) => None,
        }
    }
}
