//! What follows from a look at a payment nobody is sure of: decided here by rule, and done by the flows.

use jiff::{SignedDuration, Timestamp};

use super::order::later;
use super::{Approving, Attempt, Capture, CloseReason, Closed, Looks, Opened, Saw, Tender};
use crate::payment::{Approval, Cancellation, Progress, Proof, Snapshot, Won};

/// How long after an attempt a gateway's word that it failed is final: KakaoPay gives itself 11 seconds
/// for an approval, and an attempt's end is from before it was asked.
const FAILED_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// How long after the last attempt at collecting its points may be released, though a late answer of
/// some bank cannot be excluded: what comes after that is given back.
const RELEASED_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// How long a doubt is looked into before a person is asked.
pub const SEARCH_FOR: SignedDuration = SignedDuration::from_hours(15 * 24);

/// What to do with an order that is open or in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was paid as agreed.
    Settle(Approval),
    /// Points cover it, and its customer came back: nobody needs to be asked.
    SettleWithPoints,
    /// The payer agreed and brought this proof, and nothing was collected: ask the gateway again.
    Collect(Proof),
    /// It is over, without payment or with one that must be given back.
    Close(Box<Closed>),
    /// Nothing can be said yet.
    Wait,
    /// Nothing could be said for too long.
    Review,
}

/// What to do about the payment of a closed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateVerdict {
    /// It was captured: give that back.
    GiveBack(Cancellation),
    /// It was captured and given back: so much.
    Returned(Won),
    /// It failed for good: nothing will come of it.
    Nothing,
    /// Nothing can be said yet.
    Wait,
    /// Nothing could be said for too long.
    Review,
}

/// What follows for an opened order, or for one whose last attempt is over. `looks` is what was seen
/// before, `seen` what the gateway shows at `now`; none where it shows nothing, or was not asked because
/// points cover the order.
#[must_use]
pub fn of_open(
    opened: &Opened,
    approving: Option<&Approving>,
    looks: &Looks,
    seen: Option<&Snapshot>,
    now: Timestamp,
) -> Verdict {
    let close = |reason| Verdict::Close(Box::new(opened.clone().close(reason, now)));
    let close_late =
        |reason, capture| Verdict::Close(Box::new(opened.clone().close_late(reason, now, capture)));
    let abandoned = now >= opened.abandoned_at();
    if opened.tender == Tender::Points {
        return match approving {
            Some(_) => Verdict::SettleWithPoints,
            None if abandoned => close(CloseReason::Expired),
            None => Verdict::Wait,
        };
    }
    let Some(seen) = seen else { return wait(opened.opened_at, now) };
    match (&seen.progress, approving) {
        (Progress::Paid(approval), _) if seen.is_ours && approval.amount == opened.quote.due => {
            Verdict::Settle(approval.clone())
        }
        (Progress::Paid(_), _) => close_late(CloseReason::Mismatched, Capture::Returning),
        (Progress::Refunded, _) => close_late(CloseReason::Cancelled, Capture::Returned(seen.cancelled)),
        // Nobody has asked for the money, or nobody whose answer is not known: so it is not on its way.
        (Progress::Failed, None) => close(CloseReason::Failed),
        (Progress::Pending, None) if abandoned => close(CloseReason::Expired),
        (Progress::Failed, Some(approving)) => {
            let (attempt, twice) = (&approving.attempt, looks.showed(&Saw::Failed, Timestamp::MIN));
            if twice && now >= later(attempt.until, FAILED_AFTER) {
                close(CloseReason::Failed)
            } else {
                Verdict::Wait
            }
        }
        (Progress::Pending, Some(Approving { attempt, proof, .. })) => match proof {
            Some(proof) if now < opened.expires_at() => Verdict::Collect(proof.clone()),
            Some(_) | None if abandoned && is_released(attempt, looks, now) => {
                close_late(CloseReason::Expired, Capture::Possible)
            }
            Some(_) | None => Verdict::Wait,
        },
        (Progress::Pending, None) => Verdict::Wait,
        (Progress::Unrecognised(_), _) => wait(opened.opened_at, now),
    }
}

/// A second look, long after the last attempt, shows what the first did.
fn is_released(attempt: &Attempt, looks: &Looks, now: Timestamp) -> bool {
    now >= later(attempt.until, RELEASED_AFTER) && looks.showed(&Saw::Pending, attempt.until)
}

/// What follows for the payment of an order that was closed while something might still have been
/// captured, or had been. `looks` is what was seen before, `seen` what the gateway shows at `now`.
#[must_use]
pub fn of_closed(
    closed: &Closed,
    capture: Capture,
    looks: &Looks,
    seen: Option<&Snapshot>,
    now: Timestamp,
) -> LateVerdict {
    let wait = || match wait(closed.closed_at, now) {
        Verdict::Review => LateVerdict::Review,
        _ => LateVerdict::Wait,
    };
    let Some(seen) = seen else { return wait() };
    match &seen.progress {
        Progress::Paid(approval) => {
            let left = approval.amount.checked_sub(seen.cancelled).unwrap_or_default();
            LateVerdict::GiveBack(Cancellation { amount: left, cancellable: left })
        }
        Progress::Refunded => LateVerdict::Returned(seen.cancelled),
        Progress::Failed if capture == Capture::Possible && looks.showed(&Saw::Failed, closed.closed_at) => {
            LateVerdict::Nothing
        }
        Progress::Failed | Progress::Pending | Progress::Unrecognised(_) => wait(),
    }
}

fn wait(since: Timestamp, now: Timestamp) -> Verdict {
    if now >= later(since, SEARCH_FOR) { Verdict::Review } else { Verdict::Wait }
}

/// When to look again at what has been open or in doubt `since` then: soon at first, and ever more rarely,
/// but at least four times a day.
#[must_use]
pub fn look_again_at(since: Timestamp, now: Timestamp) -> Timestamp {
    let quarter = SignedDuration::from_secs(now.duration_since(since).as_secs() / 4);
    later(now, quarter.clamp(SignedDuration::from_mins(1), SignedDuration::from_hours(6)))
}
