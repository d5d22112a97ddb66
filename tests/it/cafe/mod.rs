//! A cafe of its own for every story: the whole product over HTTP, with a customer, a payer and an owner who
//! can only do what people can, and with an auditor at the end.

mod books;
mod browser;
mod chat;
mod owner;
mod payer;
mod window;

use std::collections::{BTreeMap, HashMap};
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use aws_sdk_dynamodb::Client;
use cafe_core::cafe::{Entry, MemberId, Order, Phone, PhoneKey};
use cafe_core::payment::OrderId;
use devserver::{DevServer, Options};
use fakes::kakaopay::{Endpoint, KakaoPay};
use fakes::portone::PortOne;
use fakes::tosspayments::TossPayments;
use jiff::{SignedDuration, Timestamp};
use rustls::{ClientConfig, RootCertStore};

pub(crate) use self::browser::{ANDROID, Answer, DESKTOP, IPHONE, KAKAOTALK, SCRAPER, between, without_ids};
pub(crate) use self::chat::{Bubble, ORDER_IN_FULL, ORDER_WITH_POINTS, POINT_LOOKUP, SIGN_UP, payload};
use crate::support::dynamodb_local;

/// What phone numbers are tagged and sealed with here.
const PHONE_KEY: &str = "the phone key of a cafe that exists for one story";

/// The numbers of the people in the stories, as they type them.
pub(crate) const MINA: &str = "010-1234-5678";
pub(crate) const JUN: &str = "010 8765 4321";

/// What the tables are called where nothing else is set.
const TABLES: [(&str, &str); 4] = [
    ("MEMBERS_TABLE", "members"),
    ("LEDGER_TABLE", "ledger"),
    ("ORDERS_TABLE", "orders"),
    ("PAYMENTS_TABLE", "payments"),
];

/// What the payments service beside the cafe is set up with, besides what its dev server has anyway.
const SERVICE: [(&str, &str); 5] = [
    ("PAYMENTS_STORE_KEY", "the store key of a service that exists for one story"),
    ("PAYMENTS_BODY_KEY", sealed::PUBLIC_KEY),
    ("PAYMENTS_BODY_IV", sealed::PUBLIC_IV),
    ("PAYMENTS_SIGNING_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    (
        "PAYMENTS_ACCOUNTS",
        r#"[{"vendor":"toss.payments","store_id":"shop","secret_key":"test_sk_fake00000000000000000000"},
            {"vendor":"iamport","store_id":"shop","imp_key":"test_imp_key","imp_secret":"test_imp_secret"}]"#,
    ),
];

/// Cafes on AWS's DynamoDB Local share it, and differ in the names of their tables.
static ON_DYNAMODB_LOCAL: AtomicUsize = AtomicUsize::new(0);

/// A running cafe.
pub(crate) struct Cafe {
    server: DevServer,
    /// Where customers reach it.
    url: String,
    /// What its tables are called, each by its setting.
    tables: BTreeMap<&'static str, String>,
    http: reqwest::Client,
    phone_key: PhoneKey,
}

/// What really happened to a payment, whichever gateway it is at.
#[derive(Debug)]
struct Payment {
    /// The order that it names.
    order: String,
    /// What it comes to.
    total: i64,
    /// What was collected and not given back.
    available: i64,
    /// How often it was collected.
    approvals: usize,
}

/// Tells a story in a cafe of its own, and has its books audited afterwards.
pub(crate) async fn story(tell: impl AsyncFnOnce(&Cafe)) {
    story_with(&[], tell).await;
}

/// A [`story`] in a cafe whose owner has set something.
pub(crate) async fn story_with(settings: &[(&str, &str)], tell: impl AsyncFnOnce(&Cafe)) {
    let cafe = Cafe::opens(settings).await;
    tell(&cafe).await;
    cafe.audit().await;
}

impl Cafe {
    pub(crate) async fn opens(settings: &[(&str, &str)]) -> Cafe {
        Cafe::opens_with(settings, concat!(env!("CARGO_MANIFEST_DIR"), "/../scenario.toml").into()).await
    }

