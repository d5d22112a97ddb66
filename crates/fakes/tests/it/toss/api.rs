//! Opening, confirming, looking up: what is collected, and what is refused.

use fakes::tosspayments::{Endpoint, Manner, Status};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::shop::{Shop, answer, confirm_fields, window_fields, with};

#[test]
fn a_payment_is_made_agreed_on_and_collected_once() {
    for shop in Shop::both() {
        let made = shop.post("/v1/payments", &window_fields("order-1"));
        let key = made.text("paymentKey").to_owned();
        assert_eq!((made.text("status"), &made.body["approvedAt"]), ("READY", &Value::Null));
        assert_eq!(shop.confirm(&key).code(), "NOT_FOUND_PAYMENT_SESSION", "nobody has agreed");
        shop.fake.pay(&key).unwrap();
        let confirmed = shop.confirm(&key);
        assert_eq!((confirmed.text("status"), &confirmed.body["totalAmount"]), ("DONE", &json!(4400)));
        assert_eq!(confirmed.text("approvedAt"), "2026-11-21T10:00:00+09:00");
        assert_eq!([&confirmed.body["vat"], &confirmed.body["suppliedAmount"]], [&json!(400), &json!(4000)]);
        let again = shop.confirm(&key);
        match shop.manner {
            Manner::Current => assert_eq!((again.status, again.code()), (400, "ALREADY_PROCESSED_PAYMENT")),
            Manner::Reference => assert_eq!((again.status, again.text("status")), (201, "DONE")),
        }
        let payment = shop.fake.payment(&key).unwrap();
        assert_eq!((payment.collected, payment.approvals, payment.status), (4_400, 1, Status::Done));
        assert_eq!(shop.fake.calls(Endpoint::Confirm), 3);
    }
}

#[test]
fn both_paths_confirm_and_both_look_up() {
    for shop in Shop::both() {
        let key = shop.agreed();
        let legacy =
            shop.post(&format!("/v1/payments/{key}"), &json!({ "orderId": "order-1", "amount": 4400 }));
        assert_eq!(legacy.text("status"), "DONE");
        assert_eq!(shop.look(&key).body, shop.get("/v1/payments/orders/order-1").body);
        assert_eq!(
            shop.get("/toss/v1/payments/orders/order-1").text("paymentKey"),
            key,
            "below the prefix, too"
        );
    }
}

#[test]
fn each_manner_has_its_look() {
    let [today, reference] = Shop::both().map(|shop| {
        let key = shop.paid();
        (shop.confirm(&key).status, shop.look(&key).body)
    });
    assert_eq!([&today.1["version"], &reference.1["version"]], ["2022-11-16", "1.3"]);
    assert_eq!((today.0, reference.0), (400, 201));
    assert_eq!([&today.1["card"]["issuerCode"], &today.1["card"]["number"]], ["71", "43301234****123*"]);
    assert_eq!(
        [&reference.1["card"]["company"], &reference.1["card"]["number"]],
        ["신한", "4330123412341234"]
    );
    assert!(
        today.1["checkout"]["url"].as_str().unwrap().starts_with("http://127.0.0.1:3001/toss/v1/payments/")
    );
}

#[test]
fn another_order_or_amount_collects_nothing() {
    for shop in Shop::both() {
        let key = shop.agreed();
        for change in [json!({ "orderId": "order-2" }), json!({ "amount": 4399 }), json!({ "amount": 4401 })]
        {
            let refused = shop.post("/v1/payments/confirm", &with(confirm_fields(&key), change));
            assert_eq!(refused.status, if shop.manner == Manner::Current { 400 } else { 422 });
        }
        assert_eq!(shop.fake.payment(&key).unwrap().collected, 0);
        assert_eq!(shop.confirm(&key).text("status"), "DONE", "and leaves it as it was");
    }
}

#[test]
fn an_order_is_collected_once_whatever_its_payments() {
    let shop = Shop::today();
    let (first, second) = (shop.agreed(), shop.agreed());
    assert_ne!(first, second);
    assert_eq!(shop.confirm(&first).code(), "");
    assert_eq!(shop.confirm(&second).code(), "DUPLICATED_ORDER_ID");
    assert_eq!(
        shop.get("/v1/payments/orders/order-1").text("paymentKey"),
        first,
        "the one that was collected"
    );
}

