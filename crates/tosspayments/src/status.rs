//! How far a payment has come.

use crate::words::words;

words! {
    /// A payment's status in Toss Payments' words. [`Payment::progress`](crate::Payment::progress) says what to do
    /// about it.
    pub enum Status {
        /// Made; the payer has not finished, and has [`limits::READY`](crate::limits::READY).
        Ready = "READY",
        /// The payer is done; waiting for our confirmation for
        /// [`limits::IN_PROGRESS`](crate::limits::IN_PROGRESS). Nothing is collected yet.
        InProgress = "IN_PROGRESS",
        /// A virtual account waits for its deposit. A paid one may fall back to this, where the bank reverses a deposit.
        WaitingForDeposit = "WAITING_FOR_DEPOSIT",
        /// Collected.
        Done = "DONE",
        /// All of it given back, or a virtual account given up before its deposit.
        Canceled = "CANCELED",
        /// Collected, and a part of it given back.
        PartialCanceled = "PARTIAL_CANCELED",
        /// The confirmation failed.
        Aborted = "ABORTED",
        /// Nobody finished it in time.
        Expired = "EXPIRED",
    }
}

/// What a payment's status means for the order behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Nothing is collected yet, and it still may be: wait until it expires.
    Pending,
    /// Nothing is collected yet; whoever pays into the account, perhaps in days, pays.
    WaitingForDeposit,
    /// The money was collected.
    Paid,
    /// The money was collected, and a part of it given back.
    PartlyRefunded,
    /// The money was collected, and all of it given back.
    Refunded,
    /// Nothing was collected, and nothing will be.
    Failed,
    /// An unknown status: wait as if it were pending, and alert. Never take it for a failure.
    Unrecognised,
}
