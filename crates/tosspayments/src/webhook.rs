//! What Toss Payments sends by itself. It is not signed, so anybody can send one: a webhook is a nudge, and what it is about
//! must be looked up. Answer 200, or it is sent again, 7 times within almost four days.

use jiff::Timestamp;
use secrecy::SecretString;

use crate::answer::{BadAnswer, Fields, object};
use crate::words::words;
use crate::{Status, billing::BillingKey};

/// A webhook, as far as it says what to look up.
#[derive(Debug, Clone)]
pub enum Webhook {
    /// A payment has another status now.
    PaymentStatusChanged(PaymentStatusChanged),
    /// Something happened at a virtual account. A merchant that has registered both gets two for each deposit.
    DepositCallback(DepositCallback),
    /// A billing key was deleted.
    BillingDeleted {
        /// Which.
        billing_key: BillingKey,
    },
    /// Something else, as a payout: answer 200, and pass it over.
    Other(EventType),
}

words! {
    /// What a webhook is about.
    pub enum EventType {
        /// A payment has another status.
        PaymentStatusChanged = "PAYMENT_STATUS_CHANGED",
        /// Something happened at a virtual account.
        DepositCallback = "DEPOSIT_CALLBACK",
        /// A cancellation has another status.
        CancelStatusChanged = "CANCEL_STATUS_CHANGED",
        /// A billing key was deleted.
        BillingDeleted = "BILLING_DELETED",
        /// A customer's methods changed.
        MethodUpdated = "METHOD_UPDATED",
        /// A customer's status changed.
        CustomerStatusChanged = "CUSTOMER_STATUS_CHANGED",
        /// A payout's status changed.
        PayoutChanged = "payout.changed",
        /// A seller's status changed.
        SellerChanged = "seller.changed",
    }
}

/// A payment has another status now.
#[derive(Debug, Clone)]
pub struct PaymentStatusChanged {
    /// Which payment.
    pub payment_key: String,
    /// The merchant's order number.
    pub order_id: String,
    /// What it says it has become.
    pub status: Status,
    /// When it was sent.
    pub created_at: Option<Timestamp>,
    /// As of [`DepositCallback`]; of other payments there is none.
    pub secret: Option<SecretString>,
}

/// Something happened at a virtual account: a deposit, the reversal of one, the end of its time.
#[derive(Debug, Clone)]
pub struct DepositCallback {
    /// The merchant's order number. There is no `paymentKey`: look it up by this, or keep which order is which payment.
    pub order_id: String,
    /// What it says it has become.
    pub status: Status,
    /// The payment's [`secret`](crate::Payment::secret). Compare the two in constant time; where they differ somebody has
    /// forged this, and it is worth no look-up.
    pub secret: SecretString,
    /// Toss Payments' key of what happened.
    pub transaction_key: Option<String>,
    /// When it was sent.
    pub created_at: Option<Timestamp>,
}

impl Webhook {
    /// Reads a webhook's body.
    ///
    /// # Errors
    /// [`BadAnswer`] where it is no JSON object, or a known one says not what to look up.
    pub fn read(body: &[u8]) -> Result<Webhook, BadAnswer> {
        let body = object(body)?;
        let it = Fields(&body);
        match it.maybe_word::<EventType>("eventType") {
            Some(EventType::PaymentStatusChanged) => {
                let data = it.maybe_object("data").ok_or(BadAnswer::Field("data"))?;
                Ok(Webhook::PaymentStatusChanged(PaymentStatusChanged {
                    payment_key: data.text("paymentKey")?,
                    order_id: data.text("orderId")?,
                    status: data.word("status")?,
                    created_at: it.time("createdAt"),
                    secret: data.secret("secret"),
                }))
            }
            Some(EventType::BillingDeleted) => {
                let key =
                    it.maybe_text("billingKey").or_else(|| it.maybe_object("data")?.maybe_text("billingKey"));
                let key = key.ok_or(BadAnswer::Field("billingKey"))?;
                Ok(Webhook::BillingDeleted { billing_key: BillingKey(key) })
            }
            // It is flat, and whether it names itself is not documented.
            Some(EventType::DepositCallback) => Ok(Webhook::DepositCallback(DepositCallback::read(&it)?)),
            None if it.maybe_text("secret").is_some() => {
                Ok(Webhook::DepositCallback(DepositCallback::read(&it)?))
            }
            None => Err(BadAnswer::Field("eventType")),
            Some(
                other @ (EventType::CancelStatusChanged
                | EventType::MethodUpdated
                | EventType::CustomerStatusChanged
                | EventType::PayoutChanged
                | EventType::SellerChanged
                | EventType::Other(_)),
            ) => Ok(Webhook::Other(other)),
        }
    }
}

impl DepositCallback {
    fn read(it: &Fields<'_>) -> Result<DepositCallback, BadAnswer> {
        // In case it is wrapped like the others.
        let data = it.maybe_object("data");
        let inner = data.as_ref().unwrap_or(it);
        Ok(DepositCallback {
            order_id: inner.text("orderId")?,
            status: inner.word("status")?,
            secret: inner.secret("secret").ok_or(BadAnswer::Field("secret"))?,
            transaction_key: inner.maybe_text("transactionKey"),
            created_at: it.time("createdAt").or_else(|| inner.time("createdAt")),
        })
    }
}
