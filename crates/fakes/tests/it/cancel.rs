//! Giving money back: how much, how often, and what is refused.

use fakes::kakaopay::Status;
use serde_json::{Value, json};

use crate::shop::{Shop, amount, approve_fields, cancel_fields, ready_fields, token, with};

/// Prepares and collects a payment with some fields changed.
fn paid_with(shop: &Shop, changes: Value) -> String {
    let fields = with(ready_fields(), changes);
    let tid = shop.ask("ready", &fields).text("tid").to_owned();
    let token = token(&shop.fake.pay(&tid).unwrap());
    let approve = with(approve_fields(&tid, &token), json!({ "total_amount": fields["total_amount"] }));
    assert_eq!(shop.ask("approve", &approve).code(), 0);
    tid
}

#[test]
fn a_part_is_given_back_and_then_the_rest() {
    for shop in Shop::both() {
        let tid = shop.paid();
        let part = shop.ask("cancel", &with(cancel_fields(&tid, 1_100), json!({ "payload": "cold" })));
        let rest =
            shop.ask("cancel", &with(cancel_fields(&tid, 3_300), json!({ "cancel_available_amount": 3300 })));
        let expected = json!({
            "aid": part.body["aid"],
            "tid": tid,
            "cid": "TC0ONETIME",
            "status": "PART_CANCEL_PAYMENT",
            "partner_order_id": "o-01J9Z0",
            "partner_user_id": "u-7f3a",
            "payment_method_type": "MONEY",
            "amount": amount(4_400, 400),
            "approved_cancel_amount": amount(1_100, 100),
            "canceled_amount": amount(1_100, 100),
            "cancel_available_amount": amount(3_300, 300),
            "item_name": "아이스아메리카노",
            "quantity": 2,
            "created_at": "2026-11-21T10:00:00",
            "approved_at": "2026-11-21T10:00:00",
            "canceled_at": "2026-11-21T10:00:00",
            "payload": "cold",
        });
        assert_eq!(part.body, expected);
        assert_eq!(rest.text("status"), "CANCEL_PAYMENT");
        assert_eq!(rest.body["approved_cancel_amount"]["total"], 3_300);
        assert_eq!(rest.body["canceled_amount"], rest.body["amount"]);
        assert_eq!(rest.body["cancel_available_amount"]["total"], 0);
        let payment = shop.fake.payment(&tid).unwrap();
        assert_eq!(
            (payment.status, payment.cancelled, payment.available()),
            (Status::CancelPayment, 4_400, 0)
        );
    }
}

#[test]
fn only_what_was_collected_can_be_given_back() {
    for shop in Shop::both() {
        let code = |tid: &str, amount| shop.ask("cancel", &cancel_fields(tid, amount)).code();
        assert_eq!(code("T0000000000000000000", 1), -721);
        let prepared = shop.ready();
        assert_eq!(code(&prepared, 4_400), -784);
        shop.fake.pay(&prepared).unwrap();
        assert_eq!(code(&prepared, 4_400), -784);
        let quit = shop.ready();
        shop.fake.cancel_payment(&quit).unwrap();
        assert_eq!(code(&quit, 4_400), -784);

        let tid = shop.paid();
        assert_eq!(code(&tid, 4_401), -711);
        assert_eq!(code(&tid, 4_000), 0);
        assert_eq!(code(&tid, 401), -710);
        assert_eq!(code(&tid, 400), 0);
        assert_eq!(code(&tid, 1), -710);
        assert_eq!(shop.fake.payment(&tid).unwrap().cancellations, 2);
    }
}

#[test]
fn a_wrong_belief_about_what_is_left_is_refused() {
    for shop in Shop::both() {
        let tid = shop.paid();
        let fields = with(cancel_fields(&tid, 1_000), json!({ "cancel_available_amount": 4400 }));
        assert_eq!(shop.ask("cancel", &fields).code(), 0);
        assert_eq!(shop.ask("cancel", &fields).code(), -722, "this is what stops a second refund by mistake");
        assert_eq!(shop.fake.payment(&tid).unwrap().cancelled, 1_000);
    }
}

#[test]
fn the_parts_of_what_is_given_back_must_add_up() {
    for shop in Shop::both() {
        let tid = paid_with(&shop, json!({ "tax_free_amount": 1000 }));
        for changes in [
            json!({ "cancel_amount": 0 }),
            json!({ "cancel_tax_free_amount": 1001 }),
            json!({ "cancel_amount": 3401 }),
            json!({ "cancel_amount": 500, "cancel_tax_free_amount": 501 }),
            json!({ "cancel_vat_amount": 310 }),
        ] {
            let fields = with(cancel_fields(&tid, 3_400), changes.clone());
            assert_eq!(shop.ask("cancel", &fields).code(), -722, "{changes}");
        }
        for name in ["cancel_amount", "cancel_tax_free_amount"] {
            let fields = with(cancel_fields(&tid, 3_400), json!({ name: null }));
            assert!([-400, -2].contains(&shop.ask("cancel", &fields).code()));
        }
        let all = with(cancel_fields(&tid, 4_400), json!({ "cancel_tax_free_amount": 1000 }));
        assert_eq!(shop.ask("cancel", &all).code(), 0);
    }
}

#[test]
fn vat_comes_back_to_the_won() {
    for shop in Shop::both() {
        for (total, parts, vats) in
            [(28, [6, 6, 6, 6, 4], [1, 1, 1, 0, 0]), (24, [5, 5, 5, 5, 4], [0, 0, 0, 0, 2])]
        {
            let tid = paid_with(&shop, json!({ "total_amount": total }));
            for (part, vat) in parts.into_iter().zip(vats) {
                let answer = shop.ask("cancel", &cancel_fields(&tid, part)).body;
                assert_eq!(answer["approved_cancel_amount"]["vat"], vat, "{part} of {total}");
            }
        }
        let tid = paid_with(&shop, json!({ "total_amount": 4500 }));
        let stated = with(cancel_fields(&tid, 100), json!({ "cancel_vat_amount": 10 }));
        assert_eq!(shop.ask("cancel", &stated).body["cancel_available_amount"]["vat"], 399);
    }
}

#[test]
fn a_deposit_on_a_cup_comes_back_whole() {
    for shop in Shop::both() {
        let tid = paid_with(&shop, json!({ "green_deposit": 300 }));
        assert_eq!(shop.ask("cancel", &cancel_fields(&tid, 1_000)).code(), -784);
        let answer = shop.ask("cancel", &cancel_fields(&tid, 4_400));
        assert_eq!(answer.body["approved_cancel_amount"]["green_deposit"], 300);
    }
}
