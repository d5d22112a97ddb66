//! What really happened to a payment, for an audit.

use jiff::Timestamp;
use serde::Serialize;

use super::state::{ActionKind, Payment, Status};

/// What really happened to a payment, whatever anyone was told. Sums are in won.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PaymentView {
    /// KakaoPay's name for it.
    pub tid: String,
    /// The shop it is for.
    pub cid: String,
    /// The shop's name for it.
    pub partner_order_id: String,
    /// The shop's name for the payer.
    pub partner_user_id: String,
    /// What is bought; a recurring charge need not say.
    pub item_name: Option<String>,
    /// How far it is.
    pub status: Status,
    /// What it comes to.
    pub total: i64,
    /// What was collected: nothing or the total, or else the fake is broken.
    pub collected: i64,
    /// What was given back of it.
    pub cancelled: i64,
    /// How often it was approved: at most once, or else the fake is broken.
    pub approvals: usize,
    /// How often something was given back.
    pub cancellations: usize,
    /// The subscription that it made or was charged to.
    pub sid: Option<String>,
    /// The path of its page for a browser on a desk.
    pub pc_path: String,
    /// When it was prepared.
    pub created_at: Timestamp,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
}

impl PaymentView {
    pub(crate) fn of(payment: &Payment) -> PaymentView {
        let count = |is_cancel| {
            payment.actions.iter().filter(|action| (action.kind == ActionKind::Cancel) == is_cancel).count()
        };
        PaymentView {
            tid: payment.tid.clone(),
            cid: payment.cid.clone(),
            partner_order_id: payment.partner_order_id.clone(),
            partner_user_id: payment.partner_user_id.clone(),
            item_name: payment.item_name.clone(),
            status: payment.status,
            total: payment.amount.total,
            collected: payment.collected().total,
            cancelled: payment.cancelled().total,
            approvals: count(false),
            cancellations: count(true),
            sid: payment.sid.clone(),
            pc_path: super::pages::page_path(payment, super::pages::Device::Pc),
            created_at: payment.created_at,
            approved_at: payment.approval().map(|approval| approval.at),
        }
    }

    /// What could still be given back.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.collected - self.cancelled
    }
}
