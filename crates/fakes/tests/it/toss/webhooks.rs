//! What the fake sends by itself, in process and over HTTP.

use std::time::Duration;

use fakes::clock::Clock;
use fakes::tosspayments::{Manner, Options, TossPayments};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::shop::{Shop, account_fields, part};

fn told(shop: &Shop) -> Vec<String> {
    let hooks = shop.fake.webhooks().into_iter().map(|hook| {
        let status =
            hook.body["data"]["status"].as_str().or(hook.body["status"].as_str()).unwrap().to_owned();
        let name = hook.body["eventType"].as_str().unwrap_or("DEPOSIT_CALLBACK").to_owned();
        format!("{name} {status}")
    });
    hooks.collect()
}

#[test]
fn today_everything_is_told_with_the_whole_payment() {
    let shop = Shop::today();
    let key = shop.paid();
    shop.cancel(&key, &part(400));
    let changed = |status: &str| format!("PAYMENT_STATUS_CHANGED {status}");
    assert_eq!(told(&shop), ["READY", "IN_PROGRESS", "DONE", "PARTIAL_CANCELED"].map(changed));
    let last = shop.fake.webhooks().pop().unwrap();
    assert_eq!(last.body["data"], shop.look(&key).body);
    assert_eq!(last.body["createdAt"], "2026-11-21T10:00:00.000000");
}

#[test]
fn a_virtual_account_is_told_twice_and_the_second_names_no_key() {
    let shop = Shop::today();
    let issued = shop.post("/v1/virtual-accounts", &account_fields("order-1"));
    shop.fake.deposit(issued.text("paymentKey")).unwrap();
    let last = shop.fake.webhooks().pop().unwrap().body;
    assert_eq!((last["status"].as_str(), last["orderId"].as_str()), (Some("DONE"), Some("order-1")));
    assert_eq!(last["secret"], issued.body["secret"]);
    assert!(last.get("paymentKey").is_none() && last.get("eventType").is_none());
    assert_eq!(shop.fake.webhooks().len(), 4);
}

#[test]
fn the_reference_tells_less_and_nothing_of_cards() {
    let shop = Shop::new(Manner::Reference);
    let key = shop.paid();
    assert_eq!(told(&shop), [""; 0]);
    shop.cancel(&key, &part(400));
    shop.cancel(&key, &part(4_000));
    let issued = shop.post("/v1/virtual-accounts", &account_fields("order-2"));
    shop.fake.deposit(issued.text("paymentKey")).unwrap();
    let changed = |status: &str| format!("PAYMENT_STATUS_CHANGED {status}");
    assert_eq!(told(&shop), ["PARTIAL_CANCELED", "CANCELED", "WAITING_FOR_DEPOSIT", "DONE"].map(changed));
    let data = json!({ "paymentKey": key, "orderId": "order-1", "status": "CANCELED" });
    assert_eq!(shop.fake.webhooks()[1].body, json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": data }));
}

#[test]
fn what_is_not_answered_is_sent_seven_times_more() {
    let shop = Shop::today();
    shop.window();
    for (sent, minutes) in [0, 1, 4, 16, 64, 256, 1_024, 4_096].into_iter().enumerate() {
        shop.clock.advance(SignedDuration::from_mins(minutes));
        // It expires meanwhile, which is told as well.
        let due: Vec<_> = shop.fake.due_webhooks().into_iter().filter(|(_, hook)| hook.id == 0).collect();
        assert_eq!(due.len(), 1, "after {minutes} minutes");
        assert_eq!(due[0].0, "http://127.0.0.1:1/hook");
        shop.fake.webhook_sent(0, if sent % 2 == 0 { None } else { Some(500) });
        assert!(shop.fake.due_webhooks().iter().all(|(_, hook)| hook.id != 0), "not at once");
    }
    assert_eq!((shop.fake.webhooks()[0].attempts, shop.fake.webhooks()[0].due), (8, None));
}

#[test]
fn what_is_answered_is_not_sent_again() {
    for answered in [200, 201] {
        let shop = Shop::today();
        shop.window();
        shop.fake.webhook_sent(0, Some(answered));
        assert!(shop.fake.due_webhooks().is_empty());
        assert_eq!(shop.fake.webhooks()[0].answered, Some(answered));
    }
    let nowhere = Shop::today();
    nowhere.fake.set_webhook_url(None);
    nowhere.window();
    assert!(nowhere.fake.due_webhooks().is_empty());
    assert_eq!(nowhere.fake.webhooks().len(), 1, "though it came about");
}

/// Reads one request off a connection, and answers it with a status.
async fn receive(listener: &TcpListener, status: &str) -> (String, Value) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut text = String::new();
    loop {
        let mut some = [0; 4_096];
        let read = stream.read(&mut some).await.unwrap();
        text.push_str(std::str::from_utf8(&some[..read]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            return (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap());
        }
    }
}

#[tokio::test]
async fn over_http_they_are_really_sent() {
    tokio::time::timeout(Duration::from_secs(30), async {
        let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/payments/webhooks/toss?a=b", receiver.local_addr().unwrap());
        let fake = TossPayments::new(Options { webhook_url: Some(url), ..Options::default() }, Clock::real());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, fake.router()).into_future());

        let shop = Shop { fake: fake.clone(), clock: Clock::real(), manner: Manner::Reference };
        let issued = shop.post("/v1/virtual-accounts", &account_fields("order-1"));
        let key = issued.text("paymentKey");
        // The reference's own helper, below the prefix as all of its API.
        let put = shop.request("PUT", &format!("/toss/internal/{key}/deposit"), &Value::Null, None);
        let authorization = put.headers()["authorization"].to_str().unwrap();
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!(
            "PUT {} HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            put.uri()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"status\":\"DONE\""), "{answer}");

        let (line, waiting) = receive(&receiver, "201 Created").await;
        assert_eq!(line, "POST /payments/webhooks/toss?a=b HTTP/1.1");
        assert_eq!(waiting["data"]["status"], "WAITING_FOR_DEPOSIT");
        let (_, done) = receive(&receiver, "200 OK").await;
        assert_eq!((&done["data"]["status"], &done["data"]["paymentKey"]), (&json!("DONE"), &json!(key)));
    })
    .await
    .unwrap();
}
