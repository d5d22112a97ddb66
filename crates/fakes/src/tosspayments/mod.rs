//! A fake Toss Payments: its core API, its payer's page, its webhooks, and faults on command.
//!
//! What is documented it does as documented. Where nobody says, it does what seems likeliest, and the code marks that
//! as a guess. Nothing ever happens by itself but webhooks over HTTP, and there is no time but the [`Clock`]'s.
//!
//! It knows two merchants by default, each answered in its own [`Manner`]: one as today's API answers, and one, with the key of
//! the published tests, as the fake of `toss-payments-server-api` does.

mod api;
mod billing;
mod cancel;
mod cash_receipt;
mod confirm;
mod control;
mod deliver;
mod desk;
mod endpoint;
mod faults;
mod fields;
mod merchant;
mod object;
mod pages;
mod payer;
mod problem;
mod router;
mod state;
mod view;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, Request};
use jiff::Timestamp;
use serde::Deserialize as _;

pub use self::endpoint::Endpoint;
pub use self::faults::{Fault, Named};
pub use self::merchant::{Manner, Merchant};
pub use self::payer::PayerError;
use self::payer::{Act, World};
use self::state::State;
pub use self::state::Status;
pub use self::view::PaymentView;
pub use self::webhook::Hook;
use crate::clock::Clock;
use crate::{Reply, script};

/// Where the fake is on its port, so that other fakes find room beside it: a client's base URL ends with it.
pub const PREFIX: &str = "/toss";

/// Where the script for browsers is, below [`PREFIX`].
pub const SCRIPT: &str = "/v2/standard";

/// Who may ask the fake, and what it is called.
#[derive(Clone, Debug)]
pub struct Options {
    /// The fake's own origin, as `http://127.0.0.1:3001`: its pages' addresses begin with it.
    pub origin: String,
    /// Who is known.
    pub merchants: Vec<Merchant>,
    /// Where webhooks go; `None` is nowhere, until [`TossPayments::set_webhook_url`] says otherwise.
    pub webhook_url: Option<String>,
    /// The least that a payment may come to, where a merchant is answered as today; `None` is any amount.
    pub smallest_amount: Option<i64>,
    /// Where ids and keys start: the same seed gives the same ones.
    pub seed: u64,
}

impl Default for Options {
    /// Two merchants on `http://127.0.0.1:3001`: one of today, and one with the key of `toss-payments-server-api`'s tests. At
    /// least 100 won, as cards are documented to want.
    fn default() -> Options {
        let merchant = |[secret_key, client_key]: [&str; 2], m_id: &str, manner| Merchant {
            secret_key: secret_key.into(),
            client_key: client_key.into(),
            m_id: m_id.into(),
            manner,
        };
        Options {
            origin: "http://127.0.0.1:3001".into(),
            merchants: vec![
                merchant(
                    ["test_sk_fake00000000000000000000", "test_ck_fake00000000000000000000"],
                    "fakeshop",
                    Manner::Current,
                ),
                merchant(
                    ["test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy", "test_ck_reference0000000000000000"],
                    "tosspayments",
                    Manner::Reference,
                ),
            ],
            webhook_url: None,
            smallest_amount: Some(100),
            seed: 1,
        }
    }
}

/// A fake Toss Payments. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct TossPayments(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    clock: Clock,
    state: Mutex<State>,
}

impl TossPayments {
    /// A fake that nobody has asked for anything yet.
    #[must_use]
    pub fn new(options: Options, clock: Clock) -> TossPayments {
        let state = State::new(options.seed, options.webhook_url.clone());
        TossPayments(Arc::new(Inner { options, clock, state: Mutex::new(state) }))
    }

    /// A fake that goes on where a [snapshot](TossPayments::snapshot) was taken.
    ///
    /// # Errors
    /// [`RestoreError`] when `snapshot` is not one of this version's.
    pub fn restore(
        options: Options,
        clock: Clock,
        snapshot: &serde_json::Value,
    ) -> Result<TossPayments, RestoreError> {
        let state = State::deserialize(snapshot).map_err(RestoreError)?;
        Ok(TossPayments(Arc::new(Inner { options, clock, state: Mutex::new(state) })))
    }

