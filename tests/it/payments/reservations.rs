//! Stored ways to pay: kept as their gateway shows them, read with their password, registered once.

use serde_json::{Value, json};

use super::counter::{Counter, PASSWORD, accessor, source};

fn reservation(gateway: &str, uid: &str, order: &str) -> Value {
    json!({
        "vendor": { "code": gateway, "store_id": "shop", "uid": uid },
        "source": source(order),
        "title": "the usual card",
        "password": PASSWORD,
    })
}

#[tokio::test]
async fn a_stored_card_is_kept_and_read_by_its_id_and_by_its_source() {
    let counter = Counter::open().await;
    for gateway in ["toss.payments", "iamport"] {
        let order = counter.order();
        let uid = if gateway == "iamport" {
            counter.iamport_paid(&order, 500);
            order.clone()
        } else {
            counter.toss_billing_key(&order)
        };
        let asked = reservation(gateway, &uid, &order);
        let (status, made) = counter.ask("POST /payments/reservations", &asked).await;
        assert_eq!((status, &made["vendor_code"], &made["title"]), (201, &json!(gateway), &asked["title"]));
        assert_eq!((&made["vendor"], &made["source"]), (&asked["vendor"], &asked["source"]));
        let named =
            if gateway == "iamport" { &made["data"]["customer_uid"] } else { &made["data"]["customerKey"] };
        assert_eq!(named, &json!(order), "its gateway's own words");

        let by_id = format!("PATCH /payments/reservations/{}", made["id"].as_str().unwrap());
        let by_source = "PATCH /payments/reservations/get";
        assert_eq!(counter.ask(&by_id, &json!({ "password": PASSWORD })).await, (200, made.clone()));
        assert_eq!(counter.ask(by_source, &accessor(&order, PASSWORD)).await, (200, made));
        assert_eq!(counter.ask(&by_id, &json!({ "password": "another" })).await.0, 403);
        assert_eq!(counter.ask(by_source, &accessor(&order, "another")).await.0, 403);
        assert_eq!(counter.ask(by_source, &accessor(&counter.order(), PASSWORD)).await.0, 404);
        assert_eq!(counter.ask("POST /payments/reservations", &asked).await.0, 409);
    }
}

#[tokio::test]
async fn a_card_that_is_not_known_or_anothers_is_not_kept() {
    let counter = Counter::open().await;
    let (order, others) = (counter.order(), counter.order());
    let uid = counter.toss_billing_key(&others);
    counter.iamport_paid(&others, 500);
    for (gateway, uid) in
        [("toss.payments", &*uid), ("toss.payments", "nobody's"), ("iamport", &others), ("iamport", "nobody")]
    {
        let (status, problem) =
            counter.ask("POST /payments/reservations", &reservation(gateway, uid, &order)).await;
        assert!((400..500).contains(&status) && problem["path"].is_string(), "{gateway} {uid}: {problem}");
    }
    assert_eq!(counter.ask("PATCH /payments/reservations/get", &accessor(&order, PASSWORD)).await.0, 404);
}
