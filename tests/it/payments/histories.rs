//! Payments taken on, read and given back, as the SDK asks for it.

use serde_json::{Value, json};

use super::counter::{Counter, PASSWORD, accessor, cancellation, source};

const GATEWAYS: [&str; 2] = ["toss.payments", "iamport"];

fn uid(history: &Value) -> &str {
    history["vendor"]["uid"].as_str().unwrap()
}

#[tokio::test]
async fn a_payment_is_taken_on_and_read_by_its_id_and_by_its_source() {
    let counter = Counter::open().await;
    for gateway in GATEWAYS {
        let order = counter.order();
        let history = counter.history(gateway, &order, 4_400).await;
        let id = history["id"].as_str().unwrap();
        let by_id = format!("PATCH /payments/histories/{id}");
        let read = counter.ask(&by_id, &json!({ "password": PASSWORD })).await;
        assert_eq!(read, (200, history.clone()));
        assert_eq!(counter.read(&order).await, (200, history.clone()));
        assert_eq!(counter.holds(uid(&history)), 4_400);

        let mut shown = history.clone();
        let data = shown.as_object_mut().unwrap().remove("data").unwrap();
        let told = shown["webhook_url"].clone();
        assert_eq!(
            shown,
            json!({
                "id": id,
                "vendor_code": gateway,
                "vendor": { "code": gateway, "store_id": "shop", "uid": uid(&history) },
                "source": source(&order),
                "currency": "KRW",
                "price": 4_400,
                "refund": null,
                "webhook_url": told,
                "created_at": "2026-11-21T01:00:00.000Z",
                "paid_at": "2026-11-21T01:00:00.000Z",
                "cancelled_at": null,
                "cancels": [],
            })
        );
        if gateway == "iamport" {
            assert_eq!((&data["imp_uid"], &data["merchant_uid"]), (&json!(uid(&history)), &json!(order)));
        } else {
            assert_eq!(data, counter.toss_shows(uid(&history)), "its own words, unaltered");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_opens_nothing_and_an_unknown_record_is_none() {
    let counter = Counter::open().await;
    let order = counter.order();
    let history = counter.history("toss.payments", &order, 4_400).await;
    let by_id = format!("PATCH /payments/histories/{}", history["id"].as_str().unwrap());
    let mut cancel = cancellation(&order, 400);
    cancel["password"] = json!("another");
    let wrong = json!({ "message": "Wrong password.", "error": "Forbidden", "statusCode": 403 });
    for (call, body) in [
        (&*by_id, json!({ "password": "another" })),
        ("PATCH /payments/histories/get", accessor(&order, "another")),
        ("PUT /payments/histories/cancel", cancel),
    ] {
        assert_eq!(counter.ask(call, &body).await, (403, wrong.clone()), "{call}");
    }
    let nobody = counter.order();
    for (call, body) in [
        (&*format!("PATCH /payments/histories/{nobody}"), json!({ "password": PASSWORD })),
        ("PATCH /payments/histories/get", accessor(&nobody, PASSWORD)),
        ("PUT /payments/histories/cancel", cancellation(&nobody, 400)),
    ] {
        let (status, problem) = counter.ask(call, &body).await;
        assert_eq!((status, &problem["statusCode"]), (404, &json!(404)), "{call}");
    }
    assert_eq!(counter.holds(uid(&history)), 4_400);
}

#[tokio::test]
async fn a_source_and_a_payment_are_registered_once() {
    let counter = Counter::open().await;
    for gateway in GATEWAYS {
        let order = counter.order();
        let history = counter.history(gateway, &order, 4_400).await;
        let same = counter.creation(gateway, uid(&history), &order, 4_400);
        let same_payment = counter.creation(gateway, uid(&history), &counter.order(), 4_400);
        let other = if gateway == "iamport" { "toss.payments" } else { "iamport" };
        let same_source = counter.creation(other, "another-payment", &order, 4_400);
        for creation in [same, same_payment, same_source] {
            let (status, problem) = counter.ask("POST /payments/histories", &creation).await;
            assert_eq!((status, &problem["error"]), (409, &json!("Conflict")), "{gateway}");
        }
        assert_eq!(counter.read(&order).await, (200, history.clone()));
        assert_eq!(counter.holds(uid(&history)), 4_400);
    }
}

#[tokio::test]
async fn a_wrong_price_is_refused_and_what_was_paid_goes_back_to_the_won() {
    let counter = Counter::open().await;
    for claimed in [499, 501, 1] {
        let order = counter.order();
        let uid = counter.iamport_paid(&order, 500);
        let creation = counter.creation("iamport", &uid, &order, claimed);
        let (status, problem) = counter.ask("POST /payments/histories", &creation).await;
        assert_eq!((status, &problem["error"]), (422, &json!("Unprocessable Entity")), "{problem}");
        assert_eq!((counter.holds(&uid), counter.read(&order).await.0), (0, 404), "{claimed}");
    }
    // Toss Payments itself refuses, and nothing is collected.
    let order = counter.order();
    let uid = counter.toss_agreed(&order, 500);
    let creation = counter.creation("toss.payments", &uid, &order, 499);
    let (status, problem) = counter.ask("POST /payments/histories", &creation).await;
    assert_eq!((status, &problem["path"]), (400, &json!("/toss/v1/payments/confirm")), "{problem}");
    assert_eq!((counter.holds(&uid), counter.read(&order).await.0), (0, 404));
    let creation = counter.creation("toss.payments", &uid, &order, 500);
    assert_eq!(counter.ask("POST /payments/histories", &creation).await.0, 201, "and may still be");
}

#[tokio::test]
async fn a_payment_for_another_order_is_not_taken_on_and_not_given_back() {
    let counter = Counter::open().await;
    let uid = counter.iamport_paid(&counter.order(), 500);
    let order = counter.order();
    let creation = counter.creation("iamport", &uid, &order, 500);
    assert_eq!(counter.ask("POST /payments/histories", &creation).await.0, 422);
    assert_eq!((counter.holds(&uid), counter.read(&order).await.0), (500, 404));
}

#[tokio::test]
async fn a_payment_that_its_gateway_does_not_know_is_none() {
    let counter = Counter::open().await;
    for gateway in GATEWAYS {
        let order = counter.order();
        let creation = counter.creation(gateway, "imp_000000000000", &order, 500);
        let (status, problem) = counter.ask("POST /payments/histories", &creation).await;
        assert_eq!(status, 404, "{problem}");
        assert!(problem["path"].is_string() && problem["message"].is_string(), "{problem}");
    }
}

#[tokio::test]
async fn a_payment_goes_back_in_five_parts_and_not_in_six() {
    let counter = Counter::open().await;
    for gateway in GATEWAYS {
        let order = counter.order();
        let history = counter.history(gateway, &order, 1_000).await;
        for part in 1..=5 {
            let (status, shown) = counter.cancel(&order, 200).await;
            assert_eq!((status, &shown["refund"]), (200, &json!(200 * part)), "{shown}");
            assert_eq!(shown["cancels"].as_array().unwrap().len(), part);
            assert_eq!(shown["paid_at"], history["paid_at"]);
            // The first time, and it stays that.
            assert_eq!(shown["cancelled_at"], shown["cancels"][0]["created_at"]);
        }
        let (status, problem) = counter.cancel(&order, 200).await;
        assert_eq!((status, &problem["statusCode"]), (422, &json!(422)), "{problem}");
        let shown = counter.read(&order).await.1;
        assert_eq!((&shown["refund"], counter.holds(uid(&history))), (&json!(1_000), 0));
        let cancels = shown["cancels"].as_array().unwrap();
        let is_one = |cancel: &Value| cancel["price"] == 200 && cancel["reason"] == "a cold cup";
        assert!(cancels.len() == 5 && cancels.iter().all(is_one), "{cancels:?}");
        assert_eq!(counter.hears().await.len(), 5, "one message a part");
    }
}

#[tokio::test]
async fn nothing_is_never_everything_and_more_than_all_is_nothing() {
    let counter = Counter::open().await;
    for gateway in GATEWAYS {
        let order = counter.order();
        let history = counter.history(gateway, &order, 1_000).await;
        for amount in [0, 1_001] {
            let (status, problem) = counter.cancel(&order, amount).await;
            assert_eq!((status, &problem["statusCode"]), (422, &json!(422)), "{problem}");
        }
        assert_eq!((counter.holds(uid(&history)), counter.read(&order).await.1), (1_000, history));
        let (status, shown) = counter.cancel(&order, 1_000).await;
        assert_eq!((status, &shown["refund"]), (200, &json!(1_000)), "all at once");
    }
}

#[tokio::test]
async fn a_refund_with_a_name_is_made_once_however_often_it_is_sent() {
    let counter = Counter::open().await;
    for gateway in GATEWAYS {
        let order = counter.order();
        let history = counter.history(gateway, &order, 1_000).await;
        let name = counter.order();
        for _ in 0..3 {
            let named = [("idempotency-key", &*name)];
            let call = "PUT /payments/histories/cancel";
            let (status, shown) = counter.ask_with(call, &named, &cancellation(&order, 300)).await;
            assert_eq!((status, &shown["refund"]), (200, &json!(300)), "{shown}");
        }
        assert_eq!(counter.holds(uid(&history)), 700);
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_up_before_the_backend_is_answered() {
    let counter = Counter::open().await;
    let order = counter.order();
    let uid = counter.toss_agreed(&order, 1_000);
    let lost = fakes::tosspayments::Fault::AnswerLost;
    counter.toss.inject(fakes::tosspayments::Endpoint::Confirm, lost.clone());
    let creation = counter.creation("toss.payments", &uid, &order, 1_000);
    let (status, history) = counter.ask("POST /payments/histories", &creation).await;
    assert_eq!((status, &history["paid_at"]), (201, &json!("2026-11-21T01:00:00.000Z")), "{history}");
    counter.toss.inject(fakes::tosspayments::Endpoint::Cancel, lost);
    let (status, shown) = counter.cancel(&order, 300).await;
    assert_eq!((status, &shown["refund"], counter.holds(&uid)), (200, &json!(300), 700));
}
