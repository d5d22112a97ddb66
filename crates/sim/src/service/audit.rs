//! The payments service's books: what must hold after every step, of records, notices and what the gateways really did.

use std::collections::BTreeMap;

use cafe_core::payment::{History, Notice, RecordId, VendorCode};
use fakes::portone::Standing;
use fakes::tosspayments::Status;
use jiff::Timestamp;

use super::world::{Function, World};
use crate::audit::Broken;
use crate::dynamodb::{Change, Item, PAYMENTS, Value};

/// A payment that a customer made at a gateway.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) vendor: VendorCode,
    /// What the gateway calls it.
    pub(crate) uid: String,
    /// What it was made for.
    pub(crate) order: String,
    /// Whether it is paid into a virtual account.
    pub(crate) by_account: bool,
    /// What was given back of it at the gateway's own desk.
    pub(crate) by_hand: i64,
}

/// What a service has asked us to take on.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Which payment.
    pub(crate) track: usize,
    /// What for.
    pub(crate) order: String,
    /// How much it ought to be.
    pub(crate) price: i64,
    /// When.
    pub(crate) asked_at: Timestamp,
}

/// What a service has asked us to give back.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    /// Of which payment.
    pub(crate) track: usize,
    /// The service's own name of it.
    pub(crate) name: Option<RecordId>,
    /// How much.
    pub(crate) amount: i64,
    pub(crate) heard: RefundHeard,
}

/// What a service heard of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefundHeard {
    /// Nothing yet, or nothing certain.
    Nothing,
    /// It was made.
    Done,
    /// It was not, and will not be.
    No,
}

/// What of a history everybody can see.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    price: i128,
    refund: i128,
    paid_at: Option<Timestamp>,
}

/// A notice that its service must get.
#[derive(Debug)]
struct Expected {
    id: String,
    before: Shown,
    after: Shown,
    /// As it first arrived.
    arrived: Option<Notice>,
    /// For seven days nobody took it.
    given_up: bool,
}

/// What a gateway really did.
#[derive(Debug)]
pub(crate) struct Money {
    order: String,
    total: i64,
    collected: i64,
    cancelled: i64,
    approvals: usize,
    /// Whether there is an account that somebody may pay into.
    is_awaited: bool,
    paid_at: Option<Timestamp>,
    cancellations: usize,
}

impl Money {
    /// What it keeps.
    pub(crate) fn left(&self) -> i64 {
        self.collected - self.cancelled
    }
}

/// The books.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) tracks: Vec<Track>,
    /// By the id of the record that it becomes.
    pub(crate) wanted: BTreeMap<String, Wanted>,
    pub(crate) refunds: Vec<Refund>,
    /// By the id of the record, the earliest first.
    notices: BTreeMap<String, Vec<Expected>>,
    /// How many of what services were told has been looked at.
    listened: usize,
}

/// What a gateway really did with a payment.
pub(crate) fn money(world: &World, track: &Track) -> Result<Money, Broken> {
    let gone = || format!("the gateway knows no payment {}", track.uid);
    Ok(match track.vendor {
        VendorCode::TossPayments => {
            let view = world.toss.payment(&track.uid).ok_or_else(gone)?;
            Money {
                order: view.order_id,
                total: view.total,
                collected: view.collected,
                cancelled: view.cancelled,
                approvals: view.approvals,
                is_awaited: view.status == Status::WaitingForDeposit,
                paid_at: view.approved_at,
                cancellations: view.cancellations,
            }
        }
        VendorCode::Iamport => {
            let view = world.portone.payment(&track.uid).ok_or_else(gone)?;
            Money {
                order: view.id,
                total: view.total,
                collected: view.collected,
                cancelled: view.cancelled,
                approvals: usize::from(view.collected > 0),
                is_awaited: view.standing == Standing::Issued,
                paid_at: view.paid_at,
                cancellations: view.cancellations,
            }
        }
        VendorCode::KakaoPay | VendorCode::PortOne => return Err(gone()),
    })
}

