//! Collecting: one attempt at a time, and the next one knows that there was one.

use cafe_core::cafe::{Approving, Begun, Order, Store};
use cafe_core::payment::OrderId;
use jiff::{SignedDuration, Timestamp};

use super::shop::{Shop, at, attempt};

on_every_dynamodb! {
    the_first_attempt_is_told_that_it_is
    an_order_in_doubt_is_read_back
    nobody_takes_over_before_the_deadline_has_passed
    after_its_deadline_another_takes_over_and_knows
    an_attempt_whose_answer_was_lost_is_told_to_look_first
    only_what_is_open_is_collected
    giving_up_lets_the_next_one_be_the_first
    only_the_attempt_itself_gives_up
    what_is_settled_is_not_given_up
}

/// The smallest difference that deadlines have.
const MOMENT: SignedDuration = SignedDuration::from_millis(1);

fn otherwise(order: impl Into<Option<Order>>) -> Begun {
    Begun::Otherwise(order.into().map(Box::new))
}

fn before(at: Timestamp) -> Timestamp {
    at.checked_sub(MOMENT).unwrap()
}

fn after(at: Timestamp) -> Timestamp {
    at.checked_add(MOMENT).unwrap()
}

async fn the_first_attempt_is_told_that_it_is(shop: &Shop) {
    let member = shop.joined(1, 300).await;
    let opened = shop.opened(Some(&member), 300, 0).await;
    let attempt = attempt("first", at(30));
    let begun = shop.begin(opened.quote.id, &attempt, at(3)).await.unwrap();
    assert_eq!(begun, Begun::First(Approving { opened, attempt }));
    assert_eq!(shop.points(&member).await, (0, 300));
}

async fn an_order_in_doubt_is_read_back(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let approving = shop.approving(&opened, "first", at(30)).await;
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(approving)));
}

async fn nobody_takes_over_before_the_deadline_has_passed(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    for now in [at(4), before(at(30)), at(30)] {
        let begun = shop.begin(opened.quote.id, &attempt("second", at(60)), now).await.unwrap();
        assert_eq!(begun, otherwise(Order::Approving(first.clone())));
    }
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(first)));
}

async fn after_its_deadline_another_takes_over_and_knows(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    let attempt = attempt("second", at(60));
    let begun = shop.begin(opened.quote.id, &attempt, after(at(30))).await.unwrap();
    let second = Approving { opened: opened.clone(), attempt };
    assert_eq!(begun, Begun::Again(second.clone()));
    // The first one is late: it changes nothing any more.
    assert!(!shop.give_up(&first).await.unwrap());
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(second)));
}

async fn an_attempt_whose_answer_was_lost_is_told_to_look_first(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let approving = shop.approving(&opened, "first", at(30)).await;
    let begun = shop.begin(opened.quote.id, &approving.attempt, at(3)).await.unwrap();
    assert_eq!(begun, Begun::Again(approving));
}

async fn only_what_is_open_is_collected(shop: &Shop) {
    let quoted = Order::Quoted(shop.quoted(None, 0, 0).await);
    let paid = Order::Paid(shop.paid(None, 0, 0).await);
    let closed = Order::Closed(shop.closed(None, 0, 0).await);
    for order in [quoted, paid, closed] {
        let begun = shop.begin(order.id(), &attempt("first", at(130)), at(100)).await.unwrap();
        assert_eq!(begun, otherwise(order.clone()));
        assert_eq!(shop.stands(order.id()).await, Some(order));
    }
    let unknown = shop.will_see(OrderId::new(at(0), [255; 10]));
    let begun = shop.begin(unknown, &attempt("first", at(130)), at(100)).await.unwrap();
    assert_eq!(begun, otherwise(None));
    assert_eq!(shop.stands(unknown).await, None);
}

async fn giving_up_lets_the_next_one_be_the_first(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    assert!(shop.give_up(&first).await.unwrap());
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Opened(opened.clone())));
    // A repetition whose answer was lost finds nothing to do.
    assert!(shop.give_up(&first).await.unwrap());
    let attempt = attempt("second", at(60));
    let begun = shop.begin(opened.quote.id, &attempt, at(4)).await.unwrap();
    assert_eq!(begun, Begun::First(Approving { opened, attempt }));
}

async fn only_the_attempt_itself_gives_up(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    let other = Approving { opened: opened.clone(), attempt: attempt("other", at(30)) };
    assert!(!shop.give_up(&other).await.unwrap());
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(first)));
}

async fn what_is_settled_is_not_given_up(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let approving = shop.approving(&opened, "first", at(30)).await;
    let paid = super::shop::paid(&opened);
    shop.settle(&paid).await.unwrap();
    assert!(!shop.give_up(&approving).await.unwrap());
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Paid(paid)));
}
