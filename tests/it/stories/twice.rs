//! The same thing done twice, or by many at once: what comes of it is what comes of doing it once.

use cafe_core::cafe::Order;
use reqwest::StatusCode;

use crate::cafe::{KAKAOTALK, MINA, at_once, story};

#[tokio::test]
async fn a_link_followed_again_leads_to_the_same_page() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let page = cafe.opens_link(card.link()).await;
        assert_eq!(cafe.opens_link(card.link()).await, page);
        cafe.later(14);
        assert_eq!(cafe.opens_link(card.link()).await, page);
        assert_eq!(cafe.calls(), [("ready", 1)].into());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_taps_at_once_lead_to_one_page() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 60).await;
        let pages = at_once((0..20).map(|_| cafe.opens_link(card.link()))).await;
        assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
        assert_eq!(cafe.points_of(MINA).await, (40, 60));
        let back = cafe.pays(&pages[0]).await;
        cafe.returns(&back).await;
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_440, (40, 0)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_returns_at_once_collect_once() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let back = cafe.opens_and_pays(card.link()).await;
        let answers = at_once((0..100).map(|_| cafe.returns(&back))).await;
        let receipt = cafe.returns(&back).await;
        assert_eq!(receipt.status, StatusCode::OK);
        for answer in &answers {
            // Whoever was not first is asked to wait, or sees the first one's receipt.
            assert!(answer.status == StatusCode::ACCEPTED || answer.body == receipt.body, "{answer}");
        }
        assert!(answers.iter().any(|answer| answer.body == receipt.body));
        for _ in 0..3 {
            assert_eq!(cafe.returns(&back).await.body, receipt.body);
        }
        assert_eq!(cafe.calls()["approve"], 1);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (4_400, (540, 0)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_and_paying_at_once_end_as_one_of_the_two() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        for round in 0..10 {
            let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 10).await;
            let back = cafe.opens_and_pays(card.link()).await;
            let cancel = format!("{}/cancel", card.link());
            let links = if round % 2 == 0 { [&back, &cancel] } else { [&cancel, &back] };
            let answers = at_once(links.map(|link| cafe.returns(link))).await;
            let collected = cafe.collected(card.order());
            for answer in &answers {
                assert!(
                    collected == 0 || !answer.denies_payment(),
                    "{collected} collected, and yet {answer}"
                );
            }
            match cafe.order(card.order()).await {
                Order::Paid(_) => assert_eq!(collected, 1_490),
                Order::Closed(_) => assert_eq!(collected, 0),
                order @ (Order::Quoted(_) | Order::Opened(_) | Order::Approving(_)) => panic!("{order:?}"),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_points_are_held_for_one_of_two_orders() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        for _ in 0..5 {
            let first = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
            let second = cafe.orders_with_points(("mina", MINA), (1, "핫아메리카노"), 100).await;
            let links = [first.link(), second.link()];
            let answers = at_once(links.map(|link| cafe.visit(link, KAKAOTALK))).await;
            let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
            statuses.sort_unstable();
            assert_eq!((statuses, cafe.points_of(MINA).await), (vec![301, 409], (0, 100)));
            for link in links {
                cafe.returns(&format!("{link}/cancel")).await;
            }
            assert_eq!(cafe.points_of(MINA).await, (100, 0));
        }
    })
    .await;
}

#[tokio::test]
async fn cancelling_what_is_paid_changes_nothing() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let back = cafe.opens_and_pays(card.link()).await;
        let receipt = cafe.returns(&back).await;
        let (calls, _before) = (cafe.calls(), cafe.requests());
        for end in ["cancel", "fail"] {
            assert_eq!(cafe.returns(&format!("{}/{end}", card.link())).await.body, receipt.body, "{end}");
        }
        assert_eq!((cafe.requests(), cafe.calls()), ([("GetItem".to_owned(), 2)].into(), calls));
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (4_400, (540, 0)));
    })
    .await;
}

#[tokio::test]
async fn returning_to_what_is_cancelled_collects_nothing() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let back = cafe.opens_and_pays(card.link()).await;
        // The payer agreed, and then the other tab says cancel. The gateway still waits for our approval.
        let cancelled = cafe.returns(&format!("{}/cancel", card.link())).await;
        insta::assert_snapshot!(cancelled, @"
        200 결제를 취소했습니다
        결제된 금액은 없습니다.
        주문 번호: …
        ");
        assert_eq!(cafe.returns(&back).await.body, cancelled.body);
        assert_eq!(cafe.calls().get("approve"), None);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
    })
    .await;
}

#[tokio::test]
async fn a_forged_token_leaves_the_order_payable_with_the_right_one() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let page = cafe.opens_link(card.link()).await;
        let forged = format!("{}/approve?pg_token=0123456789abcdef0123", card.link());
        insta::assert_snapshot!(cafe.returns(&forged).await, @"
        402 결제가 끝나지 않았습니다
        결제된 금액은 없습니다. 결제창에서 결제를 마쳐 주세요.
        ");
        let back = cafe.pays(&page).await;
        insta::assert_snapshot!(cafe.returns(&forged).await, @"
        402 결제가 승인되지 않았습니다
        결제된 금액은 없습니다. 채팅방의 결제하기를 다시 눌러 주세요.
        ");
        assert_eq!(cafe.collected(card.order()), 0);
        insta::assert_snapshot!(cafe.returns(&back).await, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 아이스아메리카노 2개
        주문 금액: 4,400원
        결제 금액: 4,400원
        공급가액: 4,000원
        부가세: 400원
        적립 포인트: 440P
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!(cafe.collected(card.order()), 4_400);
        // And once it is paid, a forged one shows the receipt as any other does.
        assert_eq!(cafe.returns(&forged).await.body, cafe.returns(&back).await.body);
    })
    .await;
}

#[tokio::test]
async fn returning_without_a_token_collects_nothing() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let back = cafe.opens_and_pays(card.link()).await;
        let _before = cafe.requests();
        for end in ["approve", "approve?pg_token=", "approve?token=1", "approve?pg_token=a&pg_token=b"] {
            let answer = cafe.returns(&format!("{}/{end}", card.link())).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(answer, @"
                400 잘못된 결제 주소입니다
                결제된 금액은 없습니다. 채팅방의 결제하기를 다시 눌러 주세요.
                ");
            }
        }
        assert_eq!(
            (cafe.requests(), cafe.calls()),
            ([("GetItem".to_owned(), 4)].into(), [("ready", 1)].into())
        );
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_token_of_one_order_pays_no_other() {
    story(async |cafe| {
        let (cheap, dear) =
            (cafe.mina_orders().await, cafe.orders("mina", MINA, 20, "아이스아메리카노 더블").await);
        cafe.opens_and_pays(dear.link()).await;
        let back = cafe.opens_and_pays(cheap.link()).await;
        let swapped = back.replace(&cheap.order().to_string(), &dear.order().to_string());
        insta::assert_snapshot!(cafe.returns(&swapped).await, @"
        402 결제가 승인되지 않았습니다
        결제된 금액은 없습니다. 채팅방의 결제하기를 다시 눌러 주세요.
        ");
        assert_eq!((cafe.collected(dear.order()), cafe.collected(cheap.order())), (0, 0));
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
        assert_eq!((cafe.collected(dear.order()), cafe.collected(cheap.order())), (0, 4_400));
    })
    .await;
}
