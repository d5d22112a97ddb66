//! The books: what must hold after every step, checked against the ledger and what the gateway really did.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use cafe_core::cafe::UserId;
use cafe_core::payment::{OrderId, Provider, Session};
use store::Tables;

use crate::cafe::{NUMBERS, member};
use crate::dynamodb::{Change, Database, Item, Value, names};
use crate::tills::Payment;
use crate::world::World;

/// What does not add up, in a sentence.
pub type Broken = String;

/// What the tables are called.
pub(crate) static TABLES: LazyLock<Tables> = LazyLock::new(names);

/// The ledger, added up: a model of what members and orders must say. Ledger lines are only ever added to
/// it, as they are to the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    members: BTreeMap<Arc<str>, Sum>,
    orders: BTreeMap<Arc<str>, Moved>,
}

/// Points of a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    balance: i128,
    held: i128,
}

/// Points that an order has moved, by the kind of the ledger line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Moved {
    hold: i128,
    release: i128,
    spend: i128,
    earn: i128,
    returned: i128,
    reversed: i128,
}

/// What an order that is at a stage must have moved, and may have at the gateway.
struct Expected {
    moved: [i128; 4],
    /// What the gateway must have collected, where that is known.
    collected: Option<i128>,
    watched: bool,
}

/// The rules of the stages.
fn expected(order: &Item, stage: &str) -> Option<Expected> {
    let (spend, due, earn) = (number(order, "spend"), number(order, "due"), number(order, "earn"));
    //                     hold, release, spend, earn
    let (moved, collected, watched) = match stage {
        "quoted" => ([0, 0, 0, 0], Some(0), false),
        "opened" | "approving" => ([spend, 0, 0, 0], None, true),
        "paid" => ([spend, 0, spend, earn], Some(due), order.get("refunding").is_some()),
        // What comes after it was closed in doubt is given back.
        "closed" => match order.text("late") {
            None => ([spend, spend, 0, 0], Some(0), false),
            Some("returned") => ([spend, spend, 0, 0], Some(number(order, "late_returned")), false),
            Some(_) => ([spend, spend, 0, 0], None, true),
        },
        _ => return None,
    };
    Some(Expected { moved, collected, watched })
}

impl Books {
    /// The books of a database as it stands.
    ///
    /// # Errors
    /// Where the ledger has a line of no known kind.
    pub fn of(database: &Database) -> Result<Books, Broken> {
        let mut books = Books::default();
        for line in database.items(&TABLES.ledger) {
            books.enter(line)?;
        }
        Ok(books)
    }

    /// Writes down what has changed, and checks whom it is about. After the gateway was asked, all orders
    /// and payments are.
    ///
    /// # Errors
    /// Says which member, order or payment does not add up.
    pub fn follow(
        &mut self,
        world: &World,
        changes: &[Change],
        gateway_was_asked: bool,
    ) -> Result<(), Broken> {
        for line in changes.iter().filter(|change| change.of.name == TABLES.ledger) {
            match (&line.before, &line.after) {
                (None, Some(line)) => self.enter(line)?,
                (before, _) => return Err(format!("the ledger line {before:?} was changed")),
            }
        }
        let mut checked: Vec<&str> = Vec::new();
        for change in changes {
            check_who(world, change)?;
            let Some(item) = change.after.as_ref().or(change.before.as_ref()) else { continue };
            // A ledger line is about its member and its order, any other item about itself.
            let about = [item.text("member"), item.text("order"), item.text("id")];
            for id in about.into_iter().flatten() {
                if !checked.contains(&id) {
                    checked.push(id);
                    self.check(world, id)?;
                }
            }
        }
        if gateway_was_asked {
            for order in world.database.items(&TABLES.orders) {
                self.check_order(world, order)?;
            }
            check_payments(world)?;
        }
        Ok(())
    }

