//! A history: what customers, the gateway, the schedule and chance do to the cafe, all of it out of one seed.

use std::collections::BTreeMap;

use cafe_core::cafe::flow::{
    Cup, RefundRequest, Rules, approve, close, open, order_in_full, order_with_points, reconcile, refund,
    sign_up,
};
use cafe_core::cafe::{
    Attempt, AttemptToken, CloseReason, MemberId, Menu, NewMember, Percent, Points, RefundId, SealedPhone,
    Turn, UserId,
};
use cafe_core::payment::{OrderId, Proof, Returns, Won};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::audit::{self, Broken};
use crate::heard::Heard;
use crate::world::{Fate, Kind, Pending, World};
use crate::zoo::Bug;

/// What is sold in every history. Cheap enough for the bonus to cover one cup of water.
const MENU: &str = "demo = { name = '초코파이', quantity = 1, total = 2200 }\n\
    [[drink]]\nname = '물'\nprice = 70\n[[drink]]\nname = '커피'\nprice = 1990\n";

/// How many customers there are: enough for them to meet.
const CUSTOMERS: u8 = 2;

/// What somebody does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    /// A customer joins.
    Join,
    /// A customer orders at full price.
    OrderInFull,
    /// A customer orders with points.
    OrderWithPoints,
    /// A customer follows the link of an order.
    Follow,
    /// A payer agrees at the gateway, and their browser comes back, perhaps twice.
    Agree,
    /// A browser comes back with a token that somebody made up.
    Forge,
    /// A browser comes back without a token.
    Bare,
    /// A browser that came back before is reloaded.
    Reload,
    /// A payer gives up at the gateway, and their browser comes back.
    GiveUp,
    /// A browser says that the payment was cancelled, whatever is true.
    HintCancel,
    /// A browser says that the payment failed, whatever is true.
    HintFail,
    /// The schedule has orders looked at.
    Reconcile,
    /// The owner gives back some or all.
    Refund,
    /// A minute goes by, or twenty.
    Wait,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Deed; 14] = [
        Deed::Join,
        Deed::OrderInFull,
        Deed::OrderWithPoints,
        Deed::Follow,
        Deed::Agree,
        Deed::Forge,
        Deed::Bare,
        Deed::Reload,
        Deed::GiveUp,
        Deed::HintCancel,
        Deed::HintFail,
        Deed::Reconcile,
        Deed::Refund,
        Deed::Wait,
    ];
}

/// Deeds as often as they happen: mostly, somebody orders and pays.
const USUAL: [Deed; 24] = [
    Deed::Join,
    Deed::OrderInFull,
    Deed::OrderInFull,
    Deed::OrderWithPoints,
    Deed::OrderWithPoints,
    Deed::Follow,
    Deed::Follow,
    Deed::Follow,
    Deed::Follow,
    Deed::Agree,
    Deed::Agree,
    Deed::Agree,
    Deed::Agree,
    Deed::Forge,
    Deed::Bare,
    Deed::Reload,
    Deed::Reload,
    Deed::GiveUp,
    Deed::HintCancel,
    Deed::HintFail,
    Deed::Reconcile,
    Deed::Refund,
    Deed::Refund,
    Deed::Wait,
];

/// What a history went through.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// How often each thing went wrong.
    pub fates: BTreeMap<Fate, u64>,
    /// How often each deed was done.
    pub deeds: BTreeMap<Deed, u64>,
    /// How often each thing was said.
    pub heard: BTreeMap<&'static str, u64>,
    /// How many requests were decided on.
    pub steps: u64,
}

impl Reached {
    /// Adds what another history went through.
    pub fn add(&mut self, other: &Reached) {
        for (fate, times) in &other.fates {
            *self.fates.entry(*fate).or_default() += times;
        }
        for (deed, times) in &other.deeds {
            *self.deeds.entry(*deed).or_default() += times;
        }
        for (heard, times) in &other.heard {
            *self.heard.entry(heard).or_default() += times;
        }
        self.steps += other.steps;
    }
}

