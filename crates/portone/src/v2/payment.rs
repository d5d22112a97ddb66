//! One payment, as a look-up shows it.

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;

use super::call::read_with_raw;
use super::{Error, Method, Status};
use crate::Raw;
use crate::answer::{BadAnswer, Fields};
use crate::words::words;

/// How a payment stands. It is proof of *this* payment only where `id`, `store_id`, `amount.total` and `currency` are
/// the expected ones, which is the caller's to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// How far it has come; [`Status::progress`] says what that means.
    pub status: Status,
    /// The merchant's id of the payment.
    pub id: String,
    /// PortOne's number of its latest attempt.
    pub transaction_id: Option<String>,
    /// The store.
    pub store_id: Option<String>,
    /// What is paid, given back and left.
    pub amount: Amount,
    /// `KRW` and so on. The sums are in its smallest unit.
    pub currency: String,
    /// What was bought.
    pub order_name: Option<String>,
    /// How it was paid.
    pub method: Option<Method>,
    /// The billing key that it was paid with.
    pub billing_key: Option<String>,
    /// The gateway's number of the payment.
    pub pg_tx_id: Option<String>,
    /// The page of the receipt.
    pub receipt_url: Option<String>,
    /// A note that the merchant gave.
    pub custom_data: Option<String>,
    /// When it was begun.
    pub requested_at: Option<Timestamp>,
    /// When it was collected.
    pub paid_at: Option<Timestamp>,
    /// When it failed.
    pub failed_at: Option<Timestamp>,
    /// When all or a part was last given back.
    pub cancelled_at: Option<Timestamp>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What was given back or is about to be, in PortOne's order.
    pub cancellations: Vec<Cancellation>,
    /// The whole object as PortOne sent it.
    pub raw: Raw,
}

/// What a payment comes to, in its currency's smallest unit: whole won, where that is `KRW`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// All of it.
    pub total: u32,
    /// The part of it without tax.
    pub tax_free: u32,
    /// The value added tax in it.
    pub vat: u32,
    /// What coupons, points and promotions paid of it.
    pub discount: u32,
    /// What the payer really paid.
    pub paid: u32,
    /// What was given back so far.
    pub cancelled: u32,
    /// The part of that without tax.
    pub cancelled_tax_free: u32,
}

words! {
    /// How a refund stands.
    pub enum CancellationStatus {
        /// Asked for, and not done yet. Nothing of it is given back until it has succeeded.
        Requested = "REQUESTED",
        /// Given back.
        Succeeded = "SUCCEEDED",
        /// It failed: nothing of it was given back.
        Failed = "FAILED",
    }
}

/// A refund of a payment. Its sums are in the currency's smallest unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// How it stands.
    pub status: CancellationStatus,
    /// PortOne's number of it.
    pub id: String,
    /// The gateway's number of it.
    pub pg_cancellation_id: Option<String>,
    /// How much.
    pub total_amount: u32,
    /// Why, in the merchant's words.
    pub reason: Option<String>,
    /// When it was asked for.
    pub requested_at: Option<Timestamp>,
    /// When it was given back.
    pub cancelled_at: Option<Timestamp>,
}

/// Why a payment failed. For logs only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// In PortOne's words.
    pub reason: Option<String>,
    /// The gateway's code.
    pub pg_code: Option<String>,
    /// The gateway's words.
    pub pg_message: Option<String>,
}

pub(crate) fn read(response: &Response<Bytes>) -> Result<Payment, Error> {
    read_with_raw(response, Payment::read)
}

impl Payment {
    fn read(it: &Fields<'_>, raw: Raw) -> Result<Payment, BadAnswer> {
        Ok(Payment {
            status: it.word("status")?,
            id: it.text("id")?,
            transaction_id: it.maybe_text("transactionId"),
            store_id: it.maybe_text("storeId"),
            amount: Amount::read(&it.object("amount")?)?,
            currency: it.text("currency")?,
            order_name: it.maybe_text("orderName"),
            method: it.maybe_object("method").as_ref().and_then(Method::read),
            billing_key: it.maybe_text("billingKey"),
            pg_tx_id: it.maybe_text("pgTxId"),
            receipt_url: it.maybe_text("receiptUrl"),
            custom_data: it.maybe_text("customData"),
            requested_at: it.time("requestedAt"),
            paid_at: it.time("paidAt"),
            failed_at: it.time("failedAt"),
            cancelled_at: it.time("cancelledAt"),
            failure: it.maybe_object("failure").map(|failure| Failure {
                reason: failure.maybe_text("reason"),
                pg_code: failure.maybe_text("pgCode"),
                pg_message: failure.maybe_text("pgMessage"),
            }),
            cancellations: it.list("cancellations", Cancellation::read)?,
            raw,
        })
    }

    /// What could still be given back, by the sums: what was paid, less what was. `None` where they contradict each
    /// other.
    #[must_use]
    pub fn cancellable(&self) -> Option<u32> {
        self.amount.total.checked_sub(self.amount.cancelled)
    }
}

impl Amount {
    /// All but the discount and the tax decides something: what a refund may be.
    fn read(it: &Fields<'_>) -> Result<Amount, BadAnswer> {
        let part = |name| it.maybe_number(name).map(Option::unwrap_or_default);
        Ok(Amount {
            total: it.number("total").map_err(|_| BadAnswer::Field("amount"))?,
            tax_free: part("taxFree").map_err(|_| BadAnswer::Field("amount"))?,
            vat: part("vat").map_err(|_| BadAnswer::Field("amount"))?,
            discount: part("discount").map_err(|_| BadAnswer::Field("amount"))?,
            paid: part("paid").map_err(|_| BadAnswer::Field("amount"))?,
            cancelled: part("cancelled").map_err(|_| BadAnswer::Field("amount"))?,
            cancelled_tax_free: part("cancelledTaxFree").map_err(|_| BadAnswer::Field("amount"))?,
        })
    }
}

impl Cancellation {
    pub(crate) fn read(it: &Fields<'_>) -> Result<Cancellation, BadAnswer> {
        Ok(Cancellation {
            status: it.word("status")?,
            id: it.text("id")?,
            pg_cancellation_id: it.maybe_text("pgCancellationId"),
            total_amount: it.number("totalAmount")?,
            reason: it.maybe_text("reason"),
            requested_at: it.time("requestedAt"),
            cancelled_at: it.time("cancelledAt"),
        })
    }
}
