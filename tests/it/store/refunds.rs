//! Refunding: recorded first, one at a time, and the points go back once.

use cafe_core::cafe::{EntryKind, Kept, Order, Paid, Store};
use cafe_core::payment::{OrderId, Won};

use super::shop::{
    PRICE, Shop, after, at, at_gateway, before, otherwise, paid, quote, refund_id, refunded,
    refunded_by_hand, refunding, taken_over, turn, watch_from,
};

on_every_dynamodb! {
    a_refund_that_runs_is_read_back
    a_refund_begun_twice_is_begun_once
    a_second_refund_waits_for_the_first
    a_refund_that_was_not_made_leaves_no_trace
    only_the_refund_that_runs_is_given_up
    spent_points_go_back
    earned_points_are_taken_back
    points_that_were_spent_elsewhere_are_forgiven
    refunds_in_parts_add_up_to_all_of_it
    what_points_alone_paid_goes_back_as_points
    a_refund_settled_twice_moves_points_once
    a_balance_that_fell_meanwhile_is_short_and_nothing_changes
    a_stranger_is_refunded_and_no_points_move
    a_refund_that_nobody_began_is_not_settled
    a_refund_decided_on_old_news_is_not_begun
    a_refund_is_watched_while_it_runs
    nobody_goes_on_with_a_refund_before_its_run_is_over
    when_its_run_is_over_another_goes_on_with_a_refund
    a_refund_resumed_twice_by_one_run_is_resumed_once
    a_refund_that_another_run_has_taken_over_is_left_to_it
    only_the_refund_that_runs_is_resumed
    a_refund_resumed_on_old_news_is_left_as_it_is
    a_refund_asked_for_anew_is_not_resumed_as_the_one_before
    only_the_last_run_gives_a_refund_up
    whichever_run_found_it_made_settles_a_refund
    what_was_returned_by_hand_ends_the_refund_that_runs
    what_was_returned_by_hand_moves_points_once
    a_refund_given_up_for_one_by_hand_may_be_asked_for_again
    only_what_is_paid_is_refunded
}

async fn a_refund_that_runs_is_read_back(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let paid = refunding(&shop.paid(Some(&member), 300, 0).await, "r1", Some(1_000));
    assert_eq!(shop.begin_refund(&paid).await.unwrap(), Kept::Done);
    assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(paid)));
    assert_eq!(shop.points(&member).await, (700, 0));
}

async fn a_refund_begun_twice_is_begun_once(shop: &Shop) {
    let paid = refunding(&shop.paid(None, 0, 0).await, "r1", None);
    for _ in 0..2 {
        assert_eq!(shop.begin_refund(&paid).await.unwrap(), Kept::Done);
    }
    assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(paid)));
}

async fn a_second_refund_waits_for_the_first(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let first = refunding(&paid, "r1", Some(1_000));
    assert_eq!(shop.begin_refund(&first).await.unwrap(), Kept::Done);
    for (name, amount) in [("r2", 1_000), ("r1", 1_001)] {
        let second = refunding(&paid, name, Some(amount));
        assert_eq!(shop.begin_refund(&second).await.unwrap(), otherwise(Order::Paid(first.clone())));
    }
    // Nor is another one settled in its place.
    let second = refunded(&refunding(&paid, "r2", Some(1_000)), 0);
    let kept = shop.settle_refund(&second, &refund_id("r2")).await.unwrap();
    assert_eq!(kept, otherwise(Order::Paid(first)));
}

async fn a_refund_that_was_not_made_leaves_no_trace(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let paid = shop.paid(Some(&member), 300, 0).await;
    let first = refunding(&paid, "r1", None);
    assert_eq!(shop.begin_refund(&first).await.unwrap(), Kept::Done);
    for _ in 0..2 {
        shop.give_up_refund(&first).await.unwrap();
        assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(paid.clone())));
    }
    let second = refunding(&paid, "r2", None);
    assert_eq!(shop.begin_refund(&second).await.unwrap(), Kept::Done);
}

async fn only_the_refund_that_runs_is_given_up(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let running = refunding(&paid, "r1", Some(1_000));
    assert_eq!(shop.begin_refund(&running).await.unwrap(), Kept::Done);
    shop.give_up_refund(&refunding(&paid, "r2", Some(1_000))).await.unwrap();
    assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(running.clone())));
    let made = refunded(&running, 0);
    assert_eq!(shop.settle_refund(&made, &refund_id("r1")).await.unwrap(), Kept::Done);
    shop.give_up_refund(&running).await.unwrap();
    assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(made)));
}

