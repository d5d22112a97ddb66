//! What PortOne tells by itself, to whom, and how it is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fakes::Delivery;
use fakes::portone::{Dialect, Options};
use ring::hmac;
use serde_json::{Value, json};

use super::shop::{Shop, V1_QUERY, V2_QUERY};

fn told(shop: &Shop) -> Vec<(String, Value)> {
    let hooks = shop.fake.take_webhooks().into_iter();
    hooks.map(|hook| (hook.url, serde_json::from_str(&hook.body).unwrap())).collect()
}

fn header<'a>(hook: &'a Delivery, name: &str) -> &'a str {
    &hook.headers.iter().find(|(known, _)| known == name).unwrap().1
}

/// As Standard Webhooks says.
fn is_signed(hook: &Delivery) -> bool {
    let secret = Options::default().webhook_secret;
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = [header(hook, "webhook-id"), header(hook, "webhook-timestamp"), &hook.body].join(".");
    let signature = header(hook, "webhook-signature").strip_prefix("v1,").unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &signature).is_ok()
}

#[test]
fn v1_tells_in_three_words() {
    let shop = Shop::new();
    let imp_uid = shop.v1_issued();
    shop.fake.deposit(&imp_uid).unwrap();
    shop.fake.give_back(&imp_uid, 1).unwrap();
    let hooks = told(&shop);
    let statuses: Vec<_> = hooks.iter().map(|(_, body)| body["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["ready", "paid", "cancelled"]);
    let expected = json!({ "imp_uid": imp_uid, "merchant_uid": "o-2", "status": "ready" });
    assert_eq!(hooks[0], ("https://cafe.example/hooks/v1".into(), expected));
    assert!(hooks[2].1["cancellation_id"].is_string());
    assert_eq!(told(&shop), [], "and once");
}

#[test]
fn v1_says_nothing_of_a_failure() {
    let shop = Shop::new();
    shop.fake.fail_payment(Dialect::V1, V1_QUERY).unwrap();
    assert_eq!(told(&shop), []);
    shop.fake.capture("o-1", None).unwrap();
    assert_eq!(told(&shop)[0].1["status"], "paid", "until it turns out paid");
}

#[test]
fn a_payments_own_address_goes_before_the_usual_one() {
    let shop = Shop::new();
    shop.fake.pay(Dialect::V1, &format!("{V1_QUERY}&notice_url=http://127.0.0.1:1/x")).unwrap();
    assert_eq!(told(&shop)[0].0, "http://127.0.0.1:1/x");
    let nobody = Shop::with(Options::default());
    nobody.v1_paid();
    assert_eq!(told(&nobody), []);
}

#[test]
fn a_refund_is_told_where_it_was_asked_for_or_always() {
    for (always, asked, hooks) in [(true, false, 2), (false, false, 1), (false, true, 2)] {
        let shop = Shop::with(Options {
            tells_of_every_refund: always,
            v1_webhook_url: Some("https://cafe.example/hooks/v1".into()),
            ..Options::default()
        });
        let cancel = json!({ "imp_uid": shop.v1_paid(), "reason": "x", "enable_webhook": asked });
        shop.v1("POST", "/payments/cancel", &cancel).response();
        assert_eq!(told(&shop).len(), hooks, "{always} {asked}");
    }
}

#[test]
fn v2_tells_of_everything_and_signs_it() {
    let shop = Shop::new();
    shop.fake.fail_payment(Dialect::V2, V2_QUERY).unwrap();
    shop.fake.issue_account(Dialect::V2, V2_QUERY).unwrap();
    shop.fake.deposit("o-1").unwrap();
    shop.fake.give_back("o-1", 1).unwrap();
    shop.fake.give_back("o-1", 4_399).unwrap();
    let hooks = shop.fake.take_webhooks();
    assert!(hooks.iter().all(is_signed));
    let bodies: Vec<Value> = hooks.iter().map(|hook| serde_json::from_str(&hook.body).unwrap()).collect();
    let events: Vec<_> = bodies.iter().map(|body| body["type"].as_str().unwrap()).collect();
    let expected =
        ["Ready", "Failed", "Ready", "VirtualAccountIssued", "Paid", "PartialCancelled", "Cancelled"];
    assert_eq!(events, expected.map(|event| format!("Transaction.{event}")));
    assert_eq!(bodies[4]["timestamp"], "2026-11-21T01:00:00Z");
    assert_eq!(
        (&bodies[4]["data"]["paymentId"], &bodies[4]["data"]["cancellationId"]),
        (&json!("o-1"), &Value::Null)
    );
    assert!(bodies[6]["data"]["cancellationId"].is_string());
}

#[test]
fn v2_sends_once_more_what_it_has_sent() {
    let shop = Shop::new();
    assert_eq!(
        shop.v2("POST", "/payments/o-1/resend-webhook", &json!({})).text("/type"),
        "PAYMENT_NOT_FOUND"
    );
    shop.fake.pay(Dialect::V2, V2_QUERY).unwrap();
    let [ready, paid] = &shop.fake.take_webhooks()[..] else { panic!("there are two") };
    shop.clock.advance(jiff::SignedDuration::from_mins(10));
    let resent = shop.v2("POST", "/payments/o-1/resend-webhook", &json!({}));
    assert_eq!(resent.text("/webhook/id"), header(paid, "webhook-id"));
    let named = json!({ "webhookId": header(ready, "webhook-id") });
    assert_eq!(shop.v2("POST", "/payments/o-1/resend-webhook", &named).status, 200);
    let again = shop.fake.take_webhooks();
    for (hook, before) in again.iter().zip([paid, ready]) {
        assert_eq!((&hook.body, header(hook, "webhook-id")), (&before.body, header(before, "webhook-id")));
        assert_ne!(header(hook, "webhook-timestamp"), header(before, "webhook-timestamp"), "signed for now");
        assert!(is_signed(hook));
    }
    let unknown = shop.v2("POST", "/payments/o-1/resend-webhook", &json!({ "webhookId": "x" }));
    assert_eq!(unknown.text("/type"), "WEBHOOK_NOT_FOUND");
}
