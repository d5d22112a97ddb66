//! `POST /payments/{paymentId}/cancel`: gives a collected payment back, all of it or a part.
//!
//! PortOne takes an absent sum for all that is left. So all and a part are two types here: [`CancelAll`] has no sum, and
//! [`CancelAmount`] none that is 0. Both always send `currentCancellableAmount`, the balance that the caller believes
//! in: where PortOne knows better it refuses, so a refund whose answer was lost cannot happen twice.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};

use super::call::read;
use super::payments::path;
use super::{Account, Call, Cancellation, Error};
use crate::BadRequest;
use crate::body::Body;
use crate::sealed::Sealed;

/// Gives all back that is left. After anything but a [`Cancelled`] that has succeeded, **money may have moved**: look it
/// up before trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAll {
    /// Of which payment, and how.
    pub cancel: Cancel,
}

/// Gives a part back. After anything but a [`Cancelled`] that has succeeded, **money may have moved**: look it up before
/// trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAmount {
    /// Of which payment, and how.
    pub cancel: Cancel,
    /// How much, in won: at least 1, at most what is left.
    pub amount: u32,
    /// The part of it without tax, in won.
    pub tax_free_amount: u32,
    /// The value added tax in it, in won; PortOne computes it where there is none.
    pub vat_amount: Option<u32>,
}

/// What a refund needs to be told, whatever its sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// The merchant's id of the payment.
    pub payment_id: String,
    /// What can still be given back *before* this, in won, as far as the caller knows: at least 1.
    pub current_cancellable_amount: u32,
    /// Why; the payer may read it.
    pub reason: String,
    /// Where the money goes: needed of a deposited virtual account, else not.
    pub refund_account: Option<RefundAccount>,
}

/// A bank account to return a deposit to. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefundAccount {
    /// The bank, in PortOne's word, as `SHINHAN`.
    pub bank: String,
    /// The account's number.
    pub number: String,
    /// Whose it is.
    pub holder_name: String,
    /// The holder's telephone number; one gateway (Smartro) needs it.
    pub holder_phone_number: Option<String>,
}

/// A refund that PortOne took on: done where its status says
/// [`Succeeded`](super::CancellationStatus::Succeeded), otherwise to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// The refund.
    pub cancellation: Cancellation,
}

impl Cancel {
    fn body(&self, account: &Account, part: Option<&CancelAmount>) -> Result<Body, BadRequest> {
        let mut body = account.body();
        if let Some(part) = part {
            body.number("amount", part.amount, 1..=self.current_cancellable_amount)?;
            body.number("taxFreeAmount", part.tax_free_amount, 0..=part.amount)?;
            let taxed = part.amount - part.tax_free_amount;
            body.some_number("vatAmount", part.vat_amount, 0..=taxed)?;
        }
        body.given("reason", &self.reason)?;
        body.number("currentCancellableAmount", self.current_cancellable_amount, 1..=u32::MAX)?;
        if let Some(refund) = &self.refund_account {
            let mut bank_account = Body::default();
            bank_account.given("bank", &refund.bank)?;
            bank_account.given("number", &refund.number)?;
            bank_account.given("holderName", &refund.holder_name)?;
            bank_account.put_some("holderPhoneNumber", refund.holder_phone_number.as_deref());
            body.put_body("refundAccount", &bank_account);
        }
        Ok(body)
    }
}

fn cancelled(response: &Response<Bytes>) -> Result<Cancelled, Error> {
    read(response, |it| Ok(Cancelled { cancellation: Cancellation::read(&it.object("cancellation")?)? }))
}

impl Sealed for CancelAll {}

impl Call for CancelAll {
    type Answer = Cancelled;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let body = self.cancel.body(account, None)?;
        Ok(account.post(&path(&self.cancel.payment_id, "/cancel")?, &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Cancelled, Error> {
        cancelled(response)
    }
}

impl Sealed for CancelAmount {}

impl Call for CancelAmount {
    type Answer = Cancelled;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let body = self.cancel.body(account, Some(self))?;
        Ok(account.post(&path(&self.cancel.payment_id, "/cancel")?, &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Cancelled, Error> {
        cancelled(response)
    }
}

impl fmt::Debug for RefundAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefundAccount").finish_non_exhaustive()
    }
}
