//! Refunding: recorded first, one at a time, and the points go back once.

use cafe_core::cafe::{EntryKind, Kept, Order, Paid, RefundId, Store};
use cafe_core::payment::OrderId;

use super::shop::{PRICE, Shop, at, at_gateway, otherwise, paid, quote, refunded, refunding};

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
    assert_eq!(shop.settle_refund(&second).await.unwrap(), otherwise(Order::Paid(first)));
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
    assert_eq!(shop.settle_refund(&made).await.unwrap(), Kept::Done);
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
    assert_eq!(shop.settle_refund(&made).await.unwrap(), Kept::Done);
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
        assert_eq!(shop.settle_refund(&made).await.unwrap(), Kept::Done);
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
    assert_eq!(shop.settle_refund(&read_before).await.unwrap(), Kept::PointsShort);
    assert_eq!(shop.stands(running.quote.id).await, Some(Order::Paid(running.clone())));
    assert_eq!(shop.points(&member).await, (50, 500));
    let read_again = refunded(&running, 50);
    assert_eq!(shop.settle_refund(&read_again).await.unwrap(), Kept::Done);
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
        assert_eq!(shop.settle_refund(&made).await.unwrap(), otherwise(Order::Paid(paid)));
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
    assert_eq!(shop.settle_refund(&forgetful).await.unwrap(), otherwise(Order::Paid(next)));
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
        assert_eq!(running.refunding.as_ref().unwrap().id, RefundId::parse("r1").unwrap());
        assert_eq!(shop.begin_refund(&running).await.unwrap(), otherwise(stands.clone()));
        shop.give_up_refund(&running).await.unwrap();
        assert_eq!(
            shop.settle_refund(&refunded(&running, points.0)).await.unwrap(),
            otherwise(stands.clone())
        );
        assert_eq!(shop.stands(id).await, stands);
    }
    assert_eq!(shop.points(&member).await, points);
}