    /// Opens with tables of its own in AWS's DynamoDB Local.
    pub(crate) async fn opens_on_dynamodb_local() -> Cafe {
        let url = dynamodb_local::url();
        let number = ON_DYNAMODB_LOCAL.fetch_add(1, Ordering::Relaxed);
        let tables = TABLES.map(|(setting, name)| (setting, format!("cafe-{number}-{name}")));
        let tables = tables.iter().map(|(setting, name)| (*setting, &**name));
        let settings: Vec<_> = tables.chain([("AWS_ENDPOINT_URL_DYNAMODB", &*url)]).collect();
        Cafe::opens(&settings).await
    }

    /// Opens with a bot of its own in the chat window.
    pub(crate) async fn opens_with(settings: &[(&str, &str)], scenario: PathBuf) -> Cafe {
        let settings = TABLES.iter().chain(&SERVICE).chain(&[("PHONE_KEY", PHONE_KEY)]).chain(settings);
        let environment: HashMap<_, _> =
            settings.map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let tables = TABLES.map(|(setting, _)| (setting, environment[setting].clone())).into();
        let menu = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../menu.toml"));
        let options =
            Options { port: 0, fake_port: 0, dynamodb_port: 0, data: None, menu, scenario, environment };
        let server = DevServer::start(options).await.unwrap();
        let (url, phone_key) = (server.api_url.clone(), PhoneKey::new(PHONE_KEY).unwrap());
        let cafe = Cafe { server, url, tables, http: http_client(), phone_key };
        cafe.first_run_of_the_schedule().await;
        cafe
    }

    /// Has customers come by another way from now on than by the dev server's API: by functions of their own
    /// that work on the same tables, in the same [`environment`](Cafe::environment).
    pub(crate) fn is_reached_at(&mut self, url: String) {
        self.url = url;
    }

