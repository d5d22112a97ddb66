//! All that the fake remembers: payments, subscriptions, waiting faults, and how often it was asked.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::endpoint::{Dialect, Endpoint};
use super::faults::Fault;
use super::money::Amount;
use crate::ids::Ids;

/// How long a payment waits for its payer and for the approval.
pub(crate) const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) payments: Payments,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    pub(crate) faults: Vec<Waiting>,
    pub(crate) calls: BTreeMap<Endpoint, usize>,
}

impl State {
    pub(crate) fn new(seed: u64) -> State {
        State {
            ids: Ids::new(seed),
            payments: Payments::default(),
            subscriptions: BTreeMap::new(),
            faults: Vec::new(),
            calls: BTreeMap::new(),
        }
    }

    /// Takes the first waiting fault that is meant for this call.
    pub(crate) fn take_fault(&mut self, endpoint: Endpoint, tid: Option<&str>) -> Option<Fault> {
        let meant = |waiting: &Waiting| {
            waiting.endpoint == endpoint && (waiting.tid.is_none() || waiting.tid.as_deref() == tid)
        };
        let place = self.faults.iter().position(meant)?;
        Some(self.faults.remove(place).fault)
    }
}

/// A fault that waits for a call to an endpoint, or only for the call about one payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) endpoint: Endpoint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tid: Option<String>,
    pub(crate) fault: Fault,
}

/// Payments in the order in which they were made, found by tid or by the name of their page.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Payment>", into = "Vec<Payment>")]
pub(crate) struct Payments {
    list: Vec<Payment>,
    places: HashMap<String, usize>,
}

impl Payments {
    pub(crate) fn add(&mut self, payment: Payment) {
        let place = self.list.len();
        self.places.insert(payment.tid.clone(), place);
        self.places.insert(payment.page.clone(), place);
        self.list.push(payment);
    }

    /// By tid or page.
    pub(crate) fn get(&self, name: &str) -> Option<&Payment> {
        self.list.get(*self.places.get(name)?)
    }

    /// By tid or page.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Payment> {
        self.list.get_mut(*self.places.get(name)?)
    }

    pub(crate) fn all(&self) -> &[Payment] {
        &self.list
    }
}

impl Clone for Payments {
    fn clone(&self) -> Payments {
        self.list.clone().into()
    }
}

impl From<Vec<Payment>> for Payments {
    fn from(list: Vec<Payment>) -> Payments {
        let mut payments = Payments::default();
        for payment in list {
            payments.add(payment);
        }
        payments
    }
}

impl From<Payments> for Vec<Payment> {
    fn from(payments: Payments) -> Vec<Payment> {
        payments.list
    }
}

/// One payment: what `ready` asked for, how far the payer is, and what has happened to the money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) tid: String,
    /// What names it in its page's address.
    pub(crate) page: String,
    pub(crate) dialect: Dialect,
    pub(crate) cid: String,
    pub(crate) partner_order_id: String,
    pub(crate) partner_user_id: String,
    pub(crate) item_name: Option<String>,
    pub(crate) item_code: Option<String>,
    pub(crate) quantity: i64,
    pub(crate) amount: Amount,
    pub(crate) method: String,
    pub(crate) install_month: i64,
    pub(crate) approval_url: String,
    pub(crate) cancel_url: String,
    pub(crate) fail_url: String,
    pub(crate) created_at: Timestamp,
    pub(crate) status: Status,
    /// A status for `order` to name instead of the true one.
    pub(crate) shown_status: Option<String>,
    /// Given to the payer's browser, gone once it is used.
    pub(crate) pg_token: Option<String>,
    pub(crate) timed_out: bool,
    pub(crate) sid: Option<String>,
    pub(crate) actions: Vec<Action>,
}

impl Payment {
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.timed_out || now.duration_since(self.created_at) > PATIENCE
    }

    /// What was approved, if it was.
    pub(crate) fn approval(&self) -> Option<&Action> {
        self.actions.iter().find(|action| action.kind != ActionKind::Cancel)
    }

    pub(crate) fn last_cancellation(&self) -> Option<&Action> {
        self.actions.iter().rfind(|action| action.kind == ActionKind::Cancel)
    }

    pub(crate) fn collected(&self) -> Amount {
        self.sum(ActionKind::Payment)
    }

    pub(crate) fn cancelled(&self) -> Amount {
        self.sum(ActionKind::Cancel)
    }

    pub(crate) fn available(&self) -> Amount {
        self.collected().minus(self.cancelled())
    }

    fn sum(&self, kind: ActionKind) -> Amount {
        let amounts = self.actions.iter().filter(|action| action.kind == kind).map(|action| action.amount);
        amounts.fold(Amount::default(), Amount::plus)
    }
}

/// How far a payment is, as `order` spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Prepared; the payer has not come yet.
    Ready,
    /// The payer has opened the page.
    OpenPayment,
    /// The payer has agreed; the shop's approval is what is missing.
    AuthPassword,
    /// A subscription was agreed on, and nothing charged.
    IssuedSid,
    /// Paid.
    SuccessPayment,
    /// Paid, and some of it given back.
    PartCancelPayment,
    /// Paid, and all of it given back.
    CancelPayment,
    /// The payer pressed cancel.
    QuitPayment,
    /// It failed at the payer's, or they took too long.
    FailPayment,
}

impl Status {
    /// As `order` spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ready => "READY",
            Status::OpenPayment => "OPEN_PAYMENT",
            Status::AuthPassword => "AUTH_PASSWORD",
            Status::IssuedSid => "ISSUED_SID",
            Status::SuccessPayment => "SUCCESS_PAYMENT",
            Status::PartCancelPayment => "PART_CANCEL_PAYMENT",
            Status::CancelPayment => "CANCEL_PAYMENT",
            Status::QuitPayment => "QUIT_PAYMENT",
            Status::FailPayment => "FAIL_PAYMENT",
        }
    }
}

/// Something that happened to the money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Action {
    pub(crate) aid: String,
    pub(crate) kind: ActionKind,
    pub(crate) at: Timestamp,
    pub(crate) amount: Amount,
    pub(crate) payload: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ActionKind {
    Payment,
    Cancel,
    IssuedSid,
}

impl ActionKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ActionKind::Payment => "PAYMENT",
            ActionKind::Cancel => "CANCEL",
            ActionKind::IssuedSid => "ISSUED_SID",
        }
    }
}

/// An agreement to be charged again, made by a first payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) cid: String,
    pub(crate) partner_user_id: String,
    pub(crate) item_name: Option<String>,
    pub(crate) method: String,
    pub(crate) created_at: Timestamp,
    pub(crate) last_approved_at: Timestamp,
    pub(crate) inactivated_at: Option<Timestamp>,
}
