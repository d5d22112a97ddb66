//! A fake KakaoPay online payment: both dialects of its API, its payer's pages, and faults on command.
//!
//! What is documented it does as documented. Where nobody says, it does what seems likeliest, and the code marks that
//! as a guess. Nothing ever happens by itself: no webhooks, and no time but the [`Clock`]'s.

mod api;
mod approve;
mod back_office;
mod cancel;
mod control;
mod desk;
mod dialect;
mod endpoint;
mod faults;
mod fields;
mod legacy_dialect;
mod money;
mod open_dialect;
mod order;
mod pages;
mod payer;
mod problem;
mod ready;
mod router;
mod state;
mod subscription;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Request;
use serde::Deserialize as _;

pub use self::endpoint::Endpoint;
pub use self::faults::{Fault, Named};
use self::payer::Act;
pub use self::payer::PayerError;
pub use self::problem::Extras;
pub use self::state::Status;
use self::state::{State, Waiting};
pub use self::view::PaymentView;
use crate::Reply;
use crate::clock::Clock;

/// Who may ask the fake, and what it is called.
#[derive(Clone, Debug)]
pub struct Options {
    /// The fake's own origin, as `http://127.0.0.1:3001`: its pages' addresses begin with it.
    pub origin: String,
    /// Keys of today's API.
    pub secret_keys: Vec<String>,
    /// Keys of the legacy API.
    pub admin_keys: Vec<String>,
    /// Shops that are known. One whose code contains `SUBSCRIP` agrees on subscriptions.
    pub cids: Vec<String>,
    /// Origins that return addresses may be on, as `http://localhost:3000` or `https://*.cafe.example`; `None` is any.
    pub return_origins: Option<Vec<String>>,
    /// The most that one payment may come to; `None` is any amount.
    pub largest_amount: Option<i64>,
    /// Where ids and tokens start: the same seed gives the same ones.
    pub seed: u64,
}

impl Default for Options {
    /// The test shops on `http://127.0.0.1:3001`, one made-up key for each dialect, any return address, any amount.
    fn default() -> Options {
        Options {
            origin: "http://127.0.0.1:3001".into(),
            secret_keys: vec!["DEVFAKE000000000000000000000000000SECRET".into()],
            admin_keys: vec!["fake0000000000000000000000000000".into()],
            cids: vec!["TC0ONETIME".into(), "TCSUBSCRIP".into()],
            return_origins: None,
            largest_amount: None,
            seed: 1,
        }
    }
}

/// A fake KakaoPay. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct KakaoPay(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    clock: Clock,
    state: Mutex<State>,
}

impl KakaoPay {
    /// A fake that nobody has asked for anything yet.
    #[must_use]
    pub fn new(options: Options, clock: Clock) -> KakaoPay {
        let state = State::new(options.seed);
        KakaoPay::with_state(options, clock, state)
    }

    /// A fake that goes on where a [snapshot](KakaoPay::snapshot) was taken.
    ///
    /// # Errors
    /// [`RestoreError`] when `snapshot` is not one of this version's.
    pub fn restore(
        options: Options,
        clock: Clock,
        snapshot: &serde_json::Value,
    ) -> Result<KakaoPay, RestoreError> {
        let state = State::deserialize(snapshot).map_err(RestoreError)?;
        Ok(KakaoPay::with_state(options, clock, state))
    }