impl Books {
    /// Writes down what has changed, and checks whom it is about.
    pub(crate) fn follow(
        &mut self,
        world: &World,
        function: Function,
        changes: &[Change],
        gateway_was_asked: bool,
    ) -> Result<(), Broken> {
        let changes: Vec<&Change> = changes.iter().filter(|change| change.of.name == PAYMENTS).collect();
        for change in &changes {
            match part(change) {
                "record" if is_payment(change) => self.follow_record(world, function, change, &changes)?,
                "record" | "key" => {}
                _ => self.follow_notice(change, &changes)?,
            }
        }
        if changes.iter().any(|change| matches!(part(change), "record" | "key")) {
            check_keys(world)?;
        }
        self.listen(world)?;
        if gateway_was_asked || !changes.is_empty() {
            self.check_money(world)?;
        }
        Ok(())
    }

    fn follow_record(
        &self,
        world: &World,
        function: Function,
        change: &Change,
        all: &[&Change],
    ) -> Result<(), Broken> {
        let id = id_of(change);
        match (&change.before, &change.after) {
            (None, Some(after)) if after.text("stage") == Some("claimed") => {}
            (None, Some(_)) => return Err(format!("record {id} comes from nowhere")),
            // Who was asked says why, and that is held against the truth.
            (Some(before), None) if before.text("stage") == Some("claimed") => {
                if function != Function::Create {
                    self.is_let_go(world, id)?;
                }
            }
            (Some(before), Some(after)) => follow_change(id, before, after, all)?,
            (_, None) => return Err(format!("the history {id} is gone")),
        }
        let Some(after) = &change.after else { return Ok(()) };
        let is_open = after.text("stage") == Some("claimed") || after.get("cancelling").is_some();
        let watch = after.text("watch");
        if (watch == Some("open")) != is_open || after.get("look_at").is_some() != is_open {
            return Err(format!("record {id} is left half-way: {is_open}, and is watched as {watch:?}"));
        }
        Ok(())
    }

    /// A claim is given up: then nothing of the payment is kept that it was for. What was paid only after it was asked for
    /// may not have been seen.
    pub(crate) fn is_let_go(&self, world: &World, id: &str) -> Result<(), Broken> {
        let Some(wanted) = self.wanted.get(id) else { return Err(format!("nobody has asked for {id}")) };
        let money = money(world, &self.tracks[wanted.track])?;
        let was_paid = money.paid_at.is_some_and(|at| at < wanted.asked_at);
        if money.order == wanted.order && money.left() > 0 && was_paid {
            return Err(format!("{} of a payment is kept, and its record {id} was let go", money.left()));
        }
        Ok(())
    }

    fn follow_notice(&mut self, change: &Change, all: &[&Change]) -> Result<(), Broken> {
        let id = id_of(change).to_owned();
        let (Some(after), before) = (&change.after, &change.before) else {
            let state = change.before.as_ref().and_then(|before| before.text("state"));
            return if state == Some("taken") {
                Ok(())
            } else {
                Err(format!("a notice of {id} is gone that was {state:?}"))
            };
        };
        let state = after.text("state");
        let watch = match state {
            Some("waiting") => Some("tell"),
            Some("never") => Some("dead"),
            _ => None,
        };
        if after.text("watch") != watch {
            return Err(format!("a notice of {id} is {state:?}, and watched as {:?}", after.text("watch")));
        }
        if before.is_none() {
            let changed = all.iter().find(|other| id_of(other) == id && part(other) == "record");
            let versions = changed.and_then(|change| Some((change.before.as_ref()?, change.after.as_ref()?)));
            let number = |item: &Item| format!("notice#{:010}", item.number("version").unwrap_or_default());
            let Some((was, is)) = versions.filter(|(_, is)| Some(&*number(is)) == after.text("part")) else {
                return Err(format!("the service is told of {id}, which has not changed"));
            };
            let (before, after, notice) = (shown(was), shown(is), after.text("notice").unwrap_or_default());
            let expected = Expected { id: notice.to_owned(), before, after, arrived: None, given_up: false };
            self.notices.entry(id).or_default().push(expected);
        } else if state == Some("never") {
            let notice = after.text("notice").unwrap_or_default();
            let mut all = self.notices.get_mut(&id).into_iter().flatten();
            if let Some(expected) = all.find(|expected| expected.id == notice) {
                expected.given_up = true;
            }
        }
        Ok(())
    }