/// How a history ended.
#[derive(Debug)]
pub struct Ended {
    /// What it went through.
    pub reached: Reached,
    /// A hash of every decision and of all that came of it: the same seed gives the same one.
    pub trace_hash: u64,
    /// What did not add up, if anything did not, and what had happened until then.
    pub broken: Option<(Broken, Vec<String>)>,
}

/// A history under way.
struct History {
    world: World,
    rng: Rng,
    menu: Menu,
    /// How often something goes wrong, in a thousand requests.
    trouble: u32,
    orders: Vec<Track>,
    /// Instances whose end has not been looked at.
    running: Vec<usize>,
    story: Vec<String>,
    reached: Reached,
    refunds: u32,
}

/// An order, as its customer knows it.
struct Track {
    id: OrderId,
    session: Option<String>,
    token: Option<String>,
    /// The customer heard that it is paid.
    paid: bool,
}

/// Runs the history of a seed, to its end or to the first thing that does not add up.
#[must_use]
pub fn run(seed: u64) -> Ended {
    run_with(seed, None)
}

/// Runs the history of a seed in a cafe with a bug.
#[must_use]
pub fn run_with(seed: u64, bug: Option<Bug>) -> Ended {
    let mut rng = Rng::with_seed(seed);
    let trouble = [0, 10, 60, 250][rng.usize(0..4)];
    let world = World::new(rng.u64(..), bug);
    let menu = Menu::parse(MENU).unwrap_or_else(|error| unreachable!("the simulator's own menu: {error}"));
    let mut history = History {
        world,
        rng,
        menu,
        trouble,
        orders: Vec::new(),
        running: Vec::new(),
        story: Vec::new(),
        reached: Reached::default(),
        refunds: 0,
    };
    let broken = history.live().err().map(|broken| (broken, std::mem::take(&mut history.story)));
    history.reached.steps = history.world.steps() as u64;
    Ended { reached: history.reached, trace_hash: history.world.trace_hash(), broken }
}

impl History {
    fn live(&mut self) -> Result<(), Broken> {
        for customer in 0..CUSTOMERS {
            self.join(customer, customer);
            self.come_to_rest()?;
        }
        let deeds = self.rng.u32(4..20);
        for _ in 0..deeds {
            let deed = USUAL[self.rng.usize(..USUAL.len())];
            self.act(deed)?;
            // Some of what is under way goes on, in any order.
            let steps = self.rng.u32(0..12);
            for _ in 0..steps {
                self.step()?;
            }
        }
        self.trouble = 0;
        self.come_to_rest()?;
        // Everybody has left. What is still open is for the schedule, and unfinished refunds for the owner.
        for _ in 0..4 {
            self.world.pass(SignedDuration::from_mins(17));
            self.world.database.set_index_lag(0);
            self.reconcile();
            self.come_to_rest()?;
            self.finish_refunds()?;
        }
        audit::at_rest(&self.world)
    }

    /// One request is decided on, and what follows is checked.
    fn step(&mut self) -> Result<(), Broken> {
        let pending = self.world.pending();
        if pending.is_empty() {
            return Ok(());
        }
        let one = pending[self.rng.usize(..pending.len())];
        let fate = self.fate(one);
        self.decide(one, fate)
    }

    fn decide(&mut self, one: Pending, fate: Fate) -> Result<(), Broken> {
        self.story.push(format!("request {} of {}: {:?} {fate:?}", one.call, one.instance, one.kind));
        if fate != Fate::Delivered {
            *self.reached.fates.entry(fate).or_default() += 1;
        }
        let takes = SignedDuration::from_millis(self.rng.i64(1..40));
        self.world.pass(takes);
        self.world.decide(one, fate);
        self.listen()?;
        audit::always(&self.world)
    }

