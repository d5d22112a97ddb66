//! A fake PortOne: both of its APIs (V1, which was called Iamport, and V2), its payment window, its webhooks, and
//! troubles on command.
//!
//! What is documented it does as documented, with the routes and keys of the fake server that payments SDKs are tested
//! with. Where nobody says, it does what seems likeliest, and the code marks that as a guess. No time passes but the
//! [`Clock`]'s, and of what happens by itself (a deposit, a late capture) a test or a person decides.

mod api;
mod control;
mod endpoint;
mod fields;
mod pages;
mod payer;
mod problem;
mod router;
mod state;
mod tell;
mod v1;
mod v1_cards;
mod v1_payment;
mod v1_persons;
mod v1_receipts;
mod v1_vbanks;
mod v2;
mod v2_keys;
mod v2_payment;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Request;
use jiff::SignedDuration;
use serde::Deserialize as _;

pub use self::endpoint::{Dialect, Endpoint};
use self::payer::Act;
pub use self::payer::PayerError;
use self::state::{State, Waiting};
pub use self::view::{PaymentView, Standing};
use crate::clock::Clock;
use crate::webhook::Delivery;
use crate::{Reply, Trouble, script};

/// Below this is V1's API, and its payment window.
pub const V1: &str = "/portone/v1";
/// Below this is V2's API, and its payment window.
pub const V2: &str = "/portone/v2";

/// Who may ask the fake, and whom it tells.
#[derive(Clone, Debug)]
pub struct Options {
    /// V1's key.
    pub imp_key: String,
    /// V1's secret.
    pub imp_secret: String,
    /// V2's API secret.
    pub api_secret: String,
    /// V2's store.
    pub store_id: String,
    /// V2's channel.
    pub channel_key: String,
    /// What V2's webhooks are signed with, in base64 with `whsec_` before it.
    pub webhook_secret: String,
    /// Where V1's webhooks go that name no address of their own; nowhere without.
    pub v1_webhook_url: Option<String>,
    /// The same of V2's.
    pub v2_webhook_url: Option<String>,
    /// Whether V1 tells of a refund that was asked for without `enable_webhook`. The real one does not; the fake server
    /// that payments SDKs are tested with does, and so does this unless told otherwise.
    pub tells_of_every_refund: bool,
    /// How long a payment window may be used once it was opened (a guess: gateways differ).
    pub patience: SignedDuration,
    /// Where ids and tokens start: the same seed gives the same ones.
    pub seed: u64,
}

impl Default for Options {
    /// The keys that payments SDKs are tested with, a made-up store, and nobody to tell.
    fn default() -> Options {
        Options {
            imp_key: "test_imp_key".into(),
            imp_secret: "test_imp_secret".into(),
            api_secret: "fake-portone-api-secret".into(),
            store_id: "store-00000000-0000-4000-8000-000000000000".into(),
            channel_key: "channel-key-00000000-0000-4000-8000-000000000000".into(),
            webhook_secret: "whsec_ZmFrZSBwb3J0b25lIHdlYmhvb2sgc2VjcmV0".into(),
            v1_webhook_url: None,
            v2_webhook_url: None,
            tells_of_every_refund: true,
            patience: SignedDuration::from_mins(30),
            seed: 1,
        }
    }
}

/// A fake PortOne. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct PortOne(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    clock: Clock,
    state: Mutex<State>,
}

impl PortOne {
    /// A fake that nobody has asked for anything yet.
    #[must_use]
    pub fn new(options: Options, clock: Clock) -> PortOne {
        let state = State::new(options.seed);
        PortOne(Arc::new(Inner { options, clock, state: Mutex::new(state) }))
    }

    /// A fake that goes on where a [snapshot](PortOne::snapshot) was taken.
    ///
    /// # Errors
    /// [`RestoreError`] when `snapshot` is not one of this version's.
    pub fn restore(
        options: Options,
        clock: Clock,
        snapshot: &serde_json::Value,
    ) -> Result<PortOne, RestoreError> {
        let state = State::deserialize(snapshot).map_err(RestoreError)?;
        Ok(PortOne(Arc::new(Inner { options, clock, state: Mutex::new(state) })))
    }

