//! Reading a payment at every stage.

use fakes::kakaopay::PayerError;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::shop::{Shop, amount, cancel_fields};

#[test]
fn every_stage_is_read_as_it_is() {
    for shop in Shop::both() {
        let status = |tid: &str| shop.order(tid).text("status").to_owned();
        let tid = shop.ready();
        assert_eq!(status(&tid), "READY");
        shop.fake.open(&tid).unwrap();
        assert_eq!(status(&tid), "OPEN_PAYMENT");
        shop.fake.pay(&tid).unwrap();
        assert_eq!(status(&tid), "AUTH_PASSWORD");

        let tid = shop.paid();
        assert_eq!(status(&tid), "SUCCESS_PAYMENT");
        shop.ask("cancel", &cancel_fields(&tid, 400));
        assert_eq!(status(&tid), "PART_CANCEL_PAYMENT");
        shop.ask("cancel", &cancel_fields(&tid, 4_000));
        assert_eq!(status(&tid), "CANCEL_PAYMENT");

        let [quit, failed] = [shop.ready(), shop.ready()];
        shop.fake.cancel_payment(&quit).unwrap();
        shop.fake.fail_payment(&failed).unwrap();
        assert_eq!([status(&quit), status(&failed)], ["QUIT_PAYMENT", "FAIL_PAYMENT"]);
    }
}

#[test]
fn before_the_approval_there_is_little_to_read() {
    for shop in Shop::both() {
        let answer = shop.order(&shop.ready()).body;
        for absent in ["approved_at", "canceled_at", "payment_method_type", "selected_card_info", "item_code"]
        {
            assert_eq!(answer.get(absent), None);
        }
        assert_eq!(answer["payment_action_details"], json!([]));
        assert_eq!(answer["cancel_available_amount"]["total"], 0);
    }
}

#[test]
fn a_payment_partly_given_back_is_read_in_full() {
    for shop in Shop::both() {
        let tid = shop.paid();
        shop.clock.advance(SignedDuration::from_mins(30));
        let cancelled = shop.ask("cancel", &cancel_fields(&tid, 1_100));
        let answer = shop.order(&tid).body;
        let aid = answer["payment_action_details"][0]["aid"].as_str().unwrap();
        assert_eq!((&aid[..1], aid.len()), ("A", 20));
        let action = |what: &str, aid: &str, amount: i64, at: &str| {
            json!({
                "aid": aid, "approved_at": at, "amount": amount, "point_amount": 0, "discount_amount": 0,
                "green_deposit": 0, "payment_action_type": what, "payment_method_type": "MONEY",
            })
        };
        let expected = json!({
            "tid": tid,
            "cid": "TC0ONETIME",
            "status": "PART_CANCEL_PAYMENT",
            "partner_order_id": "o-01J9Z0",
            "partner_user_id": "u-7f3a",
            "payment_method_type": "MONEY",
            "amount": amount(4_400, 400),
            "canceled_amount": amount(1_100, 100),
            "cancel_available_amount": amount(3_300, 300),
            "item_name": "아이스아메리카노",
            "quantity": 2,
            "created_at": "2026-11-21T10:00:00",
            "approved_at": "2026-11-21T10:00:00",
            "canceled_at": "2026-11-21T10:30:00",
            "payment_action_details": [
                action("PAYMENT", aid, 4_400, "2026-11-21T10:00:00"),
                action("CANCEL", cancelled.text("aid"), 1_100, "2026-11-21T10:30:00"),
            ],
        });
        assert_eq!(answer, expected);
    }
}

#[test]
fn only_the_shop_itself_finds_its_payment() {
    for shop in Shop::both() {
        let tid = shop.ready();
        let code = |fields: Value| shop.ask("order", &fields).code();
        assert_eq!(code(json!({ "cid": "TC0ONETIME", "tid": "T0000000000000000000" })), -721);
        assert_eq!(code(json!({ "cid": "TCSUBSCRIP", "tid": tid })), -721);
        assert_eq!(code(json!({ "cid": "TC00000000", "tid": tid })), -731);
        assert!([-400, -2].contains(&code(json!({ "cid": "TC0ONETIME" }))));
        assert!([-400, -2].contains(&code(json!({ "cid": "TC0ONETIME", "tid": format!("{tid}0") }))));
    }
}

#[test]
fn it_can_be_made_to_name_any_status() {
    for shop in Shop::both() {
        let tid = shop.paid();
        for status in ["SEND_TMS", "SELECT_METHOD", "ARS_WAITING", "FAIL_AUTH_PASSWORD", "SOMETHING_NEW"] {
            shop.fake.show_status(&tid, Some(status)).unwrap();
            assert_eq!(shop.order(&tid).text("status"), status);
        }
        shop.fake.show_status(&tid, None).unwrap();
        assert_eq!(shop.order(&tid).text("status"), "SUCCESS_PAYMENT");
        assert_eq!(shop.fake.show_status("T", None), Err(PayerError::NoSuchPayment));
    }
}
