//! `/vbanks`: virtual accounts, which a payer pays into at their bank.

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;

use super::token::Token;
use super::{Account, Buyer, Call, Error, Payment, payment};
use crate::body::Body;
use crate::path::step;
use crate::sealed::Sealed;
use crate::{BadRequest, MERCHANT_UID_CHARS, ORDER_NAME_CHARS};

/// `POST /vbanks`: issues a virtual account. Nothing is collected until somebody pays into it; a webhook tells of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueVbank {
    /// The merchant's order number, up to 40 characters.
    pub merchant_uid: String,
    /// How much, in won, at least 1.
    pub amount: u32,
    /// The bank's code.
    pub vbank_code: String,
    /// Until when it can be paid into, to the second.
    pub due_at: Timestamp,
    /// Whose the account is called: the merchant, usually.
    pub vbank_holder: String,
    /// What is bought, up to 40 characters.
    pub name: Option<String>,
    /// Who buys.
    pub buyer: Buyer,
    /// Which of the merchant's gateways, as `{gateway}.{shop}`.
    pub pg: Option<String>,
    /// A note that PortOne keeps with the payment.
    pub custom_data: Option<String>,
    /// Where webhooks about this payment go, instead of the console's address.
    pub notice_url: Option<String>,
}

/// Changes a virtual account that nobody has paid into yet: its sum, its end, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeVbank {
    /// PortOne's number of the payment.
    pub imp_uid: String,
    /// The new sum, in won, at least 1.
    pub amount: Option<u32>,
    /// The new end, to the second.
    pub due_at: Option<Timestamp>,
    /// Where the payment is named.
    pub place: ChangePlace,
}

/// Where a [`ChangeVbank`] names its payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChangePlace {
    /// `PUT /vbanks/{imp_uid}`, as PortOne documents it.
    #[default]
    Path,
    /// `PUT /vbanks`, with `imp_uid` in the body, as the payments SDK and its fake server have it.
    Body,
}

/// `DELETE /vbanks/{imp_uid}`: closes a virtual account that nobody has paid into yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseVbank {
    /// PortOne's number of the payment.
    pub imp_uid: String,
}

fn path(imp_uid: &str) -> Result<String, BadRequest> {
    Ok(format!("/vbanks/{}", step("imp_uid", imp_uid)?))
}

impl Sealed for IssueVbank {}

impl Call for IssueVbank {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        body.text("merchant_uid", &self.merchant_uid, MERCHANT_UID_CHARS)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        body.given("vbank_code", &self.vbank_code)?;
        body.put("vbank_due", self.due_at.as_second());
        body.given("vbank_holder", &self.vbank_holder)?;
        body.some_text("name", self.name.as_deref(), ORDER_NAME_CHARS)?;
        self.buyer.put_as_buyer(&mut body)?;
        body.put_some("pg", self.pg.as_deref());
        body.put_some("custom_data", self.custom_data.as_deref());
        body.put_some("notice_url", self.notice_url.as_deref());
        Ok(account.ask(token, Method::POST, "/vbanks", Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}

impl Sealed for ChangeVbank {}

impl Call for ChangeVbank {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        let path = match self.place {
            ChangePlace::Path => path(&self.imp_uid)?,
            ChangePlace::Body => {
                body.given("imp_uid", &self.imp_uid)?;
                "/vbanks".to_owned()
            }
        };
        body.some_number("amount", self.amount, 1..=u32::MAX)?;
        body.put_some("vbank_due", self.due_at.map(Timestamp::as_second));
        Ok(account.ask(token, Method::PUT, &path, Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}

impl Sealed for CloseVbank {}

impl Call for CloseVbank {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(token, Method::DELETE, &path(&self.imp_uid)?, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}
