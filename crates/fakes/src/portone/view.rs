//! What really happened to a payment, for an audit.

use jiff::Timestamp;
use serde::Serialize;

use super::endpoint::Dialect;
use super::state::{Method, Payment, Stage};

/// How a payment really stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The payer has opened the window.
    Open,
    /// A virtual account waits for its deposit.
    Issued,
    /// Collected.
    Paid,
    /// Collected, and some of it given back.
    PartlyRefunded,
    /// Collected, and all of it given back.
    Refunded,
    /// It failed, or the payer has given up.
    Failed,
    /// Its virtual account was closed before anybody had paid.
    Closed,
}

/// What really happened to a payment, whatever anyone was told. Sums are in won.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PaymentView {
    /// How it was begun.
    pub dialect: Dialect,
    /// The shop's name for it.
    pub id: String,
    /// PortOne's name for it.
    pub imp_uid: String,
    /// What is bought.
    pub name: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// What it comes to.
    pub total: i64,
    /// What was collected.
    pub collected: i64,
    /// What was given back of it.
    pub cancelled: i64,
    /// How often something was given back.
    pub cancellations: usize,
    /// The virtual account, where it is one.
    pub account: Option<String>,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When it was collected.
    pub paid_at: Option<Timestamp>,
}

impl PaymentView {
    pub(crate) fn of(payment: &Payment) -> PaymentView {
        let collected = if payment.paid_at.is_some() { payment.amount } else { 0 };
        PaymentView {
            dialect: payment.dialect,
            id: payment.id.clone(),
            imp_uid: payment.imp_uid.clone(),
            name: payment.name.clone(),
            standing: Standing::of(payment),
            total: payment.amount,
            collected,
            cancelled: payment.cancelled(),
            cancellations: payment.cancels.len(),
            account: match &payment.method {
                Method::Vbank { number, .. } => Some(number.clone()),
                Method::Card { .. } => None,
            },
            started_at: payment.started_at,
            paid_at: payment.paid_at,
        }
    }

    /// What could still be given back.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.collected - self.cancelled
    }
}

impl Standing {
    pub(crate) fn of(payment: &Payment) -> Standing {
        match payment.stage {
            Stage::Open => Standing::Open,
            Stage::Issued => Standing::Issued,
            Stage::Failed => Standing::Failed,
            Stage::Closed => Standing::Closed,
            Stage::Paid if payment.cancels.is_empty() => Standing::Paid,
            Stage::Paid if payment.left() > 0 => Standing::PartlyRefunded,
            Stage::Paid => Standing::Refunded,
        }
    }

    /// How V2 spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Open => "READY",
            Standing::Issued => "VIRTUAL_ACCOUNT_ISSUED",
            Standing::Paid => "PAID",
            Standing::PartlyRefunded => "PARTIAL_CANCELLED",
            Standing::Refunded | Standing::Closed => "CANCELLED",
            Standing::Failed => "FAILED",
        }
    }

    /// How V1 spells it. Guess: that a part refund is called cancelled, as the fake server of payments SDKs has it.
    pub(crate) fn as_v1(self) -> &'static str {
        match self {
            Standing::Open | Standing::Issued => "ready",
            Standing::Paid => "paid",
            Standing::PartlyRefunded | Standing::Refunded | Standing::Closed => "cancelled",
            Standing::Failed => "failed",
        }
    }
}