    /// Checks everything, from scratch.
    ///
    /// # Errors
    /// Says which member, order or payment does not add up.
    pub fn check_all(&self, world: &World) -> Result<(), Broken> {
        if *self != Books::of(&world.database)? {
            return Err("the ledger was changed behind the auditor's back".to_owned());
        }
        let members = world.database.items(&TABLES.members).filter_map(|member| member.text("id"));
        for id in members.chain(self.members.keys().map(|id| &**id)) {
            self.check(world, id)?;
        }
        for order in world.database.items(&TABLES.orders) {
            self.check_order(world, order)?;
        }
        check_payments(world)
    }

    fn enter(&mut self, line: &Item) -> Result<(), Broken> {
        let (member, kind) = (line.text("member").unwrap_or_default(), line.text("kind").unwrap_or_default());
        let points = number(line, "points");
        let (balance, held) = match kind {
            "bonus" if points > 0 && !(0..NUMBERS).any(|number| self::member(number).as_str() == member) => {
                return Err(format!(
                    "{member} was given a present, and so was whoever had their number before"
                ));
            }
            "bonus" | "earn" | "return" => (points, 0),
            "hold" => (-points, points),
            "release" => (points, -points),
            "spend" => (0, -points),
            "reverse" | "forfeit" => (-points, 0),
            other => return Err(format!("a ledger line of the unknown kind {other}")),
        };
        let sum = self.members.entry(member.into()).or_default();
        sum.balance += balance;
        sum.held += held;
        if let Some(order) = line.text("order") {
            let moved = self.orders.entry(order.into()).or_default();
            match kind {
                "hold" => moved.hold += points,
                "release" => moved.release += points,
                "spend" => moved.spend += points,
                "earn" => moved.earn += points,
                "return" => moved.returned += points,
                "reverse" => moved.reversed += points,
                _ => {}
            }
        }
        Ok(())
    }

    /// Checks the member, the binding or the order of that name.
    fn check(&self, world: &World, id: &str) -> Result<(), Broken> {
        if let Some(user) = id.strip_prefix("user#") {
            return check_binding(world, user);
        }
        if let Some(order) = world.database.item(&TABLES.orders, id) {
            return self.check_order(world, order);
        }
        let sum = self.members.get(id).copied();
        let Some(member) = world.database.item(&TABLES.members, id) else {
            return match sum {
                Some(_) => Err(format!("the ledger has lines of {id}, who is no member")),
                None => Ok(()),
            };
        };
        let kept = Sum { balance: number(member, "balance"), held: number(member, "held") };
        let sum = sum.unwrap_or_default();
        if kept != sum {
            return Err(format!("member {id} has {kept:?}, but the ledger adds up to {sum:?}"));
        }
        if kept.balance < 0 || kept.held < 0 {
            return Err(format!("member {id} is below zero: {kept:?}"));
        }
        check_names(world, id, member)
    }

    /// One order, its ledger lines, and its payment at the gateway.
    fn check_order(&self, world: &World, order: &Item) -> Result<(), Broken> {
        let (id, stage) = (order.text("id").unwrap_or_default(), order.text("stage").unwrap_or_default());
        let Some(expected) = expected(order, stage) else {
            return Err(format!("order {id} is at the unknown stage {stage}"));
        };
        let moved = self.orders.get(id).copied().unwrap_or_default();
        let found = [moved.hold, moved.release, moved.spend, moved.earn];
        if found != expected.moved {
            return Err(format!(
                "order {id} is {stage}, so hold, release, spend, earn should be {:?}, not {found:?}",
                expected.moved
            ));
        }
        if moved.returned > moved.spend || moved.reversed > moved.earn {
            return Err(format!("order {id} gave back or took back more points than it had moved"));
        }
        let watched = order.text("watch").is_some();
        if watched != expected.watched {
            return Err(format!("order {id} is {stage}, and its being watched is {watched}"));
        }
        let Some(session) = session(order) else { return Ok(()) };
        let payment = world.tills.payment(&session);
        // PortOne hears of a payment when its window is opened, and calls it by its order.
        if payment.is_none() && session.provider != Provider::PortOne {
            return Err(format!("order {id} names a payment that the gateway does not know"));
        }
        let collected = payment.as_ref().map_or(0, |payment| i128::from(payment.collected));
        if let Some(expected) = expected.collected
            && collected != expected
        {
            return Err(format!("order {id} is {stage}, but {collected} were collected, not {expected}"));
        }
        if let Some(other) = payment.filter(|payment| stage == "paid" && payment.order != id) {
            return Err(format!("order {id} is paid with a payment of {}", other.order));
        }
        if stage == "paid" && number(order, "collected") != collected {
            return Err(format!("order {id} says that another sum than {collected} was collected"));
        }
        Ok(())
    }
}

