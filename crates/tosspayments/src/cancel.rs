//! `POST /v1/payments/{paymentKey}/cancel`: gives a collected payment back.
//!
//! To Toss Payments a cancellation without an amount gives *everything* back. So "all" and "this much" are two types here:
//! what is missing, or zero, never means everything by accident.

use std::fmt;
use std::num::NonZeroU32;

use bytes::Bytes;
use http::{Request, Response};

use crate::body::{Body, segment};
use crate::call::sealed::Sealed;
use crate::{Account, BadRequest, Call, Error, Payment, Post, limits};

/// Gives all back that is left. After anything but a [`Payment`] that says so, **money may have moved**: look it up
/// before trying again. A virtual account without a deposit is given up, and then no money moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAll {
    /// Of which payment.
    pub payment_key: String,
    /// Why, up to 200 characters. Whoever looks at the payment reads it.
    pub cancel_reason: String,
    /// What is left *before* this, in won, as far as the caller knows. Toss Payments refuses where it knows better
    /// ([`Meaning::BalanceDiffers`](crate::Meaning::BalanceDiffers)), so a refund whose answer was lost cannot happen
    /// twice: send it wherever it is known.
    pub refundable_amount: Option<NonZeroU32>,
    /// Where the money goes, for virtual accounts only, which cannot be given back to.
    pub refund_account: Option<RefundAccount>,
}

/// Gives a part back. After anything but a [`Payment`] that says so, **money may have moved**: look it up before trying
/// again. Of two cancellations within a second only the first is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAmount {
    /// Of which payment.
    pub payment_key: String,
    /// Why, up to 200 characters. Whoever looks at the payment reads it.
    pub cancel_reason: String,
    /// How much, in won. All that is left is a part, too.
    pub cancel_amount: NonZeroU32,
    /// The part of it without tax, in won.
    pub tax_free_amount: Option<u32>,
    /// As of [`CancelAll`].
    pub refundable_amount: Option<NonZeroU32>,
    /// As of [`CancelAll`].
    pub refund_account: Option<RefundAccount>,
}

/// A bank account that money goes back to. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefundAccount {
    /// The bank's two characters, or in older versions its Korean name.
    pub bank: String,
    /// Its number, up to 20 digits without a dash.
    pub account_number: String,
    /// Whose it is, up to 60 characters.
    pub holder_name: String,
}

impl Sealed for CancelAll {}

impl Call for CancelAll {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.text("cancelReason", &self.cancel_reason, limits::CANCEL_REASON_CHARS)?;
        body.put_some("refundableAmount", self.refundable_amount.map(NonZeroU32::get));
        put_account(&mut body, self.refund_account.as_ref())?;
        post(account, &self.payment_key, &body)
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}

impl Post for CancelAll {}

impl Sealed for CancelAmount {}

impl Call for CancelAmount {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let amount = self.cancel_amount.get();
        let mut body = Body::new();
        body.text("cancelReason", &self.cancel_reason, limits::CANCEL_REASON_CHARS)?;
        body.number("cancelAmount", amount, 1..=self.refundable_amount.map_or(u32::MAX, NonZeroU32::get))?;
        body.some_number("taxFreeAmount", self.tax_free_amount, 0..=amount)?;
        body.put_some("refundableAmount", self.refundable_amount.map(NonZeroU32::get));
        put_account(&mut body, self.refund_account.as_ref())?;
        post(account, &self.payment_key, &body)
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}

impl Post for CancelAmount {}

fn post(account: &Account, payment_key: &str, body: &Body) -> Result<Request<Bytes>, BadRequest> {
    Ok(account.post(&format!("/v1/payments/{}/cancel", segment("paymentKey", payment_key)?), body))
}

fn put_account(body: &mut Body, account: Option<&RefundAccount>) -> Result<(), BadRequest> {
    let Some(account) = account else { return Ok(()) };
    let mut inner = Body::new();
    inner.given("bank", &account.bank)?;
    inner.digits("accountNumber", &account.account_number, limits::ACCOUNT_NUMBER_DIGITS)?;
    inner.text("holderName", &account.holder_name, limits::ACCOUNT_HOLDER_CHARS)?;
    body.object("refundReceiveAccount", inner);
    Ok(())
}

impl fmt::Debug for RefundAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefundAccount").finish_non_exhaustive()
    }
}
