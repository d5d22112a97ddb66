//! Refunds: money goes back, and the points that came with it go back in proportion, exactly once.

use jiff::Timestamp;

use super::{Attempt, Entry, EntryKind, Paid, Points, Turn};
use crate::payment::{Cancellation, Returning, Won};

/// Why a payment was given back, as whoever looks at it at its gateway reads it. The owner's words are written down here.
pub(super) const SHOWN_REASON: &str = "환불";

/// The name of a refund request, by which a repeat of it is known: 1 to 64 printable ASCII
/// characters without space or `#`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefundId(String);

/// A refund that was recorded before the gateway was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunding {
    /// Its name.
    pub id: RefundId,
    /// The money to give back: zero only where points alone had paid.
    pub amount: Won,
    /// Spent points to give back.
    pub returns: Points,
    /// Earned points to take back, as far as they are still there.
    pub reverses: Points,
    /// Why, in the owner's words.
    pub reason: String,
    /// When it was recorded.
    pub asked_at: Timestamp,
    /// Who is at it, or was the last.
    pub run: Attempt,
}

/// A refund that has been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its name.
    pub id: RefundId,
    /// The money given back.
    pub amount: Won,
    /// Spent points given back.
    pub returned: Points,
    /// Earned points taken back.
    pub reversed: Points,
    /// Earned points that were already spent elsewhere: the cafe bears them, as no balance goes below zero.
    pub forgiven: Points,
    /// Why, in the owner's words.
    pub reason: String,
    /// When we recorded that it was made.
    pub refunded_at: Timestamp,
}

/// Why a refund is not made. Nothing has moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefused {
    /// Nothing is to be given back.
    #[error("a refund is of at least 1 won; leave the amount out to give back all that is left")]
    Nothing,
    /// More than is left of what was collected.
    #[error("only {left} of this order can still be refunded")]
    TooMuch {
        /// What is left.
        left: Won,
    },
    /// All of it has been given back.
    #[error("this order has been refunded in full")]
    AlreadyRefunded,
    /// Another refund of the same order has not ended.
    #[error("refund {} of this order has not ended yet; repeat that one first", .running.as_str())]
    AnotherRunning {
        /// The one that has not ended.
        running: RefundId,
    },
    /// Only points were paid, and they go back together.
    #[error("this order was paid with points alone, which go back all at once; leave the amount out")]
    PointsOnly,
}

