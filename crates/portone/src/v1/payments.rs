//! `GET /payments/…`: how payments stand. They move nothing and may be asked at any time, which makes them the way out
//! of every doubt.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::value::RawValue;

use super::token::Token;
use super::{Account, Call, Error, Payment, Status, envelope, payment};
use crate::path::step;
use crate::raw::Raw;
use crate::sealed::Sealed;
use crate::{BadAnswer, BadRequest};

/// `GET /payments/{imp_uid}`: how one payment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetPayment {
    /// PortOne's number of the payment.
    pub imp_uid: String,
    /// Whether a payment that `PayPal` still examines should be called that rather than failed.
    pub extension: bool,
}

/// `GET /payments/find/{merchant_uid}`: how the latest payment under an order number stands.
///
/// There may be several, as each attempt that failed is one: [`FindPayments`] has them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindPayment {
    /// The merchant's order number.
    pub merchant_uid: String,
    /// Only one that has come so far.
    pub status: Option<Status>,
}

/// `GET /payments/findAll/{merchant_uid}`: every payment under an order number, the latest first (the documented
/// default), in pages of twenty.
///
/// PortOne refuses a further attempt once one was paid, so at most one of them holds money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindPayments {
    /// The merchant's order number.
    pub merchant_uid: String,
}

impl Sealed for GetPayment {}

impl Call for GetPayment {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let extension = if self.extension { "?extension=true" } else { "" };
        let path = format!("/payments/{}{extension}", step("imp_uid", &self.imp_uid)?);
        Ok(account.ask(token, Method::GET, &path, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}

impl Sealed for FindPayment {}

impl Call for FindPayment {
    type Answer = Payment;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut path = format!("/payments/find/{}", step("merchant_uid", &self.merchant_uid)?);
        if let Some(status) = &self.status {
            path = format!("{path}/{}", step("payment_status", status.as_str())?);
        }
        Ok(account.ask(token, Method::GET, &path, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        payment::read(response)
    }
}

impl Sealed for FindPayments {}

impl Call for FindPayments {
    type Answer = Vec<Payment>;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let path = format!("/payments/findAll/{}", step("merchant_uid", &self.merchant_uid)?);
        Ok(account.ask(token, Method::GET, &path, None))
    }

    /// A payment that cannot be read makes the answer unreadable: it may be the one that holds the money.
    fn answer(response: &Response<Bytes>) -> Result<Vec<Payment>, Error> {
        envelope::read_with_raw(response, |it, page| {
            let raw = raw_list(&page).ok_or(BadAnswer::Field("list"))?;
            let payments = it.list("list", |payment| Payment::read(payment, Raw::new("")))?;
            let with_raw = payments.into_iter().zip(raw).map(|(payment, raw)| Payment { raw, ..payment });
            Ok(with_raw.collect())
        })
    }
}

/// The objects of a page's list as they came; none where the list is not there or is no list.
fn raw_list(page: &Raw) -> Option<Vec<Raw>> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(page.as_str()).ok()?;
    let list: Vec<&RawValue> = serde_json::from_str(fields.get("list")?.get()).ok()?;
    Some(list.into_iter().map(|raw| Raw::new(raw.get())).collect())
}
