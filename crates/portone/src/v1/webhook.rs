//! The nudge that V1 sends when a payment has changed.
//!
//! It carries no signature: anybody can send one. So it is a reason to look, and its status is never more than a hint.
//! It may come twice, late, out of order, before the payer's browser is back, or not at all.

use serde_json::Value;
use url::form_urlencoded;

use super::Status;
use crate::BadAnswer;
use crate::answer::{Fields, read_object};

/// What a webhook says. Fetch the payment with [`GetPayment`](super::payments::GetPayment), and believe that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// PortOne's number of the payment.
    pub imp_uid: String,
    /// The merchant's order number; of a scheduled payment also there.
    pub merchant_uid: Option<String>,
    /// How far it had come when this was sent, if that is to be believed.
    pub status: Option<Status>,
    /// PortOne's number of the refund that it tells of.
    pub cancellation_id: Option<String>,
}

impl Webhook {
    /// Reads a webhook's body. PortOne sends JSON or a form, as the console says; `content_type` is the header's value,
    /// and what is no form is read as JSON.
    ///
    /// # Errors
    /// [`BadAnswer`] where it is neither, or names no payment.
    pub fn read(content_type: &str, body: &[u8]) -> Result<Webhook, BadAnswer> {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let pairs = form_urlencoded::parse(body);
            let fields = pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
            let form = Value::Object(fields.collect()).to_string();
            return read_object(form.as_bytes(), Webhook::take);
        }
        read_object(body, Webhook::take)
    }

    fn take(it: &Fields<'_>) -> Result<Webhook, BadAnswer> {
        Ok(Webhook {
            imp_uid: it.text("imp_uid")?,
            merchant_uid: it.maybe_text("merchant_uid"),
            status: it.maybe_word("status"),
            cancellation_id: it.maybe_text("cancellation_id"),
        })
    }
}
