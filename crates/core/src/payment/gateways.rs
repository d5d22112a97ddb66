//! The gateways that the owner has set up: where more than one is, the payer chooses, and each payment is its own gateway's
//! from then on.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use tracing::error;

use super::{
    Behaviour, CancelWithoutAmount, Cancellation, CaptureBy, Charge, Checkout, Collection, Document, Gateway,
    GatewayError, Idempotency, LookupKey, NoticeTrust, PaymentRef, Provider, Returns, Snapshot,
};

/// The gateways that are set up, in the order in which payers are offered them. Clones are handles to the same ones.
#[derive(Clone)]
pub struct Gateways(Arc<[Arc<dyn Gateway>]>);

impl Gateways {
    /// These, as they are to be offered.
    #[must_use]
    pub fn new<G: Into<Arc<dyn Gateway>>>(offered: impl IntoIterator<Item = G>) -> Gateways {
        Gateways(offered.into_iter().map(Into::into).collect())
    }

    /// Whose they are, as they are offered.
    #[must_use]
    pub fn offered(&self) -> Vec<Provider> {
        self.0.iter().map(|gateway| gateway.provider()).collect()
    }

    /// The one that a payer has chosen, or the only one there is; none where the choice is theirs. Who names one that is
    /// not offered has chosen nothing.
    #[must_use]
    pub fn chosen(&self, by: Option<Provider>) -> Option<Arc<dyn Gateway>> {
        if let [only] = &*self.0 {
            return Some(only.clone());
        }
        by.and_then(|provider| self.find(provider))
    }

    /// The one that a payment was opened at. Where that is not set up any more, one that is never reached: nothing moves
    /// there, what is in doubt stays so, and the log says what to set up.
    #[must_use]
    pub fn of(&self, provider: Provider) -> Arc<dyn Gateway> {
        self.find(provider).unwrap_or_else(|| Arc::new(NotSetUp(provider)))
    }

    fn find(&self, provider: Provider) -> Option<Arc<dyn Gateway>> {
        self.0.iter().find(|gateway| gateway.provider() == provider).cloned()
    }
}

impl fmt::Debug for Gateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gateways").field(&self.offered()).finish()
    }
}

/// A gateway at which payments were opened, and which the owner has taken out of the settings since.
struct NotSetUp(Provider);

impl NotSetUp {
    fn refuse<T>(&self) -> Result<T, GatewayError> {
        error!(provider = %self.0, "a payment was opened at a gateway that is not set up any more: set it up again");
        Err(GatewayError::Unreached(self.0, "it is not set up any more".into()))
    }
}

#[async_trait]
impl Gateway for NotSetUp {
    fn provider(&self) -> Provider {
        self.0
    }

    /// What keeps everything possible for longest, as nobody is there to say otherwise.
    fn behaviour(&self) -> Behaviour {
        Behaviour {
            idempotency: Idempotency::ByState,
            lookup: LookupKey::Key,
            capture: CaptureBy::Itself,
            notices: NoticeTrust::Silent,
            cancel_without_amount: CancelWithoutAmount::EverythingAndForZero,
            pay_within: SignedDuration::from_mins(15),
            open_for: SignedDuration::from_hours(24),
            failed_after: SignedDuration::from_mins(10),
            released_after: SignedDuration::from_mins(10),
            refund_lost_after: SignedDuration::from_mins(10),
        }
    }

    async fn open(&self, _: &Charge, _: &Returns) -> Result<Checkout, GatewayError> {
        self.refuse()
    }

    async fn approve(&self, _: &PaymentRef, _: &Collection) -> Result<Snapshot, GatewayError> {
        self.refuse()
    }

    async fn lookup(&self, _: &PaymentRef) -> Result<Snapshot, GatewayError> {
        self.refuse()
    }

    async fn cancel(&self, _: &PaymentRef, _: &Cancellation) -> Result<Option<Snapshot>, GatewayError> {
        self.refuse()
    }

    async fn stored_method(&self, _: &str, _: &str) -> Result<Document, GatewayError> {
        self.refuse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn these(providers: &[Provider]) -> Gateways {
        Gateways::new(providers.iter().map(|provider| Arc::new(NotSetUp(*provider)) as Arc<dyn Gateway>))
    }

    fn chosen(gateways: &Gateways, by: Option<Provider>) -> Option<Provider> {
        gateways.chosen(by).map(|gateway| gateway.provider())
    }

    #[test]
    fn who_has_one_to_choose_from_has_chosen() {
        let one = these(&[Provider::TossPayments]);
        for by in [None, Some(Provider::TossPayments), Some(Provider::KakaoPay)] {
            assert_eq!(chosen(&one, by), Some(Provider::TossPayments));
        }
    }

    #[test]
    fn of_several_the_payer_chooses_and_what_is_not_offered_is_no_choice() {
        let offered = [Provider::TossPayments, Provider::KakaoPay];
        let two = these(&offered);
        assert_eq!(two.offered(), offered);
        assert_eq!(chosen(&two, None), None);
        assert_eq!(chosen(&two, Some(Provider::KakaoPay)), Some(Provider::KakaoPay));
        assert_eq!(chosen(&two, Some(Provider::PortOne)), None);
    }

    #[test]
    fn a_payment_s_gateway_is_its_own_though_it_is_not_offered_any_more() {
        let one = these(&[Provider::TossPayments]);
        for provider in [Provider::KakaoPay, Provider::PortOne, Provider::TossPayments] {
            assert_eq!(one.of(provider).provider(), provider);
        }
        let gone: GatewayError = NotSetUp(Provider::PortOne).refuse::<()>().unwrap_err();
        assert!(matches!(gone, GatewayError::Unreached(Provider::PortOne, _)));
    }
}
