//! A production gateway as the payments service asks it, and what one of the zoo's bugs would make of what it says.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use cafe_core::payment::{
    Behaviour, Cancellation, Charge, Checkout, Collection, Document, Facts, Gateway, GatewayError,
    PaymentRef, Provider, Returning, Returns, Snapshot, Standing, Won,
};
use jiff::Timestamp;

use super::zoo::Bug;

/// What a gateway's message says of a payment. Nobody may believe it.
#[derive(Clone, Debug)]
pub(crate) struct Lie {
    /// Whether it is paid.
    pub(crate) is_paid: bool,
    /// What of it was given back.
    pub(crate) refund: u32,
}

/// A production gateway, and what a bug would make of it.
pub(crate) struct Clerk {
    gateway: Box<dyn Gateway>,
    bug: Option<Bug>,
    lie: Option<Lie>,
    /// What it believes to know, and looks up no more.
    known: Mutex<Option<Snapshot>>,
}

impl Clerk {
    pub(crate) fn new(gateway: Box<dyn Gateway>, bug: Option<Bug>, lie: Option<Lie>) -> Clerk {
        Clerk { gateway, bug, lie, known: Mutex::default() }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    fn known(&self) -> Option<Snapshot> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn knows(&self, shown: &Snapshot) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown.clone());
    }

    /// A payment, as somebody would have it who asks nobody.
    fn made_up(payment: &PaymentRef, price: Won, standing: Standing, refund: Won) -> Snapshot {
        let paid_at = standing.paid_at(Some(Timestamp::UNIX_EPOCH));
        let facts = Facts { currency: "KRW".to_owned(), price, refund, paid_at, cancels: Vec::new() };
        Snapshot { standing, facts, ..Snapshot::not_begun(payment) }
    }

    /// What is made of an answer.
    fn read(&self, mut shown: Snapshot, payment: &PaymentRef, price: Option<Won>) -> Snapshot {
        if self.has(Bug::TakesAnyOrderForOurs) {
            shown.order.clone_from(&payment.order);
        }
        if let Some(price) = price.filter(|_| self.has(Bug::TakesAnySumForThePrice)) {
            shown.facts.price = price;
        }
        if self.has(Bug::TakesAwaitedForPaid) && shown.standing == Standing::Awaited {
            shown.standing = Standing::Paid;
            shown.facts.paid_at = Some(Timestamp::UNIX_EPOCH);
        }
        shown
    }
}

#[async_trait]
impl Gateway for Clerk {
    fn provider(&self) -> Provider {
        self.gateway.provider()
    }

    fn behaviour(&self) -> Behaviour {
        self.gateway.behaviour()
    }

    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError> {
        self.gateway.open(charge, returns).await
    }

    async fn approve(&self, payment: &PaymentRef, collection: &Collection) -> Result<Snapshot, GatewayError> {
        let price = collection.amount;
        let paid = || Clerk::made_up(payment, price, Standing::Paid, Won::ZERO);
        match self.gateway.approve(payment, collection).await {
            Ok(shown) => Ok(self.read(shown, payment, Some(price))),
            Err(GatewayError::Unknown(..)) if self.has(Bug::TakesNoAnswerForPaid) => Ok(paid()),
            Err(GatewayError::Unknown(_, cause))
                if self.has(Bug::TakesAnAnswerAboutAnotherForOurs)
                    && cause.to_string().contains("another") =>
            {
                Ok(paid())
            }
            Err(GatewayError::Declined { .. }) if self.has(Bug::TakesARefusalForPaid) => Ok(paid()),
            Err(error) => {
                if matches!(error, GatewayError::Unknown(..)) && self.has(Bug::LooksNothingUpAfterARefusal) {
                    self.knows(&Clerk::made_up(payment, price, Standing::Failed, Won::ZERO));
                }
                Err(error)
            }
        }
    }

    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        match self.gateway.lookup(payment).await {
            Ok(mut shown) => {
                if let Some(lie) = self.lie.as_ref().filter(|_| self.has(Bug::BelievesTheWebhooksBody)) {
                    shown.facts.refund = Won::new(lie.refund);
                    shown.facts.paid_at = lie.is_paid.then_some(Timestamp::UNIX_EPOCH);
                }
                Ok(self.read(shown, payment, None))
            }
            Err(_) if self.has(Bug::TakesAFailedLookUpForFailed) => {
                Ok(Clerk::made_up(payment, Won::ZERO, Standing::Failed, Won::ZERO))
            }
            Err(error) => Err(error),
        }
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError> {
        let (amount, left) = (cancellation.returning.amount(), cancellation.returning.left());
        let is_wrong_sum = cancellation.reason == "wrong amount paid";
        if is_wrong_sum && self.has(Bug::ReturnsAWrongSumInWordsAlone) {
            let done = Clerk::made_up(payment, amount, Standing::Cancelled, amount);
            self.knows(&done);
            return Ok(Some(done));
        }
        let mut cancellation = cancellation.clone();
        if let Some(part) = Returning::new(Won::new(1), left)
            && is_wrong_sum
            && self.has(Bug::ReturnsAWrongSumInPart)
        {
            cancellation.returning = part;
        }
        let given = || Clerk::made_up(payment, left, Standing::Paid, Won::new(u32::MAX / 2));
        match self.gateway.cancel(payment, &cancellation).await {
            Ok(Some(shown)) => {
                let mut shown = self.read(shown, payment, None);
                if is_wrong_sum && self.has(Bug::ReturnsAWrongSumInPart) {
                    shown.facts.refund = shown.facts.price;
                    self.knows(&shown);
                }
                Ok(Some(shown))
            }
            Err(GatewayError::Declined { .. }) if self.has(Bug::TakesARefusedRefundForDone) => {
                Ok(Some(given()))
            }
            Err(GatewayError::Unknown(..)) if self.has(Bug::TakesNoAnswerToARefundForDone) => {
                Ok(Some(given()))
            }
            answered => answered,
        }
    }

    async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        self.gateway.stored_method(key, customer).await
    }
}

impl fmt::Debug for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clerk").field("bug", &self.bug).finish_non_exhaustive()
    }
}
