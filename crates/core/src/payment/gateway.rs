//! A gateway, in our words and in no gateway's: open, approve, look up, cancel.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Behaviour, BoxError, OrderId, SendError, Won};

/// A partner that collects money.
///
/// Closed on purpose: a new gateway shows every place that must decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// 카카오페이.
    KakaoPay,
    /// 포트원, whichever of its dialects the account speaks: a session tells which.
    PortOne,
    /// 토스페이먼츠.
    TossPayments,
}

impl Provider {
    /// How the provider is written in the store and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Provider::KakaoPay => "kakaopay",
            Provider::PortOne => "portone",
            Provider::TossPayments => "tosspayments",
        }
    }

    /// Reads what [`Provider::as_str`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Provider> {
        match name {
            "kakaopay" => Some(Provider::KakaoPay),
            "portone" => Some(Provider::PortOne),
            "tosspayments" => Some(Provider::TossPayments),
            _ => None,
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who pays, as a gateway may know them: a made-up id that says nothing about the person
/// (KakaoPay forbids names, phone numbers and addresses here), at most 100 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayerId(pub String);

/// What is to be collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Our name for it.
    pub order: OrderId,
    /// Who pays.
    pub payer: PayerId,
    /// What it is for, as the payer reads it.
    pub item: String,
    /// How many of it.
    pub quantity: u32,
    /// How much, VAT included; all of it is taxed. Never zero: nobody asks a gateway for nothing.
    pub amount: Won,
}

/// Where the gateway sends the payer's browser afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returns {
    /// The payer is ready to be charged.
    pub approve: String,
    /// The payer pressed cancel.
    pub cancel: String,
    /// It failed, or took too long.
    pub fail: String,
}

/// The gateway's own key of an opened payment (KakaoPay's `tid`, Toss Payments' `paymentKey`), by which it is
/// approved and looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose key it is.
    pub provider: Provider,
    /// The key.
    pub key: String,
}

/// The pages on which the payer pays: where to send the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// For a computer: shows a code to scan.
    pub desktop: String,
    /// For a phone, and for KakaoTalk's own browser.
    pub mobile: String,
}

/// An opened payment: nothing has been collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// By which it is known from now on.
    pub session: Session,
    /// Where the payer goes.
    pub pages: Pages,
}

/// What the payer's browser brings back, and without which the gateway does not collect
/// (KakaoPay's `pg_token`, Toss Payments' `paymentKey`). It proves nothing by itself: anybody can type a URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof(pub String);

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof([redacted])")
    }
}

/// How the payer paid, as the gateway tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// By card.
    Card,
    /// From the balance kept at the gateway.
    Balance,
    /// Some other way, in the gateway's word.
    Other(String),
}

impl Method {
    /// How the method is written in the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Method::Card => "card",
            Method::Balance => "balance",
            Method::Other(word) => word,
        }
    }

    /// Reads what [`Method::as_str`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Method {
        match name {
            "card" => Method::Card,
            "balance" => Method::Balance,
            other => Method::Other(other.to_owned()),
        }
    }
}

/// The gateway says it has collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// How much was collected. Compare it before believing it.
    pub amount: Won,
    /// The gateway's own number of the approval, where it gives one.
    pub number: Option<String>,
    /// How it was paid.
    pub method: Option<Method>,
    /// When the gateway collected, by its clock.
    pub at: Option<Timestamp>,
}

/// How far a payment has come at the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing was collected yet, and still can be.
    Pending,
    /// Collected; perhaps partly refunded since.
    Paid(Approval),
    /// Collected, and all of it returned.
    Refunded,
    /// Over: nothing was collected and nothing will be.
    Failed,
    /// A word that was not documented when this was written. Never taken as failed.
    Unrecognised(String),
}

/// What a look-up found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// How far it has come.
    pub progress: Progress,
    /// Whether it names our order, its payer and our account. A payment that does not must not be kept.
    pub is_ours: bool,
    /// How much of it has been returned so far.
    pub cancelled: Won,
    /// How much could still be returned.
    pub cancellable: Won,
}

