//! `POST /online/v1/payment/subscription`: charges a subscription again. The first payment is an ordinary
//! one, by an account with a subscription's merchant code; its [`Approved`] brings the [`Sid`].

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};

use crate::answer::read;
use crate::approve::Approved;
use crate::call::sealed::Sealed;
use crate::{Account, BadRequest, Call, Error, limits};

/// The key of a subscription: with the merchant's key, it charges the payer without asking. Keep it like a
/// secret; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sid(pub String);

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sid([redacted])")
    }
}

/// Charges a subscription. After anything but an [`Approved`] that matches, **money may have moved**, and
/// without an answer there is no `tid` to look it up by. Never just charge again: alert, and see what
/// [`last_approved_at`](crate::subscription_status::SubscriptionState::last_approved_at) says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The subscription's merchant code, up to 10 characters, where it is not the account's own. The
    /// account's `cid_secret` is then not sent: a code with a secret wants [`Account::with_cid`].
    pub cid: Option<String>,
    /// From the first payment's [`Approved`].
    pub sid: Sid,
    /// The merchant's order number of this charge, 1 to 100 characters.
    pub partner_order_id: String,
    /// The same as in the first payment.
    pub partner_user_id: String,
    /// What is bought, up to 100 characters.
    pub item_name: Option<String>,
    /// The merchant's code of the item, up to 100 characters.
    pub item_code: Option<String>,
    /// How many, at least 1.
    pub quantity: u32,
    /// What is to be paid, in won, at least 1.
    pub total_amount: u32,
    /// The part of it without tax, in won.
    pub tax_free_amount: u32,
    /// The value added tax in it, in won. Where there is none KakaoPay computes [`vat`](crate::ready::vat)
    /// itself.
    pub vat_amount: Option<u32>,
    /// A note for KakaoPay to echo, up to 200 characters.
    pub payload: Option<String>,
}

impl Sealed for Subscription {}

impl Call for Subscription {
    type Answer = Approved;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body_for(self.cid.as_deref())?;
        body.given("sid", &self.sid.0)?;
        body.text("partner_order_id", &self.partner_order_id, limits::PARTNER_ID_CHARS)?;
        body.text("partner_user_id", &self.partner_user_id, limits::PARTNER_ID_CHARS)?;
        body.some_text("item_name", self.item_name.as_deref(), limits::ITEM_CHARS)?;
        body.some_text("item_code", self.item_code.as_deref(), limits::ITEM_CHARS)?;
        body.number("quantity", self.quantity, 1..=u32::MAX)?;
        body.number("total_amount", self.total_amount, 1..=u32::MAX)?;
        body.number("tax_free_amount", self.tax_free_amount, 0..=self.total_amount)?;
        let taxed = self.total_amount - self.tax_free_amount;
        body.some_number("vat_amount", self.vat_amount, 0..=taxed)?;
        body.some_text("payload", self.payload.as_deref(), limits::PAYLOAD_CHARS)?;
        Ok(account.post("/subscription", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Approved, Error> {
        read(response, Approved::read)
    }
}
