//! V2: what it lets in, what it answers, and what moves money.

use fakes::portone::{Dialect, Options, Standing};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::shop::{Shop, V2_QUERY, answer, charge, request};

const NONE: Value = Value::Null;

fn card() -> Value {
    json!({ "card": { "credential": { "number": "1234123412345678", "expiryYear": "28", "expiryMonth": "12" } } })
}

fn cancel(shop: &Shop, id: &str, changes: &Value) -> (u16, String) {
    let mut body = json!({ "reason": "x" });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let answer = shop.v2("POST", &format!("/payments/{id}/cancel"), &body);
    let kind = answer.body["type"].as_str().or(answer.body["cancellation"]["status"].as_str());
    (answer.status, kind.unwrap_or_default().to_owned())
}

#[test]
fn without_the_secret_or_for_another_store_nothing_is_answered() {
    let shop = Shop::new();
    for secret in ["", "PortOne x", "Bearer fake-portone-api-secret"] {
        let refused = answer(shop.fake.answer(&request("GET", "/portone/v2/payments/o-1", secret, &NONE)));
        assert_eq!((refused.status, refused.text("/type")), (401, "UNAUTHORIZED"), "{secret}");
    }
    assert_eq!(shop.v2("GET", "/payments/o-1?storeId=store-x", &NONE).status, 403);
    let ours = format!("/payments/o-1?storeId={}", Options::default().store_id);
    assert_eq!(shop.v2("GET", &ours, &NONE).text("/type"), "PAYMENT_NOT_FOUND");
    assert_eq!(shop.v2("GET", "/nowhere", &NONE).status, 404);
}

#[test]
fn a_payment_is_unknown_until_its_window_is_opened_and_then_paid_once() {
    let shop = Shop::new();
    assert_eq!(shop.v2("GET", "/payments/o-1", &NONE).status, 404);
    assert_eq!(
        shop.v2("POST", "/payments/o-1/pre-register", &json!({ "totalAmount": 4400 })).body,
        json!({})
    );
    assert_eq!(shop.v2("GET", "/payments/o-1", &NONE).status, 404, "registering begins nothing");
    shop.fake.fail_payment(Dialect::V2, V2_QUERY).unwrap();
    let failed = shop.v2("GET", "/payments/o-1", &NONE);
    assert_eq!((failed.text("/status"), failed.text("/failedAt")), ("FAILED", "2026-11-21T01:00:00Z"));
    shop.fake.pay(Dialect::V2, V2_QUERY).unwrap();
    let paid = shop.v2("GET", "/payments/o-1", &NONE);
    assert_eq!((paid.text("/status"), paid.text("/id"), paid.text("/currency")), ("PAID", "o-1", "KRW"));
    assert_eq!((&paid.body["amount"]["total"], &paid.body["amount"]["vat"]), (&json!(4_400), &json!(400)));
    let again = shop.v2("POST", "/payments/o-1/instant", &charge(&card()));
    assert_eq!((again.status, again.text("/type")), (409, "ALREADY_PAID"));
    assert_eq!(shop.v2("POST", "/payments/o-1/pre-register", &json!({})).text("/type"), "ALREADY_PAID");
}

