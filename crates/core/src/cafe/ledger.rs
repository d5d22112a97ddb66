//! The point ledger: append-only lines whose sum is a member's balance at every moment.

use jiff::Timestamp;

use super::{MemberId, Points, RefundId};
use crate::payment::OrderId;

/// One line of a member's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub member: MemberId,
    /// Which order moved the points; none for a bonus, for what is carried over, and for what is forfeited.
    pub order: Option<OrderId>,
    /// Which of the order's refunds, for the two kinds a refund writes.
    pub refund: Option<RefundId>,
    /// Why they moved.
    pub kind: EntryKind,
    /// How many.
    pub points: Points,
    /// When.
    pub at: Timestamp,
}

/// Why points moved. Closed: a new kind shows every sum that must count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// The welcome present: into the balance.
    Bonus,
    /// What the member had at the cafe's system before this one: into the balance.
    Carry,
    /// A payment with points was opened: from the balance into what is held.
    Hold,
    /// It was not made: from what is held back into the balance.
    Release,
    /// It was made: out of what is held.
    Spend,
    /// A payment was made in full: into the balance.
    Earn,
    /// A refund gives spent points back: into the balance.
    Return,
    /// A refund takes earned points back: out of the balance.
    Reverse,
    /// The member was forgotten: out of the balance.
    Forfeit,
}

/// What one entry, or a sum of them, does to a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// To what can be spent.
    pub balance: i64,
    /// To what is held.
    pub held: i64,
}

impl EntryKind {
    /// Every kind, in the order of an order's life.
    pub const ALL: [EntryKind; 9] = [
        EntryKind::Bonus,
        EntryKind::Carry,
        EntryKind::Hold,
        EntryKind::Release,
        EntryKind::Spend,
        EntryKind::Earn,
        EntryKind::Return,
        EntryKind::Reverse,
        EntryKind::Forfeit,
    ];

    /// How the kind is written in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            EntryKind::Bonus => "bonus",
            EntryKind::Carry => "carry",
            EntryKind::Hold => "hold",
            EntryKind::Release => "release",
            EntryKind::Spend => "spend",
            EntryKind::Earn => "earn",
            EntryKind::Return => "return",
            EntryKind::Reverse => "reverse",
            EntryKind::Forfeit => "forfeit",
        }
    }

    /// Reads what [`EntryKind::as_str`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<EntryKind> {
        EntryKind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What a line of this kind does to its member.
    #[must_use]
    pub fn effect(self, points: Points) -> Effect {
        let points = i64::from(points.get());
        match self {
            EntryKind::Bonus | EntryKind::Carry | EntryKind::Earn | EntryKind::Return => {
                Effect { balance: points, held: 0 }
            }
            EntryKind::Hold => Effect { balance: -points, held: points },
            EntryKind::Release => Effect { balance: points, held: -points },
            EntryKind::Spend => Effect { balance: 0, held: -points },
            EntryKind::Reverse | EntryKind::Forfeit => Effect { balance: -points, held: 0 },
        }
    }

    /// The key of the line of this kind that has this cause. Who was forgotten may join and be forgotten again, so
    /// that cause is the time `at` which it happened.
    pub(super) fn key_at(self, order: Option<OrderId>, refund: Option<&RefundId>, at: Timestamp) -> String {
        match self {
            EntryKind::Forfeit => format!("0#forfeit#{}", at.as_millisecond()),
            EntryKind::Bonus
            | EntryKind::Carry
            | EntryKind::Hold
            | EntryKind::Release
            | EntryKind::Spend
            | EntryKind::Earn
            | EntryKind::Return
            | EntryKind::Reverse => self.key(order, refund),
        }
    }

    /// The key of a line of this kind that no order caused, and that stands once in a ledger.
    #[must_use]
    pub fn key_without_order(self) -> String {
        self.key(None, None)
    }

    /// The same of a kind whose cause is joining, being carried over, an order or a refund.
    pub(super) fn key(self, order: Option<OrderId>, refund: Option<&RefundId>) -> String {
        let kind = self.as_str();
        match (order, refund) {
            (None, _) => format!("0#{kind}"),
            (Some(order), None) => format!("{order}#{kind}"),
            (Some(order), Some(refund)) => format!("{order}#{kind}#{}", refund.as_str()),
        }
    }
}

impl Entry {
    /// The line's own key within the ledger: made of its cause, so that the same cause can be written
    /// only once. Sorted by it, the lines of an order stand together, and orders stand by their age.
    #[must_use]
    pub fn key(&self) -> String {
        self.kind.key_at(self.order, self.refund.as_ref(), self.at)
    }

    /// What the line does to its member.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.kind.effect(self.points)
    }
}

impl Effect {
    /// What a number of entries do together.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Effect {
        entries.into_iter().map(Entry::effect).fold(Effect::default(), |sum, one| Effect {
            balance: sum.balance + one.balance,
            held: sum.held + one.held,
        })
    }
}
