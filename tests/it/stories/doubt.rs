//! Doubts that no customer comes back to end: the schedule looks, finishes what was agreed, gives back what was not,
//! and asks a person only when nobody else could tell.

use cafe_core::cafe::{Capture, CloseReason, Closed, Looks, Order, Saw, Watch, Watched};
use cafe_core::payment::{OrderId, Won};
use fakes::kakaopay::{Endpoint, Fault};
use reqwest::StatusCode;

use crate::cafe::{Bubble, Cafe, MINA, at_once, story};

const DAY: i64 = 24 * 60;

/// An order of 1,500 won, a hundred of which are points, whose payer has agreed, and the way back.
async fn agreed(cafe: &Cafe) -> (Bubble, String) {
    cafe.joins("mina", MINA).await;
    let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
    let back = cafe.opens_and_pays(card.link()).await;
    (card, back)
}

/// The gateway's key of the latest payment.
fn tid(cafe: &Cafe) -> String {
    cafe.kakaopay().payments().last().unwrap().tid.clone()
}

/// The browser comes back, the gateway is asked to collect, and nobody hears what it did.
async fn approves_unheard(cafe: &Cafe, back: &str, approval: Fault) {
    cafe.kakaopay().inject(Endpoint::Approve, approval);
    cafe.kakaopay().inject(Endpoint::Order, Fault::Reset);
    assert_eq!(cafe.returns(back).await.status, StatusCode::ACCEPTED);
}

async fn closed(cafe: &Cafe, order: OrderId) -> Closed {
    match cafe.order(order).await {
        Order::Closed(closed) => closed,
        other => panic!("{other:?}"),
    }
}

fn capture(closed: &Closed) -> Option<Capture> {
    closed.late.as_ref().map(|late| late.capture)
}

async fn watched(cafe: &Cafe, order: OrderId) -> Watched {
    cafe.parts().store.watched(order).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_page_in_doubt_looks_again_at_its_next_refresh() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        approves_unheard(cafe, &back, Fault::AnswerLost).await;
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
        assert_eq!((cafe.collected(card.order()), cafe.calls()["approve"]), (1_400, 1));
    })
    .await;
}

#[tokio::test]
async fn what_a_customer_agreed_to_is_finished_without_their_browser() {
    for (approval, asked) in [(Fault::AnswerLost, 1), (Fault::Reset, 2)] {
        story(async |cafe| {
            let (card, back) = agreed(cafe).await;
            approves_unheard(cafe, &back, approval.clone()).await;
            cafe.later(1);
            assert_eq!(cafe.reconcile().await, "1 settled");
            assert_eq!(cafe.reconcile().await, "nothing");
            assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
            assert_eq!(cafe.calls()["approve"], asked);
            // Any link of the order shows the receipt, also one that never carried the token.
            let bare = format!("{}/approve", card.link());
            assert_eq!(cafe.returns(&bare).await.body, cafe.returns(&back).await.body);
        })
        .await;
    }
}

#[tokio::test]
async fn what_the_gateway_refused_meanwhile_is_not_asked_for_every_minute() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        approves_unheard(cafe, &back, Fault::Reset).await;
        cafe.kakaopay().inject(Endpoint::Approve, Fault::named("declined").unwrap());
        cafe.later(1);
        assert_eq!(cafe.reconcile().await, "1 pending");
        for _ in 0..10 {
            cafe.later(1);
            cafe.reconcile().await;
        }
        assert_eq!((cafe.calls()["approve"], cafe.collected(card.order())), (2, 0));
        // The customer may still try, from the page that they have.
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
    })
    .await;
}

/// An order in doubt that was closed because the gateway still waited, long after its time.
async fn closed_in_doubt(cafe: &Cafe) -> Bubble {
    let (card, back) = agreed(cafe).await;
    approves_unheard(cafe, &back, Fault::Reset).await;
    cafe.later(20);
    assert_eq!(cafe.reconcile().await, "1 pending", "one look proves nothing");
    assert_eq!(cafe.points_of(MINA).await, (0, 100));
    cafe.later(6);
    assert_eq!(cafe.reconcile().await, "1 closed");
    assert_eq!(cafe.points_of(MINA).await, (100, 0));
    assert_eq!(capture(&closed(cafe, card.order()).await), Some(Capture::Possible));
    let page = cafe.returns(&back).await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(page, @"
        410 결제 시간이 지났습니다
        결제가 확인되지 않아 주문을 닫았습니다. 나중에라도 결제된 금액이 확인되면 모두 돌려 드립니다.
        주문 번호: …
        ");
    }
    card
}

