//! `POST /payments/cancel`: gives a collected payment back, all of it or a part.
//!
//! PortOne takes an absent sum, and also 0, for all that is left. So all and a part are two types here: [`CancelAll`]
//! has no sum, and [`CancelAmount`] none that is 0. Both always send `checksum`, the balance that the caller believes
//! in: where PortOne knows better it refuses, so a refund whose answer was lost cannot happen twice.

use std::fmt;

use bytes::Bytes;
use http::{Method, Request, Response};

use super::token::Token;
use super::{Account, Call, Error, Payment, payment};
use crate::BadRequest;
use crate::body::Body;
use crate::sealed::Sealed;

/// Gives all back that is left. After anything but a [`Payment`] that says so, **money may have moved**: look it up
/// before trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAll {
    /// Of which payment, and how.
    pub cancel: Cancel,
}

/// Gives a part back. After anything but a [`Payment`] that says so, **money may have moved**: look it up before
/// trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAmount {
    /// Of which payment, and how.
    pub cancel: Cancel,
    /// How much, in won: at least 1, at most what is left.
    pub amount: u32,
    /// The part of it without tax, in won.
    pub tax_free: u32,
}

/// What a refund needs to be told, whatever its sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// PortOne's number of the payment; where it is not known, `merchant_uid` alone names the payment.
    pub imp_uid: Option<String>,
    /// The merchant's order number. PortOne looks at it only where there is no `imp_uid`.
    pub merchant_uid: String,
    /// What can still be given back *before* this, in won, as far as the caller knows: at least 1.
    pub checksum: u32,
    /// Why; the payer may read it.
    pub reason: String,
    /// Where the money goes: needed of a deposited virtual account, else not.
    pub refund: Option<RefundAccount>,
    /// Whether a webhook tells of it as well. Without, PortOne sends none for a refund that was asked for here.
    pub enable_webhook: bool,
}

/// A bank account to return a deposit to. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefundAccount {
    /// Whose it is.
    pub holder: String,
    /// The bank's code, as the gateway behind PortOne numbers banks.
    pub bank: String,
    /// The account's number.
    pub account: String,
    /// The holder's telephone number; one gateway (Smartro) needs it.
    pub tel: Option<String>,
}

impl Cancel {
    fn body(&self, amount: Option<(u32, u32)>) -> Result<Body, BadRequest> {
        let mut body = Body::default();
        if let Some(imp_uid) = &self.imp_uid {
            body.given("imp_uid", imp_uid)?;
        }
        body.given("merchant_uid", &self.merchant_uid)?;
        if let Some((amount, tax_free)) = amount {
            body.number("amount", amount, 1..=self.checksum)?;
            body.number("tax_free", tax_free, 0..=amount)?;
        }
        body.number("checksum", self.checksum, 1..=u32::MAX)?;
        body.given("reason", &self.reason)?;
        if let Some(refund) = &self.refund {
            body.given("refund_holder", &refund.holder)?;
            body.given("refund_bank", &refund.bank)?;
            body.given("refund_account", &refund.account)?;
            body.put_some("refund_tel", refund.tel.as_deref());
        }
        if self.enable_webhook {
            body.put("enable_webhook", true);
        }
        Ok(body)
    }
}

impl Sealed for CancelAll {}

impl Call for CancelAll {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(token, Method::POST, "/payments/cancel", Some(&self.cancel.body(None)?)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}

impl Sealed for CancelAmount {}

impl Call for CancelAmount {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let body = self.cancel.body(Some((self.amount, self.tax_free)))?;
        Ok(account.ask(token, Method::POST, "/payments/cancel", Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}

impl fmt::Debug for RefundAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefundAccount").finish_non_exhaustive()
    }
}
