//! Payment links without a chat: the demo item, and links that name a drink.

use crate::cafe::{DESKTOP, KAKAOTALK, MINA, story};

#[tokio::test]
async fn the_demo_link_sells_a_choco_pie() {
    story(async |cafe| {
        let answer = cafe.visit("/", DESKTOP).await;
        insta::assert_snapshot!(answer, @"301 → /mockup/bridge/pc/pg/one-time/payment/…");
        let back = cafe.pays(answer.location()).await;
        insta::assert_snapshot!(cafe.visit(&back, DESKTOP).await, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 초코파이 1개
        주문 금액: 2,200원
        결제 금액: 2,200원
        공급가액: 2,000원
        부가세: 200원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        // Another visit is another order.
        let other = cafe.visit("/", KAKAOTALK).await;
        insta::assert_snapshot!(other, @"301 → /mockup/bridge/mobile-web/pg/one-time/payment/…");
        assert_eq!(cafe.calls(), [("approve", 1), ("ready", 2)].into());
    })
    .await;
}

#[tokio::test]
async fn a_link_names_its_drink_and_the_menu_its_price() {
    story(async |cafe| {
        let mut shown = Vec::new();
        for query in [
            "item_name=아이스아메리카노&quantity=2&total_amount=4400",
            "item_name=%EC%95%84%EC%9D%B4%EC%8A%A4%EC%95%84%EB%A9%94%EB%A6%AC%EC%B9%B4%EB%85%B8&quantity=2",
            "item_name=핫아메리카노+더블",
            "item_name=초코파이&quantity=1&total_amount=2200",
        ] {
            let answer = cafe.visit(&format!("/payment?{query}"), KAKAOTALK).await;
            assert_eq!(answer.status, 301, "{query}: {answer}");
            let back = cafe.pays(answer.location()).await;
            shown.push(format!("{}", cafe.returns(&back).await));
        }
        insta::assert_snapshot!(shown.join("\n"), @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        결제 금액: 4,400원
        공급가액: 4,000원
        부가세: 400원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        결제 금액: 4,400원
        공급가액: 4,000원
        부가세: 400원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 핫아메리카노 더블 1개
        주문 금액: 4,000원
        결제 금액: 4,000원
        공급가액: 3,636원
        부가세: 364원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 초코파이 1개
        주문 금액: 2,200원
        결제 금액: 2,200원
        공급가액: 2,000원
        부가세: 200원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
    })
    .await;
}

#[tokio::test]
async fn nobody_earns_by_a_link() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let page = cafe.opens_link("/payment?item_name=아이스아메리카노&quantity=2").await;
        let back = cafe.pays(&page).await;
        cafe.returns(&back).await;
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn a_link_that_asks_for_what_is_not_sold_sells_nothing() {
    story(async |cafe| {
        let mut shown = Vec::new();
        for query in [
            "",
            "?item_name=",
            "?item_name=녹차",
            "?item_name=아이스아메리카노&quantity=0",
            "?item_name=아이스아메리카노&quantity=21",
            "?item_name=아이스아메리카노&quantity=-1",
            "?item_name=아이스아메리카노&quantity=두잔",
            "?item_name=아이스아메리카노&quantity=",
            "?item_name=아이스아메리카노&quantity=2&total_amount=100",
            "?item_name=아이스아메리카노&quantity=2&total_amount=-4400",
            "?item_name=아이스아메리카노&quantity=2&total_amount=공짜",
            "?item_name=초코파이&quantity=2&total_amount=4400",
            "?item_name=아이스아메리카노&item_name=에스프레소",
            "?item_name=%FF",
        ] {
            let answer = cafe.visit(&format!("/payment{query}"), KAKAOTALK).await;
            shown.push(format!("/payment{query}\n    {}", answer.to_string().replace('\n', "\n    ")));
        }
        insta::assert_snapshot!(shown.join("\n"), @"
        /payment
            404 메뉴에 없는 상품입니다
            메뉴를 확인하고 다시 주문해 주세요.
        /payment?item_name=
            404 메뉴에 없는 상품입니다
            메뉴를 확인하고 다시 주문해 주세요.
        /payment?item_name=녹차
            404 메뉴에 없는 상품입니다
            메뉴를 확인하고 다시 주문해 주세요.
        /payment?item_name=아이스아메리카노&quantity=0
            400 주문할 수 없는 수량입니다
            한 번에 1잔부터 20잔까지 주문하실 수 있습니다.
        /payment?item_name=아이스아메리카노&quantity=21
            400 주문할 수 없는 수량입니다
            한 번에 1잔부터 20잔까지 주문하실 수 있습니다.
        /payment?item_name=아이스아메리카노&quantity=-1
            400 주문할 수 없는 수량입니다
            한 번에 1잔부터 20잔까지 주문하실 수 있습니다.
        /payment?item_name=아이스아메리카노&quantity=두잔
            400 주문할 수 없는 수량입니다
            한 번에 1잔부터 20잔까지 주문하실 수 있습니다.
        /payment?item_name=아이스아메리카노&quantity=
            400 주문할 수 없는 수량입니다
            한 번에 1잔부터 20잔까지 주문하실 수 있습니다.
        /payment?item_name=아이스아메리카노&quantity=2&total_amount=100
            400 금액이 맞지 않습니다
            지금 금액은 4,400원입니다. 다시 주문해 주세요.
        /payment?item_name=아이스아메리카노&quantity=2&total_amount=-4400
            400 금액이 맞지 않습니다
            지금 금액은 4,400원입니다. 다시 주문해 주세요.
        /payment?item_name=아이스아메리카노&quantity=2&total_amount=공짜
            400 금액이 맞지 않습니다
            지금 금액은 4,400원입니다. 다시 주문해 주세요.
        /payment?item_name=초코파이&quantity=2&total_amount=4400
            404 메뉴에 없는 상품입니다
            메뉴를 확인하고 다시 주문해 주세요.
        /payment?item_name=아이스아메리카노&item_name=에스프레소
            404 메뉴에 없는 상품입니다
            메뉴를 확인하고 다시 주문해 주세요.
        /payment?item_name=%FF
            404 메뉴에 없는 상품입니다
            메뉴를 확인하고 다시 주문해 주세요.
        ");
        assert_eq!((cafe.requests(), cafe.calls()), ([].into(), [].into()));
    })
    .await;
}