impl RefundId {
    /// Reads a name; none for what cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<RefundId> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        fits.then(|| RefundId(text.to_owned()))
    }

    /// Names what a person returned at the gateway, by what had been returned in all then: found twice,
    /// it is the same.
    #[must_use]
    pub fn by_hand(cancelled: Won) -> RefundId {
        RefundId(format!("by-hand-{}", cancelled.get()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Paid {
    /// The money given back so far.
    #[must_use]
    pub fn refunded(&self) -> Won {
        // Each refund was held against what was left, so the sum is at most what was due.
        Won::new(self.refunds.iter().map(|refund| refund.amount.get()).sum())
    }

    /// The money that could still be given back.
    #[must_use]
    pub fn refundable(&self) -> Won {
        self.quote.due.checked_sub(self.refunded()).unwrap_or_default()
    }

    /// Spent points given back so far, and earned points taken back so far.
    #[must_use]
    pub fn points_moved_by_refunds(&self) -> (Points, Points) {
        // Shares of what was spent and earned, so the sums fit.
        let sum =
            |part: fn(&Refund) -> Points| Points::new(self.refunds.iter().map(|one| part(one).get()).sum());
        (sum(|refund| refund.returned), sum(|refund| refund.reversed))
    }

    /// The refund of that name, if it has been made.
    #[must_use]
    pub fn refund_of(&self, id: &RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == *id)
    }

    /// Decides what a refund of `amount`, or of all that is left, would give back and take back.
    ///
    /// # Errors
    /// [`RefundRefused`] says why not; nothing has moved.
    pub fn refund(
        &self,
        id: RefundId,
        amount: Option<Won>,
        reason: String,
        turn: &Turn,
    ) -> Result<Refunding, RefundRefused> {
        let (asked_at, run) = (turn.now, turn.attempt.clone());
        if let Some(running) = &self.refunding {
            if running.id == id {
                return Ok(Refunding { run, ..running.clone() });
            }
            return Err(RefundRefused::AnotherRunning { running: running.id.clone() });
        }
        let (due, before, left) = (self.quote.due, self.refunded(), self.refundable());
        if due.is_zero() {
            return match amount {
                Some(_) => Err(RefundRefused::PointsOnly),
                None if !self.refunds.is_empty() => Err(RefundRefused::AlreadyRefunded),
                None => Ok(Refunding {
                    id,
                    amount: Won::ZERO,
                    returns: self.quote.spend,
                    reverses: self.quote.earn,
                    reason,
                    asked_at,
                    run,
                }),
            };
        }
        if left.is_zero() {
            return Err(RefundRefused::AlreadyRefunded);
        }
        let amount = amount.unwrap_or(left);
        if amount.is_zero() {
            return Err(RefundRefused::Nothing);
        }
        before.checked_add(amount).filter(|after| *after <= due).ok_or(RefundRefused::TooMuch { left })?;
        let (returns, reverses) = self.points_that_go_with(amount);
        Ok(Refunding { id, amount, returns, reverses, reason, asked_at, run })
    }

    /// The spent points that come back, and the earned ones that are taken back, when `amount` more is
    /// given back. By the floor of the running total, so that parts add up to all.
    fn points_that_go_with(&self, amount: Won) -> (Points, Points) {
        let (due, before) = (self.quote.due, self.refunded());
        let after = before.checked_add(amount).unwrap_or(due).min(due);
        let step = |points: Points| {
            points
                .in_proportion(after, due)
                .checked_sub(points.in_proportion(before, due))
                .unwrap_or_default()
        };
        (step(self.quote.spend), step(self.quote.earn))
    }

    /// The refund that the gateway's books call for, where it has given back `cancelled` in all and the
    /// running refund does not explain that: whatever a person has returned at the gateway by hand. None
    /// where the gateway has given back less than is written here.
    #[must_use]
    pub fn as_the_gateway_says(&self, running: &Refunding, cancelled: Won) -> Option<Refunding> {
        let amount = cancelled.checked_sub(self.refunded()).filter(|_| cancelled <= self.quote.due)?;
        let (returns, reverses) = self.points_that_go_with(amount);
        Some(Refunding { amount, returns, reverses, ..running.clone() })
    }

    /// What the gateway is asked for it; none where it is of nothing, or of more than is left.
    #[must_use]
    pub fn cancellation(&self, refunding: &Refunding) -> Option<Cancellation> {
        // By its run: a gateway that takes keys gives a refusal again to whoever asks by the same name, and a later run means
        // to be asked anew. What keeps two runs from returning twice is the balance that goes along.
        let name = format!("{}-{}", refunding.id.as_str(), refunding.run.token.0);
        let returning = Returning::new(refunding.amount, self.refundable())?;
        Some(Cancellation { name, returning, reason: SHOWN_REASON.to_owned(), account: None })
    }

    /// The refund that is running has been made; `balance` is what its member had before.
    #[must_use]
    pub fn refunded_with(mut self, refunding: Refunding, balance: Points, refunded_at: Timestamp) -> Paid {
        // What is given back counts first: it may cover what is taken back.
        let there = balance.checked_add(refunding.returns).unwrap_or(Points::new(u32::MAX));
        let reversed = refunding.reverses.min(there);
        self.refunds.push(Refund {
            id: refunding.id,
            amount: refunding.amount,
            returned: refunding.returns,
            reversed,
            forgiven: refunding.reverses.checked_sub(reversed).unwrap_or_default(),
            reason: refunding.reason,
            refunded_at,
        });
        self.refunding = None;
        self
    }

    /// The ledger lines of the latest refund.
    #[must_use]
    pub fn refund_entries(&self) -> Vec<Entry> {
        let (Some(member), Some(refund)) = (&self.quote.member, self.refunds.last()) else {
            return Vec::new();
        };
        [(EntryKind::Return, refund.returned), (EntryKind::Reverse, refund.reversed)]
            .into_iter()
            .filter(|(_, points)| !points.is_zero())
            .map(|(kind, points)| Entry {
                member: member.clone(),
                order: Some(self.quote.id),
                refund: Some(refund.id.clone()),
                kind,
                points,
                at: refund.refunded_at,
            })
            .collect()
    }
}