#[test]
fn time_runs_out_for_the_payer_and_for_the_merchant() {
    for shop in Shop::both() {
        let (waiting, agreed) = (shop.window(), shop.agreed());
        shop.clock.advance(SignedDuration::from_mins(10));
        assert_eq!(shop.look(&agreed).text("status"), "IN_PROGRESS");
        shop.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(shop.look(&agreed).text("status"), "EXPIRED");
        assert_eq!(shop.confirm(&agreed).code(), "NOT_FOUND_PAYMENT_SESSION");
        assert_eq!(shop.look(&waiting).text("status"), "READY");
        shop.clock.advance(SignedDuration::from_mins(20));
        assert_eq!(shop.look(&waiting).text("status"), "EXPIRED");
        assert!(shop.fake.pay(&waiting).is_err());
    }
}

#[test]
fn who_asks_must_be_known_and_sees_only_their_own() {
    for shop in Shop::both() {
        let key = shop.paid();
        let ask = |authorization: Option<&str>| {
            let mut request = shop.request("GET", &format!("/v1/payments/{key}"), &Value::Null, None);
            request.headers_mut().remove("authorization");
            if let Some(authorization) = authorization {
                request.headers_mut().insert("authorization", authorization.parse().unwrap());
            }
            let answer = answer(shop.fake.answer(&request));
            (answer.status, answer.code().to_owned())
        };
        assert_eq!(ask(None), (401, "UNAUTHORIZED_KEY".to_owned()));
        assert_eq!(ask(Some("Basic bm9ib2R5Og==")), (401, "UNAUTHORIZED_KEY".to_owned()));
        assert_eq!(
            ask(Some("Basic bm9ib2R5")),
            (403, "INCORRECT_BASIC_AUTH_FORMAT".to_owned()),
            "without its colon"
        );
        assert_eq!(ask(Some("Bearer x")).0, 403);
        let other = if shop.manner == Manner::Current { Manner::Reference } else { Manner::Current };
        let other = Shop { fake: shop.fake.clone(), clock: shop.clock.clone(), manner: other };
        assert_eq!((other.look(&key).status, other.look(&key).code()), (404, "NOT_FOUND_PAYMENT"));
        assert_eq!(shop.get("/v1/payments/nothing").status, 404);
        assert_eq!(shop.get("/v1/nothing").code(), "NOT_FOUND");
    }
}

#[test]
fn what_breaks_a_limit_is_refused() {
    let shop = Shop::today();
    for change in [
        json!({ "orderId": "short" }),
        json!({ "orderId": "주문번호123" }),
        json!({ "orderId": "a".repeat(65) }),
        json!({ "amount": 0 }),
        json!({ "amount": -1 }),
        json!({ "amount": 44.5 }),
        json!({ "orderName": null }),
        json!({ "orderName": "글".repeat(101) }),
        json!({ "successUrl": "nowhere" }),
        json!({ "failUrl": null }),
        json!({ "method": "DANCE" }),
        json!({ "taxFreeAmount": 4401 }),
    ] {
        let refused = shop.post("/v1/payments", &with(window_fields("order-1"), change.clone()));
        assert_eq!((refused.status, refused.code()), (400, "INVALID_REQUEST"), "{change}");
    }
    let little = shop.post("/v1/payments", &with(window_fields("order-1"), json!({ "amount": 99 })));
    assert_eq!(little.code(), "BELOW_MINIMUM_AMOUNT");
    assert_eq!(answer(shop.send("POST", "/v1/payments", &json!([]))).status, 400);
}

#[test]
fn what_it_remembers_can_be_kept() {
    for shop in Shop::both() {
        let key = shop.paid();
        shop.cancel(&key, &super::shop::part(400));
        let again = fakes::tosspayments::TossPayments::restore(
            fakes::tosspayments::Options::default(),
            shop.clock.clone(),
            &shop.fake.snapshot(),
        );
        let again = again.unwrap();
        assert_eq!(again.payments(), shop.fake.payments());
        assert_eq!(again.snapshot(), shop.fake.snapshot());
    }
}
