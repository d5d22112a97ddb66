//! Watching: what look-ups showed is kept with the order, and so is who looks next, the schedule or a person.

use cafe_core::cafe::{Capture, Kept, Look, Looks, Order, Saw, Store, Watch, Watched};
use cafe_core::payment::{OrderId, Won};
use jiff::{SignedDuration, Timestamp};

use super::shop::{
    Shop, at, at_gateway, cancelled, expired, paid, quote, refund_id, refunded, refunding, review_since,
    seconds, taken_over, turn, watch_from,
};

on_every_dynamodb! {
    nobody_has_looked_at_a_new_order
    an_order_that_was_never_made_is_not_watched
    what_was_seen_is_read_back
    what_was_seen_stays_until_the_order_is_refunded
    looking_again_puts_an_order_off
    what_is_to_be_seen_by_a_person_is_in_review_and_not_due
    the_longest_waiting_come_first_and_no_more_than_asked_for
    the_schedule_may_have_an_order_back
    beginning_takes_an_order_back_from_a_person
    resuming_a_refund_takes_it_back_from_a_person
    what_has_ended_waits_for_nobody
    keeping_the_same_twice_changes_nothing_more
    an_order_that_has_left_its_stage_is_not_watched_as_before
    an_order_that_has_ended_is_not_watched_again
    what_is_not_watched_stays_so
    whoever_keeps_no_watch_writes_nothing
}

/// What a look-up showed at that second, and nothing before it.
fn saw(saw: Saw, second: i64) -> Looks {
    Looks::default().and(saw, at(second))
}

/// Keeps that this was seen at that second, and that it is to be looked at again then.
async fn put_off(shop: &Shop, id: OrderId, second: i64, until: Timestamp) {
    let watched = shop.watched(id).await.unwrap().unwrap();
    let looks = watched.looks.clone().and(Saw::Pending, at(second));
    shop.keep_watching(&Watched { looks, watch: Some(Watch::From(until)), ..watched }).await.unwrap();
}

async fn nobody_has_looked_at_a_new_order(shop: &Shop) {
    let quoted = shop.quoted(None, 0, 0).await;
    let watched = shop.watched(quoted.quote.id).await.unwrap();
    let order = Order::Quoted(quoted);
    assert_eq!(watched, Some(Watched { order, looks: Looks::default(), watch: None }));

    let opened = shop.opened(None, 0, 0).await;
    let watched = shop.watched(opened.quote.id).await.unwrap();
    let watch = Some(watch_from(opened.abandoned_at()));
    assert_eq!(watched, Some(Watched { order: Order::Opened(opened), looks: Looks::default(), watch }));
}

async fn an_order_that_was_never_made_is_not_watched(shop: &Shop) {
    let unknown = shop.will_see(OrderId::new(at(0), [255; 10]));
    assert_eq!(shop.watched(unknown).await.unwrap(), None);
    let order = Order::Opened(quote(unknown, None, 0, 0).open(at_gateway("T1"), at(2)));
    let watch = Some(watch_from(at(5)));
    shop.keep_watching(&Watched { order, looks: saw(Saw::Pending, 3), watch }).await.unwrap();
    assert_eq!(shop.stands(unknown).await, None);
}

async fn what_was_seen_is_read_back(shop: &Shop) {
    let all = [
        Saw::NoAnswer(String::new()),
        Saw::NoAnswer("-721".to_owned()),
        Saw::Pending,
        Saw::Collected(Won::new(u32::MAX)),
        Saw::CollectedForAnother(Won::new(1)),
        Saw::Returned(Won::new(4_500)),
        Saw::Failed,
        Saw::Unrecognised("NEW \"WORD\" 낱말".to_owned()),
    ];
    let mut looks: Vec<_> = all.map(|saw| Look { saw, first: at(3), last: at(9), times: u32::MAX }).into();
    looks[0].first = at(3) + SignedDuration::from_nanos(1);
    for watch in [watch_from(at(1_000)), review_since(at(1_000))] {
        let order = Order::Opened(shop.opened(None, 0, 0).await);
        let watched = Watched { order, looks: Looks(looks.clone()), watch: Some(watch) };
        shop.keep_watching(&watched).await.unwrap();
        assert_eq!(shop.watched(watched.order.id()).await.unwrap(), Some(watched));
    }
}

