//! A production gateway as the cafe asks it, and what one of the zoo's bugs would make of what it says.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use cafe_core::payment::{
    Behaviour, Cancellation, CaptureBy, Charge, Checkout, Collection, Decline, Document, Facts, Gateway,
    GatewayError, PaymentRef, Provider, Refusal, Returning, Returns, Snapshot, Standing, Won,
};
use jiff::SignedDuration;

use crate::zoo::Bug;

/// What each order was opened for, as a cashier remembers it who asks nobody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dues(Arc<Mutex<BTreeMap<String, Won>>>);

impl Dues {
    fn opened(&self, charge: &Charge) {
        let mut dues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dues.insert(charge.order.to_string(), charge.amount);
    }

    fn of(&self, payment: &PaymentRef) -> Won {
        let dues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dues.get(&payment.order).copied().unwrap_or_default()
    }
}

/// The production gateway, and what a bug would make of it.
#[derive(Clone)]
pub(crate) struct Cashier {
    gateway: Arc<dyn Gateway>,
    dues: Dues,
    bug: Option<Bug>,
    /// Whether it asked twice, and thinks it knows enough to look nothing up.
    blind: Arc<AtomicBool>,
}

impl Cashier {
    pub(crate) fn new(gateway: Arc<dyn Gateway>, dues: Dues, bug: Option<Bug>) -> Cashier {
        Cashier { gateway, dues, bug, blind: Arc::default() }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// A payment of what is due, as somebody would have it who asks nobody.
    fn made_up(&self, payment: &PaymentRef, standing: Standing) -> Snapshot {
        let shown = Snapshot::not_begun(payment);
        Snapshot { standing, facts: Facts { price: self.dues.of(payment), ..shown.facts }, ..shown }
    }

    /// What is made of an answer.
    fn read(&self, mut shown: Snapshot, payment: &PaymentRef) -> Snapshot {
        let is_paid = shown.standing == Standing::Paid;
        if is_paid && self.has(Bug::TakesAnotherSum) {
            shown.facts.price = shown.facts.price.checked_sub(Won::new(1)).unwrap_or_default();
        }
        if is_paid && self.has(Bug::TakesAnySumForTheOneDue) {
            shown.facts.price = self.dues.of(payment);
        }
        if self.has(Bug::TakesAnothersPaymentForOurs) {
            shown.is_ours = true;
        }
        shown
    }
}

impl fmt::Debug for Cashier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cashier").field("bug", &self.bug).finish_non_exhaustive()
    }
}

#[async_trait]
impl Gateway for Cashier {
    fn provider(&self) -> Provider {
        self.gateway.provider()
    }

    fn behaviour(&self) -> Behaviour {
        let behaviour = self.gateway.behaviour();
        if self.has(Bug::TakesAWindowForClosed) {
            return Behaviour { capture: CaptureBy::Approve, ..behaviour };
        }
        if self.has(Bug::ForgetsAWindowTooSoon) {
            return Behaviour { open_for: SignedDuration::ZERO, ..behaviour };
        }
        behaviour
    }

    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError> {
        self.dues.opened(charge);
        let mut checkout = self.gateway.open(charge, returns).await?;
        if self.has(Bug::WritesDownAnotherGateway) {
            checkout.session.provider = Provider::KakaoPay;
        }
        Ok(checkout)
    }

    async fn approve(&self, payment: &PaymentRef, collection: &Collection) -> Result<Snapshot, GatewayError> {
        let yes = || self.made_up(payment, Standing::Paid);
        match self.gateway.approve(payment, collection).await {
            Ok(shown) => Ok(self.read(shown, payment)),
            Err(GatewayError::Unknown(..)) if self.has(Bug::ApprovesAgainBlindly) => {
                self.blind.store(true, Ordering::Relaxed);
                match self.gateway.approve(payment, collection).await {
                    // Whatever it says now is taken for a no.
                    Err(GatewayError::Unknown(provider, cause)) => Err(GatewayError::Declined {
                        provider,
                        decline: Decline::Refused,
                        refusal: Refusal::of_ours(&cause.to_string(), ""),
                    }),
                    answered => answered,
                }
            }
            Err(GatewayError::Unknown(..)) if self.has(Bug::TakesNoAnswerForYes) => Ok(yes()),
            Err(GatewayError::Unreached(..)) if self.has(Bug::TakesNotSentForYes) => Ok(yes()),
            Err(GatewayError::Declined { .. }) if self.has(Bug::TakesAnErrorForYes) => Ok(yes()),
            Err(error) => Err(error),
        }
    }

    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError> {
        let seems = |standing| Ok(self.made_up(payment, standing));
        if self.blind.load(Ordering::Relaxed) {
            return seems(Standing::Awaited);
        }
        let shown = match self.gateway.lookup(payment).await {
            Err(GatewayError::Declined { .. }) if self.has(Bug::TakesNotFoundForFailed) => {
                return seems(Standing::Failed);
            }
            Err(_) if self.has(Bug::TakesAFailedLookUpForFailed) => return seems(Standing::Failed),
            Err(_) if self.has(Bug::TakesAFailedLookUpForPaid) => return seems(Standing::Paid),
            looked_up => looked_up?,
        };
        match (&shown.standing, self.bug) {
            (Standing::Paid, Some(Bug::TakesPaidForFailed)) => seems(Standing::Failed),
            (Standing::Paid, Some(Bug::TakesPaidForPending)) => seems(Standing::Awaited),
            (standing, Some(Bug::TakesPendingForPaid)) if standing.is_open() => seems(Standing::Paid),
            (Standing::Paid, Some(Bug::TakesCollectedForReturned)) => {
                Ok(Snapshot { standing: Standing::Cancelled, ..shown })
            }
            _ => Ok(self.read(shown, payment)),
        }
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError> {
        if self.has(Bug::RefundsWithoutAskingTheGateway) {
            return Ok(None);
        }
        let answered = self.gateway.cancel(payment, cancellation).await;
        if self.has(Bug::RefundsTwiceAtTheGateway) && answered.is_ok() {
            let returning = cancellation.returning;
            if let Some(returning) = Returning::new(returning.amount(), returning.left_then()) {
                // Whoever does this does not look whether it worked.
                let _ =
                    self.gateway.cancel(payment, &Cancellation { returning, ..cancellation.clone() }).await;
            }
        }
        match answered {
            Err(GatewayError::Declined { .. }) if self.has(Bug::TakesARefusedRefundForDone) => Ok(None),
            Err(GatewayError::Unknown(..)) if self.has(Bug::TakesNoAnswerToARefundForDone) => Ok(None),
            Err(GatewayError::Unreached(..)) if self.has(Bug::TakesNotSentToARefundForDone) => Ok(None),
            answered => answered,
        }
    }

    async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        self.gateway.stored_method(key, customer).await
    }
}
