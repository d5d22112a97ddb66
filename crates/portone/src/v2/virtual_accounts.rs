//! `POST /payments/{paymentId}/virtual-account/close`: closes a virtual account that nobody has paid into yet.

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;

use super::call::read;
use super::payments::path;
use super::{Account, Call, Error};
use crate::BadRequest;
use crate::sealed::Sealed;

/// Closes a virtual account. One that was paid into in the meantime is refused with
/// [`Kind::PaymentNotWaitingForDeposit`](super::Kind::PaymentNotWaitingForDeposit): look it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseVirtualAccount {
    /// The merchant's id of the payment.
    pub payment_id: String,
}

/// A virtual account that is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub closed_at: Option<Timestamp>,
}

impl Sealed for CloseVirtualAccount {}

impl Call for CloseVirtualAccount {
    type Answer = Closed;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(Method::POST, &path(&self.payment_id, "/virtual-account/close")?, &[]))
    }

    fn answer(response: &Response<Bytes>) -> Result<Closed, Error> {
        read(response, |it| Ok(Closed { closed_at: it.time("closedAt") }))
    }
}
