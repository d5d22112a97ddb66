//! Subscriptions: agreed on with a first payment, charged again, read, ended.

use fakes::kakaopay::Status;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::shop::{Shop, approve_fields, path, ready_fields, token, with};

fn subscription(changes: Value) -> Value {
    with(with(ready_fields(), json!({ "cid": "TCSUBSCRIP" })), changes)
}

/// Agrees on a subscription with a first payment: its sid.
fn subscribed(shop: &Shop) -> String {
    let tid = shop.ask("ready", &subscription(json!({}))).text("tid").to_owned();
    let token = token(&shop.fake.pay(&tid).unwrap());
    let approve = with(approve_fields(&tid, &token), json!({ "cid": "TCSUBSCRIP" }));
    shop.ask("approve", &approve).text("sid").to_owned()
}

fn charge_fields(sid: &str) -> Value {
    json!({
        "cid": "TCSUBSCRIP", "sid": sid, "partner_order_id": "o-2", "partner_user_id": "u-7f3a",
        "quantity": 1, "total_amount": 9900, "tax_free_amount": 0,
    })
}

#[test]
fn a_subscription_is_charged_again() {
    for shop in Shop::both() {
        let sid = subscribed(&shop);
        assert_eq!((&sid[..1], sid.len()), ("S", 20));
        shop.clock.advance(SignedDuration::from_hours(24 * 30));
        let answer = shop.ask("subscription", &charge_fields(&sid));
        assert_eq!(answer.text("sid"), sid);
        assert_eq!(answer.body["amount"]["total"], 9_900);
        assert_eq!(answer.text("item_name"), "아이스아메리카노", "as the first time, unless it is said");
        let payment = shop.fake.payment(answer.text("tid")).unwrap();
        assert_eq!((payment.status, payment.collected), (Status::SuccessPayment, 9_900));
        assert_eq!(shop.fake.payments().len(), 2);
        let cancel = json!({ "cid": "TCSUBSCRIP", "tid": payment.tid, "cancel_amount": 9900, "cancel_tax_free_amount": 0 });
        assert_eq!(shop.ask("cancel", &cancel).code(), 0);
    }
}

#[test]
fn only_its_own_subscriber_can_be_charged() {
    for shop in Shop::both() {
        let fields = charge_fields(&subscribed(&shop));
        let code = |changes| shop.ask("subscription", &with(fields.clone(), changes)).code();
        assert_eq!(code(json!({ "sid": "S0000000000000000000" })), -750);
        assert_eq!(code(json!({ "cid": "TC0ONETIME" })), -750);
        assert_eq!(code(json!({ "partner_user_id": "u-2" })), -753);
        assert_eq!(code(json!({ "total_amount": 0 })), -722);
        assert!([-400, -2].contains(&code(json!({ "quantity": null }))));
        assert_eq!(shop.fake.payments().len(), 1);
    }
}

#[test]
fn an_ended_subscription_is_not_charged() {
    for shop in Shop::both() {
        let sid = subscribed(&shop);
        let named = json!({ "cid": "TCSUBSCRIP", "sid": sid });
        let active = shop.ask("manage/subscription/status", &named).body;
        shop.clock.advance(SignedDuration::from_secs(90));
        let ended = shop.ask("manage/subscription/inactive", &named).body;
        assert_eq!((&active["available"], &active["status"]), (&json!(true), &json!("ACTIVE")));
        assert_eq!(active.get("inactivated_at"), None);
        let expected = json!({
            "cid": "TCSUBSCRIP",
            "sid": sid,
            "status": "INACTIVE",
            "created_at": "2026-11-21T10:00:00",
            "last_approved_at": "2026-11-21T10:00:00",
            "inactivated_at": "2026-11-21T10:01:30",
        });
        assert_eq!(ended, expected);
        assert_eq!(shop.ask("manage/subscription/status", &named).body["available"], false);
        assert_eq!(shop.ask("subscription", &charge_fields(&sid)).code(), -751);
        assert_eq!(shop.ask("manage/subscription/inactive", &named).code(), -751);
        let unknown = json!({ "cid": "TCSUBSCRIP", "sid": "S" });
        assert_eq!(shop.ask("manage/subscription/status", &unknown).code(), -750);
    }
}

#[test]
fn a_subscription_may_begin_without_a_charge() {
    for shop in Shop::both() {
        let ready = shop.ask("ready", &subscription(json!({ "total_amount": 0 })));
        let tid = ready.text("tid");
        assert!(shop.get(path(ready.text("next_redirect_pc_url"))).1.contains("정기 결제"));
        let token = token(&shop.fake.pay(tid).unwrap());
        let approve = with(approve_fields(tid, &token), json!({ "cid": "TCSUBSCRIP", "total_amount": 0 }));
        assert_eq!(shop.ask("approve", &approve).text("sid").len(), 20);
        let payment = shop.fake.payment(tid).unwrap();
        assert_eq!((payment.status, payment.collected, payment.approvals), (Status::IssuedSid, 0, 1));
        let order = shop.ask("order", &json!({ "cid": "TCSUBSCRIP", "tid": tid })).body;
        assert_eq!(order["payment_action_details"][0]["payment_action_type"], "ISSUED_SID");
    }
}

#[test]
fn a_payment_for_once_makes_no_subscription() {
    for shop in Shop::both() {
        let (tid, token) = shop.agreed();
        assert_eq!(shop.ask("approve", &approve_fields(&tid, &token)).body.get("sid"), None);
    }
}