    /// All that the fake remembers, to [go on](KakaoPay::restore) from later. The clock is not part of it.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "the state has string keys and no floats, so it is always JSON"
    )]
    pub fn snapshot(&self) -> serde_json::Value {
        serde_json::to_value(&*self.state()).expect("the state is always JSON")
    }

    /// Answers a request as it would arrive at the fake's own port: the API, the payer's pages, the control endpoints.
    #[must_use]
    pub fn answer(&self, request: &Request<Bytes>) -> Reply {
        let path = request.uri().path();
        if let Some((dialect, endpoint)) = endpoint::find(path) {
            api::answer(self, dialect, endpoint, request)
        } else if let Some(place) = control::Place::find(path) {
            Reply::Answer(control::answer(self, &place, request))
        } else {
            Reply::Answer(pages::answer(self, request))
        }
    }

    /// The same over HTTP: a lost answer and a reset really cut the connection, and a slow answer is really waited for.
    pub fn router(&self) -> axum::Router {
        router::router(self.clone())
    }

    /// The payer opens the page, and looks at it.
    ///
    /// # Errors
    /// [`PayerError`] when there is nothing (any more) to look at.
    pub fn open(&self, tid: &str) -> Result<(), PayerError> {
        payer::open(&mut self.state(), self.now(), tid).map(|_| ())
    }

    /// The payer agrees to pay. Gives the address that the browser is sent to: the approval URL with its `pg_token`,
    /// or the fail URL when the payment has expired.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or it is settled already.
    pub fn pay(&self, tid: &str) -> Result<String, PayerError> {
        self.act(tid, Act::Pay)
    }

    /// The payer presses cancel. Gives the address that the browser is sent to.
    ///
    /// # Errors
    /// As [`pay`](KakaoPay::pay).
    pub fn cancel_payment(&self, tid: &str) -> Result<String, PayerError> {
        self.act(tid, Act::Cancel)
    }

    /// The payer's card, balance or password fails. Gives the address that the browser is sent to.
    ///
    /// # Errors
    /// As [`pay`](KakaoPay::pay).
    pub fn fail_payment(&self, tid: &str) -> Result<String, PayerError> {
        self.act(tid, Act::Fail)
    }

    /// The payer lets the time run out, for this payment alone. Gives the address that the browser is sent to.
    ///
    /// # Errors
    /// As [`pay`](KakaoPay::pay).
    pub fn time_out_payment(&self, tid: &str) -> Result<String, PayerError> {
        self.act(tid, Act::TimeOut)
    }

    /// Makes the next call to `endpoint` that no earlier fault is waiting for go wrong. Faults queue up.
    pub fn inject(&self, endpoint: Endpoint, fault: Fault) {
        self.state().faults.push(Waiting { endpoint, tid: None, fault });
    }

    /// As [`inject`](KakaoPay::inject), for the next call that names this payment.
    pub fn inject_for(&self, tid: &str, endpoint: Endpoint, fault: Fault) {
        self.state().faults.push(Waiting { endpoint, tid: Some(tid.to_owned()), fault });
    }

    /// Takes back all faults that still wait.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Makes `order` name another status than the true one, such as `SEND_TMS` or one that is not documented; `None`
    /// ends that. Nothing else changes.
    ///
    /// # Errors
    /// [`PayerError::NoSuchPayment`].
    pub fn show_status(&self, tid: &str, status: Option<&str>) -> Result<(), PayerError> {
        let mut state = self.state();
        let payment = state.payments.get_mut(tid).ok_or(PayerError::NoSuchPayment)?;
        payment.shown_status = status.map(str::to_owned);
        Ok(())
    }

    /// The bank collects after all, whatever the time and whoever has given up: `sum` where that is another one than
    /// was asked for.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or it was collected before.
    pub fn capture(&self, tid: &str, sum: Option<i64>) -> Result<(), PayerError> {
        back_office::capture(&mut self.state(), self.now(), tid, sum)
    }

    /// The bank gives up: whatever the payer agreed to, the payment has failed.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or it was collected before.
    pub fn give_up(&self, tid: &str) -> Result<(), PayerError> {
        back_office::give_up(&mut self.state(), tid)
    }

    /// A person gives `sum` back at KakaoPay's own desk, or as much of it as is there; the shop is not told.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or nothing (any more) to give back.
    pub fn give_back(&self, tid: &str, sum: i64) -> Result<(), PayerError> {
        back_office::give_back(&mut self.state(), self.now(), tid, sum)
    }

    /// A mix-up: the payment names another order of the shop's from now on.
    ///
    /// # Errors
    /// [`PayerError::NoSuchPayment`].
    pub fn rename(&self, tid: &str, partner_order_id: &str) -> Result<(), PayerError> {
        back_office::rename(&mut self.state(), tid, partner_order_id)
    }

    /// What really happened to one payment.
    #[must_use]
    pub fn payment(&self, tid: &str) -> Option<PaymentView> {
        self.state().payments.get(tid).map(PaymentView::of)
    }

    /// What really happened to every payment, in the order in which they were made.
    #[must_use]
    pub fn payments(&self) -> Vec<PaymentView> {
        self.state().payments.all().iter().map(PaymentView::of).collect()
    }

    /// How often `endpoint` was asked, whatever came of it.
    #[must_use]
    pub fn calls(&self, endpoint: Endpoint) -> usize {
        self.state().calls.get(&endpoint).copied().unwrap_or(0)
    }

    fn with_state(options: Options, clock: Clock, state: State) -> KakaoPay {
        KakaoPay(Arc::new(Inner { options, clock, state: Mutex::new(state) }))
    }

    fn act(&self, tid: &str, act: Act) -> Result<String, PayerError> {
        payer::act(&mut self.state(), self.now(), tid, act)
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
