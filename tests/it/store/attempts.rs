//! Collecting: one attempt at a time, and the next one knows that there was one.

use cafe_core::cafe::{Approving, Begun, Kept, Order, Store};
use cafe_core::payment::OrderId;

use super::shop::{PRICE, Shop, after, at, attempt, before, cancelled, paid, proof, turn};

on_every_dynamodb! {
    the_first_attempt_is_told_that_it_is
    an_order_in_doubt_is_read_back
    nobody_takes_over_before_the_deadline
    at_its_deadline_another_takes_over_and_knows
    an_attempt_whose_answer_was_lost_is_told_to_look_first
    only_what_is_open_is_collected
    an_attempt_without_a_proof_has_none
    a_later_attempt_has_the_proof_of_the_one_before
    a_later_proof_takes_the_place_of_the_one_before
    giving_up_lets_the_next_one_be_the_first
    only_the_attempt_itself_gives_up
    what_is_settled_is_not_given_up
    no_proof_is_kept_longer_than_its_attempt
}

fn otherwise(order: impl Into<Option<Order>>) -> Begun {
    Begun::Otherwise(order.into().map(Box::new))
}

async fn the_first_attempt_is_told_that_it_is(shop: &Shop) {
    let member = shop.joined(1, 300).await;
    let opened = shop.opened(Some(&member), 300, 0).await;
    let first = turn("first", at(3), at(30));
    let begun = shop.begin(opened.quote.id, &first, Some(&proof("first"))).await.unwrap();
    let approving = Approving { opened, attempt: first.attempt, proof: Some(proof("first")) };
    assert_eq!(begun, Begun::First(approving));
    assert_eq!(shop.points(&member).await, (0, 300));
}

async fn an_order_in_doubt_is_read_back(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let approving = shop.approving(&opened, "first", at(30)).await;
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(approving)));
}

async fn nobody_takes_over_before_the_deadline(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    for now in [at(4), before(at(30))] {
        let second = turn("second", now, at(60));
        let begun = shop.begin(opened.quote.id, &second, Some(&proof("second"))).await.unwrap();
        assert_eq!(begun, otherwise(Order::Approving(first.clone())));
    }
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(first)));
}

async fn at_its_deadline_another_takes_over_and_knows(shop: &Shop) {
    for now in [at(30), after(at(30)), at(1_000)] {
        let opened = shop.opened(None, 0, 0).await;
        let first = shop.approving(&opened, "first", at(30)).await;
        let turn = turn("second", now, at(1_060));
        let begun = shop.begin(opened.quote.id, &turn, Some(&proof("second"))).await.unwrap();
        let second = Approving { opened, attempt: turn.attempt, proof: Some(proof("second")) };
        assert_eq!(begun, Begun::Again(second.clone()));
        // The first one is late: it changes nothing any more.
        assert!(!shop.give_up(&first).await.unwrap());
        assert_eq!(shop.stands(first.opened.quote.id).await, Some(Order::Approving(second)));
    }
}

async fn an_attempt_whose_answer_was_lost_is_told_to_look_first(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let approving = shop.approving(&opened, "first", at(30)).await;
    for again in [Some(&proof("first")), None] {
        let begun = shop.begin(opened.quote.id, &turn("first", at(3), at(30)), again).await.unwrap();
        assert_eq!(begun, Begun::Again(approving.clone()));
    }
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(approving)));
}

async fn only_what_is_open_is_collected(shop: &Shop) {
    let quoted = Order::Quoted(shop.quoted(None, 0, 0).await);
    let paid = Order::Paid(shop.paid(None, 0, 0).await);
    let closed = Order::Closed(shop.closed(None, 0, 0).await);
    for order in [quoted, paid, closed] {
        let first = turn("first", at(100), at(130));
        let begun = shop.begin(order.id(), &first, Some(&proof("first"))).await.unwrap();
        assert_eq!(begun, otherwise(order.clone()));
        assert_eq!(shop.stands(order.id()).await, Some(order));
    }
    let unknown = shop.will_see(OrderId::new(at(0), [255; 10]));
    let begun = shop.begin(unknown, &turn("first", at(100), at(130)), None).await.unwrap();
    assert_eq!(begun, otherwise(None));
    assert_eq!(shop.stands(unknown).await, None);
}