#[test]
fn a_refund_is_guarded_by_the_balance() {
    let shop = Shop::new();
    assert_eq!(cancel(&shop, "o-1", &json!({})), (404, "PAYMENT_NOT_FOUND".into()));
    shop.v2("POST", "/payments/o-1/instant", &charge(&card()));
    let broken = "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN";
    for (changes, status, kind) in [
        (json!({ "amount": 4401 }), 409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"),
        (json!({ "amount": 0 }), 400, "INVALID_REQUEST"),
        (json!({ "amount": 1, "taxFreeAmount": 2 }), 400, "INVALID_REQUEST"),
        (json!({ "reason": "" }), 400, "INVALID_REQUEST"),
        (json!({ "amount": 400, "currentCancellableAmount": 4000 }), 409, broken),
        (json!({ "amount": 400, "currentCancellableAmount": 4400 }), 200, "SUCCEEDED"),
        (json!({ "amount": 400, "currentCancellableAmount": 4400 }), 409, broken),
        (json!({ "currentCancellableAmount": 4000 }), 200, "SUCCEEDED"),
        (json!({}), 409, "PAYMENT_ALREADY_CANCELLED"),
    ] {
        assert_eq!(cancel(&shop, "o-1", &changes), (status, kind.into()), "{changes}");
    }
    let payment = shop.fake.payment("o-1").unwrap();
    assert_eq!((payment.cancelled, payment.cancellations, payment.standing), (4_400, 2, Standing::Refunded));
    let shown = shop.v2("GET", "/payments/o-1", &NONE);
    assert_eq!((shown.text("/status"), shown.text("/cancellations/1/status")), ("CANCELLED", "SUCCEEDED"));
}

#[test]
fn a_virtual_account_waits_and_may_be_closed() {
    let shop = Shop::new();
    shop.v2_issued();
    assert_eq!(shop.v2("GET", "/payments/o-2", &NONE).text("/method/bank"), "KDB");
    assert_eq!(cancel(&shop, "o-2", &json!({})), (409, "PAYMENT_NOT_PAID".into()));
    assert_eq!(shop.v2("GET", "/payments/o-2/cash-receipt", &NONE).text("/type"), "CASH_RECEIPT_NOT_FOUND");
    shop.fake.deposit("o-2").unwrap();
    assert_eq!(shop.v2("GET", "/payments/o-2", &NONE).text("/status"), "PAID");
    assert_eq!(shop.v2("GET", "/payments/o-2/cash-receipt", &NONE).text("/status"), "ISSUED");
    assert_eq!(shop.v2("POST", "/payments/o-2/cash-receipt/cancel", &NONE).body["cancelledAmount"], 4_400);
    assert_eq!(shop.v2("GET", "/payments/o-2/cash-receipt", &NONE).text("/status"), "CANCELLED");
    let close = |shop: &Shop| shop.v2("POST", "/payments/o-2/virtual-account/close", &NONE);
    assert_eq!(close(&shop).text("/type"), "PAYMENT_NOT_WAITING_FOR_DEPOSIT");
    assert_eq!(cancel(&shop, "o-2", &json!({})), (400, "INVALID_REQUEST".into()), "it must go somewhere");
    let to = json!({ "refundAccount": { "bank": "KDB", "number": "1", "holderName": "홍길동" } });
    assert_eq!(cancel(&shop, "o-2", &to), (200, "SUCCEEDED".into()));

    let shop = Shop::new();
    shop.v2_issued();
    assert_eq!(close(&shop).text("/closedAt"), "2026-11-21T01:00:00Z");
    assert!(shop.fake.deposit("o-2").is_err());

    let shop = Shop::new();
    shop.v2_issued();
    shop.clock.advance(SignedDuration::from_secs(3_601));
    assert!(shop.fake.deposit("o-2").is_err(), "too late");
}

#[test]
fn a_billing_key_is_charged_until_it_is_deleted() {
    let shop = Shop::new();
    let issue = json!({ "channelKey": Options::default().channel_key, "method": card() });
    let key = shop.v2("POST", "/billing-keys", &issue).text("/billingKeyInfo/billingKey").to_owned();
    let path = format!("/billing-keys/{key}");
    assert_eq!(shop.v2("GET", &path, &NONE).text("/methods/0/card/number"), "000000******5678");
    let mut by_key = charge(&NONE);
    by_key["billingKey"] = json!(key);
    assert_eq!(shop.v2("POST", "/payments/o-1/billing-key", &by_key).status, 200);
    assert_eq!(shop.v2("GET", "/payments/o-1", &NONE).text("/billingKey"), key);
    assert_eq!(shop.v2("DELETE", &format!("{path}?reason=x"), &NONE).status, 200);
    assert_eq!(shop.v2("GET", &path, &NONE).text("/status"), "DELETED");
    let refused = shop.v2("POST", "/payments/o-2/billing-key", &by_key);
    assert_eq!((refused.status, refused.text("/type")), (409, "BILLING_KEY_ALREADY_DELETED"));
    assert_eq!(shop.v2("DELETE", &path, &NONE).text("/type"), "BILLING_KEY_ALREADY_DELETED");
    assert_eq!(shop.v2("GET", "/billing-keys/x", &NONE).text("/type"), "BILLING_KEY_NOT_FOUND");
    let nowhere = json!({ "channelKey": "x", "method": card() });
    assert_eq!(shop.v2("POST", "/billing-keys", &nowhere).text("/type"), "CHANNEL_NOT_FOUND");
}

#[test]
fn the_two_apis_do_not_see_each_others_payments() {
    let shop = Shop::new();
    let imp_uid = shop.v1_paid();
    assert_eq!(shop.v2("GET", "/payments/o-1", &NONE).status, 404);
    assert_eq!(shop.v2("GET", &format!("/payments/{imp_uid}"), &NONE).status, 404);
    let shop = Shop::new();
    shop.fake.pay(Dialect::V2, V2_QUERY).unwrap();
    assert_eq!(shop.v1("GET", "/payments/find/o-1", &NONE).status, 404);
    assert_eq!(shop.v1("POST", "/payments/cancel", &json!({ "merchant_uid": "o-1" })).status, 404);
}

#[test]
fn another_status_may_be_named_and_nothing_else_changes() {
    let shop = Shop::new();
    shop.fake.pay(Dialect::V2, V2_QUERY).unwrap();
    shop.fake.show_status("o-1", Some("ON_THE_MOON")).unwrap();
    assert_eq!(shop.v2("GET", "/payments/o-1", &NONE).text("/status"), "ON_THE_MOON");
    assert_eq!(shop.fake.payment("o-1").unwrap().standing, Standing::Paid);
    shop.fake.show_status("o-1", None).unwrap();
    assert_eq!(shop.v2("GET", "/payments/o-1", &NONE).text("/status"), "PAID");
}
