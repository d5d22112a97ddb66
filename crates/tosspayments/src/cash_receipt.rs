//! `POST /v1/cash-receipts`: tells the tax office of a payment in cash. No money moves here.

use std::fmt;
use std::num::NonZeroU32;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use url::Url;

use crate::answer::read;
use crate::body::{Body, segment};
use crate::call::sealed::Sealed;
use crate::words::words;
use crate::{Account, BadRequest, Call, Error, Post, Raw, limits};

words! {
    /// What a cash receipt is for.
    pub enum Purpose {
        /// A person's income tax.
        Income = "소득공제",
        /// A company's expenses.
        Expense = "지출증빙",
    }
}

words! {
    /// How far the tax office is.
    pub enum IssueStatus {
        /// It was told.
        InProgress = "IN_PROGRESS",
        /// It has agreed.
        Completed = "COMPLETED",
        /// It has refused.
        Failed = "FAILED",
    }
}

/// Issues a cash receipt. `Debug` does not show whose.
#[derive(Clone, PartialEq, Eq)]
pub struct IssueCashReceipt {
    /// The merchant's order number.
    pub order_id: String,
    /// What was bought, up to 100 characters.
    pub order_name: String,
    /// For how much, in won, at least 1.
    pub amount: u32,
    /// The part of it without tax, in won.
    pub tax_free_amount: Option<u32>,
    /// What for.
    pub purpose: Purpose,
    /// A telephone number, a card for cash receipts or a business number, up to 30 characters.
    pub registration_number: String,
    /// Of which payment, as older versions want it.
    pub payment_key: Option<String>,
}

/// Takes a whole cash receipt back, as [`cancel::CancelAll`](crate::cancel::CancelAll) gives all back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAll {
    /// Which.
    pub receipt_key: String,
}

/// Takes a part of a cash receipt back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAmount {
    /// Which.
    pub receipt_key: String,
    /// How much of it, in won.
    pub amount: NonZeroU32,
}

/// A cash receipt, or since 2022-07-27 the taking back of one, whose key begins with `c_`. Whose it is, is left where it
/// is, in [`Raw`].
#[derive(Debug, Clone)]
pub struct CashReceipt {
    /// By which it is taken back.
    pub receipt_key: String,
    /// The merchant's order number.
    pub order_id: Option<String>,
    /// What was bought.
    pub order_name: Option<String>,
    /// What for.
    pub purpose: Option<Purpose>,
    /// For how much.
    pub amount: Option<u32>,
    /// How far the tax office is, since 2022-07-27.
    pub issue_status: Option<IssueStatus>,
    /// `CONFIRM` or `CANCEL`, since 2022-07-27.
    pub transaction_type: Option<String>,
    /// The tax office's number: `issueNumber`, or `approvalNumber` in older versions.
    pub number: Option<String>,
    /// When it was asked for: `requestedAt`, or `approvedAt` in older versions.
    pub requested_at: Option<Timestamp>,
    /// When it was taken back, in older versions.
    pub canceled_at: Option<Timestamp>,
    /// Where it can be looked at.
    pub receipt_url: Option<Url>,
    /// What it was read from, unaltered.
    pub raw: Raw,
}

impl Sealed for IssueCashReceipt {}

impl Call for IssueCashReceipt {
    type Answer = CashReceipt;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        if let Some(key) = &self.payment_key {
            body.given("paymentKey", key)?;
        }
        body.order_id(&self.order_id)?;
        body.text("orderName", &self.order_name, limits::ORDER_NAME_CHARS)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        body.some_number("taxFreeAmount", self.tax_free_amount, 0..=self.amount)?;
        body.put("type", self.purpose.as_str());
        // Its name before 2022-07-27, and since.
        for field in ["registrationNumber", "customerIdentityNumber"] {
            body.text(field, &self.registration_number, limits::CASH_RECEIPT_NUMBER_CHARS)?;
        }
        Ok(account.post("/v1/cash-receipts", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<CashReceipt, Error> {
        receipt(response)
    }
}

impl Post for IssueCashReceipt {}

impl Sealed for CancelAll {}

impl Call for CancelAll {
    type Answer = CashReceipt;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        cancel(account, &self.receipt_key, &Body::new())
    }

    fn answer(response: &Response<Bytes>) -> Result<CashReceipt, Error> {
        receipt(response)
    }
}

impl Post for CancelAll {}

impl Sealed for CancelAmount {}

impl Call for CancelAmount {
    type Answer = CashReceipt;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.put("amount", self.amount.get());
        cancel(account, &self.receipt_key, &body)
    }

    fn answer(response: &Response<Bytes>) -> Result<CashReceipt, Error> {
        receipt(response)
    }
}

impl Post for CancelAmount {}

fn cancel(account: &Account, receipt_key: &str, body: &Body) -> Result<Request<Bytes>, BadRequest> {
    Ok(account.post(&format!("/v1/cash-receipts/{}/cancel", segment("receiptKey", receipt_key)?), body))
}

fn receipt(response: &Response<Bytes>) -> Result<CashReceipt, Error> {
    read(response, |it, raw| {
        Ok(CashReceipt {
            receipt_key: it.text("receiptKey")?,
            order_id: it.maybe_text("orderId"),
            order_name: it.maybe_text("orderName"),
            purpose: it.maybe_word("type"),
            amount: it.count("amount"),
            issue_status: it.maybe_word("issueStatus"),
            transaction_type: it.maybe_text("transactionType"),
            number: it.maybe_text("issueNumber").or_else(|| it.maybe_text("approvalNumber")),
            requested_at: it.time("requestedAt").or_else(|| it.time("approvedAt")),
            canceled_at: it.time("canceledAt"),
            receipt_url: it.web_url("receiptUrl"),
            raw,
        })
    })
}

impl fmt::Debug for IssueCashReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueCashReceipt")
            .field("order_id", &self.order_id)
            .field("amount", &self.amount)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}
