//! What follows from a look at a payment nobody is sure of: decided here by rule, and done by the flows.

use jiff::{SignedDuration, Timestamp};

use super::order::later;
use super::refund::SHOWN_REASON;
use super::{Approving, Attempt, Capture, CloseReason, Closed, Looks, Opened, Saw};
use crate::payment::{Approval, Behaviour, Cancellation, Proof, Returning, Snapshot, Standing, Won};

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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// What follows for an opened order that points cover, or for one whose last attempt is over: nobody is asked.
#[must_use]
pub fn of_points(opened: &Opened, approving: Option<&Approving>, now: Timestamp) -> Verdict {
    match approving {
        Some(_) => Verdict::SettleWithPoints,
        None if now >= opened.abandoned_at() => {
            Verdict::Close(Box::new(opened.clone().close(CloseReason::Expired, now)))
        }
        None => Verdict::Wait,
    }
}

/// What follows for an order that was opened at a gateway, or for one whose last attempt is over. `looks` is what was
/// seen before, `seen` what the gateway shows at `now`, if it shows anything, and `behaviour` that gateway's.
///
/// An attempt's end is from before the gateway was asked, and what a gateway needs is counted from there.
#[must_use]
pub fn of_open(
    opened: &Opened,
    approving: Option<&Approving>,
    looks: &Looks,
    seen: Option<&Snapshot>,
    (behaviour, now): (&Behaviour, Timestamp),
) -> Verdict {
    let end = |reason| Verdict::Close(Box::new(opened.clone().end(reason, now, behaviour)));
    let close_late =
        |reason, capture| Verdict::Close(Box::new(opened.clone().close_late(reason, now, capture)));
    let abandoned = now >= opened.abandoned_at();
    let Some(seen) = seen else { return wait(opened.opened_at, now) };
    if let Some(approval) = seen.approval() {
        return if seen.is_ours && approval.amount == opened.quote.due {
            Verdict::Settle(approval)
        } else {
            close_late(CloseReason::Mismatched, Capture::Returning)
        };
    }
    match (&seen.standing, approving) {
        (Standing::Cancelled, _) => close_late(CloseReason::Cancelled, Capture::Returned(seen.returned())),
        // Nobody has asked for the money, or nobody whose answer is not known: so it is not on its way, unless the gateway
        // needs nobody to ask.
        (Standing::Failed, None) => end(CloseReason::Failed),
        (Standing::Collectable | Standing::Awaited, None) if abandoned => end(CloseReason::Expired),
        (Standing::Failed, Some(approving)) => {
            let (attempt, twice) = (&approving.attempt, looks.showed(&Saw::Failed, Timestamp::MIN));
            if twice && now >= later(attempt.until, behaviour.failed_after) {
                end(CloseReason::Failed)
            } else {
                Verdict::Wait
            }
        }
        (Standing::Collectable | Standing::Awaited, Some(Approving { attempt, proof, .. })) => match proof {
            Some(proof) if now < opened.expires_at() => Verdict::Collect(proof.clone()),
            Some(_) | None if abandoned && is_released(attempt, looks, behaviour, now) => {
                close_late(CloseReason::Expired, Capture::Possible)
            }
            Some(_) | None => Verdict::Wait,
        },
        (Standing::Paid, _) | (Standing::Collectable | Standing::Awaited, None) => Verdict::Wait,
        (Standing::Unrecognised(_), _) => wait(opened.opened_at, now),
    }
}

/// A second look, long after the last attempt, shows what the first did.
fn is_released(attempt: &Attempt, looks: &Looks, behaviour: &Behaviour, now: Timestamp) -> bool {
    now >= later(attempt.until, behaviour.released_after) && looks.showed(&Saw::Pending, attempt.until)
}

