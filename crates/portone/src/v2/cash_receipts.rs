//! `/payments/{paymentId}/cash-receipt`: the cash receipt of a payment by transfer or deposit.

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;

use super::call::read;
use super::payments::path;
use super::{Account, Call, Error};
use crate::BadRequest;
use crate::sealed::Sealed;
use crate::words::words;

words! {
    /// How a cash receipt stands.
    pub enum CashReceiptStatus {
        /// Issued.
        Issued = "ISSUED",
        /// Issued, and cancelled.
        Cancelled = "CANCELLED",
        /// It could not be issued.
        IssueFailed = "ISSUE_FAILED",
    }
}

/// Reads a payment's cash receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetCashReceipt {
    /// The merchant's id of the payment.
    pub payment_id: String,
}

/// Cancels a payment's cash receipt. The payment stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelCashReceipt {
    /// The merchant's id of the payment.
    pub payment_id: String,
}

/// A cash receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashReceipt {
    /// How it stands.
    pub status: CashReceiptStatus,
    /// The merchant's id of the payment.
    pub payment_id: String,
    /// What it is about, in won; one that could not be issued need not say.
    pub amount: Option<u32>,
    /// The tax office's number of the approval.
    pub issue_number: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
}

/// A cash receipt that was cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashReceiptCancelled {
    /// How much of it, in won.
    pub cancelled_amount: Option<u32>,
    /// When.
    pub cancelled_at: Option<Timestamp>,
}

impl Sealed for GetCashReceipt {}

impl Call for GetCashReceipt {
    type Answer = CashReceipt;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(Method::GET, &path(&self.payment_id, "/cash-receipt")?, &[]))
    }

    fn answer(response: &Response<Bytes>) -> Result<CashReceipt, Error> {
        read(response, |it| {
            Ok(CashReceipt {
                status: it.word("status")?,
                payment_id: it.text("paymentId")?,
                amount: it.maybe_number("amount")?,
                issue_number: it.maybe_text("issueNumber"),
                url: it.maybe_text("url"),
                issued_at: it.time("issuedAt"),
            })
        })
    }
}

impl Sealed for CancelCashReceipt {}

impl Call for CancelCashReceipt {
    type Answer = CashReceiptCancelled;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(Method::POST, &path(&self.payment_id, "/cash-receipt/cancel")?, &[]))
    }

    fn answer(response: &Response<Bytes>) -> Result<CashReceiptCancelled, Error> {
        read(response, |it| {
            Ok(CashReceiptCancelled {
                cancelled_amount: it.count("cancelledAmount"),
                cancelled_at: it.time("cancelledAt"),
            })
        })
    }
}
