//! Orders with points: held when the payment opens, spent when it is made, given back when it is not.

use reqwest::{Method, StatusCode};

use crate::cafe::{JUN, KAKAOTALK, MINA, story};

const ESPRESSO: (i64, &str) = (1, "에스프레소");

#[tokio::test]
async fn points_move_only_when_money_does() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = cafe.orders_with_points(("mina", MINA), (2, "아이스아메리카노"), 100).await;
        insta::assert_snapshot!(card, @"
        아이스아메리카노 2잔
        100P 사용, 4,300원 결제
        4400
        -100
        [결제하기]
        ");
        assert_eq!(cafe.points_of(MINA).await, (100, 0), "quoted");

        let page = cafe.opens_link(card.link()).await;
        assert_eq!(cafe.points_of(MINA).await, (0, 100), "opened");
        insta::assert_snapshot!(cafe.points("mina", MINA).await, @"
        010-****-5678님의 포인트는 0P입니다.
        진행 중인 결제에 쓰이는 100P는 빠져 있습니다.
        ");
        let back = cafe.pays(&page).await;
        assert_eq!(cafe.points_of(MINA).await, (0, 100), "agreed");
        assert_eq!(cafe.collected(card.order()), 0);

        let receipt = cafe.returns(&back).await;
        insta::assert_snapshot!(receipt, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        사용한 포인트: 100P
        결제 금액: 4,300원
        공급가액: 3,909원
        부가세: 391원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!(cafe.points_of(MINA).await, (0, 0), "paid");
        assert_eq!(cafe.collected(card.order()), 4_300);
        assert_eq!(cafe.returns(&back).await.body, receipt.body);
        assert_eq!(cafe.points_of(MINA).await, (0, 0), "looked at again");
        insta::assert_snapshot!(cafe.points("mina", MINA).await, @"010-****-5678님의 포인트는 0P입니다.");
    })
    .await;
}

#[tokio::test]
async fn an_order_that_points_cover_asks_no_gateway() {
    story(async |cafe| {
        let earning = cafe.mina_orders().await;
        let back = cafe.opens_and_pays(earning.link()).await;
        cafe.returns(&back).await;
        let larger = cafe.orders("mina", MINA, 10, "에스프레소").await;
        let back = cafe.opens_and_pays(larger.link()).await;
        cafe.returns(&back).await;
        assert_eq!(cafe.points_of(MINA).await, (2_040, 0));
        let calls = cafe.calls();

        let card = cafe.orders_with_points(("mina", MINA), ESPRESSO, 1_500).await;
        insta::assert_snapshot!(card, @"
        에스프레소 1잔
        1,500P 사용, 0원 결제
        1500
        -1500
        [포인트로 결제하기]
        ");
        // Whoever asks only for headers spends nothing.
        for end in ["", "/approve"] {
            let link = format!("{}{end}", card.link());
            cafe.requests_page(Method::HEAD, &link, KAKAOTALK).await;
            let (balance, held) = cafe.points_of(MINA).await;
            assert_eq!(balance + held, 2_040, "{end}");
        }
        let answer = cafe.visit(card.link(), KAKAOTALK).await;
        insta::assert_snapshot!(answer, @"301 → /pay/…/approve");
        assert_eq!(cafe.points_of(MINA).await, (540, 1_500), "opened");
        let back = answer.location().to_owned();
        let receipt = cafe.returns(&back).await;
        insta::assert_snapshot!(receipt, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 에스프레소 1개
        주문 금액: 1,500원
        사용한 포인트: 1,500P
        결제 금액: 0원
        결제 수단: 포인트
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!(cafe.points_of(MINA).await, (540, 0), "spent, and nothing earned");
        for link in [&*back, card.link()] {
            assert_eq!(cafe.returns(link).await.body, receipt.body);
        }
        assert_eq!((cafe.calls(), cafe.points_of(MINA).await), (calls, (540, 0)));
    })
    .await;
}

#[tokio::test]
async fn points_of_somebody_else_can_be_neither_seen_nor_spent() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        cafe.joins("jun", JUN).await;
        insta::assert_snapshot!(cafe.points("jun", MINA).await, @"이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.");
        let _before = cafe.requests();
        insta::assert_snapshot!(cafe.orders_with_points(("jun", MINA), ESPRESSO, 50).await, @"이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.");
        assert_eq!(cafe.requests(), [("GetItem".to_owned(), 1)].into());
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn who_orders_with_somebody_else_s_number_neither_earns_nor_learns_that_it_is_a_member_s() {
    story(async |cafe| {
        let stranger = cafe.orders("jun", MINA, 1, "에스프레소").await;
        cafe.joins("mina", MINA).await;
        let card = cafe.orders("jun", MINA, 1, "에스프레소").await;
        assert_eq!(card.to_string(), stranger.to_string());
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.returns(&back).await;
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn a_stranger_has_no_points() {
    story(async |cafe| {
        insta::assert_snapshot!(cafe.points("jun", JUN).await, @"이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.");
        insta::assert_snapshot!(cafe.orders_with_points(("jun", JUN), ESPRESSO, 50).await, @"이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.");
    })
    .await;
}

#[tokio::test]
async fn points_quoted_twice_are_held_once() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let first = cafe.orders_with_points(("mina", MINA), ESPRESSO, 80).await;
        let second = cafe.orders_with_points(("mina", MINA), ESPRESSO, 80).await;
        cafe.opens_link(first.link()).await;
        let refused = cafe.returns(second.link()).await;
        insta::assert_snapshot!(refused, @"
        409 포인트가 부족합니다
        결제된 금액은 없습니다. 포인트를 확인하고 다시 주문해 주세요.
        ");
        assert_eq!(cafe.points_of(MINA).await, (20, 80));

        // Once the first is given up, the second can be opened after all.
        let page = cafe.returns(&format!("{}/cancel", first.link())).await;
        assert_eq!(page.status, StatusCode::OK);
        cafe.opens_link(second.link()).await;
        assert_eq!(cafe.points_of(MINA).await, (20, 80));
    })
    .await;
}
