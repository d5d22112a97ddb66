//! Idempotency keys: one key, one effect, one answer.

use fakes::tosspayments::{Endpoint, Fault, Manner};
use jiff::SignedDuration;
use serde_json::json;

use super::shop::{Shop, confirm_fields, part, window_fields, with};

#[test]
fn the_same_key_gets_the_first_answer_and_has_one_effect() {
    for shop in Shop::both() {
        let key = shop.paid();
        let path = format!("/v1/payments/{key}/cancel");
        let first = shop.keyed(&path, &part(400), "k1");
        let again = shop.keyed(&path, &part(400), "k1");
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        assert_eq!(shop.fake.payment(&key).unwrap().cancelled, 400);
        shop.keyed(&path, &part(400), "k2");
        assert_eq!(shop.fake.payment(&key).unwrap().cancelled, 800, "another key is another request");
    }
}

#[test]
fn the_body_is_no_part_of_it() {
    let shop = Shop::today();
    let first = shop.agreed();
    let second = shop.post("/v1/payments", &window_fields("order-2")).text("paymentKey").to_owned();
    shop.fake.pay(&second).unwrap();
    let confirm = |fields| shop.keyed("/v1/payments/confirm", &fields, "k1");
    assert_eq!(confirm(confirm_fields(&first)).text("paymentKey"), first);
    let other = confirm(with(confirm_fields(&second), json!({ "orderId": "order-2" })));
    assert_eq!(other.text("paymentKey"), first, "it speaks of another payment");
    assert_eq!(shop.fake.payment(&second).unwrap().collected, 0);
}

#[test]
fn path_and_merchant_are_part_of_it() {
    let shop = Shop::today();
    let (key, other) = (
        shop.agreed(),
        Shop { fake: shop.fake.clone(), clock: shop.clock.clone(), manner: Manner::Reference },
    );
    let confirmed = shop.keyed("/v1/payments/confirm", &confirm_fields(&key), "k1");
    assert_eq!(confirmed.text("status"), "DONE");
    let cancelled = shop.keyed(&format!("/v1/payments/{key}/cancel"), &part(400), "k1");
    assert_eq!(cancelled.text("status"), "PARTIAL_CANCELED");
    let of_another = other.keyed("/v1/payments/confirm", &confirm_fields(&other.agreed()), "k1");
    assert_eq!(of_another.text("version"), "1.3");
}

#[test]
fn a_refusal_is_remembered_as_well() {
    let shop = Shop::today();
    let key = shop.window();
    let confirm = |name| shop.keyed("/v1/payments/confirm", &confirm_fields(&key), name).code().to_owned();
    assert_eq!(confirm("k1"), "NOT_FOUND_PAYMENT_SESSION");
    shop.fake.pay(&key).unwrap();
    assert_eq!(confirm("k1"), "NOT_FOUND_PAYMENT_SESSION");
    assert_eq!(confirm("k2"), "");

    let key = shop.paid_as("order-2");
    let path = format!("/v1/payments/{key}/cancel");
    let closed = Fault::named("bank_closed").unwrap();
    shop.fake.inject(Endpoint::Cancel, closed);
    for _ in 0..2 {
        assert_eq!(shop.keyed(&path, &part(1), "k3").code(), "NOT_AVAILABLE_BANK");
    }
    assert_eq!(shop.keyed(&path, &part(1), "k4").code(), "");
}

#[test]
fn a_key_is_forgotten_after_fifteen_days() {
    let shop = Shop::today();
    let key = shop.paid();
    let path = format!("/v1/payments/{key}/cancel");
    shop.keyed(&path, &part(400), "k1");
    shop.clock.advance(SignedDuration::from_hours(15 * 24 - 1));
    shop.keyed(&path, &part(400), "k1");
    assert_eq!(shop.fake.payment(&key).unwrap().cancelled, 400);
    shop.clock.advance(SignedDuration::from_hours(1));
    shop.keyed(&path, &part(400), "k1");
    assert_eq!(shop.fake.payment(&key).unwrap().cancelled, 800);
}

#[test]
fn what_was_lost_is_told_again() {
    let shop = Shop::today();
    let key = shop.agreed();
    shop.fake.inject(Endpoint::Confirm, Fault::AnswerLost);
    let request = shop.request("POST", "/v1/payments/confirm", &confirm_fields(&key), Some("k1"));
    assert!(shop.fake.answer(&request).answer().is_none());
    let again = shop.keyed("/v1/payments/confirm", &confirm_fields(&key), "k1");
    assert_eq!((again.text("status"), shop.fake.payment(&key).unwrap().approvals), ("DONE", 1));
}

#[test]
fn a_key_has_a_length_and_a_get_has_none() {
    let shop = Shop::today();
    let key = shop.agreed();
    let long = "k".repeat(301);
    let refused = shop.keyed("/v1/payments/confirm", &confirm_fields(&key), &long);
    assert_eq!((refused.status, refused.code()), (400, "INVALID_IDEMPOTENCY_KEY"));
    assert_eq!(shop.keyed("/v1/payments/confirm", &confirm_fields(&key), &long[1..]).code(), "");
    let get = shop.request("GET", &format!("/v1/payments/{key}"), &json!(null), Some(&long));
    assert_eq!(super::shop::answer(shop.fake.answer(&get)).status, 200);
}