/// Who made a change was the one who might: points are held for whoever spends them, and nobody else begins to spend
/// without a code, which is used up.
fn check_who(world: &World, change: &Change) -> Result<(), Broken> {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let (Some(before), Some(after)) = (before, after) else { return Ok(()) };
    let was_opened = (before.text("stage"), after.text("stage")) == (Some("quoted"), Some("opened"));
    if was_opened && number(after, "spend") > 0 {
        let member = after.text("member").and_then(|id| world.database.item(&TABLES.members, id));
        let spends = member.and_then(user).map(|user| UserId(user.to_owned()).payer().0);
        if spends.as_deref() != after.text("payer") {
            return Err(format!("points are held for {after:?}, which {member:?} did not order"));
        }
    }
    let another = user(before).zip(user(after)).is_some_and(|(before, after)| before != after);
    if another && (before.get("code").is_none() || after.get("code").is_some()) {
        return Err(format!("another account spends the points of {after:?}, and used up no code"));
    }
    if number(after, "code_tries") < 0 {
        return Err(format!("the code of {after:?} was tried more often than it may be"));
    }
    Ok(())
}

/// Who spends a member's points; nobody, where none joined or they were forgotten.
fn user(member: &Item) -> Option<&str> {
    member.text("user").filter(|user| !user.is_empty())
}

/// One chatbot user a member, one number a member, and nothing stays of a name that was forgotten.
fn check_names(world: &World, id: &str, member: &Item) -> Result<(), Broken> {
    let members = &TABLES.members;
    let item = |id: &str| world.database.item(members, id);
    if let Some(user) = user(member) {
        check_binding(world, user)?;
        let bound = item(&format!("user#{user}")).and_then(|binding| binding.text("member"));
        if bound != Some(id) {
            return Err(format!("{user} spends the points of {id}, and is bound to {bound:?}"));
        }
    } else {
        let kept =
            ["code", "code_until_ms", "code_tries"].into_iter().find(|name| member.get(name).is_some());
        if let Some(kept) = kept {
            return Err(format!("nobody spends the points of {id}, and the {kept} is still there"));
        }
        if number(member, "held") != 0 {
            return Err(format!("{id} is nobody any more, and points are held"));
        }
    }
    if let Some(number) = member.text("number")
        && item(number).and_then(|item| item.text("holder")) != Some(id)
    {
        return Err(format!("member {id} has the number {number}, which leads to somebody else"));
    }
    let Some(holder) = member.text("holder") else { return Ok(()) };
    if item(holder).and_then(|holder| holder.text("number")) != Some(id) {
        return Err(format!("the number {id} leads to {holder}, who has another"));
    }
    if user(member).is_some() && member.text("number").is_none() {
        return Err(format!("the number {id} is that of two members"));
    }
    Ok(())
}

