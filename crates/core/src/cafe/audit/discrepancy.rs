//! What does not add up, each in one sentence and with the ids to find it by.

use std::fmt;

use crate::cafe::{EntryKind, MemberId, Points, UserId};
use crate::payment::{OrderId, Won};

/// One of the three tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Members and bindings.
    Members,
    /// Ledger lines.
    Ledger,
    /// Orders.
    Orders,
}

/// Something that does not add up. `line` is a ledger line's key within its member's ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the fields of all variants are named alike, and told by Display")]
pub enum Discrepancy {
    /// An item cannot be read, so nothing that hangs on it can be told.
    Unreadable { table: Table, key: String, why: String },
    /// What a member can spend is not what their ledger adds up to.
    Balance { member: MemberId, kept: i64, ledger: i64 },
    /// What a member has held is not what their ledger adds up to.
    Held { member: MemberId, kept: i64, ledger: i64 },
    /// A member has less than nothing.
    BelowZero { member: MemberId, balance: i64, held: i64 },
    /// There is a ledger, and no member.
    NoSuchMember { member: MemberId, lines: usize },
    /// A member's chatbot user is not bound to them.
    Unbound { member: MemberId },
    /// A chatbot user is bound to a member that does not exist.
    BoundToNobody { user: UserId, member: MemberId },
    /// A chatbot user is bound to a member of another one.
    BoundToAnother { user: UserId, member: MemberId },
    /// A member's number does not lead to them.
    Unfound { member: MemberId, number: MemberId },
    /// A number leads to a member who has another one.
    Astray { number: MemberId, member: MemberId },
    /// A ledger line is of no known kind.
    UnknownKind { member: MemberId, line: String, kind: String },
    /// A ledger line's key is not made of its cause.
    Misnamed { member: MemberId, line: String, cause: String },
    /// A ledger line, and no order that moved its points.
    NoSuchOrder { member: MemberId, line: String, order: Option<OrderId> },
    /// A ledger line stands with another member than its order.
    AnothersOrder { member: MemberId, line: String, order: OrderId },
    /// An order calls for a ledger line that is not there.
    Missing { member: MemberId, line: String, order: OrderId, stage: &'static str, points: Points },
    /// An order does not call for a ledger line that is there.
    NotCalledFor { member: MemberId, line: String, order: OrderId, stage: &'static str },
    /// A ledger line is of other points than its order calls for.
    OtherPoints { member: MemberId, line: String, order: OrderId, points: Points, called_for: Points },
    /// An order's price is not what is paid in points and in money.
    Agreed { order: OrderId, total: Won, spend: Points, due: Won },
    /// A paid order collected another sum than was due.
    Collected { order: OrderId, collected: Won, due: Won },
    /// More was given back than was due.
    RefundedTooMuch { order: OrderId, refunded: u64, due: Won },
    /// More points went back than had moved.
    PointsRefundedTooMany { order: OrderId, kind: EntryKind, points: u64, moved: Points },
    /// The count of refunds, which guards the next one, is not their number.
    RefundCount { order: OrderId, counted: Option<u32>, refunds: usize },
    /// Nothing can become of an order, and yet it is looked at.
    Watched { order: OrderId, stage: &'static str },
    /// Something may become of an order, and nobody looks.
    Unwatched { order: OrderId, stage: &'static str },
    /// An order that must be kept will be dropped, or a quote never will.
    Expiry { order: OrderId, stage: &'static str, expires: bool },
}

impl Table {
    /// What it is called in sentences.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Table::Members => "members",
            Table::Ledger => "ledger",
            Table::Orders => "orders",
        }
    }
}

impl Discrepancy {
    /// What does not add up, in a word for programs. It stays the same where the sentence is changed.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Discrepancy::Unreadable { .. } => "unreadable",
            Discrepancy::Balance { .. } => "balance",
            Discrepancy::Held { .. } => "held",
            Discrepancy::BelowZero { .. } => "below-zero",
            Discrepancy::NoSuchMember { .. } => "no-such-member",
            Discrepancy::Unbound { .. } => "unbound",
            Discrepancy::BoundToNobody { .. } => "bound-to-nobody",
            Discrepancy::BoundToAnother { .. } => "bound-to-another",
            Discrepancy::Unfound { .. } => "unfound",
            Discrepancy::Astray { .. } => "astray",
            Discrepancy::UnknownKind { .. } => "unknown-kind",
            Discrepancy::Misnamed { .. } => "misnamed",
            Discrepancy::NoSuchOrder { .. } => "no-such-order",
            Discrepancy::AnothersOrder { .. } => "anothers-order",
            Discrepancy::Missing { .. } => "missing",
            Discrepancy::NotCalledFor { .. } => "not-called-for",
            Discrepancy::OtherPoints { .. } => "other-points",
            Discrepancy::Agreed { .. } => "agreed",
            Discrepancy::Collected { .. } => "collected",
            Discrepancy::RefundedTooMuch { .. } => "refunded-too-much",
            Discrepancy::PointsRefundedTooMany { .. } => "points-refunded-too-many",
            Discrepancy::RefundCount { .. } => "refund-count",
            Discrepancy::Watched { .. } => "watched",
            Discrepancy::Unwatched { .. } => "unwatched",
            Discrepancy::Expiry { .. } => "expiry",
        }
    }

    /// What to find it by: which member, line, order, chatbot user, or table and key.
    #[must_use]
    pub fn ids(&self) -> Vec<(&'static str, String)> {
        let of_member = |member: &MemberId| ("member", member.to_string());
        let of_order = |order: &OrderId| ("order", order.to_string());
        match self {
            Discrepancy::Unreadable { table, key, .. } => {
                vec![("table", table.as_str().to_owned()), ("key", key.clone())]
            }
            Discrepancy::Balance { member, .. }
            | Discrepancy::Held { member, .. }
            | Discrepancy::BelowZero { member, .. }
            | Discrepancy::NoSuchMember { member, .. }
            | Discrepancy::Unbound { member } => vec![of_member(member)],
            Discrepancy::BoundToNobody { user, member } | Discrepancy::BoundToAnother { user, member } => {
                vec![("user", user.0.clone()), of_member(member)]
            }
            Discrepancy::Unfound { member, number } | Discrepancy::Astray { number, member } => {
                vec![("number", number.to_string()), of_member(member)]
            }
            Discrepancy::UnknownKind { member, line, .. }
            | Discrepancy::Misnamed { member, line, .. }
            | Discrepancy::NoSuchOrder { member, line, order: None } => {
                vec![of_member(member), ("line", line.clone())]
            }
            Discrepancy::NoSuchOrder { member, line, order: Some(order) }
            | Discrepancy::AnothersOrder { member, line, order }
            | Discrepancy::Missing { member, line, order, .. }
            | Discrepancy::NotCalledFor { member, line, order, .. }
            | Discrepancy::OtherPoints { member, line, order, .. } => {
                vec![of_member(member), ("line", line.clone()), of_order(order)]
            }
            Discrepancy::Agreed { order, .. }
            | Discrepancy::Collected { order, .. }
            | Discrepancy::RefundedTooMuch { order, .. }
            | Discrepancy::PointsRefundedTooMany { order, .. }
            | Discrepancy::RefundCount { order, .. }
            | Discrepancy::Watched { order, .. }
            | Discrepancy::Unwatched { order, .. }
            | Discrepancy::Expiry { order, .. } => vec![of_order(order)],
        }
    }
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Discrepancy::Unreadable { table, key, why } => {
                write!(f, "the item {key} of the table of {} cannot be read: {why}", table.as_str())
            }
            Discrepancy::Balance { member, kept, ledger } => {
                write!(f, "member {member} has a balance of {kept}, and their ledger adds up to {ledger}")
            }
            Discrepancy::Held { member, kept, ledger } => {
                write!(f, "member {member} has {kept} points held, and their ledger adds up to {ledger}")
            }
            Discrepancy::BelowZero { member, balance, held } => {
                write!(f, "member {member} is below zero: a balance of {balance}, and {held} held")
            }
            Discrepancy::NoSuchMember { member, lines } => {
                write!(f, "the ledger has {lines} lines of {member}, who is no member")
            }
            Discrepancy::Unbound { member } => {
                write!(f, "member {member} is not bound to their chatbot user")
            }
            Discrepancy::BoundToNobody { user, member } => {
                write!(f, "the chatbot user {} is bound to {member}, who is no member", user.0)
            }
            Discrepancy::BoundToAnother { user, member } => {
                write!(f, "the chatbot user {} is bound to member {member}, who is another user's", user.0)
            }
            Discrepancy::Unfound { member, number } => {
                write!(f, "member {member} has the number {number}, which does not lead to them")
            }
            Discrepancy::Astray { number, member } => {
                write!(f, "the number {number} leads to member {member}, who has another one")
            }
            Discrepancy::UnknownKind { member, line, kind } => {
                write!(f, "the line {line} of member {member} is of the unknown kind {kind:?}")
            }
            Discrepancy::Misnamed { member, line, cause } => {
                write!(f, "the line {line} of member {member} has the cause of one that is called {cause}")
            }
            Discrepancy::NoSuchOrder { member, line, order: Some(order) } => {
                write!(f, "the line {line} of member {member} names order {order}, which does not exist")
            }
            Discrepancy::NoSuchOrder { member, line, order: None } => {
                write!(f, "the line {line} of member {member} names no order")
            }
            Discrepancy::AnothersOrder { member, line, order } => {
                write!(f, "the line {line} of member {member} names order {order}, which is not theirs")
            }
            Discrepancy::Missing { member, line, order, stage, points } => {
                write!(
                    f,
                    "order {order} is {stage}, and the ledger of member {member} has no line {line} of {points}"
                )
            }
            Discrepancy::NotCalledFor { member, line, order, stage } => {
                write!(
                    f,
                    "order {order} is {stage}, and does not call for the line {line} of member {member}"
                )
            }
            Discrepancy::OtherPoints { member, line, order, points, called_for } => {
                write!(
                    f,
                    "the line {line} of member {member} is of {points}, and order {order} calls for {called_for}"
                )
            }
            Discrepancy::Agreed { order, total, spend, due } => {
                write!(f, "order {order} costs {total}, and {spend} and {due} are to be paid for it")
            }
            Discrepancy::Collected { order, collected, due } => {
                write!(f, "order {order} is paid with {collected}, and {due} were due")
            }
            Discrepancy::RefundedTooMuch { order, refunded, due } => {
                write!(f, "order {order} has refunds of {refunded} won, and {due} were due")
            }
            Discrepancy::PointsRefundedTooMany { order, kind, points, moved } => {
                let kind = kind.as_str();
                write!(f, "order {order} has refunds that {kind} {points} points, and only {moved} had moved")
            }
            Discrepancy::RefundCount { order, counted: Some(counted), refunds } => {
                write!(f, "order {order} counts {counted} refunds, and has {refunds}")
            }
            Discrepancy::RefundCount { order, counted: None, refunds } => {
                write!(f, "order {order} does not count its refunds, and has {refunds}")
            }
            Discrepancy::Watched { order, stage } => {
                write!(f, "order {order} is {stage} with nothing to wait for, and is being watched")
            }
            Discrepancy::Unwatched { order, stage } => {
                write!(f, "order {order} is {stage} with something to wait for, and is not being watched")
            }
            Discrepancy::Expiry { order, stage, expires: true } => {
                write!(f, "order {order} is {stage}, and yet it will be dropped")
            }
            Discrepancy::Expiry { order, stage, expires: false } => {
                write!(f, "order {order} is {stage}, and will never be dropped")
            }
        }
    }
}