#[tokio::test]
async fn what_a_bank_collects_after_the_order_was_closed_is_given_back() {
    story(async |cafe| {
        let card = closed_in_doubt(cafe).await;
        cafe.later(60);
        assert_eq!(cafe.reconcile().await, "1 pending");
        cafe.kakaopay().capture(&tid(cafe), None).unwrap();
        cafe.later(DAY);
        assert_eq!(cafe.reconcile().await, "1 returned");
        assert_eq!(cafe.reconcile().await, "nothing");
        let order = closed(cafe, card.order()).await;
        assert_eq!(capture(&order), Some(Capture::Returned(Won::new(1_400))));
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
        insta::assert_snapshot!(cafe.returns(card.link()).await, @"
        200 결제를 취소했습니다
        결제된 금액 1,400원을 모두 돌려 드렸습니다.
        주문 번호: …
        ");
    })
    .await;
}

#[tokio::test]
async fn giving_back_is_repeated_until_it_is_seen() {
    story(async |cafe| {
        let card = closed_in_doubt(cafe).await;
        cafe.kakaopay().capture(&tid(cafe), None).unwrap();
        for (name, fault) in ["answer_lost", "bank_firm_unknown_unpaid", "reset", "unavailable", "garbage"]
            .map(|name| (name, Fault::named(name).unwrap()))
        {
            if cafe.collected(card.order()) == 0 {
                break;
            }
            cafe.kakaopay().inject(Endpoint::Cancel, fault);
            cafe.kakaopay().inject_for("nobody", Endpoint::Order, Fault::Reset);
            cafe.later(DAY / 4);
            cafe.reconcile().await;
            let order = closed(cafe, card.order()).await;
            let given_back = capture(&order) == Some(Capture::Returned(Won::new(1_400)));
            assert_eq!(given_back, cafe.collected(card.order()) == 0, "{name}");
        }
        cafe.kakaopay().clear_faults();
        cafe.later(DAY / 4);
        cafe.reconcile().await;
        assert_eq!(cafe.collected(card.order()), 0);
        assert_eq!(cafe.kakaopay().payment(&tid(cafe)).unwrap().cancellations, 1);
        assert_eq!(cafe.reconcile().await, "nothing");
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_still_waits_after_fifteen_days_is_for_a_person() {
    story(async |cafe| {
        let card = closed_in_doubt(cafe).await;
        for _ in 0..14 {
            cafe.later(DAY);
            assert_eq!(cafe.reconcile().await, "1 pending");
        }
        cafe.later(DAY + 60);
        assert_eq!(cafe.reconcile().await, "1 in_review");
        cafe.later(DAY);
        assert_eq!(cafe.reconcile().await, "nothing");
        assert_eq!(cafe.parts().store.in_review(10).await.unwrap(), [card.order()]);
        let evidence = watched(cafe, card.order()).await;
        assert!(matches!(evidence.watch, Some(Watch::Review(_))), "{evidence:?}");
        let Looks(looks) = evidence.looks;
        assert!(looks.iter().all(|look| look.saw == Saw::Pending) && looks[0].times > 10, "{looks:?}");
        // The person has it put right, and looks again.
        cafe.kakaopay().capture(&tid(cafe), None).unwrap();
        cafe.kakaopay().give_back(&tid(cafe), 1_400).unwrap();
        assert_eq!(cafe.looks_at(card.order()).await, "returned");
        assert_eq!(cafe.parts().store.in_review(10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_never_answers_is_asked_for_fifteen_days() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        approves_unheard(cafe, &back, Fault::AnswerLost).await;
        for _ in 0..200 {
            cafe.kakaopay().inject(Endpoint::Order, Fault::Unavailable503);
        }
        let before = cafe.calls()["order"];
        for _ in 0..15 * 24 {
            cafe.later(60);
            cafe.reconcile().await;
            assert_eq!(cafe.points_of(MINA).await, (0, 100), "nothing is released on no evidence");
        }
        let looks = cafe.calls()["order"] - before;
        assert!((60..120).contains(&looks), "{looks} looks in fifteen days");
        let evidence = watched(cafe, card.order()).await;
        assert!(matches!(evidence.watch, Some(Watch::Review(_))), "{evidence:?}");
        assert!(
            evidence.looks.0.iter().any(|look| look.saw == Saw::NoAnswer("-503".to_owned())),
            "{evidence:?}"
        );
        assert!(cafe.returns(card.link()).await.to_string().contains("매장에 알려 주세요"));
        cafe.kakaopay().clear_faults();
        assert_eq!(cafe.looks_at(card.order()).await, "settled");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
    })
    .await;
}

#[tokio::test]
async fn another_sum_than_was_due_is_given_back() {
    for sum in [1, 1_399, 1_401, 1_000_000] {
        story(async |cafe| {
            let (card, back) = agreed(cafe).await;
            approves_unheard(cafe, &back, Fault::Reset).await;
            cafe.kakaopay().capture(&tid(cafe), Some(sum)).unwrap();
            let answer = cafe.returns(&back).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer}");
            cafe.later(1);
            assert_eq!(cafe.reconcile().await, "1 returned");
            let order = closed(cafe, card.order()).await;
            assert_eq!(order.reason, CloseReason::Mismatched);
            let sum = Won::new(u32::try_from(sum).unwrap());
            assert_eq!(capture(&order), Some(Capture::Returned(sum)));
            assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (0, (100, 0)));
            assert!(cafe.returns(&back).await.to_string().contains(&format!("{sum}을 모두 돌려 드렸습니다")));
        })
        .await;
    }
}

#[tokio::test]
async fn a_payment_in_another_order_s_name_is_given_back() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        approves_unheard(cafe, &back, Fault::AnswerLost).await;
        cafe.kakaopay().rename(&tid(cafe), "somebody-else-s").unwrap();
        assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED);
        cafe.later(1);
        assert_eq!(cafe.reconcile().await, "1 returned");
        assert_eq!(closed(cafe, card.order()).await.reason, CloseReason::Mismatched);
        let payment = cafe.kakaopay().payment(&tid(cafe)).unwrap();
        assert_eq!((payment.collected, payment.cancelled), (1_400, 1_400));
        assert_eq!(cafe.points_of(MINA).await, (100, 0));
    })
    .await;
}

