//! The words that V2 says no with, and what to do about each.

use crate::words::words;

words! {
    /// The `type` of an error. PortOne may add to them.
    pub enum Kind {
        /// Something in the request is wrong.
        InvalidRequest = "INVALID_REQUEST",
        /// No secret, or a wrong one.
        Unauthorized = "UNAUTHORIZED",
        /// The secret may not do this.
        Forbidden = "FORBIDDEN",
        /// No such payment. Until the payer has opened the payment window there is none.
        PaymentNotFound = "PAYMENT_NOT_FOUND",
        /// The payment was made before.
        AlreadyPaid = "ALREADY_PAID",
        /// The payment was made before, or its virtual account waits.
        AlreadyPaidOrWaiting = "ALREADY_PAID_OR_WAITING",
        /// The payment was not made.
        PaymentNotPaid = "PAYMENT_NOT_PAID",
        /// All of the payment was given back before.
        PaymentAlreadyCancelled = "PAYMENT_ALREADY_CANCELLED",
        /// `currentCancellableAmount` is not what PortOne knows.
        CancellableAmountConsistencyBroken = "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
        /// More is to be given back than is left.
        CancelAmountExceedsCancellableAmount = "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
        /// The same of the tax in it.
        CancelTaxAmountExceedsCancellableTaxAmount = "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT",
        /// The same of the part without tax.
        CancelTaxFreeAmountExceedsCancellableTaxFreeAmount =
            "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
        /// The parts are more than what is to be given back.
        SumOfPartsExceedsCancelAmount = "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT",
        /// The parts are more than the whole.
        SumOfPartsExceedsTotalAmount = "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
        /// The discount is more than the whole.
        DiscountAmountExceedsTotalAmount = "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT",
        /// A promotion makes the refund negative.
        NegativePromotionAdjustedCancelAmount = "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT",
        /// Nobody waits for a deposit.
        PaymentNotWaitingForDeposit = "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
        /// No such channel.
        ChannelNotFound = "CHANNEL_NOT_FOUND",
        /// Each of several channels had an error.
        ChannelSpecific = "CHANNEL_SPECIFIC",
        /// The gateway behind PortOne said no, or gave no sense: `pg_code` is its word.
        PgProvider = "PG_PROVIDER",
        /// The payment is scheduled already.
        PaymentScheduleAlreadyExists = "PAYMENT_SCHEDULE_ALREADY_EXISTS",
        /// The payment was tried too often.
        MaxTransactionCountReached = "MAX_TRANSACTION_COUNT_REACHED",
        /// No such billing key.
        BillingKeyNotFound = "BILLING_KEY_NOT_FOUND",
        /// The billing key was never issued.
        BillingKeyNotIssued = "BILLING_KEY_NOT_ISSUED",
        /// The billing key was issued before.
        BillingKeyAlreadyIssued = "BILLING_KEY_ALREADY_ISSUED",
        /// The billing key was deleted before.
        BillingKeyAlreadyDeleted = "BILLING_KEY_ALREADY_DELETED",
        /// No such cash receipt.
        CashReceiptNotFound = "CASH_RECEIPT_NOT_FOUND",
        /// The cash receipt was never issued.
        CashReceiptNotIssued = "CASH_RECEIPT_NOT_ISSUED",
        /// The cash receipt was issued before.
        CashReceiptAlreadyIssued = "CASH_RECEIPT_ALREADY_ISSUED",
        /// No such identity verification.
        IdentityVerificationNotFound = "IDENTITY_VERIFICATION_NOT_FOUND",
        /// No such webhook, or none was ever sent.
        WebhookNotFound = "WEBHOOK_NOT_FOUND",
        /// The webhook was sent too often.
        MaxWebhookRetryCountReached = "MAX_WEBHOOK_RETRY_COUNT_REACHED",
        /// What was sent is not what is known of the payment.
        InformationMismatch = "INFORMATION_MISMATCH",
    }
}

/// What a [`Kind`] means for the caller. "Look it up" is [`GetPayment`](super::payments::GetPayment), and until that has
/// answered the payment is neither paid nor failed, neither refunded nor not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// A parameter is missing or wrong, or the sums do not add up. A bug: alert. Nothing has happened.
    BadParameter,
    /// The secret is wrong, or may not do this, or the channel is none. Configuration: alert. Nothing has happened.
    Misconfigured,
    /// There is no such thing. Nothing has happened.
    NotFound,
    /// It was done before: paid, issued, deleted, or all given back. An ordinary thing after a lost answer: look it up.
    AlreadyDone,
    /// The payment is in a state that does not allow this. Look up which.
    WrongState,
    /// More is to be given back than is left, or the balance is another than was believed. Nothing has happened *now*;
    /// look it up, for an earlier refund may have succeeded.
    BalanceDiffers,
    /// The gateway behind PortOne said no or gave no sense, and its own code says which. **Money may have moved**: look
    /// it up.
    Gateway,
    /// It was tried too often. Nothing has happened.
    TooOften,
    /// PortOne failed. **Money may have moved**: look it up.
    Internal,
    /// Not documented when this was written. **Money may have moved**: look it up, and alert.
    Unrecognised,
}

impl Kind {
    /// What the word means for the caller.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self {
            Kind::InvalidRequest
            | Kind::SumOfPartsExceedsCancelAmount
            | Kind::SumOfPartsExceedsTotalAmount
            | Kind::DiscountAmountExceedsTotalAmount
            | Kind::NegativePromotionAdjustedCancelAmount
            | Kind::InformationMismatch => Meaning::BadParameter,
            Kind::Unauthorized | Kind::Forbidden | Kind::ChannelNotFound => Meaning::Misconfigured,
            Kind::PaymentNotFound
            | Kind::BillingKeyNotFound
            | Kind::CashReceiptNotFound
            | Kind::IdentityVerificationNotFound
            | Kind::WebhookNotFound => Meaning::NotFound,
            Kind::AlreadyPaid
            | Kind::AlreadyPaidOrWaiting
            | Kind::PaymentAlreadyCancelled
            | Kind::BillingKeyAlreadyIssued
            | Kind::BillingKeyAlreadyDeleted
            | Kind::CashReceiptAlreadyIssued => Meaning::AlreadyDone,
            Kind::PaymentNotPaid
            | Kind::PaymentNotWaitingForDeposit
            | Kind::PaymentScheduleAlreadyExists
            | Kind::BillingKeyNotIssued
            | Kind::CashReceiptNotIssued => Meaning::WrongState,
            Kind::CancellableAmountConsistencyBroken
            | Kind::CancelAmountExceedsCancellableAmount
            | Kind::CancelTaxAmountExceedsCancellableTaxAmount
            | Kind::CancelTaxFreeAmountExceedsCancellableTaxFreeAmount => Meaning::BalanceDiffers,
            Kind::PgProvider | Kind::ChannelSpecific => Meaning::Gateway,
            Kind::MaxTransactionCountReached | Kind::MaxWebhookRetryCountReached => Meaning::TooOften,
            Kind::Other(_) => Meaning::Unrecognised,
        }
    }
}