/// What follows for the payment of an order that was closed while something might still have been
/// captured, or had been. `looks` is what was seen before, `seen` what the gateway shows at `now`, and `behaviour` that
/// gateway's.
#[must_use]
pub fn of_closed(
    closed: &Closed,
    capture: Capture,
    looks: &Looks,
    seen: Option<&Snapshot>,
    (behaviour, now): (&Behaviour, Timestamp),
) -> LateVerdict {
    let wait = || if is_too_long(closed.closed_at, now) { LateVerdict::Review } else { LateVerdict::Wait };
    let Some(seen) = seen else { return wait() };
    match &seen.standing {
        Standing::Paid => {
            let left = seen.facts.left();
            let Some(returning) = Returning::new(left, left) else {
                return LateVerdict::Returned(seen.returned());
            };
            // Each look asks anew: the balance that goes along keeps two from returning twice.
            let name = format!("late-{}", now.as_second());
            let reason = SHOWN_REASON.to_owned();
            LateVerdict::GiveBack(Cancellation { name, returning, reason, account: None })
        }
        Standing::Cancelled => LateVerdict::Returned(seen.returned()),
        Standing::Failed | Standing::Collectable | Standing::Awaited
            if capture == Capture::Possible && is_over(closed, looks, &seen.standing, behaviour, now) =>
        {
            LateVerdict::Nothing
        }
        Standing::Failed | Standing::Collectable | Standing::Awaited | Standing::Unrecognised(_) => wait(),
    }
}

/// Nothing was collected for a closed order, and nothing will be: of a gateway that must be asked, it said twice that it
/// failed; of one that captures by itself, nobody can have the payment's page open any more, whatever it says of it.
fn is_over(
    closed: &Closed,
    looks: &Looks,
    standing: &Standing,
    behaviour: &Behaviour,
    now: Timestamp,
) -> bool {
    if behaviour.captures_by_itself() {
        return !behaviour.may_capture_at(closed.closed_at, now);
    }
    *standing == Standing::Failed && looks.showed(&Saw::Failed, closed.closed_at)
}

fn wait(since: Timestamp, now: Timestamp) -> Verdict {
    if is_too_long(since, now) { Verdict::Review } else { Verdict::Wait }
}

fn is_too_long(since: Timestamp, now: Timestamp) -> bool {
    now >= later(since, SEARCH_FOR)
}

