//! `/subscribe/payments/…`: charges a card without its owner, by its digits or by the key it is stored under.

use bytes::Bytes;
use http::{Method, Request, Response};

use super::customers::CardDetails;
use super::token::Token;
use super::{Account, Buyer, Call, Error, Payment, payment};
use crate::body::Body;
use crate::sealed::Sealed;
use crate::{BadRequest, CUSTOMER_UID_CHARS, MERCHANT_UID_CHARS, ORDER_NAME_CHARS};

/// `POST /subscribe/payments/onetime`: charges a card by its digits, and stores it where it is given a key. After
/// anything but a [`Payment`] that matches, **money may have moved**: look it up by `merchant_uid`.
///
/// A declined card is a [`Payment`] too, with [`Status::Failed`](super::Status::Failed).
#[derive(Debug, Clone)]
pub struct PayOnetime {
    /// The card.
    pub card: CardDetails,
    /// The merchant's own key, under which the card is stored to be charged again; without, it is not stored.
    pub customer_uid: Option<String>,
    /// What is charged, and for what.
    pub charge: Charge,
}

/// `POST /subscribe/payments/again`: charges a stored card. As [`PayOnetime`] otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayAgain {
    /// The merchant's own key of the card.
    pub customer_uid: String,
    /// What is charged, and for what.
    pub charge: Charge,
}

/// What is charged, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The merchant's order number, up to 40 characters. PortOne refuses one that was paid before, so it is the guard
    /// against charging twice.
    pub merchant_uid: String,
    /// How much, in won, at least 1.
    pub amount: u32,
    /// What is bought, up to 40 characters.
    pub name: String,
    /// The part of it without tax, in won.
    pub tax_free: Option<u32>,
    /// Months of the instalment; 0 is a lump sum.
    pub card_quota: Option<u32>,
    /// Who buys.
    pub buyer: Buyer,
    /// A note that PortOne keeps with the payment.
    pub custom_data: Option<String>,
    /// Where webhooks about this payment go, instead of the console's address.
    pub notice_url: Option<String>,
}

impl Charge {
    fn put(&self, body: &mut Body) -> Result<(), BadRequest> {
        body.text("merchant_uid", &self.merchant_uid, MERCHANT_UID_CHARS)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        body.text("name", &self.name, ORDER_NAME_CHARS)?;
        body.put("currency", "KRW");
        body.some_number("tax_free", self.tax_free, 0..=self.amount)?;
        body.put_some("card_quota", self.card_quota);
        self.buyer.put_as_buyer(body)?;
        body.put_some("custom_data", self.custom_data.as_deref());
        body.put_some("notice_url", self.notice_url.as_deref());
        Ok(())
    }
}

impl Sealed for PayOnetime {}

impl Call for PayOnetime {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        self.charge.put(&mut body)?;
        self.card.put(&mut body)?;
        body.some_text("customer_uid", self.customer_uid.as_deref(), CUSTOMER_UID_CHARS)?;
        Ok(account.ask(token, Method::POST, "/subscribe/payments/onetime", Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}

impl Sealed for PayAgain {}

impl Call for PayAgain {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        body.given("customer_uid", &self.customer_uid)?;
        self.charge.put(&mut body)?;
        Ok(account.ask(token, Method::POST, "/subscribe/payments/again", Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}