async fn what_was_seen_stays_until_the_order_is_refunded(shop: &Shop) {
    let seen = async |id| shop.watched(id).await.unwrap().unwrap().looks;
    let looks = saw(Saw::Pending, 3);
    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    put_off(shop, id, 3, at(4)).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    assert_eq!(seen(id).await, looks);
    shop.leave_in_doubt(&first, at(10)).await.unwrap();
    assert_eq!(seen(id).await, looks);
    shop.give_up(&first).await.unwrap();
    assert_eq!(seen(id).await, looks);
    let paid = paid(&opened);
    shop.settle(&paid).await.unwrap();
    assert_eq!(seen(id).await, looks);
    shop.begin_refund(&refunding(&paid, "r1", None)).await.unwrap();
    assert_eq!(seen(id).await, Looks::default());

    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    put_off(shop, id, 3, at(4)).await;
    for capture in [Capture::Possible, Capture::Returning, Capture::Returned(opened.quote.due)] {
        let closed = expired(&opened, capture);
        shop.close(&closed, None).await.unwrap();
        shop.follow_up(&closed).await.unwrap();
        assert_eq!(seen(id).await, looks);
    }
}

async fn looking_again_puts_an_order_off(shop: &Shop) {
    let (first, second) = (shop.opened(None, 0, 0).await, shop.opened(None, 0, 0).await);
    let (first, second) = (first.quote.id, second.quote.id);
    let now = at(10_000);
    put_off(shop, first, 9_999, now + seconds(60)).await;
    assert_eq!(shop.due(now, 10).await.unwrap(), [second]);
    assert_eq!(shop.due(now + seconds(60), 10).await.unwrap(), [second, first]);
}

async fn what_is_to_be_seen_by_a_person_is_in_review_and_not_due(shop: &Shop) {
    let (one, other) = (shop.opened(None, 0, 0).await.quote.id, shop.opened(None, 0, 0).await.quote.id);
    assert_eq!(shop.in_review(10).await.unwrap(), []);
    shop.needs_review(one, at(1_000)).await;
    assert_eq!(shop.in_review(10).await.unwrap(), [one]);
    assert_eq!(shop.due(at(10_000_000), 10).await.unwrap(), [other]);
}

async fn the_longest_waiting_come_first_and_no_more_than_asked_for(shop: &Shop) {
    // Not in the order of their names, and with numbers of different lengths.
    let mut orders = Vec::new();
    for second in [500, -1_790_000_000 + 9, 20, 1_000_000, 7] {
        let id = shop.opened(None, 0, 0).await.quote.id;
        shop.needs_review(id, at(second)).await;
        orders.push((second, id));
    }
    orders.sort_unstable();
    let ids: Vec<OrderId> = orders.into_iter().map(|(_, id)| id).collect();
    assert_eq!(shop.in_review(10).await.unwrap(), ids);
    assert_eq!(shop.in_review(5).await.unwrap(), ids);
    assert_eq!(shop.in_review(2).await.unwrap(), ids[..2]);
}

async fn the_schedule_may_have_an_order_back(shop: &Shop) {
    let id = shop.opened(None, 0, 0).await.quote.id;
    shop.needs_review(id, at(1_000)).await;
    put_off(shop, id, 1_001, at(1_002)).await;
    assert_eq!(shop.in_review(10).await.unwrap(), []);
    assert_eq!(shop.due(at(1_002), 10).await.unwrap(), [id]);
}

async fn beginning_takes_an_order_back_from_a_person(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    for (turn, until) in
        [(turn("first", at(3), at(30)), at(30)), (turn("second", at(2_000), at(2_030)), at(2_030))]
    {
        shop.needs_review(id, at(1_000)).await;
        shop.begin(id, &turn, None).await.unwrap();
        assert_eq!(shop.in_review(10).await.unwrap(), []);
        assert_eq!(shop.watch(id).await, Some(watch_from(until)));
    }
}

async fn resuming_a_refund_takes_it_back_from_a_person(shop: &Shop) {
    let running = shop.running(None, 0, 0).await;
    shop.needs_review(running.quote.id, at(1_000)).await;
    let second = taken_over(&running, "second", at(2_030));
    assert_eq!(shop.resume_refund(&second, at(2_000)).await.unwrap(), Kept::Done);
    assert_eq!(shop.in_review(10).await.unwrap(), []);
    assert_eq!(shop.watch(running.quote.id).await, Some(watch_from(at(2_030))));
}

