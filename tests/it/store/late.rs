//! Late payments: an order is closed, and its payment may have a life of its own, which only goes forward.

use cafe_core::cafe::{Capture, Closed, EntryKind, Kept, Opened, Order, Store};
use cafe_core::payment::{OrderId, Won};

use super::shop::{PRICE, Shop, at, at_gateway, expired, otherwise, paid, quote, seconds, watch_from};

on_every_dynamodb! {
    what_may_come_of_a_closed_order_is_read_back
    closing_releases_what_was_held_whatever_may_come
    closing_twice_with_the_same_late_payment_is_done
    another_late_payment_hears_of_the_first
    what_is_possible_is_looked_at_a_minute_later
    what_is_to_go_back_is_looked_at_at_once
    what_went_back_and_what_never_comes_is_not_looked_at
    a_late_payment_goes_on_until_it_is_returned
    what_was_possible_turns_out_to_be_nothing
    what_went_back_by_hand_is_returned_without_being_asked_for
    a_late_payment_never_goes_back
    one_sum_is_returned
    following_up_ends_the_watch_of_a_person_too
    following_up_moves_no_points
    only_what_is_closed_is_followed_up
}

/// All that may be known of a closed order's payment.
const CAPTURES: [Option<Capture>; 4] = [None, Some(Capture::Possible), Some(Capture::Returning), RETURNED];

const RETURNED: Option<Capture> = Some(Capture::Returned(Won::new(PRICE)));

/// An order that was opened, and is closed with this late payment.
async fn closed_with(shop: &Shop, capture: Option<Capture>) -> Opened {
    let opened = shop.opened(None, 0, 0).await;
    assert_eq!(shop.close(&expired(&opened, capture), None).await.unwrap(), Kept::Done);
    opened
}

async fn what_may_come_of_a_closed_order_is_read_back(shop: &Shop) {
    for capture in CAPTURES {
        let closed = expired(&closed_with(shop, capture).await, capture);
        assert_eq!(closed.late.as_ref().map(|late| late.capture), capture);
        assert_eq!(shop.stands(closed.quote.id).await, Some(Order::Closed(closed)));
    }
}

async fn closing_releases_what_was_held_whatever_may_come(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for capture in CAPTURES {
        let opened = shop.opened(Some(&member), 300, 0).await;
        let first = shop.approving(&opened, "first", at(30)).await;
        let closed = expired(&opened, capture);
        assert_eq!(shop.close(&closed, Some(&first.attempt.token)).await.unwrap(), Kept::Done);
        assert_eq!(shop.stands(closed.quote.id).await, Some(Order::Closed(closed)));
        assert_eq!(shop.points(&member).await, (1_000, 0));
    }
    assert_eq!(shop.lines(&member).await.get(&EntryKind::Release), Some(&4));
}

async fn closing_twice_with_the_same_late_payment_is_done(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for spend in [300, 0] {
        for capture in CAPTURES {
            let closed = expired(&shop.opened(Some(&member), spend, 0).await, capture);
            for _ in 0..2 {
                assert_eq!(shop.close(&closed, None).await.unwrap(), Kept::Done);
            }
        }
    }
    assert_eq!(shop.points(&member).await, (1_000, 0));
}

async fn another_late_payment_hears_of_the_first(shop: &Shop) {
    for first in CAPTURES {
        let opened = closed_with(shop, first).await;
        for second in CAPTURES.into_iter().filter(|second| *second != first) {
            let kept = shop.close(&expired(&opened, second), None).await.unwrap();
            assert_eq!(kept, otherwise(Order::Closed(expired(&opened, first))));
        }
    }
}

async fn what_is_possible_is_looked_at_a_minute_later(shop: &Shop) {
    let opened = closed_with(shop, Some(Capture::Possible)).await;
    let minute_later = expired(&opened, None).closed_at + seconds(60);
    assert_eq!(shop.watch(opened.quote.id).await, Some(watch_from(minute_later)));
    assert_eq!(shop.due(minute_later - seconds(1), 10).await.unwrap(), []);
    assert_eq!(shop.due(minute_later, 10).await.unwrap(), [opened.quote.id]);
}

async fn what_is_to_go_back_is_looked_at_at_once(shop: &Shop) {
    let closed = closed_with(shop, Some(Capture::Returning)).await;
    let followed_up = closed_with(shop, Some(Capture::Possible)).await;
    let returning = expired(&followed_up, Capture::Returning);
    assert_eq!(shop.follow_up(&returning).await.unwrap(), Kept::Done);
    for opened in [&closed, &followed_up] {
        assert_eq!(shop.watch(opened.quote.id).await, Some(watch_from(returning.closed_at)));
    }
    assert_eq!(shop.due(returning.closed_at - seconds(1), 10).await.unwrap(), []);
    let due = shop.due(returning.closed_at, 10).await.unwrap();
    assert!(due.len() == 2 && due.contains(&closed.quote.id) && due.contains(&followed_up.quote.id));
}

