//! How far a payment has come.

use crate::words::words;

words! {
    /// A payment's status in V2's words. [`Status::progress`] says what to do about it.
    pub enum Status {
        /// The payer has opened the payment window.
        Ready = "READY",
        /// The payer is done, and the gateway not yet.
        PayPending = "PAY_PENDING",
        /// A virtual account waits for the deposit.
        VirtualAccountIssued = "VIRTUAL_ACCOUNT_ISSUED",
        /// Collected.
        Paid = "PAID",
        /// It failed. The payer may try again under the same id.
        Failed = "FAILED",
        /// Collected, and a part of it given back.
        PartialCancelled = "PARTIAL_CANCELLED",
        /// Given back, all of it; or, of a virtual account, closed before anybody had paid.
        Cancelled = "CANCELLED",
    }
}

/// What a [`Status`] means for the order behind the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Nothing is collected yet, and it still may be: wait until it expires.
    Pending,
    /// The money was collected.
    Paid,
    /// The money was collected, and a part of it given back.
    PartlyRefunded,
    /// Whatever was collected, all of it was given back.
    Refunded,
    /// Nothing was collected. Another attempt under the same id may still succeed.
    Failed,
    /// An unknown status: wait as if it were pending, and alert. Never take it for a failure.
    Unrecognised,
}

impl Status {
    /// What the status means for the order behind the payment.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match self {
            Status::Ready | Status::PayPending | Status::VirtualAccountIssued => Progress::Pending,
            Status::Paid => Progress::Paid,
            Status::PartialCancelled => Progress::PartlyRefunded,
            Status::Cancelled => Progress::Refunded,
            Status::Failed => Progress::Failed,
            Status::Other(_) => Progress::Unrecognised,
        }
    }
}
