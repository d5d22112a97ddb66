//! `POST /payments/{paymentId}/pre-register`: says beforehand what a payment comes to, so that a browser cannot pay
//! less.

use bytes::Bytes;
use http::{Request, Response};

use super::call::read;
use super::payments::path;
use super::{Account, Call, Error};
use crate::BadRequest;
use crate::sealed::Sealed;

/// Registers what a payment comes to: one of another sum under its id then fails. It moves nothing. Of a payment that was
/// made before it is refused with [`Kind::AlreadyPaid`](super::Kind::AlreadyPaid).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreRegister {
    /// The merchant's id of the payment.
    pub payment_id: String,
    /// What is to be paid, in won, at least 1.
    pub total_amount: u32,
    /// The part of it without tax, in won.
    pub tax_free_amount: Option<u32>,
}

/// It is registered. PortOne says nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreRegistered;

impl Sealed for PreRegister {}

impl Call for PreRegister {
    type Answer = PreRegistered;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body();
        body.number("totalAmount", self.total_amount, 1..=u32::MAX)?;
        body.some_number("taxFreeAmount", self.tax_free_amount, 0..=self.total_amount)?;
        body.put("currency", "KRW");
        Ok(account.post(&path(&self.payment_id, "/pre-register")?, &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<PreRegistered, Error> {
        read(response, |_| Ok(PreRegistered))
    }
}
