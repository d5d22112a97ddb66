//! What a backend hears while the store or a gateway cannot be reached, or what is kept cannot be shown: over real HTTP, at
//! every door that is described to answer so.

use cafe_core::payment::{
    Document, History, Locked, Payment, RecordId, Records as _, Reservation, Source, Vendor,
};
use functions::aws::Aws;
use functions::service::password;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use store::{DynamoRecords, Moved, Moving, Vault};
use tokio::net::TcpListener;

use super::counter::{Counter, PASSWORD, accessor, cancellation, source};
use super::description;
use super::front::Front;
use super::vendors::portone_paid;

const AGAIN: &str = "Send the same request again in a minute.";

/// Where nobody listens: a port that no program takes by chance.
const NOWHERE: &str = "http://127.0.0.1:1";

/// Where every connection is taken and cut.
async fn cuts_every_connection() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            drop(listener.accept().await);
        }
    });
    origin
}

/// A DynamoDB that is elsewhere, asked as on Lambda.
fn records_at(origin: &str) -> DynamoRecords {
    let environment = |name: &str| match name {
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(origin.to_owned()),
        _ => functions::aws::made_up(name).map(str::to_owned),
    };
    let client = Aws::from_env(environment).unwrap().dynamodb();
    let vault = Vault::new("the store key of a counter that a test opened").unwrap();
    DynamoRecords::new(client, "PaymentsTable".to_owned(), vault)
}

/// What PortOne says of a payment, and what it has signed it with.
fn portone_says(counter: &Counter, order: &str) -> (HeaderMap, Value) {
    portone_paid(counter, order, 500);
    let told = counter.iamport.take_webhooks().pop().unwrap();
    let body: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(body.to_string(), told.body, "it is sent as it was signed");
    let signed = told.headers.iter().filter(|(name, _)| name.starts_with("webhook-"));
    let header = |(name, value): &(String, String)| {
        (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
    };
    (signed.map(header).collect(), body)
}

/// Every way to ask that reads or writes a record, of payments at each gateway.
fn all_that_ask_the_store(counter: &Counter) -> Vec<(String, HeaderMap, Value)> {
    let order = counter.order();
    let id = counter.order();
    let reservation = json!({
        "vendor": { "code": "toss.payments", "store_id": "shop", "uid": counter.toss_billing_key(&order) },
        "source": source(&order),
        "title": "the usual card",
        "password": PASSWORD,
    });
    let uid = counter.toss_agreed(&order, 500);
    let (signed, nudge) = portone_says(counter, &order);
    [
        ("POST /payments/histories", counter.creation("toss.payments", &uid, &order, 500)),
        ("PATCH /payments/histories/get", accessor(&order, PASSWORD)),
        (&format!("PATCH /payments/histories/{id}"), json!({ "password": PASSWORD })),
        ("PUT /payments/histories/cancel", cancellation(&order, 100)),
        ("POST /payments/reservations", reservation),
        ("PATCH /payments/reservations/get", accessor(&order, PASSWORD)),
        (&format!("PATCH /payments/reservations/{id}"), json!({ "password": PASSWORD })),
        ("POST /payments/webhooks/iamport", json!({ "imp_uid": "imp_1", "status": "paid" })),
        (
            "POST /payments/webhooks/toss",
            json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "paymentKey": uid, "status": "DONE" } }),
        ),
    ]
    .map(|(call, body)| (call.to_owned(), HeaderMap::new(), body))
    .into_iter()
    .chain([("POST /payments/webhooks/portone".to_owned(), signed, nudge)])
    .collect()
}

#[tokio::test]
async fn while_the_store_cannot_be_reached_every_door_says_to_come_again_and_no_money_moves() {
    let counter = Counter::open().await;
    let asked = all_that_ask_the_store(&counter);
    for origin in [NOWHERE.to_owned(), cuts_every_connection().await] {
        let service = counter.service_with(Some(records_at(&origin)), None);
        let front = Front::of(counter.routes_of(&service), &counter.pair).await;
        for (call, headers, body) in &asked {
            let answer = front.ask_with(call, headers.clone(), body).await;
            let told = format!("The store did not answer. {AGAIN}");
            assert_eq!((answer.status, &answer.told["message"]), (503, &json!(told)), "{call}");
        }
        assert_eq!(front.answered(503).await, description::answering("503"));
    }
    let (.., creation) = &asked[0];
    assert_eq!(counter.holds(creation["vendor"]["uid"].as_str().unwrap()), 0);
}