    fn fate(&mut self, one: Pending) -> Fate {
        // There are ten requests to the database for one to the gateway.
        let trouble = if one.kind == Kind::Gateway { self.trouble * 3 } else { self.trouble };
        if one.kind == Kind::Sleep || self.rng.u32(0..1_000) >= trouble {
            return Fate::Delivered;
        }
        match one.kind {
            Kind::Database => Fate::OF_DATABASE[self.rng.usize(..Fate::OF_DATABASE.len())],
            Kind::Gateway | Kind::Sleep => Fate::OF_GATEWAY[self.rng.usize(..Fate::OF_GATEWAY.len())],
        }
    }

    /// Everything that is under way comes to its end.
    fn come_to_rest(&mut self) -> Result<(), Broken> {
        while !self.world.pending().is_empty() {
            self.step()?;
        }
        Ok(())
    }

    /// Takes down what functions have said since the last time, and holds it against the truth.
    fn listen(&mut self) -> Result<(), Broken> {
        let world = &self.world;
        let (ended, running) = self.running.iter().partition(|instance| !world.is_running(**instance));
        self.running = running;
        let ended: Vec<usize> = ended;
        for instance in ended {
            let Some(heard) = self.world.heard(instance).cloned() else { continue };
            self.story.push(format!("instance {instance} said {heard:?}"));
            *self.reached.heard.entry(heard.name()).or_default() += 1;
            self.believe(&heard)?;
        }
        Ok(())
    }

    /// What somebody was told must be true.
    fn believe(&mut self, heard: &Heard) -> Result<(), Broken> {
        let collected = |id: &OrderId| -> i64 {
            let payments = self.world.kakaopay.payments();
            payments
                .iter()
                .filter(|one| one.partner_order_id == id.to_string())
                .map(|one| one.collected)
                .sum()
        };
        match heard {
            Heard::Quoted(id) => self.orders.push(Track { id: *id, session: None, token: None, paid: false }),
            Heard::Pay(id, session) => {
                if let Some(track) = self.orders.iter_mut().find(|track| track.id == *id) {
                    if track.session.is_some() && track.session != *session {
                        return Err(format!("order {id} was opened as two payments"));
                    }
                    track.session.clone_from(session);
                }
            }
            Heard::Closed(id) | Heard::NotPaid(id) if collected(id) != 0 => {
                return Err(format!(
                    "the customer of order {id} heard {:?} after it was collected",
                    heard.name()
                ));
            }
            Heard::Paid(id) => {
                if let Some(track) = self.orders.iter_mut().find(|track| track.id == *id) {
                    track.paid = true;
                }
            }
            Heard::Member
            | Heard::Closed(_)
            | Heard::NotPaid(_)
            | Heard::Pending(_)
            | Heard::Refused
            | Heard::Refunded(_)
            | Heard::RefundPending(_)
            | Heard::Reconciled
            | Heard::TryAgain => {}
        }
        Ok(())
    }

    /// Nothing stays on its way for minutes: it arrives, or it is lost.
    fn let_arrive(&mut self) -> Result<(), Broken> {
        for one in self.world.on_their_way() {
            let fate = if self.rng.bool() { Fate::Delivered } else { Fate::Lost };
            self.decide(one, fate)?;
        }
        Ok(())
    }