/// Who has joined with a number is the one who may spend its points.
fn check_binding(world: &World, user: &str) -> Result<(), Broken> {
    let members = &TABLES.members;
    let Some(binding) = world.database.item(members, &format!("user#{user}")) else {
        let known = world.database.items(members).find(|item| item.text("user") == Some(user));
        return match known {
            None => Ok(()),
            Some(member) => Err(format!("{user} spends the points of {member:?}, and is bound to nobody")),
        };
    };
    let member = binding.text("member");
    let bound = member.and_then(|member| world.database.item(members, member));
    match bound.and_then(|item| item.text("user")) {
        Some(known) if known == user => Ok(()),
        known => Err(format!("{user} has joined as {member:?}, who belongs to {known:?}")),
    }
}

/// No order is collected twice, nor for another sum than it was quoted for.
fn check_payments(world: &World) -> Result<(), Broken> {
    let payments = world.tills.payments();
    for (at, payment) in payments.iter().enumerate() {
        let Payment { session, order, total, collected, .. } = payment;
        if *collected != 0 && collected != total {
            return Err(format!("payment {session:?} collected {collected} of {total}"));
        }
        let twin = payments[..at].iter().any(|other| other.approvals > 0 && other.order == *order);
        if payment.approvals > 1 || (payment.approvals > 0 && twin) {
            return Err(format!("order {order} was collected more than once"));
        }
    }
    Ok(())
}

/// Checks what must hold once everything has come to rest.
///
/// # Errors
/// Says which order or payment was left behind.
pub fn at_rest(world: &World, books: &Books) -> Result<(), Broken> {
    books.check_all(world)?;
    let mut paid: Vec<(Session, i128)> = Vec::new();
    for order in world.database.items(&TABLES.orders) {
        let (id, stage) = (order.text("id").unwrap_or_default(), order.text("stage").unwrap_or_default());
        if order.text("watch").is_some() && !asked_a_person(order) {
            return Err(format!("order {id} was left {stage}"));
        }
        if order.get("refunding").is_some() {
            return Err(format!("a refund of order {id} was left half made"));
        }
        if stage == "paid"
            && let Some(session) = session(order)
        {
            paid.push((session, refunded(order)));
        }
    }
    for payment in world.tills.payments().into_iter().filter(|payment| payment.approvals > 0) {
        let kept = i128::from(payment.collected) - i128::from(payment.cancelled);
        let refunded = paid.iter().find(|(session, _)| *session == payment.session);
        let ours = refunded.map_or(0, |(_, refunded)| i128::from(payment.collected) - refunded);
        if kept != ours {
            return Err(format!(
                "the gateway keeps {kept} of payment {:?}, and our orders say {ours}",
                payment.session
            ));
        }
    }
    Ok(())
}

/// Whether something is still open, in doubt or half made: then the schedule is not done, or a person is not.
#[must_use]
pub fn is_unfinished(world: &World) -> bool {
    let mut orders = world.database.items(&TABLES.orders);
    orders.any(|order| order.text("watch").is_some() && !asked_a_person(order))
}

/// Which orders wait for a person.
#[must_use]
pub fn in_review(world: &World) -> Vec<OrderId> {
    let orders = world.database.items(&TABLES.orders);
    let orders = orders.filter(|order| order.text("watch") == Some("review"));
    orders.filter_map(|order| OrderId::parse(order.text("id")?).ok()).collect()
}

/// What the gateway still shows as waiting after fifteen days is for a person, and may stay so.
fn asked_a_person(order: &Item) -> bool {
    order.text("watch") == Some("review") && order.text("late") == Some("possible")
}

/// The gateway at which an order was opened, and that one's key; none where points cover it.
pub(crate) fn session(order: &Item) -> Option<Session> {
    let provider = Provider::from_name(order.text("provider")?)?;
    Some(Session { provider, key: order.text("session")?.to_owned() })
}

fn refunded(order: &Item) -> i128 {
    let Some(Value::List(refunds)) = order.get("refunds") else { return 0 };
    let amount = |refund: &Value| if let Value::Map(refund) = refund { number(refund, "amount") } else { 0 };
    refunds.iter().map(amount).sum()
}

fn number(item: &Item, name: &str) -> i128 {
    item.number(name).unwrap_or_default()
}
