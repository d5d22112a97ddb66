//! Collecting: what is confirmed, what is refused and for what, and what stands already.

use ::tosspayments::confirm::Confirm;
use ::tosspayments::key_in::KeyIn;
use ::tosspayments::{IdempotencyKey, Post as _, WindowMethod};
use cafe_core::payment::{Decline, Gateway as _, Method, PaymentRef, Standing, Won};
use fakes::tosspayments::{Endpoint, Fault, Manner};
use jiff::SignedDuration;

use super::{card, key, shops};
use crate::answered::{declined, is_unknown, refused};
use crate::asked::{ORDER, charge, collection, of_a_service, returns};

#[tokio::test]
async fn an_order_is_opened_at_a_page_of_its_own_and_paid_by_card() {
    // The older look knows no page.
    for shop in shops().into_iter().filter(|shop| shop.manner == Manner::Current) {
        let charge = charge(1);
        let checkout = shop.gateway.open(&charge, &returns()).await.unwrap();
        let page = format!("http://127.0.0.1:3001/toss/v1/payments/{}/checkout", checkout.session.key);
        assert_eq!([&checkout.pages.mobile, &checkout.pages.desktop], [&page; 2]);
        let next = shop.fake.pay(&checkout.session.key).unwrap();
        assert!(next.starts_with("https://cafe.example/pay/approve?a=b&paymentType=NORMAL&paymentKey="));
        let order = charge.order.to_string();
        let payment = PaymentRef { order, key: Some(checkout.session.key), payer: Some(charge.payer) };
        let approval = shop.approve(&payment, "c1").await.unwrap().approval().unwrap();
        assert_eq!((approval.amount, approval.method), (Won::new(4_400), Some(Method::Card)));
        assert_eq!(approval.at.unwrap().to_string(), "2026-11-21T01:00:00Z");
    }
}

#[tokio::test]
async fn one_that_was_collected_before_is_looked_up_and_never_called_refused() {
    for shop in shops() {
        let payment = shop.paid().await;
        let again = shop.approve(&payment, "c2").await;
        match shop.manner {
            Manner::Current => assert!(is_unknown(&again), "ALREADY_PROCESSED_PAYMENT"),
            Manner::Reference => assert_eq!(again.unwrap().standing, Standing::Paid),
        }
        assert_eq!(shop.look(&payment).await.standing, Standing::Paid);
        assert_eq!(shop.moved(&payment), (4_400, 1, 0));
    }
}

#[tokio::test]
async fn another_order_and_another_sum_are_refused_and_collect_nothing() {
    for shop in shops() {
        let status = if shop.manner == Manner::Current { 400 } else { 422 };
        let payment = shop.agreed();
        let elsewhere = PaymentRef { order: "another-order".to_owned(), ..payment.clone() };
        let another_order = declined(shop.approve(&elsewhere, "c1").await);
        let another_sum = shop.gateway.approve(&payment, &collection("c1", 4_399, None)).await;
        for (decline, refusal) in [another_order, declined(another_sum)] {
            assert_eq!((decline, refusal.status), (Decline::Misconfigured, status));
        }
        assert_eq!(shop.moved(&payment), (0, 0, 0));
        shop.approve(&payment, "c1").await.unwrap();
    }
}

#[tokio::test]
async fn a_no_is_a_no_and_told_in_its_own_words() {
    for (code, status, decline) in [
        ("REJECT_CARD_PAYMENT", 403, Decline::Refused),
        ("NOT_AVAILABLE_BANK", 403, Decline::Later),
        ("UNAUTHORIZED_KEY", 401, Decline::Misconfigured),
        ("NOT_FOUND_PAYMENT", 404, Decline::NotFound),
    ] {
        for shop in shops() {
            let payment = shop.agreed();
            let fault = Fault::Refused { code: code.to_owned(), http_status: status, effect: false };
            shop.fake.inject(Endpoint::Confirm, fault);
            let (meant, refusal) = declined(shop.approve(&payment, "c1").await);
            assert_eq!((meant, &*refusal.code, refusal.status), (decline, code, status));
            let paths = ["/toss/v1/payments/confirm", &format!("/toss/v1/payments/{}", key(&payment))];
            assert!(paths.contains(&&*refusal.path), "{}", refusal.path);
            assert!(refusal.text.contains(code), "{}", refusal.text);
            assert!(!format!("{refusal:?}").contains("text"), "and no log line has them");
            assert_eq!(shop.moved(&payment), (0, 0, 0));
        }
    }
}

