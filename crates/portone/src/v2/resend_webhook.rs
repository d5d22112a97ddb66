//! `POST /payments/{paymentId}/resend-webhook`: has a webhook sent once more.

use bytes::Bytes;
use http::{Request, Response};

use super::call::read;
use super::payments::path;
use super::{Account, Call, Error};
use crate::BadRequest;
use crate::sealed::Sealed;

/// Has a webhook sent once more, with the id it had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResendWebhook {
    /// The merchant's id of the payment.
    pub payment_id: String,
    /// Which one; the latest where none is named.
    pub webhook_id: Option<String>,
}

/// A webhook that was sent once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    /// The webhook's id.
    pub webhook_id: String,
}

impl Sealed for ResendWebhook {}

impl Call for ResendWebhook {
    type Answer = Resent;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body();
        body.put_some("webhookId", self.webhook_id.as_deref());
        Ok(account.post(&path(&self.payment_id, "/resend-webhook")?, &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Resent, Error> {
        read(response, |it| Ok(Resent { webhook_id: it.object("webhook")?.text("id")? }))
    }
}
