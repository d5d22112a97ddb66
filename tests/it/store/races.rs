//! Many at once: whatever the order they come in, it is as if they had come one after the other.

use cafe_core::cafe::{
    Approving, Begun, Capture, Closed, EntryKind, Joined, Kept, Looks, NewMember, Opened, Order, Paid, Saw,
    Store, UserId, Watch, Watched,
};
use cafe_core::payment::Won;
use store::DynamoStore;
use tokio::task::JoinSet;

use super::shop::{
    PRICE, Shop, at, at_gateway, attempt, cancelled, expired, newcomer, otherwise, paid, proof, refund_id,
    refunded, refunded_by_hand, refunding, taken_over, turn, watch_from,
};

on_every_dynamodb! {
    a_number_joins_once_however_many_try
    a_user_joins_once_however_many_numbers_they_try
    the_last_points_are_held_by_as_many_orders_as_they_suffice_for
    one_session_is_kept_of_many
    one_attempt_is_the_first
    one_attempt_follows_a_doubt
    a_doubt_left_many_times_at_once_is_one
    a_doubt_and_the_attempt_after_it_never_mix
    what_is_settled_is_in_doubt_no_more
    settling_many_times_at_once_moves_points_once
    one_approval_is_kept_of_many
    an_order_is_settled_or_closed_and_never_both
    what_ends_while_it_is_looked_at_is_not_watched
    a_late_payment_followed_up_many_times_at_once_goes_on_once
    one_sum_is_returned_of_many
    what_may_come_goes_back_or_is_nothing_and_never_both
    many_orders_of_one_member_are_settled_at_once
    one_refund_runs_of_many
    one_run_goes_on_with_a_refund
    a_refund_is_given_up_or_resumed_and_never_both
    a_refund_is_given_up_or_settled_and_never_both
    a_refund_settled_many_times_at_once_moves_points_once
    a_refund_is_made_as_asked_or_by_hand_and_never_both
}

/// Runs these at once, and gives what came of each.
async fn at_once<T, Running>(
    shop: &Shop,
    of: impl IntoIterator<Item = T>,
    run: impl Fn(DynamoStore, T) -> Running,
) -> Vec<Running::Output>
where
    Running: Future<Output: Send> + Send + 'static,
{
    let running: JoinSet<_> = of.into_iter().map(|one| run(shop.store.clone(), one)).collect();
    running.join_all().await
}

/// How many of these are that.
fn count<T: PartialEq>(of: &[T], that: &T) -> usize {
    of.iter().filter(|one| *one == that).count()
}

async fn a_number_joins_once_however_many_try(shop: &Shop) {
    let new = |user: u8| NewMember { user: UserId(format!("user-{user}")), ..newcomer(1, 100) };
    let join = |store: DynamoStore, new: NewMember| async move { store.join(&new).await.unwrap() };
    let joined = at_once(shop, (1..=8).map(new), join).await;
    assert_eq!(count(&joined, &Joined::New), 1, "{joined:?}");
    assert_eq!(count(&joined, &Joined::NumberTaken), 7, "{joined:?}");
    let member = shop.will_see_member(newcomer(1, 100).id);
    assert_eq!(shop.points(&member).await, (100, 0));
}

async fn a_user_joins_once_however_many_numbers_they_try(shop: &Shop) {
    let new = |number| NewMember { user: UserId("user-0".to_owned()), ..newcomer(number, 100) };
    let join = |store: DynamoStore, new: NewMember| async move { store.join(&new).await.unwrap() };
    let joined = at_once(shop, (1..=8).map(new), join).await;
    assert_eq!(count(&joined, &Joined::New), 1, "{joined:?}");
    assert_eq!(count(&joined, &Joined::UserTaken), 7, "{joined:?}");
    let mut members = 0;
    for number in 1..=8 {
        let id = shop.will_see_member(newcomer(number, 100).id);
        members += usize::from(shop.member(&id).await.unwrap().is_some());
    }
    assert_eq!(members, 1);
}

