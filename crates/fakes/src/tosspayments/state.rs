//! All that the fake remembers: payments, billing keys, receipts, webhooks, idempotency keys, faults, and how often it was
//! asked.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::endpoint::{Endpoint, Target};
use super::faults::Fault;
use super::problem::Told;
use super::webhook::Hook;
use crate::ids::Ids;

/// How long a payer may take.
pub(crate) const READY_FOR: SignedDuration = SignedDuration::from_mins(30);
/// How long the merchant may take to confirm.
pub(crate) const AGREED_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How long an idempotency key is remembered.
pub(crate) const KEY_LIFE: SignedDuration = SignedDuration::from_hours(15 * 24);

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) payments: Vec<Payment>,
    pub(crate) billings: BTreeMap<String, Billing>,
    pub(crate) receipts: BTreeMap<String, Receipt>,
    pub(crate) faults: Vec<Waiting>,
    pub(crate) calls: BTreeMap<Endpoint, usize>,
    /// First answers, by key, secret key, method and path.
    pub(crate) keyed: BTreeMap<String, First>,
    /// Requests that nobody believes in any more, and that take effect after all.
    pub(crate) late: Vec<Late>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) webhook_url: Option<String>,
    /// What came to the sink.
    pub(crate) received: Vec<Value>,
}

/// The first answer to an idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct First {
    pub(crate) at: Timestamp,
    pub(crate) told: Told,
}

/// A request that is carried out later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Late {
    pub(crate) due: Timestamp,
    pub(crate) target: Target,
    pub(crate) m_id: String,
    pub(crate) fields: Map<String, Value>,
    pub(crate) key: Option<String>,
}

/// A fault that waits for a call to an endpoint, or only for the call about one payment or order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) endpoint: Endpoint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<String>,
    pub(crate) fault: Fault,
}

/// One payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) key: String,
    pub(crate) m_id: String,
    pub(crate) order_id: String,
    pub(crate) order_name: String,
    pub(crate) total: i64,
    pub(crate) tax_free: i64,
    /// By a billing key, and not by a payer who was there.
    pub(crate) is_billing: bool,
    pub(crate) method: Option<Method>,
    /// Where its window sends the browser; none where it was made without one.
    pub(crate) window: Option<Window>,
    pub(crate) status: Status,
    pub(crate) requested_at: Timestamp,
    pub(crate) agreed_at: Option<Timestamp>,
    pub(crate) approved_at: Option<Timestamp>,
    pub(crate) transaction_key: Option<String>,
    pub(crate) secret: String,
    pub(crate) card: Option<Card>,
    pub(crate) account: Option<Account>,
    pub(crate) cancels: Vec<Cancel>,
    pub(crate) receipt: Option<String>,
    pub(crate) failure: Option<(String, String)>,
    /// A status for answers to name instead of the true one.
    pub(crate) shown_status: Option<String>,
    /// How often it was collected: at most once, or else the fake is broken.
    pub(crate) approvals: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) success_url: String,
    pub(crate) fail_url: String,
    /// Whether a virtual account may be chosen on its page.
    pub(crate) takes_deposits: bool,
}

/// How a payment is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    Card,
    VirtualAccount,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) number: String,
    pub(crate) months: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) number: String,
    pub(crate) bank: String,
    pub(crate) customer_name: String,
    pub(crate) due: Timestamp,
    pub(crate) expired: bool,
    pub(crate) refund: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cancel {
    pub(crate) amount: i64,
    pub(crate) tax_free: i64,
    pub(crate) reason: String,
    pub(crate) left: i64,
    pub(crate) at: Timestamp,
    pub(crate) transaction_key: String,
}

/// How far a payment is, as answers spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Made; the payer is not done.
    Ready,
    /// The payer has agreed; the merchant's confirmation is what is missing.
    InProgress,
    /// A virtual account waits for its deposit.
    WaitingForDeposit,
    /// Paid.
    Done,
    /// All of it given back, or given up before its deposit.
    Canceled,
    /// Paid, and some of it given back.
    PartialCanceled,
    /// It failed.
    Aborted,
    /// Nobody finished it in time.
    Expired,
}

