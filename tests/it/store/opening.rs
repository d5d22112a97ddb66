//! Opening: the customer is sent to pay, and their points are held.

use cafe_core::cafe::{Kept, Order, Store};
use cafe_core::payment::OrderId;

use super::shop::{PRICE, Shop, at, at_gateway, newcomer, otherwise, quote};

on_every_dynamodb! {
    an_opened_order_is_read_back_whoever_is_to_be_paid
    opening_holds_the_points_it_will_spend
    every_last_point_can_be_held
    points_that_do_not_suffice_are_short_and_nothing_changes
    points_that_are_held_cannot_be_held_again
    a_stranger_has_no_points
    opening_twice_holds_once
    a_second_session_hears_of_the_first
    what_is_over_is_not_opened_again
    an_order_that_was_never_made_is_not_opened
}

async fn an_opened_order_is_read_back_whoever_is_to_be_paid(shop: &Shop) {
    let member = shop.joined(1, PRICE).await;
    for opened in [shop.opened(None, 0, 0).await, shop.opened(Some(&member), PRICE, 0).await] {
        assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Opened(opened)));
    }
}

async fn opening_holds_the_points_it_will_spend(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let opened = shop.opened(Some(&member), 300, 0).await;
    assert_eq!(shop.points(&member).await, (700, 300));
    let entries = shop.entries(&member).await.unwrap();
    assert_eq!(entries, [vec![newcomer(1, 1_000).entry()], opened.entries()].concat());
    // An order that spends nothing holds nothing, whoever it is of.
    shop.opened(Some(&member), 0, 450).await;
    assert_eq!(shop.points(&member).await, (700, 300));
}

async fn every_last_point_can_be_held(shop: &Shop) {
    let member = shop.joined(1, 300).await;
    shop.opened(Some(&member), 300, 0).await;
    assert_eq!(shop.points(&member).await, (0, 300));
}

async fn points_that_do_not_suffice_are_short_and_nothing_changes(shop: &Shop) {
    let member = shop.joined(1, 299).await;
    let quoted = shop.quoted(Some(&member), 300, 0).await;
    let opened = quoted.clone().open(at_gateway("T1"), at(2));
    assert_eq!(shop.open(&opened).await.unwrap(), Kept::PointsShort);
    assert_eq!(shop.stands(quoted.quote.id).await, Some(Order::Quoted(quoted)));
    assert_eq!(shop.points(&member).await, (299, 0));
}

async fn points_that_are_held_cannot_be_held_again(shop: &Shop) {
    let member = shop.joined(1, 500).await;
    let first = shop.opened(Some(&member), 300, 0).await;
    let quoted = shop.quoted(Some(&member), 300, 0).await;
    let second = quoted.open(at_gateway("T2"), at(2));
    assert_eq!(shop.open(&second).await.unwrap(), Kept::PointsShort);
    assert_eq!(shop.stands(first.quote.id).await, Some(Order::Opened(first)));
    assert_eq!(shop.points(&member).await, (200, 300));
}

async fn a_stranger_has_no_points(shop: &Shop) {
    let stranger = newcomer(1, 0).id;
    let quoted = shop.quoted(Some(&stranger), 1, 0).await;
    let opened = quoted.clone().open(at_gateway("T1"), at(2));
    assert_eq!(shop.open(&opened).await.unwrap(), Kept::PointsShort);
    assert_eq!(shop.stands(quoted.quote.id).await, Some(Order::Quoted(quoted)));
    assert_eq!(shop.member(&stranger).await.unwrap(), None);
    assert_eq!(shop.entries(&stranger).await.unwrap(), []);
}

async fn opening_twice_holds_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for opened in [shop.opened(Some(&member), 300, 0).await, shop.opened(None, 0, 0).await] {
        assert_eq!(shop.open(&opened).await.unwrap(), Kept::Done);
    }
    assert_eq!(shop.points(&member).await, (700, 300));
}

async fn a_second_session_hears_of_the_first(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for first in [shop.opened(Some(&member), 300, 0).await, shop.opened(None, 0, 0).await] {
        for second in [(at_gateway("T2"), at(2)), (first.tender.clone(), at(3))] {
            let mut opened = first.clone();
            (opened.tender, opened.opened_at) = second;
            assert_eq!(shop.open(&opened).await.unwrap(), otherwise(Order::Opened(first.clone())));
        }
    }
    assert_eq!(shop.points(&member).await, (700, 300));
}

async fn what_is_over_is_not_opened_again(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for spend in [0, 300] {
        let paid = shop.paid(Some(&member), spend, 0).await;
        let closed = shop.closed(Some(&member), spend, 0).await;
        for order in [Order::Paid(paid), Order::Closed(closed)] {
            let opened = quote(order.id(), Some(&member), spend, 0).open(at_gateway("T2"), at(70));
            assert_eq!(shop.open(&opened).await.unwrap(), otherwise(order));
        }
    }
    assert_eq!(shop.points(&member).await, (700, 0));
}

async fn an_order_that_was_never_made_is_not_opened(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let id = shop.will_see(OrderId::new(at(0), [255; 10]));
    for spend in [0, 300] {
        let opened = quote(id, Some(&member), spend, 0).open(at_gateway("T1"), at(2));
        assert_eq!(shop.open(&opened).await.unwrap(), otherwise(None));
    }
    assert_eq!(shop.stands(id).await, None);
    assert_eq!(shop.points(&member).await, (1_000, 0));
}