/// How much of a collected payment to return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// What this one attempt at cancelling is called among those of its order: a gateway that takes keys is given one that is
    /// made of it, and gives its first answer again to the same one. So whoever asks anew, as they looked and nothing had
    /// been returned, asks by another name.
    pub name: String,
    /// To return now. Never zero.
    pub amount: Won,
    /// What we believe could still be returned, `amount` included. The gateway refuses when it
    /// believes otherwise, which keeps a repeated request from returning twice.
    pub cancellable: Won,
}

/// What a refusal means for the one who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decline {
    /// The payer has not finished at the gateway.
    NotReady,
    /// It took too long: this payment can no longer be made.
    Expired,
    /// The proof, or an id in the request, is not this payment's.
    Mismatch,
    /// Another attempt of the same payer is running; later it may work.
    Busy,
    /// The gateway is closed for maintenance or has had enough requests; later it may work.
    Later,
    /// Our account, key or address is set up wrong: nothing will work until the owner mends it.
    Misconfigured,
    /// Refused for good, for another reason.
    Refused,
}

/// Why a gateway did not do what was asked. The difference between the three is the whole point.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// It said no, and nothing moved.
    #[error("{provider} refused with code {code} ({decline:?})")]
    Declined {
        /// Who refused.
        provider: Provider,
        /// Its code; its words stay in its answer.
        code: String,
        /// What that means.
        decline: Decline,
    },
    /// It was not reached: nothing moved, asking again is safe.
    #[error("{0} was not reached")]
    Unreached(Provider, #[source] BoxError),
    /// Asked, and no answer that can be believed: money may have moved, so look it up.
    #[error("{0} gave no answer that can be believed")]
    Unknown(Provider, #[source] BoxError),
}

impl GatewayError {
    /// A request that got no answer, in a gateway's terms.
    #[must_use]
    pub fn from_send(provider: Provider, error: SendError) -> GatewayError {
        match error {
            SendError::NotSent(source) => GatewayError::Unreached(provider, source),
            SendError::NoAnswer(source) => GatewayError::Unknown(provider, source),
        }
    }
}

/// A partner that collects money.
///
/// An implementation asks once and translates; it never retries and never decides what to do next.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Which one it is.
    fn provider(&self) -> Provider;

    /// How it behaves where gateways differ.
    fn behaviour(&self) -> Behaviour;

    /// Opens a payment. Nothing is collected.
    ///
    /// # Errors
    /// Whichever: no money has moved, and what may have been opened can never be paid, as nobody
    /// knows its key.
    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError>;

    /// Collects an opened payment. An answer that names another order, payer or account is not believed.
    ///
    /// # Errors
    /// [`GatewayError::Unknown`]: the money may have been collected; [`Gateway::lookup`] tells.
    async fn approve(
        &self,
        charge: &Charge,
        session: &Session,
        proof: &Proof,
    ) -> Result<Approval, GatewayError>;

    /// Asks how far a payment has come. Changes nothing.
    ///
    /// # Errors
    /// Whichever: nothing is known that was not known before.
    async fn lookup(&self, charge: &Charge, session: &Session) -> Result<Snapshot, GatewayError>;

    /// Returns some or all of a collected payment.
    ///
    /// # Errors
    /// [`GatewayError::Unknown`]: the money may have been returned; [`Gateway::lookup`] tells.
    async fn cancel(
        &self,
        charge: &Charge,
        session: &Session,
        cancellation: Cancellation,
    ) -> Result<(), GatewayError>;
}

#[cfg(test)]
mod tests {
    use super::Provider;

    #[test]
    fn a_providers_name_reads_back() {
        for provider in [Provider::KakaoPay, Provider::PortOne, Provider::TossPayments] {
            assert_eq!(Provider::from_name(provider.as_str()), Some(provider));
        }
        assert_eq!(Provider::from_name("KakaoPay"), None);
    }
}
