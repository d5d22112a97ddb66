//! What all flows share: a turn to act, and what an answer means for the payment that was asked about.

use jiff::Timestamp;

use crate::payment::{Facts, PaymentRef, RecordId, Run, Snapshot, Won};

/// A chance to act: the time, and fresh ids for what is made in it.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Now, in whole milliseconds, as it is stored.
    pub now: Timestamp,
    /// Names this go, which ends by itself at its `until`.
    pub run: Run,
    /// The id of a record that is made now.
    pub record: RecordId,
    /// The id of a notice that is written now.
    pub notice: RecordId,
}

/// Whether an answer is about that payment and that order. Another's is never believed. Whose account it is of, and in which
/// currency, its service knows.
pub(super) fn is_about(shown: &Snapshot, payment: &PaymentRef) -> bool {
    payment.key.as_ref() == Some(&shown.key) && shown.order == payment.order
}

/// Facts of which a service is told; the gateway's own words may change without.
pub(super) fn differ(before: &Facts, after: &Facts) -> bool {
    before != after
}

/// What was given back in all, if it is at least that.
pub(super) fn has_given_back(facts: &Facts, before: Won, amount: Won) -> bool {
    before.checked_add(amount).is_some_and(|after| facts.refund >= after)
}
