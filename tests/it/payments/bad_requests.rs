//! What a backend hears that asks wrongly: the SDK's statuses and shapes, and nothing moves.

use serde_json::{Value, json};

use super::counter::{Counter, PASSWORD, accessor, cancellation};

const SEALED: [&str; 8] = [
    "POST /payments/histories",
    "PATCH /payments/histories/get",
    "PATCH /payments/histories/00000000-0000-4000-8000-000000000001",
    "PUT /payments/histories/cancel",
    "POST /payments/reservations",
    "PATCH /payments/reservations/get",
    "PATCH /payments/reservations/00000000-0000-4000-8000-000000000001",
    "POST /payments/internal/webhook",
];

#[tokio::test]
async fn another_content_type_is_named_and_what_cannot_be_opened_is_told_in_one_way() {
    let counter = Counter::open().await;
    for call in SEALED {
        let sealed = counter.pair.seal("{}");
        let (status, kind, text) = counter.send(call, "application/json", &[], &sealed).await;
        assert_eq!((status, &*kind), (400, "application/json; charset=utf-8"), "{call}");
        assert!(text.contains(r#"Request body type is not \"text/plain\"."#), "{call}: {text}");

        let (tampered, no_json) = (sealed.replace('C', "D"), counter.pair.seal("no JSON"));
        let mut told = Vec::new();
        for body in ["", "not sealed", &tampered, &no_json, &counter.pair.seal("")] {
            told.push(counter.send(call, "text/plain", &[], body).await);
        }
        assert_eq!((told[0].0, &*told[0].1), (400, "application/json; charset=utf-8"), "{call}");
        assert!(told[0].2.contains("Failed to decrypt the request body."), "{call}: {}", told[0].2);
        assert!(told.iter().all(|answer| *answer == told[0]), "{call}: {told:?}");
    }
}

#[tokio::test]
async fn the_first_thing_that_does_not_fit_is_named() {
    let counter = Counter::open().await;
    let creation = counter.creation("toss.payments", "pay-1", &counter.order(), 500);
    let with = |path: &[&str], value: Value| {
        let mut body = creation.clone();
        let mut place = &mut body;
        for step in path {
            place = &mut place[*step];
        }
        *place = value;
        body
    };
    for (body, path) in [
        (with(&["vendor", "code"], json!("paypal")), "$input.vendor.code"),
        (with(&["vendor", "uid"], json!(7)), "$input.vendor.uid"),
        (with(&["source", "id"], json!("no-uuid")), "$input.source.id"),
        (with(&["price"], json!(-1)), "$input.price"),
        (with(&["price"], json!("500")), "$input.price"),
        (with(&["password"], Value::Null), "$input.password"),
        (with(&["webhook_url"], json!("not an address")), "$input.webhook_url"),
        (with(&["webhook_url"], json!("http://169.254.169.254/latest")), "$input.webhook_url"),
    ] {
        let (status, problem) = counter.ask("POST /payments/histories", &body).await;
        assert_eq!((status, &problem["path"]), (400, &json!(path)), "{problem}");
        assert_eq!(problem["message"], "Request body data is not following the promised type.");
    }
    let mut cancel = cancellation(&counter.order(), 100);
    cancel.as_object_mut().unwrap().remove("account");
    let (status, problem) = counter.ask("PUT /payments/histories/cancel", &cancel).await;
    assert_eq!((status, &problem["path"]), (400, &json!("$input.account")), "it must be there, if as null");
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_named() {
    let counter = Counter::open().await;
    for what in ["histories", "reservations"] {
        let call = format!("PATCH /payments/{what}/no-uuid");
        let (status, problem) = counter.ask(&call, &json!({ "password": PASSWORD })).await;
        assert_eq!((status, &problem["path"]), (400, &json!("id")), "{problem}");
        assert_eq!(problem["message"], r#"Invalid URL parameter value on "id"."#);
    }
    let named = [("idempotency-key", "no-uuid")];
    let cancel = cancellation(&counter.order(), 100);
    assert_eq!(counter.ask_with("PUT /payments/histories/cancel", &named, &cancel).await.0, 400);
}

#[tokio::test]
async fn an_account_that_nobody_set_up_is_named_and_nobody_is_asked() {
    let counter = Counter::open().await;
    let order = counter.order();
    let uid = counter.toss_agreed(&order, 500);
    let mut creation = counter.creation("toss.payments", &uid, &order, 500);
    creation["vendor"]["store_id"] = json!("elsewhere");
    let (status, problem) = counter.ask("POST /payments/histories", &creation).await;
    assert_eq!(status, 422);
    assert!(problem["message"].as_str().unwrap().contains("\"elsewhere\""), "{problem}");
    assert_eq!(counter.holds(&uid), 0);
}

#[tokio::test]
async fn there_is_no_way_to_read_in_bulk() {
    let counter = Counter::open().await;
    let order = counter.order();
    let history = counter.history("toss.payments", &order, 500).await;
    let by_id = format!("GET /payments/histories/{}", history["id"].as_str().unwrap());
    for call in ["GET /payments/histories", "PATCH /payments/histories", "GET /payments/reservations", &by_id]
    {
        let (status, _, text) = counter.send(call, "text/plain", &[], "").await;
        assert!((status == 404 || status == 405) && text.is_empty(), "{call}: {status} {text}");
    }
    assert_eq!(counter.ask("PATCH /payments/histories/get", &accessor(&order, PASSWORD)).await.0, 200);
}

#[tokio::test]
async fn the_sink_for_trying_takes_any_message_and_answers_with_nothing_sealed() {
    let counter = Counter::open().await;
    let sealed = counter.pair.seal("{}");
    let (status, _, text) = counter.send("POST /payments/internal/webhook", "text/plain", &[], &sealed).await;
    assert_eq!((status, counter.pair.open(text.as_bytes()).unwrap()), (201, String::new()));
}
