//! A function that stops half-way, wherever that is: whoever comes next, customer or schedule, finishes it.

use cafe_core::cafe::{Approving, Begun, Collected, Kept, Order, RefundId, Tender};
use cafe_core::payment::{
    Cancellation, Collection, GatewayError, OrderId, Proof, Provider, Returning, Returns, Session, Snapshot,
    Won,
};
use fakes::kakaopay::{Endpoint, Fault};
use reqwest::StatusCode;

use crate::cafe::{Bubble, Cafe, JUN, MINA, at_once, story};

/// The customer comes back; the intent is written down with what they bring, and the function stops.
async fn begins(cafe: &Cafe, order: OrderId, back: &str) -> Approving {
    let parts = cafe.parts();
    match parts.store.begin(order, &parts.world.turn(), proof(back).as_ref()).await.unwrap() {
        Begun::First(approving) => approving,
        begun @ (Begun::Again(_) | Begun::Otherwise(_)) => panic!("{begun:?}"),
    }
}

/// The gateway is asked to collect, and the function stops.
async fn collects(cafe: &Cafe, approving: &Approving, back: &str) -> Result<Snapshot, GatewayError> {
    let quote = &approving.opened.quote;
    let collection =
        Collection { name: approving.attempt.token.0.clone(), amount: quote.due, proof: proof(back) };
    let gateway = cafe.parts().gateways.of(Provider::KakaoPay);
    gateway.approve(&quote.payment(&session(approving)), &collection).await
}

/// What the gateway has appended to the way back.
fn proof(back: &str) -> Option<Proof> {
    Some(Proof(back.split_once("pg_token=")?.1.to_owned()))
}

fn session(approving: &Approving) -> Session {
    match &approving.opened.tender {
        Tender::Gateway { session, .. } => session.clone(),
        Tender::Points => panic!("nobody collects points: {approving:?}"),
    }
}

/// An order with points whose payer has agreed, and the way back.
async fn agreed(cafe: &Cafe) -> (Bubble, String) {
    cafe.joins("mina", MINA).await;
    let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
    let back = cafe.opens_and_pays(card.link()).await;
    (card, back)
}

/// What there is to see while nobody knows: the same for every link.
async fn nobody_knows(cafe: &Cafe, card: &Bubble, back: &str) {
    let ways = ["approve", "cancel", "fail"].map(|end| format!("{}/{end}", card.link()));
    for link in ways.iter().map(String::as_str).chain([back, card.link()]) {
        let answer = cafe.returns(link).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(answer, @"
            202 결제를 확인하고 있습니다
            다시 결제하지 마세요. 확인되는 대로 이 화면에서 알려 드립니다.
            주문 번호: …
            (3초마다 다시)
            ");
        }
    }
    assert_eq!(cafe.points_of(MINA).await, (0, 100));
}

#[tokio::test]
async fn before_the_gateway_was_asked_a_reload_finishes_it() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        begins(cafe, card.order(), &back).await;
        nobody_knows(cafe, &card, &back).await;
        cafe.later(1);
        insta::assert_snapshot!(cafe.returns(&back).await, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 에스프레소 1개
        주문 금액: 1,500원
        사용한 포인트: 100P
        결제 금액: 1,400원
        공급가액: 1,273원
        부가세: 127원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
    })
    .await;
}

#[tokio::test]
async fn before_the_gateway_was_asked_the_schedule_asks_it_in_time() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        begins(cafe, card.order(), &back).await;
        cafe.later(1);
        assert_eq!(cafe.reconcile().await, "1 settled");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
    })
    .await;
}

#[tokio::test]
async fn before_the_gateway_was_asked_the_schedule_ends_it_when_it_is_too_late() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        begins(cafe, card.order(), &back).await;
        cafe.later(17);
        assert_eq!(cafe.reconcile().await, "1 pending");
        cafe.later(5);
        assert_eq!(cafe.reconcile().await, "1 closed");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
        insta::assert_snapshot!(cafe.returns(&back).await, @"
        410 결제 시간이 지났습니다
        결제가 확인되지 않아 주문을 닫았습니다. 나중에라도 결제된 금액이 확인되면 모두 돌려 드립니다.
        주문 번호: …
        ");
    })
    .await;
}

