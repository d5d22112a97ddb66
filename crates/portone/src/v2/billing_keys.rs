//! `/billing-keys`: keys by which a card or a wallet is charged without its owner.

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::call::{read, read_with_raw};
use super::charges::CardCredential;
use super::{Account, Call, Customer, Error};
use crate::body::Body;
use crate::path::step;
use crate::sealed::Sealed;
use crate::words::words;
use crate::{BadRequest, Raw};

words! {
    /// How a billing key stands.
    pub enum BillingKeyStatus {
        /// It can be charged.
        Issued = "ISSUED",
        /// It was deleted.
        Deleted = "DELETED",
    }
}

/// Reads a billing key.
#[derive(Debug, Clone)]
pub struct GetBillingKey {
    /// The key; `Debug` does not show it.
    pub billing_key: SecretString,
}

/// `POST /billing-keys`: issues a billing key for a card by its digits. It charges nothing.
#[derive(Debug, Clone)]
pub struct IssueBillingKey {
    /// Which of the merchant's channels.
    pub channel_key: String,
    /// The card.
    pub credential: CardCredential,
    /// Whose it is.
    pub customer: Customer,
    /// A note that PortOne keeps with the key.
    pub custom_data: Option<String>,
}

/// Deletes a billing key, for good.
#[derive(Debug, Clone)]
pub struct DeleteBillingKey {
    /// The key; `Debug` does not show it.
    pub billing_key: SecretString,
    /// Why.
    pub reason: Option<String>,
}

/// A billing key, as a look-up shows it.
#[derive(Debug, Clone)]
pub struct BillingKey {
    /// How it stands.
    pub status: BillingKeyStatus,
    /// The key; `Debug` does not show it.
    pub billing_key: SecretString,
    /// The store.
    pub store_id: Option<String>,
    /// Whose it is, as the merchant calls them.
    pub customer_id: Option<String>,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// The whole object as PortOne sent it.
    pub raw: Raw,
}

/// A billing key that was issued just now.
#[derive(Debug, Clone)]
pub struct BillingKeyIssued {
    /// The key. Keep it like a secret; `Debug` does not show it.
    pub billing_key: SecretString,
    /// When.
    pub issued_at: Option<Timestamp>,
}

/// A billing key that is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingKeyDeleted {
    /// When.
    pub deleted_at: Option<Timestamp>,
}

fn path(billing_key: &SecretString) -> Result<String, BadRequest> {
    Ok(format!("/billing-keys/{}", step("billingKey", billing_key.expose_secret())?))
}

impl Sealed for GetBillingKey {}

impl Call for GetBillingKey {
    type Answer = BillingKey;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(Method::GET, &path(&self.billing_key)?, &[]))
    }

    fn answer(response: &Response<Bytes>) -> Result<BillingKey, Error> {
        read_with_raw(response, |it, raw| {
            Ok(BillingKey {
                status: it.word("status")?,
                billing_key: it.text("billingKey")?.into(),
                store_id: it.maybe_text("storeId"),
                customer_id: it.maybe_object("customer").and_then(|customer| customer.maybe_text("id")),
                issued_at: it.time("issuedAt"),
                deleted_at: it.time("deletedAt"),
                raw,
            })
        })
    }
}

impl Sealed for IssueBillingKey {}

impl Call for IssueBillingKey {
    type Answer = BillingKeyIssued;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let (mut method, mut card) = (Body::default(), Body::default());
        card.put_body("credential", &self.credential.body()?);
        method.put_body("card", &card);
        let mut body = account.body();
        body.given("channelKey", &self.channel_key)?;
        body.put_body("method", &method);
        body.put_body("customer", &self.customer.body());
        body.put_some("customData", self.custom_data.as_deref());
        Ok(account.post("/billing-keys", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<BillingKeyIssued, Error> {
        read(response, |it| {
            let info = it.object("billingKeyInfo")?;
            Ok(BillingKeyIssued {
                billing_key: info.text("billingKey")?.into(),
                issued_at: info.time("issuedAt"),
            })
        })
    }
}

impl Sealed for DeleteBillingKey {}

impl Call for DeleteBillingKey {
    type Answer = BillingKeyDeleted;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let reason = self.reason.as_deref().map(|reason| ("reason", reason));
        Ok(account.ask(Method::DELETE, &path(&self.billing_key)?, reason.as_slice()))
    }

    fn answer(response: &Response<Bytes>) -> Result<BillingKeyDeleted, Error> {
        read(response, |it| Ok(BillingKeyDeleted { deleted_at: it.time("deletedAt") }))
    }
}
