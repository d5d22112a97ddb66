//! The payments service at work: what services, customers and gateways can do, what they hear, and an auditor at their side.

use std::collections::BTreeMap;
use std::future::Future;

use ::tosspayments::WindowMethod;
use ::tosspayments::window::OpenWindow;
use cafe_core::payment::flow::{
    CancelRequest, CreateRequest, Turn, cancel, create, finish, follow, tell, tell_all,
};
use cafe_core::payment::{
    BankAccount, History, Locked, PasswordHash, Payment, RecordId, Records, Source, StoreError, Vendor,
    VendorCode, Won,
};
use fakes::portone::{Dialect, Standing};
use fakes::tosspayments::{Endpoint, Fault};
use jiff::SignedDuration;

use super::audit::{self, Books, Refund, RefundHeard, Track, Wanted, money, part};
use super::clerk::Lie;
use super::coverage::Reached;
use super::heard::Heard;
use super::world::{Function, STORE, World};
use super::zoo::Bug;
use crate::audit::Broken;
use crate::chance::Chance;
use crate::dynamodb::PAYMENTS;
use crate::fate::{Asks, Fate};
use crate::schedule::Pending;

/// How many payments and notices a run of the dispatcher sees to.
const MOST: u32 = 10;

/// How a customer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By card, as far as agreeing: Iamport collects then, and Toss Payments waits for us.
    Card,
    /// Into a virtual account.
    Account,
    /// The window is open, and nobody has agreed yet.
    Window,
}

/// What an instance was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Payment(RecordId),
    Refund(usize),
    Nothing,
}

/// The payments service, open for whoever comes.
pub(crate) struct Office<C> {
    pub(crate) world: World,
    pub(crate) chance: C,
    pub(crate) books: Books,
    pub(crate) reached: Reached,
    /// What instances were asked for whose end has not been looked at.
    running: BTreeMap<usize, About>,
    /// How often each of these has looked a payment up, and written.
    asked: BTreeMap<usize, (u32, u32)>,
    /// The histories with a new notice that the table's stream has not told of.
    streamed: Vec<RecordId>,
    /// What happened, where somebody wants to read it.
    story: Option<Vec<String>>,
}

impl<C: Chance> Office<C> {
    pub(crate) fn new(seed: u64, bug: Option<Bug>, chance: C) -> Office<C> {
        Office {
            world: World::new(seed, bug),
            chance,
            books: Books::default(),
            reached: Reached::by_one_run(),
            running: BTreeMap::new(),
            asked: BTreeMap::new(),
            streamed: Vec::new(),
            story: None,
        }
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
        if self.world.schedule.pending().is_empty() {
            return Ok(false);
        }
        let Some((one, fate, takes)) = self.chance.next(self.world.schedule.pending()) else {
            return Ok(false);
        };
        self.world.schedule.pass(takes);
        self.decide(one, fate)?;
        Ok(true)
    }

    fn decide(&mut self, one: Pending, fate: Fate) -> Result<(), Broken> {
        let function = self.world.schedule.function(one.instance);
        self.tell(|| {
            let left = if one.awaited { "" } else { ", which nobody waits for any more" };
            format!("  {function:?} {}, request {}: {:?} {fate:?}{left}", one.instance, one.call, one.asks)
        });
        if one.awaited {
            self.reached.fate(one.asks, fate);
        }
        let (look_ups, writes) = self.asked.entry(one.instance).or_default();
        match one.asks {
            Asks::LookUp => *look_ups += 1,
            Asks::Update | Asks::Transact => *writes += 1,
            Asks::Get
            | Asks::Query
            | Asks::Put
            | Asks::Ready
            | Asks::Approve
            | Asks::Cancel
            | Asks::Token
            | Asks::Tell
            | Asks::Sleep => {}
        }
        self.world.decide(one, fate);
        let changes = self.world.database.take_changes();
        for change in &changes {
            if part(change).starts_with("notice#") && change.before.is_none() {
                let id = change.after.as_ref().and_then(|item| item.text("id")?.strip_prefix("payment#"));
                self.streamed.extend(id.and_then(|id| RecordId::parse(id).ok()));
            }
        }
        self.reached.edges(function, &changes)?;
        self.books.follow(&self.world, function, &changes, one.asks.is_for_gateway())?;
        self.listen()
    }

    /// Everything that is under way comes to its end.
    pub(crate) fn come_to_rest(&mut self) -> Result<(), Broken> {
        while self.step()? {}
        Ok(())
    }