#[tokio::test]
async fn after_the_gateway_collected_a_reload_finishes_it() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        let approving = begins(cafe, card.order(), &back).await;
        collects(cafe, &approving, &back).await.unwrap();
        nobody_knows(cafe, &card, &back).await;
        cafe.later(1);
        insta::assert_snapshot!(cafe.returns(&back).await, @"
        200 결제가 완료되었습니다
        주문해 주셔서 감사합니다.
        상품: 에스프레소 1개
        주문 금액: 1,500원
        사용한 포인트: 100P
        결제 금액: 1,400원
        공급가액: 1,273원
        부가세: 127원
        결제 수단: 카카오페이머니
        결제 시각: …
        주문 번호: …
        ");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
        assert_eq!(cafe.calls()["approve"], 1);
    })
    .await;
}

#[tokio::test]
async fn after_the_gateway_collected_the_schedule_finishes_it() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        let approving = begins(cafe, card.order(), &back).await;
        collects(cafe, &approving, &back).await.unwrap();
        assert_eq!(cafe.reconcile().await, "nothing");
        cafe.later(1);
        assert_eq!(cafe.reconcile().await, "1 settled");
        assert_eq!(cafe.reconcile().await, "nothing");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
        let receipt = cafe.returns(&back).await;
        assert_eq!(receipt.status, StatusCode::OK);
        assert_eq!(cafe.returns(&format!("{}/cancel", card.link())).await.body, receipt.body);
    })
    .await;
}

#[tokio::test]
async fn who_was_believed_dead_and_goes_on_collects_nothing_more() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        let slow = begins(cafe, card.order(), &back).await;
        cafe.later(1);
        let receipt = cafe.returns(&back).await;
        assert_eq!(receipt.status, StatusCode::OK);
        // The gateway knows the token as used, and the store knows another attempt as the last.
        assert!(matches!(collects(cafe, &slow, &back).await, Err(GatewayError::Unknown(..))));
        cafe.parts().store.give_up(&slow).await.unwrap();
        assert_eq!(cafe.returns(&back).await.body, receipt.body);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
    })
    .await;
}

#[tokio::test]
async fn who_was_believed_dead_and_settles_at_last_undoes_no_refund() {
    story(async |cafe| {
        // A stranger's order moves no points, so nothing but the order itself can refuse.
        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let back = cafe.opens_and_pays(card.link()).await;
        let slow = begins(cafe, card.order(), &back).await;
        let approval = collects(cafe, &slow, &back).await.unwrap().approval().unwrap();
        cafe.later(1);
        cafe.reconcile().await;
        cafe.refunds(card.order(), Some(500), "r1").await;
        let stands = cafe.order(card.order()).await;

        let collected = Collected::Gateway { session: session(&slow), approval };
        let settled = slow.opened.settle(collected, cafe.now()).unwrap();
        let kept = cafe.parts().store.settle(&settled).await.unwrap();
        assert!(matches!(kept, Kept::Otherwise(Some(order)) if *order == stands));
        assert_eq!(cafe.order(card.order()).await, stands);
        assert_eq!(cafe.collected(card.order()), 1_000);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_says_nothing_about_a_request_that_is_still_on_its_way() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        let slow = begins(cafe, card.order(), &back).await;
        cafe.later(1);
        cafe.kakaopay().inject(Endpoint::Approve, Fault::UserLocked);
        assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED);
        collects(cafe, &slow, &back).await.unwrap();
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
    })
    .await;
}

