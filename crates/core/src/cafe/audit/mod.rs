//! The audit: whether members, their ledger and the orders add up, and exactly what does not.
//!
//! It takes two steps, as tables are long, and reading one takes a while in which it changes. A [`Sieve`]
//! goes once over everything, and says what looks wrong. What looks wrong is read again by itself, and
//! the functions here tell what is wrong with it, if anything is.
//!
//! What an order calls for is worked out here anew, and not by what wrote the lines.

mod discrepancy;
mod sieve;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use self::discrepancy::{Discrepancy, Table};
pub use self::sieve::{Sieve, Suspect};
use super::{Capture, Collected, Effect, EntryKind, MemberId, Order, Paid, Points, RefundId, UserId};
use crate::payment::{OrderId, Won};

/// A member as they stand, below zero or not; or what stays of one who was forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// By the phone number that they joined with.
    pub id: MemberId,
    /// The tag of the number that they have now.
    pub number: MemberId,
    /// Who spends their points; nobody, where they were forgotten, or carried over and not bound yet.
    pub user: Option<UserId>,
    /// What can be spent.
    pub balance: i64,
    /// What is held.
    pub held: i64,
}

/// That a chatbot user has joined, and as which member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Who.
    pub user: UserId,
    /// As whom.
    pub member: MemberId,
}

/// That a number is a member's who joined with another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The tag of the number.
    pub number: MemberId,
    /// Whose it is.
    pub holder: MemberId,
}

/// A line of the ledger as it stands, whatever it claims to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose.
    pub member: MemberId,
    /// Its key within the member's ledger.
    pub key: String,
    /// Why the points moved, by name.
    pub kind: String,
    /// Which order moved them.
    pub order: Option<OrderId>,
    /// Which of its refunds.
    pub refund: Option<RefundId>,
    /// How many they are.
    pub points: Points,
    /// When they moved.
    pub at: Timestamp,
}

/// An order as it stands, with what is written beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The order.
    pub order: Order,
    /// Whether it stands among those to be looked at, by the schedule or by a person.
    pub watched: bool,
    /// Whether it will be dropped some day.
    pub expires: bool,
    /// How many refunds were counted.
    pub refund_count: Option<u32>,
}

impl Line {
    fn kind(&self) -> Option<EntryKind> {
        EntryKind::from_name(&self.kind)
    }

    /// What it does to its member: nothing, where nobody knows its kind.
    fn effect(&self) -> Effect {
        self.kind().map(|kind| kind.effect(self.points)).unwrap_or_default()
    }
}

impl Booked {
    /// The keys of the ledger lines that the order's stage calls for, in its member's ledger, and of how
    /// many points each is.
    fn called_for(&self) -> BTreeMap<String, Points> {
        let quote = self.order.quote();
        if quote.member.is_none() {
            return BTreeMap::new();
        }
        let hold = (EntryKind::Hold, None, quote.spend);
        let moves = match &self.order {
            Order::Quoted(_) => vec![],
            Order::Opened(_) | Order::Approving(_) => vec![hold],
            Order::Closed(_) => vec![hold, (EntryKind::Release, None, quote.spend)],
            Order::Paid(paid) => {
                let refunds = paid.refunds.iter().flat_map(|refund| {
                    [(EntryKind::Return, refund.returned), (EntryKind::Reverse, refund.reversed)]
                        .map(|(kind, points)| (kind, Some(&refund.id), points))
                });
                [hold, (EntryKind::Spend, None, quote.spend), (EntryKind::Earn, None, quote.earn)]
                    .into_iter()
                    .chain(refunds)
                    .collect()
            }
        };
        moves
            .into_iter()
            .filter(|(_, _, points)| !points.is_zero())
            .map(|(kind, refund, points)| (kind.key(Some(quote.id), refund), points))
            .collect()
    }

    /// Whether something may still become of it without anybody's asking.
    fn is_to_be_watched(&self) -> bool {
        match &self.order {
            Order::Opened(_) | Order::Approving(_) => true,
            Order::Quoted(_) => false,
            Order::Paid(paid) => paid.refunding.is_some(),
            Order::Closed(closed) => match closed.late.as_ref().map(|late| late.capture) {
                Some(Capture::Possible | Capture::Returning) => true,
                Some(Capture::Returned(_)) | None => false,
            },
        }
    }
}