    /// All that the fake remembers, to [go on](PortOne::restore) from later. The clock is not part of it.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "the state has string keys and no floats, so it is always JSON"
    )]
    pub fn snapshot(&self) -> serde_json::Value {
        serde_json::to_value(&*self.state()).expect("the state is always JSON")
    }

    /// Answers a request as it would arrive at the fake's own port: both APIs, the payment window and the scripts that open
    /// it, the control endpoints.
    #[must_use]
    pub fn answer(&self, request: &Request<Bytes>) -> Reply {
        let path = request.uri().path();
        if let Some(place) = control::Place::find(path) {
            return Reply::Answer(control::answer(self, &place, request));
        }
        match endpoint::find(path) {
            Some((dialect, "/pay")) => Reply::Answer(pages::answer(self, dialect, request)),
            Some((Dialect::V1, "/iamport.js")) => Reply::Answer(script::answer(script::PORTONE_V1)),
            Some((Dialect::V2, "/browser-sdk.js")) => Reply::Answer(script::answer(script::PORTONE_V2)),
            Some((dialect, rest)) => api::answer(self, dialect, rest, request),
            None => Reply::Answer(pages::nowhere()),
        }
    }

    /// The same over HTTP: a lost answer and a reset really cut the connection, a slow answer is really waited for, and
    /// webhooks are really sent.
    pub fn router(&self) -> axum::Router {
        router::router(self.clone())
    }

    /// The webhooks that were not sent yet, oldest first; they are gone then.
    #[must_use]
    pub fn take_webhooks(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.state().outbox)
    }

    /// The payer opens the window of a payment and pays by card. `query` is the window's, as the pages spell it. Gives the
    /// address that the browser is sent to.
    ///
    /// # Errors
    /// [`PayerError`] when there is nothing (any more) to pay.
    pub fn pay(&self, dialect: Dialect, query: &str) -> Result<String, PayerError> {
        self.press(dialect, query, Act::Pay)
    }

    /// The same by virtual account: nothing is collected until it is [paid into](PortOne::deposit).
    ///
    /// # Errors
    /// As [`pay`](PortOne::pay).
    pub fn issue_account(&self, dialect: Dialect, query: &str) -> Result<String, PayerError> {
        self.press(dialect, query, Act::Vbank)
    }

    /// The payer opens the window and closes it.
    ///
    /// # Errors
    /// As [`pay`](PortOne::pay).
    pub fn cancel_payment(&self, dialect: Dialect, query: &str) -> Result<String, PayerError> {
        self.press(dialect, query, Act::Cancel)
    }

    /// The payer's card is declined.
    ///
    /// # Errors
    /// As [`pay`](PortOne::pay).
    pub fn fail_payment(&self, dialect: Dialect, query: &str) -> Result<String, PayerError> {
        self.press(dialect, query, Act::Fail)
    }

    /// Somebody pays into a payment's virtual account. `name` is PortOne's number of the payment or the shop's, here and
    /// below.
    ///
    /// # Errors
    /// [`PayerError`] when there is no account that waits, or its time is over.
    pub fn deposit(&self, name: &str) -> Result<(), PayerError> {
        payer::deposit(&mut self.desk(), name)
    }

    /// The virtual account's time is over, now.
    ///
    /// # Errors
    /// [`PayerError`] when there is no account that waits.
    pub fn expire(&self, name: &str) -> Result<(), PayerError> {
        payer::expire(&mut self.desk(), name)
    }

    /// The bank collects after all, whatever the payer was told: `sum` where that is another one than was asked for.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or it was collected before.
    pub fn capture(&self, name: &str, sum: Option<i64>) -> Result<(), PayerError> {
        payer::capture(&mut self.desk(), name, sum)
    }

    /// A person gives `sum` back in PortOne's console, or as much of it as is there.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or nothing (any more) to give back.
    pub fn give_back(&self, name: &str, sum: i64) -> Result<(), PayerError> {
        payer::give_back(&mut self.desk(), name, sum)
    }

    /// Makes the next call to `endpoint` that no earlier trouble is waiting for go wrong. Troubles queue up.
    pub fn inject(&self, endpoint: Endpoint, trouble: Trouble) {
        self.state().troubles.push(Waiting { endpoint, trouble });
    }

    /// Takes back all troubles that still wait.
    pub fn clear_troubles(&self) {
        self.state().troubles.clear();
    }

    /// Makes look-ups name another status than the true one; `None` ends that. Nothing else changes.
    ///
    /// # Errors
    /// [`PayerError::NoSuchPayment`].
    pub fn show_status(&self, name: &str, status: Option<&str>) -> Result<(), PayerError> {
        let mut state = self.state();
        let payment = state.find_mut(name).ok_or(PayerError::NoSuchPayment)?;
        payment.shown_status = status.map(str::to_owned);
        Ok(())
    }

    /// What really happened to one payment.
    #[must_use]
    pub fn payment(&self, name: &str) -> Option<PaymentView> {
        self.state().find(name).map(PaymentView::of)
    }

    /// What really happened to every payment, in the order in which they were begun.
    #[must_use]
    pub fn payments(&self) -> Vec<PaymentView> {
        self.state().payments.iter().map(PaymentView::of).collect()
    }

    /// How often `endpoint` was asked, in either dialect, whatever came of it.
    #[must_use]
    pub fn calls(&self, endpoint: Endpoint) -> usize {
        self.state().calls.get(&endpoint).copied().unwrap_or(0)
    }

    fn press(&self, dialect: Dialect, query: &str, act: Act) -> Result<String, PayerError> {
        let order = pages::Order::read(dialect, query).ok_or(PayerError::NoSuchPayment)?;
        payer::open(&mut self.desk(), &order)?;
        payer::act(&mut self.desk(), &order, act)
    }

    fn desk(&self) -> state::Desk<'_> {
        state::Desk { options: &self.0.options, now: self.now(), state: self.state() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> jiff::Timestamp {
        self.0.clock.now()
    }
}

/// A snapshot could not be read.
#[derive(Debug)]
pub struct RestoreError(serde_json::Error);

impl std::fmt::Display for RestoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a snapshot of this fake")
    }
}

impl std::error::Error for RestoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
