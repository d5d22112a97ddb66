//! `/receipts/{imp_uid}`: cash receipts, which tell the tax office of a payment by transfer or deposit.

use std::fmt;

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;

use super::token::Token;
use super::{Account, Buyer, Call, Error, envelope};
use crate::BadRequest;
use crate::body::Body;
use crate::path::step;
use crate::sealed::Sealed;
use crate::words::words;

words! {
    /// What an identifier is.
    pub enum IdentifierType {
        /// A resident registration number.
        Person = "person",
        /// A business registration number.
        Business = "business",
        /// A telephone number.
        Phone = "phone",
        /// The tax office's card for cash receipts.
        TaxCard = "taxcard",
    }
}

words! {
    /// Whom a receipt is for.
    pub enum ReceiptType {
        /// A consumer, for income tax.
        Person = "person",
        /// A business, as proof of expense.
        Company = "company",
    }
}

/// Reads a payment's cash receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetReceipt {
    /// PortOne's number of the payment.
    pub imp_uid: String,
}

/// Issues a cash receipt for a payment. `Debug` does not show for whom.
#[derive(Clone, PartialEq, Eq)]
pub struct IssueReceipt {
    /// PortOne's number of the payment.
    pub imp_uid: String,
    /// For whom: a number of theirs.
    pub identifier: String,
    /// What number it is.
    pub identifier_type: Option<IdentifierType>,
    /// Whom it is for; PortOne takes a person where nothing is said.
    pub receipt_type: Option<ReceiptType>,
    /// Who bought; only name, e-mail and telephone are sent.
    pub buyer: Buyer,
    /// The part of the payment without tax, in won.
    pub tax_free: Option<u32>,
}

/// Cancels a payment's cash receipt. The payment stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelReceipt {
    /// PortOne's number of the payment.
    pub imp_uid: String,
}

/// A cash receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// PortOne's number of the payment.
    pub imp_uid: String,
    /// The receipt's own number.
    pub receipt_uid: Option<String>,
    /// The tax office's number of the approval.
    pub apply_num: Option<String>,
    /// Whom it is for.
    pub receipt_type: Option<ReceiptType>,
    /// What it is about, in won.
    pub amount: u32,
    /// The value added tax in it, in won.
    pub vat: Option<u32>,
    /// Its page.
    pub receipt_url: Option<String>,
    /// When it was issued.
    pub applied_at: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
}

fn path(imp_uid: &str) -> Result<String, BadRequest> {
    Ok(format!("/receipts/{}", step("imp_uid", imp_uid)?))
}

fn read(response: &Response<Bytes>) -> Result<Receipt, Error> {
    envelope::read(response, |it| {
        Ok(Receipt {
            imp_uid: it.text("imp_uid")?,
            receipt_uid: it.maybe_text("receipt_uid"),
            apply_num: it.maybe_text("apply_num"),
            receipt_type: it.maybe_word("type"),
            amount: it.number("amount")?,
            vat: it.count("vat"),
            receipt_url: it.maybe_text("receipt_url"),
            applied_at: it.unix("applied_at"),
            cancelled_at: it.unix("cancelled_at"),
        })
    })
}

impl Sealed for GetReceipt {}

impl Call for GetReceipt {
    type Answer = Receipt;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(token, Method::GET, &path(&self.imp_uid)?, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Receipt, Error> {
        read(response)
    }
}

impl Sealed for IssueReceipt {}

impl Call for IssueReceipt {
    type Answer = Receipt;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        // In the path as well; the payments SDK's fake server wants it in both places.
        body.given("imp_uid", &self.imp_uid)?;
        body.given("identifier", &self.identifier)?;
        body.put_some("identifier_type", self.identifier_type.as_ref().map(IdentifierType::as_str));
        body.put_some("type", self.receipt_type.as_ref().map(ReceiptType::as_str));
        Buyer { address: None, postcode: None, ..self.buyer.clone() }.put_as_buyer(&mut body)?;
        body.put_some("tax_free", self.tax_free);
        Ok(account.ask(token, Method::POST, &path(&self.imp_uid)?, Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Receipt, Error> {
        read(response)
    }
}

impl Sealed for CancelReceipt {}

impl Call for CancelReceipt {
    type Answer = Receipt;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(token, Method::DELETE, &path(&self.imp_uid)?, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Receipt, Error> {
        read(response)
    }
}

impl fmt::Debug for IssueReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueReceipt").field("imp_uid", &self.imp_uid).finish_non_exhaustive()
    }
}
