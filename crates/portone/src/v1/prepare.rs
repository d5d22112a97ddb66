//! `POST /payments/prepare`: says beforehand what an order comes to, so that a browser cannot pay less.

use bytes::Bytes;
use http::{Method, Request, Response};

use super::token::Token;
use super::{Account, Call, Error, envelope};
use crate::body::Body;
use crate::sealed::Sealed;
use crate::{BadRequest, MERCHANT_UID_CHARS};

/// Registers what an order comes to: a payment of another sum under its number then fails. It moves nothing, and may be
/// asked again for the same sum (that asking again is answered alike is a guess).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepare {
    /// The merchant's order number, up to 40 characters.
    pub merchant_uid: String,
    /// What is to be paid, in won, at least 1.
    pub amount: u32,
}

/// What was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The merchant's order number.
    pub merchant_uid: String,
    /// What is to be paid, in won.
    pub amount: u32,
}

impl Sealed for Prepare {}

impl Call for Prepare {
    type Answer = Prepared;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        body.text("merchant_uid", &self.merchant_uid, MERCHANT_UID_CHARS)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        Ok(account.ask(token, Method::POST, "/payments/prepare", Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Prepared, Error> {
        envelope::read(response, |it| {
            Ok(Prepared { merchant_uid: it.text("merchant_uid")?, amount: it.number("amount")? })
        })
    }
}