#[tokio::test]
async fn what_was_opened_at_the_gateway_and_never_kept_is_never_collected() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let Order::Quoted(quoted) = cafe.order(card.order()).await else { panic!("opened already") };
        let end = |end: &str| format!("{}/{end}", card.link());
        let returns = Returns {
            approve: end("approve"),
            cancel: end("cancel"),
            fail: end("fail"),
            window: end("window"),
        };
        let lost = cafe
            .parts()
            .gateways
            .of(Provider::KakaoPay)
            .open(&quoted.quote.charge(), &returns)
            .await
            .unwrap();

        let page = cafe.opens_link(card.link()).await;
        assert_ne!(page, lost.pages.mobile);
        let back = cafe.pays(&lost.pages.mobile).await;
        insta::assert_snapshot!(cafe.returns(&back).await, @"
        402 결제가 끝나지 않았습니다
        결제된 금액은 없습니다. 결제창에서 결제를 마쳐 주세요.
        ");
        assert_eq!(cafe.collected(card.order()), 0);
        let back = cafe.pays(&page).await;
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
        assert_eq!(cafe.collected(card.order()), 4_400);
    })
    .await;
}

#[tokio::test]
async fn points_that_were_about_to_be_spent_are_spent_whoever_finishes_it() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let earning = cafe.orders("mina", MINA, 20, "에스프레소").await;
        let back = cafe.opens_and_pays(earning.link()).await;
        cafe.returns(&back).await;
        let cup = (1, "에스프레소");
        let (spent, left) = (
            cafe.orders_with_points(("mina", MINA), cup, 1_500).await,
            cafe.orders_with_points(("mina", MINA), cup, 1_500).await,
        );
        for card in [&spent, &left] {
            cafe.opens_link(card.link()).await;
            begins(cafe, card.order(), card.link()).await;
        }
        assert_eq!(cafe.points_of(MINA).await, (100, 3_000));
        let back = format!("{}/approve", spent.link());
        assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED);
        cafe.later(1);
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
        assert_eq!(cafe.points_of(MINA).await, (100, 1_500));
        assert_eq!(cafe.reconcile().await, "1 settled");
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_was_only_written_down_is_made_when_it_is_asked_for_again() {
    story(async |cafe| {
        let order = refund_begun(cafe).await;
        insta::assert_snapshot!(cafe.refunds(order, Some(100), "other").await, @r#"{"outcome":"refused","reason":"refund r1 of this order has not ended yet; repeat that one first"}"#);
        // The run that wrote it down may still be at it.
        let answer = cafe.refunds(order, Some(1_000), "r1").await;
        assert!(answer.contains(r#""outcome":"pending""#), "{answer}");
        assert_eq!(cafe.collected(order), 4_400);
        cafe.later(1);
        insta::assert_snapshot!(cafe.refunds(order, Some(1_000), "r1").await, @r#"{"amount":1000,"left":3400,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":100,"refunded":1000,"request":"r1"}"#);
        assert_eq!((cafe.collected(order), cafe.calls()["cancel"]), (3_400, 1));
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_the_gateway_has_made_is_not_made_again() {
    story(async |cafe| {
        let order = refund_begun(cafe).await;
        gives_back(cafe, order).await;

        cafe.later(1);
        insta::assert_snapshot!(cafe.refunds(order, Some(1_000), "r1").await, @r#"{"amount":1000,"left":3400,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":100,"refunded":1000,"request":"r1"}"#);
        insta::assert_snapshot!(cafe.refunds(order, Some(1_000), "r1").await, @r#"{"amount":1000,"left":3400,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":100,"refunded":1000,"request":"r1"}"#);
        assert_eq!((cafe.collected(order), cafe.calls()["cancel"]), (3_400, 1));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_says_nothing_about_a_refund_that_is_still_on_its_way() {
    story(async |cafe| {
        let order = refund_begun(cafe).await;
        cafe.later(1);
        cafe.kakaopay().inject(Endpoint::Cancel, Fault::named("declined").unwrap());
        let answer = cafe.refunds(order, Some(1_000), "r1").await;
        assert!(answer.contains(r#""outcome":"pending""#), "{answer}");
        gives_back(cafe, order).await;
        cafe.later(1);
        let answer = cafe.refunds(order, Some(1_000), "r1").await;
        assert!(answer.contains(r#""outcome":"refunded""#), "{answer}");
        assert_eq!((cafe.collected(order), cafe.points_of(MINA).await), (3_400, (440, 0)));
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_nobody_asks_for_again_is_finished_by_the_schedule() {
    for made in [false, true] {
        story(async |cafe| {
            let order = refund_begun(cafe).await;
            if made {
                gives_back(cafe, order).await;
            }
            assert_eq!(cafe.reconcile().await, "nothing", "its run may still be at it");
            cafe.later(1);
            assert_eq!(cafe.reconcile().await, "1 refunded");
            assert_eq!(cafe.reconcile().await, "nothing");
            let answer = cafe.refunds(order, Some(1_000), "r1").await;
            assert!(answer.contains(r#""outcome":"refunded""#), "{answer}");
            assert_eq!((cafe.collected(order), cafe.calls()["cancel"]), (3_400, 1));
            assert_eq!(cafe.points_of(MINA).await, (440, 0));
        })
        .await;
    }
}

#[tokio::test]
async fn of_many_who_repeat_a_refund_at_once_one_takes_it_up() {
    story(async |cafe| {
        let order = refund_begun(cafe).await;
        cafe.later(20);
        let answers = at_once((0..20).map(|_| cafe.refunds(order, Some(1_000), "r1"))).await;
        assert!(answers.iter().all(|answer| !answer.contains("refused")), "{answers:#?}");
        assert_eq!((cafe.collected(order), cafe.calls()["cancel"]), (3_400, 1));
        assert_eq!(cafe.points_of(MINA).await, (440, 0));
    })
    .await;
}

#[tokio::test]
async fn a_running_refund_and_what_was_returned_by_hand_beside_it_end_together() {
    story(async |cafe| {
        let order = refund_begun(cafe).await;
        gives_back(cafe, order).await;
        let tid = cafe.kakaopay().payments().last().unwrap().tid.clone();
        cafe.kakaopay().give_back(&tid, 400).unwrap();
        cafe.later(1);
        assert_eq!(cafe.reconcile().await, "1 pending", "the refund may still be on its way");
        cafe.later(10);
        assert_eq!(cafe.reconcile().await, "1 refunded");
        insta::assert_snapshot!(cafe.refunds(order, Some(1_000), "r1").await, @r#"{"amount":1400,"left":3000,"order":"…","outcome":"refunded","points_forgiven":0,"points_returned":0,"points_reversed":140,"refunded":1400,"request":"r1"}"#);
        assert_eq!((cafe.collected(order), cafe.calls()["cancel"]), (3_000, 1));
    })
    .await;
}

/// The gateway is asked to give back what was written down, and the function stops.
async fn gives_back(cafe: &Cafe, order: OrderId) {
    let Order::Paid(paid) = cafe.order(order).await else { panic!("not paid") };
    let Collected::Gateway { session, .. } = &paid.collected else { panic!("{paid:?}") };
    let cancellation = Cancellation {
        name: "r1".to_owned(),
        returning: Returning::new(Won::new(1_000), Won::new(4_400)).unwrap(),
        reason: "환불".to_owned(),
        account: None,
    };
    let gateway = cafe.parts().gateways.of(Provider::KakaoPay);
    gateway.cancel(&paid.quote.payment(session), &cancellation).await.unwrap();
}

/// A paid order of 4,400 won, of which 1,000 are about to be refunded as `r1`.
async fn refund_begun(cafe: &Cafe) -> OrderId {
    let card = cafe.mina_orders().await;
    let back = cafe.opens_and_pays(card.link()).await;
    cafe.returns(&back).await;
    let Order::Paid(mut paid) = cafe.order(card.order()).await else { panic!("not paid") };
    let id = RefundId::parse("r1").unwrap();
    paid.refunding = Some(
        paid.refund(id, Some(Won::new(1_000)), "식은 커피".to_owned(), &cafe.parts().world.turn()).unwrap(),
    );
    cafe.parts().store.begin_refund(&paid).await.unwrap();
    card.order()
}
