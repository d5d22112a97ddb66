//! PortOne as a [`Gateway`], in either of its dialects: an order becomes a payment window, and its words become ours.
//!
//! The merchant names a payment, so ours is the order's id, in both dialects. The payer pays in PortOne's window, and the
//! money is collected there and then: nobody approves, and `approve` only looks. The window has one address to come
//! back to, the one for approving, with the reason in its query where it failed.

mod v1;
mod v2;
mod window;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use self::v1::V1;
use self::v2::V2;
pub use self::window::Window;
use crate::payment::{
    Behaviour, BoxError, CancelWithoutAmount, Cancellation, CaptureBy, Charge, Checkout, Collection, Decline,
    Document, Gateway, GatewayError, Http, Idempotency, LookupKey, NoticeTrust, Pages, PaymentRef, Provider,
    Refusal, Returns, Session, Snapshot,
};

const PORTONE: Provider = Provider::PortOne;

/// What both dialects do. How long a window may be used is a guess: gateways differ, and half an hour is longer than any
/// that is known of. Whoever keeps its address may open it anew, and again after a payment that failed; a day is how long
/// that is reckoned with.
const BEHAVIOUR: Behaviour = Behaviour {
    idempotency: Idempotency::ByPayment,
    lookup: LookupKey::Order,
    capture: CaptureBy::Itself,
    notices: NoticeTrust::Signed,
    cancel_without_amount: CancelWithoutAmount::Everything,
    pay_within: SignedDuration::from_mins(30),
    open_for: SignedDuration::from_hours(24),
    failed_after: SignedDuration::from_mins(1),
    released_after: SignedDuration::from_mins(10),
    refund_lost_after: SignedDuration::from_mins(10),
};

/// Tells the time, for a token has an end.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// PortOne, spoken to with one account.
#[derive(Clone)]
pub struct PortOne {
    dialect: Dialect,
    window: Option<Window>,
}

/// A payment that was opened is of one dialect: an account of the other would find nothing, and take that for "not paid yet".
#[derive(Clone)]
enum Dialect {
    V1(V1),
    V2(V2),
}

/// By what a payment is asked about.
#[derive(Clone, Copy)]
enum Named<'a> {
    /// By the order, which is our name for it.
    ByOrder,
    /// By PortOne's own number of an attempt (V1), or by the name that its merchant gave it (V2).
    ByKey(&'a str),
}

impl PortOne {
    /// Speaks V1 for `account` through `http`.
    #[must_use]
    pub fn v1(account: ::portone::v1::Account, http: Arc<dyn Http>, clock: Clock) -> PortOne {
        PortOne { dialect: Dialect::V1(V1::new(account, http, clock)), window: None }
    }

    /// Speaks V2 for `account` through `http`.
    #[must_use]
    pub fn v2(account: ::portone::v2::Account, http: Arc<dyn Http>) -> PortOne {
        PortOne { dialect: Dialect::V2(V2::new(account, http)), window: None }
    }

    /// The same, and payments are opened in `window`. Without one they are opened elsewhere, and not by us.
    #[must_use]
    pub fn on(self, window: Window) -> PortOne {
        PortOne { window: Some(window), ..self }
    }

    /// The key that a payment of ours is kept by: its order, and the dialect that it was opened in.
    fn key(&self, order: &str) -> String {
        match self.dialect {
            Dialect::V1(_) => format!("v1/{order}"),
            Dialect::V2(_) => format!("v2/{order}"),
        }
    }

    /// What is meant by a payment's key.
    fn named<'a>(&self, payment: &'a PaymentRef) -> Result<Named<'a>, GatewayError> {
        match payment.key.as_deref() {
            None => Ok(Named::ByOrder),
            Some(key) if key == self.key(&payment.order) => Ok(Named::ByOrder),
            Some(key) if key.starts_with("v1/") || key.starts_with("v2/") => {
                let refusal = Refusal::of_ours("another dialect or order", "");
                Err(GatewayError::Declined { provider: PORTONE, decline: Decline::Misconfigured, refusal })
            }
            Some(key) => Ok(Named::ByKey(key)),
        }
    }
}

#[async_trait]
impl Gateway for PortOne {
    fn provider(&self) -> Provider {
        PORTONE
    }

    fn behaviour(&self) -> Behaviour {
        match self.dialect {
            Dialect::V1(_) => Behaviour {
                notices: NoticeTrust::Unsigned,
                cancel_without_amount: CancelWithoutAmount::EverythingAndForZero,
                ..BEHAVIOUR
            },
            Dialect::V2(_) => BEHAVIOUR,
        }
    }

    /// Registers the sum, so that nobody can pay less in their browser, and names the page.
    async fn open(&self, charge: &Charge, returns: &Returns) -> Result<Checkout, GatewayError> {
        let Some(window) = &self.window else {
            return Err(GatewayError::Unreached(PORTONE, "no page that opens its window is set up".into()));
        };
        let page = match &self.dialect {
            Dialect::V1(v1) => {
                v1.register(charge).await?;
                window.for_v1(charge, returns)?
            }
            Dialect::V2(v2) => {
                v2.register(charge).await?;
                window.for_v2(charge, returns)?
            }
        };
        Ok(Checkout {
            session: Session { provider: PORTONE, key: self.key(&charge.order.to_string()) },
            pages: Pages { desktop: page.clone(), mobile: page },
        })
    }

    /// A look-up: nothing is collected here.
    async fn approve(&self, payment: &PaymentRef, _: &Collection) -> Result<Snapshot, GatewayError> {
        self.lookup(payment).await
    }

    async fn lookup(&self, payment: &PaymentRef) -> Result<Snapshot, GatewayError> {
        let named = self.named(payment)?;
        match &self.dialect {
            Dialect::V1(v1) => v1.lookup(payment, named).await,
            Dialect::V2(v2) => v2.lookup(payment, named).await,
        }
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        cancellation: &Cancellation,
    ) -> Result<Option<Snapshot>, GatewayError> {
        let named = self.named(payment)?;
        match &self.dialect {
            Dialect::V1(v1) => v1.cancel(payment, named, cancellation).await.map(Some),
            // What it answers tells of the refund alone.
            Dialect::V2(v2) => v2.cancel(payment, named, cancellation).await.map(|()| None),
        }
    }

    async fn stored_method(&self, key: &str, customer: &str) -> Result<Document, GatewayError> {
        match &self.dialect {
            Dialect::V1(v1) => v1.stored_method(key, customer).await,
            Dialect::V2(v2) => v2.stored_method(key, customer).await,
        }
    }
}

impl fmt::Debug for PortOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dialect = match self.dialect {
            Dialect::V1(_) => "V1",
            Dialect::V2(_) => "V2",
        };
        f.debug_struct("PortOne").field("dialect", &dialect).finish_non_exhaustive()
    }
}

/// Nobody has come to the window yet.
fn not_begun() -> GatewayError {
    let refusal = Refusal { status: 404, ..Refusal::of_ours("not begun", "There is no such payment.") };
    GatewayError::Declined { provider: PORTONE, decline: Decline::NotFound, refusal }
}

/// A stored way to pay that belongs to somebody else.
fn of_another_customer(path: &str) -> GatewayError {
    let refusal = Refusal::of_ours("CUSTOMER", "The billing key is another customer's.");
    let refusal = Refusal { path: path.to_owned(), ..refusal };
    GatewayError::Declined { provider: PORTONE, decline: Decline::Mismatch, refusal }
}

fn unbelievable(why: &'static str) -> GatewayError {
    GatewayError::Unknown(PORTONE, BoxError::from(why))
}