    /// What services were told since the last time.
    fn listen(&mut self, world: &World) -> Result<(), Broken> {
        for told in &world.backend.told[self.listened..] {
            let (history, id) = (told.current.id.to_string(), told.id.to_string());
            let all = self.notices.entry(history.clone()).or_default();
            let Some(at) = all.iter().position(|expected| expected.id == id) else {
                return Err(format!("a service is told of {history} what has not happened"));
            };
            if let Some(first) = &all[at].arrived {
                if first != told {
                    return Err(format!("a notice of {history} says something else when it is repeated"));
                }
                continue;
            }
            if all[..at].iter().any(|earlier| earlier.arrived.is_none() && !earlier.given_up) {
                return Err(format!("a service is told of {history} out of order"));
            }
            if facts(&told.previous) != all[at].before || facts(&told.current) != all[at].after {
                return Err(format!("a service is told something else of {history} than has happened"));
            }
            let last = all[..at].iter().rev().find_map(|earlier| earlier.arrived.as_ref());
            let is_next = at == 0 || all[at - 1].arrived.is_some();
            if let Some(last) = last.filter(|_| is_next)
                && last.current.facts != told.previous.facts
            {
                return Err(format!("what was before is not what {history} was told as last"));
            }
            all[at].arrived = Some(told.clone());
        }
        self.listened = world.backend.told.len();
        Ok(())
    }

    /// Each payment, its records, and what was asked.
    fn check_money(&self, world: &World) -> Result<(), Broken> {
        let standing = self.standing(world)?;
        for (number, track) in self.tracks.iter().enumerate() {
            let money = money(world, track)?;
            let uid = &track.uid;
            if money.approvals > 1 || (money.collected != 0 && money.collected != money.total) {
                return Err(format!("{} of {} were collected as {uid}", money.collected, money.total));
            }
            if money.cancelled > money.collected {
                return Err(format!("more was given back of {uid} than was paid"));
            }
            let of_it: Vec<&(&Item, &Wanted)> =
                standing.iter().filter(|(_, wanted)| wanted.track == number).collect();
            if of_it.len() > 1 {
                return Err(format!("{} records are about {uid}", of_it.len()));
            }
            // Toss Payments does nothing that was not asked for; Iamport collects by itself.
            let by_us = track.vendor == VendorCode::TossPayments && (money.left() > 0 || money.is_awaited);
            if by_us && !of_it.iter().any(|(_, wanted)| fits(wanted, &money)) {
                return Err(format!("{uid} was collected, and no record stands for it"));
            }
            for (item, wanted) in of_it {
                let is_kept = item.text("stage") == Some("kept");
                if is_kept && (!fits(wanted, &money) || item.number("price") != Some(money.total.into())) {
                    return Err(format!("{uid} is kept as another payment than it is"));
                }
            }
            let most = track.by_hand + self.asked_back(number);
            let had_wrong_sum =
                self.wanted.values().any(|wanted| wanted.track == number && wanted.price != money.total);
            if money.cancelled > most && !(had_wrong_sum && money.left() == 0) {
                return Err(format!("{} were given back of {uid}, and {most} asked for", money.cancelled));
            }
        }
        for (at, (_, one)) in standing.iter().enumerate() {
            if standing[..at].iter().any(|(_, other)| other.order == one.order) {
                return Err(format!("two records belong to {}", one.order));
            }
        }
        Ok(())
    }

