//! What Toss Payments sends by itself, and what anybody might send.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tosspayments::webhook::{EventType, Webhook};
use tosspayments::{BadAnswer, Status};

const PAYMENT: &str = include_str!("../../testdata/webhook_payment.json");
const DEPOSIT: &str = include_str!("../../testdata/webhook_deposit.json");
const SECRET: &str = "ps_eqRGgYO1r57E4Z541ZMW3QnN2Eya";

fn read(body: &Value) -> Result<Webhook, BadAnswer> {
    Webhook::read(body.to_string().as_bytes())
}

#[test]
fn a_changed_status_says_which_payment() {
    let Webhook::PaymentStatusChanged(changed) = Webhook::read(PAYMENT.as_bytes()).unwrap() else { panic!() };
    assert_eq!(
        (changed.payment_key.as_str(), changed.order_id.as_str()),
        ("va20261121141719u7Ie0", "o-01J9Z1")
    );
    assert_eq!(changed.status, Status::Done);
    assert_eq!(changed.created_at, Some("2026-11-21T01:01:08Z".parse::<Timestamp>().unwrap()));
    assert_eq!(changed.secret.unwrap().expose_secret(), SECRET);
    // The least that the fake of `toss-payments-server-api` sends.
    let least = json!({ "eventType": "PAYMENT_STATUS_CHANGED",
        "data": { "paymentKey": "k1", "orderId": "o-1", "status": "CANCELED" } });
    assert!(matches!(read(&least), Ok(Webhook::PaymentStatusChanged(changed)) if changed.secret.is_none()));
}

#[test]
fn a_deposit_says_which_order_and_knows_the_secret() {
    let wrapped = json!({ "eventType": "DEPOSIT_CALLBACK", "createdAt": "2026-11-21T15:00:00",
        "data": { "orderId": "o-01J9Z1", "status": "DONE", "secret": SECRET } });
    for body in [DEPOSIT.to_owned(), wrapped.to_string()] {
        let Webhook::DepositCallback(deposit) = Webhook::read(body.as_bytes()).unwrap() else { panic!() };
        assert_eq!((deposit.order_id.as_str(), deposit.status), ("o-01J9Z1", Status::Done));
        assert_eq!(deposit.secret.expose_secret(), SECRET);
        assert_eq!(deposit.created_at, Some("2026-11-21T06:00:00Z".parse::<Timestamp>().unwrap()));
    }
}

#[test]
fn what_is_not_known_is_passed_over() {
    for (event, known) in [
        ("METHOD_UPDATED", EventType::MethodUpdated),
        ("payout.changed", EventType::PayoutChanged),
        ("TEA_TIME", EventType::Other("TEA_TIME".to_owned())),
    ] {
        let read = read(&json!({ "eventType": event, "data": [] })).unwrap();
        assert!(matches!(&read, Webhook::Other(other) if *other == known), "{read:?}");
    }
    let deleted = json!({ "eventType": "BILLING_DELETED", "billingKey": "bk1", "reason": "owner" });
    assert!(matches!(read(&deleted), Ok(Webhook::BillingDeleted { billing_key }) if billing_key.0 == "bk1"));
}

#[test]
fn what_says_nothing_to_look_up_is_refused() {
    assert_eq!(Webhook::read(b"").unwrap_err(), BadAnswer::NotAnObject);
    assert_eq!(Webhook::read(b"[1]").unwrap_err(), BadAnswer::NotAnObject);
    assert_eq!(read(&json!({})).unwrap_err(), BadAnswer::Field("eventType"));
    let changed =
        |data: Value| read(&json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": data })).unwrap_err();
    assert_eq!(changed(json!(null)), BadAnswer::Field("data"));
    assert_eq!(changed(json!({ "orderId": "o-1", "status": "DONE" })), BadAnswer::Field("paymentKey"));
    assert_eq!(changed(json!({ "paymentKey": "k", "status": "DONE" })), BadAnswer::Field("orderId"));
    assert_eq!(
        read(&json!({ "eventType": "DEPOSIT_CALLBACK", "orderId": "o", "status": "DONE" })).unwrap_err(),
        BadAnswer::Field("secret")
    );
    assert_eq!(read(&json!({ "secret": "s", "status": "DONE" })).unwrap_err(), BadAnswer::Field("orderId"));
    assert_eq!(read(&json!({ "eventType": "BILLING_DELETED" })).unwrap_err(), BadAnswer::Field("billingKey"));
}

#[test]
fn debug_shows_no_secret() {
    for body in [PAYMENT, DEPOSIT] {
        let text = format!("{:?}", Webhook::read(body.as_bytes()).unwrap());
        assert!(text.contains("o-01J9Z1") && !text.contains(SECRET), "{text}");
    }
}