async fn the_last_points_are_held_by_as_many_orders_as_they_suffice_for(shop: &Shop) {
    let member = shop.joined(1, 350).await;
    let mut orders = Vec::new();
    for _ in 0..8 {
        orders.push(shop.quoted(Some(&member), 100, 0).await.open(at_gateway("T1"), at(2)));
    }
    let open = |store: DynamoStore, opened: Opened| async move { store.open(&opened).await.unwrap() };
    let kept = at_once(shop, orders, open).await;
    assert_eq!(count(&kept, &Kept::Done), 3, "{kept:?}");
    assert_eq!(count(&kept, &Kept::PointsShort), 5, "{kept:?}");
    assert_eq!(shop.points(&member).await, (50, 300));
}

async fn one_session_is_kept_of_many(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for spend in [300, 0] {
        let quoted = shop.quoted(Some(&member), spend, 0).await;
        let session = |number| quoted.clone().open(at_gateway(&format!("T{number}")), at(2));
        let open = |store: DynamoStore, opened: Opened| async move { store.open(&opened).await.unwrap() };
        let kept = at_once(shop, (1..=8).map(session), open).await;
        let stands = shop.stands(quoted.quote.id).await;
        assert_eq!(count(&kept, &Kept::Done), 1, "{kept:?}");
        assert_eq!(count(&kept, &otherwise(stands)), 7, "{kept:?}");
    }
    assert_eq!(shop.points(&member).await, (700, 300));
}

async fn one_attempt_is_the_first(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    let try_it = |store: DynamoStore, number: u8| async move {
        let name = format!("attempt-{number}");
        store.begin(id, &turn(&name, at(3), at(30)), Some(&proof(&name))).await.unwrap()
    };
    let begun = at_once(shop, 1..=8, try_it).await;
    let Some(Order::Approving(approving)) = shop.stands(id).await else { panic!("{begun:?}") };
    assert_eq!(approving.proof, Some(proof(&approving.attempt.token.0)));
    assert_eq!(count(&begun, &Begun::First(approving.clone())), 1, "{begun:?}");
    let stands = Begun::Otherwise(Some(Box::new(Order::Approving(approving))));
    assert_eq!(count(&begun, &stands), 7, "{begun:?}");
}

async fn one_attempt_follows_a_doubt(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    let first = shop.approving(&opened, "first", at(30)).await;
    shop.leave_in_doubt(&first, at(10)).await.unwrap();
    let try_it = |store: DynamoStore, number: u8| async move {
        store.begin(id, &turn(&format!("attempt-{number}"), at(10), at(40)), None).await.unwrap()
    };
    let begun = at_once(shop, 1..=8, try_it).await;
    let Some(Order::Approving(approving)) = shop.stands(id).await else { panic!("{begun:?}") };
    assert_eq!(approving.proof, first.proof);
    assert_eq!(count(&begun, &Begun::Again(approving.clone())), 1, "{begun:?}");
    let stands = Begun::Otherwise(Some(Box::new(Order::Approving(approving))));
    assert_eq!(count(&begun, &stands), 7, "{begun:?}");
}

async fn a_doubt_left_many_times_at_once_is_one(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    let leave = |store: DynamoStore, approving| async move {
        store.leave_in_doubt(&approving, at(10)).await.unwrap();
    };
    at_once(shop, vec![first.clone(); 8], leave).await;
    let doubt = Approving { attempt: attempt("first", at(10)), ..first };
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(doubt)));
}

async fn a_doubt_and_the_attempt_after_it_never_mix(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    let first = shop.approving(&opened, "first", at(30)).await;
    // The first has run out already, and says so late, and that its proof is worth nothing.
    let first = Approving { proof: None, ..first };
    at_once(shop, [true, false, true, false], |store, begins| {
        let first = first.clone();
        async move {
            if begins {
                store.begin(id, &turn("second", at(30), at(60)), Some(&proof("second"))).await.unwrap();
            } else {
                store.leave_in_doubt(&first, at(30)).await.unwrap();
            }
        }
    })
    .await;
    let second = Approving { attempt: attempt("second", at(60)), proof: Some(proof("second")), ..first };
    assert_eq!(shop.stands(id).await, Some(Order::Approving(second)));
    assert_eq!(shop.watch(id).await, Some(watch_from(at(60))));
}