    /// Time goes by. Nothing stays on its way for minutes: it arrives, or it is lost.
    pub(crate) fn wait(&mut self, time: SignedDuration) -> Result<(), Broken> {
        let left: Vec<Pending> =
            self.world.schedule.pending().iter().copied().filter(|one| !one.awaited).collect();
        for one in left {
            let fate = if self.chance.arrives() { Fate::Delivered } else { Fate::Lost };
            self.decide(one, fate)?;
        }
        self.pause(time)?;
        let now = self.world.now().as_second().into();
        self.world.database.expire(PAYMENTS, "expires_at", now);
        let changes = self.world.database.take_changes();
        self.reached.edges(Function::TimeToLive, &changes)?;
        self.books.follow(&self.world, Function::TimeToLive, &changes, false)
    }

    /// Time goes by, and what is on its way stays there.
    pub(crate) fn pause(&mut self, time: SignedDuration) -> Result<(), Broken> {
        self.tell(|| format!("{} s go by", time.as_secs()));
        self.world.schedule.pass(time);
        self.books.follow(&self.world, Function::TimeToLive, &[], true)
    }

    /// Everybody has left. What is still open is for the schedule, and gateways repeat what they have to tell.
    pub(crate) fn close_for_the_day(&mut self) -> Result<(), Broken> {
        self.chance.calm_down();
        self.come_to_rest()?;
        self.world.toss.clear_faults();
        self.world.mix_ups = 0;
        self.world.backend.refuses = 0;
        self.world.database.set_index_lag(0);
        for minutes in [1, 17, 60, 6 * 60, 24 * 60, 7 * 24 * 60, 7 * 24 * 60] {
            self.wait(SignedDuration::from_mins(minutes))?;
            for (track, sum) in self.books.stuck(&self.world)? {
                self.return_by_hand(track, sum);
            }
            for track in 0..self.books.tracks.len() {
                self.nudge(track);
                self.come_to_rest()?;
            }
            self.dispatch();
            self.come_to_rest()?;
            if !audit::is_unfinished(&self.world) && self.world.schedule.pending().is_empty() {
                break;
            }
        }
        self.books.at_rest(&self.world)?;
        for track in 0..self.books.tracks.len() {
            self.read(track);
            self.come_to_rest()?;
        }
        Ok(())
    }

    /// Takes down what functions have said since the last time, and holds it against the truth.
    fn listen(&mut self) -> Result<(), Broken> {
        let ended: Vec<(usize, About)> = self
            .running
            .iter()
            .filter(|(instance, _)| !self.world.schedule.is_running(**instance))
            .map(|(instance, about)| (*instance, *about))
            .collect();
        for (instance, about) in ended {
            self.running.remove(&instance);
            let (look_ups, writes) = self.asked.remove(&instance).unwrap_or_default();
            let Some(heard) = self.world.schedule.heard(instance).cloned() else {
                self.tell(|| format!("    {instance} died"));
                continue;
            };
            let function = self.world.schedule.function(instance);
            self.tell(|| format!("    {instance} said: {}", heard.word));
            self.reached.said(function, heard.word);
            if function == Function::Follow {
                let most = if matches!(heard.word, "unknown" | "being taken on") { 0 } else { 1 + writes };
                if look_ups > most {
                    return Err(format!("a nudge cost {look_ups} look-ups, and was answered {}", heard.word));
                }
            }
            self.believe(function, about, &heard)?;
        }
        Ok(())
    }

