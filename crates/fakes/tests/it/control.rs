//! The control endpoints, as a person or a script uses them.

use bytes::Bytes;
use fakes::kakaopay::{Endpoint, Status};
use serde_json::{Value, json};

use crate::shop::{Answer, Shop, approve_fields, token};

fn control(shop: &Shop, method: &str, path: &str, body: &Value) -> Answer {
    let request = http::Request::builder().method(method).uri(format!("/_fake/kakaopay{path}"));
    let request = request.header("content-type", "application/json");
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let response = shop.fake.answer(&request.body(body).unwrap()).answer().unwrap();
    Answer { status: response.status().as_u16(), body: serde_json::from_slice(response.body()).unwrap() }
}

#[test]
fn payments_can_be_read() {
    for shop in Shop::both() {
        let tid = shop.paid();
        let all = control(&shop, "GET", "/payments", &Value::Null).body;
        let one = control(&shop, "GET", &format!("/payments/{tid}"), &Value::Null).body;
        assert_eq!(all["payments"], json!([one]));
        assert_eq!(
            [&one["status"], &one["collected"], &one["approvals"]],
            [&json!("SUCCESS_PAYMENT"), &json!(4_400), &json!(1)]
        );
        assert_eq!(control(&shop, "GET", "/payments/T", &Value::Null).status, 404);
        assert_eq!(control(&shop, "GET", "/calls", &Value::Null).body, json!({ "ready": 1, "approve": 1 }));
        assert_eq!(control(&shop, "GET", "/snapshot", &Value::Null).body, shop.fake.snapshot());
    }
}

#[test]
fn the_payer_can_be_played() {
    for shop in Shop::both() {
        let tid = shop.ready();
        assert_eq!(
            control(&shop, "POST", &format!("/payments/{tid}/open"), &Value::Null).body["next"],
            Value::Null
        );
        let next = control(&shop, "POST", &format!("/payments/{tid}/pay"), &Value::Null);
        assert_eq!(shop.ask("approve", &approve_fields(&tid, &token(next.text("next")))).code(), 0);
        assert_eq!(control(&shop, "POST", &format!("/payments/{tid}/pay"), &Value::Null).status, 409);
        assert_eq!(control(&shop, "POST", "/payments/T/pay", &Value::Null).status, 404);
        assert_eq!(control(&shop, "POST", &format!("/payments/{tid}/dance"), &Value::Null).status, 404);
        for (act, status) in [
            ("cancel", Status::QuitPayment),
            ("fail", Status::FailPayment),
            ("time-out", Status::FailPayment),
        ] {
            let tid = shop.ready();
            assert_eq!(control(&shop, "POST", &format!("/payments/{tid}/{act}"), &Value::Null).status, 200);
            assert_eq!(shop.fake.payment(&tid).unwrap().status, status);
        }
    }
}

#[test]
fn what_happens_without_the_shop_can_be_played() {
    for shop in Shop::both() {
        let play = |tid: &str, act: &str, body: &Value| {
            control(&shop, "POST", &format!("/payments/{tid}/{act}"), body)
        };
        let tid = shop.ready();
        let late = play(&tid, "capture", &json!({ "sum": 4_399 }));
        assert_eq!(
            [&late.body["status"], &late.body["collected"]],
            [&json!("SUCCESS_PAYMENT"), &json!(4_399)]
        );
        assert_eq!(play(&tid, "capture", &Value::Null).status, 409);
        assert_eq!(play(&tid, "give-back", &json!({ "sum": 399 })).body["status"], "PART_CANCEL_PAYMENT");
        let all = play(&tid, "give-back", &json!({ "sum": 9_999 }));
        assert_eq!([&all.body["status"], &all.body["cancelled"]], [&json!("CANCEL_PAYMENT"), &json!(4_399)]);
        assert_eq!(play(&tid, "give-back", &json!({ "sum": 1 })).status, 409);
        assert_eq!(
            play(&tid, "rename", &json!({ "partner_order_id": "o-2" })).body["partner_order_id"],
            "o-2"
        );
        assert_eq!(play("T", "rename", &json!({ "partner_order_id": "o-2" })).status, 404);
    }
}