async fn what_is_settled_is_in_doubt_no_more(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let opened = shop.opened(Some(&member), spend, earn).await;
        let first = shop.approving(&opened, "first", at(30)).await;
        at_once(shop, [true, false, true, false], |store, settles| {
            let (paid, first) = (paid(&opened), first.clone());
            async move {
                if settles {
                    assert_eq!(store.settle(&paid).await.unwrap(), Kept::Done);
                } else {
                    store.leave_in_doubt(&first, at(10)).await.unwrap();
                }
            }
        })
        .await;
        assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Paid(paid(&opened))));
        shop.audit().await;
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
}

async fn settling_many_times_at_once_moves_points_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let paid = paid(&shop.opened(Some(&member), spend, earn).await);
        let settle = |store: DynamoStore, paid: Paid| async move { store.settle(&paid).await.unwrap() };
        let kept = at_once(shop, vec![paid; 20], settle).await;
        assert_eq!(count(&kept, &Kept::Done), 20, "{kept:?}");
        shop.audit().await;
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
    let lines = [(EntryKind::Bonus, 1), (EntryKind::Hold, 1), (EntryKind::Spend, 1), (EntryKind::Earn, 1)];
    assert_eq!(shop.lines(&member).await, lines.into());
}

async fn one_approval_is_kept_of_many(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let paid = paid(&shop.opened(Some(&member), spend, earn).await);
        let later = |second| Paid { paid_at: at(second), ..paid.clone() };
        let settle = |store: DynamoStore, paid: Paid| async move { store.settle(&paid).await.unwrap() };
        let kept = at_once(shop, (61..81).map(later), settle).await;
        let stands = shop.stands(paid.quote.id).await;
        assert_eq!(count(&kept, &Kept::Done), 1, "{kept:?}");
        assert_eq!(count(&kept, &otherwise(stands)), 19, "{kept:?}");
        shop.audit().await;
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
}

async fn an_order_is_settled_or_closed_and_never_both(shop: &Shop) {
    for (number, (spend, earn)) in [(300, 0), (0, 450), (0, 0)].into_iter().cycle().take(12).enumerate() {
        let member = shop.joined(u8::try_from(number).unwrap(), 1_000).await;
        let opened = shop.opened(Some(&member), spend, earn).await;
        let kept = at_once(shop, [true, false, true, false], |store, settles| {
            // Every other time something may still come of it.
            let late = (number % 2 == 0).then_some(Capture::Possible);
            let (paid, closed) = (paid(&opened), expired(&opened, late));
            async move {
                let kept = if settles { store.settle(&paid).await } else { store.close(&closed, None).await };
                (settles, kept.unwrap())
            }
        })
        .await;
        let stands = shop.stands(opened.quote.id).await;
        let settled = stands == Some(Order::Paid(paid(&opened)));
        assert_eq!(count(&kept, &(settled, Kept::Done)), 2, "{kept:?}");
        assert_eq!(count(&kept, &(!settled, otherwise(stands))), 2, "{kept:?}");
        let points = if settled { 1_000 - spend + earn } else { 1_000 };
        assert_eq!(shop.points(&member).await, (points, 0));
        shop.audit().await;
    }
}

async fn what_ends_while_it_is_looked_at_is_not_watched(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        for settles in [true, false] {
            let opened = shop.opened(Some(&member), spend, earn).await;
            at_once(shop, [true, false, true, false], |store, looks| {
                let opened = opened.clone();
                async move {
                    if looks {
                        let (looks, watch) = (Looks::default().and(Saw::Pending, at(4)), Watch::From(at(5)));
                        let watched = Watched { order: Order::Opened(opened), looks, watch: Some(watch) };
                        store.keep_watching(&watched).await.unwrap();
                    } else if settles {
                        assert_eq!(store.settle(&paid(&opened)).await.unwrap(), Kept::Done);
                    } else {
                        assert_eq!(store.close(&cancelled(&opened), None).await.unwrap(), Kept::Done);
                    }
                }
            })
            .await;
            assert_eq!(shop.watch(opened.quote.id).await, None);
            shop.audit().await;
        }
    }
}