    /// The records that stand, and what was asked for with each.
    fn standing<'a>(&'a self, world: &'a World) -> Result<Vec<(&'a Item, &'a Wanted)>, Broken> {
        let records = world.database.items(PAYMENTS).filter(|item| item.text("part") == Some("record"));
        let payments = records.filter_map(|item| Some((item, item.text("id")?.strip_prefix("payment#")?)));
        payments
            .map(|(item, id)| {
                let wanted = self.wanted.get(id).ok_or_else(|| format!("nobody has asked for {id}"))?;
                Ok((item, wanted))
            })
            .collect()
    }

    /// How much services have asked to give back of a payment, but for what they heard is not.
    fn asked_back(&self, track: usize) -> i64 {
        let asked = self.refunds.iter().filter(|refund| refund.heard != RefundHeard::No);
        each_once(track, asked)
    }

    /// How much services heard was given back of a payment.
    fn heard_back(&self, track: usize) -> i64 {
        let done = self.refunds.iter().filter(|refund| refund.heard == RefundHeard::Done);
        each_once(track, done)
    }

    /// What must hold once everything has come to rest.
    pub(crate) fn at_rest(&self, world: &World) -> Result<(), Broken> {
        check_keys(world)?;
        self.check_money(world)?;
        let standing = self.standing(world)?;
        for (item, wanted) in &standing {
            let (id, stage) = (item.text("id").unwrap_or_default(), item.text("stage").unwrap_or_default());
            if stage != "kept" || item.get("cancelling").is_some() {
                return Err(format!("{id} was left {stage}, or with a refund half made"));
            }
            let money = money(world, &self.tracks[wanted.track])?;
            if !is_true(&shown(item), &money) {
                return Err(format!("{id} shows {:?}, and the gateway {money:?}", shown(item)));
            }
        }
        for (number, track) in self.tracks.iter().enumerate() {
            let money = money(world, track)?;
            let heard = self.heard_back(number);
            if money.cancelled < heard && money.collected > 0 {
                let (uid, given) = (&track.uid, money.cancelled);
                return Err(format!("services heard that {heard} of {uid} are back, and {given} are"));
            }
            let is_kept = standing.iter().any(|(_, wanted)| wanted.track == number);
            if !is_kept && money.cancelled > track.by_hand && money.left() > 0 {
                return Err(format!("{} of {} was not given back whole", money.left(), track.uid));
            }
        }
        for (history, all) in &self.notices {
            if all.iter().any(|expected| expected.arrived.is_none() && !expected.given_up) {
                return Err(format!("a service was never told of {history}"));
            }
        }
        Ok(())
    }

    /// The deposits of a wrong sum that nobody can give back but a person, as the account to give them to is not known.
    pub(crate) fn stuck(&self, world: &World) -> Result<Vec<(usize, i64)>, Broken> {
        let mut stuck = Vec::new();
        for (item, wanted) in self.standing(world)? {
            let track = &self.tracks[wanted.track];
            let money = money(world, track)?;
            let is_wrong = wanted.order == money.order && wanted.price != money.total;
            if item.text("stage") == Some("claimed") && track.by_account && is_wrong && money.left() > 0 {
                stuck.push((wanted.track, money.left()));
            }
        }
        Ok(stuck)
    }

    /// The first notice about a payment, by its history.
    pub(crate) fn first_notice(&self, track: usize) -> Option<(RecordId, RecordId)> {
        let of_it = self
            .notices
            .iter()
            .find(|(history, _)| self.wanted.get(*history).is_some_and(|wanted| wanted.track == track));
        let (history, all) = of_it?;
        Some((RecordId::parse(history).ok()?, RecordId::parse(&all.first()?.id).ok()?))
    }

    /// What a service reads of a history must be what the gateway did, to the last cancel.
    pub(crate) fn is_as_read(&self, world: &World, history: &History) -> Result<(), Broken> {
        let id = history.id.to_string();
        let Some(wanted) = self.wanted.get(&id) else { return Err(format!("nobody has asked for {id}")) };
        let money = money(world, &self.tracks[wanted.track])?;
        let cancels: i64 = history.facts.cancels.iter().map(|cancel| i64::from(cancel.price.get())).sum();
        if !is_true(&facts(history), &money)
            || (money.collected > 0 && cancels != money.cancelled)
            || (money.collected > 0 && history.facts.cancels.len() != money.cancellations)
        {
            return Err(format!(
                "a service reads {:?} of {id}, and the gateway has {money:?}",
                history.facts
            ));
        }
        Ok(())
    }
}

/// What refunds of a payment come to. One that has a name counts once.
fn each_once<'a>(track: usize, refunds: impl Iterator<Item = &'a Refund>) -> i64 {
    let mut names = Vec::new();
    let mut sum = 0;
    for refund in refunds.filter(|refund| refund.track == track) {
        if refund.name.is_none_or(|name| !names.contains(&name)) {
            sum += refund.amount;
        }
        names.extend(refund.name);
    }
    sum
}

/// Whether something is still half-way or untold.
pub(crate) fn is_unfinished(world: &World) -> bool {
    world.database.items(PAYMENTS).any(|item| matches!(item.text("watch"), Some("open" | "tell")))
}

