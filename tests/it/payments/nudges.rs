//! Gateways' webhooks: the truth is fetched, its backend is told of what has changed, once, and of nothing else.

use fakes::tosspayments::Endpoint;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::counter::{Counter, PASSWORD, Told};

fn toss_says(uid: &str, status: &str) -> Value {
    json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "paymentKey": uid, "status": status } })
}

fn iamport_says(uid: &str, status: &str) -> Value {
    json!({ "imp_uid": uid, "merchant_uid": "whatever", "status": status })
}

async fn awaited(counter: &Counter, gateway: &str, order: &str) -> (String, Value) {
    let uid = if gateway == "iamport" {
        counter.iamport_virtual_account(order, 1_000)
    } else {
        counter.toss_virtual_account(order, 1_000)
    };
    let creation = counter.creation(gateway, &uid, order, 1_000);
    let (status, history) = counter.ask("POST /payments/histories", &creation).await;
    assert_eq!((status, &history["paid_at"]), (201, &Value::Null), "{history}");
    (uid, history)
}

fn only(mut told: Vec<Told>) -> Told {
    assert_eq!(told.len(), 1);
    told.remove(0)
}

#[tokio::test]
async fn a_deposit_is_told_once_with_what_was_and_what_is() {
    let counter = Counter::open().await;
    for (gateway, route) in [("toss.payments", "toss"), ("iamport", "iamport")] {
        let order = counter.order();
        let (uid, before) = awaited(&counter, gateway, &order).await;
        assert!(counter.hears().await.is_empty(), "who asked was answered");
        counter.clock.advance(SignedDuration::from_mins(1));
        let nudge = if gateway == "iamport" {
            counter.iamport.deposit(&order).unwrap();
            iamport_says(&uid, "paid")
        } else {
            counter.toss.deposit(&uid).unwrap();
            toss_says(&uid, "DONE")
        };
        for _ in 0..3 {
            assert_eq!(counter.nudge(route, &nudge).await, 200, "a repeat is heard, and changes nothing");
        }
        let Told { headers, message, .. } = only(counter.hears().await);
        assert_eq!((&message["source"], &message["previous"]), (&before["source"], &before));
        assert_eq!((200, message["current"].clone()), counter.read(&order).await);
        assert!(message["previous"]["paid_at"].is_null() && message["current"]["paid_at"].is_string());
        assert_eq!(message["current"]["price"], 1_000);
        assert_eq!(headers["content-type"], "text/plain");
        assert_eq!(headers["webhook-id"], message["id"].as_str().unwrap());
        assert!(headers["webhook-signature"].to_str().unwrap().starts_with("v1,"));
        assert!(counter.hears().await.is_empty(), "what was taken is not told again");
    }
}

#[tokio::test]
async fn the_tables_stream_wakes_the_dispatcher_and_a_notice_can_be_told_once_more() {
    let counter = Counter::open().await;
    let order = counter.order();
    let (uid, history) = awaited(&counter, "toss.payments", &order).await;
    counter.toss.deposit(&uid).unwrap();
    counter.nudge("toss", &toss_says(&uid, "DONE")).await;
    let id = history["id"].as_str().unwrap();
    let change = |kind: &str, part: &str| {
        let keys = json!({ "id": { "S": format!("payment#{id}") }, "part": { "S": part } });
        json!({ "Records": [{ "eventName": kind, "dynamodb": { "Keys": keys } }] })
    };
    for other in [change("MODIFY", "notice#1"), change("INSERT", "record"), change("REMOVE", "notice#1")] {
        assert_eq!(counter.dispatch(other).await.0.told, 0, "it is about no new notice");
    }
    let (report, told) = counter.dispatch(change("INSERT", "notice#1")).await;
    let first = only(told);
    assert_eq!(report.told, 1);
    let (report, told) = counter.dispatch(json!({ "history": id, "notice": first.message["id"] })).await;
    assert_eq!((report.told, only(told).message), (1, first.message));
}

#[tokio::test]
async fn a_deposit_that_the_bank_takes_back_is_told_as_well() {
    let counter = Counter::open().await;
    let order = counter.order();
    let (uid, _) = awaited(&counter, "toss.payments", &order).await;
    counter.toss.deposit(&uid).unwrap();
    counter.nudge("toss", &toss_says(&uid, "DONE")).await;
    counter.hears().await;
    counter.toss.reverse_deposit(&uid).unwrap();
    assert_eq!(counter.nudge("toss", &toss_says(&uid, "WAITING_FOR_DEPOSIT")).await, 200);
    let message = only(counter.hears().await).message;
    assert!(message["previous"]["paid_at"].is_string() && message["current"]["paid_at"].is_null());
}

