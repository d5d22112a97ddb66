//! The cafe in the simulated world: what people can do there, what they hear, and an auditor at their side.

mod payers;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::LazyLock;

use cafe_core::cafe::flow::{
    Cup, RefundRequest, Rules, approve, close, forget, issue_code, look_at, open, order_in_full,
    order_with_points, rebind, reconcile, refund, renumber, sign_up,
};
use cafe_core::cafe::{
    Attempt, AttemptToken, CloseReason, Code, Member, MemberId, Menu, NewMember, Percent, PhoneKey, Points,
    RefundId, SealedPhone, Store, Turn, UserId,
};
use cafe_core::payment::{OrderId, Proof, Provider, Returns, Session, Won};
use jiff::{SignedDuration, Timestamp};
use store::DynamoStore;

use crate::audit::{self, Books, Broken, TABLES};
use crate::chance::Chance;
use crate::choices::Choices;
use crate::coverage::{self, Reached};
use crate::dynamodb::Database;
use crate::fate::{Asks, Fate};
use crate::heard::Heard;
use crate::history::{self, Deed};
use crate::plan::{Plan, Turns};
use crate::scene::{Edge, Ended, Scene, Told};
use crate::stories::STORIES;
use crate::story::Story;
use crate::world::{Function, Pending, World};
use crate::zoo::Bug;

/// What is sold. Cheap enough for the bonus to cover one cup of water.
static MENU: LazyLock<Menu> = LazyLock::new(|| {
    let text = "demo = { name = '초코파이', quantity = 1, total = 2200 }\n\
        [[drink]]\nname = '물'\nprice = 70\n[[drink]]\nname = '커피'\nprice = 1990\n";
    Menu::parse(text).unwrap_or_else(|error| unreachable!("the simulator's own menu: {error}"))
});

/// The key by which codes are known. Numbers need none here: their tags are made up.
static PHONE_KEY: LazyLock<PhoneKey> = LazyLock::new(|| {
    let key = PhoneKey::new("the simulator's own key of phone numbers");
    key.unwrap_or_else(|error| unreachable!("the simulator's own key: {error}"))
});

/// How many phone numbers there are, and how many chatbot users who may speak.
pub(crate) const NUMBERS: u8 = 3;

/// How long an attempt at collecting or refunding can be alive.
const ATTEMPT_FOR: SignedDuration = SignedDuration::from_secs(30);

/// In minutes.
const DAY: i64 = 24 * 60;

/// How many orders a run of `reconcile` looks at.
const MOST_ORDERS: u32 = 10;

/// How often an owner has an order looked at before giving up: once more than a story may crash.
const LOOKS: u32 = 3;

/// The cafe, as runs know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TheCafe;

impl Scene for TheCafe {
    type Function = Function;
    type Deed = Deed;
    type Bug = Bug;
    type Story = Story;

    const NAME: &'static str = "cafe";
    const ASKS: &'static [Asks] = &Asks::OF_THE_CAFE;
    const DEEDS: &'static [Deed] = &Deed::ALL;
    const SAID: &'static [(Function, &'static [&'static str])] = coverage::SAID;
    const DRAWN: &'static [Edge<Function>] = coverage::DRAWN;
    const RARE: &'static [Edge<Function>] = coverage::RARE;
    const STORIES: &'static [Story] = STORIES;
    const TURNS: &'static [Turns] = &[Turns::Oldest, Turns::Newest, Turns::Shuffled(1), Turns::Shuffled(2)];
    const MANNERS: &'static [(bool, bool)] = &[(true, false), (false, false), (true, true), (false, true)];
    const BUGS: &'static [Bug] = Bug::ALL;
    const GATEWAYS: &'static [Provider] = &[Provider::KakaoPay, Provider::TossPayments, Provider::PortOne];

    fn name_of(story: &Story) -> &'static str {
        story.name
    }

    fn has_turns(story: &Story) -> bool {
        story.has_turns()
    }

