//! A page of ours that opens payments, whose key comes later.

use ::tosspayments::WindowMethod;
use cafe_core::gateway::tosspayments::TossPayments;
use cafe_core::payment::{Decline, Gateway as _, PaymentRef, Proof, Standing, Won};
use fakes::tosspayments::Endpoint;

use super::{Shop, shops};
use crate::answered::{declined, is_unreached};
use crate::asked::{cancellation, charge, collection, returns};

pub(crate) fn on_a_page(shop: &Shop) -> TossPayments {
    shop.gateway.clone().by_script("test_ck_1".to_owned())
}

#[tokio::test]
async fn the_page_is_told_what_its_script_wants_and_nobody_is_asked() {
    for shop in shops() {
        let (gateway, charge) = (on_a_page(&shop), charge(1));
        let checkout = gateway.open(&charge, &returns()).await.unwrap();
        let page = format!(
            "https://cafe.example/pay/window?clientKey=test_ck_1&orderId={}&orderName=%EB%9D%BC%EB%96%BC%20%26%20%EC%BC%80%EC%9D%B4%ED%81%AC&amount=4400&successUrl=https%3A%2F%2Fcafe.example%2Fpay%2Fapprove%3Fa%3Db&failUrl=https%3A%2F%2Fcafe.example%2Fpay%2Ffail%3Fa%3Db",
            charge.order
        );
        assert_eq!([&checkout.pages.mobile, &checkout.pages.desktop], [&page; 2]);
        assert_eq!((&*checkout.session.key, shop.fake.calls(Endpoint::Window)), ("", 0));
    }
}

#[tokio::test]
async fn a_payment_is_collected_by_the_key_that_comes_back_and_known_by_its_order_until_then() {
    for shop in shops() {
        let (gateway, charge) = (on_a_page(&shop), charge(1));
        let order = charge.order.to_string();
        let payment = PaymentRef { order: order.clone(), key: None, payer: Some(charge.payer) };
        let (decline, _) = declined(gateway.lookup(&payment).await);
        assert!(decline == Decline::NotFound && gateway.behaviour().has_nobody_begun(&payment));
        let refund = gateway.cancel(&payment, &cancellation("r1", 400, 4_400)).await;
        assert_eq!(declined(refund).0, Decline::NotFound);
        let with = |proof: &str| collection("c1", 4_400, Some(&Proof(proof.to_owned())));
        assert!(is_unreached(&gateway.approve(&payment, &collection("c1", 4_400, None)).await));
        assert_eq!(declined(gateway.approve(&payment, &with("typed")).await).0, Decline::NotFound);

        let key = shop.window(&order, WindowMethod::Card).payment_key;
        shop.fake.pay(&key).unwrap();
        assert_eq!(gateway.lookup(&payment).await.unwrap().standing, Standing::Collectable);
        let shown = gateway.approve(&payment, &with(&key)).await.unwrap();
        assert_eq!((shown.facts.price, &*shown.key, shown.is_ours), (Won::new(4_400), &*key, true));
        assert_eq!(gateway.lookup(&payment).await.unwrap().standing, Standing::Paid);
        gateway.cancel(&payment, &cancellation("r1", 400, 4_400)).await.unwrap();
        assert_eq!(shop.fake.payment(&key).unwrap().cancelled, 400);

        // A key that was stored is believed before one that a browser brings.
        let stored = PaymentRef { key: Some(key.clone()), ..payment };
        assert_eq!(gateway.approve(&stored, &with("typed")).await.unwrap().key, key);
    }
}