/// An order that is closed, and whose payment may still come.
async fn possible(shop: &Shop) -> Opened {
    let opened = shop.opened(None, 0, 0).await;
    assert_eq!(shop.close(&expired(&opened, Capture::Possible), None).await.unwrap(), Kept::Done);
    opened
}

async fn follow_up(store: DynamoStore, closed: Closed) -> Kept {
    store.follow_up(&closed).await.unwrap()
}

async fn a_late_payment_followed_up_many_times_at_once_goes_on_once(shop: &Shop) {
    let opened = possible(shop).await;
    for capture in [Capture::Returning, Capture::Returned(Won::new(PRICE))] {
        let closed = expired(&opened, capture);
        let kept = at_once(shop, vec![closed.clone(); 8], follow_up).await;
        assert_eq!(count(&kept, &Kept::Done), 8, "{kept:?}");
        assert_eq!(shop.stands(closed.quote.id).await, Some(Order::Closed(closed)));
        shop.audit().await;
    }
}

async fn one_sum_is_returned_of_many(shop: &Shop) {
    let opened = possible(shop).await;
    let returned = |sum| expired(&opened, Capture::Returned(Won::new(sum)));
    let kept = at_once(shop, (1..=8).map(returned), follow_up).await;
    let stands = shop.stands(opened.quote.id).await;
    assert_eq!(count(&kept, &Kept::Done), 1, "{kept:?}");
    assert_eq!(count(&kept, &otherwise(stands)), 7, "{kept:?}");
}

async fn what_may_come_goes_back_or_is_nothing_and_never_both(shop: &Shop) {
    for _ in 0..4 {
        let opened = possible(shop).await;
        let kept = at_once(shop, [true, false, true, false], |store, comes| {
            let closed = expired(&opened, comes.then_some(Capture::Returning));
            async move { (comes, follow_up(store, closed).await) }
        })
        .await;
        let stands = shop.stands(opened.quote.id).await;
        let comes = stands == Some(Order::Closed(expired(&opened, Capture::Returning)));
        assert_eq!(count(&kept, &(comes, Kept::Done)), 2, "{kept:?}");
        assert_eq!(count(&kept, &(!comes, otherwise(stands))), 2, "{kept:?}");
        shop.audit().await;
    }
}

async fn many_orders_of_one_member_are_settled_at_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let mut orders = Vec::new();
    for (spend, earn) in [(100, 0), (0, 450)].into_iter().cycle().take(8) {
        orders.push(shop.opened(Some(&member), spend, earn).await);
    }
    let end = |store: DynamoStore, (number, opened): (usize, Opened)| async move {
        // Every fourth customer presses cancel.
        if number % 4 == 0 {
            store.close(&cancelled(&opened), None).await.unwrap()
        } else {
            store.settle(&paid(&opened)).await.unwrap()
        }
    };
    let kept = at_once(shop, orders.into_iter().enumerate(), end).await;
    assert_eq!(count(&kept, &Kept::Done), 8, "{kept:?}");
    assert_eq!(shop.points(&member).await, (1_000 - 2 * 100 + 4 * 450, 0));
}

async fn one_refund_runs_of_many(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let refunds = (1..=8).map(|number| refunding(&paid, &format!("r{number}"), Some(1_000)));
    let begin = |store: DynamoStore, paid: Paid| async move { store.begin_refund(&paid).await.unwrap() };
    let kept = at_once(shop, refunds, begin).await;
    let stands = shop.stands(paid.quote.id).await;
    assert_eq!(count(&kept, &Kept::Done), 1, "{kept:?}");
    assert_eq!(count(&kept, &otherwise(stands)), 7, "{kept:?}");
}