impl Status {
    /// As answers spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ready => "READY",
            Status::InProgress => "IN_PROGRESS",
            Status::WaitingForDeposit => "WAITING_FOR_DEPOSIT",
            Status::Done => "DONE",
            Status::Canceled => "CANCELED",
            Status::PartialCanceled => "PARTIAL_CANCELED",
            Status::Aborted => "ABORTED",
            Status::Expired => "EXPIRED",
        }
    }
}

/// An agreement to be charged again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Billing {
    pub(crate) m_id: String,
    pub(crate) customer_key: String,
    pub(crate) card: Card,
    pub(crate) at: Timestamp,
}

/// A cash receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) m_id: String,
    pub(crate) order_id: String,
    pub(crate) order_name: String,
    pub(crate) purpose: String,
    pub(crate) number: String,
    pub(crate) amount: i64,
    pub(crate) tax_free: i64,
    pub(crate) cancelled: i64,
    pub(crate) at: Timestamp,
    pub(crate) canceled_at: Option<Timestamp>,
}

impl State {
    pub(crate) fn new(seed: u64, webhook_url: Option<String>) -> State {
        State {
            ids: Ids::new(seed),
            payments: Vec::new(),
            billings: BTreeMap::new(),
            receipts: BTreeMap::new(),
            faults: Vec::new(),
            calls: BTreeMap::new(),
            keyed: BTreeMap::new(),
            late: Vec::new(),
            hooks: Vec::new(),
            webhook_url,
            received: Vec::new(),
        }
    }

    /// Takes the first waiting fault that is meant for this call.
    pub(crate) fn take_fault(&mut self, endpoint: Endpoint, about: &[&str]) -> Option<Fault> {
        let meant = |waiting: &Waiting| {
            waiting.endpoint == endpoint && waiting.about.as_deref().is_none_or(|name| about.contains(&name))
        };
        let place = self.faults.iter().position(meant)?;
        Some(self.faults.remove(place).fault)
    }

    pub(crate) fn payment(&self, payment_key: &str) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.key == payment_key)
    }

    pub(crate) fn payment_mut(&mut self, payment_key: &str) -> Option<&mut Payment> {
        self.payments.iter_mut().find(|payment| payment.key == payment_key)
    }

    /// A key that is made for something.
    pub(crate) fn key(&mut self, prefix: &str) -> String {
        self.ids.hex(prefix, 24)
    }

    pub(crate) fn transaction(&mut self) -> String {
        self.ids.hex("", 32).to_uppercase()
    }
}

impl Payment {
    /// What could still be given back.
    pub(crate) fn left(&self) -> i64 {
        self.total - self.cancelled()
    }

    pub(crate) fn cancelled(&self) -> i64 {
        self.cancels.iter().map(|cancel| cancel.amount).sum()
    }

    /// What was collected of it.
    pub(crate) fn collected(&self) -> i64 {
        if self.approved_at.is_some() { self.total } else { 0 }
    }

    /// When it is over by itself, as it stands.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        let after = |since: Timestamp, time| since.checked_add(time).unwrap_or(Timestamp::MAX);
        match self.status {
            Status::Ready => Some(after(self.requested_at, READY_FOR)),
            Status::InProgress => Some(after(self.agreed_at.unwrap_or(self.requested_at), AGREED_FOR)),
            Status::WaitingForDeposit => self.account.as_ref().map(|account| account.due),
            Status::Done | Status::Canceled | Status::PartialCanceled | Status::Aborted | Status::Expired => {
                None
            }
        }
    }

    pub(crate) fn expire(&mut self) {
        if let Some(account) = &mut self.account {
            account.expired = true;
        }
        self.status = Status::Expired;
        self.failure = Some(("EXPIRED_PAYMENT".into(), "결제가 만료되었습니다. 다시 시도해주세요.".into()));
    }
}
