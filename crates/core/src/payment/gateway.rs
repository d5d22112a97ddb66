//! A gateway, in our words and in no gateway's: open, approve, look up, cancel.

use std::fmt;

use async_trait::async_trait;

use super::{
    Behaviour, Cancellation, Document, GatewayError, OrderId, PaymentRef, Snapshot, VendorCode, Won,
};

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

/// Where the gateway sends the payer's browser afterwards, and where ours opens its window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returns {
    /// The payer is ready to be charged.
    pub approve: String,
    /// The payer pressed cancel.
    pub cancel: String,
    /// It failed, or took too long.
    pub fail: String,
    /// Our page that opens the window of a gateway that has no page of its own, without a query.
    pub window: String,
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

/// What to collect of an opened payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// What this one attempt at collecting is called among those of its payment. A gateway that takes keys is given one that
    /// is made of it, and gives its first answer again to the same one, a refusal as well: so whoever means to be asked anew
    /// asks by another name.
    pub name: String,
    /// The sum that it must be of.
    pub amount: Won,
    /// What the payer's browser brought back, where it came back to us. A gateway that does not collect without it is only
    /// looked up where there is none.
    pub proof: Option<Proof>,
}

/// A gateway, spoken to with one account: who collects money and gives it back, whoever opened the payment.
///
/// An implementation asks once and translates; it never retries and never decides what to do next. It answers about the
/// payment that it was asked about, or not at all: what it hears of another one is [`GatewayError::Unknown`].
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

    /// Has an opened payment collected, and tells what it shows then. One that collects by itself is only looked up.
    ///
    /// # Errors
    /// [`GatewayError::Unknown`]: the money may have been collected; [`Gateway::lookup`] tells.
    async fn approve(&self, payment: &PaymentRef, collection: &Collection) -> Result<Snapshot, GatewayError>;

    /// Asks how far a payment has come. Changes nothing.
    ///
    /// # Errors
    /// Whichever: nothing is known that was not known before. [`Decline::NotFound`](super::Decline::NotFound): it knows
    /// of no such payment, which [`Behaviour::has_nobody_begun`] makes something of.
    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError>;

    /// Gives some or all of a collected payment back, and tells what it shows then, where the answer tells that.
    ///
    /// # Errors
    /// [`GatewayError::Unknown`]: the money may have been returned; [`Gateway::lookup`] tells.
    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError>;

    /// What it says of a way to pay that was stored for `customer`, to charge it again. Changes nothing.
    ///
    /// # Errors
    /// [`GatewayError::Declined`]: it knows none, or not that customer's.
    async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError>;
}

/// All accounts at gateways that a service may name.
pub trait Accounts: Send + Sync {
    /// The gateway, spoken to with the account that `store` names; none where nobody set up such an account.
    fn of(&self, vendor: VendorCode, store: &str) -> Option<&dyn Gateway>;

    /// The gateway, spoken to with each of its accounts.
    fn all_of(&self, vendor: VendorCode) -> Vec<&dyn Gateway>;
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