    fn tell(story: &Story, plan: &Plan, bug: Option<Bug>, told: bool) -> Told<TheCafe> {
        story.tell(plan, bug, told)
    }

    fn live(seed: u64, choices: Choices, bug: Option<Bug>, told: bool) -> Ended<TheCafe> {
        history::live(seed, choices, bug, told)
    }
}

/// An order, as its customer knows it.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) id: OrderId,
    /// The gateway at which they mean to pay.
    pub(crate) by: Provider,
    /// Their payment there, once they were sent to it.
    pub(crate) session: Option<Session>,
    /// The page that they were sent to.
    page: String,
    /// When they were sent there first.
    sent_at: Timestamp,
    /// What the gateway gave their browser to come back with.
    pub(crate) token: Option<String>,
    /// They heard that it is paid.
    pub(crate) paid: bool,
}

/// What has happened before a cafe opens.
pub(crate) struct Past {
    database: Database,
    books: Books,
    made: u64,
}

/// The cafe, open for whoever comes.
pub(crate) struct Cafe<C> {
    pub(crate) world: World,
    pub(crate) chance: C,
    pub(crate) orders: Vec<Track>,
    pub(crate) reached: Reached,
    books: Books,
    /// Instances whose end has not been looked at.
    running: Vec<usize>,
    /// How many things were made that need a name of their own.
    made: u64,
    /// The last code that the owner was given for each number.
    codes: BTreeMap<u8, Code>,
    /// Of which orders money was returned by hand.
    by_hand: Vec<OrderId>,
    /// Which payments the gateway has given up.
    given_up: Vec<Session>,
    /// The gateway at which whoever orders now means to pay.
    by: Provider,
    /// What happened, where somebody wants to read it.
    story: Option<Vec<String>>,
}

impl<C: Chance> Cafe<C> {
    pub(crate) fn new(seed: u64, bug: Option<Bug>, chance: C) -> Cafe<C> {
        Cafe {
            world: World::new(seed, bug),
            chance,
            orders: Vec::new(),
            reached: Reached::by_one_run(),
            books: Books::default(),
            running: Vec::new(),
            made: 0,
            codes: BTreeMap::new(),
            by_hand: Vec::new(),
            given_up: Vec::new(),
            by: Provider::KakaoPay,
            story: None,
        }
    }

    /// As it stands after these have happened in another one, with nothing under way.
    pub(crate) fn after(mut self, other: &Past) -> Cafe<C> {
        self.world.database = other.database.clone();
        self.books = other.books.clone();
        self.made = other.made;
        self
    }

    /// What has happened so far, for others to [begin with](Cafe::after). The gateway was not asked yet.
    pub(crate) fn past(self) -> Past {
        Past { database: self.world.database, books: self.books, made: self.made }
    }

    /// Whoever orders from now on means to pay there.
    pub(crate) fn pay_at(&mut self, by: Provider) {
        self.by = by;
    }

    /// From now on what happens is written down.
    pub(crate) fn write_story(&mut self) {
        self.story = Some(Vec::new());
    }

    pub(crate) fn take_story(&mut self) -> Vec<String> {
        self.story.take().unwrap_or_default()
    }