/// Begins and settles a refund, read against the balance as it is.
async fn refund(shop: &Shop, paid: &Paid, name: &str, amount: Option<u32>) -> Paid {
    let running = refunding(paid, name, amount);
    assert_eq!(shop.begin_refund(&running).await.unwrap(), Kept::Done);
    let balance = match &paid.quote.member {
        Some(member) => shop.points(member).await.0,
        None => 0,
    };
    let made = refunded(&running, balance);
    assert_eq!(shop.settle_refund(&made, &refund_id(name)).await.unwrap(), Kept::Done);
    assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(made.clone())));
    made
}

async fn spent_points_go_back(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let paid = shop.paid(Some(&member), 300, 0).await;
    assert_eq!(shop.points(&member).await, (700, 0));
    let paid = refund(shop, &paid, "r1", None).await;
    assert_eq!(shop.points(&member).await, (1_000, 0));
    let entries = shop.entries(&member).await.unwrap();
    assert!(paid.refund_entries().iter().all(|entry| entries.contains(entry)), "{entries:?}");
}

async fn earned_points_are_taken_back(shop: &Shop) {
    let member = shop.joined(1, 100).await;
    let paid = shop.paid(Some(&member), 0, 450).await;
    assert_eq!(shop.points(&member).await, (550, 0));
    refund(shop, &paid, "r1", None).await;
    assert_eq!(shop.points(&member).await, (100, 0));
}

async fn points_that_were_spent_elsewhere_are_forgiven(shop: &Shop) {
    let member = shop.joined(1, 100).await;
    let earning = shop.paid(Some(&member), 0, 450).await;
    shop.paid(Some(&member), 500, 0).await;
    let made = refund(shop, &earning, "r1", None).await;
    assert_eq!((made.refunds[0].reversed.get(), made.refunds[0].forgiven.get()), (50, 400));
    assert_eq!(shop.points(&member).await, (0, 0));
    // With nothing left to take back, there is no line of it.
    let earning = shop.paid(Some(&member), 0, 450).await;
    shop.paid(Some(&member), 450, 0).await;
    refund(shop, &earning, "r1", None).await;
    assert_eq!(shop.points(&member).await, (0, 0));
    assert_eq!(shop.lines(&member).await.get(&EntryKind::Reverse), Some(&1));
}

async fn refunds_in_parts_add_up_to_all_of_it(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(301, 0), (0, 449), (0, 0)] {
        let mut paid = shop.paid(Some(&member), spend, earn).await;
        for (name, amount) in [("r1", Some(1)), ("r2", Some(1_333)), ("r3", None)] {
            paid = refund(shop, &paid, name, amount).await;
        }
        assert_eq!(paid.refunds.len(), 3);
        assert_eq!(paid.refunded(), paid.quote.due);
        assert_eq!(shop.points(&member).await, (1_000, 0));
    }
}

async fn what_points_alone_paid_goes_back_as_points(shop: &Shop) {
    let member = shop.joined(1, PRICE).await;
    let paid = shop.paid(Some(&member), PRICE, 0).await;
    refund(shop, &paid, "r1", None).await;
    assert_eq!(shop.points(&member).await, (PRICE, 0));
}

async fn a_refund_settled_twice_moves_points_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let paid = shop.paid(Some(&member), spend, earn).await;
        let made = refund(shop, &paid, "r1", Some(2_000)).await;
        let points = shop.points(&member).await;
        assert_eq!(shop.settle_refund(&made, &refund_id("r1")).await.unwrap(), Kept::Done);
        assert_eq!(shop.points(&member).await, points);
        // Nor is it begun anew by somebody who has not heard.
        let late = refunding(&paid, "r1", Some(2_000));
        assert_eq!(shop.begin_refund(&late).await.unwrap(), otherwise(Order::Paid(made)));
        assert_eq!(shop.points(&member).await, points);
    }
}