    /// What somebody was told must be true.
    fn believe(&mut self, function: Function, about: About, heard: &Heard) -> Result<(), Broken> {
        if let Some(history) = &heard.history {
            let id = format!("payment#{}", history.id);
            let item = self.world.database.part(PAYMENTS, &id, "record");
            if item.and_then(|item| item.text("stage")) != Some("kept") {
                return Err(format!("a service was shown {id}, which is no history"));
            }
        }
        match (function, about, heard.word) {
            // Of another order's, or of one that was not reached, nothing is known.
            (Function::Create, About::Payment(id), "wrong price" | "not paid") => {
                self.books.is_let_go(&self.world, &id.to_string())?;
            }
            (Function::Cancel, About::Refund(number), "returned") => {
                self.books.refunds[number].heard = RefundHeard::Done;
            }
            (
                Function::Cancel,
                About::Refund(number),
                "no account" | "not that much" | "running" | "refused" | "unknown",
            ) => {
                self.books.refunds[number].heard = RefundHeard::No;
            }
            (Function::Read, ..) => {
                if let Some(history) = &heard.history {
                    self.books.is_as_read(&self.world, history)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What an instance said, if it has ended and not died.
    pub(crate) fn heard(&self, instance: usize) -> Option<&'static str> {
        self.world.schedule.heard(instance).map(|heard| heard.word)
    }

    /// The steps of an instance, by its own clock, which is a little off.
    fn turns(&mut self) -> impl Fn() -> Turn + Send + Sync + 'static {
        let skew = self.chance.skew();
        self.world.turns(skew)
    }

    fn run(
        &mut self,
        function: Function,
        about: About,
        future: impl Future<Output = Heard> + Send + 'static,
        what: impl FnOnce() -> String,
    ) -> usize {
        let instance = self.world.schedule.start(function, future);
        self.running.insert(instance, about);
        self.tell(|| format!("{function:?} {instance} starts: {}", what()));
        instance
    }

    /// A customer pays at a gateway, or begins to.
    pub(crate) fn buy(&mut self, vendor: VendorCode, way: Way, price: u32) {
        let order = self.world.fresh().to_string();
        let uid = match vendor {
            VendorCode::TossPayments => self.buy_at_toss(&order, way, price),
            VendorCode::Iamport => self.buy_at_iamport(&order, way, price),
            VendorCode::KakaoPay | VendorCode::PortOne => None,
        };
        if let Some(uid) = uid {
            let number = self.books.tracks.len();
            self.tell(|| format!("a customer pays {price} as payment {number} at {vendor}: {way:?}"));
            self.books.tracks.push(Track { vendor, uid, order, by_account: way == Way::Account, by_hand: 0 });
        }
    }

    fn buy_at_toss(&mut self, order: &str, way: Way, price: u32) -> Option<String> {
        let window = OpenWindow {
            method: if way == Way::Account { WindowMethod::VirtualAccount } else { WindowMethod::Card },
            order_id: order.to_owned(),
            order_name: "커피".to_owned(),
            amount: price,
            tax_free_amount: None,
            customer_key: None,
            success_url: "https://shop.example/paid".to_owned(),
            fail_url: "https://shop.example/failed".to_owned(),
        };
        let uid = self.world.ask_toss(&window)?.payment_key;
        match way {
            Way::Card => self.world.toss.pay(&uid).ok()?,
            Way::Account => self.world.toss.choose_virtual_account(&uid).ok()?,
            Way::Window => String::new(),
        };
        Some(uid)
    }

    fn buy_at_iamport(&mut self, order: &str, way: Way, price: u32) -> Option<String> {
        let back = "https%3A%2F%2Fshop.example%2Fpaid";
        let query = format!("merchant_uid={order}&name=coffee&amount={price}&m_redirect_url={back}");
        let portone = &self.world.portone;
        match way {
            Way::Card => portone.pay(Dialect::V1, &query).ok()?,
            Way::Account => portone.issue_account(Dialect::V1, &query).ok()?,
            // It knows a payment from when somebody has tried.
            Way::Window => portone.fail_payment(Dialect::V1, &query).ok()?,
        };
        Some(portone.payment(order)?.imp_uid)
    }

    /// The customer who has opened the window of a payment agrees to it, or the card is declined. One that has
    /// failed at Iamport may be paid after all.
    pub(crate) fn agree(&mut self, track: usize, agrees: bool) {
        let Some(Track { vendor, uid, .. }) = self.books.tracks.get(track) else { return };
        let toss = &self.world.toss;
        let done = match (vendor, agrees) {
            (VendorCode::TossPayments, true) => toss.pay(uid).is_ok(),
            (VendorCode::TossPayments, false) => toss.fail_payment(uid).is_ok(),
            (VendorCode::Iamport, true) => {
                let portone = &self.world.portone;
                let has_failed =
                    portone.payment(uid).is_some_and(|payment| payment.standing == Standing::Failed);
                has_failed && portone.capture(uid, None).is_ok()
            }
            (VendorCode::Iamport, false) | (VendorCode::KakaoPay | VendorCode::PortOne, _) => false,
        };
        if done {
            self.tell(|| format!("the customer of payment {track} agrees: {agrees}"));
        }
    }

    /// Somebody pays into the virtual account of a payment.
    pub(crate) fn deposit(&mut self, track: usize) {
        let Some(Track { vendor, uid, .. }) = self.books.tracks.get(track) else { return };
        let done = match vendor {
            VendorCode::TossPayments => self.world.toss.deposit(uid).is_ok(),
            VendorCode::Iamport => self.world.portone.deposit(uid).is_ok(),
            VendorCode::KakaoPay | VendorCode::PortOne => false,
        };
        if done {
            self.tell(|| format!("somebody pays into the account of payment {track}"));
        }
    }

    /// The bank takes a deposit back.
    pub(crate) fn reverse(&mut self, track: usize) {
        let Some(Track { vendor: VendorCode::TossPayments, uid, .. }) = self.books.tracks.get(track) else {
            return;
        };
        if self.world.toss.reverse_deposit(uid).is_ok() {
            self.tell(|| format!("the bank takes the deposit of payment {track} back"));
        }
    }

    /// Some of a payment is given back at the gateway's own desk.
    pub(crate) fn return_by_hand(&mut self, track: usize, sum: i64) {
        let Some(known) = self.books.tracks.get(track) else { return };
        let Ok(before) = money(&self.world, known) else { return };
        let done = match known.vendor {
            VendorCode::TossPayments => self.world.toss.give_back(&known.uid, sum).is_ok(),
            VendorCode::Iamport => self.world.portone.give_back(&known.uid, sum).is_ok(),
            VendorCode::KakaoPay | VendorCode::PortOne => false,
        };
        if done {
            let sum = sum.min(before.left());
            self.books.tracks[track].by_hand += sum;
            self.tell(|| format!("{sum} of payment {track} are given back by hand"));
        }
    }

    /// Toss Payments refuses the next payment that is to be collected, and remembers that under its key.
    pub(crate) fn refuse(&mut self) {
        let code = "REJECT_CARD_PAYMENT".to_owned();
        let fault = Fault::Refused { code, http_status: 403, effect: false };
        self.world.toss.inject(Endpoint::Confirm, fault);
    }

    /// A service has a payment taken on, for an order and a price.
    pub(crate) fn create(&mut self, track: usize, order_of: usize, price: i64) -> Option<usize> {
        let (records, gateways, turn) = (self.world.records(), self.world.gateways(None), self.turns()());
        let Track { vendor, uid, .. } = self.books.tracks.get(track)?.clone();
        let order = self.books.tracks.get(order_of)?.order.clone();
        let asked_at = self.world.now();
        let wanted = Wanted { track, order: order.clone(), price, asked_at };
        let record = turn.record;
        self.books.wanted.insert(record.to_string(), wanted);
        let request = CreateRequest {
            vendor: Vendor { code: vendor, store: STORE.to_owned(), uid },
            source: source(order),
            price: Won::new(u32::try_from(price).ok()?),
            password: PasswordHash("hash".to_owned()),
            webhook_url: Some("https://shop.example/told".to_owned()),
        };
        Some(self.run(
            Function::Create,
            About::Payment(record),
            async move { Heard::of_create(create(&records, &gateways, request, fits, &turn).await) },
            || format!("a service has payment {track} taken on, as {price} for order {order_of}"),
        ))
    }

    /// A service has some of a payment given back.
    pub(crate) fn cancel(&mut self, track: usize, name: Option<&str>, amount: u32) -> Option<usize> {
        let (records, gateways, turn) = (self.world.records(), self.world.gateways(None), self.turns()());
        let Track { order, vendor, .. } = self.books.tracks.get(track)?.clone();
        let name = name.map(|name| name_of(track, name));
        let number = self.books.refunds.len();
        let heard = RefundHeard::Nothing;
        self.books.refunds.push(Refund { track, name, amount: amount.into(), heard });
        let account = BankAccount {
            bank: if vendor == VendorCode::Iamport { "004" } else { "20" }.to_owned(),
            number: "110123456789".to_owned(),
            holder: "김토스".to_owned(),
            mobile: "01000000000".to_owned(),
        };
        let request = CancelRequest {
            amount: Won::new(amount),
            reason: "a cold cup".to_owned(),
            account: Some(account),
            name,
        };
        Some(self.run(
            Function::Cancel,
            About::Refund(number),
            async move {
                match Heard::of_read(read(&records, order).await) {
                    Ok(history) => {
                        Heard::of_cancel(cancel(&records, &gateways, history, request, &turn).await)
                    }
                    Err(heard) => heard,
                }
            },
            || format!("a service has {amount} of payment {track} given back, as {name:?}"),
        ))
    }

    /// A service reads a history, once nothing is under way any more.
    fn read(&mut self, track: usize) {
        let records = self.world.records();
        let order = self.books.tracks[track].order.clone();
        self.run(
            Function::Read,
            About::Nothing,
            async move { Heard::of_look(read(&records, order).await) },
            || format!("a service reads payment {track}"),
        );
    }

    /// A gateway nudges about a payment, and tells what is so.
    pub(crate) fn nudge(&mut self, track: usize) -> Option<usize> {
        let Track { vendor, uid, .. } = self.books.tracks.get(track)?.clone();
        let money = money(&self.world, self.books.tracks.get(track)?).ok()?;
        let lie = Lie { is_paid: money.left() > 0, refund: 0 };
        Some(self.follow(vendor, uid, Some(lie), || format!("the gateway nudges about payment {track}")))
    }

    /// Somebody nudges about a payment, and tells what is not so.
    pub(crate) fn lie(&mut self, track: usize, is_paid: bool, refund: u32) -> Option<usize> {
        let Track { vendor, uid, .. } = self.books.tracks.get(track)?.clone();
        let lie = Lie { is_paid, refund };
        Some(self.follow(vendor, uid, Some(lie), || {
            format!("somebody says that payment {track} is paid: {is_paid}, less {refund}")
        }))
    }

    /// Somebody nudges about a payment that nobody has made.
    pub(crate) fn forge(&mut self, vendor: VendorCode) -> usize {
        self.follow(vendor, "made-up".to_owned(), None, || "somebody makes a payment up".to_owned())
    }

    fn follow(
        &mut self,
        vendor: VendorCode,
        uid: String,
        lie: Option<Lie>,
        what: impl FnOnce() -> String,
    ) -> usize {
        let (records, gateways, turn) = (self.world.records(), self.world.gateways(lie), self.turns()());
        self.run(
            Function::Follow,
            About::Nothing,
            async move { Heard::of_follow(&follow(&records, &gateways, (vendor, &uid), &turn).await) },
            what,
        )
    }

    /// The schedule has what was left behind finished, and services told.
    pub(crate) fn dispatch(&mut self) -> usize {
        let (records, gateways, messenger) =
            (self.world.records(), self.world.gateways(None), self.world.messenger());
        let turns = self.turns();
        self.run(
            Function::Dispatch,
            About::Nothing,
            async move {
                let finished = finish(&records, &gateways, MOST, &turns).await;
                if finished.is_err() {
                    return Heard::of_dispatch(&finished, &Ok(0));
                }
                Heard::of_dispatch(&finished, &tell_all(&records, &messenger, MOST, &turns).await)
            },
            || "the schedule has a look".to_owned(),
        )
    }

    /// The table's stream has a service told of one new notice, if there is one.
    pub(crate) fn stream(&mut self) -> Option<usize> {
        let history = if self.streamed.is_empty() { return None } else { self.streamed.remove(0) };
        let (records, messenger, turns) = (self.world.records(), self.world.messenger(), self.turns());
        Some(self.run(
            Function::Stream,
            About::Nothing,
            async move { Heard::of_tell(&tell(&records, &messenger, history, &turns).await) },
            || format!("the stream tells of {history}"),
        ))
    }

    /// Somebody has the first notice of a payment told once more.
    pub(crate) fn replay(&mut self, track: usize) -> Option<usize> {
        let (history, notice) = self.books.first_notice(track)?;
        let (records, messenger, turns) = (self.world.records(), self.world.messenger(), self.turns());
        Some(self.run(
            Function::Replay,
            About::Nothing,
            async move {
                let again = records.tell_again(history, notice, turns().now).await;
                if again.is_ok() {
                    // It is sent by the next run where this one does not come to it.
                    let _ = tell(&records, &messenger, history, &turns).await;
                }
                Heard::of_replay(&again)
            },
            || format!("the first notice about payment {track} is told once more"),
        ))
    }
}

async fn read(records: &impl Records, order: String) -> Result<Option<History>, StoreError> {
    let payment = records.payment_of(&source(order)).await?;
    Ok(match payment.map(Locked::for_ourselves) {
        Some(Payment::Kept(history)) => Some(history),
        Some(Payment::Claimed(_)) | None => None,
    })
}

fn source(order: String) -> Source {
    Source::new("shop".to_owned(), "orders".to_owned(), order)
        .unwrap_or_else(|error| unreachable!("the simulator's own orders have ids: {error}"))
}

/// A service's name of a refund.
fn name_of(track: usize, name: &str) -> RecordId {
    let mut bytes = [0xee; 16];
    bytes[0] = u8::try_from(track).unwrap_or(u8::MAX);
    for (byte, letter) in bytes[1..].iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    RecordId::new(bytes)
}

/// Whether the password is the one that all services here have.
fn fits(hash: &PasswordHash) -> bool {
    hash.0 == "hash"
}