async fn one_run_goes_on_with_a_refund(shop: &Shop) {
    let running = shop.running(None, 0, 0).await;
    let run = |number| taken_over(&running, &format!("run-{number}"), at(160));
    let resume =
        |store: DynamoStore, paid: Paid| async move { store.resume_refund(&paid, at(130)).await.unwrap() };
    let kept = at_once(shop, (1..=8).map(run), resume).await;
    let stands = shop.stands(running.quote.id).await;
    assert_eq!(count(&kept, &Kept::Done), 1, "{kept:?}");
    assert_eq!(count(&kept, &otherwise(stands)), 7, "{kept:?}");
}

async fn a_refund_is_given_up_or_resumed_and_never_both(shop: &Shop) {
    for _ in 0..4 {
        let running = shop.running(None, 0, 0).await;
        let second = taken_over(&running, "second", at(160));
        let kept = at_once(shop, [true, false, true, false], |store, resumes| {
            let (running, second) = (running.clone(), second.clone());
            async move {
                if resumes {
                    Some(store.resume_refund(&second, at(130)).await.unwrap())
                } else {
                    store.give_up_refund(&running).await.unwrap();
                    None
                }
            }
        })
        .await;
        let stands = shop.stands(running.quote.id).await;
        if stands == Some(Order::Paid(second)) {
            assert_eq!(count(&kept, &Some(Kept::Done)), 2, "{kept:?}");
        } else {
            assert_eq!(stands, Some(Order::Paid(Paid { refunding: None, ..running })));
            assert_eq!(count(&kept, &Some(otherwise(stands))), 2, "{kept:?}");
        }
        shop.audit().await;
    }
}

async fn a_refund_is_given_up_or_settled_and_never_both(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let running = shop.running(Some(&member), spend, earn).await;
        let before = shop.points(&member).await.0;
        let made = refunded(&running, before);
        let kept = at_once(shop, [true, false, true, false], |store, settles| {
            let (running, made) = (running.clone(), made.clone());
            async move {
                if settles {
                    Some(store.settle_refund(&made, &refund_id("r1")).await.unwrap())
                } else {
                    store.give_up_refund(&running).await.unwrap();
                    None
                }
            }
        })
        .await;
        let stands = shop.stands(running.quote.id).await;
        if stands == Some(Order::Paid(made)) {
            assert_eq!(count(&kept, &Some(Kept::Done)), 2, "{kept:?}");
        } else {
            assert_eq!(stands, Some(Order::Paid(Paid { refunding: None, ..running })));
            assert_eq!(count(&kept, &Some(otherwise(stands))), 2, "{kept:?}");
            assert_eq!(shop.points(&member).await, (before, 0));
        }
        shop.audit().await;
    }
}

async fn a_refund_settled_many_times_at_once_moves_points_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let running = shop.running(Some(&member), spend, earn).await;
        let made = refunded(&running, shop.points(&member).await.0);
        let settle = |store: DynamoStore, paid: Paid| async move {
            store.settle_refund(&paid, &refund_id("r1")).await.unwrap()
        };
        let kept = at_once(shop, vec![made; 8], settle).await;
        assert_eq!(count(&kept, &Kept::Done), 8, "{kept:?}");
        shop.audit().await;
    }
    assert_eq!(shop.points(&member).await, (1_000, 0));
}

async fn a_refund_is_made_as_asked_or_by_hand_and_never_both(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let running = shop.running(Some(&member), spend, earn).await;
        let balance = shop.points(&member).await.0;
        let made = [refunded(&running, balance), refunded_by_hand(&running, balance)];
        let kept = at_once(shop, [0, 1, 0, 1], |store, which: usize| {
            let made = made[which].clone();
            async move { (which, store.settle_refund(&made, &refund_id("r1")).await.unwrap()) }
        })
        .await;
        let stands = shop.stands(running.quote.id).await;
        let which = usize::from(stands != Some(Order::Paid(made[0].clone())));
        assert_eq!(stands, Some(Order::Paid(made[which].clone())));
        assert_eq!(count(&kept, &(which, Kept::Done)), 2, "{kept:?}");
        assert_eq!(count(&kept, &(1 - which, otherwise(stands))), 2, "{kept:?}");
        assert_eq!(shop.points(&member).await, (1_000, 0));
        shop.audit().await;
    }
}
