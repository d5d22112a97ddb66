//! Doubt: an attempt that has ended and does not know what it did leaves the order to whoever comes next.

use cafe_core::cafe::{Approving, Begun, Kept, Order, Store};
use cafe_core::payment::OrderId;

use super::shop::{Shop, at, at_gateway, attempt, before, cancelled, paid, proof, quote, turn, watch_from};

on_every_dynamodb! {
    an_attempt_left_in_doubt_is_over_at_once
    a_doubt_is_looked_at_five_seconds_later
    a_doubt_keeps_the_proof
    a_proof_that_is_to_be_forgotten_is_gone
    leaving_in_doubt_twice_changes_nothing_more
    only_the_attempt_itself_leaves_in_doubt
    what_was_taken_over_is_not_left_in_doubt_by_the_attempt_before
    what_is_left_in_doubt_can_still_be_given_up_or_ended
    only_what_is_being_collected_is_left_in_doubt
    what_was_put_to_a_person_meanwhile_is_the_schedules_again
}

/// An order whose first attempt was begun at 3 and left in doubt at 10.
async fn left_in_doubt(shop: &Shop) -> Approving {
    let opened = shop.opened(None, 0, 0).await;
    let approving = shop.approving(&opened, "first", at(30)).await;
    shop.leave_in_doubt(&approving, at(10)).await.unwrap();
    Approving { attempt: attempt("first", at(10)), ..approving }
}

async fn an_attempt_left_in_doubt_is_over_at_once(shop: &Shop) {
    let doubt = left_in_doubt(shop).await;
    let id = doubt.opened.quote.id;
    assert_eq!(shop.stands(id).await, Some(Order::Approving(doubt.clone())));
    let too_early = shop.begin(id, &turn("second", before(at(10)), at(40)), None).await.unwrap();
    assert_eq!(too_early, Begun::Otherwise(Some(Box::new(Order::Approving(doubt.clone())))));
    let second = turn("second", at(10), at(40));
    let begun = shop.begin(id, &second, None).await.unwrap();
    assert_eq!(begun, Begun::Again(Approving { attempt: second.attempt, ..doubt }));
}

async fn a_doubt_is_looked_at_five_seconds_later(shop: &Shop) {
    let id = left_in_doubt(shop).await.opened.quote.id;
    assert_eq!(shop.watch(id).await, Some(watch_from(at(15))));
    assert_eq!(shop.due(at(14), 10).await.unwrap(), []);
    assert_eq!(shop.due(at(15), 10).await.unwrap(), [id]);
}

async fn a_doubt_keeps_the_proof(shop: &Shop) {
    let doubt = left_in_doubt(shop).await;
    let second = turn("second", at(11), at(41));
    let begun = shop.begin(doubt.opened.quote.id, &second, None).await.unwrap();
    let Begun::Again(second) = begun else { panic!("{begun:?}") };
    assert_eq!(second.proof, Some(proof("first")));
    // One doubt after the other.
    shop.leave_in_doubt(&second, at(12)).await.unwrap();
    let begun = shop.begin(doubt.opened.quote.id, &turn("third", at(12), at(42)), None).await.unwrap();
    let Begun::Again(third) = begun else { panic!("{begun:?}") };
    assert_eq!(third.proof, Some(proof("first")));
}

async fn a_proof_that_is_to_be_forgotten_is_gone(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    let approving = shop.approving(&opened, "first", at(30)).await;
    shop.leave_in_doubt(&Approving { proof: None, ..approving }, at(10)).await.unwrap();
    assert!(!shop.attributes(id).await.contains("proof"));
    let second = turn("second", at(10), at(40));
    let begun = shop.begin(id, &second, None).await.unwrap();
    assert_eq!(begun, Begun::Again(Approving { opened, attempt: second.attempt, proof: None }));
}