#[tokio::test]
async fn a_deposit_that_is_told_by_its_order_alone_is_found() {
    let counter = Counter::open().await;
    let order = counter.order();
    let (uid, _) = awaited(&counter, "toss.payments", &order).await;
    let deposited = |order: &str| {
        json!({
            "createdAt": "2026-11-21T10:00:00.000000", "secret": "ps_secret", "status": "DONE",
            "transactionKey": "9FF15E1A29D0E77C218F57262BFA4986", "orderId": order,
        })
    };
    assert_eq!(counter.nudge("toss", &deposited(&order)).await, 200);
    assert!(counter.hears().await.is_empty(), "nobody has paid yet, whatever it says");
    counter.toss.deposit(&uid).unwrap();
    for _ in 0..2 {
        assert_eq!(counter.nudge("toss", &deposited(&order)).await, 200);
    }
    assert!(only(counter.hears().await).message["current"]["paid_at"].is_string());
    let asked = counter.toss.calls(Endpoint::LookUp);
    assert_eq!(
        counter.nudge("toss", &deposited("nobodys-order")).await,
        200,
        "a refusal would be repeated for days"
    );
    assert_eq!(counter.toss.calls(Endpoint::LookUp), asked + 1, "a forged one costs one look-up");
}

#[tokio::test]
async fn what_a_nudge_says_is_not_believed() {
    let counter = Counter::open().await;
    let order = counter.order();
    let (uid, history) = awaited(&counter, "toss.payments", &order).await;
    let asked = counter.toss.calls(Endpoint::LookUp);
    assert_eq!(counter.nudge("toss", &toss_says(&uid, "DONE")).await, 200);
    assert_eq!(counter.toss.calls(Endpoint::LookUp), asked + 1, "a forged one costs one look-up");
    assert_eq!(counter.nudge("toss", &toss_says("nobody's", "DONE")).await, 404);
    assert_eq!(counter.nudge("iamport", &iamport_says("imp_nobody", "paid")).await, 404);
    assert_eq!(counter.toss.calls(Endpoint::LookUp), asked + 1, "one about nothing of ours costs none");
    assert_eq!(counter.read(&order).await, (200, history));
    assert!(counter.hears().await.is_empty());
    for odd in [json!({}), json!({ "eventType": "seller.changed", "data": { "id": 7 } })] {
        assert_eq!(counter.nudge("toss", &odd).await, 200, "a refusal would be repeated for days");
    }
    assert_eq!(counter.nudge("iamport", &json!([])).await, 400);
    assert_eq!(counter.nudge("toss", &json!("text")).await, 400);
}

#[tokio::test]
async fn a_nudge_before_the_record_changes_nothing_of_it() {
    let counter = Counter::open().await;
    let order = counter.order();
    let uid = counter.iamport_paid(&order, 1_000);
    assert_eq!(counter.iamport.take_webhooks().len(), 1, "it is sent before the backend asks");
    assert_eq!(counter.nudge("iamport", &iamport_says(&uid, "paid")).await, 404);
    let creation = counter.creation("iamport", &uid, &order, 1_000);
    let (status, history) = counter.ask("POST /payments/histories", &creation).await;
    assert_eq!(status, 201);
    assert!(history["paid_at"].is_string());
    assert_eq!(counter.nudge("iamport", &iamport_says(&uid, "paid")).await, 200);
    assert!(counter.hears().await.is_empty(), "nothing has changed since the backend was answered");
}

#[tokio::test]
async fn what_a_person_gives_back_at_the_gateways_own_desk_is_followed() {
    let counter = Counter::open().await;
    let order = counter.order();
    let history = counter.history("toss.payments", &order, 1_000).await;
    let uid = history["vendor"]["uid"].as_str().unwrap();
    counter.toss.give_back(uid, 300).unwrap();
    assert_eq!(counter.nudge("toss", &toss_says(uid, "PARTIAL_CANCELED")).await, 200);
    let message = only(counter.hears().await).message;
    assert_eq!((&message["previous"]["refund"], &message["current"]["refund"]), (&Value::Null, &json!(300)));
    let by_id = format!("PATCH /payments/histories/{}", history["id"].as_str().unwrap());
    let (status, shown) = counter.ask(&by_id, &json!({ "password": PASSWORD })).await;
    assert_eq!((status, &shown["refund"]), (200, &json!(300)));
}
