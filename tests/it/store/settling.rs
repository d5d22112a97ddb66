//! Settling: the order is paid, and its points move with it, once.

use cafe_core::cafe::{Collected, EntryKind, Kept, Opened, Order, Paid, Store};
use cafe_core::payment::{Approval, Method, OrderId};

use super::shop::{PRICE, Shop, approval, at, at_gateway, cancelled, newcomer, otherwise, paid, quote};

on_every_dynamodb! {
    paying_in_full_earns
    paying_with_points_spends_what_was_held
    points_alone_can_pay
    a_stranger_pays_and_no_points_move
    an_order_in_doubt_is_settled_like_an_open_one
    a_paid_order_is_read_back_whatever_the_gateway_told
    settling_twice_moves_points_once
    a_second_approval_hears_of_the_first
    what_is_closed_is_not_settled
    what_was_never_opened_is_not_settled
    points_are_never_earned_by_somebody_who_has_not_joined
}

async fn paying_in_full_earns(shop: &Shop) {
    let member = shop.joined(1, 100).await;
    let paid = shop.paid(Some(&member), 0, 450).await;
    assert_eq!(shop.points(&member).await, (550, 0));
    let entries = shop.entries(&member).await.unwrap();
    assert_eq!(entries, [vec![newcomer(1, 100).entry()], paid.entries()].concat());
}

async fn paying_with_points_spends_what_was_held(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    shop.paid(Some(&member), 300, 0).await;
    assert_eq!(shop.points(&member).await, (700, 0));
    let lines = [(EntryKind::Bonus, 1), (EntryKind::Hold, 1), (EntryKind::Spend, 1)];
    assert_eq!(shop.lines(&member).await, lines.into());
}

async fn points_alone_can_pay(shop: &Shop) {
    let member = shop.joined(1, PRICE).await;
    let paid = shop.paid(Some(&member), PRICE, 0).await;
    assert_eq!(paid.collected, Collected::Points);
    assert_eq!(shop.points(&member).await, (0, 0));
    assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(paid)));
}

async fn a_stranger_pays_and_no_points_move(shop: &Shop) {
    let member = shop.joined(1, 100).await;
    let paid = shop.paid(None, 0, 0).await;
    assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(paid)));
    assert_eq!(shop.points(&member).await, (100, 0));
}

async fn an_order_in_doubt_is_settled_like_an_open_one(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450)] {
        let opened = shop.opened(Some(&member), spend, earn).await;
        // Settling asks for no token: what the gateway has collected is collected, whoever found out.
        shop.approving(&opened, "first", at(30)).await;
        let paid = paid(&opened);
        assert_eq!(shop.settle(&paid).await.unwrap(), Kept::Done);
        assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(paid)));
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
}

async fn a_paid_order_is_read_back_whatever_the_gateway_told(shop: &Shop) {
    let other = Method::Other("계좌이체".to_owned());
    for number in [None, Some("A1".to_owned())] {
        for method in [None, Some(Method::Card), Some(Method::Balance), Some(other.clone())] {
            for time in [None, Some(at(59))] {
                let opened = shop.opened(None, 0, 0).await;
                let told = Approval {
                    number: number.clone(),
                    method: method.clone(),
                    at: time,
                    ..approval(&opened)
                };
                let paid = paid_as_told(&opened, told);
                assert_eq!(shop.store.settle(&paid).await.unwrap(), Kept::Done);
                assert_eq!(shop.stands(paid.quote.id).await, Some(Order::Paid(paid)));
            }
        }
    }
}

fn paid_as_told(opened: &Opened, told: Approval) -> Paid {
    let mut paid = paid(opened);
    if let Collected::Gateway { approval, .. } = &mut paid.collected {
        *approval = told;
    }
    paid
}

async fn settling_twice_moves_points_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450)] {
        let paid = shop.paid(Some(&member), spend, earn).await;
        let points = shop.points(&member).await;
        assert_eq!(shop.settle(&paid).await.unwrap(), Kept::Done);
        assert_eq!(shop.points(&member).await, points);
    }
    let stranger = shop.paid(None, 0, 0).await;
    assert_eq!(shop.settle(&stranger).await.unwrap(), Kept::Done);
}

async fn a_second_approval_hears_of_the_first(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let first = shop.paid(Some(&member), spend, earn).await;
        let later = Paid { paid_at: at(90), ..first.clone() };
        assert_eq!(shop.settle(&later).await.unwrap(), otherwise(Order::Paid(first)));
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
}

async fn what_is_closed_is_not_settled(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let opened = shop.opened(Some(&member), spend, earn).await;
        let closed = cancelled(&opened);
        assert_eq!(shop.close(&closed, None).await.unwrap(), Kept::Done);
        assert_eq!(shop.settle(&paid(&opened)).await.unwrap(), otherwise(Order::Closed(closed)));
    }
    assert_eq!(shop.points(&member).await, (1_000, 0));
}

async fn what_was_never_opened_is_not_settled(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let unknown = shop.will_see(OrderId::new(at(0), [255; 10]));
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let quoted = shop.quoted(Some(&member), spend, earn).await;
        let as_if_opened = quoted.clone().open(at_gateway("T1"), at(2));
        let settled = shop.settle(&paid(&as_if_opened)).await.unwrap();
        assert_eq!(settled, otherwise(Order::Quoted(quoted)));

        let as_if_quoted = quote(unknown, Some(&member), spend, earn);
        let as_if_opened = as_if_quoted.open(at_gateway("T1"), at(2));
        assert_eq!(shop.settle(&paid(&as_if_opened)).await.unwrap(), otherwise(None));
    }
    assert_eq!(shop.stands(unknown).await, None);
    assert_eq!(shop.points(&member).await, (1_000, 0));
}

async fn points_are_never_earned_by_somebody_who_has_not_joined(shop: &Shop) {
    let stranger = newcomer(1, 0).id;
    let opened = shop.opened(Some(&stranger), 0, 450).await;
    let settled = shop.settle(&paid(&opened)).await.unwrap();
    assert_eq!(settled, Kept::PointsShort);
    assert_eq!(shop.stands(opened.quote.id).await, Some(Order::Opened(opened)));
    assert_eq!(shop.entries(&stranger).await.unwrap(), []);
}
