//! A counter at which another backend asks, with the gateways behind it and that backend's own address to be told at.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::post;
use bytes::Bytes;
use cafe_core::gateway;
use cafe_core::payment::{BoxError, Http, SendError, VendorCode};
use devserver::dynamodb::{Embedded, create_tables};
use devserver::template::Template;
use fakes::Reply;
use fakes::clock::Clock;
use fakes::kakaopay::{self, KakaoPay};
use fakes::portone::{Dialect, Options as IamportOptions, PortOne};
use fakes::tosspayments::{Options as TossOptions, TossPayments};
use functions::client::Client;
use functions::metrics::Metrics;
use functions::monitors::{self, Process};
use functions::payments_dispatch::{Dispatch, Event, Report, handle};
use functions::service::accounts::Accounts;
use functions::service::messenger::{Courier, Reach};
use functions::{Service, World, payments_api, payments_webhook};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, Response};
use jiff::{SignedDuration, Timestamp};
use parameters::Parameter;
use payments_client::{Call, Connection};
use portone::v1::Buyer;
use portone::v1::charges::{Charge, PayOnetime};
use portone::v1::customers::CardDetails;
use portone::v1::token::GetToken;
use portone::v1::vbanks::IssueVbank;
use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{DynamoRecords, Vault};
use tokio::net::TcpListener;
use tosspayments::billing::Register;
use tosspayments::key_in::CardNumber;
use tosspayments::{Api, WindowMethod};
use tower::ServiceExt as _;

use super::backend::opened;
use super::description;

/// Counters differ in the names of their tables.
static COUNTERS: AtomicUsize = AtomicUsize::new(0);

pub(super) const PASSWORD: &str = "some-password";

const SIGNING_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A fake gateway, asked in process.
struct Wire<F>(F);

#[async_trait]
impl<F: Fn(&Request<Bytes>) -> Reply + Send + Sync> Http for Wire<F> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        match (self.0)(&request) {
            Reply::Answer(response) => Ok(response),
            Reply::Lost | Reply::Reset => Err(SendError::NoAnswer(BoxError::from("cut"))),
        }
    }
}

/// What the backend was told: the headers, and the message that was sealed.
pub(super) struct Told {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) message: Value,
}

pub(crate) struct Counter {
    pub(super) toss: TossPayments,
    /// PortOne, in both of its dialects.
    pub(super) iamport: PortOne,
    pub(super) kakaopay: KakaoPay,
    pub(super) clock: Clock,
    pub(super) pair: Pair,
    pub(super) records: DynamoRecords,
    service: Service,
    dispatch: Dispatch,
    toss_account: tosspayments::Account,
    iamport_account: portone::v1::Account,
    pub(super) portone_account: portone::v2::Account,
    pub(super) kakaopay_account: ::kakaopay::Account,
    pub(super) address: String,
    told: Arc<Mutex<Vec<Told>>>,
    orders: AtomicU64,
}