async fn a_balance_that_fell_meanwhile_is_short_and_nothing_changes(shop: &Shop) {
    let member = shop.joined(1, 100).await;
    let running = refunding(&shop.paid(Some(&member), 0, 450).await, "r1", None);
    assert_eq!(shop.begin_refund(&running).await.unwrap(), Kept::Done);
    let read_before = refunded(&running, shop.points(&member).await.0);
    shop.opened(Some(&member), 500, 0).await;
    assert_eq!(shop.settle_refund(&read_before, &refund_id("r1")).await.unwrap(), Kept::PointsShort);
    assert_eq!(shop.stands(running.quote.id).await, Some(Order::Paid(running.clone())));
    assert_eq!(shop.points(&member).await, (50, 500));
    let read_again = refunded(&running, 50);
    assert_eq!(shop.settle_refund(&read_again, &refund_id("r1")).await.unwrap(), Kept::Done);
    assert_eq!(shop.points(&member).await, (0, 500));
}

async fn a_stranger_is_refunded_and_no_points_move(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let paid = refund(shop, &paid, "r1", Some(500)).await;
    refund(shop, &paid, "r2", None).await;
}

async fn a_refund_that_nobody_began_is_not_settled(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let paid = shop.paid(Some(&member), spend, earn).await;
        let points = shop.points(&member).await;
        let made = refunded(&refunding(&paid, "r1", None), points.0);
        let kept = shop.settle_refund(&made, &refund_id("r1")).await.unwrap();
        assert_eq!(kept, otherwise(Order::Paid(paid)));
        assert_eq!(shop.points(&member).await, points);
    }
}

async fn a_refund_decided_on_old_news_is_not_begun(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let old = refunding(&paid, "r2", None);
    let made = refund(shop, &paid, "r1", Some(500)).await;
    // It would give back all, of which some has been given back meanwhile.
    assert_eq!(shop.begin_refund(&old).await.unwrap(), otherwise(Order::Paid(made.clone())));
    let next = refunding(&made, "r2", None);
    assert_eq!(shop.begin_refund(&next).await.unwrap(), Kept::Done);
    // Nor is a refund settled that would drop one made before it.
    let forgetful = refunded(&old, 0);
    let kept = shop.settle_refund(&forgetful, &refund_id("r2")).await.unwrap();
    assert_eq!(kept, otherwise(Order::Paid(next)));
}

async fn a_refund_is_watched_while_it_runs(shop: &Shop) {
    let (made, given_up) = (shop.running(None, 0, 0).await, shop.running(None, 0, 0).await);
    let (one, other) = (made.quote.id, given_up.quote.id);
    assert_eq!(shop.due(at(129), 10).await.unwrap(), []);
    assert_eq!(shop.due(at(130), 10).await.unwrap().len(), 2);
    assert_eq!(shop.watch(one).await, Some(watch_from(at(130))));

    assert_eq!(shop.resume_refund(&taken_over(&made, "second", at(160)), at(130)).await.unwrap(), Kept::Done);
    assert_eq!(shop.watch(one).await, Some(watch_from(at(160))));
    assert_eq!(shop.due(at(159), 10).await.unwrap(), [other]);

    shop.give_up_refund(&given_up).await.unwrap();
    assert_eq!(shop.watch(other).await, None);
    assert_eq!(shop.settle_refund(&refunded(&made, 0), &refund_id("r1")).await.unwrap(), Kept::Done);
    assert_eq!(shop.watch(one).await, None);
    assert_eq!(shop.due(at(10_000_000), 10).await.unwrap(), []);
}

async fn nobody_goes_on_with_a_refund_before_its_run_is_over(shop: &Shop) {
    let running = shop.running(None, 0, 0).await;
    let stands = shop.watched(running.quote.id).await.unwrap();
    let second = taken_over(&running, "second", at(160));
    for now in [at(101), before(at(130))] {
        let kept = shop.resume_refund(&second, now).await.unwrap();
        assert_eq!(kept, otherwise(Order::Paid(running.clone())));
        assert_eq!(shop.watched(running.quote.id).await.unwrap(), stands);
    }
}

async fn when_its_run_is_over_another_goes_on_with_a_refund(shop: &Shop) {
    for now in [at(130), after(at(130)), at(1_000)] {
        let running = shop.running(None, 0, 0).await;
        let second = taken_over(&running, "second", at(1_030));
        assert_eq!(shop.resume_refund(&second, now).await.unwrap(), Kept::Done);
        assert_eq!(shop.stands(running.quote.id).await, Some(Order::Paid(second)));
    }
}

async fn a_refund_resumed_twice_by_one_run_is_resumed_once(shop: &Shop) {
    let second = taken_over(&shop.running(None, 0, 0).await, "second", at(160));
    for _ in 0..2 {
        assert_eq!(shop.resume_refund(&second, at(130)).await.unwrap(), Kept::Done);
        assert_eq!(shop.stands(second.quote.id).await, Some(Order::Paid(second.clone())));
    }
}

