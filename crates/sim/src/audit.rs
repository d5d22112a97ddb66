//! What must hold after every step, checked against what the gateway really did.

use std::collections::BTreeMap;

use cafe_core::payment::OrderId;

use crate::dynamodb::{Item, Value, names};
use crate::world::World;

/// What does not add up, in a sentence.
pub type Broken = String;

/// Points of a member, as their ledger adds them up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    balance: i128,
    held: i128,
}

/// Checks the invariants that hold at every moment, whatever is under way.
///
/// # Errors
/// Says which member, order or payment does not add up.
pub fn always(world: &World) -> Result<(), Broken> {
    let tables = names();
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut moved: BTreeMap<(String, String), i128> = BTreeMap::new();
    for entry in world.database.items(&tables.ledger) {
        let (member, kind, points) = (text(entry, "member"), text(entry, "kind"), number(entry, "points"));
        let sum = sums.entry(member).or_default();
        let (balance, held) = match kind.as_str() {
            "bonus" | "earn" | "return" => (points, 0),
            "hold" => (-points, points),
            "release" => (points, -points),
            "spend" => (0, -points),
            "reverse" => (-points, 0),
            other => return Err(format!("a ledger line of the unknown kind {other}")),
        };
        sum.balance += balance;
        sum.held += held;
        if let Some(order) = entry.text("order") {
            *moved.entry((order.to_owned(), kind)).or_default() += points;
        }
    }
    for member in world.database.items(&tables.members) {
        let id = text(member, "id");
        if let Some(user) = id.strip_prefix("user#") {
            check_binding(world, user, &text(member, "member"))?;
            continue;
        }
        let kept = Sum { balance: number(member, "balance"), held: number(member, "held") };
        let sum = sums.remove(&id).unwrap_or_default();
        if kept != sum {
            return Err(format!("member {id} has {kept:?}, but the ledger adds up to {sum:?}"));
        }
        if kept.balance < 0 || kept.held < 0 {
            return Err(format!("member {id} is below zero: {kept:?}"));
        }
    }
    if let Some((member, _)) = sums.first_key_value() {
        return Err(format!("the ledger has lines of {member}, who is no member"));
    }
    for order in world.database.items(&tables.orders) {
        check_order(world, order, &moved)?;
    }
    check_payments(world)
}

/// Who has joined with a number is the one who may spend its points.
fn check_binding(world: &World, user: &str, member: &str) -> Result<(), Broken> {
    let tables = names();
    let bound = world.database.items(&tables.members).find(|item| item.text("id") == Some(member));
    match bound.and_then(|item| item.text("user")) {
        Some(known) if known == user => Ok(()),
        known => Err(format!("{user} has joined as {member}, who belongs to {known:?}")),
    }
}

/// One order, its ledger lines, and its payment at the gateway.
fn check_order(world: &World, order: &Item, moved: &BTreeMap<(String, String), i128>) -> Result<(), Broken> {
    let (id, stage) = (text(order, "id"), text(order, "stage"));
    let (spend, due, earn) = (number(order, "spend"), number(order, "due"), number(order, "earn"));
    let of = |kind: &str| moved.get(&(id.clone(), kind.to_owned())).copied().unwrap_or_default();
    let expected = match stage.as_str() {
        "quoted" => [0, 0, 0, 0],
        "opened" | "approving" => [spend, 0, 0, 0],
        "paid" => [spend, 0, spend, earn],
        "closed" => [spend, spend, 0, 0],
        other => return Err(format!("order {id} is at the unknown stage {other}")),
    };
    let found = [of("hold"), of("release"), of("spend"), of("earn")];
    if found != expected {
        return Err(format!(
            "order {id} is {stage}, so hold, release, spend, earn should be {expected:?}, not {found:?}"
        ));
    }
    if of("return") > spend || of("reverse") > earn {
        return Err(format!("order {id} gave back or took back more points than it had moved"));
    }
    let watched = order.text("watch").is_some();
    if watched != matches!(stage.as_str(), "opened" | "approving") {
        return Err(format!("order {id} is {stage}, and its being watched is {watched}"));
    }
    let Some(session) = order.text("session") else { return Ok(()) };
    let Some(payment) = world.kakaopay.payment(session) else {
        return Err(format!("order {id} names a payment that the gateway does not know"));
    };
    let collected = i128::from(payment.collected);
    match stage.as_str() {
        "paid" if collected != due => {
            Err(format!("order {id} is paid, but {collected} of {due} were collected"))
        }
        "paid" if number(order, "collected") != collected => {
            Err(format!("order {id} says that another sum than {collected} was collected"))
        }
        "quoted" | "closed" if collected - i128::from(payment.cancelled) != 0 => {
            Err(format!("order {id} is {stage}, but {collected} were collected"))
        }
        _ => Ok(()),
    }
}

