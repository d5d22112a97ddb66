//! `POST /online/v1/payment/manage/subscription/inactive`: ends a subscription.

use bytes::Bytes;
use http::{Request, Response};
use jiff::civil::DateTime;

use crate::answer::read;
use crate::call::sealed::Sealed;
use crate::subscription::Sid;
use crate::subscription_status::SidStatus;
use crate::{Account, BadRequest, Call, Error};

/// Ends a subscription, for good. It moves no money, and may be asked again after a lost answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionInactive {
    /// The subscription's merchant code, where it is not the account's own; see
    /// [`Subscription::cid`](crate::subscription::Subscription::cid).
    pub cid: Option<String>,
    /// The subscription's key.
    pub sid: Sid,
}

/// A subscription that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inactivated {
    /// The merchant code.
    pub cid: String,
    /// The subscription's key, now of no use.
    pub sid: Sid,
    /// [`SidStatus::Inactive`].
    pub status: SidStatus,
    /// When it was issued, by KakaoPay's clock, without a zone; Korean time is a guess.
    pub created_at: Option<DateTime>,
    /// When it was last charged, likewise.
    pub last_approved_at: Option<DateTime>,
    /// When it was ended, likewise.
    pub inactivated_at: Option<DateTime>,
}

impl Sealed for SubscriptionInactive {}

impl Call for SubscriptionInactive {
    type Answer = Inactivated;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body_for(self.cid.as_deref())?;
        body.given("sid", &self.sid.0)?;
        Ok(account.post("/manage/subscription/inactive", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Inactivated, Error> {
        read(response, |it, _| {
            Ok(Inactivated {
                cid: it.text("cid")?,
                sid: it.text("sid").map(Sid)?,
                status: it.word("status")?,
                created_at: it.date("created_at"),
                last_approved_at: it.date("last_approved_at"),
                inactivated_at: it.date("inactivated_at"),
            })
        })
    }
}
