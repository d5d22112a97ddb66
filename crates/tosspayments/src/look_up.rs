//! `GET /v1/payments/{paymentKey}` and `GET /v1/payments/orders/{orderId}`: how one payment stands. They move nothing and
//! may be asked at any time, which makes them the way out of every doubt.

use bytes::Bytes;
use http::{Request, Response};

use crate::body::{order_id_segment, segment};
use crate::call::sealed::Sealed;
use crate::{Account, BadRequest, Call, Error, Payment};

/// Asks how a payment stands, by Toss Payments' key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByKey {
    /// Toss Payments' key of it.
    pub payment_key: String,
}

/// Asks how a payment stands, by the merchant's order number. Documented for payments that were confirmed; whether one
/// is found whose payer is not done is a guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByOrder {
    /// The merchant's order number.
    pub order_id: String,
}

impl Sealed for ByKey {}

impl Call for ByKey {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.get(&format!("/v1/payments/{}", segment("paymentKey", &self.payment_key)?)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}

impl Sealed for ByOrder {}

impl Call for ByOrder {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.get(&format!("/v1/payments/orders/{}", order_id_segment(&self.order_id)?)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}
