//! All that the fake remembers: payments, stored cards, persons, webhooks, and how often it was asked.

use std::collections::BTreeMap;
use std::sync::MutexGuard;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Options;
use super::endpoint::{Dialect, Endpoint};
use crate::ids::Ids;
use crate::trouble::Trouble;
use crate::webhook::Delivery;

/// What is seen while one request is dealt with.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) options: &'a Options,
    pub(crate) now: Timestamp,
    pub(crate) state: MutexGuard<'a, State>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) payments: Vec<Payment>,
    /// What orders come to, as registered beforehand.
    pub(crate) registered: BTreeMap<String, i64>,
    pub(crate) cards: BTreeMap<String, Card>,
    pub(crate) persons: BTreeMap<String, Person>,
    pub(crate) token: Option<Token>,
    /// The latest webhooks of V2's payments, to be sent once more: by payment.
    pub(crate) sent: BTreeMap<String, Vec<Sent>>,
    pub(crate) outbox: Vec<Delivery>,
    pub(crate) troubles: Vec<Waiting>,
    pub(crate) calls: BTreeMap<Endpoint, usize>,
}

impl State {
    pub(crate) fn new(seed: u64) -> State {
        State {
            ids: Ids::new(seed),
            payments: Vec::new(),
            registered: BTreeMap::new(),
            cards: BTreeMap::new(),
            persons: BTreeMap::new(),
            token: None,
            sent: BTreeMap::new(),
            outbox: Vec::new(),
            troubles: Vec::new(),
            calls: BTreeMap::new(),
        }
    }

    /// By PortOne's number; or by the shop's, and then the attempt that holds money before the latest.
    pub(crate) fn find(&self, name: &str) -> Option<&Payment> {
        self.payments.get(self.place(name)?)
    }

    pub(crate) fn find_mut(&mut self, name: &str) -> Option<&mut Payment> {
        let place = self.place(name)?;
        self.payments.get_mut(place)
    }

    fn place(&self, name: &str) -> Option<usize> {
        let by = |is: &dyn Fn(&Payment) -> bool| self.payments.iter().rposition(is);
        by(&|payment| payment.imp_uid == name)
            .or_else(|| by(&|payment| payment.id == name && payment.paid_at.is_some()))
            .or_else(|| by(&|payment| payment.id == name))
    }

    /// Whether an order was ever paid, or waits for a deposit: it cannot be paid again then.
    pub(crate) fn is_taken(&self, id: &str) -> bool {
        self.payments
            .iter()
            .any(|payment| payment.id == id && (payment.paid_at.is_some() || payment.stage == Stage::Issued))
    }

    /// Takes the first waiting trouble that is meant for this call.
    pub(crate) fn take_trouble(&mut self, endpoint: Endpoint) -> Option<Trouble> {
        let place = self.troubles.iter().position(|waiting| waiting.endpoint == endpoint)?;
        Some(self.troubles.remove(place).trouble)
    }

    /// An id that looks like a UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let hex = self.ids.hex("", 30);
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..])
    }
}

/// A trouble that waits for a call to an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) endpoint: Endpoint,
    pub(crate) trouble: Trouble,
}

/// One attempt at a payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) dialect: Dialect,
    /// The shop's: `merchant_uid` or `paymentId`.
    pub(crate) id: String,
    /// PortOne's: `imp_uid` or `transactionId`.
    pub(crate) imp_uid: String,
    pub(crate) name: Option<String>,
    pub(crate) amount: i64,
    pub(crate) tax_free: i64,
    pub(crate) method: Method,
    pub(crate) stage: Stage,
    pub(crate) buyer: Buyer,
    pub(crate) customer_uid: Option<String>,
    pub(crate) custom_data: Option<String>,
    /// Where its webhooks go, instead of the usual address.
    pub(crate) notice_urls: Vec<String>,
    pub(crate) started_at: Timestamp,
    pub(crate) paid_at: Option<Timestamp>,
    pub(crate) failed_at: Option<Timestamp>,
    pub(crate) fail_reason: Option<String>,
    pub(crate) cancels: Vec<Cancel>,
    pub(crate) receipt: Option<Receipt>,
    /// A status for look-ups to name instead of the true one.
    pub(crate) shown_status: Option<String>,
}

impl Payment {
    pub(crate) fn cancelled(&self) -> i64 {
        self.cancels.iter().map(|cancel| cancel.amount).sum()
    }

    /// What can still be given back.
    pub(crate) fn left(&self) -> i64 {
        if self.paid_at.is_some() { self.amount - self.cancelled() } else { 0 }
    }
}

/// How far an attempt has come; what was given back of a paid one stands in its `cancels`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// The payer has opened the window.
    Open,
    /// A virtual account waits for its deposit.
    Issued,
    Paid,
    Failed,
    /// A virtual account was closed before anybody had paid.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// With its last four digits, and months of its instalment.
    Card {
        last_digits: String,
        quota: i64,
    },
    Vbank {
        code: String,
        number: String,
        holder: String,
        due: Timestamp,
    },
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Buyer {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) tel: Option<String>,
    pub(crate) addr: Option<String>,
    pub(crate) postcode: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cancel {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) tax_free: i64,
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) uid: String,
    pub(crate) kind: String,
    pub(crate) applied_at: Timestamp,
    pub(crate) cancelled_at: Option<Timestamp>,
}

/// A stored card (V1) or a billing key (V2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) dialect: Dialect,
    pub(crate) last_digits: String,
    pub(crate) owner: Buyer,
    /// What the merchant calls them, of V2's.
    #[serde(default)]
    pub(crate) customer: Option<String>,
    pub(crate) inserted: Timestamp,
    pub(crate) deleted_at: Option<Timestamp>,
}

/// A person whose telephone was sent a code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) merchant_uid: Option<String>,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) birthday: String,
    pub(crate) gender_digit: String,
    pub(crate) carrier: String,
    pub(crate) otp: String,
    pub(crate) certified_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) secret: String,
    pub(crate) ends_at: Timestamp,
}

/// A webhook of V2 that was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) urls: Vec<String>,
}
