//! How far a payment has come.

use crate::words::words;

words! {
    /// A payment's status in KakaoPay's words. [`Status::progress`] says what to do about it.
    pub enum Status {
        /// Prepared; the payer has not come.
        Ready = "READY",
        /// A message with the link was sent to the payer's phone.
        SendTms = "SEND_TMS",
        /// The payer has opened the payment page.
        OpenPayment = "OPEN_PAYMENT",
        /// The payer has chosen a method.
        SelectMethod = "SELECT_METHOD",
        /// Waiting for the payer to authenticate by telephone.
        ArsWaiting = "ARS_WAITING",
        /// The payer is done; waiting for our approval. Nothing is collected yet.
        AuthPassword = "AUTH_PASSWORD",
        /// A subscription's key was issued, without a charge.
        IssuedSid = "ISSUED_SID",
        /// Collected.
        SuccessPayment = "SUCCESS_PAYMENT",
        /// Collected, and a part of it given back.
        PartCancelPayment = "PART_CANCEL_PAYMENT",
        /// Collected, and all of it given back, at once or in parts.
        CancelPayment = "CANCEL_PAYMENT",
        /// The payer's password was wrong.
        FailAuthPassword = "FAIL_AUTH_PASSWORD",
        /// The payer gave up.
        QuitPayment = "QUIT_PAYMENT",
        /// It failed.
        FailPayment = "FAIL_PAYMENT",
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
    /// The money was collected, and all of it given back.
    Refunded,
    /// Nothing was collected, and nothing will be.
    Failed,
    /// A subscription can be charged from now on; nothing was collected.
    SubscriptionIssued,
    /// An unknown status: wait as if it were pending, and alert. Never take it for a failure.
    Unrecognised,
}

impl Status {
    /// What the status means for the order behind the payment.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match self {
            Status::Ready
            | Status::SendTms
            | Status::OpenPayment
            | Status::SelectMethod
            | Status::ArsWaiting
            | Status::AuthPassword => Progress::Pending,
            Status::IssuedSid => Progress::SubscriptionIssued,
            Status::SuccessPayment => Progress::Paid,
            Status::PartCancelPayment => Progress::PartlyRefunded,
            Status::CancelPayment => Progress::Refunded,
            Status::FailAuthPassword | Status::QuitPayment | Status::FailPayment => Progress::Failed,
            Status::Other(_) => Progress::Unrecognised,
        }
    }
}