    /// The settings of a function of this cafe that runs elsewhere.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let tables = self.tables.iter().map(|(setting, name)| (*setting, name.clone()));
        let server = &self.server;
        let others = [
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb_url()),
            ("SKILL_KEY", server.skill_key.clone()),
            ("PHONE_KEY", PHONE_KEY.to_owned()),
            ("KAKAOPAY_URL", server.fake_url.clone()),
            ("KAKAOPAY_KEY", fakes::kakaopay::Options::default().secret_keys[0].clone()),
            ("TOSS_URL", format!("{}{}", server.fake_url, fakes::tosspayments::PREFIX)),
            ("PORTONE_V1_URL", format!("{}{}", server.fake_url, fakes::portone::V1)),
        ];
        let service = SERVICE.map(|(setting, value)| (setting, value.to_owned()));
        tables.chain(others).chain(service).collect()
    }

    /// Where its DynamoDB is.
    pub(crate) fn dynamodb_url(&self) -> String {
        self.server.dynamodb_url.clone().unwrap_or_else(dynamodb_local::url)
    }

    /// A client of its DynamoDB.
    pub(crate) fn dynamodb(&self) -> Client {
        match &self.server.embedded {
            Some(embedded) => embedded.client(),
            None => dynamodb_local::client(),
        }
    }

    /// What the table of that setting is called.
    pub(crate) fn table(&self, setting: &str) -> &str {
        &self.tables[setting]
    }

    /// The schedule runs at once and then every minute, which no story takes. Its first runs look for orders once, and
    /// for payments and notices of the payments service, and find none. (Nobody counts what DynamoDB Local is asked.)
    async fn first_run_of_the_schedule(&self) {
        if self.server.embedded.is_none() {
            return;
        }
        let mut queries = 0;
        while queries < 3 {
            queries += self.requests().get("Query").copied().unwrap_or_default();
            tokio::task::yield_now().await;
        }
    }

    /// Lets time pass, for the cafe and for the gateway. Nothing happens by itself then.
    pub(crate) fn later(&self, minutes: i64) {
        self.server.kept.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.server.kept.clock.now()
    }

    /// Where customers reach it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where the dev server is.
    pub(crate) fn api_url(&self) -> &str {
        &self.server.api_url
    }

    /// The client of this story, as its connections live in this story's runtime.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Another gateway, for stories in which there is more than one.
    pub(crate) fn tosspayments(&self) -> &TossPayments {
        &self.server.kept.tosspayments
    }

    /// The third.
    pub(crate) fn portone(&self) -> &PortOne {
        &self.server.kept.portone
    }

    /// The gateway.
    pub(crate) fn kakaopay(&self) -> &KakaoPay {
        &self.server.kept.kakaopay
    }

    /// The gateway of the payments service's backends.
    pub(crate) fn toss(&self) -> &TossPayments {
        &self.server.kept.tosspayments
    }

    /// Where the gateways are.
    pub(crate) fn kakaopay_url(&self) -> &str {
        &self.server.fake_url
    }

    /// The functions' own parts, for a story in which one of them stops half-way.
    pub(crate) fn parts(&self) -> &functions::Payments {
        &self.server.payments
    }

    /// What was asked of DynamoDB since the last time, by operation.
    pub(crate) fn requests(&self) -> BTreeMap<String, usize> {
        self.server.embedded.as_ref().unwrap().counts().take()
    }

    /// What was ever asked of the gateway, by endpoint.
    pub(crate) fn calls(&self) -> BTreeMap<&'static str, usize> {
        let calls = Endpoint::ALL.map(|endpoint| (endpoint.name(), self.kakaopay().calls(endpoint)));
        calls.into_iter().filter(|(_, calls)| *calls > 0).collect()
    }

    /// The order as it stands.
    pub(crate) async fn order(&self, id: OrderId) -> Order {
        self.server.payments.store.order(id).await.unwrap().unwrap()
    }

    /// What can be spent with a number, and what is held.
    pub(crate) async fn points_of(&self, phone: &str) -> (u32, u32) {
        let member = self.server.payments.store.member(&self.member(phone)).await.unwrap().unwrap();
        (member.balance.get(), member.held.get())
    }

    /// The ledger of whoever has that number.
    pub(crate) async fn entries_of(&self, phone: &str) -> Vec<Entry> {
        self.server.payments.store.entries(&self.member(phone)).await.unwrap()
    }

    /// The key of whoever has that number, typed with `-` or spaces.
    pub(crate) fn member(&self, phone: &str) -> MemberId {
        self.phone_key.tag(&number(phone))
    }

    /// What was collected for an order, at whichever gateway, less what was given back.
    pub(crate) fn collected(&self, order: OrderId) -> i64 {
        let payments = self.payments_anywhere().into_iter();
        payments.filter(|payment| payment.order == order.to_string()).map(|payment| payment.available).sum()
    }

    /// Every payment at every gateway.
    fn payments_anywhere(&self) -> Vec<Payment> {
        let kakaopay = self.kakaopay().payments().into_iter().map(|one| Payment {
            available: one.available(),
            order: one.partner_order_id,
            total: one.total,
            approvals: one.approvals,
        });
        let tosspayments = self.tosspayments().payments().into_iter().map(|one| Payment {
            available: one.available(),
            order: one.order_id,
            total: one.total,
            approvals: one.approvals,
        });
        let portone = self.portone().payments().into_iter().map(|one| Payment {
            available: one.available(),
            order: one.id,
            total: one.total,
            approvals: usize::from(one.paid_at.is_some()),
        });
        kakaopay.chain(tosspayments).chain(portone).collect()
    }
}

/// A phone number, typed with `-` or spaces.
fn number(phone: &str) -> Phone {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    Phone::new(&digits).unwrap()
}

/// Does all of it at the same time, as far as a machine can.
pub(crate) async fn at_once<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, output) in &mut running {
            if output.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        if running.iter().all(|(_, output)| output.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

/// A client that follows no redirect. It speaks to this machine alone, so it trusts nobody.
pub(crate) fn http_client() -> reqwest::Client {
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}