    pub(crate) fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(line());
        }
    }

    /// One request is decided on, and what follows is checked. Tells whether there was one.
    pub(crate) fn step(&mut self) -> Result<bool, Broken> {
        if self.world.pending().is_empty() {
            return Ok(false);
        }
        let Some((one, fate, takes)) = self.chance.next(self.world.pending()) else { return Ok(false) };
        self.world.pass(takes);
        self.decide(one, fate)?;
        Ok(true)
    }

    fn decide(&mut self, one: Pending, fate: Fate) -> Result<(), Broken> {
        let function = self.world.function(one.instance);
        self.tell(|| {
            let left = if one.awaited { "" } else { ", which nobody waits for any more" };
            format!("  {function:?} {}, request {}: {:?} {fate:?}{left}", one.instance, one.call, one.asks)
        });
        if one.awaited {
            self.reached.fate(one.asks, fate);
        }
        self.world.decide(one, fate);
        self.listen()?;
        let changes = self.world.database.take_changes();
        self.reached.edges(function, &changes)?;
        self.books.follow(&self.world, &changes, one.asks.is_for_gateway())
    }

    /// Everything that is under way comes to its end.
    pub(crate) fn come_to_rest(&mut self) -> Result<(), Broken> {
        while self.step()? {}
        Ok(())
    }

    /// Time goes by. Nothing stays on its way for minutes: it arrives, or it is lost.
    pub(crate) fn wait(&mut self, time: SignedDuration) -> Result<(), Broken> {
        let left: Vec<Pending> = self.world.pending().iter().copied().filter(|one| !one.awaited).collect();
        for one in left {
            let fate = if self.chance.arrives() { Fate::Delivered } else { Fate::Lost };
            self.decide(one, fate)?;
        }
        self.tell(|| format!("{} minutes go by", time.as_mins()));
        self.world.pass(time);
        let now = self.world.now().as_second().into();
        self.world.database.expire(&TABLES.orders, "expires_at", now);
        let changes = self.world.database.take_changes();
        self.reached.edges(Function::TimeToLive, &changes)
    }

    /// Everybody has left. What is still open is for the schedule, and what was returned by hand for the owner.
    pub(crate) fn close_for_the_day(&mut self) -> Result<(), Broken> {
        self.chance.calm_down();
        self.come_to_rest()?;
        self.world.tills.calm_down();
        self.world.database.set_index_lag(0);
        self.look_at_reviews()?;
        self.finish()?;
        // A refund of what is left finds what was returned by hand, and repeated it returns the rest.
        for order in std::mem::take(&mut self.by_hand) {
            for _ in 0..4 {
                self.refund(order, "the-rest", None);
                self.come_to_rest()?;
                self.finish()?;
            }
        }
        audit::at_rest(&self.world, &self.books)
    }

    /// Time goes by until the schedule has nothing left to do.
    fn finish(&mut self) -> Result<(), Broken> {
        for minutes in [17, 17, 60, DAY / 4, 16 * DAY, 16 * DAY, 16 * DAY] {
            if !audit::is_unfinished(&self.world) && self.world.pending().is_empty() {
                break;
            }
            self.wait(SignedDuration::from_mins(minutes))?;
            self.come_to_rest()?;
            self.look_at_reviews()?;
            self.reconcile();
            self.come_to_rest()?;
        }
        Ok(())
    }

    /// The owner has all orders looked at that wait for a person, and asks again where nobody answers.
    fn look_at_reviews(&mut self) -> Result<(), Broken> {
        for id in audit::in_review(&self.world) {
            for _ in 0..LOOKS {
                let look = self.look(id);
                self.come_to_rest()?;
                if self.heard(look).is_some() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// A browser comes back, the bank does not know, and the look-up is not answered.
    pub(crate) fn visit_unheard(&mut self, id: OrderId, token: Option<String>) -> usize {
        self.world.tills.confuse_the_next(Asks::Approve);
        self.outage(1);
        self.visit(id, token)
    }

    /// The owner gives back, the bank does not know, and the look-up is not answered.
    pub(crate) fn refund_unheard(&mut self, order: OrderId, name: &str, amount: Won) -> usize {
        self.world.tills.confuse_the_next(Asks::Cancel);
        self.outage(1);
        self.refund(order, name, Some(amount))
    }

    /// Takes down what functions have said since the last time, and holds it against the truth.
    fn listen(&mut self) -> Result<(), Broken> {
        let mut at = 0;
        while let Some(instance) = self.running.get(at).copied() {
            if self.world.is_running(instance) {
                at += 1;
                continue;
            }
            self.running.remove(at);
            let Some(heard) = self.world.heard(instance).cloned() else {
                self.tell(|| format!("    {instance} died"));
                continue;
            };
            self.tell(|| format!("    {instance} said: {heard}"));
            self.reached.said(self.world.function(instance), heard.name());
            self.believe(&heard)?;
        }
        Ok(())
    }

    /// What somebody was told must be true.
    fn believe(&mut self, heard: &Heard) -> Result<(), Broken> {
        match heard {
            Heard::Quoted(id) => self.orders.push(Track {
                id: *id,
                by: self.by,
                session: None,
                page: String::new(),
                sent_at: self.world.now(),
                token: None,
                paid: false,
            }),
            Heard::Pay(id, payment) => {
                if let Some(track) = self.orders.iter_mut().find(|track| track.id == *id) {
                    let (session, page) = payment.clone().unzip();
                    if track.session.is_some() && track.session != session {
                        return Err(format!("order {id} was opened as two payments"));
                    }
                    if track.session.is_none() {
                        track.sent_at = self.world.now();
                    }
                    track.session = session;
                    track.page = page.unwrap_or_default();
                }
            }
            Heard::Closed(id) | Heard::NotPaid(id) => {
                let order = id.to_string();
                let payments = self.world.tills.payments();
                if payments.iter().any(|one| one.order == order && one.collected != 0) {
                    let word = heard.name();
                    return Err(format!("the customer of order {id} heard {word:?} after it was collected"));
                }
            }
            Heard::Paid(id) => {
                let order = self.world.database.item(&TABLES.orders, &id.to_string());
                if order.and_then(|order| order.text("stage")) != Some("paid") {
                    return Err(format!("the customer of order {id} heard that it is paid, and it is not"));
                }
                if let Some(track) = self.orders.iter_mut().find(|track| track.id == *id) {
                    track.paid = true;
                }
            }
            Heard::Refunded(id) => {
                let order = self.world.database.item(&TABLES.orders, &id.to_string());
                if order.is_none_or(|order| order.get("refunds").is_none()) {
                    return Err(format!("the owner heard that order {id} is refunded, and it is not"));
                }
            }
            Heard::Code(number, code) => {
                let code = Code::parse(code).map_err(|error| format!("the code {code}: {error}"))?;
                self.codes.insert(*number, code);
            }
            Heard::Member
            | Heard::Renumbered
            | Heard::Forgotten
            | Heard::ClosedInDoubt(_)
            | Heard::Pending(_)
            | Heard::Refused
            | Heard::RefundPending(_)
            | Heard::Reconciled
            | Heard::Looked(_)
            | Heard::TryAgain => {}
        }
        Ok(())
    }

    /// What an instance said, if it has ended and not died.
    pub(crate) fn heard(&self, instance: usize) -> Option<&Heard> {
        self.world.heard(instance)
    }

    /// Something that was not there before.
    pub(crate) fn fresh(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// The time by an instance's own clock, which is a little off.
    fn its_now(&mut self) -> Timestamp {
        let skew = self.chance.skew();
        whole_milliseconds(self.world.now().checked_add(skew).unwrap_or(Timestamp::MAX))
    }

    /// A step that an instance takes now, by its own clock.
    fn turn(&mut self) -> Turn {
        let now = self.its_now();
        let until = now.checked_add(ATTEMPT_FOR).unwrap_or(Timestamp::MAX);
        Turn { now, attempt: Attempt { token: AttemptToken(format!("attempt-{}", self.fresh())), until } }
    }

    fn run(
        &mut self,
        function: Function,
        future: impl Future<Output = Heard> + Send + 'static,
        about: impl FnOnce() -> String,
    ) -> usize {
        let instance = self.world.start(function, future);
        self.running.push(instance);
        self.tell(|| format!("{function:?} {instance} starts: {}", about()));
        instance
    }

    pub(crate) fn join(&mut self, number: u8, customer: u8) -> usize {
        let store = self.world.store();
        let new = NewMember {
            id: member(number),
            user: user(customer),
            phone: self.fresh_phone(),
            bonus: Points::new(100),
            joined_at: self.its_now(),
        };
        self.run(
            Function::Join,
            async move { Heard::of_sign_up(&sign_up(&store, new).await.map(|joined| joined.member)) },
            || format!("customer {customer} joins with number {number}"),
        )
    }

    /// The owner makes a code for the member of a number.
    pub(crate) fn issue_code(&mut self, number: u8) -> usize {
        let (random, now) = (self.fresh().to_be_bytes(), self.its_now());
        self.of_member(
            Function::Code,
            number,
            move |store, found| async move {
                Heard::of_code(number, &issue_code(&store, &PHONE_KEY, &found, random, now).await)
            },
            || format!("the owner makes a code for number {number}"),
        )
    }

    /// A customer types the last code for a number, or one that they made up.
    pub(crate) fn move_in(&mut self, number: u8, customer: u8, guesses: bool) -> usize {
        let (store, now) = (self.world.store(), self.its_now());
        let known = self.codes.get(&number).filter(|_| !guesses).cloned();
        // No code that was made so far.
        let code = known.unwrap_or_else(|| Code::new([0; 8]));
        let (member, user) = (member(number), user(customer));
        self.run(
            Function::Move,
            async move { Heard::of_move(&rebind(&store, &PHONE_KEY, (&member, &user), &code, now).await) },
            || format!("customer {customer} types a code for number {number}"),
        )
    }

    /// The owner gives the member of a number another one.
    pub(crate) fn renumber(&mut self, number: u8, to: u8) -> usize {
        let phone = self.fresh_phone();
        self.of_member(
            Function::Renumber,
            number,
            move |store, found| async move {
                Heard::of_renumber(&renumber(&store, &found.id, (&member(to), &phone)).await)
            },
            || format!("the owner gives the member of number {number} the number {to}"),
        )
    }

    /// The owner forgets the member of a number.
    pub(crate) fn forget(&mut self, number: u8) -> usize {
        let now = self.its_now();
        self.of_member(
            Function::Forget,
            number,
            move |store, found| async move { Heard::of_forget(&forget(&store, &found.id, now).await) },
            || format!("the owner forgets the member of number {number}"),
        )
    }

    /// What an owner does with the member of a number, whom they look up first.
    fn of_member<F>(
        &mut self,
        function: Function,
        number: u8,
        does: impl FnOnce(DynamoStore, Member) -> F + Send + 'static,
        about: impl FnOnce() -> String,
    ) -> usize
    where
        F: Future<Output = Heard> + Send + 'static,
    {
        let store = self.world.store();
        let found = async move {
            match store.member(&member(number)).await {
                Ok(Some(found)) => does(store, found).await,
                Ok(None) => Heard::Refused,
                Err(_) => Heard::TryAgain,
            }
        };
        self.run(function, found, about)
    }

    /// A number, sealed with randomness that was not there before.
    fn fresh_phone(&mut self) -> SealedPhone {
        SealedPhone(self.fresh().to_be_bytes().to_vec())
    }

    pub(crate) fn order(
        &mut self,
        (number, customer): (u8, u8),
        drink: &'static str,
        spend: Option<i64>,
    ) -> usize {
        let store = self.world.store();
        let now = self.its_now();
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.fresh().to_be_bytes());
        let made = (OrderId::new(now, random), now);
        let cup = Cup { drink: drink.to_owned(), cups: 1 };
        let rules = Rules { bonus: Points::new(100), earn: Percent::TENTH };
        let (member, user) = (member(number), user(customer));
        self.run(
            Function::Order,
            async move {
                Heard::of_order(&match spend {
                    None => order_in_full(&store, &MENU, rules, &cup, (&member, &user), made).await,
                    Some(spend) => {
                        order_with_points(&store, &MENU, &cup, spend, (&member, &user), made).await
                    }
                })
            },
            || {
                let points = spend.unwrap_or(0);
                format!(
                    "customer {customer} of number {number} orders {drink} as {} with {points} points",
                    made.0
                )
            },
        )
    }

    pub(crate) fn follow(&mut self, id: OrderId) -> usize {
        let by = self.orders.iter().find(|track| track.id == id).map(|track| track.by);
        let (store, gateways, now) = (self.world.store(), self.world.gateways(), self.its_now());
        let end = |end: &str| format!("https://cafe.example/pay/{id}/{end}");
        let returns = Returns {
            approve: end("approve"),
            cancel: end("cancel"),
            fail: end("fail"),
            window: end("window"),
        };
        self.run(
            Function::Open,
            async move { Heard::of_open(id, &open(&store, &gateways, id, by, (&returns, now)).await) },
            || format!("somebody follows the link of {id}"),
        )
    }

    pub(crate) fn visit(&mut self, id: OrderId, token: Option<String>) -> usize {
        let (store, gateways, turn) = (self.world.store(), self.world.gateways(), self.turn());
        let about = token.as_ref().map_or("no token".to_owned(), |token| format!("the token {token}"));
        let proof = token.filter(|token| !token.is_empty()).map(Proof);
        self.run(
            Function::Approve,
            async move { Heard::of_approve(id, &approve(&store, &gateways, id, proof.as_ref(), &turn).await) },
            || format!("a browser comes back for {id} with {about}"),
        )
    }

    pub(crate) fn end(&mut self, id: OrderId, hint: CloseReason) -> usize {
        let (store, gateways, now) = (self.world.store(), self.world.gateways(), self.its_now());
        self.run(
            Function::Close,
            async move { Heard::of_close(id, &close(&store, &gateways, id, hint, now).await) },
            || format!("a browser says that {id} was {}", hint.as_str()),
        )
    }

    pub(crate) fn reconcile(&mut self) -> usize {
        let (store, gateways, first) = (self.world.store(), self.world.gateways(), self.turn());
        let (clock, started_at) = (self.world.clock.clone(), self.world.now());
        // Its clock stays as far off as it was.
        let turns = move || {
            let gone = clock.now().duration_since(started_at);
            let later = |at: Timestamp| whole_milliseconds(at.checked_add(gone).unwrap_or(Timestamp::MAX));
            let Attempt { token, until } = first.attempt.clone();
            Turn { now: later(first.now), attempt: Attempt { token, until: later(until) } }
        };
        self.run(
            Function::Reconcile,
            async move { Heard::of_reconcile(&reconcile(&store, &gateways, MOST_ORDERS, &turns).await) },
            || "the schedule has orders looked at".to_owned(),
        )
    }

    /// The owner has one order looked at, due or not.
    pub(crate) fn look(&mut self, id: OrderId) -> usize {
        let (store, gateways, turn) = (self.world.store(), self.world.gateways(), self.turn());
        self.run(
            Function::LookNow,
            async move {
                let turns = || turn.clone();
                Heard::of_look(&look_at(&store, &gateways, id, &turns).await)
            },
            || format!("the owner has {id} looked at"),
        )
    }

    pub(crate) fn refund(&mut self, order: OrderId, name: &str, amount: Option<Won>) -> usize {
        let (store, gateways, turn) = (self.world.store(), self.world.gateways(), self.turn());
        let id = RefundId::parse(name).unwrap_or_else(|| unreachable!("the simulator's own names are names"));
        let request = RefundRequest { order, id, amount, reason: "simulated".to_owned() };
        let what = amount.map_or("all that is left".to_owned(), |amount| format!("{amount}"));
        self.run(
            Function::Refund,
            async move { Heard::of_refund(order, &refund(&store, &gateways, request, &turn).await) },
            || format!("the owner gives back {what} of {order}, as {name}"),
        )
    }
}

/// The tag of a number.
pub(crate) fn member(number: u8) -> MemberId {
    MemberId::new(format!("{number:032x}"))
}

fn user(customer: u8) -> UserId {
    UserId(format!("user-{customer}"))
}

/// As times are stored.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