/// When to look again at what has been open or in doubt `since` then: soon at first, and ever more rarely,
/// but at least four times a day.
#[must_use]
pub fn look_again_at(since: Timestamp, now: Timestamp) -> Timestamp {
    let quarter = SignedDuration::from_secs(now.duration_since(since).as_secs() / 4);
    later(now, quarter.clamp(SignedDuration::from_mins(1), SignedDuration::from_hours(6)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cafe::{AttemptToken, Points, Quote, Quoted, Tender};
    use crate::payment::{
        CancelWithoutAmount, CaptureBy, Facts, Idempotency, LookupKey, NoticeTrust, OrderId, Pages, PayerId,
        Provider, Session,
    };

    /// Minutes after the payment was opened.
    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn session() -> Session {
        Session { provider: Provider::KakaoPay, key: "T1".to_owned() }
    }

    fn opened() -> Opened {
        let quote = Quote {
            id: OrderId::new(at(0), [7; 10]),
            item: "커피".to_owned(),
            quantity: 1,
            total: Won::new(2_000),
            spend: Points::ZERO,
            due: Won::new(2_000),
            earn: Points::ZERO,
            member: None,
            payer: PayerId("guest".to_owned()),
            quoted_at: at(0),
        };
        let pages = Pages { desktop: String::new(), mobile: String::new() };
        Quoted { quote }.open(Tender::Gateway { session: session(), pages }, at(0))
    }

    /// As KakaoPay does.
    const ASKED: Behaviour = Behaviour {
        idempotency: Idempotency::ByState,
        lookup: LookupKey::Key,
        capture: CaptureBy::Approve,
        notices: NoticeTrust::Silent,
        cancel_without_amount: CancelWithoutAmount::Refused,
        pay_within: SignedDuration::from_mins(15),
        open_for: SignedDuration::from_mins(15),
        failed_after: SignedDuration::from_secs(30),
        released_after: SignedDuration::from_mins(10),
        refund_lost_after: SignedDuration::from_mins(10),
    };

    /// The same, but it captures by itself, and for two hours.
    const BY_ITSELF: Behaviour =
        Behaviour { capture: CaptureBy::Itself, open_for: SignedDuration::from_hours(2), ..ASKED };

    /// An attempt that was over two minutes after the payment was opened.
    fn approving(proof: bool) -> Approving {
        let attempt = Attempt { token: AttemptToken("first".to_owned()), until: at(2) };
        Approving { opened: opened(), attempt, proof: proof.then(|| Proof("proof".to_owned())) }
    }

    fn seen(standing: Standing) -> Snapshot {
        Snapshot { standing, ..Snapshot::not_begun(&opened().quote.payment(&session())) }
    }

    /// So much was collected, and so much of it given back.
    fn collected(sum: u32, refund: u32) -> Snapshot {
        let standing = if sum == refund { Standing::Cancelled } else { Standing::Paid };
        let shown = seen(standing);
        Snapshot { facts: Facts { price: Won::new(sum), refund: Won::new(refund), ..shown.facts }, ..shown }
    }

    /// In short: what it says, and of a closed order why and what may come of it.
    fn told(verdict: &Verdict) -> String {
        match verdict {
            Verdict::Close(closed) => {
                format!("close {:?} {:?}", closed.reason, closed.late.as_ref().map(|late| late.capture))
            }
            Verdict::Collect(_) => "collect".to_owned(),
            Verdict::Settle(_) => "settle".to_owned(),
            Verdict::SettleWithPoints | Verdict::Wait | Verdict::Review => format!("{verdict:?}"),
        }
    }

    fn of(approving: Option<&Approving>, looks: &Looks, shown: &Snapshot, minutes: i64) -> String {
        told(&of_open(&opened(), approving, looks, Some(shown), (&ASKED, at(minutes))))
    }

    /// The same of a gateway that captures by itself.
    fn by_itself(approving: Option<&Approving>, looks: &Looks, shown: &Snapshot, minutes: i64) -> String {
        told(&of_open(&opened(), approving, looks, Some(shown), (&BY_ITSELF, at(minutes))))
    }

    #[test]
    fn what_was_collected_as_agreed_settles_whenever_it_is_seen() {
        for minutes in [0, 10, 30, 20_000, 40_000] {
            assert_eq!(of(None, &Looks::default(), &collected(2_000, 0), minutes), "settle");
            assert_eq!(
                of(Some(&approving(true)), &Looks::default(), &collected(2_000, 0), minutes),
                "settle"
            );
        }
    }

    #[test]
    fn what_was_collected_otherwise_is_given_back() {
        let foreign = Snapshot { is_ours: false, ..collected(2_000, 0) };
        for shown in [collected(1_999, 0), collected(2_001, 0), foreign] {
            for approving in [None, Some(&approving(true))] {
                let verdict = of(approving, &Looks::default(), &shown, 3);
                assert_eq!(verdict, "close Mismatched Some(Returning)");
            }
        }
    }

    #[test]
    fn what_was_given_back_already_closes() {
        let shown = collected(2_000, 2_000);
        let verdict = of(Some(&approving(true)), &Looks::default(), &shown, 3);
        assert_eq!(verdict, "close Cancelled Some(Returned(Won(2000)))");
    }

    #[test]
    fn nobody_came_back_so_it_closes_when_its_time_is_over() {
        let pending = seen(Standing::Collectable);
        assert_eq!(of(None, &Looks::default(), &pending, 15), "Wait");
        assert_eq!(of(None, &Looks::default(), &pending, 16), "close Expired None");
        assert_eq!(of(None, &Looks::default(), &seen(Standing::Failed), 3), "close Failed None");
    }

    #[test]
    fn a_payer_who_came_back_is_collected_from_while_the_gateway_would() {
        let pending = seen(Standing::Collectable);
        assert_eq!(of(Some(&approving(true)), &Looks::default(), &pending, 14), "collect");
        assert_eq!(of(Some(&approving(true)), &Looks::default(), &pending, 15), "Wait");
        assert_eq!(of(Some(&approving(false)), &Looks::default(), &pending, 14), "Wait");
    }

    #[test]
    fn points_are_released_only_after_a_second_look_and_what_comes_then_is_looked_for() {
        let pending = seen(Standing::Collectable);
        let before = Looks::default().and(Saw::Pending, at(1));
        let after = Looks::default().and(Saw::Pending, at(3));
        let doubt = approving(true);
        assert_eq!(of(Some(&doubt), &Looks::default(), &pending, 60), "Wait");
        assert_eq!(of(Some(&doubt), &before, &pending, 60), "Wait", "that look was before the attempt ended");
        assert_eq!(of(Some(&doubt), &after, &pending, 15), "Wait");
        assert_eq!(of(Some(&doubt), &after, &pending, 16), "close Expired Some(Possible)");
        let late = Approving { attempt: Attempt { until: at(10), ..doubt.attempt }, ..doubt };
        let after = Looks::default().and(Saw::Pending, at(11));
        assert_eq!(of(Some(&late), &after, &pending, 19), "Wait", "its bank may still be at it");
        assert_eq!(of(Some(&late), &after, &pending, 20), "close Expired Some(Possible)");
    }

    #[test]
    fn failed_is_believed_when_it_was_seen_twice_and_after_the_gateway_s_own_time() {
        let failed = seen(Standing::Failed);
        let once = Looks::default().and(Saw::Failed, at(2));
        assert_eq!(of(Some(&approving(true)), &Looks::default(), &failed, 60), "Wait");
        assert_eq!(of(Some(&approving(true)), &once, &failed, 2), "Wait");
        assert_eq!(of(Some(&approving(true)), &once, &failed, 3), "close Failed None");
    }

    #[test]
    fn no_answer_and_unknown_words_are_waited_out_for_fifteen_days_and_then_a_person_is_asked() {
        let (day, doubt) = (24 * 60, approving(true));
        for shown in [None, Some(seen(Standing::Unrecognised("NEW".to_owned())))] {
            for approving in [None, Some(&doubt)] {
                let verdict = |now| {
                    told(&of_open(&opened(), approving, &Looks::default(), shown.as_ref(), (&ASKED, now)))
                };
                assert_eq!(verdict(at(17)), "Wait");
                assert_eq!(verdict(at(15 * day - 1)), "Wait");
                assert_eq!(verdict(at(15 * day)), "Review");
            }
        }
    }

    #[test]
    fn points_alone_are_settled_once_the_customer_came_back_and_else_released() {
        let opened = Opened { tender: Tender::Points, ..opened() };
        let back = Approving { opened: opened.clone(), ..approving(false) };
        let of = |approving, minutes| told(&of_points(&opened, approving, at(minutes)));
        assert_eq!(of(Some(&back), 3), "SettleWithPoints");
        assert_eq!(of(None, 15), "Wait");
        assert_eq!(of(None, 16), "close Expired None");
    }

    #[test]
    fn a_late_capture_is_given_back_to_the_last_won() {
        let closed = opened().close_late(CloseReason::Expired, at(20), Capture::Possible);
        let of = |capture, looks: &Looks, shown: Option<&Snapshot>, minutes| {
            of_closed(&closed, capture, looks, shown, (&ASKED, at(minutes)))
        };
        let (none, day) = (Looks::default(), 24 * 60);
        let all_of = |won| {
            let name = format!("late-{}", at(30).as_second());
            let (left, reason) = (Won::new(won), "환불".to_owned());
            let returning = Returning::All { left };
            LateVerdict::GiveBack(Cancellation { name, returning, reason, account: None })
        };
        assert_eq!(of(Capture::Possible, &none, Some(&collected(2_000, 0)), 30), all_of(2_000));
        let partly = collected(2_000, 500);
        assert_eq!(of(Capture::Returning, &none, Some(&partly), 30), all_of(1_500));
        let all = collected(2_000, 2_000);
        assert_eq!(of(Capture::Returning, &none, Some(&all), 30), LateVerdict::Returned(Won::new(2_000)));
        for shown in [None, Some(&seen(Standing::Collectable))] {
            assert_eq!(of(Capture::Possible, &none, shown, 15 * day), LateVerdict::Wait);
            assert_eq!(of(Capture::Possible, &none, shown, 20 + 15 * day), LateVerdict::Review);
        }
        let failed = seen(Standing::Failed);
        let once = Looks::default().and(Saw::Failed, at(25));
        assert_eq!(of(Capture::Possible, &none, Some(&failed), 30), LateVerdict::Wait);
        assert_eq!(of(Capture::Possible, &once, Some(&failed), 30), LateVerdict::Nothing);
        assert_eq!(of(Capture::Returning, &once, Some(&failed), 30), LateVerdict::Wait);
    }

    #[test]
    fn what_a_gateway_captures_by_itself_is_looked_for_after_its_order_was_closed() {
        let (none, doubt) = (Looks::default(), approving(false));
        let (pending, failed) = (seen(Standing::Collectable), seen(Standing::Failed));
        assert_eq!(by_itself(None, &none, &pending, 15), "Wait");
        assert_eq!(by_itself(None, &none, &pending, 16), "close Expired Some(Possible)");
        assert_eq!(by_itself(None, &none, &failed, 3), "close Failed Some(Possible)", "another card may do");
        let twice = Looks::default().and(Saw::Failed, at(2));
        assert_eq!(by_itself(Some(&doubt), &twice, &failed, 3), "close Failed Some(Possible)");
        assert_eq!(by_itself(None, &none, &pending, 135), "close Expired Some(Possible)");
        assert_eq!(by_itself(None, &none, &pending, 136), "close Expired None");
        assert_eq!(by_itself(None, &none, &failed, 136), "close Failed None");
        assert_eq!(by_itself(None, &none, &collected(2_000, 0), 20), "settle");
    }

    #[test]
    fn nothing_will_be_captured_when_nobody_can_be_paying_any_more() {
        let closed = opened().end(CloseReason::Cancelled, at(5), &BY_ITSELF);
        let of = |capture, shown: Snapshot, minutes| {
            let looks = Looks::default().and(Saw::Failed, at(30));
            of_closed(&closed, capture, &looks, Some(&shown), (&BY_ITSELF, at(minutes)))
        };
        for shown in [seen(Standing::Awaited), seen(Standing::Failed)] {
            assert_eq!(of(Capture::Possible, shown.clone(), 125), LateVerdict::Wait);
            assert_eq!(of(Capture::Possible, shown.clone(), 126), LateVerdict::Nothing);
            assert_eq!(of(Capture::Returning, shown, 126), LateVerdict::Wait);
        }
        let unknown = seen(Standing::Unrecognised("NEW".to_owned()));
        assert_eq!(of(Capture::Possible, unknown, 126), LateVerdict::Wait);
        let late = of(Capture::Possible, collected(2_000, 0), 10_000);
        assert!(matches!(late, LateVerdict::GiveBack(_)), "{late:?}");
    }

    #[test]
    fn an_order_is_open_for_as_long_as_its_gateway_gives_and_looked_at_when_somebody_may_have_paid() {
        let half_an_hour = Behaviour { pay_within: SignedDuration::from_mins(30), ..ASKED };
        let opened = opened().at(&half_an_hour);
        assert_eq!(
            [opened.expires_at(), opened.abandoned_at(), opened.first_look_at()],
            [30, 31, 31].map(at)
        );
        let opened = opened.at(&Behaviour { pay_within: SignedDuration::from_mins(30), ..BY_ITSELF });
        assert_eq!([opened.expires_at(), opened.abandoned_at(), opened.first_look_at()], [30, 31, 1].map(at));
    }

    #[test]
    fn looks_grow_rarer_from_a_minute_to_a_quarter_of_a_day() {
        let minutes = |age| look_again_at(at(0), at(age)).duration_since(at(age)).as_secs() / 60;
        assert_eq!([0, 1, 4, 8, 60, 24 * 60, 10 * 24 * 60].map(minutes), [1, 1, 1, 2, 15, 360, 360]);
    }
}