    /// All that the fake remembers, to [go on](TossPayments::restore) from later. The clock is not part of it.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "the state has string keys and no floats, so it is always JSON"
    )]
    pub fn snapshot(&self) -> serde_json::Value {
        serde_json::to_value(&*self.state()).expect("the state is always JSON")
    }

    /// Answers a request as it would arrive at the fake's own port: the API, the payer's page and the script that opens it,
    /// the control endpoints. The API answers below [`PREFIX`] and without it.
    #[must_use]
    pub fn answer(&self, request: &Request<Bytes>) -> Reply {
        self.settle();
        let path = request.uri().path();
        if let Some(place) = control::Place::find(path) {
            return Reply::Answer(control::answer(self, &place, request));
        }
        let path = path.strip_prefix(PREFIX).unwrap_or(path);
        if path == SCRIPT {
            Reply::Answer(script::answer(script::TOSSPAYMENTS))
        } else if path == pages::WINDOW {
            Reply::Answer(pages::window(self, request))
        } else if let Some(payment_key) = pages::find(path) {
            Reply::Answer(pages::answer(self, &payment_key, request))
        } else if let Some(rest) = path.strip_prefix("/internal/") {
            control::reference(self, rest, request)
        } else {
            api::answer(self, path, request)
        }
    }

    /// The same over HTTP, below [`PREFIX`]: a lost answer and a reset really cut the connection, a slow answer is really
    /// waited for, and webhooks are really sent.
    pub fn router(&self) -> axum::Router {
        router::router(self.clone())
    }

    /// The payer agrees to pay by card. Gives the address that the browser is sent to.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such page, or it is too late.
    pub fn pay(&self, payment_key: &str) -> Result<String, PayerError> {
        self.world(|world| world.act(payment_key, Act::Pay))
    }

    /// The payer chooses to pay into a virtual account. Gives the address that the browser is sent to.
    ///
    /// # Errors
    /// As [`pay`](TossPayments::pay), and when the window was not opened for that.
    pub fn choose_virtual_account(&self, payment_key: &str) -> Result<String, PayerError> {
        self.world(|world| world.act(payment_key, Act::Deposit))
    }

    /// The payer presses cancel. Gives the address that the browser is sent to.
    ///
    /// # Errors
    /// As [`pay`](TossPayments::pay).
    pub fn cancel_payment(&self, payment_key: &str) -> Result<String, PayerError> {
        self.world(|world| world.act(payment_key, Act::Cancel))
    }

    /// The payer's card is refused. Gives the address that the browser is sent to.
    ///
    /// # Errors
    /// As [`pay`](TossPayments::pay).
    pub fn fail_payment(&self, payment_key: &str) -> Result<String, PayerError> {
        self.world(|world| world.act(payment_key, Act::Fail))
    }

    /// The payer lets the time run out, for this payment alone. Gives the address that the browser is sent to.
    ///
    /// # Errors
    /// As [`pay`](TossPayments::pay).
    pub fn time_out_payment(&self, payment_key: &str) -> Result<String, PayerError> {
        self.world(|world| world.act(payment_key, Act::TimeOut))
    }

    /// Somebody pays into a virtual account.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such account, or none that waits.
    pub fn deposit(&self, payment_key: &str) -> Result<(), PayerError> {
        self.world(|world| world.deposit(payment_key))
    }

    /// The bank takes a deposit back: the account waits for it again.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such account, or none that was paid into.
    pub fn reverse_deposit(&self, payment_key: &str) -> Result<(), PayerError> {
        self.world(|world| world.reverse_deposit(payment_key))
    }

    /// The card company collects after all, whatever the time and whoever has given up: `sum` where that is another one
    /// than was asked for.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or it was collected before.
    pub fn capture(&self, payment_key: &str, sum: Option<i64>) -> Result<(), PayerError> {
        self.world(|world| world.capture(payment_key, sum))
    }

    /// The card company gives up: whatever the payer agreed to, the payment has failed.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or it was collected before.
    pub fn give_up(&self, payment_key: &str) -> Result<(), PayerError> {
        self.world(|world| world.give_up(payment_key))
    }

    /// A person gives `sum` back at Toss Payments' own desk, or as much of it as is there.
    ///
    /// # Errors
    /// [`PayerError`] when there is no such payment, or nothing (any more) to give back.
    pub fn give_back(&self, payment_key: &str, sum: i64) -> Result<(), PayerError> {
        self.world(|world| world.give_back(payment_key, sum))
    }

    /// A mix-up: the payment names another order of the merchant's from now on.
    ///
    /// # Errors
    /// [`PayerError::NoSuchPayment`].
    pub fn rename(&self, payment_key: &str, order_id: &str) -> Result<(), PayerError> {
        self.world(|world| world.rename(payment_key, order_id))
    }

    /// Makes answers name another status than the true one; `None` ends that. Nothing else changes.
    ///
    /// # Errors
    /// [`PayerError::NoSuchPayment`].
    pub fn show_status(&self, payment_key: &str, status: Option<&str>) -> Result<(), PayerError> {
        let mut state = self.state();
        let payment = state.payment_mut(payment_key).ok_or(PayerError::NoSuchPayment)?;
        payment.shown_status = status.map(str::to_owned);
        Ok(())
    }

    /// Makes the next call to `endpoint` that no earlier fault is waiting for go wrong. Faults queue up.
    pub fn inject(&self, endpoint: Endpoint, fault: Fault) {
        self.state().faults.push(state::Waiting { endpoint, about: None, fault });
    }

    /// As [`inject`](TossPayments::inject), for the next call that names this payment or this order.
    pub fn inject_for(&self, about: &str, endpoint: Endpoint, fault: Fault) {
        self.state().faults.push(state::Waiting { endpoint, about: Some(about.to_owned()), fault });
    }

    /// Takes back all faults that still wait.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Where webhooks go from now on; `None` is nowhere.
    pub fn set_webhook_url(&self, url: Option<&str>) {
        self.state().webhook_url = url.map(str::to_owned);
    }

    /// Every webhook there was, sent or not, in the order in which they came about.
    #[must_use]
    pub fn webhooks(&self) -> Vec<Hook> {
        self.settle();
        self.state().hooks.clone()
    }

    /// The webhooks that are to be sent now, and where. Say what came of each with
    /// [`webhook_sent`](TossPayments::webhook_sent), or they stay due.
    #[must_use]
    pub fn due_webhooks(&self) -> Vec<(String, Hook)> {
        self.settle();
        let (state, now) = (self.state(), self.now());
        let Some(url) = &state.webhook_url else { return Vec::new() };
        let due = state.hooks.iter().filter(|hook| hook.due.is_some_and(|due| due <= now));
        due.map(|hook| (url.clone(), hook.clone())).collect()
    }

    /// A webhook was sent and answered with this status, or with nothing: then it is due again later, up to seven times.
    pub fn webhook_sent(&self, id: usize, answered: Option<u16>) {
        let now = self.now();
        if let Some(hook) = self.state().hooks.get_mut(id) {
            webhook::sent(hook, answered, now);
        }
    }

    /// What really happened to one payment.
    #[must_use]
    pub fn payment(&self, payment_key: &str) -> Option<PaymentView> {
        self.settle();
        self.state().payment(payment_key).map(PaymentView::of)
    }

    /// What really happened to every payment, in the order in which they were made.
    #[must_use]
    pub fn payments(&self) -> Vec<PaymentView> {
        self.settle();
        self.state().payments.iter().map(PaymentView::of).collect()
    }

    /// How often `endpoint` was asked, whatever came of it.
    #[must_use]
    pub fn calls(&self, endpoint: Endpoint) -> usize {
        self.state().calls.get(&endpoint).copied().unwrap_or(0)
    }

    /// Lets happen what is due by now: late effects, and the end of what ends by itself.
    fn settle(&self) {
        let (now, mut state) = (self.now(), self.state());
        api::carry_out_late(&self.0.options, &mut state, now);
        World { options: &self.0.options, state: &mut state, now }.expire();
    }

    fn world<T>(&self, act: impl FnOnce(&mut World<'_>) -> Result<T, PayerError>) -> Result<T, PayerError> {
        self.settle();
        let mut state = self.state();
        act(&mut World { options: &self.0.options, state: &mut state, now: self.now() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}

/// Whether a browser or a client asks to see, rather than to do.
fn is_get(request: &Request<Bytes>) -> bool {
    request.method() == Method::GET
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
