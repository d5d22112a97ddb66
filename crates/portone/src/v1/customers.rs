//! `/subscribe/customers/{customer_uid}`: cards that are stored at PortOne, to be charged without their owner.

use std::fmt;

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::token::Token;
use super::{Account, Buyer, Call, Error, envelope};
use crate::body::Body;
use crate::path::step;
use crate::sealed::Sealed;
use crate::{BadRequest, CUSTOMER_UID_CHARS, Raw};

/// Reads a stored card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetCustomer {
    /// The merchant's own key of the card.
    pub customer_uid: String,
}

/// Stores a card. It charges nothing (some gateways charge and return a small sum to try it).
#[derive(Debug, Clone)]
pub struct RegisterCustomer {
    /// The merchant's own key of the card, up to 80 characters.
    pub customer_uid: String,
    /// The card.
    pub card: CardDetails,
    /// Whose it is.
    pub owner: Buyer,
}

/// Forgets a stored card, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteCustomer {
    /// The merchant's own key of the card.
    pub customer_uid: String,
}

/// A card as its owner types it. `Debug` shows nothing of it; whoever handles one falls under the rules of the card
/// companies.
#[derive(Clone)]
pub struct CardDetails {
    /// `dddd-dddd-dddd-dddd`.
    pub number: SecretString,
    /// `YYYY-MM`.
    pub expiry: SecretString,
    /// `YYMMDD`, or ten digits of a business registration.
    pub birth: SecretString,
    /// The password's first two digits; most gateways want them.
    pub pwd_2digit: Option<SecretString>,
    /// The three digits on its back.
    pub cvc: Option<SecretString>,
}

/// A stored card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The merchant's own key of the card.
    pub customer_uid: String,
    /// The gateway behind PortOne.
    pub pg_provider: Option<String>,
    /// The card company.
    pub card_name: Option<String>,
    /// Its code.
    pub card_code: Option<String>,
    /// When it was stored.
    pub inserted: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// The whole object as PortOne sent it.
    pub raw: Raw,
}

impl CardDetails {
    pub(crate) fn put(&self, body: &mut Body) -> Result<(), BadRequest> {
        body.given("card_number", self.number.expose_secret())?;
        body.given("expiry", self.expiry.expose_secret())?;
        body.given("birth", self.birth.expose_secret())?;
        body.put_some("pwd_2digit", self.pwd_2digit.as_ref().map(ExposeSecret::expose_secret));
        body.put_some("cvc", self.cvc.as_ref().map(ExposeSecret::expose_secret));
        Ok(())
    }
}

fn path(customer_uid: &str) -> Result<String, BadRequest> {
    Ok(format!("/subscribe/customers/{}", step("customer_uid", customer_uid)?))
}

fn read(response: &Response<Bytes>) -> Result<Customer, Error> {
    envelope::read_with_raw(response, |it, raw| {
        Ok(Customer {
            customer_uid: it.text("customer_uid")?,
            pg_provider: it.maybe_text("pg_provider"),
            card_name: it.maybe_text("card_name"),
            card_code: it.maybe_text("card_code"),
            inserted: it.unix("inserted"),
            updated: it.unix("updated"),
            raw,
        })
    })
}

impl Sealed for GetCustomer {}

impl Call for GetCustomer {
    type Answer = Customer;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(token, Method::GET, &path(&self.customer_uid)?, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Customer, Error> {
        read(response)
    }
}

impl Sealed for RegisterCustomer {}

impl Call for RegisterCustomer {
    type Answer = Customer;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        // In the path as well; the payments SDK's fake server wants it in both places.
        body.text("customer_uid", &self.customer_uid, CUSTOMER_UID_CHARS)?;
        self.card.put(&mut body)?;
        self.owner.put_as_customer(&mut body)?;
        Ok(account.ask(token, Method::POST, &path(&self.customer_uid)?, Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Customer, Error> {
        read(response)
    }
}

impl Sealed for DeleteCustomer {}

impl Call for DeleteCustomer {
    type Answer = Customer;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(token, Method::DELETE, &path(&self.customer_uid)?, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Customer, Error> {
        read(response)
    }
}

impl fmt::Debug for CardDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardDetails").finish_non_exhaustive()
    }
}
