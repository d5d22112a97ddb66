//! `POST /v1/payments/confirm`: collects the money of a payment whose payer is done. In the older dialect
//! `POST /v1/payments/{paymentKey}`.

use bytes::Bytes;
use http::{Request, Response};

use crate::body::{Body, segment};
use crate::call::sealed::Sealed;
use crate::{Account, Api, BadRequest, Call, Error, Payment, Post};

/// Collects a payment. After anything but a [`Payment`] that matches, **money may have moved**: look it up. A second
/// `Confirm` never collects twice; it is refused with
/// [`Meaning::AlreadyProcessed`](crate::Meaning::AlreadyProcessed), or under the same key answered like the first.
///
/// Of a virtual account this collects nothing: it makes the account, and the payment then waits for its deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// From the query that the browser came back with.
    pub payment_key: String,
    /// The same as the window was opened with.
    pub order_id: String,
    /// The same as the window was opened with, in won, at least 1. Take it from what was stored, never from the
    /// query: it is the one guard against a browser that asks for less.
    pub amount: u32,
}

impl Sealed for Confirm {}

impl Call for Confirm {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        let path = match account.api() {
            Api::Current => {
                body.given("paymentKey", &self.payment_key)?;
                "/v1/payments/confirm".to_owned()
            }
            Api::Legacy => format!("/v1/payments/{}", segment("paymentKey", &self.payment_key)?),
        };
        body.order_id(&self.order_id)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        Ok(account.post(&path, &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}

impl Post for Confirm {}
