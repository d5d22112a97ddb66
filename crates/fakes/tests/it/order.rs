//! Reading a payment at every stage.

use fakes::kakaopay::PayerError;
use serde_json::{Value, json};

use crate::shop::{Shop, cancel_fields};

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
        for absent in ["approved_at", "canceled_at", "payment_method_type", "selected_card_info", "item_code"] {
            assert_eq!(answer.get(absent), None);
        }
        assert_eq!(answer["payment_action_details"], json!([]));
        assert_eq!(answer["cancel_available_amount"]["total"], 0);
    }
}

#[test]
fn a_payment_partly_given_back_is_read_in_full() {
    let [open, legacy] = Shop::both().map(|shop| {
        let tid = shop.paid();
        shop.ask("cancel", &cancel_fields(&tid, 1_100));
        shop.order(&tid).body
    });
    assert_eq!(open, legacy);
    insta::assert_json_snapshot!(open, @"");
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
