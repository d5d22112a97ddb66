//! More gateways than one: the customer chooses, and points, receipts, refunds and doubts are as at any of them.

use fakes::portone;
use fakes::tosspayments::{Endpoint, Fault};
use reqwest::StatusCode;

use crate::cafe::{Bubble, Cafe, DESKTOP, KAKAOTALK, MINA, between, story_with, without_ids};

const ESPRESSO: (i64, &str) = (1, "에스프레소");

/// Each gateway by its name in a link, and what a receipt calls it.
const EACH: [(&str, &str); 3] =
    [("kakaopay", "카카오페이머니"), ("tosspayments", "토스페이먼츠 카드"), ("portone", "카드")];

/// In a cafe that takes all three, through either API of `PortOne`'s, and with the page that Toss Payments opens by itself or
/// that its script does.
async fn with_all(tell: impl AsyncFn(&Cafe)) {
    for (api, toss_keys) in [("v2", ""), ("v1", "test_sk_fake00000000000000000000")] {
        let all = ("GATEWAYS", "kakaopay,tosspayments,portone");
        let settings = [all, ("PORTONE_API", api), ("TOSS_SECRET_KEY", toss_keys)];
        story_with(&settings, async |cafe| {
            cafe.joins("mina", MINA).await;
            tell(cafe).await;
        })
        .await;
    }
}

/// Follows an order's link, and chooses. Gives the page that it leads to, the gateway's or ours.
async fn chooses(cafe: &Cafe, card: &Bubble, by: &str) -> String {
    cafe.opens_link(&format!("{}?by={by}", card.link())).await
}

/// The same, and agrees to pay there. Gives the way back.
async fn pays_at(cafe: &Cafe, card: &Bubble, by: &str) -> String {
    let page = chooses(cafe, card, by).await;
    cafe.pays(&page).await
}

#[tokio::test]
async fn a_link_offers_what_there_is_and_the_choice_stands() {
    with_all(async |cafe| {
        let card = cafe.orders_with_points(("mina", MINA), ESPRESSO, 100).await;
        for strange in ["", "?by=paypal", "?by=", "?by=kakaopay&by=portone", "?by=%FF"] {
            let page = cafe.visit(&format!("{}{strange}", card.link()), KAKAOTALK).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(page, @"
                200 어떻게 결제하시겠어요?
                상품: 에스프레소 1개
                주문 금액: 1,500원
                사용할 포인트: 100P
                결제 금액: 1,400원
                주문 번호: …
                ");
            }
            let ways: Vec<_> = between(&page.body, "<a href=\"", "</a>").map(without_ids).collect();
            let way = |by: &str, name: &str| format!("{}/pay/…?by={by}\">{name}", cafe.url());
            let offered = [("kakaopay", "카카오페이"), ("tosspayments", "토스페이먼츠"), ("portone", "카드")];
            assert_eq!(ways, offered.map(|(by, name)| way(by, name)));
        }
        assert!(cafe.visit_in_english(card.link()).await.body.contains("How would you like to pay?"));
        assert_eq!(cafe.points_of(MINA).await, (100, 0), "nothing is held before there is a choice");
        let page = chooses(cafe, &card, "tosspayments").await;
        assert_eq!(cafe.points_of(MINA).await, (0, 100));
        // What is opened is paid there, whatever a link says then.
        for link in [card.link().to_owned(), format!("{}?by=kakaopay", card.link())] {
            assert_eq!(cafe.opens_link(&link).await, page);
        }
    })
    .await;
}