async fn leaving_in_doubt_twice_changes_nothing_more(shop: &Shop) {
    let doubt = left_in_doubt(shop).await;
    let left = shop.watched(doubt.opened.quote.id).await.unwrap();
    shop.leave_in_doubt(&doubt, at(10)).await.unwrap();
    assert_eq!(shop.watched(doubt.opened.quote.id).await.unwrap(), left);
}

async fn only_the_attempt_itself_leaves_in_doubt(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    let stands = shop.watched(opened.quote.id).await.unwrap();
    let other = Approving { attempt: attempt("other", at(30)), proof: None, ..first };
    shop.leave_in_doubt(&other, at(10)).await.unwrap();
    assert_eq!(shop.watched(opened.quote.id).await.unwrap(), stands);
}

async fn what_was_taken_over_is_not_left_in_doubt_by_the_attempt_before(shop: &Shop) {
    let doubt = left_in_doubt(shop).await;
    let id = doubt.opened.quote.id;
    shop.begin(id, &turn("second", at(11), at(41)), None).await.unwrap();
    let stands = shop.watched(id).await.unwrap();
    // As when its answer was lost, and it is repeated late.
    for first in [doubt.clone(), Approving { proof: None, ..doubt }] {
        shop.leave_in_doubt(&first, at(10)).await.unwrap();
        assert_eq!(shop.watched(id).await.unwrap(), stands);
    }
}

async fn what_is_left_in_doubt_can_still_be_given_up_or_ended(shop: &Shop) {
    let given_up = left_in_doubt(shop).await;
    assert!(shop.give_up(&given_up).await.unwrap());
    assert_eq!(shop.stands(given_up.opened.quote.id).await, Some(Order::Opened(given_up.opened)));
    let settled = left_in_doubt(shop).await;
    assert_eq!(shop.settle(&paid(&settled.opened)).await.unwrap(), Kept::Done);
    let closed = left_in_doubt(shop).await;
    let own = shop.close(&cancelled(&closed.opened), Some(&closed.attempt.token)).await.unwrap();
    assert_eq!(own, Kept::Done);
}

async fn only_what_is_being_collected_is_left_in_doubt(shop: &Shop) {
    let quoted = Order::Quoted(shop.quoted(None, 0, 0).await);
    let opened = Order::Opened(shop.opened(None, 0, 0).await);
    let paid = Order::Paid(shop.paid(None, 0, 0).await);
    let closed = Order::Closed(shop.closed(None, 0, 0).await);
    let given_up = left_in_doubt(shop).await;
    shop.give_up(&given_up).await.unwrap();
    let unknown = shop.will_see(OrderId::new(at(0), [255; 10]));
    let known = [quoted, opened, paid, closed, Order::Opened(given_up.opened)].map(|order| order.id());
    for id in known.into_iter().chain([unknown]) {
        let stands = shop.watched(id).await.unwrap();
        let opened = quote(id, None, 0, 0).open(at_gateway("T1"), at(2));
        let approving = Approving { opened, attempt: attempt("first", at(30)), proof: Some(proof("first")) };
        shop.leave_in_doubt(&approving, at(10)).await.unwrap();
        assert_eq!(shop.watched(id).await.unwrap(), stands);
    }
}

/// Whoever looked before the attempt began may say only while it runs that a person must look.
async fn what_was_put_to_a_person_meanwhile_is_the_schedules_again(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    let first = shop.approving(&opened, "first", at(30)).await;
    shop.needs_review(id, at(9)).await;
    shop.leave_in_doubt(&first, at(10)).await.unwrap();
    assert_eq!(shop.watch(id).await, Some(watch_from(at(15))));

    let begun = shop.begin(id, &turn("second", at(11), at(41)), None).await.unwrap();
    let Begun::Again(second) = begun else { panic!("{begun:?}") };
    shop.needs_review(id, at(12)).await;
    assert!(shop.give_up(&second).await.unwrap());
    assert_eq!(shop.watch(id).await, Some(watch_from(opened.abandoned_at())));
}