/// What is wrong with a member, given all lines of their ledger, the binding of their chatbot user, and what their number
/// says, where they changed it. Without an account they are none, and should have no ledger.
#[must_use]
pub fn of_member(
    id: &MemberId,
    account: Option<&Account>,
    lines: &[Line],
    binding: Option<&Binding>,
    holding: Option<&Holding>,
) -> BTreeSet<Discrepancy> {
    let member = || id.clone();
    let mut wrong = BTreeSet::new();
    let Some(account) = account else {
        if !lines.is_empty() {
            wrong.insert(Discrepancy::NoSuchMember { member: member(), lines: lines.len() });
        }
        return wrong;
    };
    let Account { balance, held, .. } = *account;
    let ledger = lines.iter().map(Line::effect).fold(Effect::default(), |sum, one| Effect {
        balance: sum.balance + one.balance,
        held: sum.held + one.held,
    });
    if balance != ledger.balance {
        wrong.insert(Discrepancy::Balance { member: member(), kept: balance, ledger: ledger.balance });
    }
    if held != ledger.held {
        wrong.insert(Discrepancy::Held { member: member(), kept: held, ledger: ledger.held });
    }
    if balance < 0 || held < 0 {
        wrong.insert(Discrepancy::BelowZero { member: member(), balance, held });
    }
    let is_bound =
        |user: &UserId| binding.is_some_and(|binding| binding.user == *user && binding.member == *id);
    if account.user.as_ref().is_some_and(|user| !is_bound(user)) {
        wrong.insert(Discrepancy::Unbound { member: member() });
    }
    if account.number != *id && holding.is_none_or(|holding| holding.holder != *id) {
        wrong.insert(Discrepancy::Unfound { member: member(), number: account.number.clone() });
    }
    wrong
}

/// What is wrong with a number that is said to be somebody's, given their account.
#[must_use]
pub fn of_holding(holding: &Holding, holder: Option<&Account>) -> BTreeSet<Discrepancy> {
    let Holding { number, holder: member } = holding;
    let is_theirs = holder.is_some_and(|account| account.number == *number);
    let astray = || Discrepancy::Astray { number: number.clone(), member: member.clone() };
    (!is_theirs).then(astray).into_iter().collect()
}

/// What is wrong with a chatbot user's binding, given the member it names.
#[must_use]
pub fn of_binding(binding: &Binding, account: Option<&Account>) -> BTreeSet<Discrepancy> {
    let (user, member) = (binding.user.clone(), binding.member.clone());
    let wrong = match account {
        None => Some(Discrepancy::BoundToNobody { user, member }),
        Some(account) if account.user.as_ref() != Some(&binding.user) => {
            Some(Discrepancy::BoundToAnother { user, member })
        }
        Some(_) => None,
    };
    wrong.into_iter().collect()
}

/// What is wrong with a ledger line, given the order it names. Whether that order calls for it is the
/// order's matter, where both are of one member.
#[must_use]
pub fn of_line(line: &Line, order: Option<&Booked>) -> BTreeSet<Discrepancy> {
    let (member, key) = (line.member.clone(), line.key.clone());
    let without_order = match (line.order, order) {
        (None, _) if has_no_order(line) => None,
        (None, _) | (Some(_), None) => {
            Some(Discrepancy::NoSuchOrder { member, line: key, order: line.order })
        }
        (Some(_), Some(booked)) if booked.order.quote().member.as_ref() == Some(&line.member) => None,
        (Some(order), Some(_)) => Some(Discrepancy::AnothersOrder { member, line: key, order }),
    };
    misnamed(line).into_iter().chain(without_order).collect()
}

/// Whether a line's cause is no order, but joining, being carried over or being forgotten.
fn has_no_order(line: &Line) -> bool {
    line.order.is_none()
        && matches!(line.kind(), Some(EntryKind::Bonus | EntryKind::Carry | EntryKind::Forfeit))
}

