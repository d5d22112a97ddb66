//! Closing: nobody pays any more, and what was held is given back, once.

use cafe_core::cafe::{CloseReason, Closed, EntryKind, Kept, Order, Store};
use cafe_core::payment::OrderId;

use super::shop::{Shop, at, at_gateway, cancelled, otherwise, paid, quote, token};

on_every_dynamodb! {
    closing_releases_what_was_held
    a_closed_order_is_read_back_with_its_reason
    closing_twice_releases_once
    a_second_reason_hears_of_the_first
    an_order_in_doubt_is_closed_by_its_own_attempt_alone
    an_order_that_was_given_up_is_not_closed_by_its_old_attempt
    what_is_paid_is_never_closed
    what_was_never_opened_is_not_closed
}

/// What an order may spend and earn.
const MOVES: [(u32, u32); 3] = [(300, 0), (0, 450), (0, 0)];

async fn closing_releases_what_was_held(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in MOVES {
        shop.closed(Some(&member), spend, earn).await;
    }
    shop.closed(None, 0, 0).await;
    assert_eq!(shop.points(&member).await, (1_000, 0));
    let lines = [(EntryKind::Bonus, 1), (EntryKind::Hold, 1), (EntryKind::Release, 1)];
    assert_eq!(shop.lines(&member).await, lines.into());
}

async fn a_closed_order_is_read_back_with_its_reason(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let (cancelled, failed) = (CloseReason::Cancelled, CloseReason::Failed);
    for reason in [cancelled, failed, CloseReason::Expired, CloseReason::Mismatched] {
        let closed = shop.opened(Some(&member), 300, 0).await.close(reason, at(62));
        assert_eq!(shop.close(&closed, None).await.unwrap(), Kept::Done);
        assert_eq!(shop.stands(closed.quote.id).await, Some(Order::Closed(closed)));
    }
}

async fn closing_twice_releases_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in MOVES {
        let opened = shop.opened(Some(&member), spend, earn).await;
        let other = shop.opened(Some(&member), spend, earn).await;
        let closed = cancelled(&opened);
        for _ in 0..2 {
            assert_eq!(shop.close(&closed, None).await.unwrap(), Kept::Done);
        }
        // What the other order holds is not released in its place.
        assert_eq!(shop.points(&member).await, (1_000 - spend, spend));
        assert_eq!(shop.close(&cancelled(&other), None).await.unwrap(), Kept::Done);
    }
}

async fn a_second_reason_hears_of_the_first(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in MOVES {
        let first = shop.closed(Some(&member), spend, earn).await;
        let second = Closed { reason: CloseReason::Expired, ..first.clone() };
        assert_eq!(shop.close(&second, None).await.unwrap(), otherwise(Order::Closed(first)));
    }
    assert_eq!(shop.points(&member).await, (1_000, 0));
}

async fn an_order_in_doubt_is_closed_by_its_own_attempt_alone(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in MOVES {
        let opened = shop.opened(Some(&member), spend, earn).await;
        let approving = shop.approving(&opened, "first", at(30)).await;
        let closed = cancelled(&opened);
        for attempt in [None, Some(token("other"))] {
            let kept = shop.close(&closed, attempt.as_ref()).await.unwrap();
            assert_eq!(kept, otherwise(Order::Approving(approving.clone())));
            assert_eq!(shop.points(&member).await, (1_000 - spend, spend));
        }
        let own = shop.close(&closed, Some(&approving.attempt.token)).await.unwrap();
        assert_eq!(own, Kept::Done);
        let again = shop.close(&closed, Some(&approving.attempt.token)).await.unwrap();
        assert_eq!(again, Kept::Done);
        assert_eq!(shop.stands(closed.quote.id).await, Some(Order::Closed(closed)));
    }
    assert_eq!(shop.points(&member).await, (1_000, 0));
}

async fn an_order_that_was_given_up_is_not_closed_by_its_old_attempt(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in MOVES {
        let opened = shop.opened(Some(&member), spend, earn).await;
        let approving = shop.approving(&opened, "first", at(30)).await;
        shop.give_up(&approving).await.unwrap();
        let closed = cancelled(&opened);
        let old = shop.close(&closed, Some(&approving.attempt.token)).await.unwrap();
        assert_eq!(old, otherwise(Order::Opened(opened)));
        assert_eq!(shop.close(&closed, None).await.unwrap(), Kept::Done);
    }
}

async fn what_is_paid_is_never_closed(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in MOVES {
        let opened = shop.opened(Some(&member), spend, earn).await;
        let approving = shop.approving(&opened, "first", at(30)).await;
        let paid = paid(&opened);
        assert_eq!(shop.settle(&paid).await.unwrap(), Kept::Done);
        for attempt in [None, Some(&approving.attempt.token)] {
            let kept = shop.close(&cancelled(&opened), attempt).await.unwrap();
            assert_eq!(kept, otherwise(Order::Paid(paid.clone())));
        }
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
}

async fn what_was_never_opened_is_not_closed(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let unknown = shop.will_see(OrderId::new(at(0), [255; 10]));
    for (spend, earn) in MOVES {
        for attempt in [None, Some(&token("first"))] {
            let quoted = shop.quoted(Some(&member), spend, earn).await;
            let closed = cancelled(&quoted.clone().open(at_gateway("T1"), at(2)));
            assert_eq!(shop.close(&closed, attempt).await.unwrap(), otherwise(Order::Quoted(quoted)));

            let as_if_quoted = quote(unknown, Some(&member), spend, earn);
            let closed = cancelled(&as_if_quoted.open(at_gateway("T1"), at(2)));
            assert_eq!(shop.close(&closed, attempt).await.unwrap(), otherwise(None));
        }
    }
    assert_eq!(shop.stands(unknown).await, None);
    assert_eq!(shop.points(&member).await, (1_000, 0));
}
