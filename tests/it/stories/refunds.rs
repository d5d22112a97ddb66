//! Refunds: the owner gives money back, and the points that came with it go back in proportion.

use serde_json::json;

use crate::cafe::{Bubble, Cafe, MINA, story};

/// Mina's order of 4,400 won, paid, for which she earned 440 points.
async fn paid(cafe: &Cafe) -> Bubble {
    let card = cafe.mina_orders().await;
    let back = cafe.opens_and_pays(card.link()).await;
    cafe.returns(&back).await;
    assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (4_400, (540, 0)));
    card
}

#[tokio::test]
async fn all_of_it_goes_back_and_with_it_the_points() {
    story(async |cafe| {
        let card = paid(cafe).await;
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r1").await, @r#"{"amount":4400,"left":0,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":440,"refunded":4400,"request":"r1"}"#);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        200 환불이 완료되었습니다
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        결제 금액: 4,400원
        공급가액: 4,000원
        부가세: 400원
        적립 포인트: 440P
        환불 금액: 4,400원
        회수된 적립 포인트: 440P
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r2").await, @r#"{"outcome":"refused","reason":"this order has been refunded in full"}"#);
        insta::assert_snapshot!(cafe.refunds(card.order(), Some(1), "r3").await, @r#"{"outcome":"refused","reason":"this order has been refunded in full"}"#);
    })
    .await;
}

#[tokio::test]
async fn parts_of_it_go_back_until_nothing_is_left() {
    story(async |cafe| {
        let card = paid(cafe).await;
        let mut told = Vec::new();
        for (amount, request) in
            [(Some(1), "r1"), (Some(1_466), "r2"), (Some(2_934), "r3"), (Some(2_933), "r4"), (None, "r5")]
        {
            let answer = cafe.refunds(card.order(), amount, request).await;
            let (left, (points, _)) = (cafe.collected(card.order()), cafe.points_of(MINA).await);
            told.push(format!("{amount:?}: {left}원 {points}P {answer}"));
        }
        insta::assert_snapshot!(told.join("\n"), @r#"
        Some(1): 4399원 540P {"amount":1,"left":4399,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":0,"refunded":1,"request":"r1"}
        Some(1466): 2933원 394P {"amount":1466,"left":2933,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":146,"refunded":1467,"request":"r2"}
        Some(2934): 2933원 394P {"outcome":"refused","reason":"only 2,933원 of this order can still be refunded"}
        Some(2933): 0원 100P {"amount":2933,"left":0,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":294,"refunded":4400,"request":"r4"}
        None: 0원 100P {"outcome":"refused","reason":"this order has been refunded in full"}
        "#);
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        200 환불이 완료되었습니다
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        결제 금액: 4,400원
        공급가액: 4,000원
        부가세: 400원
        적립 포인트: 440P
        환불 금액: 4,400원
        회수된 적립 포인트: 440P
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
    })
    .await;
}

#[tokio::test]
async fn a_refund_asked_for_twice_is_made_once() {
    story(async |cafe| {
        let card = paid(cafe).await;
        let first = cafe.refunds(card.order(), Some(1_000), "r1").await;
        for _ in 0..3 {
            assert_eq!(cafe.refunds(card.order(), Some(1_000), "r1").await, first);
        }
        assert_eq!((cafe.collected(card.order()), cafe.calls()["cancel"]), (3_400, 1));
        // Another request over the same sum is another refund.
        cafe.refunds(card.order(), Some(1_000), "r2").await;
        assert_eq!((cafe.collected(card.order()), cafe.calls()["cancel"]), (2_400, 2));
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        200 일부 환불되었습니다
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        결제 금액: 4,400원
        공급가액: 4,000원
        부가세: 400원
        적립 포인트: 440P
        환불 금액: 2,000원
        회수된 적립 포인트: 200P
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_asked_for_ten_times_at_once_is_made_once() {
    story(async |cafe| {
        let card = paid(cafe).await;
        crate::cafe::at_once((0..10).map(|_| cafe.refunds(card.order(), Some(1_000), "r1"))).await;
        let answer = cafe.refunds(card.order(), Some(1_000), "r1").await;
        assert!(answer.contains(r#""outcome":"refunded""#), "{answer}");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (3_400, (440, 0)));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_refunded_is_refused_and_nothing_moves() {
    story(async |cafe| {
        let card = paid(cafe).await;
        let quoted = cafe.orders("mina", MINA, 1, "에스프레소").await;
        let opened = cafe.orders("mina", MINA, 1, "에스프레소").await;
        let page = cafe.opens_link(opened.link()).await;
        let closed = cafe.orders("mina", MINA, 1, "에스프레소").await;
        cafe.opens_link(closed.link()).await;
        cafe.returns(&format!("{}/cancel", closed.link())).await;
        let calls = cafe.calls();

        let order = card.order().to_string();
        let mut told = Vec::new();
        for (what, event) in [
            ("too much", json!({ "order": order, "amount": 4_401, "reason": "r" })),
            ("far too much", json!({ "order": order, "amount": i64::MAX, "reason": "r" })),
            ("nothing", json!({ "order": order, "amount": 0, "reason": "r" })),
            ("less than nothing", json!({ "order": order, "amount": -5, "reason": "r" })),
            ("no reason", json!({ "order": order, "reason": " " })),
            ("a bad name", json!({ "order": order, "reason": "r", "request": "a b" })),
            ("no order", json!({ "order": "1", "reason": "r" })),
            ("an unknown order", json!({ "order": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "reason": "r" })),
            ("only quoted", json!({ "order": quoted.order().to_string(), "reason": "r" })),
            ("only opened", json!({ "order": opened.order().to_string(), "reason": "r" })),
            ("cancelled", json!({ "order": closed.order().to_string(), "reason": "r" })),
        ] {
            told.push(format!("{what}: {}", cafe.refund(event).await));
        }
        insta::assert_snapshot!(told.join("\n"), @r#"
        too much: {"outcome":"refused","reason":"only 4,400원 of this order can still be refunded"}
        far too much: {"outcome":"refused","reason":"amount must be a positive number of whole won"}
        nothing: {"outcome":"refused","reason":"a refund is of at least 1 won; leave the amount out to give back all that is left"}
        less than nothing: {"outcome":"refused","reason":"amount must be a positive number of whole won"}
        no reason: {"outcome":"refused","reason":"reason must say in 1 to 200 characters why"}
        a bad name: {"outcome":"refused","reason":"request must be 1 to 64 printable characters without space or #"}
        no order: {"outcome":"refused","reason":"order is not an order id"}
        an unknown order: {"outcome":"refused","reason":"there is no such order"}
        only quoted: {"outcome":"refused","reason":"the order has not been paid"}
        only opened: {"outcome":"refused","reason":"the order has not been paid"}
        cancelled: {"outcome":"refused","reason":"the order has not been paid"}
        "#);
        assert_eq!(cafe.calls(), calls);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (4_400, (540, 0)));
        cafe.cancels(&page).await;
    })
    .await;
}

#[tokio::test]
async fn spent_points_come_back_with_the_money_they_were_spent_beside() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = cafe.orders_with_points(("mina", MINA), (2, "아이스아메리카노"), 100).await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.returns(&back).await;
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (4_300, (0, 0)));
        insta::assert_snapshot!(cafe.refunds(card.order(), Some(2_150), "r1").await, @r#"{"amount":2150,"left":2150,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":50,"points_reversed":0,"refunded":2150,"request":"r1"}"#);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (2_150, (50, 0)));
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r2").await, @r#"{"amount":2150,"left":0,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":50,"points_reversed":0,"refunded":4300,"request":"r2"}"#);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        200 환불이 완료되었습니다
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        사용한 포인트: 100P
        결제 금액: 4,300원
        공급가액: 3,909원
        부가세: 391원
        환불 금액: 4,300원
        돌려받은 포인트: 100P
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
    })
    .await;
}

#[tokio::test]
async fn earned_points_that_were_spent_meanwhile_are_forgiven() {
    story(async |cafe| {
        let card = paid(cafe).await;
        let other = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 500).await;
        let back = cafe.opens_and_pays(other.link()).await;
        cafe.returns(&back).await;
        assert_eq!(cafe.points_of(MINA).await, (40, 0));
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r1").await, @r#"{"amount":4400,"left":0,"order":"…","outcome":"refunded","points_forgiven":400,"points_returned":0,"points_reversed":40,"refunded":4400,"request":"r1"}"#);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (0, 0)));
    })
    .await;
}

#[tokio::test]
async fn an_order_that_points_paid_gives_the_points_back_all_at_once() {
    story(async |cafe| {
        let large = cafe.joins("mina", MINA).await;
        assert!(!large.has_link());
        let large = cafe.orders("mina", MINA, 20, "에스프레소").await;
        let back = cafe.opens_and_pays(large.link()).await;
        cafe.returns(&back).await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 1_500).await;
        let back = cafe.opens_link(card.link()).await;
        cafe.returns(&back).await;
        assert_eq!(cafe.points_of(MINA).await, (1_600, 0));
        insta::assert_snapshot!(cafe.refunds(card.order(), Some(500), "r1").await, @r#"{"outcome":"refused","reason":"this order was paid with points alone, which go back all at once; leave the amount out"}"#);
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r2").await, @r#"{"amount":0,"left":0,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":1500,"points_reversed":0,"refunded":0,"request":"r2"}"#);
        assert_eq!(cafe.points_of(MINA).await, (3_100, 0));
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r3").await, @r#"{"outcome":"refused","reason":"this order has been refunded in full"}"#);
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        200 환불이 완료되었습니다
        상품: 에스프레소 1개
        주문 금액: 1,500원
        사용한 포인트: 1,500P
        결제 금액: 0원
        돌려받은 포인트: 1,500P
        결제 수단: 포인트
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!(cafe.calls().get("cancel"), None);
    })
    .await;
}

#[tokio::test]
async fn what_was_returned_by_hand_is_written_down_and_not_returned_again() {
    story(async |cafe| {
        let card = paid(cafe).await;
        let tid = cafe.kakaopay().payments().last().unwrap().tid.clone();
        cafe.kakaopay().give_back(&tid, 1_100).unwrap();
        insta::assert_snapshot!(cafe.refunds(card.order(), Some(400), "r1").await, @r#"{"outcome":"refused","reason":"money of this order was returned at the gateway by hand, which is written down now; 3,300원 can still be refunded"}"#);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (3_300, (430, 0)));
        insta::assert_snapshot!(cafe.refunds(card.order(), Some(400), "r1").await, @r#"{"amount":400,"left":2900,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":40,"refunded":1500,"request":"r1"}"#);
        cafe.kakaopay().give_back(&tid, 2_900).unwrap();
        insta::assert_snapshot!(cafe.refunds(card.order(), None, "r2").await, @r#"{"amount":2900,"left":0,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":290,"refunded":4400,"request":"r2"}"#);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
    })
    .await;
}
