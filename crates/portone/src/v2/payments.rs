//! `GET /payments/{paymentId}`: how a payment stands. It moves nothing and may be asked at any time, which makes it the
//! way out of every doubt.

use bytes::Bytes;
use http::{Method, Request, Response};

use super::{Account, Call, Error, Payment, payment};
use crate::BadRequest;
use crate::path::step;
use crate::sealed::Sealed;

/// Asks how a payment stands. Before the payer has opened the payment window the answer is
/// [`Kind::PaymentNotFound`](super::Kind::PaymentNotFound), which is no end: they may still come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetPayment {
    /// The merchant's id of the payment.
    pub payment_id: String,
}

/// The path of a payment, and of what is `below` it.
pub(crate) fn path(payment_id: &str, below: &str) -> Result<String, BadRequest> {
    Ok(format!("/payments/{}{below}", step("paymentId", payment_id)?))
}

impl Sealed for GetPayment {}

impl Call for GetPayment {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(Method::GET, &path(&self.payment_id, "")?, &[]))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}
