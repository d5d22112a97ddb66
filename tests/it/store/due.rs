//! What is still open or in doubt, and when it should be looked at.

use cafe_core::cafe::{Kept, Opened, Store};
use cafe_core::payment::OrderId;

use super::shop::{Shop, at, at_gateway, cancelled, paid, seconds};

on_every_dynamodb! {
    an_open_order_is_due_once_it_is_abandoned
    an_order_in_doubt_is_due_at_its_deadline
    an_order_that_was_given_up_is_due_when_it_was_before
    the_longest_due_come_first_and_no_more_than_asked_for
    what_is_over_is_no_longer_due
}

/// An order that was opened at that second.
async fn opened_at(shop: &Shop, second: i64) -> Opened {
    let quoted = shop.quoted(None, 0, 0).await;
    let opened = quoted.open(at_gateway("T1"), at(second));
    assert_eq!(shop.open(&opened).await.unwrap(), Kept::Done);
    opened
}

async fn an_open_order_is_due_once_it_is_abandoned(shop: &Shop) {
    shop.quoted(None, 0, 0).await;
    let opened = opened_at(shop, 2).await;
    let abandoned = opened.abandoned_at();
    assert_eq!(shop.due(abandoned - seconds(1), 10).await.unwrap(), []);
    assert_eq!(shop.due(abandoned, 10).await.unwrap(), [opened.quote.id]);
}

async fn an_order_in_doubt_is_due_at_its_deadline(shop: &Shop) {
    let opened = opened_at(shop, 2).await;
    shop.approving(&opened, "first", at(30)).await;
    assert_eq!(shop.due(at(29), 10).await.unwrap(), []);
    assert_eq!(shop.due(at(30), 10).await.unwrap(), [opened.quote.id]);
}

async fn an_order_that_was_given_up_is_due_when_it_was_before(shop: &Shop) {
    let opened = opened_at(shop, 2).await;
    let approving = shop.approving(&opened, "first", at(30)).await;
    shop.give_up(&approving).await.unwrap();
    let abandoned = opened.abandoned_at();
    assert_eq!(shop.due(abandoned - seconds(1), 10).await.unwrap(), []);
    assert_eq!(shop.due(abandoned, 10).await.unwrap(), [opened.quote.id]);
}

async fn the_longest_due_come_first_and_no_more_than_asked_for(shop: &Shop) {
    // Not in the order of their names, and with numbers of different lengths.
    let mut orders = Vec::new();
    for second in [500, -1_790_000_000 + 9, 20, 1_000_000, 7] {
        orders.push((second, opened_at(shop, second).await.quote.id));
    }
    orders.sort_unstable();
    let ids: Vec<OrderId> = orders.into_iter().map(|(_, id)| id).collect();
    let now = at(2_000_000);
    assert_eq!(shop.due(now, 10).await.unwrap(), ids);
    assert_eq!(shop.due(now, 5).await.unwrap(), ids);
    assert_eq!(shop.due(now, 2).await.unwrap(), ids[..2]);
    assert_eq!(shop.due(at(20) + seconds(16 * 60), 10).await.unwrap(), ids[..3]);
}

async fn what_is_over_is_no_longer_due(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        for in_doubt in [false, true] {
            let opened = shop.opened(Some(&member), spend, earn).await;
            let other = shop.opened(Some(&member), spend, earn).await;
            if in_doubt {
                shop.approving(&opened, "first", at(30)).await;
                shop.approving(&other, "first", at(30)).await;
            }
            assert_eq!(shop.due(at(10_000), 10).await.unwrap().len(), 2);
            let attempt = super::shop::token("first");
            let attempt = in_doubt.then_some(&attempt);
            assert_eq!(shop.close(&cancelled(&other), attempt).await.unwrap(), Kept::Done);
            assert_eq!(shop.due(at(10_000), 10).await.unwrap(), [opened.quote.id]);
            assert_eq!(shop.settle(&paid(&opened)).await.unwrap(), Kept::Done);
            assert_eq!(shop.due(at(10_000), 10).await.unwrap(), []);
        }
    }
}
