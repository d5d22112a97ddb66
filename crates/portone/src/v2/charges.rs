//! Charges without a payment window: a card by its digits, a virtual account, or a billing key.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::call::read;
use super::payments::path;
use super::{Account, Call, Customer, Error};
use crate::answer::Fields;
use crate::body::Body;
use crate::sealed::Sealed;
use crate::{BadAnswer, BadRequest};

/// `POST /payments/{paymentId}/instant`: charges a card by its digits, or issues a virtual account. After anything but a
/// [`Charged`], **money may have moved**: look it up.
#[derive(Debug, Clone)]
pub struct PayInstantly {
    /// Which of the merchant's channels.
    pub channel_key: String,
    /// What is charged how.
    pub method: InstantMethod,
    /// What is charged, and for what.
    pub charge: Charge,
}

/// `POST /payments/{paymentId}/billing-key`: charges a billing key. As [`PayInstantly`] otherwise.
#[derive(Debug, Clone)]
pub struct PayWithBillingKey {
    /// The key. With the merchant's secret, it charges the payer without asking; `Debug` does not show it.
    pub billing_key: SecretString,
    /// Which of the merchant's channels, where the key was issued for several.
    pub channel_key: Option<String>,
    /// Months of the card's instalment.
    pub installment_month: Option<u32>,
    /// What is charged, and for what.
    pub charge: Charge,
}

/// What is charged, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The merchant's id of the payment. PortOne refuses one that was paid before, so it is the guard against charging
    /// twice.
    pub payment_id: String,
    /// What is bought.
    pub order_name: String,
    /// How much, in won, at least 1.
    pub total: u32,
    /// The part of it without tax, in won.
    pub tax_free: Option<u32>,
    /// Who buys.
    pub customer: Customer,
    /// A note that PortOne keeps with the payment.
    pub custom_data: Option<String>,
    /// Where webhooks about this payment go, instead of the console's addresses; empty for those.
    pub notice_urls: Vec<String>,
}

/// What is charged without a payment window.
#[derive(Debug, Clone)]
pub enum InstantMethod {
    /// A card by its digits.
    Card {
        /// The card.
        credential: CardCredential,
        /// Months of the instalment.
        installment_month: Option<u32>,
    },
    /// A virtual account of the usual kind, a new number for each payment.
    VirtualAccount {
        /// The bank, in PortOne's word.
        bank: String,
        /// Until when it can be paid into.
        due_date: Timestamp,
        /// Whose the account is called.
        remittee_name: Option<String>,
    },
}

/// A card as its owner types it. `Debug` shows nothing of it; whoever handles one falls under the rules of the card
/// companies.
#[derive(Clone)]
pub struct CardCredential {
    /// Digits only.
    pub number: SecretString,
    /// Two digits.
    pub expiry_year: SecretString,
    /// Two digits.
    pub expiry_month: SecretString,
    /// `yyMMdd`, or ten digits of a business registration.
    pub birth_or_business_registration_number: Option<SecretString>,
    /// The password's first two digits.
    pub password_two_digits: Option<SecretString>,
}

/// A payment that was made; of a virtual account, one that now waits for its deposit. It names neither sum nor id: look
/// the payment up before it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// The gateway's number of the payment.
    pub pg_tx_id: Option<String>,
    /// When it was paid, or the account issued.
    pub paid_at: Timestamp,
}

impl Charge {
    fn put(&self, body: &mut Body) -> Result<(), BadRequest> {
        body.given("orderName", &self.order_name)?;
        body.put_body("customer", &self.customer.body());
        body.put_some("customData", self.custom_data.as_deref());
        let mut amount = Body::default();
        amount.number("total", self.total, 1..=u32::MAX)?;
        amount.some_number("taxFree", self.tax_free, 0..=self.total)?;
        body.put_body("amount", &amount);
        body.put("currency", "KRW");
        if !self.notice_urls.is_empty() {
            body.put("noticeUrls", self.notice_urls.clone());
        }
        Ok(())
    }
}

impl InstantMethod {
    fn body(&self) -> Result<Body, BadRequest> {
        let (mut method, mut body) = (Body::default(), Body::default());
        match self {
            InstantMethod::Card { credential, installment_month } => {
                body.put_body("credential", &credential.body()?);
                body.put_some("installmentMonth", *installment_month);
                method.put_body("card", &body);
            }
            InstantMethod::VirtualAccount { bank, due_date, remittee_name } => {
                body.given("bank", bank)?;
                let (mut expiry, mut option) = (Body::default(), Body::default());
                expiry.put("dueDate", due_date.to_string());
                option.put("type", "NORMAL");
                body.put_body("expiry", &expiry);
                body.put_body("option", &option);
                body.put_some("remitteeName", remittee_name.as_deref());
                method.put_body("virtualAccount", &body);
            }
        }
        Ok(method)
    }
}

impl CardCredential {
    pub(crate) fn body(&self) -> Result<Body, BadRequest> {
        let mut body = Body::default();
        body.given("number", self.number.expose_secret())?;
        body.given("expiryYear", self.expiry_year.expose_secret())?;
        body.given("expiryMonth", self.expiry_month.expose_secret())?;
        let birth = self.birth_or_business_registration_number.as_ref();
        body.put_some("birthOrBusinessRegistrationNumber", birth.map(ExposeSecret::expose_secret));
        let password = self.password_two_digits.as_ref();
        body.put_some("passwordTwoDigits", password.map(ExposeSecret::expose_secret));
        Ok(body)
    }
}

fn charged(it: &Fields<'_>) -> Result<Charged, BadAnswer> {
    let payment = it.object("payment")?;
    let paid_at = payment.time("paidAt").ok_or(BadAnswer::Field("paidAt"))?;
    Ok(Charged { pg_tx_id: payment.maybe_text("pgTxId"), paid_at })
}

impl Sealed for PayInstantly {}

impl Call for PayInstantly {
    type Answer = Charged;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body();
        body.given("channelKey", &self.channel_key)?;
        body.put_body("method", &self.method.body()?);
        self.charge.put(&mut body)?;
        Ok(account.post(&path(&self.charge.payment_id, "/instant")?, &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Charged, Error> {
        read(response, charged)
    }
}

impl Sealed for PayWithBillingKey {}

impl Call for PayWithBillingKey {
    type Answer = Charged;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body();
        body.given("billingKey", self.billing_key.expose_secret())?;
        body.put_some("channelKey", self.channel_key.as_deref());
        self.charge.put(&mut body)?;
        body.put_some("installmentMonth", self.installment_month);
        Ok(account.post(&path(&self.charge.payment_id, "/billing-key")?, &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Charged, Error> {
        read(response, charged)
    }
}

impl fmt::Debug for CardCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardCredential").finish_non_exhaustive()
    }
}