async fn what_has_ended_waits_for_nobody(shop: &Shop) {
    let (settled, closed) = (shop.opened(None, 0, 0).await, shop.opened(None, 0, 0).await);
    let (made, given_up) = (shop.running(None, 0, 0).await, shop.running(None, 0, 0).await);
    for quote in [&settled.quote, &closed.quote, &made.quote, &given_up.quote] {
        shop.needs_review(quote.id, at(1_000)).await;
    }
    assert_eq!(shop.settle(&paid(&settled)).await.unwrap(), Kept::Done);
    assert_eq!(shop.close(&cancelled(&closed), None).await.unwrap(), Kept::Done);
    let refunded = refunded(&made, 0);
    assert_eq!(shop.settle_refund(&refunded, &refund_id("r1")).await.unwrap(), Kept::Done);
    shop.give_up_refund(&given_up).await.unwrap();
    assert_eq!(shop.in_review(10).await.unwrap(), []);
    assert_eq!(shop.due(at(10_000_000), 10).await.unwrap(), []);
}

async fn keeping_the_same_twice_changes_nothing_more(shop: &Shop) {
    let order = Order::Opened(shop.opened(None, 0, 0).await);
    let watched = Watched { order, looks: saw(Saw::Pending, 3), watch: Some(watch_from(at(5))) };
    for _ in 0..2 {
        shop.keep_watching(&watched).await.unwrap();
        assert_eq!(shop.watched(watched.order.id()).await.unwrap().as_ref(), Some(&watched));
    }
}

/// What was looked at stands otherwise by now: neither what was seen nor when to look again is kept.
async fn is_not_kept(shop: &Shop, order: Order) {
    let id = order.id();
    let stands = shop.watched(id).await.unwrap();
    for watch in [Watch::From(at(5)), Watch::Review(at(5))] {
        let watched = Watched { order: order.clone(), looks: saw(Saw::Failed, 4), watch: Some(watch) };
        shop.keep_watching(&watched).await.unwrap();
        assert_eq!(shop.watched(id).await.unwrap(), stands);
    }
}

async fn an_order_that_has_left_its_stage_is_not_watched_as_before(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    is_not_kept(shop, Order::Opened(opened.clone())).await;
    shop.give_up(&first).await.unwrap();
    is_not_kept(shop, Order::Approving(first.clone())).await;
    // Whatever may still come of a closed order, it was not looked at as one.
    shop.close(&expired(&opened, Capture::Possible), None).await.unwrap();
    is_not_kept(shop, Order::Opened(opened)).await;
    is_not_kept(shop, Order::Approving(first)).await;
}

async fn an_order_that_has_ended_is_not_watched_again(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let first = shop.approving(&opened, "first", at(30)).await;
    shop.settle(&paid(&opened)).await.unwrap();
    is_not_kept(shop, Order::Approving(first)).await;
    is_not_kept(shop, Order::Opened(opened)).await;

    let opened = shop.opened(None, 0, 0).await;
    let possible = expired(&opened, Capture::Possible);
    shop.close(&possible, None).await.unwrap();
    shop.follow_up(&expired(&opened, None)).await.unwrap();
    is_not_kept(shop, Order::Closed(possible)).await;

    let running = shop.running(None, 0, 0).await;
    shop.give_up_refund(&running).await.unwrap();
    is_not_kept(shop, Order::Paid(running)).await;
    let running = shop.running(None, 0, 0).await;
    shop.settle_refund(&refunded(&running, 0), &refund_id("r1")).await.unwrap();
    is_not_kept(shop, Order::Paid(running)).await;
}

async fn what_is_not_watched_stays_so(shop: &Shop) {
    let quoted = Order::Quoted(shop.quoted(None, 0, 0).await);
    let paid = Order::Paid(shop.paid(None, 0, 0).await);
    let closed = Order::Closed(shop.closed(None, 0, 0).await);
    let returned = shop.opened(None, 0, 0).await;
    let returned = expired(&returned, Capture::Returned(returned.quote.due));
    shop.close(&returned, None).await.unwrap();
    for order in [quoted, paid, closed, Order::Closed(returned)] {
        is_not_kept(shop, order).await;
    }
}

async fn whoever_keeps_no_watch_writes_nothing(shop: &Shop) {
    let id = shop.opened(None, 0, 0).await.quote.id;
    let stands = shop.watched(id).await.unwrap().unwrap();
    let watched = Watched { looks: saw(Saw::Failed, 4), watch: None, ..stands.clone() };
    shop.keep_watching(&watched).await.unwrap();
    assert_eq!(shop.watched(id).await.unwrap(), Some(stands));
}
