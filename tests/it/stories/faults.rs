//! Everything that is known to go wrong at the gateway, at every step: what the customer reads, what the gateway
//! did, what we wrote down, and that all of it agrees in the end.

use std::time::Duration;

use cafe_core::payment::OrderId;
use fakes::kakaopay::{Endpoint, Fault};
use reqwest::StatusCode;

use crate::cafe::{Answer, Bubble, Cafe, KAKAOTALK, MINA, story};

/// The catalogue, with short waits: the functions give up after 13 seconds, and nothing here should take
/// so long. What they do then is what they do when an answer is lost, which is in the catalogue.
fn catalogue() -> Vec<(&'static str, Fault)> {
    let hurry = |mut fault| {
        if let Fault::Slow { wait, .. } = &mut fault {
            *wait = Duration::from_millis(20);
        }
        fault
    };
    Fault::catalogue().into_iter().map(|named| (named.name, hurry(named.fault))).collect()
}

/// The first line of an answer. Nobody may read that nothing was collected when something was.
fn heard(cafe: &Cafe, order: OrderId, answer: &Answer) -> String {
    assert!(cafe.collected(order) == 0 || !answer.denies_payment(), "collected, and yet: {answer}");
    answer.to_string().lines().next().unwrap_or_default().to_owned()
}

/// What the gateway collected, and what we wrote down.
async fn stands(cafe: &Cafe, order: OrderId) -> String {
    format!("{} {}", cafe.collected(order), cafe.order(order).await.stage())
}

/// An order of 1,500 won, five of which are paid in points.
async fn order(cafe: &Cafe) -> Bubble {
    cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 5).await
}

#[tokio::test]
async fn at_approve_the_schedule_puts_it_right() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let mut told = Vec::new();
        for (name, fault) in catalogue() {
            let card = order(cafe).await;
            let back = cafe.opens_and_pays(card.link()).await;
            cafe.kakaopay().inject(Endpoint::Approve, fault);
            let answer = cafe.returns(&back).await;
            let at_once = (heard(cafe, card.order(), &answer), stands(cafe, card.order()).await);
            cafe.later(2);
            cafe.reconcile().await;
            let soon = stands(cafe, card.order()).await;
            cafe.later(15);
            cafe.reconcile().await;
            let late = stands(cafe, card.order()).await;
            assert!(["1495 paid", "0 closed"].contains(&&*late), "{name}: {late}");
            told.push(format!("{name}: {} | {} | {soon} | {late}", at_once.0, at_once.1));
        }
        insta::assert_snapshot!(told.join("\n"), @"
        answer_lost: 200 결제가 완료되었습니다 | 1495 paid | 1495 paid | 1495 paid
        slow: 200 결제가 완료되었습니다 | 1495 paid | 1495 paid | 1495 paid
        slow_unpaid: 202 결제를 확인하고 있습니다 | 0 approving | 1495 paid | 1495 paid
        bank_firm_unknown: 200 결제가 완료되었습니다 | 1495 paid | 1495 paid | 1495 paid
        bank_firm_unknown_unpaid: 202 결제를 확인하고 있습니다 | 0 approving | 1495 paid | 1495 paid
        declined: 402 결제가 승인되지 않았습니다 | 0 opened | 0 opened | 0 closed
        user_locked: 402 결제하지 못했습니다 | 0 opened | 0 opened | 0 closed
        duplicate_request: 202 결제를 확인하고 있습니다 | 0 approving | 1495 paid | 1495 paid
        unavailable: 402 결제하지 못했습니다 | 0 opened | 0 opened | 0 closed
        html_500: 202 결제를 확인하고 있습니다 | 0 approving | 1495 paid | 1495 paid
        html_502: 202 결제를 확인하고 있습니다 | 0 approving | 1495 paid | 1495 paid
        html_502_paid: 200 결제가 완료되었습니다 | 1495 paid | 1495 paid | 1495 paid
        garbage: 202 결제를 확인하고 있습니다 | 0 approving | 1495 paid | 1495 paid
        garbage_paid: 200 결제가 완료되었습니다 | 1495 paid | 1495 paid | 1495 paid
        reset: 202 결제를 확인하고 있습니다 | 0 approving | 1495 paid | 1495 paid
        numeric_strings: 200 결제가 완료되었습니다 | 1495 paid | 1495 paid | 1495 paid
        unknown_fields: 200 결제가 완료되었습니다 | 1495 paid | 1495 paid | 1495 paid
        ");
    })
    .await;
}