    fn act(&mut self, deed: Deed) -> Result<(), Broken> {
        *self.reached.deeds.entry(deed).or_default() += 1;
        self.story.push(format!("{deed:?}"));
        self.world.note(deed);
        let customer = self.rng.u8(..CUSTOMERS);
        match deed {
            Deed::Join => {
                let number = self.rng.u8(..CUSTOMERS);
                self.join(number, customer);
            }
            Deed::OrderInFull => self.order(customer, None),
            Deed::OrderWithPoints => {
                let spend = if self.rng.bool() { 70 } else { self.rng.i64(1..=120) };
                self.order(customer, Some(spend));
            }
            Deed::Follow => {
                if let Some(track) = self.any_order() {
                    let id = self.orders[track].id;
                    let times = self.rng.u32(1..3);
                    for _ in 0..times {
                        self.follow(id);
                    }
                }
            }
            Deed::Agree => {
                let Some(track) = self.any_order() else { return Ok(()) };
                let (id, session) = (self.orders[track].id, self.orders[track].session.clone());
                let Some(session) = session else {
                    self.visit(id, None);
                    return Ok(());
                };
                let Ok(back) = self.world.kakaopay.pay(&session) else { return Ok(()) };
                let token = back.rsplit_once("pg_token=").map(|(_, token)| token.to_owned());
                self.orders[track].token.clone_from(&token);
                let times = self.rng.u32(1..4);
                for _ in 0..times {
                    self.visit(id, token.clone());
                }
            }
            Deed::Forge => {
                if let Some(track) = self.any_order() {
                    self.visit(self.orders[track].id, Some("forged".to_owned()));
                }
            }
            Deed::Bare => {
                if let Some(track) = self.any_order() {
                    self.visit(self.orders[track].id, None);
                }
            }
            Deed::Reload => {
                if let Some(track) = self.any_order()
                    && let Some(token) = self.orders[track].token.clone()
                {
                    self.visit(self.orders[track].id, Some(token));
                }
            }
            Deed::GiveUp => {
                let Some(track) = self.any_order() else { return Ok(()) };
                let Some(session) = self.orders[track].session.clone() else { return Ok(()) };
                if self.world.kakaopay.cancel_payment(&session).is_ok() {
                    self.end(self.orders[track].id, CloseReason::Cancelled);
                }
            }
            Deed::HintCancel | Deed::HintFail => {
                let reason =
                    if deed == Deed::HintFail { CloseReason::Failed } else { CloseReason::Cancelled };
                if let Some(track) = self.any_order() {
                    self.end(self.orders[track].id, reason);
                }
            }
            Deed::Reconcile => {
                let lag = self.rng.usize(..6);
                self.world.database.set_index_lag(lag);
                self.reconcile();
            }
            Deed::Refund => {
                // Mostly of an order that was paid.
                let paid = self.orders.iter().position(|track| track.paid).filter(|_| self.rng.u32(0..8) > 0);
                let any = self.any_order();
                if let Some(track) = paid.or(any) {
                    let order = self.orders[track].id;
                    let times = self.rng.u32(1..4);
                    for _ in 0..times {
                        let amount = self.rng.bool().then(|| Won::new(self.rng.u32(1..1_500)));
                        // Sometimes the owner sends the same request again.
                        self.refunds += self.rng.u32(0..2);
                        let name = format!("refund-{}", self.refunds);
                        self.refund(order, &name, amount);
                    }
                }
            }
            Deed::Wait => {
                let minutes = if self.rng.bool() { 1 } else { 20 };
                self.let_arrive()?;
                self.world.pass(SignedDuration::from_mins(minutes));
            }
        }
        Ok(())
    }

    fn any_order(&mut self) -> Option<usize> {
        (!self.orders.is_empty()).then(|| self.rng.usize(..self.orders.len()))
    }