async fn a_refund_that_another_run_has_taken_over_is_left_to_it(shop: &Shop) {
    let running = shop.running(None, 0, 0).await;
    let second = taken_over(&running, "second", at(160));
    assert_eq!(shop.resume_refund(&second, at(130)).await.unwrap(), Kept::Done);
    for late in [taken_over(&running, "third", at(161)), running.clone()] {
        let kept = shop.resume_refund(&late, at(131)).await.unwrap();
        assert_eq!(kept, otherwise(Order::Paid(second.clone())));
    }
    // Nor is it begun again as if nobody had.
    assert_eq!(shop.begin_refund(&running).await.unwrap(), otherwise(Order::Paid(second)));
}

async fn only_the_refund_that_runs_is_resumed(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let running = refunding(&paid, "r1", Some(1_000));
    assert_eq!(shop.resume_refund(&running, at(1_000)).await.unwrap(), otherwise(Order::Paid(paid.clone())));
    assert_eq!(shop.begin_refund(&running).await.unwrap(), Kept::Done);
    let other = refunding(&paid, "r2", Some(1_000));
    assert_eq!(shop.resume_refund(&other, at(1_000)).await.unwrap(), otherwise(Order::Paid(running.clone())));
    let made = refunded(&running, 0);
    assert_eq!(shop.settle_refund(&made, &refund_id("r1")).await.unwrap(), Kept::Done);
    assert_eq!(shop.resume_refund(&running, at(1_000)).await.unwrap(), otherwise(Order::Paid(made)));
}

async fn a_refund_resumed_on_old_news_is_left_as_it_is(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let old = refunding(&paid, "r1", Some(3_000));
    assert_eq!(shop.begin_refund(&old).await.unwrap(), Kept::Done);
    let by_hand = refunded_by_hand(&old, 0);
    assert_eq!(shop.settle_refund(&by_hand, &refund_id("r1")).await.unwrap(), Kept::Done);
    let anew = refunding(&by_hand, "r1", None);
    assert_eq!(shop.begin_refund(&anew).await.unwrap(), Kept::Done);
    // It would give back what was given back meanwhile.
    let late = taken_over(&old, "second", at(1_030));
    assert_eq!(shop.resume_refund(&late, at(1_000)).await.unwrap(), otherwise(Order::Paid(anew.clone())));
    assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(anew)));
}

async fn a_refund_asked_for_anew_is_not_resumed_as_the_one_before(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let old = refunding(&paid, "r1", Some(3_000));
    assert_eq!(shop.begin_refund(&old).await.unwrap(), Kept::Done);
    shop.give_up_refund(&old).await.unwrap();
    let (less, reason) = (Some(Won::new(1_000)), "식은 커피".to_owned());
    let anew = paid.refund(refund_id("r1"), less, reason, &turn("second", at(200), at(230))).unwrap();
    let anew = Paid { refunding: Some(anew), ..paid };
    assert_eq!(shop.begin_refund(&anew).await.unwrap(), Kept::Done);
    let late = taken_over(&old, "third", at(1_030));
    assert_eq!(shop.resume_refund(&late, at(1_000)).await.unwrap(), otherwise(Order::Paid(anew.clone())));
    assert_eq!(shop.stands(anew.quote.id).await, Some(Order::Paid(anew)));
}

async fn only_the_last_run_gives_a_refund_up(shop: &Shop) {
    let first = shop.running(None, 0, 0).await;
    let second = taken_over(&first, "second", at(160));
    assert_eq!(shop.resume_refund(&second, at(130)).await.unwrap(), Kept::Done);
    let stands = shop.watched(first.quote.id).await.unwrap();
    shop.give_up_refund(&first).await.unwrap();
    assert_eq!(shop.watched(first.quote.id).await.unwrap(), stands);
    for _ in 0..2 {
        shop.give_up_refund(&second).await.unwrap();
        let given_up = Paid { refunding: None, ..second.clone() };
        assert_eq!(shop.stands(first.quote.id).await, Some(Order::Paid(given_up)));
    }
}