#[tokio::test]
async fn at_approve_a_customer_who_looks_again_pays_once() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        for (name, fault) in catalogue() {
            let card = order(cafe).await;
            let back = cafe.opens_and_pays(card.link()).await;
            cafe.kakaopay().inject(Endpoint::Approve, fault);
            for _ in 0..2 {
                let answer = cafe.returns(&back).await;
                heard(cafe, card.order(), &answer);
            }
            cafe.later(1);
            let answer = cafe.returns(&back).await;
            assert_eq!(heard(cafe, card.order(), &answer), "200 결제가 완료되었습니다", "{name}");
            assert_eq!(stands(cafe, card.order()).await, "1495 paid", "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn at_the_look_up_after_a_lost_approval_nobody_says_more_than_they_know() {
    for (approval, collected) in [(Fault::AnswerLost, true), (Fault::Reset, false)] {
        story(async |cafe| {
            cafe.joins("mina", MINA).await;
            for (name, fault) in catalogue() {
                let card = order(cafe).await;
                let back = cafe.opens_and_pays(card.link()).await;
                cafe.kakaopay().inject(Endpoint::Approve, approval.clone());
                cafe.kakaopay().inject(Endpoint::Order, fault.clone());
                let answer = cafe.returns(&back).await;
                // A look-up changes nothing, so an answer that can be read is as good as any.
                let read = matches!(
                    fault,
                    Fault::Slow { effect: true, .. } | Fault::NumericStrings | Fault::UnknownFields
                );
                let expected = if collected && read { StatusCode::OK } else { StatusCode::ACCEPTED };
                assert_eq!(answer.status, expected, "{name}: {answer}");
                assert_eq!(cafe.collected(card.order()) > 0, collected, "{name}");
                cafe.later(1);
                let answer = cafe.returns(&back).await;
                assert_eq!(answer.status, StatusCode::OK, "{name}: {answer}");
                assert_eq!(stands(cafe, card.order()).await, "1495 paid", "{name}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn at_the_schedule_s_look_up_it_is_looked_at_again() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        for (name, fault) in catalogue() {
            let card = order(cafe).await;
            let back = cafe.opens_and_pays(card.link()).await;
            cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
            cafe.kakaopay().inject(Endpoint::Order, Fault::Reset);
            cafe.returns(&back).await;
            cafe.later(1);
            cafe.kakaopay().inject(Endpoint::Order, fault);
            for _ in 0..2 {
                cafe.reconcile().await;
                cafe.later(2);
            }
            assert_eq!(stands(cafe, card.order()).await, "1495 paid", "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn at_ready_nothing_is_held_and_the_link_works_again() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let (mut told, mut balance) = (Vec::new(), 100);
        for (name, fault) in catalogue() {
            let card = order(cafe).await;
            cafe.kakaopay().inject(Endpoint::Ready, fault);
            let answer = cafe.visit(card.link(), KAKAOTALK).await;
            let at_once = stands(cafe, card.order()).await;
            told.push(format!("{name}: {} | {at_once}", answer.to_string().replace('\n', " ")));
            if answer.status != StatusCode::MOVED_PERMANENTLY {
                assert_eq!(cafe.points_of(MINA).await, (balance, 0), "{name}");
            }
            let back = cafe.opens_and_pays(card.link()).await;
            assert_eq!(cafe.returns(&back).await.status, StatusCode::OK, "{name}");
            assert_eq!(stands(cafe, card.order()).await, "1495 paid", "{name}");
            balance -= 5;
        }
        insta::assert_snapshot!(told.join("\n"), @"
        answer_lost: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        slow: 301 → /mockup/bridge/mobile-web/pg/one-time/payment/… | 0 opened
        slow_unpaid: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        bank_firm_unknown: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        bank_firm_unknown_unpaid: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        declined: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        user_locked: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        duplicate_request: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        unavailable: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        html_500: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        html_502: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        html_502_paid: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        garbage: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        garbage_paid: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        reset: 502 지금은 결제할 수 없습니다 결제된 금액은 없습니다. 잠시 후 다시 시도해 주세요. | 0 quoted
        numeric_strings: 301 → /mockup/bridge/mobile-web/pg/one-time/payment/… | 0 opened
        unknown_fields: 301 → /mockup/bridge/mobile-web/pg/one-time/payment/… | 0 opened
        ");
    })
    .await;
}

#[tokio::test]
async fn at_the_look_up_before_closing_nothing_is_released() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let mut told = Vec::new();
        for (name, fault) in catalogue() {
            let card = order(cafe).await;
            let page = cafe.opens_link(card.link()).await;
            let back = cafe.cancels(&page).await;
            cafe.kakaopay().inject(Endpoint::Order, fault);
            let answer = cafe.returns(&back).await;
            let at_once = stands(cafe, card.order()).await;
            told.push(format!("{name}: {} | {at_once}", heard(cafe, card.order(), &answer)));
            let answer = cafe.returns(&back).await;
            assert_eq!(heard(cafe, card.order(), &answer), "200 결제를 취소했습니다", "{name}");
            assert_eq!(cafe.points_of(MINA).await, (100, 0), "{name}");
        }
        insta::assert_snapshot!(told.join("\n"), @"
        answer_lost: 202 결제를 확인하고 있습니다 | 0 opened
        slow: 200 결제를 취소했습니다 | 0 closed
        slow_unpaid: 202 결제를 확인하고 있습니다 | 0 opened
        bank_firm_unknown: 202 결제를 확인하고 있습니다 | 0 opened
        bank_firm_unknown_unpaid: 202 결제를 확인하고 있습니다 | 0 opened
        declined: 202 결제를 확인하고 있습니다 | 0 opened
        user_locked: 202 결제를 확인하고 있습니다 | 0 opened
        duplicate_request: 202 결제를 확인하고 있습니다 | 0 opened
        unavailable: 202 결제를 확인하고 있습니다 | 0 opened
        html_500: 202 결제를 확인하고 있습니다 | 0 opened
        html_502: 202 결제를 확인하고 있습니다 | 0 opened
        html_502_paid: 202 결제를 확인하고 있습니다 | 0 opened
        garbage: 202 결제를 확인하고 있습니다 | 0 opened
        garbage_paid: 202 결제를 확인하고 있습니다 | 0 opened
        reset: 202 결제를 확인하고 있습니다 | 0 opened
        numeric_strings: 200 결제를 취소했습니다 | 0 closed
        unknown_fields: 200 결제를 취소했습니다 | 0 closed
        ");
    })
    .await;
}

#[tokio::test]
async fn at_cancel_a_refund_is_made_once_when_it_is_asked_for_until_it_is_made() {
    story(async |cafe| {
        let mut told = Vec::new();
        for (name, fault) in catalogue() {
            let card = cafe.orders("mina", MINA, 1, "에스프레소").await;
            let back = cafe.opens_and_pays(card.link()).await;
            cafe.returns(&back).await;
            cafe.kakaopay().inject(Endpoint::Cancel, fault);
            let mut answers = Vec::new();
            for _ in 0..2 {
                let answer = cafe.refunds(card.order(), Some(500), "r1").await;
                let outcome = answer.split(r#""outcome":""#).nth(1).unwrap_or_default();
                let outcome = outcome.split('"').next().unwrap_or_default().to_owned();
                let left = cafe.collected(card.order());
                assert!(outcome != "refused" || left == 1_500, "{name}: {answer}");
                answers.push(format!("{outcome} {left}"));
                cafe.later(1);
            }
            assert_eq!(answers[1], "refunded 1000", "{name}");
            told.push(format!("{name}: {}", answers.join(" | ")));
        }
        insta::assert_snapshot!(told.join("\n"), @"
        answer_lost: refunded 1000 | refunded 1000
        slow: refunded 1000 | refunded 1000
        slow_unpaid: pending 1500 | refunded 1000
        bank_firm_unknown: refunded 1000 | refunded 1000
        bank_firm_unknown_unpaid: pending 1500 | refunded 1000
        declined: refused 1500 | refunded 1000
        user_locked: pending 1500 | refunded 1000
        duplicate_request: pending 1500 | refunded 1000
        unavailable: refused 1500 | refunded 1000
        html_500: pending 1500 | refunded 1000
        html_502: pending 1500 | refunded 1000
        html_502_paid: refunded 1000 | refunded 1000
        garbage: pending 1500 | refunded 1000
        garbage_paid: refunded 1000 | refunded 1000
        reset: pending 1500 | refunded 1000
        numeric_strings: refunded 1000 | refunded 1000
        unknown_fields: refunded 1000 | refunded 1000
        ");
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_is_gone_for_long_keeps_nobody_s_money() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = order(cafe).await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
        for _ in 0..8 {
            cafe.kakaopay().inject(Endpoint::Order, Fault::ServerErrorHtml502 { effect: false });
        }
        for _ in 0..4 {
            assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED);
            cafe.later(10);
            cafe.reconcile().await;
            assert_eq!(stands(cafe, card.order()).await, "1495 approving");
        }
        cafe.kakaopay().clear_faults();
        cafe.later(12);
        cafe.reconcile().await;
        assert_eq!(stands(cafe, card.order()).await, "1495 paid");
        assert_eq!(cafe.returns(&back).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_status_that_nobody_documented_is_never_taken_for_a_failure() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        for status in ["SEND_TMS", "ARS_WAITING", "SELECT_METHOD", "BRAND_NEW"] {
            let card = order(cafe).await;
            let back = cafe.opens_and_pays(card.link()).await;
            let tid = cafe.kakaopay().payments().last().unwrap().tid.clone();
            cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
            cafe.kakaopay().show_status(&tid, Some(status)).unwrap();
            let answer = cafe.returns(&back).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{status}: {answer}");
            cafe.kakaopay().show_status(&tid, None).unwrap();
            cafe.later(2);
            cafe.reconcile().await;
            assert_eq!(stands(cafe, card.order()).await, "1495 paid", "{status}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_told_to_load_the_page_again_pays_by_doing_so() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let mut told = Vec::new();
        for name in ["declined", "user_locked", "unavailable"] {
            let card = order(cafe).await;
            let back = cafe.opens_and_pays(card.link()).await;
            cafe.kakaopay().inject(Endpoint::Approve, Fault::named(name).unwrap());
            told.push(format!("{name}: {}", cafe.returns(&back).await.to_string().replace('\n', " ")));
            assert_eq!(cafe.returns(&back).await.status, StatusCode::OK, "{name}");
            assert_eq!(stands(cafe, card.order()).await, "1495 paid", "{name}");
        }
        insta::assert_snapshot!(told.join("\n"), @"
        declined: 402 결제가 승인되지 않았습니다 결제된 금액은 없습니다. 이 화면을 새로 고치거나 채팅방에서 다시 주문해 주세요.
        user_locked: 402 결제하지 못했습니다 결제된 금액은 없습니다. 잠시 후 이 화면을 새로 고쳐 주세요.
        unavailable: 402 결제하지 못했습니다 결제된 금액은 없습니다. 잠시 후 이 화면을 새로 고쳐 주세요.
        ");
    })
    .await;
}