#[tokio::test]
async fn a_fresh_link_is_led_to_the_choice_and_a_reload_makes_no_other_order() {
    with_all(async |cafe| {
        for link in ["/", "/payment?item_name=에스프레소"] {
            let choice = cafe.visit(link, DESKTOP).await;
            insta::allow_duplicates! { insta::assert_snapshot!(choice, @"301 → /pay/…"); }
            let page = cafe.visit(choice.location(), DESKTOP).await;
            assert!(page.to_string().starts_with("200 어떻게 결제하시겠어요?"), "{page}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_pays_with_points_alone_chooses_nothing() {
    with_all(async |cafe| {
        let card = cafe.orders("mina", MINA, 20, "아이스아메리카노").await;
        cafe.returns(&pays_at(cafe, &card, "portone").await).await;
        let covered = cafe.orders_with_points(("mina", MINA), ESPRESSO, 1_500).await;
        let back = cafe.opens_link(covered.link()).await;
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn an_order_is_paid_and_given_back_at_each_as_at_any() {
    with_all(async |cafe| {
        for (by, method) in EACH {
            let (before, _) = cafe.points_of(MINA).await;
            let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
            let back = pays_at(cafe, &card, by).await;
            let receipt = cafe.returns(&back).await.to_string();
            assert!(receipt.starts_with("200 결제가 완료되었습니다"), "{by}: {receipt}");
            assert!(receipt.contains(&format!("결제 수단: {method}\n")), "{by}: {receipt}");
            assert_eq!(cafe.points_of(MINA).await, (before + 440, 0), "{by}");
            for link in
                [&back, card.link(), &format!("{}/cancel", card.link()), &format!("{}/fail", card.link())]
            {
                assert_eq!(cafe.returns(link).await.to_string(), receipt, "{by}");
            }
            let part = cafe.refunds(card.order(), Some(1_100), "r1").await;
            assert!(part.contains(r#""points_reversed":110,"refunded":1100"#), "{by}: {part}");
            assert_eq!(cafe.refunds(card.order(), Some(1_100), "r1").await, part, "{by}");
            assert_eq!(
                (cafe.collected(card.order()), cafe.points_of(MINA).await.0),
                (3_300, before + 330),
                "{by}"
            );
            let rest = cafe.refunds(card.order(), None, "r2").await;
            assert!(rest.contains(r#""left":0"#), "{by}: {rest}");
            assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await.0), (0, before), "{by}");
        }
    })
    .await;
}

#[tokio::test]
async fn points_are_spent_at_each_and_come_back_where_nobody_pays() {
    with_all(async |cafe| {
        for (by, _) in EACH {
            for gives_up in ["cancel", "fail"] {
                let card = cafe.orders_with_points(("mina", MINA), ESPRESSO, 100).await;
                let page = chooses(cafe, &card, by).await;
                assert_eq!(cafe.points_of(MINA).await, (0, 100), "{by}");
                let back =
                    if gives_up == "cancel" { cafe.cancels(&page).await } else { cafe.fails(&page).await };
                let ended = cafe.returns(&back).await;
                assert_eq!(cafe.points_of(MINA).await, (100, 0), "{by}: {ended}");
                // A gateway that collects by itself may have since the last look: nobody says that it has not.
                assert_eq!(ended.denies_payment(), by != "portone", "{by}: {ended}");
            }
            let card = cafe.orders_with_points(("mina", MINA), ESPRESSO, 100).await;
            cafe.returns(&pays_at(cafe, &card, by).await).await;
            assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)), "{by}");
            cafe.refunds(card.order(), None, "r").await;
            assert_eq!(cafe.points_of(MINA).await, (100, 0), "{by}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_pays_at_any_and_the_schedule_gives_the_points_back() {
    with_all(async |cafe| {
        for (by, _) in EACH {
            let card = cafe.orders_with_points(("mina", MINA), ESPRESSO, 100).await;
            chooses(cafe, &card, by).await;
            let given = if by == "kakaopay" { 15 } else { 30 };
            cafe.later(given);
            cafe.reconcile().await;
            assert_eq!(cafe.points_of(MINA).await, (0, 100), "{by}");
            cafe.later(10);
            cafe.reconcile().await;
            assert_eq!(cafe.points_of(MINA).await, (100, 0), "{by}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_pays_where_it_is_collected_by_itself_and_never_comes_back_has_paid() {
    with_all(async |cafe| {
        let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        pays_at(cafe, &card, "portone").await;
        cafe.later(2);
        assert_eq!(cafe.reconcile().await, "1 settled");
        assert_eq!(cafe.points_of(MINA).await, (540, 0));
        let receipt = cafe.returns(card.link()).await;
        assert!(receipt.to_string().starts_with("200 결제가 완료되었습니다"), "{receipt}");
    })
    .await;
}

#[tokio::test]
async fn what_is_collected_by_itself_after_its_order_was_closed_is_given_back() {
    with_all(async |cafe| {
        for ended in ["cancelled", "expired"] {
            let card = cafe.orders_with_points(("mina", MINA), ESPRESSO, 100).await;
            let page = cafe.window_of(&chooses(cafe, &card, "portone").await).await;
            if ended == "cancelled" {
                let closed = cafe.returns(&format!("{}/cancel", card.link())).await;
                insta::allow_duplicates! { insta::assert_snapshot!(closed, @"
                200 결제를 취소했습니다
                결제가 확인되지 않아 주문을 닫았습니다. 나중에라도 결제된 금액이 확인되면 모두 돌려 드립니다.
                주문 번호: …
                "); }
            } else {
                cafe.later(31);
                // Nobody has looked yet, and it may have been paid.
                let waits = cafe.returns(card.link()).await;
                assert_eq!(waits.status, StatusCode::ACCEPTED, "{waits}");
                assert_eq!(cafe.reconcile().await, "1 closed");
            }
            assert_eq!(cafe.points_of(MINA).await, (100, 0));
            // The window still stands open in some tab.
            let back = cafe.pays(&page).await;
            assert_eq!(cafe.collected(card.order()), 1_400);
            assert!(!cafe.returns(&back).await.denies_payment());
            cafe.later(2);
            assert_eq!(cafe.reconcile().await, "1 returned");
            assert_eq!(cafe.collected(card.order()), 0);
            let returned = cafe.returns(&back).await.to_string();
            assert!(returned.contains("결제된 금액 1,400원을 모두 돌려 드렸습니다."), "{returned}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_nobody_can_be_paying_any_more_is_looked_for_no_more() {
    with_all(async |cafe| {
        let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        chooses(cafe, &card, "portone").await;
        cafe.returns(&format!("{}/cancel", card.link())).await;
        let look_ups = || cafe.portone().calls(portone::Endpoint::Payment);
        let before = look_ups();
        for _ in 0..2 {
            cafe.later(23 * 60);
            cafe.reconcile().await;
        }
        assert_eq!(look_ups(), before + 2);
        cafe.later(24 * 60);
        assert_eq!(cafe.reconcile().await, "nothing");
        assert!(cafe.returns(card.link()).await.denies_payment());
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_a_closed_bank_refused_is_collected_when_it_is_open() {
    with_all(async |cafe| {
        let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        let back = pays_at(cafe, &card, "tosspayments").await;
        cafe.tosspayments().inject(Endpoint::Confirm, Fault::named("bank_closed").unwrap());
        let refused = cafe.returns(&back).await;
        assert!(refused.denies_payment(), "{refused}");
        let receipt = cafe.returns(&back).await;
        assert_eq!(receipt.status, StatusCode::OK, "{receipt}");
        assert_eq!(cafe.collected(card.order()), 4_400);
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_a_closed_bank_refused_is_made_by_a_later_run() {
    with_all(async |cafe| {
        let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        cafe.returns(&pays_at(cafe, &card, "tosspayments").await).await;
        for fault in ["reset", "bank_closed"] {
            cafe.tosspayments().inject(Endpoint::Cancel, Fault::named(fault).unwrap());
            let pending = cafe.refunds(card.order(), Some(1_100), "r1").await;
            assert!(pending.contains(r#""outcome":"pending""#), "{fault}: {pending}");
            cafe.later(1);
        }
        let made = cafe.refunds(card.order(), Some(1_100), "r1").await;
        assert!(made.contains(r#""outcome":"refunded""#), "{made}");
        assert_eq!(cafe.collected(card.order()), 3_300);
    })
    .await;
}

#[tokio::test]
async fn what_a_browser_brings_back_from_another_gateway_pays_nothing() {
    with_all(async |cafe| {
        let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        let back = pays_at(cafe, &card, "tosspayments").await;
        let (approve, _) = back.split_once('?').unwrap();
        // An order of another's, a sum that is not read, and no proof at all.
        let other = "01M7YV40Y5X7D1HJS70DFMYCZX";
        for query in ["", "?paymentKey=", &format!("?paymentKey=tpay&orderId={other}&amount=1")] {
            let page = cafe.returns(&format!("{approve}{query}")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}: {page}");
        }
        let cheaper = back.replace("amount=4400", "amount=1");
        assert_ne!(cheaper, back);
        assert_eq!(cafe.returns(&cheaper).await.status, StatusCode::OK);
        assert_eq!(cafe.collected(card.order()), 4_400);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_is_looked_up_at_each() {
    with_all(async |cafe| {
        let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        let back = pays_at(cafe, &card, "tosspayments").await;
        cafe.tosspayments().inject(Endpoint::Confirm, Fault::AnswerLost);
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);

        let card = cafe.orders("mina", MINA, 2, "아이스아메리카노").await;
        let back = pays_at(cafe, &card, "portone").await;
        cafe.portone().inject(portone::Endpoint::Payment, fakes::Trouble::Reset);
        let waits = cafe.returns(&back).await;
        assert_eq!(waits.status, StatusCode::ACCEPTED, "{waits}");
        cafe.later(1);
        assert_eq!(cafe.reconcile().await, "1 settled");
        assert_eq!(cafe.collected(card.order()), 4_400);
    })
    .await;
}