impl Counter {
    pub(crate) async fn open() -> Counter {
        let clock = Clock::fixed("2026-11-21T01:00:00Z".parse().unwrap());
        let pair = Pair::new(PUBLIC_KEY, PUBLIC_IV).unwrap();
        let world = World::with_clock({
            let clock = clock.clone();
            move || clock.now()
        });

        let options = TossOptions::default();
        let key = SecretString::from(options.merchants[0].secret_key.clone());
        let toss = TossPayments::new(options, clock.clone());
        let toss_account = tosspayments::Account::new(Api::Current, &key).unwrap();
        let toss_account = toss_account.with_base_url("http://127.0.0.1:3001/toss").unwrap();
        let asked = toss.clone();
        let as_toss = gateway::tosspayments::TossPayments::new(
            toss_account.clone(),
            Arc::new(Wire(move |request: &_| asked.answer(request))),
        );

        let nudged = Some("http://127.0.0.1:3000/payments/webhooks/iamport".to_owned());
        let signed = Some("http://127.0.0.1:3000/payments/webhooks/portone".to_owned());
        let options =
            IamportOptions { v1_webhook_url: nudged, v2_webhook_url: signed, ..IamportOptions::default() };
        let portone_account = portone::v2::Account::new(&options.api_secret.as_str().into()).unwrap();
        let root = format!("http://portone.test{}", Dialect::V2.root());
        let portone_account = portone_account.with_base_url(&root).unwrap();
        let webhook_secret = SecretString::from(&*options.webhook_secret);
        let [key, secret] = [&options.imp_key, &options.imp_secret].map(|text| SecretString::from(&**text));
        let iamport = PortOne::new(options, clock.clone());
        let iamport_account = portone::v1::Account::new(&key, &secret).unwrap();
        let root = format!("http://portone.test{}", Dialect::V1.root());
        let iamport_account = iamport_account.with_base_url(&root).unwrap();
        let (asked, time) = (iamport.clone(), clock.clone());
        let wire = Arc::new(Wire(move |request: &_| asked.answer(request)));
        let as_iamport =
            gateway::portone::PortOne::v1(iamport_account.clone(), wire, Arc::new(move || time.now()));

        let asked = iamport.clone();
        let wire = Arc::new(Wire(move |request: &_| asked.answer(request)));
        let as_portone = gateway::portone::PortOne::v2(portone_account.clone(), wire);

        let options = kakaopay::Options::default();
        let key = SecretString::from(&*options.secret_keys[0]);
        let kakaopay = KakaoPay::new(options, clock.clone());
        let kakaopay_account =
            ::kakaopay::Account::new(::kakaopay::Api::Open, &key, ::kakaopay::TEST_CID).unwrap();
        let asked = kakaopay.clone();
        let wire = Arc::new(Wire(move |request: &_| asked.answer(request)));
        let as_kakaopay = gateway::kakaopay::KakaoPay::new(kakaopay_account.clone(), wire);

        let accounts = Accounts::default()
            .with(VendorCode::TossPayments, "shop", Arc::new(as_toss))
            .with(VendorCode::Iamport, "shop", Arc::new(as_iamport))
            .with(VendorCode::PortOne, "shop", Arc::new(as_portone))
            .with(VendorCode::KakaoPay, "shop", Arc::new(as_kakaopay))
            .signed_with(webhook_secret);
        let records = records().await;
        let service = Service {
            records: Arc::new(records.clone()),
            accounts: Parameter::fixed("PAYMENTS_ACCOUNTS", accounts),
            reach: Reach::ThisMachineToo,
            world: world.clone(),
        };
        let secret = SecretString::from(SIGNING_SECRET);
        let courier = Courier::new(Reach::ThisMachineToo, pair.clone(), Some(&secret), world).unwrap();
        let metrics = Metrics::of("local");
        let dispatch = Dispatch { service: service.clone(), messenger: Arc::new(courier), metrics };
        let told = Arc::<Mutex<Vec<Told>>>::default();
        let address = listen(pair.clone(), told.clone()).await;
        let orders = AtomicU64::new(1);
        Counter {
            toss,
            iamport,
            kakaopay,
            clock,
            pair,
            records,
            service,
            dispatch,
            toss_account,
            iamport_account,
            portone_account,
            kakaopay_account,
            address,
            told,
            orders,
        }
    }

