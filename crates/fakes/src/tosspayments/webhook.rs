//! What the fake sends by itself: queued as soon as something happens, and sent to wherever somebody has registered.
//!
//! Over HTTP the fake sends them itself, at once and then as often as documented; in process they wait to be taken
//! ([`TossPayments::due_webhooks`](super::TossPayments::due_webhooks)).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Options;
use super::merchant::Manner;
use super::object;
use super::state::{Method, Payment, State, Status};
use crate::page::local_time;

/// After how many minutes what was not answered with 200 is sent again.
const AGAIN_AFTER_MINUTES: [i64; 7] = [1, 4, 16, 64, 256, 1_024, 4_096];

/// A webhook, sent or to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hook {
    /// Its place in the order in which they came about.
    pub id: usize,
    /// About which payment.
    pub payment_key: String,
    /// What is sent.
    pub body: Value,
    /// How often it was sent.
    pub attempts: usize,
    /// When it is to be sent next; none once it was answered, or given up.
    pub due: Option<Timestamp>,
    /// What it was last answered with; none where nobody answered.
    pub answered: Option<u16>,
}

/// A payment has another status now.
pub(crate) fn queue(state: &mut State, options: &Options, now: Timestamp, payment_key: &str) {
    let Some(payment) = state.payment(payment_key) else { return };
    let Some(merchant) = options.merchants.iter().find(|merchant| merchant.m_id == payment.m_id) else {
        return;
    };
    let bodies = match merchant.manner {
        Manner::Reference => reference(payment),
        Manner::Current => current(payment, &options.origin, now),
    };
    let due = state.webhook_url.as_ref().map(|_| now);
    for body in bodies {
        let (id, payment_key) = (state.hooks.len(), payment_key.to_owned());
        state.hooks.push(Hook { id, payment_key, body, attempts: 0, due, answered: None });
    }
}

/// A merchant that has registered both events hears twice of a virtual account.
fn current(payment: &Payment, origin: &str, now: Timestamp) -> Vec<Value> {
    let at = format!("{}.000000", local_time(now));
    let mut bodies = vec![json!({
        "eventType": "PAYMENT_STATUS_CHANGED",
        "createdAt": at,
        "data": object::payment(payment, Manner::Current, origin),
    })];
    let is_waiting_or_more = payment.status != Status::Ready && payment.status != Status::InProgress;
    if payment.method == Some(Method::VirtualAccount) && is_waiting_or_more {
        bodies.push(json!({
            "createdAt": at,
            "secret": payment.secret,
            "orderId": payment.order_id,
            "status": payment.status.as_str(),
            "transactionKey": payment.transaction_key,
        }));
    }
    bodies
}

/// The reference says nothing of a card that was collected, and no more than three fields of the rest.
fn reference(payment: &Payment) -> Vec<Value> {
    let is_told = match payment.status {
        Status::WaitingForDeposit | Status::Canceled | Status::PartialCanceled => true,
        Status::Done => payment.method == Some(Method::VirtualAccount),
        Status::Ready | Status::InProgress | Status::Aborted | Status::Expired => false,
    };
    let data = json!({
        "paymentKey": payment.key,
        "orderId": payment.order_id,
        "status": payment.status.as_str(),
    });
    is_told.then(|| json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": data })).into_iter().collect()
}

/// Notes what came of sending it: anything but 200 has it sent again. The reference's server answers 201, which is taken
/// for an answer too.
pub(crate) fn sent(hook: &mut Hook, answered: Option<u16>, now: Timestamp) {
    let again = AGAIN_AFTER_MINUTES.get(hook.attempts).map(|minutes| SignedDuration::from_mins(*minutes));
    hook.attempts += 1;
    hook.answered = answered;
    hook.due = match answered {
        Some(200 | 201) => None,
        Some(_) | None => again.and_then(|again| now.checked_add(again).ok()),
    };
}
