//! `POST /online/v1/payment/manage/subscription/status`: whether a subscription can be charged.

use bytes::Bytes;
use http::{Request, Response};
use jiff::civil::DateTime;

use crate::answer::read;
use crate::call::sealed::Sealed;
use crate::subscription::Sid;
use crate::words::words;
use crate::{Account, BadRequest, Call, Error, PaymentMethod, Raw};

/// Asks how a subscription stands. It moves nothing and may be asked at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionStatus {
    /// The subscription's merchant code, where it is not the account's own; see
    /// [`Subscription::cid`](crate::subscription::Subscription::cid).
    pub cid: Option<String>,
    /// The subscription's key.
    pub sid: Sid,
}

/// How a subscription stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionState {
    /// Whether it can be charged now.
    pub available: bool,
    /// The merchant code.
    pub cid: String,
    /// The subscription's key.
    pub sid: Sid,
    /// Whether it has ended.
    pub status: SidStatus,
    /// How it is paid.
    pub payment_method_type: Option<PaymentMethod>,
    /// What is bought.
    pub item_name: Option<String>,
    /// When it was issued, by KakaoPay's clock, without a zone; Korean time is a guess.
    pub created_at: Option<DateTime>,
    /// When it was last charged, likewise.
    pub last_approved_at: Option<DateTime>,
    /// When it was ended, likewise.
    pub inactivated_at: Option<DateTime>,
    /// The whole answer as KakaoPay sent it.
    pub raw: Raw,
}

words! {
    /// Whether a subscription has ended.
    pub enum SidStatus {
        /// It has not.
        Active = "ACTIVE",
        /// It has.
        Inactive = "INACTIVE",
    }
}

impl Sealed for SubscriptionStatus {}

impl Call for SubscriptionStatus {
    type Answer = SubscriptionState;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body_for(self.cid.as_deref())?;
        body.given("sid", &self.sid.0)?;
        Ok(account.post("/manage/subscription/status", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<SubscriptionState, Error> {
        read(response, |it, raw| {
            Ok(SubscriptionState {
                available: it.flag("available")?,
                cid: it.text("cid")?,
                sid: it.text("sid").map(Sid)?,
                status: it.word("status")?,
                payment_method_type: it.maybe_word("payment_method_type"),
                item_name: it.maybe_text("item_name"),
                created_at: it.date("created_at"),
                last_approved_at: it.date("last_approved_at"),
                inactivated_at: it.date("inactivated_at"),
                raw,
            })
        })
    }
}