    /// An instance's own clock is a little off.
    fn skewed_now(&mut self) -> Timestamp {
        let skew = SignedDuration::from_millis(self.rng.i64(-1_500..1_500));
        let now = self.world.now().checked_add(skew).unwrap_or(Timestamp::MAX);
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    fn run(&mut self, instance: usize) {
        self.running.push(instance);
    }

    fn join(&mut self, number: u8, customer: u8) {
        let store = self.world.store();
        let mut seal = vec![0; 8];
        self.rng.fill(&mut seal);
        let new = NewMember {
            id: member(number),
            user: user(customer),
            phone: SealedPhone(seal),
            bonus: Points::new(100),
            joined_at: self.skewed_now(),
        };
        let instance = self.world.start(async move { Heard::of_sign_up(&sign_up(&store, new).await) });
        self.run(instance);
    }

    fn order(&mut self, customer: u8, spend: Option<i64>) {
        let store = self.world.store();
        let (menu, now) = (self.menu.clone(), self.skewed_now());
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        let made = (OrderId::new(now, random), now);
        let drink = if self.rng.bool() { "물" } else { "커피" };
        let cup = Cup { drink: drink.to_owned(), cups: 1 };
        let rules = Rules { bonus: Points::new(100), earn: Percent::TENTH };
        let (member, user) = (member(customer), user(customer));
        let instance = self.world.start(async move {
            Heard::of_order(&match spend {
                None => order_in_full(&store, &menu, rules, &cup, (&member, &user), made).await,
                Some(spend) => order_with_points(&store, &menu, &cup, spend, (&member, &user), made).await,
            })
        });
        self.run(instance);
    }

    fn follow(&mut self, id: OrderId) {
        let (store, gateway, now) = (self.world.store(), self.world.gateway(), self.skewed_now());
        let end = |end: &str| format!("https://cafe.example/pay/{id}/{end}");
        let returns = Returns { approve: end("approve"), cancel: end("cancel"), fail: end("fail") };
        let instance = self
            .world
            .start(async move { Heard::of_open(id, &open(&store, &gateway, id, &returns, now).await) });
        self.run(instance);
    }

    /// A step taken now, by a function's own clock.
    fn turn(&mut self) -> Turn {
        let now = self.skewed_now();
        let until = now.checked_add(SignedDuration::from_secs(30)).unwrap_or(Timestamp::MAX);
        Turn { now, attempt: Attempt { token: AttemptToken(format!("attempt-{}", self.rng.u64(..))), until } }
    }

    fn visit(&mut self, id: OrderId, token: Option<String>) {
        let (store, gateway, turn) = (self.world.store(), self.world.gateway(), self.turn());
        let proof = token.map(Proof);
        let instance = self.world.start(async move {
            Heard::of_approve(id, &approve(&store, &gateway, id, proof.as_ref(), &turn).await)
        });
        self.run(instance);
    }

    fn end(&mut self, id: OrderId, hint: CloseReason) {
        let (store, gateway, now) = (self.world.store(), self.world.gateway(), self.skewed_now());
        let instance = self
            .world
            .start(async move { Heard::of_close(id, &close(&store, &gateway, id, hint, now).await) });
        self.run(instance);
    }

    fn reconcile(&mut self) {
        let (store, gateway, first) = (self.world.store(), self.world.gateway(), self.turn());
        let (clock, started_at) = (self.world.clock.clone(), self.world.now());
        let turns = move || {
            let gone = clock.now().duration_since(started_at);
            let later = |at: Timestamp| {
                let at = at.checked_add(gone).unwrap_or(Timestamp::MAX);
                Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
            };
            let Attempt { token, until } = first.attempt.clone();
            Turn { now: later(first.now), attempt: Attempt { token, until: later(until) } }
        };
        let instance = self
            .world
            .start(async move { Heard::of_reconcile(&reconcile(&store, &gateway, 10, &turns).await) });
        self.run(instance);
    }

    fn refund(&mut self, order: OrderId, name: &str, amount: Option<Won>) {
        let (store, gateway, turn) = (self.world.store(), self.world.gateway(), self.turn());
        let Some(id) = RefundId::parse(name) else { return };
        let request = RefundRequest { order, id, amount, reason: "simulated".to_owned() };
        let instance = self
            .world
            .start(async move { Heard::of_refund(order, &refund(&store, &gateway, request, &turn).await) });
        self.run(instance);
    }

    /// The owner sends every request of theirs again whose end they did not hear.
    fn finish_refunds(&mut self) -> Result<(), Broken> {
        let half_made: Vec<(OrderId, String)> = audit::half_made_refunds(&self.world);
        for (order, name) in half_made {
            self.refund(order, &name, None);
            self.come_to_rest()?;
        }
        Ok(())
    }
}

fn member(customer: u8) -> MemberId {
    MemberId::new(format!("{customer:032x}"))
}

fn user(customer: u8) -> UserId {
    UserId(format!("user-{customer}"))
}
