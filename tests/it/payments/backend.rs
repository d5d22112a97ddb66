//! Another backend on this machine: it asks the payments service over HTTP, its customers pay at Toss Payments' fake, and
//! it listens for what it is told.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use fakes::tosspayments::TossPayments;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use tosspayments::window::OpenWindow;
use tosspayments::{Account, Api, WindowMethod};

use crate::cafe::{Cafe, http_client};

/// The schedule tells what the stream has missed, a minute later: what comes by then came by the stream.
const BEFORE_THE_SCHEDULE: Duration = Duration::from_secs(30);

pub(crate) const PASSWORD: &str = "some-password";

/// What the backend was told: the headers, and the body as it came.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) struct Backend {
    pub(crate) pair: Pair,
    /// Where it is told.
    pub(crate) address: String,
    http: reqwest::Client,
    service: String,
    fakes: String,
    toss: TossPayments,
    account: Account,
    told: Mutex<UnboundedReceiver<Told>>,
    orders: AtomicU64,
}

/// What is opened at Toss Payments for an order, its customer not asked yet.
pub(crate) fn opened(
    toss: &TossPayments,
    account: &Account,
    order: &str,
    amount: u32,
    method: WindowMethod,
) -> String {
    let window = OpenWindow {
        method,
        order_id: order.to_owned(),
        order_name: "라떼".to_owned(),
        amount,
        tax_free_amount: None,
        customer_key: None,
        success_url: "https://shop.example/paid".to_owned(),
        fail_url: "https://shop.example/failed".to_owned(),
    };
    let request = tosspayments::Call::request(&window, account).unwrap();
    let answer = toss.answer(&request).answer().unwrap();
    <OpenWindow as tosspayments::Call>::answer(&answer).unwrap().payment_key
}

impl Backend {
    /// One that asks the service beside a cafe, wherever that is reached.
    pub(crate) async fn of(cafe: &Cafe) -> Backend {
        let (heard, told) = unbounded_channel();
        let toss = cafe.toss().clone();
        let key = SecretString::from(fakes::tosspayments::Options::default().merchants[0].secret_key.clone());
        let account = Account::new(Api::Current, &key).unwrap();
        let account = account.with_base_url(&format!("{}/toss", cafe.kakaopay_url())).unwrap();
        Backend {
            pair: Pair::new(PUBLIC_KEY, PUBLIC_IV).unwrap(),
            address: listen(heard).await,
            http: http_client(),
            service: cafe.url().to_owned(),
            fakes: cafe.kakaopay_url().to_owned(),
            toss,
            account,
            told: told.into(),
            orders: AtomicU64::new(1),
        }
    }

    /// A fresh order.
    pub(crate) fn order(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.orders.fetch_add(1, Ordering::Relaxed))
    }

    /// What its customer has agreed to by card.
    pub(crate) fn agreed(&self, order: &str, amount: u32) -> String {
        let uid = opened(&self.toss, &self.account, order, amount, WindowMethod::Card);
        self.toss.pay(&uid).unwrap();
        uid
    }

    /// A virtual account that its customer is to pay into.
    pub(crate) fn awaited(&self, order: &str, amount: u32) -> String {
        let uid = opened(&self.toss, &self.account, order, amount, WindowMethod::VirtualAccount);
        self.toss.choose_virtual_account(&uid).unwrap();
        uid
    }

    /// The customer pays into a virtual account, of which the gateway tells.
    pub(crate) async fn deposit(&self, uid: &str) {
        let url = format!("{}/_fake/tosspayments/payments/{uid}/deposit", self.fakes);
        let done = self.http.post(url).send().await.unwrap();
        assert!(done.status().is_success(), "{done:?}");
    }

    /// Toss Payments' nudge about a payment.
    pub(crate) async fn nudge(&self, uid: &str, status: &str) -> u16 {
        let body =
            json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "paymentKey": uid, "status": status } });
        let url = format!("{}/payments/webhooks/toss", self.service);
        let request = self.http.post(url).header(CONTENT_TYPE, "application/json");
        request.body(body.to_string()).send().await.unwrap().status().as_u16()
    }

    /// `IPaymentHistory.ICreate`.
    pub(crate) fn creation(&self, uid: &str, order: &str, price: u32) -> Value {
        json!({
            "vendor": { "code": "toss.payments", "store_id": "shop", "uid": uid },
            "source": { "schema": "shop", "table": "orders", "id": order },
            "price": price,
            "password": PASSWORD,
            "webhook_url": self.address,
        })
    }

    /// One sealed request, such as `POST /payments/histories`, and what comes back: an answer opened, or a problem.
    pub(crate) async fn ask(&self, call: &str, body: &Value) -> (u16, Value) {
        let (method, path) = call.split_once(' ').unwrap();
        let request = self.http.request(Method::try_from(method).unwrap(), format!("{}{path}", self.service));
        let request = request.header(CONTENT_TYPE, "text/plain").body(self.pair.seal(&body.to_string()));
        let answer = request.send().await.unwrap();
        let (status, kind) = (answer.status().as_u16(), answer.headers()[CONTENT_TYPE].clone());
        let text = answer.text().await.unwrap();
        let is_sealed = kind.as_bytes().starts_with(b"text/plain");
        let text = if is_sealed { self.pair.open(text.as_bytes()).unwrap() } else { text };
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    /// What it is told next, which it takes.
    pub(crate) async fn hears(&self) -> Told {
        let mut told = self.told.lock().await;
        timeout(BEFORE_THE_SCHEDULE, told.recv()).await.expect("it is told at once").unwrap()
    }
}

async fn listen(heard: UnboundedSender<Told>) -> String {
    let take = async |State(heard): State<UnboundedSender<Told>>, headers: HeaderMap, body: String| {
        heard.send(Told { headers, body }).unwrap();
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}/told", listener.local_addr().unwrap());
    let router = Router::new().route("/told", post(take)).with_state(heard);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