#[tokio::test]
async fn what_was_refused_once_is_asked_for_anew_by_another_name_alone() {
    for shop in shops() {
        let payment = shop.agreed();
        shop.fake.inject(Endpoint::Confirm, Fault::named("bank_closed").unwrap());
        for _ in 0..2 {
            let no = refused(shop.approve(&payment, "c1").await);
            assert_eq!(no, ("NOT_AVAILABLE_BANK".to_owned(), Decline::Later));
        }
        assert_eq!(shop.approve(&payment, "c2").await.unwrap().facts.price, Won::new(4_400));
    }
}

#[tokio::test]
async fn a_key_does_not_know_a_body_so_two_payments_never_share_one() {
    for shop in shops() {
        let [first, second] = ["order-1", "order-2"].map(|order| {
            let key = shop.window(order, WindowMethod::Card).payment_key;
            shop.fake.pay(&key).unwrap();
            PaymentRef { order: order.to_owned(), key: Some(key), payer: None }
        });
        for payment in [&first, &second] {
            assert_eq!(shop.approve(payment, "c1").await.unwrap().order, payment.order);
        }
        assert_eq!([shop.moved(&first), shop.moved(&second)], [(4_400, 1, 0); 2]);
    }
    // In the older dialect the payment is part of the URL, and so of the key.
    for shop in shops().iter().filter(|shop| shop.account.api() == ::tosspayments::Api::Current) {
        let confirm = |order: &str| {
            let payment_key = shop.window(order, WindowMethod::Card).payment_key;
            shop.fake.pay(&payment_key).unwrap();
            let key = IdempotencyKey::new("the-same").unwrap();
            Confirm { payment_key, order_id: order.to_owned(), amount: 4_400 }.keyed(key)
        };
        let (first, second) = (confirm("order-1"), confirm("order-2"));
        assert_eq!(shop.does(&first).order_id, "order-1");
        assert_eq!(shop.does(&second).order_id, "order-1", "it is answered as the first was");
        assert_eq!(shop.fake.payment(&second.call.payment_key).unwrap().collected, 0);
    }
}

#[tokio::test]
async fn whoever_has_not_agreed_is_not_charged() {
    for shop in shops() {
        let payment = shop.opened();
        let (decline, refusal) = declined(shop.approve(&payment, "c1").await);
        assert_eq!((decline, &*refusal.code), (Decline::NotReady, "NOT_FOUND_PAYMENT_SESSION"));
        assert_eq!(refusal.status, 422, "there is such a payment, so it is no 404");
        assert_eq!(shop.look(&payment).await.standing, Standing::Collectable, "and may still");
        shop.clock.advance(SignedDuration::from_mins(31));
        assert_eq!(shop.look(&payment).await.standing, Standing::Failed);
    }
}

#[tokio::test]
async fn a_card_that_was_typed_in_is_taken_on_as_it_stands() {
    for shop in shops() {
        let payment = of_a_service(
            &shop
                .does(&KeyIn {
                    order_id: ORDER.to_owned(),
                    order_name: "아이스 아메리카노".to_owned(),
                    amount: 4_400,
                    tax_free_amount: None,
                    card: card(),
                    card_installment_plan: None,
                })
                .payment_key,
        );
        let collected = shop.approve(&payment, "c1").await;
        assert!(is_unknown(&collected) || collected.unwrap().standing == Standing::Paid);
        assert_eq!(shop.look(&payment).await.standing, Standing::Paid);
        assert_eq!(shop.moved(&payment), (4_400, 1, 0));
    }
}
