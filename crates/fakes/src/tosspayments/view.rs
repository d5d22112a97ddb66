//! What really happened to a payment, for an audit.

use jiff::Timestamp;
use serde::Serialize;

use super::state::{Payment, Status};

/// What really happened to a payment, whatever anyone was told. Sums are in won.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PaymentView {
    /// Toss Payments' key of it.
    pub payment_key: String,
    /// The merchant's order number.
    pub order_id: String,
    /// What is bought.
    pub order_name: String,
    /// How far it is.
    pub status: Status,
    /// What it comes to.
    pub total: i64,
    /// What was collected: nothing or the total, or else the fake is broken.
    pub collected: i64,
    /// What was given back of it.
    pub cancelled: i64,
    /// How often it was collected: at most once, or else the fake is broken.
    pub approvals: usize,
    /// How often something was given back.
    pub cancellations: usize,
    /// The path of its page, where it has one.
    pub page_path: Option<String>,
    /// When it was made.
    pub requested_at: Timestamp,
    /// When it was collected.
    pub approved_at: Option<Timestamp>,
}

impl PaymentView {
    pub(crate) fn of(payment: &Payment) -> PaymentView {
        PaymentView {
            payment_key: payment.key.clone(),
            order_id: payment.order_id.clone(),
            order_name: payment.order_name.clone(),
            status: payment.status,
            total: payment.total,
            collected: payment.collected(),
            // What is given up before its deposit is no money.
            cancelled: if payment.approved_at.is_some() { payment.cancelled() } else { 0 },
            approvals: payment.approvals,
            cancellations: payment.cancels.len(),
            page_path: payment.window.as_ref().map(|_| super::object::checkout_url("", &payment.key)),
            requested_at: payment.requested_at,
            approved_at: payment.approved_at,
        }
    }

    /// What could still be given back.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.collected - self.cancelled
    }
}
