//! The fake over HTTP on a loopback port: what a client on the other end of a connection gets to see.

use std::fmt::Write as _;
use std::time::Duration;

use fakes::kakaopay::{Endpoint, Fault, KakaoPay};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use crate::shop::{Shop, approve_fields, ready_fields};

/// Serves the fake until the test ends, and says where.
async fn serve(fake: &KakaoPay) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = fake.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Sends a request, and reads until the connection ends: all that ever comes back.
async fn send(address: std::net::SocketAddr, request: &http::Request<bytes::Bytes>) -> String {
    let mut text = format!(
        "{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n",
        request.method(),
        request.uri()
    );
    for (name, value) in request.headers() {
        write!(text, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    write!(text, "content-length: {}\r\n\r\n", request.body().len()).unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.write_all(request.body()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset rather than closed says no more either.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn it_answers_over_http_as_it_does_in_process() {
    for shop in Shop::both() {
        let address = serve(&shop.fake).await;
        let answer = send(address, &shop.request("ready", &ready_fields())).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let tid =
            serde_json::from_str::<serde_json::Value>(body).unwrap()["tid"].as_str().unwrap().to_owned();
        let path = shop.fake.payment(&tid).unwrap().pc_path;
        for path in [path.as_str(), "/_fake/kakaopay", "/_fake/kakaopay/payments"] {
            let page = send(address, &http::Request::get(path).body(bytes::Bytes::new()).unwrap()).await;
            assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
        }
    }
}

#[tokio::test]
async fn a_lost_answer_cuts_the_connection_after_the_work() {
    for shop in Shop::both() {
        let address = serve(&shop.fake).await;
        let (tid, token) = shop.agreed();
        shop.fake.inject(Endpoint::Approve, Fault::AnswerLost);
        assert_eq!(send(address, &shop.request("approve", &approve_fields(&tid, &token))).await, "");
        assert_eq!(shop.fake.payment(&tid).unwrap().collected, 4_400);
    }
}

#[tokio::test]
async fn a_reset_cuts_the_connection_before_the_work() {
    for shop in Shop::both() {
        let address = serve(&shop.fake).await;
        let (tid, token) = shop.agreed();
        let request = shop.request("approve", &approve_fields(&tid, &token));
        shop.fake.inject(Endpoint::Approve, Fault::Reset);
        assert_eq!(send(address, &request).await, "");
        assert_eq!(shop.fake.payment(&tid).unwrap().collected, 0);
        assert!(
            send(address, &request).await.starts_with("HTTP/1.1 200 OK\r\n"),
            "the next call is answered"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_waited_for_after_the_work() {
    for (effect, status) in [(true, "HTTP/1.1 200 OK\r\n"), (false, "HTTP/1.1 504 Gateway Timeout\r\n")] {
        for shop in Shop::both() {
            let address = serve(&shop.fake).await;
            let (tid, token) = shop.agreed();
            let wait = Duration::from_secs(12);
            shop.fake.inject(Endpoint::Approve, Fault::Slow { wait, effect });
            let asked = Instant::now();
            let answer = send(address, &shop.request("approve", &approve_fields(&tid, &token))).await;
            assert!(answer.starts_with(status), "{answer}");
            assert!(asked.elapsed() >= wait);
            assert_eq!(shop.fake.payment(&tid).unwrap().collected, if effect { 4_400 } else { 0 });
        }
    }
}

#[tokio::test]
async fn who_hangs_up_on_a_slow_answer_was_served_nevertheless() {
    for shop in Shop::both() {
        let address = serve(&shop.fake).await;
        let (tid, token) = shop.agreed();
        let wait = Duration::from_hours(1);
        shop.fake.inject(Endpoint::Approve, Fault::Slow { wait, effect: true });
        let request = shop.request("approve", &approve_fields(&tid, &token));
        let client = tokio::spawn(async move { send(address, &request).await });
        while shop.fake.calls(Endpoint::Approve) == 0 {
            tokio::task::yield_now().await;
        }
        client.abort();
        assert!(client.await.unwrap_err().is_cancelled(), "nothing was heard");
        assert_eq!(shop.fake.payment(&tid).unwrap().collected, 4_400);
    }
}