/// No order is collected twice, nor for another sum than it was quoted for.
fn check_payments(world: &World) -> Result<(), Broken> {
    let mut collected: BTreeMap<String, u32> = BTreeMap::new();
    for payment in world.kakaopay.payments() {
        if payment.approvals > 0 {
            *collected.entry(payment.partner_order_id.clone()).or_default() += 1;
        }
        if payment.collected != 0 && payment.collected != payment.total {
            return Err(format!(
                "payment {} collected {} of {}",
                payment.tid, payment.collected, payment.total
            ));
        }
    }
    match collected.into_iter().find(|(_, times)| *times > 1) {
        Some((order, times)) => Err(format!("order {order} was collected {times} times")),
        None => Ok(()),
    }
}

/// Checks what must hold once everything has come to rest.
///
/// # Errors
/// Says which order or payment was left behind.
pub fn at_rest(world: &World) -> Result<(), Broken> {
    always(world)?;
    let tables = names();
    let mut paid: BTreeMap<String, i128> = BTreeMap::new();
    for order in world.database.items(&tables.orders) {
        let (id, stage) = (text(order, "id"), text(order, "stage"));
        if matches!(stage.as_str(), "opened" | "approving") {
            return Err(format!("order {id} was left {stage}"));
        }
        if order.get("refunding").is_some() {
            return Err(format!("a refund of order {id} was left half made"));
        }
        if stage == "paid"
            && let Some(session) = order.text("session")
        {
            paid.insert(session.to_owned(), refunded(order));
        }
    }
    for payment in world.kakaopay.payments() {
        let kept = i128::from(payment.collected) - i128::from(payment.cancelled);
        let ours = paid.get(&payment.tid).map_or(0, |refunded| i128::from(payment.collected) - refunded);
        if kept != ours {
            return Err(format!(
                "the gateway keeps {kept} of payment {}, and our orders say {ours}",
                payment.tid
            ));
        }
    }
    Ok(())
}

fn refunded(order: &Item) -> i128 {
    let Some(Value::List(refunds)) = order.get("refunds") else { return 0 };
    let amount = |refund: &Value| if let Value::Map(refund) = refund { number(refund, "amount") } else { 0 };
    refunds.iter().map(amount).sum()
}

fn text(item: &Item, name: &str) -> String {
    item.text(name).unwrap_or_default().to_owned()
}

fn number(item: &Item, name: &str) -> i128 {
    item.number(name).unwrap_or_default()
}

/// The refunds that were begun and have not ended: of which order, and by which name.
#[must_use]
pub fn half_made_refunds(world: &World) -> Vec<(OrderId, String)> {
    let orders = names().orders;
    let half_made = world.database.items(&orders).filter_map(|order| {
        let Some(Value::Map(refunding)) = order.get("refunding") else { return None };
        Some((OrderId::parse(order.text("id")?).ok()?, refunding.text("id")?.to_owned()))
    });
    half_made.collect()
}