/// What is wrong with a line's key, or with the kind that it is made of.
fn misnamed(line: &Line) -> Option<Discrepancy> {
    let (member, key) = (line.member.clone(), line.key.clone());
    let Some(kind) = line.kind() else {
        return Some(Discrepancy::UnknownKind { member, line: key, kind: line.kind.clone() });
    };
    let cause = kind.key_at(line.order, line.refund.as_ref(), line.at);
    (line.key != cause).then_some(Discrepancy::Misnamed { member, line: key, cause })
}

/// What is wrong with an order, given the lines of its member's ledger whose keys begin with it.
#[must_use]
pub fn of_order(booked: &Booked, lines: &[Line]) -> BTreeSet<Discrepancy> {
    let mut wrong = of_order_alone(booked);
    let quote = booked.order.quote();
    let Some(member) = &quote.member else { return wrong };
    let (order, stage) = (quote.id, booked.order.stage());
    let mut missing = booked.called_for();
    for line in lines {
        let (member, key, points) = (member.clone(), line.key.clone(), line.points);
        match missing.remove(&line.key) {
            None => {
                wrong.insert(Discrepancy::NotCalledFor { member, line: key, order, stage });
            }
            Some(called_for) if called_for != points => {
                wrong.insert(Discrepancy::OtherPoints { member, line: key, order, points, called_for });
            }
            Some(_) => {}
        }
    }
    wrong.extend(missing.into_iter().map(|(line, points)| {
        let member = member.clone();
        Discrepancy::Missing { member, line, order, stage, points }
    }));
    wrong
}

/// What is wrong with an order by itself.
fn of_order_alone(booked: &Booked) -> BTreeSet<Discrepancy> {
    let quote = booked.order.quote();
    let (order, stage) = (quote.id, booked.order.stage());
    let mut wrong = BTreeSet::new();
    if quote.spend.worth().checked_add(quote.due) != Some(quote.total) {
        let (total, spend, due) = (quote.total, quote.spend, quote.due);
        wrong.insert(Discrepancy::Agreed { order, total, spend, due });
    }
    match (booked.watched, booked.is_to_be_watched()) {
        (true, false) => wrong.insert(Discrepancy::Watched { order, stage }),
        (false, true) => wrong.insert(Discrepancy::Unwatched { order, stage }),
        (true, true) | (false, false) => false,
    };
    if booked.expires != matches!(booked.order, Order::Quoted(_)) {
        wrong.insert(Discrepancy::Expiry { order, stage, expires: booked.expires });
    }
    if let Order::Paid(paid) = &booked.order {
        wrong.extend(of_paid(paid, booked.refund_count));
    }
    wrong
}

/// What is wrong with what was collected and given back.
fn of_paid(paid: &Paid, refund_count: Option<u32>) -> Vec<Discrepancy> {
    let quote = &paid.quote;
    let (order, due) = (quote.id, quote.due);
    let mut wrong = Vec::new();
    let collected = match &paid.collected {
        Collected::Gateway { approval, .. } => approval.amount,
        Collected::Points => Won::ZERO,
    };
    if collected != due {
        wrong.push(Discrepancy::Collected { order, collected, due });
    }
    // Not `Paid::refunded`: what is in the table may add up to more than fits.
    let refunded = paid.refunds.iter().map(|refund| u64::from(refund.amount.get())).sum();
    if refunded > u64::from(due.get()) {
        wrong.push(Discrepancy::RefundedTooMuch { order, refunded, due });
    }
    let returned = paid.refunds.iter().map(|refund| u64::from(refund.returned.get())).sum();
    let reversed = paid
        .refunds
        .iter()
        .map(|refund| u64::from(refund.reversed.get()) + u64::from(refund.forgiven.get()))
        .sum();
    for (kind, points, moved) in
        [(EntryKind::Return, returned, quote.spend), (EntryKind::Reverse, reversed, quote.earn)]
    {
        if points > u64::from(moved.get()) {
            wrong.push(Discrepancy::PointsRefundedTooMany { order, kind, points, moved });
        }
    }
    if refund_count.and_then(|count| usize::try_from(count).ok()) != Some(paid.refunds.len()) {
        wrong.push(Discrepancy::RefundCount { order, counted: refund_count, refunds: paid.refunds.len() });
    }
    wrong
}