async fn an_attempt_without_a_proof_has_none(shop: &Shop) {
    let member = shop.joined(1, PRICE).await;
    let opened = shop.opened(Some(&member), PRICE, 0).await;
    for (turn, again) in [(turn("first", at(3), at(30)), false), (turn("second", at(30), at(60)), true)] {
        let begun = shop.begin(opened.quote.id, &turn, None).await.unwrap();
        let approving = Approving { opened: opened.clone(), attempt: turn.attempt, proof: None };
        assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(approving.clone())));
        assert_eq!(begun, if again { Begun::Again(approving) } else { Begun::First(approving) });
    }
}

async fn a_later_attempt_has_the_proof_of_the_one_before(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    shop.approving(&opened, "first", at(30)).await;
    for turn in [turn("second", at(30), at(60)), turn("third", at(60), at(90))] {
        let begun = shop.begin(opened.quote.id, &turn, None).await.unwrap();
        let approving =
            Approving { opened: opened.clone(), attempt: turn.attempt, proof: Some(proof("first")) };
        assert_eq!(begun, Begun::Again(approving.clone()));
        assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(approving)));
    }
}

async fn a_later_proof_takes_the_place_of_the_one_before(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    shop.approving(&opened, "first", at(30)).await;
    let second = turn("second", at(30), at(60));
    shop.begin(opened.quote.id, &second, Some(&proof("second"))).await.unwrap();
    let third = turn("third", at(60), at(90));
    let begun = shop.begin(opened.quote.id, &third, None).await.unwrap();
    let approving = Approving { opened, attempt: third.attempt, proof: Some(proof("second")) };
    assert_eq!(begun, Begun::Again(approving));
}

async fn giving_up_lets_the_next_one_be_the_first(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    assert!(shop.give_up(&first).await.unwrap());
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Opened(opened.clone())));
    // A repetition whose answer was lost finds nothing to do.
    assert!(shop.give_up(&first).await.unwrap());
    let second = turn("second", at(4), at(60));
    let begun = shop.begin(opened.quote.id, &second, None).await.unwrap();
    assert_eq!(begun, Begun::First(Approving { opened, attempt: second.attempt, proof: None }));
}

async fn only_the_attempt_itself_gives_up(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    let other = Approving { attempt: attempt("other", at(30)), ..first.clone() };
    assert!(!shop.give_up(&other).await.unwrap());
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Approving(first)));
}

async fn what_is_settled_is_not_given_up(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let approving = shop.approving(&opened, "first", at(30)).await;
    let paid = paid(&opened);
    shop.settle(&paid).await.unwrap();
    assert!(!shop.give_up(&approving).await.unwrap());
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Paid(paid)));
}

async fn no_proof_is_kept_longer_than_its_attempt(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let mut begun = Vec::new();
        for _ in 0..3 {
            let opened = shop.opened(Some(&member), spend, earn).await;
            begun.push(shop.approving(&opened, "first", at(30)).await);
            assert!(shop.attributes(opened.quote.id).await.contains("proof"));
        }
        assert!(shop.give_up(&begun[0]).await.unwrap());
        assert_eq!(shop.settle(&paid(&begun[1].opened)).await.unwrap(), Kept::Done);
        let own = shop.close(&cancelled(&begun[2].opened), Some(&begun[2].attempt.token)).await.unwrap();
        assert_eq!(own, Kept::Done);
        for ended in begun {
            assert!(!shop.attributes(ended.opened.quote.id).await.contains("proof"));
        }
    }
}
