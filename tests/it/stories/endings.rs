//! Orders that are not paid: cancelled, failed, or forgotten.

use crate::cafe::{Bubble, Cafe, MINA, story};

/// Mina has joined, and orders a cup with all of her hundred points.
async fn order_with_all_points(cafe: &Cafe) -> Bubble {
    cafe.joins("mina", MINA).await;
    let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
    assert_eq!(cafe.points_of(MINA).await, (100, 0));
    card
}

#[tokio::test]
async fn a_cancelled_payment_gives_the_points_back() {
    story(async |cafe| {
        let card = order_with_all_points(cafe).await;
        let page = cafe.opens_link(card.link()).await;
        assert_eq!(cafe.points_of(MINA).await, (0, 100));
        let back = cafe.cancels(&page).await;
        let answer = cafe.returns(&back).await;
        insta::assert_snapshot!(answer, @"
        200 결제를 취소했습니다
        결제된 금액은 없습니다. 사용하려던 포인트는 돌려 드렸습니다.
        주문 번호: …
        ");
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
        // It stays cancelled, whichever way is taken.
        for link in [back.clone(), card.link().to_owned(), format!("{}/fail", card.link())] {
            assert_eq!(cafe.returns(&link).await.body, answer.body, "{link}");
        }
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn a_failed_payment_gives_the_points_back() {
    story(async |cafe| {
        let card = order_with_all_points(cafe).await;
        let page = cafe.opens_link(card.link()).await;
        let back = cafe.fails(&page).await;
        let answer = cafe.returns(&back).await;
        insta::assert_snapshot!(answer, @"
        200 결제하지 못했습니다
        결제된 금액은 없습니다. 사용하려던 포인트는 돌려 드렸습니다.
        주문 번호: …
        ");
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
        assert_eq!(cafe.returns(&format!("{}/approve?pg_token=any", card.link())).await.body, answer.body);
        assert_eq!(cafe.calls(), [("order", 1), ("ready", 1)].into());
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_payment_gives_the_points_back() {
    story(async |cafe| {
        let card = order_with_all_points(cafe).await;
        let page = cafe.opens_link(card.link()).await;
        cafe.later(14);
        cafe.reconcile().await;
        assert_eq!(cafe.points_of(MINA).await, (0, 100), "still payable");
        assert_eq!(cafe.opens_link(card.link()).await, page);

        cafe.later(1);
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        202 결제를 확인하고 있습니다
        다시 결제하지 마세요. 확인되는 대로 이 화면에서 알려 드립니다.
        주문 번호: …
        (15초마다 다시)
        ");
        cafe.later(1);
        assert_eq!(cafe.reconcile().await, "1 closed");
        assert_eq!(cafe.points_of(MINA).await, (100, 0), "given back");
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        410 결제 시간이 지났습니다
        결제된 금액은 없습니다. 사용하려던 포인트는 돌려 드렸습니다.
        주문 번호: …
        ");
        assert_eq!(cafe.reconcile().await, "nothing");
    })
    .await;
}

#[tokio::test]
async fn who_comes_too_late_to_the_gateway_is_told_so_and_has_the_points_back() {
    story(async |cafe| {
        let card = order_with_all_points(cafe).await;
        let page = cafe.opens_link(card.link()).await;
        cafe.later(16);
        let back = cafe.is_late_for(&page).await;
        insta::assert_snapshot!(cafe.returns(&back).await, @"
        410 결제 시간이 지났습니다
        결제된 금액은 없습니다. 사용하려던 포인트는 돌려 드렸습니다.
        주문 번호: …
        ");
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn who_agrees_and_comes_back_too_late_pays_nothing() {
    story(async |cafe| {
        let card = order_with_all_points(cafe).await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.later(16);
        let answer = cafe.returns(&back).await;
        insta::assert_snapshot!(answer, @"
        410 결제 시간이 지났습니다
        결제된 금액은 없습니다. 사용하려던 포인트는 돌려 드렸습니다.
        주문 번호: …
        ");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
        assert_eq!(cafe.returns(&back).await.body, answer.body);
    })
    .await;
}

#[tokio::test]
async fn a_points_only_order_that_nobody_confirms_gives_the_points_back() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = cafe.orders("mina", MINA, 10, "에스프레소").await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.returns(&back).await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 1_500).await;
        cafe.opens_link(card.link()).await;
        assert_eq!(cafe.points_of(MINA).await, (100, 1_500));
        cafe.later(17);
        cafe.reconcile().await;
        assert_eq!(cafe.points_of(MINA).await, (1_600, 0));
        insta::assert_snapshot!(cafe.returns(&format!("{}/approve", card.link())).await, @"
        410 결제 시간이 지났습니다
        결제된 금액은 없습니다. 사용하려던 포인트는 돌려 드렸습니다.
        주문 번호: …
        ");
    })
    .await;
}

#[tokio::test]
async fn a_way_back_before_the_way_there_ends_nothing() {
    story(async |cafe| {
        let card = order_with_all_points(cafe).await;
        for end in ["cancel", "fail", "approve?pg_token=any", "approve"] {
            let answer = cafe.returns(&format!("{}/{end}", card.link())).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(answer, @"
                404 주문을 찾을 수 없습니다
                다시 주문해 주세요.
                ");
            }
        }
        cafe.opens_link(card.link()).await;
        assert_eq!(cafe.points_of(MINA).await, (0, 100));
    })
    .await;
}
