//! Payments: taken on, read, given back, and told of.

use bytes::Bytes;
use http::header::HeaderValue;
use http::{Method, Request, Response};
use jiff::Timestamp;
use sealed::Pair;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::private::Sealed;
use crate::error::read;
use crate::record::{accessor, password, time, time_if_any};
use crate::{Call, Connection, Error, RecordId, Source, Vendor};

/// A payment. Sums are whole units of its currency.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct History {
    /// Its own name.
    pub id: RecordId,
    /// Where it was made.
    pub vendor: Vendor,
    /// What it belongs to.
    pub source: Source,
    /// It in its gateway's own words.
    pub data: Value,
    /// As `KRW`.
    pub currency: String,
    /// What ought to be paid.
    pub price: u32,
    /// What was given back of it.
    pub refund: Option<u32>,
    /// Where this backend is told of changes.
    pub webhook_url: Option<String>,
    /// Since when the service has it.
    #[serde(deserialize_with = "time")]
    pub created_at: Timestamp,
    /// When it was paid; none as long as it is not, or where a bank has taken a deposit back.
    #[serde(deserialize_with = "time_if_any")]
    pub paid_at: Option<Timestamp>,
    /// When the first part was given back.
    #[serde(deserialize_with = "time_if_any")]
    pub cancelled_at: Option<Timestamp>,
    /// What was given back, from the first part to the last.
    pub cancels: Vec<Cancelled>,
}

/// A part of a payment that was given back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Cancelled {
    /// How much.
    pub price: u32,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(deserialize_with = "time")]
    pub created_at: Timestamp,
}

/// Has the service take a payment on: one that is paid, that its customer has agreed to, or that waits for a deposit. What was
/// only agreed to is collected. Asking again for the same is safe.
#[derive(Clone, Debug)]
pub struct CreateHistory {
    /// Where it was made.
    pub vendor: Vendor,
    /// What it belongs to.
    pub source: Source,
    /// What ought to have been paid. A payment of another sum is given back whole, and refused.
    pub price: u32,
    /// The record's password from now on. Nobody can change it, and nobody reads the record without it.
    pub password: SecretString,
    /// Where this backend is to be told of changes.
    pub webhook_url: String,
}

impl Sealed for CreateHistory {}

impl Call for CreateHistory {
    type Answer = History;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        let body = json!({
            "vendor": self.vendor,
            "source": self.source,
            "price": self.price,
            "password": self.password.expose_secret(),
            "webhook_url": self.webhook_url,
        });
        connection.ask_sealed(Method::POST, "/payments/histories", &body)
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<History, Error> {
        read(connection, response)
    }
}

/// Reads a payment by what it belongs to.
#[derive(Clone, Debug)]
pub struct HistoryOfSource {
    /// What it belongs to.
    pub source: Source,
    /// The record's password.
    pub password: SecretString,
}

impl Sealed for HistoryOfSource {}

impl Call for HistoryOfSource {
    type Answer = History;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        let body = accessor(&self.source, &self.password);
        connection.ask_sealed(Method::PATCH, "/payments/histories/get", &body)
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<History, Error> {
        read(connection, response)
    }
}

/// Reads a payment by its own name.
#[derive(Clone, Debug)]
pub struct HistoryById {
    /// The name.
    pub id: RecordId,
    /// The record's password.
    pub password: SecretString,
}

impl Sealed for HistoryById {}

impl Call for HistoryById {
    type Answer = History;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        let path = format!("/payments/histories/{}", self.id);
        connection.ask_sealed(Method::PATCH, &path, &password(&self.password))
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<History, Error> {
        read(connection, response)
    }
}

/// Gives a part of a payment back, or all.
#[derive(Clone, Debug)]
pub struct CancelHistory {
    /// What it belongs to.
    pub source: Source,
    /// The record's password.
    pub password: SecretString,
    /// How much. Nothing is refused, and never means everything.
    pub price: u32,
    /// Why, for whoever reads the record.
    pub reason: String,
    /// Where a payment into a virtual account goes back to.
    pub account: Option<BankAccount>,
    /// The refund's own name, a fresh UUID: however often it is sent with it, it is made once. Without a name it is made each
    /// time.
    pub name: Option<RecordId>,
}

/// An account at a bank.
#[derive(Clone, Debug)]
pub struct BankAccount {
    /// The bank, as the gateway calls it.
    pub bank: String,
    /// Its number.
    pub account: SecretString,
    /// Whose it is.
    pub holder: String,
    /// The holder's telephone.
    pub mobile: SecretString,
}

impl Sealed for CancelHistory {}

impl Call for CancelHistory {
    type Answer = History;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        let account = self.account.as_ref().map(|account| {
            json!({
                "bank": account.bank,
                "account": account.account.expose_secret(),
                "holder": account.holder,
                "mobile": account.mobile.expose_secret(),
            })
        });
        let body = json!({
            "source": self.source,
            "password": self.password.expose_secret(),
            "price": self.price,
            "reason": self.reason,
            "account": account,
        });
        let mut request = connection.ask_sealed(Method::PUT, "/payments/histories/cancel", &body);
        let name = self.name.as_ref().and_then(|name| HeaderValue::from_str(name.as_str()).ok());
        request
            .headers_mut()
            .extend(name.map(|name| (http::HeaderName::from_static("idempotency-key"), name)));
        request
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<History, Error> {
        read(connection, response)
    }
}

/// What the service tells of its own accord: a payment has changed. It may come more than once.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Notice {
    /// The same however often it is told.
    pub id: RecordId,
    /// What the payment belongs to.
    pub source: Source,
    /// It as it was.
    pub previous: History,
    /// And as it is.
    pub current: History,
}

impl Notice {
    /// Opens a body that came to `webhook_url`.
    ///
    /// # Errors
    /// Where it was sealed with another pair, or is no notice: then it is none of the service's.
    pub fn open(pair: &Pair, body: &[u8]) -> Result<Notice, NoNotice> {
        let text = pair.open(body).map_err(|_| NoNotice)?;
        serde_json::from_str(&text).map_err(|_| NoNotice)
    }
}

/// The body is no notice of the service's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is no notice of the service's")]
pub struct NoNotice;