async fn what_went_back_and_what_never_comes_is_not_looked_at(shop: &Shop) {
    for end in [None, RETURNED] {
        let closed = closed_with(shop, end).await;
        let followed_up = closed_with(shop, Some(Capture::Possible)).await;
        assert_eq!(shop.follow_up(&expired(&followed_up, end)).await.unwrap(), Kept::Done);
        for opened in [closed, followed_up] {
            assert_eq!(shop.watch(opened.quote.id).await, None);
        }
    }
    assert_eq!(shop.due(at(10_000_000), 10).await.unwrap(), []);
}

/// Each step is made twice, as when its answer was lost.
async fn follow_up_twice(shop: &Shop, closed: &Closed) {
    for _ in 0..2 {
        assert_eq!(shop.follow_up(closed).await.unwrap(), Kept::Done);
        assert_eq!(shop.stands(closed.quote.id).await, Some(Order::Closed(closed.clone())));
    }
}

async fn a_late_payment_goes_on_until_it_is_returned(shop: &Shop) {
    let opened = closed_with(shop, Some(Capture::Possible)).await;
    for capture in &CAPTURES[1..] {
        follow_up_twice(shop, &expired(&opened, *capture)).await;
    }
    let opened = closed_with(shop, Some(Capture::Returning)).await;
    follow_up_twice(shop, &expired(&opened, RETURNED)).await;
}

async fn what_was_possible_turns_out_to_be_nothing(shop: &Shop) {
    let opened = closed_with(shop, Some(Capture::Possible)).await;
    follow_up_twice(shop, &expired(&opened, None)).await;
}

async fn what_went_back_by_hand_is_returned_without_being_asked_for(shop: &Shop) {
    let opened = closed_with(shop, Some(Capture::Possible)).await;
    follow_up_twice(shop, &expired(&opened, RETURNED)).await;
}

async fn a_late_payment_never_goes_back(shop: &Shop) {
    let (possible, returning) = (Some(Capture::Possible), Some(Capture::Returning));
    let never = [
        (None, vec![possible, returning, RETURNED]),
        (returning, vec![None, possible]),
        (RETURNED, vec![None, possible, returning]),
    ];
    for (far, back) in never {
        let opened = closed_with(shop, far).await;
        let stands = shop.watched(opened.quote.id).await.unwrap();
        for capture in back {
            let kept = shop.follow_up(&expired(&opened, capture)).await.unwrap();
            assert_eq!(kept, otherwise(Order::Closed(expired(&opened, far))));
            assert_eq!(shop.watched(opened.quote.id).await.unwrap(), stands);
        }
    }
}

async fn one_sum_is_returned(shop: &Shop) {
    let opened = closed_with(shop, Some(Capture::Returning)).await;
    let first = expired(&opened, RETURNED);
    assert_eq!(shop.follow_up(&first).await.unwrap(), Kept::Done);
    let second = expired(&opened, Capture::Returned(Won::new(PRICE - 1)));
    assert_eq!(shop.follow_up(&second).await.unwrap(), otherwise(Order::Closed(first)));
}

async fn following_up_ends_the_watch_of_a_person_too(shop: &Shop) {
    for (capture, watch) in [(None, None), (RETURNED, None), (Some(Capture::Returning), Some(at(62)))] {
        let opened = closed_with(shop, Some(Capture::Possible)).await;
        shop.needs_review(opened.quote.id, at(1_000)).await;
        assert_eq!(shop.follow_up(&expired(&opened, capture)).await.unwrap(), Kept::Done);
        assert_eq!(shop.watch(opened.quote.id).await, watch.map(watch_from));
    }
}

async fn following_up_moves_no_points(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let opened = shop.opened(Some(&member), 300, 0).await;
    let other = shop.opened(Some(&member), 300, 0).await;
    for capture in &CAPTURES[1..] {
        // Closed the first time, and followed up from then on.
        let closed = expired(&opened, *capture);
        let kept = match capture {
            Some(Capture::Possible) => shop.close(&closed, None).await.unwrap(),
            _ => shop.follow_up(&closed).await.unwrap(),
        };
        assert_eq!(kept, Kept::Done);
        // What the other order holds is not released in its place.
        assert_eq!(shop.points(&member).await, (700, 300));
    }
    assert_eq!(shop.settle(&paid(&other)).await.unwrap(), Kept::Done);
}

async fn only_what_is_closed_is_followed_up(shop: &Shop) {
    let in_doubt = shop.opened(None, 0, 0).await;
    let orders = [
        Order::Quoted(shop.quoted(None, 0, 0).await),
        Order::Opened(shop.opened(None, 0, 0).await),
        Order::Approving(shop.approving(&in_doubt, "first", at(30)).await),
        Order::Paid(shop.paid(None, 0, 0).await),
    ];
    let unknown = shop.will_see(OrderId::new(at(0), [255; 10]));
    let known = orders.into_iter().map(|order| (order.id(), Some(order)));
    for (id, stands) in known.chain([(unknown, None)]) {
        let opened = quote(id, None, 0, 0).open(at_gateway("T1"), at(2));
        for capture in CAPTURES {
            let kept = shop.follow_up(&expired(&opened, capture)).await.unwrap();
            assert_eq!(kept, otherwise(stands.clone()));
        }
        assert_eq!(shop.stands(id).await, stands);
    }
}