async fn whichever_run_found_it_made_settles_a_refund(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let first = shop.running(Some(&member), spend, earn).await;
        let second = taken_over(&first, "second", at(160));
        assert_eq!(shop.resume_refund(&second, at(130)).await.unwrap(), Kept::Done);
        let balance = shop.points(&member).await.0;
        let made = refunded(&first, balance);
        assert_eq!(shop.settle_refund(&made, &refund_id("r1")).await.unwrap(), Kept::Done);
        // The other one finds it settled, as it would have done.
        let again = refunded(&second, balance);
        assert_eq!(shop.settle_refund(&again, &refund_id("r1")).await.unwrap(), Kept::Done);
        assert_eq!(shop.stands(first.quote.id).await, Some(Order::Paid(made)));
        assert_eq!(shop.points(&member).await, (1_000, 0));
    }
}

async fn what_was_returned_by_hand_ends_the_refund_that_runs(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let paid = shop.paid(Some(&member), spend, earn).await;
        let running = refunding(&paid, "r1", None);
        assert_eq!(shop.begin_refund(&running).await.unwrap(), Kept::Done);
        let by_hand = refunded_by_hand(&running, shop.points(&member).await.0);
        assert_eq!(by_hand.refunds[0].id.as_str(), format!("by-hand-{}", paid.quote.due.get()));
        // It stands for the refund that runs, and not for another one.
        for other in [&refund_id("r2"), &by_hand.refunds[0].id] {
            let kept = shop.settle_refund(&by_hand, other).await.unwrap();
            assert_eq!(kept, otherwise(Order::Paid(running.clone())));
        }
        assert_eq!(shop.settle_refund(&by_hand, &refund_id("r1")).await.unwrap(), Kept::Done);
        assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(by_hand)));
        assert_eq!(shop.points(&member).await, (1_000, 0));
    }
}

async fn what_was_returned_by_hand_moves_points_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let running = shop.running(Some(&member), spend, earn).await;
        let balance = shop.points(&member).await.0;
        let by_hand = refunded_by_hand(&running, balance);
        for _ in 0..2 {
            assert_eq!(shop.settle_refund(&by_hand, &refund_id("r1")).await.unwrap(), Kept::Done);
            assert_eq!(shop.points(&member).await, (1_000, 0));
        }
        // The run that believes to have made it itself hears of it.
        let made = refunded(&running, balance);
        let kept = shop.settle_refund(&made, &refund_id("r1")).await.unwrap();
        assert_eq!(kept, otherwise(Order::Paid(by_hand)));
        assert_eq!(shop.points(&member).await, (1_000, 0));
    }
}

async fn a_refund_given_up_for_one_by_hand_may_be_asked_for_again(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let paid = shop.paid(Some(&member), 300, 0).await;
    let running = refunding(&paid, "r1", Some(1_000));
    assert_eq!(shop.begin_refund(&running).await.unwrap(), Kept::Done);
    let by_hand = refunded_by_hand(&running, 700);
    assert_eq!(shop.settle_refund(&by_hand, &refund_id("r1")).await.unwrap(), Kept::Done);
    let all = refund(shop, &by_hand, "r1", None).await;
    assert_eq!(all.refunded(), all.quote.due);
    assert_eq!(shop.points(&member).await, (1_000, 0));
}

async fn only_what_is_paid_is_refunded(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let opened = shop.opened(Some(&member), 300, 0).await;
    let in_doubt = shop.opened(Some(&member), 300, 0).await;
    let in_doubt = shop.approving(&in_doubt, "first", at(30)).await;
    let orders = [
        Order::Quoted(shop.quoted(Some(&member), 300, 0).await),
        Order::Opened(opened),
        Order::Approving(in_doubt),
        Order::Closed(shop.closed(Some(&member), 300, 0).await),
    ];
    let points = shop.points(&member).await;
    let unknown = shop.will_see(OrderId::new(at(0), [255; 10]));
    let ids = orders.iter().map(|order| (order.id(), Some(order.clone())));
    for (id, stands) in ids.chain([(unknown, None)]) {
        let as_if_opened = quote(id, Some(&member), 300, 0).open(at_gateway("T1"), at(2));
        let running = refunding(&paid(&as_if_opened), "r1", None);
        assert_eq!(shop.begin_refund(&running).await.unwrap(), otherwise(stands.clone()));
        assert_eq!(shop.resume_refund(&running, at(1_000)).await.unwrap(), otherwise(stands.clone()));
        shop.give_up_refund(&running).await.unwrap();
        let kept = shop.settle_refund(&refunded(&running, points.0), &refund_id("r1")).await.unwrap();
        assert_eq!(kept, otherwise(stands.clone()));
        assert_eq!(shop.stands(id).await, stands);
    }
    assert_eq!(shop.points(&member).await, points);
}