    /// A fresh order of the backend's.
    pub(super) fn order(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.orders.fetch_add(1, Ordering::Relaxed))
    }

    /// One request, and what comes back: an answer opened, or a problem as it is.
    pub(super) async fn ask(&self, call: &str, body: &Value) -> (u16, Value) {
        self.ask_with(call, &[], body).await
    }

    pub(super) async fn ask_with(&self, call: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
        let sealed = self.pair.seal(&body.to_string());
        let (status, kind, text) = self.send(call, "text/plain", headers, &sealed).await;
        let text =
            if kind.starts_with("text/plain") { self.pair.open(text.as_bytes()).unwrap() } else { text };
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    /// A request as it is: `call` is `POST /payments/histories`. What comes back must be as it is described.
    pub(super) async fn send(
        &self,
        call: &str,
        content_type: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, String, String) {
        let (method, path) = call.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, content_type);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let monitors = monitors::router(Process::starts(&self.service.world), Some(self.pair.clone()));
        let routes = self.routes().merge(monitors);
        let response = routes.oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let kind = response.headers().get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
        let answer = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let (kind, text) = (kind.unwrap_or_default(), String::from_utf8(answer.into()).unwrap());
        description::holds(&self.pair, call, (content_type, body), (status, &kind, &text));
        (status, kind, text)
    }

    /// A request of the typed client's, and what it reads of the answer.
    pub(super) async fn does<C: Call>(&self, call: &C) -> Result<C::Answer, payments_client::Error> {
        let connection = Connection::new("http://payments.test", self.pair.clone()).unwrap();
        let (asked, body) = call.request(&connection).into_parts();
        let headers: Vec<_> =
            asked.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        let kind = headers.iter().find(|(name, _)| *name == CONTENT_TYPE).map_or("", |(_, kind)| *kind);
        let others: Vec<_> = headers.iter().copied().filter(|(name, _)| *name != CONTENT_TYPE).collect();
        let line = format!("{} {}", asked.method, asked.uri.path());
        let body = std::str::from_utf8(&body).unwrap();
        let (status, kind, text) = self.send(&line, kind, &others, body).await;
        let answer = Response::builder().status(status).header(CONTENT_TYPE, kind).body(text.into()).unwrap();
        C::answer(&connection, &answer)
    }

    /// All of the service.
    pub(crate) fn routes(&self) -> Router {
        self.routes_of(&self.service)
    }

    /// The same, of a service that works otherwise.
    pub(super) fn routes_of(&self, service: &Service) -> Router {
        let service = || service.clone();
        payments_api::router(service(), self.pair.clone()).merge(payments_webhook::router(service()))
    }

    /// The service over other records, or asking its gateways at another origin, over the network.
    pub(super) fn service_with(&self, records: Option<DynamoRecords>, origin: Option<&str>) -> Service {
        let mut service = self.service.clone();
        if let Some(records) = records {
            service.records = Arc::new(records);
        }
        if let Some(origin) = origin {
            let http = || Arc::new(Client::of_this_machine().unwrap());
            let toss = self.toss_account.clone().with_base_url(origin).unwrap();
            let iamport = self.iamport_account.clone().with_base_url(origin).unwrap();
            let clock = self.clock.clone();
            let iamport = gateway::portone::PortOne::v1(iamport, http(), Arc::new(move || clock.now()));
            let toss = gateway::tosspayments::TossPayments::new(toss, http());
            let accounts = Accounts::default().with(VendorCode::TossPayments, "shop", Arc::new(toss)).with(
                VendorCode::Iamport,
                "shop",
                Arc::new(iamport),
            );
            service.accounts = Parameter::fixed("PAYMENTS_ACCOUNTS", accounts);
        }
        service
    }

    /// A gateway's nudge.
    pub(super) async fn nudge(&self, gateway: &str, body: &Value) -> u16 {
        let call = format!("POST /payments/webhooks/{gateway}");
        self.send(&call, "application/json", &[], &body.to_string()).await.0
    }

    /// What the dispatcher does when it is woken, and what the backend hears of it.
    pub(super) async fn dispatch(&self, event: Value) -> (Report, Vec<Told>) {
        let event: Event = serde_json::from_value(event).unwrap();
        let report = handle(&self.dispatch, event).await.unwrap();
        (report, std::mem::take(&mut self.told.lock().unwrap()))
    }

    /// What the backend is told when the schedule wakes the dispatcher.
    pub(super) async fn hears(&self) -> Vec<Told> {
        self.dispatch(json!({})).await.1
    }

    /// `IPaymentHistory.ICreate`.
    pub(super) fn creation(&self, vendor: &str, uid: &str, order: &str, price: u32) -> Value {
        json!({
            "vendor": { "code": vendor, "store_id": "shop", "uid": uid },
            "source": source(order),
            "price": price,
            "password": PASSWORD,
            "webhook_url": self.address,
        })
    }

    /// A payment that was taken on.
    pub(super) async fn history(&self, vendor: &str, order: &str, price: u32) -> Value {
        let uid = if vendor == "iamport" {
            self.iamport_paid(order, price)
        } else {
            self.toss_agreed(order, price)
        };
        let creation = self.creation(vendor, &uid, order, price);
        let (status, history) = self.ask("POST /payments/histories", &creation).await;
        assert_eq!(status, 201, "{history}");
        history
    }

    pub(super) async fn read(&self, order: &str) -> (u16, Value) {
        self.ask("PATCH /payments/histories/get", &accessor(order, PASSWORD)).await
    }

    pub(super) async fn cancel(&self, order: &str, price: u32) -> (u16, Value) {
        self.clock.advance(SignedDuration::from_secs(1));
        self.ask("PUT /payments/histories/cancel", &cancellation(order, price)).await
    }

    fn toss_does<C: tosspayments::Call>(&self, call: &C) -> C::Answer {
        let request = call.request(&self.toss_account).unwrap();
        C::answer(&self.toss.answer(&request).answer().unwrap()).unwrap()
    }

    fn toss_opened(&self, order: &str, amount: u32, method: WindowMethod) -> String {
        opened(&self.toss, &self.toss_account, order, amount, method)
    }

    /// What its customer has agreed to at Toss Payments.
    pub(super) fn toss_agreed(&self, order: &str, amount: u32) -> String {
        let uid = self.toss_opened(order, amount, WindowMethod::Card);
        self.toss.pay(&uid).unwrap();
        uid
    }

    pub(super) fn toss_virtual_account(&self, order: &str, amount: u32) -> String {
        let uid = self.toss_opened(order, amount, WindowMethod::VirtualAccount);
        self.toss.choose_virtual_account(&uid).unwrap();
        uid
    }

    /// A card that a customer of Toss Payments' has stored.
    pub(super) fn toss_billing_key(&self, order: &str) -> String {
        let card = CardNumber {
            number: "4330123412341234".to_owned(),
            expiration_year: "30".to_owned(),
            expiration_month: "12".to_owned(),
            password: Some("12".to_owned()),
            owner_number: Some("900101".to_owned()),
        };
        let customer_key = order.to_owned();
        let register = Register { customer_key, card, customer_name: None, customer_email: None };
        self.toss_does(&register).billing_key.0
    }

    /// What Toss Payments shows of a payment.
    pub(super) fn toss_shows(&self, uid: &str) -> Value {
        let by_key = tosspayments::look_up::ByKey { payment_key: uid.to_owned() };
        serde_json::from_str(self.toss_does(&by_key).raw.as_str()).unwrap()
    }

    fn iamport_does<C: portone::v1::Call>(&self, call: &C) -> C::Answer {
        let token = self.iamport.answer(&GetToken.request(&self.iamport_account)).answer().unwrap();
        let token = GetToken::answer(&token, self.clock.now()).unwrap();
        let request = call.request(&self.iamport_account, &token).unwrap();
        C::answer(&self.iamport.answer(&request).answer().unwrap()).unwrap()
    }

    /// What its customer has paid at Iamport, whose card is stored by the order's name.
    pub(super) fn iamport_paid(&self, order: &str, amount: u32) -> String {
        let secret = |text: &str| SecretString::from(text);
        let onetime = PayOnetime {
            card: CardDetails {
                number: secret("1234-1234-1234-1234"),
                expiry: secret("2030-12"),
                birth: secret("900101"),
                pwd_2digit: Some(secret("12")),
                cvc: None,
            },
            customer_uid: Some(order.to_owned()),
            charge: Charge {
                merchant_uid: order.to_owned(),
                amount,
                name: "라떼".to_owned(),
                tax_free: None,
                card_quota: None,
                buyer: Buyer::default(),
                custom_data: None,
                notice_url: None,
            },
        };
        self.iamport_does(&onetime).imp_uid
    }

    pub(super) fn iamport_virtual_account(&self, order: &str, amount: u32) -> String {
        let due_at: Timestamp = "2026-11-23T01:00:00Z".parse().unwrap();
        let vbank = IssueVbank {
            merchant_uid: order.to_owned(),
            amount,
            vbank_code: "088".to_owned(),
            due_at,
            vbank_holder: "카페".to_owned(),
            name: None,
            buyer: Buyer::default(),
            pg: None,
            custom_data: None,
            notice_url: None,
        };
        self.iamport_does(&vbank).imp_uid
    }

    /// What is with the merchant of a payment, in won.
    pub(super) fn holds(&self, uid: &str) -> i64 {
        if let Some(payment) = self.toss.payment(uid) {
            return payment.collected - payment.cancelled;
        }
        let payments = self.iamport.payments();
        let payment = payments.iter().find(|payment| payment.imp_uid == uid).unwrap();
        payment.collected - payment.cancelled
    }
}

