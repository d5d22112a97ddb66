//! Over HTTP: both APIs behind one port, and webhooks that are really sent.

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use fakes::portone::{Dialect, Options};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::shop::{Shop, V2_QUERY};

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn ask(address: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nhost: fake\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Somebody who is told, and what they heard.
async fn receiver() -> (String, mpsc::UnboundedReceiver<(String, String)>) {
    let (told, heard) = mpsc::unbounded_channel();
    let hear = move |headers: axum::http::HeaderMap, body: Bytes| async move {
        let id = headers["webhook-id"].to_str().unwrap().to_owned();
        told.send((id, String::from_utf8(body.to_vec()).unwrap())).unwrap();
    };
    (serve(Router::new().route("/hooks", post(hear))).await, heard)
}

#[tokio::test]
async fn a_person_pays_and_the_shop_is_told_in_order() {
    let (hooks, mut heard) = receiver().await;
    let shop = Shop::with(Options {
        v2_webhook_url: Some(format!("http://{hooks}/hooks?a=b")),
        ..Options::default()
    });
    let fake = serve(shop.fake.router()).await;
    let page = format!("/portone/v2/pay?{V2_QUERY}");
    assert!(ask(&fake, &format!("GET {page}"), "").await.contains("카드로 결제하기"));
    let paid = ask(&fake, &format!("POST {page}"), "action=pay").await;
    assert!(paid.starts_with("HTTP/1.1 302"), "{paid}");
    let [ready, paid] = [heard.recv().await.unwrap(), heard.recv().await.unwrap()];
    assert!(ready.1.contains("Transaction.Ready") && paid.1.contains("Transaction.Paid"));
    assert_ne!(ready.0, paid.0);
    assert_eq!(shop.fake.take_webhooks(), [], "what was sent is gone");
}

#[tokio::test]
async fn who_does_not_listen_does_not_disturb() {
    let shop =
        Shop::with(Options { v2_webhook_url: Some("https://nobody.example/".into()), ..Options::default() });
    let fake = serve(shop.fake.router()).await;
    let page = format!("/portone/v2/pay?{V2_QUERY}");
    assert!(ask(&fake, &format!("POST {page}"), "action=pay").await.starts_with("HTTP/1.1 302"));
    assert_eq!(shop.fake.payment("o-1").unwrap().collected, 4_400);
    assert!(shop.fake.cancel_payment(Dialect::V2, V2_QUERY).is_err());
}
