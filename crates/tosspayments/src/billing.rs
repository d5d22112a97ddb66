//! `/v1/billing/…`: keys by which a customer is charged again without being asked.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use crate::answer::{read, read_nothing};
use crate::body::{Body, segment};
use crate::call::sealed::Sealed;
use crate::key_in::CardNumber;
use crate::{Account, BadRequest, Call, Card, Error, Method, Payment, Post, Raw, limits};

/// The key of a customer's card: with the secret key, it charges without asking. Keep it like a secret; `Debug` does not
/// show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BillingKey(pub String);

impl fmt::Debug for BillingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BillingKey([redacted])")
    }
}

/// A card that can be charged again. `Debug` shows neither the key nor the card.
#[derive(Debug, Clone)]
pub struct Billing {
    /// By which it is charged.
    pub billing_key: BillingKey,
    /// The merchant's own id of the customer: the key works only with it.
    pub customer_key: String,
    /// The merchant's account at Toss Payments.
    pub m_id: Option<String>,
    /// How it pays.
    pub method: Option<Method>,
    /// The card: in older versions its company and number alone.
    pub card: Option<Card>,
    /// When its owner agreed.
    pub authenticated_at: Option<Timestamp>,
    /// What it was read from, unaltered.
    pub raw: Raw,
}

/// `POST /v1/billing/authorizations/issue`: makes a billing key of what the browser brought back from the window. No
/// money moves; the `authKey` works once, so after no answer have the customer register again.
#[derive(Clone, PartialEq, Eq)]
pub struct Issue {
    /// From the query that the browser came back with.
    pub auth_key: String,
    /// The same as the window was opened with.
    pub customer_key: String,
}

/// `POST /v1/billing/authorizations/card`: makes a billing key of a card's number. Closed to new contracts, and **for
/// tests** as [`CardNumber`] is. No money moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The merchant's own id of the customer.
    pub customer_key: String,
    /// Which card.
    pub card: CardNumber,
    /// The customer's name, up to 100 characters.
    pub customer_name: Option<String>,
    /// Where receipts go, up to 100 characters.
    pub customer_email: Option<String>,
}

/// `POST /v1/billing/authorizations/{billingKey}`: reads a billing key, as `toss-payments-server-api` and its fake do.
/// Whether Toss Payments answers there (it documents an `authKey` at this path's end) is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUp {
    /// Which.
    pub billing_key: BillingKey,
    /// Whose.
    pub customer_key: String,
}

/// `POST /v1/billing/{billingKey}`: charges. After anything but a [`Payment`] that matches, **money may have moved**: look
/// it up by its order number. Wait [`limits::ANSWER`] for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pay {
    /// By which key.
    pub billing_key: BillingKey,
    /// Whose.
    pub customer_key: String,
    /// The merchant's order number of this charge.
    pub order_id: String,
    /// What is bought, up to 100 characters.
    pub order_name: String,
    /// How much, in won, at least 1.
    pub amount: u32,
    /// The part of it without tax, in won.
    pub tax_free_amount: Option<u32>,
}

/// `DELETE /v1/billing/{billingKey}`: ends a billing key. No money moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delete {
    /// Which.
    pub billing_key: BillingKey,
}

impl Sealed for Issue {}

impl Call for Issue {
    type Answer = Billing;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.given("authKey", &self.auth_key)?;
        body.customer_key(&self.customer_key)?;
        Ok(account.post("/v1/billing/authorizations/issue", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Billing, Error> {
        billing(response)
    }
}

impl Post for Issue {}

impl Sealed for Register {}

impl Call for Register {
    type Answer = Billing;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.customer_key(&self.customer_key)?;
        self.card.put(&mut body)?;
        body.some_text("customerName", self.customer_name.as_deref(), limits::CUSTOMER_CHARS)?;
        body.some_text("customerEmail", self.customer_email.as_deref(), limits::CUSTOMER_CHARS)?;
        Ok(account.post("/v1/billing/authorizations/card", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Billing, Error> {
        billing(response)
    }
}

impl Post for Register {}

impl Sealed for LookUp {}

impl Call for LookUp {
    type Answer = Billing;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.customer_key(&self.customer_key)?;
        let key = segment("billingKey", &self.billing_key.0)?;
        Ok(account.post(&format!("/v1/billing/authorizations/{key}"), &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Billing, Error> {
        billing(response)
    }
}

impl Sealed for Pay {}

impl Call for Pay {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::new();
        body.customer_key(&self.customer_key)?;
        body.order_id(&self.order_id)?;
        body.text("orderName", &self.order_name, limits::ORDER_NAME_CHARS)?;
        body.number("amount", self.amount, 1..=u32::MAX)?;
        body.some_number("taxFreeAmount", self.tax_free_amount, 0..=self.amount)?;
        Ok(account.post(&format!("/v1/billing/{}", segment("billingKey", &self.billing_key.0)?), &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        Payment::answer(response)
    }
}

impl Post for Pay {}

impl Sealed for Delete {}

impl Call for Delete {
    type Answer = ();

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.delete(&format!("/v1/billing/{}", segment("billingKey", &self.billing_key.0)?)))
    }

    fn answer(response: &Response<Bytes>) -> Result<(), Error> {
        read_nothing(response)
    }
}

fn billing(response: &Response<Bytes>) -> Result<Billing, Error> {
    read(response, |it, raw| {
        let older = || {
            let (company, number) = (it.maybe_text("cardCompany"), it.maybe_text("cardNumber"));
            (company.is_some() || number.is_some()).then_some(Card {
                company,
                number,
                issuer_code: None,
                acquirer_code: None,
                installment_plan_months: None,
                approve_no: None,
                card_type: None,
                owner_type: None,
                acquire_status: None,
            })
        };
        Ok(Billing {
            billing_key: BillingKey(it.text("billingKey")?),
            customer_key: it.text("customerKey")?,
            m_id: it.maybe_text("mId"),
            method: it.maybe_word("method"),
            card: it.maybe_object("card").map(|card| Card::read(&card)).or_else(older),
            authenticated_at: it.time("authenticatedAt"),
            raw,
        })
    })
}

impl fmt::Debug for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issue")
            .field("auth_key", &format_args!("[redacted]"))
            .field("customer_key", &self.customer_key)
            .finish()
    }
}