pub(super) fn source(order: &str) -> Value {
    json!({ "schema": "shop", "table": "orders", "id": order })
}

pub(super) fn accessor(order: &str, password: &str) -> Value {
    json!({ "schema": "shop", "table": "orders", "id": order, "password": password })
}

/// `IPaymentCancelHistory.ICreate`.
pub(super) fn cancellation(order: &str, price: u32) -> Value {
    json!({
        "source": source(order),
        "password": PASSWORD,
        "price": price,
        "reason": "a cold cup",
        "account": null,
    })
}

async fn records() -> DynamoRecords {
    let client = Embedded::in_memory().client();
    let number = COUNTERS.fetch_add(1, Ordering::Relaxed);
    let prefix = format!("counter-{}-{number}", std::process::id());
    let template = Template::of_this_build().unwrap();
    create_tables(&client, &template, |id| format!("{prefix}-{id}")).await.unwrap();
    let vault = Vault::new("the store key of a counter that a test opened").unwrap();
    DynamoRecords::new(client, format!("{prefix}-PaymentsTable"), vault)
}

/// Listens as the backend does, for as long as the test runs. Gives its address.
async fn listen(pair: Pair, told: Arc<Mutex<Vec<Told>>>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let hear = post(async move |headers: HeaderMap, body: Bytes| {
        let message = serde_json::from_str(&pair.open(&body).unwrap()).unwrap();
        told.lock().unwrap().push(Told { headers, body, message });
    });
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/told", hear)).await });
    format!("http://127.0.0.1:{port}/told")
}
