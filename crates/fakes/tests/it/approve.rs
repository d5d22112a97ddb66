//! Approving: what collects, what is refused and why, and that it happens once.

use fakes::kakaopay::Status;
use jiff::SignedDuration;
use serde_json::json;

use crate::shop::{Shop, amount, approve_fields, cancel_fields, ready_fields, token, with};

#[test]
fn an_agreed_payment_is_collected() {
    for shop in Shop::both() {
        let (tid, token) = shop.agreed();
        shop.clock.advance(SignedDuration::from_secs(67));
        let answer =
            shop.ask("approve", &with(approve_fields(&tid, &token), json!({ "payload": "table 3" })));
        let payment = shop.fake.payment(&tid).unwrap();
        assert_eq!(
            (payment.status, payment.collected, payment.approvals),
            (Status::SuccessPayment, 4_400, 1)
        );
        let aid = answer.text("aid");
        assert_eq!((&aid[..1], aid.len()), ("A", 20));
        let expected = json!({
            "aid": aid,
            "tid": tid,
            "cid": "TC0ONETIME",
            "partner_order_id": "o-01J9Z0",
            "partner_user_id": "u-7f3a",
            "payment_method_type": "MONEY",
            "amount": amount(4_400, 400),
            "item_name": "아이스아메리카노",
            "quantity": 2,
            "created_at": "2026-11-21T10:00:00",
            "approved_at": "2026-11-21T10:01:07",
            "payload": "table 3",
        });
        assert_eq!(answer.body, expected);
    }
}

#[test]
fn a_card_payment_names_its_card() {
    for (shop, legacy) in Shop::both().into_iter().zip([false, true]) {
        let fields = with(ready_fields(), json!({ "payment_method_type": "CARD", "install_month": 3 }));
        let tid = shop.ask("ready", &fields).text("tid").to_owned();
        let token = token(&shop.fake.pay(&tid).unwrap());
        let answer = shop.ask("approve", &approve_fields(&tid, &token)).body;
        assert_eq!(answer["payment_method_type"], "CARD");
        assert_eq!(answer["card_info"]["install_month"], "03");
        assert_eq!(answer["card_info"].get("purchase_corp").is_some(), legacy);
        let order = shop.order(&tid).body;
        assert_eq!(order["selected_card_info"]["install_month"], 3);
    }
}

#[test]
fn vat_is_reckoned_unless_it_is_stated() {
    for (changes, vat) in [
        (json!({ "total_amount": 4500 }), 409),
        (json!({ "total_amount": 2800 }), 255),
        (json!({ "total_amount": 4400, "tax_free_amount": 2200 }), 200),
        (json!({ "total_amount": 4400, "vat_amount": 0 }), 0),
    ] {
        for shop in Shop::both() {
            let tid = shop.ask("ready", &with(ready_fields(), changes.clone())).text("tid").to_owned();
            assert_eq!(shop.order(&tid).body["amount"]["vat"], vat, "{changes}");
        }
    }
}

#[test]
fn before_the_payer_has_agreed_nothing_is_collected() {
    for shop in Shop::both() {
        let tid = shop.ready();
        assert_eq!(shop.ask("approve", &approve_fields(&tid, "guess")).code(), -701);
        shop.fake.open(&tid).unwrap();
        assert_eq!(shop.ask("approve", &approve_fields(&tid, "guess")).code(), -701);
        assert_eq!(shop.fake.payment(&tid).unwrap().collected, 0);
    }
}

#[test]
fn whatever_differs_from_ready_is_refused_and_may_be_put_right() {
    for (changes, code) in [
        (json!({ "partner_order_id": "o-2" }), -706),
        (json!({ "partner_user_id": "u-2" }), -707),
        (json!({ "pg_token": "0" }), -708),
        (json!({ "total_amount": 4399 }), -725),
        (json!({ "tid": "T0000000000000000000" }), -721),
        (json!({ "cid": "TCSUBSCRIP" }), -721),
        (json!({ "cid": "TC00000000" }), -731),
    ] {
        for shop in Shop::both() {
            let (tid, token) = shop.agreed();
            let right = approve_fields(&tid, &token);
            let answer = shop.ask("approve", &with(right.clone(), changes.clone()));
            assert_eq!((answer.status, answer.code()), (400, code), "{changes}");
            assert_eq!(shop.fake.payment(&tid).unwrap().collected, 0);
            assert_eq!(shop.ask("approve", &right).code(), 0);
        }
    }
}

#[test]
fn the_total_need_not_be_sent_and_the_rest_must() {
    for shop in Shop::both() {
        let (tid, token) = shop.agreed();
        let right = with(approve_fields(&tid, &token), json!({ "total_amount": null }));
        for name in ["cid", "tid", "partner_order_id", "partner_user_id", "pg_token"] {
            assert!(
                [-400, -2].contains(&shop.ask("approve", &with(right.clone(), json!({ name: null }))).code())
            );
        }
        assert!([-400, -2].contains(
            &shop.ask("approve", &with(right.clone(), json!({ "payload": "x".repeat(201) }))).code()
        ));
        assert_eq!(shop.ask("approve", &right).code(), 0);
    }
}

#[test]
fn a_token_is_good_for_its_own_payment_only() {
    for shop in Shop::both() {
        let ((first, _), (_, second_token)) = (shop.agreed(), shop.agreed());
        assert_eq!(shop.ask("approve", &approve_fields(&first, &second_token)).code(), -708);
    }
}

#[test]
fn a_second_approval_collects_nothing() {
    for shop in Shop::both() {
        let (tid, token) = shop.agreed();
        let fields = approve_fields(&tid, &token);
        assert_eq!(shop.ask("approve", &fields).code(), 0);
        assert_eq!(shop.ask("approve", &fields).code(), -702);
        shop.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(shop.ask("approve", &fields).code(), -702, "long after, too");
        assert_eq!(shop.ask("cancel", &cancel_fields(&tid, 4_400)).code(), 0);
        assert_eq!(shop.ask("approve", &fields).code(), -702, "even when it was given back");
        let payment = shop.fake.payment(&tid).unwrap();
        assert_eq!((payment.collected, payment.approvals), (4_400, 1));
    }
}

#[test]
fn after_fifteen_minutes_it_is_too_late() {
    for shop in Shop::both() {
        let [(in_time, first), (late, second)] = [shop.agreed(), shop.agreed()];
        let unpaid = shop.ready();
        shop.clock.advance(SignedDuration::from_mins(15));
        assert_eq!(shop.ask("approve", &approve_fields(&in_time, &first)).code(), 0);
        shop.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(shop.ask("approve", &approve_fields(&late, &second)).code(), -723);
        assert_eq!(shop.ask("approve", &approve_fields(&unpaid, "guess")).code(), -723);
        assert_eq!(shop.fake.payment(&late).unwrap().collected, 0);
    }
}

#[test]
fn a_payment_that_was_given_up_cannot_be_collected() {
    for shop in Shop::both() {
        let [quit, failed, timed_out] = [shop.ready(), shop.ready(), shop.ready()];
        shop.fake.cancel_payment(&quit).unwrap();
        shop.fake.fail_payment(&failed).unwrap();
        shop.fake.time_out_payment(&timed_out).unwrap();
        let code = |tid: &str| shop.ask("approve", &approve_fields(tid, "guess")).code();
        assert_eq!([code(&quit), code(&failed), code(&timed_out)], [-783, -783, -723]);
    }
}
