//! The control endpoints, as a person or a script uses them.

use fakes::portone::{Dialect, Standing};
use serde_json::{Value, json};

use super::shop::{Answer, Shop, V2_QUERY, answer, request};

const NONE: Value = Value::Null;

fn control(shop: &Shop, method: &str, path: &str, body: &Value) -> Answer {
    answer(shop.fake.answer(&request(method, &format!("/_fake/portone{path}"), "", body)))
}

#[test]
fn payments_can_be_read_and_played_with() {
    let shop = Shop::new();
    shop.fake.issue_account(Dialect::V2, V2_QUERY).unwrap();
    let one = control(&shop, "GET", "/payments/o-1", &NONE).body;
    assert_eq!(control(&shop, "GET", "/payments", &NONE).body["payments"], json!([one]));
    assert_eq!(control(&shop, "POST", "/payments/o-1/deposit", &NONE).body["standing"], "paid");
    assert_eq!(control(&shop, "POST", "/payments/o-1/deposit", &NONE).status, 409);
    assert_eq!(
        control(&shop, "POST", "/payments/o-1/give-back", &json!({ "sum": 400 })).body["cancelled"],
        400
    );
    assert_eq!(control(&shop, "POST", "/payments/o-1/capture", &json!({ "sum": 1 })).status, 409);
    control(&shop, "POST", "/payments/o-1/status", &json!({ "status": "MOON" }));
    assert_eq!(shop.v2("GET", "/payments/o-1", &NONE).text("/status"), "MOON");
    assert_eq!(control(&shop, "POST", "/payments/o-9/deposit", &NONE).status, 404);
    assert_eq!(control(&shop, "POST", "/payments/o-1/dance", &NONE).status, 404);
    assert_eq!(control(&shop, "GET", "/snapshot", &NONE).body, shop.fake.snapshot());
    assert_eq!(control(&shop, "GET", "/calls", &NONE).body, json!({ "token": 1, "payment": 1 }));
}

#[test]
fn troubles_are_ordered_by_name_or_spelled_out_and_taken_back() {
    let shop = Shop::new();
    for trouble in [json!("answer_lost"), json!({ "name": "slow", "wait_ms": 5, "effect": true })] {
        let order = json!({ "endpoint": "cancel", "trouble": trouble, "times": 2 });
        assert_eq!(control(&shop, "POST", "/troubles", &order).status, 200);
    }
    assert_eq!(control(&shop, "GET", "/troubles", &NONE).body["waiting"].as_array().unwrap().len(), 4);
    for wrong in
        [json!({ "endpoint": "dance", "trouble": "reset" }), json!({ "endpoint": "cancel", "trouble": "x" })]
    {
        assert_eq!(control(&shop, "POST", "/troubles", &wrong).status, 400);
    }
    assert_eq!(control(&shop, "DELETE", "/troubles", &NONE).body["waiting"], json!([]));
}

#[test]
fn the_clock_moves_for_everyone() {
    let shop = Shop::new();
    control(&shop, "POST", "/clock", &json!({ "advance_s": 67 }));
    assert_eq!(control(&shop, "GET", "/clock", &NONE).body["local"], "2026-11-21T10:01:07");
}

#[test]
fn the_page_lists_what_happened_and_pays_into_an_account() {
    let shop = Shop::new();
    assert!(shop.browse("GET", "/_fake/portone", "").1.contains("아직 결제가 없습니다"));
    shop.fake.issue_account(Dialect::V2, V2_QUERY).unwrap();
    let text = shop.browse("GET", "/_fake/portone", "").1;
    for said in ["라떼", "4,400원", "VIRTUAL_ACCOUNT_ISSUED", "입금하기", "가짜 포트원"] {
        assert!(text.contains(said), "{said} is not on the page");
    }
    let (status, _, location) = shop.browse("POST", "/_fake/portone/payments/o-1/deposit", "action=deposit");
    assert_eq!((status, location.as_deref()), (303, Some("/_fake/portone")));
    assert_eq!(shop.fake.payment("o-1").unwrap().standing, Standing::Paid);
}