/// What a record may become.
fn follow_change(id: &str, before: &Item, after: &Item, all: &[&Change]) -> Result<(), Broken> {
    let stages = [before.text("stage"), after.text("stage")];
    let versions = [before, after].map(|item| item.number("version").unwrap_or_default());
    match stages {
        [Some("claimed"), Some("claimed")] => return Ok(()),
        [Some("claimed"), Some("kept")] if versions[1] == 1 => return Ok(()),
        [Some("kept"), Some("kept")] => {}
        _ => return Err(format!("record {id} went from {stages:?}, version {versions:?}")),
    }
    if versions[1] < versions[0] {
        return Err(format!("the history {id} went back from version {versions:?}"));
    }
    let names = [before, after].map(|item| texts(item, "cancelled_as"));
    if !names[1].starts_with(&names[0]) {
        return Err(format!("the history {id} forgets the names of refunds"));
    }
    if shown(before) != shown(after) {
        let number = format!("notice#{:010}", versions[1]);
        let told = all.iter().any(|other| {
            id_of(other) == id && part(other) == number && other.before.is_none() && other.after.is_some()
        });
        if !told || versions[1] != versions[0] + 1 {
            return Err(format!("the history {id} has changed, and its service is not told"));
        }
    }
    Ok(())
}

/// How the record about a payment stands, as stories write it; nothing where there is none.
pub(crate) fn look_of(books: &Books, world: &World, track: usize) -> String {
    let standing = books.standing(world).unwrap_or_default();
    let record = standing.into_iter().find(|(_, wanted)| wanted.track == track);
    record.map_or_else(String::new, |(item, _)| {
        let look = super::coverage::look(Some(item));
        match item.number("refund") {
            Some(refund) if refund > 0 => format!("{look} {refund}"),
            _ => look,
        }
    })
}

/// Every record has its two keys, and no key is there without its record.
fn check_keys(world: &World) -> Result<(), Broken> {
    let mut keys: BTreeMap<&str, usize> = BTreeMap::new();
    for key in world.database.items(PAYMENTS).filter(|item| item.text("part") == Some("key")) {
        *keys.entry(key.text("record").unwrap_or_default()).or_default() += 1;
    }
    for record in world.database.items(PAYMENTS).filter(|item| item.text("part") == Some("record")) {
        let id = record.text("id").and_then(|id| id.split_once('#')).map_or("", |(_, id)| id);
        if keys.remove(id) != Some(2) {
            return Err(format!("record {id} is not found by its two keys"));
        }
    }
    match keys.into_keys().next() {
        Some(id) => Err(format!("a key leads to {id}, which is not there")),
        None => Ok(()),
    }
}

/// Whether a payment is what a service says it is.
fn fits(wanted: &Wanted, money: &Money) -> bool {
    wanted.order == money.order && wanted.price == money.total
}

/// Whether that is what the gateway did. What is called off before it was paid is no money.
fn is_true(shown: &Shown, money: &Money) -> bool {
    let seconds = |at: Option<Timestamp>| at.map(Timestamp::as_second);
    shown.price == money.total.into()
        && (shown.refund == money.cancelled.into() || money.collected == 0)
        && seconds(shown.paid_at) == seconds(money.paid_at)
}

fn facts(history: &History) -> Shown {
    let facts = &history.facts;
    Shown { price: facts.price.get().into(), refund: facts.refund.get().into(), paid_at: facts.paid_at }
}

fn shown(item: &Item) -> Shown {
    let number = |name| item.number(name).unwrap_or_default();
    let paid_at = item.text("paid_at").and_then(|at| at.parse().ok());
    Shown { price: number("price"), refund: number("refund"), paid_at }
}

fn texts<'a>(item: &'a Item, name: &str) -> Vec<&'a str> {
    let Some(Value::List(all)) = item.get(name) else { return Vec::new() };
    all.iter().filter_map(|one| if let Value::Text(text) = one { Some(&**text) } else { None }).collect()
}

fn item_of(change: &Change) -> Option<&Item> {
    change.after.as_ref().or(change.before.as_ref())
}

/// Which part of a record an item is.
pub(crate) fn part(change: &Change) -> &str {
    item_of(change).and_then(|item| item.text("part")).unwrap_or_default()
}

fn is_payment(change: &Change) -> bool {
    item_of(change).and_then(|item| item.text("id")).is_some_and(|id| id.starts_with("payment#"))
}

/// The record that an item is about.
fn id_of(change: &Change) -> &str {
    let id = item_of(change).and_then(|item| item.text("id")).unwrap_or_default();
    id.split_once('#').map_or(id, |(_, id)| id)
}