#[tokio::test]
async fn while_a_gateway_cannot_be_reached_what_needs_it_says_to_come_again_and_what_is_kept_is_read() {
    let counter = Counter::open().await;
    for origin in [NOWHERE.to_owned(), cuts_every_connection().await] {
        let front =
            Front::of(counter.routes_of(&counter.service_with(None, Some(&origin))), &counter.pair).await;
        for gateway in ["toss.payments", "iamport"] {
            let order = counter.order();
            let history = counter.history(gateway, &order, 1_000).await;
            let uid = history["vendor"]["uid"].as_str().unwrap();
            let read = front.ask("PATCH /payments/histories/get", &accessor(&order, PASSWORD)).await;
            assert_eq!((read.status, read.told), (200, history.clone()));

            let other = counter.order();
            let agreed = if gateway == "iamport" {
                counter.iamport_paid(&other, 500)
            } else {
                counter.toss_agreed(&other, 500)
            };
            let reservation = json!({
                "vendor": { "code": gateway, "store_id": "shop", "uid": other },
                "source": source(&other),
                "title": "the usual card",
                "password": PASSWORD,
            });
            let nudge = if gateway == "iamport" {
                ("POST /payments/webhooks/iamport", json!({ "imp_uid": uid, "status": "paid" }))
            } else {
                let data = json!({ "paymentKey": uid, "status": "DONE" });
                (
                    "POST /payments/webhooks/toss",
                    json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": data }),
                )
            };
            for (call, body) in [
                ("POST /payments/histories", counter.creation(gateway, &agreed, &other, 500)),
                ("PUT /payments/histories/cancel", cancellation(&order, 100)),
                ("POST /payments/reservations", reservation),
                nudge,
            ] {
                let answer = front.ask(call, &body).await;
                let told = answer.told["message"].as_str().unwrap();
                assert_eq!(answer.status, 503, "{call}: {told}");
                assert!(told.contains("again"), "{call}: {told}");
            }
            assert_eq!(counter.holds(uid), 1_000, "nothing went back");
        }
    }
}

/// What stands of an order's payment.
async fn kept(counter: &Counter, order: &str) -> History {
    let source = Source::new("shop".to_owned(), "orders".to_owned(), order.to_owned()).unwrap();
    match counter.records.payment_of(&source).await.unwrap().map(Locked::for_ourselves) {
        Some(Payment::Kept(history)) => history,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_kept_and_cannot_be_written_as_json_is_told_as_a_fault_of_ours() {
    let counter = Counter::open().await;
    let front = Front::of(counter.routes(), &counter.pair).await;
    counter.history("toss.payments", &counter.order(), 1_000).await;
    let order = counter.order();
    counter.history("iamport", &order, 1_000).await;

    // As another server may have kept it: nothing that a gateway says to us gets so far.
    let (name, broken) = (RecordId::new([9; 16]), counter.order());
    let (source, data) = (Source { id: broken.clone(), ..kept(&counter, &order).await.source }, "no JSON");
    let history = History {
        id: RecordId::new([8; 16]),
        vendor: Vendor { uid: "imp_broken".to_owned(), ..kept(&counter, &order).await.vendor },
        source: source.clone(),
        data: Document(data.to_owned()),
        cancelled_as: vec![name],
        ..kept(&counter, &order).await
    };
    let reservation = Reservation {
        id: RecordId::new([7; 16]),
        vendor: history.vendor.clone(),
        source,
        title: "the usual card".to_owned(),
        data: Document(data.to_owned()),
        created_at: counter.clock.now(),
    };
    let hash = password::hash(PASSWORD, [1; 16]).unwrap();
    for moving in [Moving::History(&history), Moving::Reservation(&reservation)] {
        assert_eq!(counter.records.move_in(moving, &hash).await.unwrap(), Moved::Now);
    }

    let (by_id, password) =
        (|what, id| format!("PATCH /payments/{what}/{id}"), json!({ "password": PASSWORD }));
    let named = HeaderMap::from_iter([(
        "idempotency-key".parse().unwrap(),
        HeaderValue::from_str(&name.to_string()).unwrap(),
    )]);
    for (call, headers, body) in [
        (by_id("histories", history.id), HeaderMap::new(), password.clone()),
        ("PATCH /payments/histories/get".to_owned(), HeaderMap::new(), accessor(&broken, PASSWORD)),
        // It was given back under that name before.
        ("PUT /payments/histories/cancel".to_owned(), named, cancellation(&broken, 100)),
        (by_id("reservations", reservation.id), HeaderMap::new(), password),
        ("PATCH /payments/reservations/get".to_owned(), HeaderMap::new(), accessor(&broken, PASSWORD)),
    ] {
        let answer = front.ask_with(&call, headers, &body).await;
        let told = json!({
            "message": "The record cannot be shown.",
            "error": "Internal Server Error",
            "statusCode": 500,
        });
        assert_eq!((answer.status, answer.told), (500, told), "{call}");
    }
    assert_eq!(front.answered(500).await, description::answering("500"));
}