#[tokio::test]
async fn a_schedule_that_was_paused_for_a_week_goes_on_where_it_was() {
    story(async |cafe| {
        let (card, back) = agreed(cafe).await;
        approves_unheard(cafe, &back, Fault::AnswerLost).await;
        cafe.later(7 * DAY);
        assert_eq!(cafe.reconcile().await, "1 settled");
        assert_eq!((cafe.collected(card.order()), cafe.points_of(MINA).await), (1_400, (0, 0)));
    })
    .await;
}

#[tokio::test]
async fn runs_of_the_schedule_that_overlap_do_everything_once() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let mut orders = Vec::new();
        for n in 0..20 {
            let card = cafe.orders("mina", MINA, 1, "에스프레소").await;
            let back = cafe.opens_and_pays(card.link()).await;
            let approval = if n % 2 == 0 { Fault::AnswerLost } else { Fault::Reset };
            approves_unheard(cafe, &back, approval).await;
            orders.push(card.order());
        }
        cafe.later(1);
        at_once((0..5).map(|_| cafe.reconcile())).await;
        // Whoever found another run at an order has left it to that one.
        cafe.later(1);
        cafe.reconcile().await;
        assert!(orders.iter().all(|order| cafe.collected(*order) == 1_500));
        assert_eq!(cafe.points_of(MINA).await, (100 + 20 * 150, 0));
    })
    .await;
}

#[tokio::test]
async fn points_alone_are_settled_by_the_schedule_when_their_customer_came_back() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let earning = cafe.orders("mina", MINA, 20, "에스프레소").await;
        let back = cafe.opens_and_pays(earning.link()).await;
        cafe.returns(&back).await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 1_500).await;
        cafe.opens_link(card.link()).await;
        cafe.parts().store.begin(card.order(), &cafe.parts().world.turn(), None).await.unwrap();
        cafe.later(1);
        assert_eq!(cafe.reconcile().await, "1 settled");
        assert_eq!(cafe.points_of(MINA).await, (1_600, 0));
    })
    .await;
}
