//! The control endpoints, as a person or a script uses them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::shop::{Answer, Shop, account_fields, answer};

fn control(shop: &Shop, method: &str, path: &str, body: &Value) -> Answer {
    let request = http::Request::builder().method(method).uri(format!("/_fake/tosspayments{path}"));
    let request = request.header("content-type", "application/json");
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let response = shop.fake.answer(&request.body(body).unwrap()).answer().unwrap();
    Answer { status: response.status().as_u16(), body: serde_json::from_slice(response.body()).unwrap() }
}

#[test]
fn payments_can_be_read_and_the_payer_played() {
    for shop in Shop::both() {
        let key = shop.window();
        let next = control(&shop, "POST", &format!("/payments/{key}/pay"), &Value::Null);
        assert!(next.text("next").contains(&format!("paymentKey={key}")));
        assert_eq!(control(&shop, "POST", &format!("/payments/{key}/pay"), &Value::Null).status, 409);
        assert_eq!(control(&shop, "POST", "/payments/nothing/pay", &Value::Null).status, 404);
        assert_eq!(control(&shop, "POST", &format!("/payments/{key}/dance"), &Value::Null).status, 404);
        let captured = control(&shop, "POST", &format!("/payments/{key}/capture"), &json!({ "sum": 4_000 }));
        assert_eq!(captured.body["collected"], 4_000);
        let back = control(&shop, "POST", &format!("/payments/{key}/give-back"), &json!({ "sum": 500 }));
        assert_eq!(back.body["cancelled"], 500);
        let one = control(&shop, "GET", &format!("/payments/{key}"), &Value::Null).body;
        assert_eq!(control(&shop, "GET", "/payments", &Value::Null).body["payments"], json!([one]));
        assert_eq!(control(&shop, "GET", "/calls", &Value::Null).body, json!({ "window": 1 }));
    }
}

#[test]
fn faults_clock_and_webhooks_can_be_set() {
    for shop in Shop::both() {
        let key = shop.window();
        let spelled = json!({ "name": "refused", "code": "PROVIDER_ERROR", "http_status": 400 });
        for (fault, times) in [(json!("html_503"), 2), (spelled, 1)] {
            let body = json!({ "endpoint": "look_up", "fault": fault, "times": times, "about": key });
            assert_eq!(control(&shop, "POST", "/faults", &body).status, 200);
        }
        let look = || {
            shop.send("GET", &format!("/v1/payments/{key}"), &json!(null)).answer().unwrap().status().as_u16()
        };
        assert_eq!([(); 4].map(|()| look()), [503, 503, 400, 200]);
        for wrong in [
            json!({ "endpoint": "look_up", "fault": "earthquake" }),
            json!({ "endpoint": "dance", "fault": "reset" }),
        ] {
            assert_eq!(control(&shop, "POST", "/faults", &wrong).status, 400);
        }
        let moved = control(&shop, "POST", "/clock", &json!({ "advance_s": 1801 }));
        assert_eq!(moved.text("local"), "2026-11-21T10:30:01");
        assert_eq!(shop.look(&key).text("status"), "EXPIRED");
        control(&shop, "POST", "/webhooks", &json!({ "url": "http://127.0.0.1:9/w" }));
        assert_eq!(control(&shop, "GET", "/webhooks", &Value::Null).body["url"], "http://127.0.0.1:9/w");
    }
}

#[test]
fn the_references_helpers_are_there() {
    for shop in Shop::both() {
        let card = shop.paid();
        let refused = answer(shop.send("PUT", &format!("/internal/{card}/deposit"), &Value::Null));
        assert!([403, 422].contains(&refused.status));
        let issued = shop.post("/v1/virtual-accounts", &account_fields("order-2"));
        let path = format!("/internal/{}/deposit", issued.text("paymentKey"));
        assert_eq!(answer(shop.send("PUT", &path, &Value::Null)).text("status"), "DONE");
        assert_eq!(answer(shop.send("PUT", "/internal/nothing/deposit", &Value::Null)).status, 404);
        let sink = shop.send("POST", "/internal/webhook", &json!({ "eventType": "X" })).answer().unwrap();
        assert_eq!((sink.status().as_u16(), sink.body().len()), (201, 0));
        let received = control(&shop, "GET", "/webhooks", &Value::Null).body["received"].clone();
        assert_eq!(received, json!([{ "eventType": "X" }]));
    }
}

#[test]
fn a_page_lists_it_all_for_a_person() {
    for shop in Shop::both() {
        let (_, empty, _) = shop.see("/_fake/tosspayments");
        assert!(empty.contains("아직 결제가 없습니다"));
        let key = shop.paid();
        let pressed = shop.press("/_fake/tosspayments/faults", "endpoint=look_up&fault=reset&times=1&about=");
        assert_eq!((pressed.0, pressed.2.as_deref()), (303, Some("/_fake/tosspayments")));
        let (status, page, _) = shop.see("/_fake/tosspayments/");
        assert_eq!(status, 200);
        for said in
            [&*key, "DONE", "4,400원", "look_up", "reset", "실제 결제가 아닙니다", "가짜 토스페이먼츠"]
        {
            assert!(page.contains(said), "{said} is not on the page");
        }
        assert!(shop.send("GET", &format!("/v1/payments/{key}"), &Value::Null).answer().is_none());
        assert_eq!(control(&shop, "GET", "/nothing", &Value::Null).status, 404);
        assert_eq!(shop.see("/_fake/tosspaymentsish").0, 401, "that is none of it");
    }
}
