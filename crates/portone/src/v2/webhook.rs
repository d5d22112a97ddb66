//! The nudge that V2 sends when something has changed, signed as Standard Webhooks has it.
//!
//! A signature proves that PortOne has sent it, once. It may still come twice, late, out of order, or not at all: so it
//! is a reason to look, and no more.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use crate::BadAnswer;
use crate::answer::{Fields, read_object};
use crate::words::words;

/// The header that names the webhook; a repeated one has the same name.
pub const ID_HEADER: &str = "webhook-id";
/// The header that says when this was sent, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header of signatures, `v1,…` each, with a space between.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// How far a webhook's time may be from ours, either way: an older one may be somebody's recording. As PortOne's own
/// server SDK has it.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The secrets that webhooks are signed with: one, and while it is replaced, the one before it as well.
#[derive(Clone)]
pub struct WebhookSecrets(Vec<hmac::Key>);

/// What is said of a webhook that is not PortOne's. It does not repeat the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// A secret is not base64, with or without `whsec_` before it, or is empty.
    #[error("a PortOne webhook secret is not base64")]
    Secret,
    /// One of the three headers is missing, empty, or not what it should be.
    #[error("the header {0} is missing or wrong")]
    Header(&'static str),
    /// It was sent too long ago, or in the future.
    #[error("the webhook was not sent now")]
    NotNow,
    /// No signature among those of the header is by one of the secrets.
    #[error("no signature is by a known secret")]
    Signature,
}

impl WebhookSecrets {
    /// Reads secrets as the console shows them: base64, usually with `whsec_` before it.
    ///
    /// # Errors
    /// [`BadSignature::Secret`] where one is not, or where there is none.
    pub fn new<'a>(
        secrets: impl IntoIterator<Item = &'a SecretString>,
    ) -> Result<WebhookSecrets, BadSignature> {
        let key = |secret: &SecretString| {
            let secret = secret.expose_secret();
            let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret));
            let bytes = bytes.ok().filter(|bytes| !bytes.is_empty()).ok_or(BadSignature::Secret)?;
            Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
        };
        let keys: Vec<hmac::Key> = secrets.into_iter().map(key).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(BadSignature::Secret) } else { Ok(WebhookSecrets(keys)) }
    }

    /// Whether a webhook is PortOne's, and of now. `body` is what came, byte for byte.
    ///
    /// # Errors
    /// [`BadSignature`] says why not. Signatures are compared in constant time.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<WebhookId, BadSignature> {
        let id = header(headers, ID_HEADER)?;
        let timestamp = header(headers, TIMESTAMP_HEADER)?;
        let signatures = header(headers, SIGNATURE_HEADER)?;
        let sent_at = timestamp.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let sent_at = sent_at.ok_or(BadSignature::Header(TIMESTAMP_HEADER))?;
        if now.duration_since(sent_at).abs() > TOLERANCE {
            return Err(BadSignature::NotNow);
        }
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
        // Other versions than v1 may stand beside it, and are somebody else's.
        let signatures = signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
        let mut signatures = signatures.filter_map(|signature| STANDARD.decode(signature).ok());
        let is_ours = signatures
            .any(|signature| self.0.iter().any(|key| hmac::verify(key, &signed, &signature).is_ok()));
        if is_ours { Ok(WebhookId(id.to_owned())) } else { Err(BadSignature::Signature) }
    }
}

impl fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecrets([redacted])")
    }
}

/// The name of a webhook that is PortOne's: whoever has seen it before has seen the webhook before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WebhookId(pub String);

fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, BadSignature> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    value.ok_or(BadSignature::Header(name))
}

words! {
    /// What has happened. PortOne may add to them, and says that unknown ones should be passed over.
    pub enum Event {
        /// The payer has opened the payment window.
        Ready = "Transaction.Ready",
        /// It was collected; of a virtual account, deposited.
        Paid = "Transaction.Paid",
        /// A virtual account was issued.
        VirtualAccountIssued = "Transaction.VirtualAccountIssued",
        /// A part was given back.
        PartialCancelled = "Transaction.PartialCancelled",
        /// All was given back.
        Cancelled = "Transaction.Cancelled",
        /// It failed.
        Failed = "Transaction.Failed",
        /// The payer is done, and the gateway not yet.
        PayPending = "Transaction.PayPending",
        /// A refund was asked for, and is not done yet.
        CancelPending = "Transaction.CancelPending",
        /// The payer is done, and the merchant's own confirmation is what is missing.
        Confirm = "Transaction.Confirm",
        /// The payer disputes it.
        DisputeCreated = "Transaction.DisputeCreated",
        /// The dispute is over.
        DisputeResolved = "Transaction.DisputeResolved",
        /// A billing key is about to be issued.
        BillingKeyReady = "BillingKey.Ready",
        /// A billing key was issued.
        BillingKeyIssued = "BillingKey.Issued",
        /// A billing key could not be issued.
        BillingKeyFailed = "BillingKey.Failed",
        /// A billing key was deleted.
        BillingKeyDeleted = "BillingKey.Deleted",
        /// A billing key was changed.
        BillingKeyUpdated = "BillingKey.Updated",
    }
}

/// What a webhook says (version 2024-04-25). Fetch the payment with
/// [`GetPayment`](super::payments::GetPayment), and believe that.
///
/// `Debug` does not show a billing key.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// What has happened.
    pub event: Event,
    /// When; a repeated webhook says the same.
    pub timestamp: Option<Timestamp>,
    /// The store.
    pub store_id: Option<String>,
    /// The merchant's id of the payment, of everything that is about one.
    pub payment_id: Option<String>,
    /// PortOne's number of the attempt.
    pub transaction_id: Option<String>,
    /// PortOne's number of the refund, of those.
    pub cancellation_id: Option<String>,
    /// The billing key, of everything that is about one.
    pub billing_key: Option<String>,
}

impl Webhook {
    /// Reads a webhook's body, once [`WebhookSecrets::verify`] has agreed to it.
    ///
    /// # Errors
    /// [`BadAnswer`] where it says nothing that is understood. An unknown event is no error.
    pub fn read(body: &[u8]) -> Result<Webhook, BadAnswer> {
        read_object(body, |it| {
            let data = it.maybe_object("data");
            let text = |name| data.as_ref().and_then(|data: &Fields<'_>| data.maybe_text(name));
            Ok(Webhook {
                event: it.word("type")?,
                timestamp: it.time("timestamp"),
                store_id: text("storeId"),
                payment_id: text("paymentId"),
                transaction_id: text("transactionId"),
                cancellation_id: text("cancellationId"),
                billing_key: text("billingKey"),
            })
        })
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("event", &self.event)
            .field("timestamp", &self.timestamp)
            .field("payment_id", &self.payment_id)
            .field("transaction_id", &self.transaction_id)
            .field("cancellation_id", &self.cancellation_id)
            .finish_non_exhaustive()
    }
}
