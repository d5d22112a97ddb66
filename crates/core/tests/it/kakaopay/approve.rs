//! Collecting: by whose proof, until when, and what is refused and for what.

use ::kakaopay::Api;
use cafe_core::gateway::kakaopay::KakaoPay;
use cafe_core::payment::{Decline, Gateway as _, Method, PayerId, PaymentRef, Proof, Standing, Won};
use fakes::kakaopay::{Endpoint, Extras, Fault, Options};
use jiff::SignedDuration;
use secrecy::SecretString;

use super::shops;
use crate::answered::{declined, is_unknown, refused};
use crate::asked::{charge, collection, opened_at, returns};

#[tokio::test]
async fn what_was_collected_tells_how_when_and_by_what_number() {
    for shop in shops() {
        let (payment, proof) = shop.agreed().await;
        let approval = shop.approve(&payment, &proof).await.unwrap().approval().unwrap();
        assert_eq!((approval.amount, approval.method), (Won::new(4_400), Some(Method::Balance)));
        assert_eq!(approval.at, Some(opened_at()), "its clock is Korea's");
        assert!(approval.number.unwrap().starts_with('A'));
        let looked = shop.look(&payment).await.approval().unwrap();
        assert_eq!((looked.amount, looked.at), (Won::new(4_400), Some(opened_at())));
    }
}

#[tokio::test]
async fn another_proof_order_payer_or_sum_collects_nothing_and_uses_nothing_up() {
    for shop in shops() {
        let (payment, proof) = shop.agreed().await;
        let typed = Proof("typed".to_owned());
        let another_order = PaymentRef { order: "another".to_owned(), ..payment.clone() };
        let another_payer = PaymentRef { payer: Some(PayerId("another".to_owned())), ..payment.clone() };
        let another_sum = shop.gateway.approve(&payment, &collection("c1", 4_399, Some(&proof))).await;
        for (no, meant) in [
            (shop.approve(&payment, &typed).await, ("-708", Decline::Mismatch)),
            (shop.approve(&another_order, &proof).await, ("-706", Decline::Mismatch)),
            (shop.approve(&another_payer, &proof).await, ("-707", Decline::Mismatch)),
            (another_sum, ("-725", Decline::Refused)),
        ] {
            assert_eq!(refused(no), (meant.0.to_owned(), meant.1));
        }
        assert_eq!(shop.moved(&payment), (0, 0, 0));
        shop.approve(&payment, &proof).await.unwrap();
    }
}

#[tokio::test]
async fn who_has_no_proof_or_opened_it_elsewhere_only_looks() {
    for shop in shops() {
        let (payment, proof) = shop.agreed().await;
        let elsewhere = PaymentRef { payer: None, ..payment.clone() };
        let without = shop.gateway.approve(&payment, &collection("c1", 4_400, None)).await.unwrap();
        for shown in [without, shop.approve(&elsewhere, &proof).await.unwrap()] {
            assert_eq!((shown.standing, shown.is_ours), (Standing::Collectable, true));
        }
        assert_eq!((shop.moved(&payment), shop.fake.calls(Endpoint::Approve)), ((0, 0, 0), 0));
    }
}

#[tokio::test]
async fn whoever_has_not_agreed_in_time_is_not_charged() {
    for shop in shops() {
        let payment = shop.opened().await;
        let typed = Proof("typed".to_owned());
        assert_eq!(refused(shop.approve(&payment, &typed).await), ("-701".to_owned(), Decline::NotReady));
        assert_eq!(shop.look(&payment).await.standing, Standing::Collectable, "and may still");
        let proof = super::proof(&shop.fake.pay(super::tid(&payment)).unwrap());
        shop.clock.advance(SignedDuration::from_mins(16));
        assert_eq!(refused(shop.approve(&payment, &proof).await), ("-723".to_owned(), Decline::Expired));
        assert_eq!(shop.moved(&payment), (0, 0, 0));
    }
}

#[tokio::test]
async fn who_presses_cancel_or_is_declined_has_not_paid() {
    for shop in shops() {
        let payment = shop.opened().await;
        let next = shop.fake.cancel_payment(super::tid(&payment)).unwrap();
        assert_eq!(next, "https://cafe.example/pay/cancel?a=b");
        assert_eq!(shop.look(&payment).await.standing, Standing::Failed);
        let payment = shop.opened().await;
        let next = shop.fake.fail_payment(super::tid(&payment)).unwrap();
        assert_eq!(next, "https://cafe.example/pay/fail?a=b");
        assert_eq!(shop.look(&payment).await.standing, Standing::Failed);
    }
}

#[tokio::test]
async fn a_no_is_a_no_and_told_in_its_own_words() {
    let extras = Extras {
        method_result_code: "CARD_DECLINED".to_owned(),
        method_result_message: "한도 초과로 거절되었습니다.".to_owned(),
    };
    let no = |code, extras| Fault::Refused { code, extras, effect: false };
    for (fault, code, decline) in [
        (no(-780, Some(extras)), "-780", Decline::Refused),
        (no(-797, None), "-797", Decline::Refused),
        (no(-721, None), "-721", Decline::NotFound),
        (no(-798, None), "-798", Decline::Misconfigured),
        (Fault::UserLocked, "-780", Decline::Busy),
    ] {
        for shop in shops() {
            let (payment, proof) = shop.agreed().await;
            shop.fake.inject(Endpoint::Approve, fault.clone());
            let (meant, refusal) = declined(shop.approve(&payment, &proof).await);
            assert_eq!((meant, &*refusal.code), (decline, code));
            assert_eq!(refusal.status == 404, decline == Decline::NotFound, "{refusal:?}");
            assert!(refusal.path.ends_with("/payment/approve") && refusal.text.contains(code));
            assert_eq!(shop.moved(&payment), (0, 0, 0));
            shop.approve(&payment, &proof).await.unwrap();
        }
    }
}

#[tokio::test]
async fn one_that_was_collected_before_is_looked_up_and_never_called_refused() {
    for shop in shops() {
        let (payment, proof) = shop.agreed().await;
        shop.approve(&payment, &proof).await.unwrap();
        assert!(is_unknown(&shop.approve(&payment, &proof).await), "-702");
        assert_eq!(shop.look(&payment).await.standing, Standing::Paid);
        assert_eq!(shop.moved(&payment), (4_400, 1, 0));
    }
}

#[tokio::test]
async fn a_wrong_key_is_the_owners_to_mend_and_maintenance_ends() {
    for (shop, api) in shops().into_iter().zip([Api::Open, Api::Legacy]) {
        let key = SecretString::from("another");
        let account = ::kakaopay::Account::new(api, &key, ::kakaopay::TEST_CID).unwrap();
        let account = account.with_base_url(&Options::default().origin).unwrap();
        let stranger = KakaoPay::new(account, shop.wire.clone());
        let (decline, _) = declined(stranger.open(&charge(1), &returns()).await);
        assert_eq!(decline, Decline::Misconfigured);
        shop.fake.inject(Endpoint::Ready, Fault::Unavailable503);
        let (decline, refusal) = declined(shop.gateway.open(&charge(1), &returns()).await);
        assert_eq!((decline, refusal.status), (Decline::Later, 422));
    }
}
