//! Cards by number, billing keys, virtual accounts, cash receipts.

use fakes::tosspayments::Manner;
use jiff::SignedDuration;
use serde_json::json;

use super::shop::{Shop, account_fields, answer, card_fields, with};

#[test]
fn a_card_that_is_typed_in_pays_at_once_or_waits() {
    for shop in Shop::both() {
        let paid = shop.post("/v1/payments/key-in", &card_fields("order-1"));
        assert_eq!((paid.text("status"), &paid.body["totalAmount"]), ("DONE", &json!(9900)));
        let waits = with(card_fields("order-2"), json!({ "__approved": false }));
        let waits = shop.post("/v1/payments/key-in", &waits);
        assert_eq!(waits.text("status"), "IN_PROGRESS");
        let path = format!("/v1/payments/{}", waits.text("paymentKey"));
        let confirmed = shop.post(&path, &json!({ "orderId": "order-2", "amount": 9900 }));
        assert_eq!(confirmed.text("status"), "DONE");
        for wrong in [
            json!({ "cardNumber": "4330" }),
            json!({ "cardExpirationMonth": "13" }),
            json!({ "cardInstallmentPlan": 13 }),
        ] {
            assert_eq!(shop.post("/v1/payments/key-in", &with(card_fields("order-3"), wrong)).status, 400);
        }
    }
    let again = Shop::today();
    again.post("/v1/payments/key-in", &card_fields("order-1"));
    assert_eq!(again.post("/v1/payments/key-in", &card_fields("order-1")).code(), "DUPLICATED_ORDER_ID");
}

#[test]
fn a_billing_key_is_made_read_charged_and_ended() {
    for shop in Shop::both() {
        let by_auth =
            shop.post("/v1/billing/authorizations/issue", &json!({ "authKey": "a", "customerKey": "u1" }));
        let register = with(card_fields("order-1"), json!({ "customerKey": "u1" }));
        let by_card = shop.post("/v1/billing/authorizations/card", &register);
        for billing in [by_auth, by_card] {
            let key = billing.text("billingKey").to_owned();
            let read =
                shop.post(&format!("/v1/billing/authorizations/{key}"), &json!({ "customerKey": "u1" }));
            assert_eq!(read.body, billing.body);
            let other =
                shop.post(&format!("/v1/billing/authorizations/{key}"), &json!({ "customerKey": "u2" }));
            assert_eq!(other.code(), "NOT_MATCHES_CUSTOMER_KEY");
            let pay = |order: &str, customer: &str| {
                let fields =
                    json!({ "customerKey": customer, "orderId": order, "orderName": "구독", "amount": 9900 });
                shop.post(&format!("/v1/billing/{key}"), &fields)
            };
            let charged = pay(&format!("order-{key}"), "u1");
            assert_eq!((charged.text("status"), charged.text("type")), ("DONE", "BILLING"));
            // The reference does not compare the customer here, and its tests rely on that.
            let expected = if shop.manner == Manner::Current { "NOT_MATCHES_CUSTOMER_KEY" } else { "" };
            assert_eq!(pay(&format!("other-{key}"), "u2").code(), expected);
            assert_eq!(answer(shop.send("DELETE", &format!("/v1/billing/{key}"), &json!(null))).status, 200);
            assert_eq!(pay("order-9", "u1").code(), "INVALID_BILL_KEY_REQUEST");
        }
    }
}

#[test]
fn a_virtual_account_waits_and_ends() {
    for shop in Shop::both() {
        let issued = shop.post("/v1/virtual-accounts", &account_fields("order-1"));
        assert_eq!(issued.text("status"), "WAITING_FOR_DEPOSIT");
        assert_eq!(issued.body["virtualAccount"]["accountNumber"], "110417532896");
        let days = if shop.manner == Manner::Current { 7 } else { 3 };
        let key = issued.text("paymentKey").to_owned();
        shop.clock.advance(SignedDuration::from_hours(days * 24));
        assert_eq!(shop.look(&key).text("status"), "WAITING_FOR_DEPOSIT");
        shop.clock.advance(SignedDuration::from_secs(1));
        let ended = shop.look(&key);
        assert_eq!(
            (ended.text("status"), &ended.body["virtualAccount"]["expired"]),
            ("EXPIRED", &json!(true))
        );
        assert!(shop.fake.deposit(&key).is_err());
        let hours = with(account_fields("order-2"), json!({ "validHours": 2161 }));
        assert_eq!(shop.post("/v1/virtual-accounts", &hours).status, 400);
    }
}

#[test]
fn a_cash_receipt_is_issued_once_and_taken_back_in_parts() {
    for shop in Shop::both() {
        let key = shop.paid();
        let fields = json!({
            "type": "소득공제", "paymentKey": key, "orderId": "order-1", "orderName": "커피",
            "registrationNumber": "01012345678", "amount": 4400,
        });
        let too_much = shop.post("/v1/cash-receipts", &with(fields.clone(), json!({ "amount": 4401 })));
        assert_eq!(too_much.status, if shop.manner == Manner::Current { 400 } else { 422 });
        assert_eq!(
            shop.post("/v1/cash-receipts", &with(fields.clone(), json!({ "orderId": "order-2" }))).status,
            404
        );
        let issued = shop.post("/v1/cash-receipts", &fields);
        let receipt = issued.text("receiptKey").to_owned();
        let again = shop.post("/v1/cash-receipts", &fields);
        assert_eq!(again.status, if shop.manner == Manner::Current { 400 } else { 422 });
        let back = |fields| shop.post(&format!("/v1/cash-receipts/{receipt}/cancel"), &fields);
        assert_eq!(back(json!({ "amount": 0 })).status, 400);
        assert_eq!(back(json!({ "amount": 400 })).code(), "");
        assert_eq!(back(json!({ "amount": 4400 })).code(), "NOT_CANCELABLE_AMOUNT");
        assert_eq!(back(json!({})).code(), "", "the rest");
        assert_eq!(back(json!({})).code(), "NOT_CANCELABLE_AMOUNT");
        assert_eq!(shop.post("/v1/cash-receipts/nothing/cancel", &json!({})).status, 404);
    }
}
