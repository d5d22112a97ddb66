//! The first step: everything goes through once, and what looks wrong is kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::{fmt, mem};

use super::{Account, Binding, Booked, Holding, Line, has_no_order, misnamed, of_order_alone};
use crate::cafe::{Effect, MemberId, UserId};
use crate::payment::OrderId;

/// Something that looks wrong, and is to be read again by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suspect {
    /// A member, with all of their ledger.
    Member(MemberId),
    /// A chatbot user's binding.
    Binding(UserId),
    /// A number that is said to be somebody's who joined with another.
    Number(MemberId),
    /// A ledger line: whose, and its key.
    Line(MemberId, String),
    /// An order, with its lines.
    Order(OrderId),
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suspect::Member(id) => write!(f, "member {id}"),
            Suspect::Binding(user) => write!(f, "the binding of the chatbot user {}", user.0),
            Suspect::Number(number) => write!(f, "the number {number}"),
            Suspect::Line(member, key) => write!(f, "the line {key} of member {member}"),
            Suspect::Order(id) => write!(f, "order {id}"),
        }
    }
}

/// Goes over everything, in any order, though orders are best taken before lines: a line that comes before its
/// order is kept as suspect.
///
/// It remembers a sum a member and two numbers an order, and nothing a line, so that long tables fit.
#[derive(Debug, Default)]
pub struct Sieve {
    members: HashMap<MemberId, Sum>,
    orders: HashMap<OrderId, Called>,
    /// Whose each number is that was changed to: few ever are.
    holders: BTreeMap<MemberId, MemberId>,
    /// The number of each member who changed it.
    numbers: BTreeMap<MemberId, MemberId>,
    suspects: BTreeSet<Suspect>,
}

/// What is remembered of a member.
#[derive(Debug, Default)]
struct Sum {
    tie: Tie,
    /// What the account has less what the ledger says, of the balance and of what is held: nothing where
    /// it adds up.
    balance: i64,
    held: i64,
}

/// Which of a member's account and binding have been seen; the chatbot user is kept until both have. Nobody is bound to
/// who was forgotten, or carried over and has not spoken here, so both have been seen with the account.
#[derive(Debug, Default)]
enum Tie {
    #[default]
    Neither,
    Account(UserId),
    Binding(UserId),
    Both,
}

/// What is remembered of an order.
#[derive(Debug)]
struct Called {
    /// The fingerprint of the member whose points it moves.
    member: u64,
    /// The fingerprints of the lines it calls for, less those that were seen: so the same lines on both
    /// sides come to nothing, in whatever order they come.
    lines: u64,
}

impl Sum {
    /// Wraps, as a table may hold any number: what should come to nothing then still does.
    fn add(&mut self, effect: Effect) {
        self.balance = self.balance.wrapping_add(effect.balance);
        self.held = self.held.wrapping_add(effect.held);
    }
}

impl Sieve {
    /// A member.
    pub fn member(&mut self, account: &Account) {
        let sum = self.members.entry(account.id.clone()).or_default();
        sum.add(Effect { balance: account.balance, held: account.held });
        if account.balance < 0 || account.held < 0 {
            self.suspects.insert(Suspect::Member(account.id.clone()));
        }
        let alone = account.user.clone().map_or(Tie::Both, Tie::Account);
        sum.tie = match mem::take(&mut sum.tie) {
            Tie::Binding(user) if Some(&user) == account.user.as_ref() => Tie::Both,
            Tie::Binding(user) => {
                self.suspects.insert(Suspect::Binding(user));
                alone
            }
            Tie::Neither | Tie::Account(_) | Tie::Both => alone,
        };
        if account.number != account.id {
            self.numbers.insert(account.id.clone(), account.number.clone());
        }
    }

    /// A number that is somebody's who joined with another.
    pub fn holding(&mut self, holding: &Holding) {
        self.holders.insert(holding.number.clone(), holding.holder.clone());
    }

    /// A chatbot user's binding.
    pub fn binding(&mut self, binding: &Binding) {
        let tie = &mut self.members.entry(binding.member.clone()).or_default().tie;
        match tie {
            Tie::Neither => *tie = Tie::Binding(binding.user.clone()),
            Tie::Account(user) if *user == binding.user => *tie = Tie::Both,
            Tie::Account(_) | Tie::Binding(_) | Tie::Both => {
                self.suspects.insert(Suspect::Binding(binding.user.clone()));
            }
        }
    }

    /// An order.
    pub fn order(&mut self, booked: &Booked) {
        let quote = booked.order.quote();
        if !of_order_alone(booked).is_empty() {
            self.suspects.insert(Suspect::Order(quote.id));
        }
        let lines = booked.called_for().into_iter().map(|line| fingerprint(&line));
        let called =
            Called { member: fingerprint(&quote.member.as_ref()), lines: lines.fold(0, u64::wrapping_add) };
        self.orders.insert(quote.id, called);
    }

    /// A ledger line.
    pub fn line(&mut self, line: &Line) {
        let Effect { balance, held } = line.effect();
        let sum = self.members.entry(line.member.clone()).or_default();
        sum.add(Effect { balance: -balance, held: -held });
        let has_its_order = match line.order.and_then(|order| self.orders.get_mut(&order)) {
            None => has_no_order(line),
            Some(called) => {
                called.lines = called.lines.wrapping_sub(fingerprint(&(&line.key, line.points)));
                called.member == fingerprint(&Some(&line.member))
            }
        };
        if !has_its_order || misnamed(line).is_some() {
            self.suspects.insert(Suspect::Line(line.member.clone(), line.key.clone()));
        }
    }

    /// All that looked wrong, once everything has gone through.
    #[must_use]
    pub fn suspects(mut self) -> BTreeSet<Suspect> {
        for (id, sum) in self.members {
            if !matches!(sum.tie, Tie::Both) || sum.balance != 0 || sum.held != 0 {
                self.suspects.insert(Suspect::Member(id));
            }
            if let Tie::Binding(user) = sum.tie {
                self.suspects.insert(Suspect::Binding(user));
            }
        }
        let astray = self.holders.iter().filter(|(number, holder)| self.numbers.get(holder) != Some(number));
        self.suspects.extend(astray.map(|(number, _)| Suspect::Number(number.clone())));
        let unfound = self.numbers.iter().filter(|(id, number)| self.holders.get(number) != Some(id));
        self.suspects.extend(unfound.map(|(id, _)| Suspect::Member(id.clone())));
        let called = self.orders.into_iter().filter(|(_, called)| called.lines != 0);
        self.suspects.extend(called.map(|(id, _)| Suspect::Order(id)));
        self.suspects
    }
}

fn fingerprint(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