#[test]
fn another_status_can_be_shown() {
    for shop in Shop::both() {
        let tid = shop.ready();
        let path = format!("/payments/{tid}/status");
        control(&shop, "POST", &path, &json!({ "status": "SEND_TMS" }));
        assert_eq!(shop.order(&tid).text("status"), "SEND_TMS");
        control(&shop, "POST", &path, &Value::Null);
        assert_eq!(shop.order(&tid).text("status"), "READY");
    }
}

#[test]
fn faults_can_be_injected_by_name_or_spelled_out() {
    for shop in Shop::both() {
        let tid = shop.ready();
        let inject = |body: Value| control(&shop, "POST", "/faults", &body);
        assert_eq!(inject(json!({ "endpoint": "order", "fault": "unavailable", "times": 2 })).status, 200);
        let refused = json!({ "name": "refused", "code": -797 });
        let waiting = inject(json!({ "endpoint": "order", "fault": refused, "tid": tid })).body;
        assert_eq!(waiting["waiting"].as_array().unwrap().len(), 3);
        assert_eq!([(); 4].map(|()| shop.order(&tid).status), [503, 503, 400, 200]);

        assert_eq!(inject(json!({ "endpoint": "order", "fault": "answer_lost" })).status, 200);
        assert_eq!(control(&shop, "DELETE", "/faults", &Value::Null).body, json!({ "waiting": [] }));
        assert_eq!(control(&shop, "GET", "/faults", &Value::Null).body, json!({ "waiting": [] }));
        for wrong in [
            json!({ "endpoint": "order", "fault": "earthquake" }),
            json!({ "endpoint": "dance", "fault": "reset" }),
            json!({ "endpoint": "order", "fault": { "name": "earthquake" } }),
            json!({ "endpoint": "order" }),
        ] {
            assert_eq!(inject(wrong.clone()).status, 400, "{wrong}");
        }
    }
}

#[test]
fn the_clock_can_be_moved() {
    for shop in Shop::both() {
        let (tid, token) = shop.agreed();
        assert_eq!(control(&shop, "GET", "/clock", &Value::Null).text("now"), "2026-11-21T01:00:00Z");
        let moved = control(&shop, "POST", "/clock", &json!({ "advance_s": 901 }));
        assert_eq!(moved.text("local"), "2026-11-21T10:15:01");
        assert_eq!(shop.ask("approve", &approve_fields(&tid, &token)).code(), -723);
        assert_eq!(control(&shop, "POST", "/clock", &json!({ "advance_s": -1 })).status, 400);
    }
}

#[test]
fn a_page_lists_it_all_for_a_person() {
    for shop in Shop::both() {
        let (_, empty, _) = shop.get("/_fake/kakaopay");
        assert!(empty.contains("아직 결제가 없습니다"));
        let tid = shop.paid();
        let (status, _, location) =
            shop.press("/_fake/kakaopay/faults", "endpoint=order&fault=answer_lost&times=1");
        assert_eq!((status, location.as_deref()), (303, Some("/_fake/kakaopay")));
        shop.press("/_fake/kakaopay/clock", "advance_s=60");
        let (status, page, _) = shop.get("/_fake/kakaopay/");
        assert_eq!(status, 200);
        for said in [&*tid, "SUCCESS_PAYMENT", "4,400원", "10:01:00", "answer_lost", "실제 결제가 아닙니다"]
        {
            assert!(page.contains(said), "{said} is not on the page");
        }
        assert!(shop.send("order", &json!({})).answer().is_none());
        assert_eq!(shop.fake.calls(Endpoint::Order), 1);
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    for shop in Shop::both() {
        assert_eq!(control(&shop, "GET", "/nothing", &Value::Null).status, 404);
        assert_eq!(control(&shop, "PUT", "/faults", &Value::Null).status, 404);
        assert_eq!(shop.get("/_fake/kakaopayments").0, 404);
    }
}
