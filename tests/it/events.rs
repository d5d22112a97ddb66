//! Every file of `events/`, by the way that a request takes on Lambda, from API Gateway's JSON to the answer.
//!
//! A file is named `FUNCTION[.VARIANT].VERSION.json`: `v1` is how a REST API with the stage `prod` writes a
//! request, and `v2` how an HTTP API does, without a stage or (`.prod`) with one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use cafe_core::cafe::flow::{Cup, order_by_link};
use cafe_core::cafe::{Collected, Order};
use cafe_core::payment::{Http, OrderId, SendError};
use devserver::dynamodb::{Embedded, create_tables};
use devserver::template::Template;
use fakes::Reply;
use fakes::clock::Clock;
use fakes::kakaopay::{KakaoPay, Options, Status};
use functions::gateways::{gateway, kakaopay};
use functions::menus::Menus;
use functions::monitors::{self, Process};
use functions::parts::{SharedGateway, SharedStore};
use functions::renewed::Renewed;
use functions::reply::SkillError;
use functions::settings::{KakaoPaySettings, Part, Secret};
use functions::skill::{self, SkillKeys, Turn};
use functions::{
    Payments, Settings, Skills, World, general_payment_preprocess, payment_approve, payment_close,
    payment_ready, point_lookup, point_payment_preprocess, reconcile, refund, sign_up, start,
};
use http::{Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use openbuilder::SkillResponse;
use parameters::Parameter;
use serde_json::{Value, json};
use store::DynamoStore;
use tower::ServiceExt;

use crate::payments::Counter;

/// The order that events speak of.
pub(crate) const ORDER: &str = "01M7YV223V4X7Y9Z0A1B2C3D4E";

/// The token in events that come back from KakaoPay. It stands for the one that the payer got.
pub(crate) const TOKEN: &str = "c7a1f0e2b9d84453a6aa";

/// When the events happened.
const NOW: &str = "2026-11-21T10:44:05.123Z";

/// The API's own address, without and with the stage.
const API: &str = "https://abc123.execute-api.ap-northeast-2.amazonaws.com";
const STAGE: &str = "https://abc123.execute-api.ap-northeast-2.amazonaws.com/prod";

/// What each request is answered with: the status, and something that its body or its `Location` tells.
pub(crate) const ANSWERS: &[(&str, u16, &str)] = &[
    ("general-payment-preprocess", 200, "결제하시면 440P가 적립됩니다."),
    ("monitors", 200, ""),
    ("monitors.performance", 200, "maxRSS"),
    ("monitors.system", 200, "2026-11-21T10:44:05.123Z"),
    ("payment-approve", 200, "결제가 완료되었습니다"),
    ("payment-approve.head", 405, ""),
    ("payment-approve.without-token", 400, "잘못된 결제 주소입니다"),
    ("payment-close", 200, "결제를 취소했습니다"),
    ("payment-close.fail", 200, "결제하지 못했습니다"),
    ("payment-ready", 301, "/mockup/bridge/mobile-web/"),
    ("payment-ready.demo", 301, "/mockup/bridge/pc/"),
    ("payment-ready.desktop", 301, "/mockup/bridge/pc/"),
    ("payment-ready.head", 301, "/mockup/bridge/mobile-web/"),
    ("payment-ready.item", 301, "/mockup/bridge/mobile-web/"),
    ("payment-ready.picture", 200, "PNG"),
    ("payment-ready.preview", 200, "/card.png"),
    ("payment-ready.window", 301, "/mockup/bridge/mobile-web/"),
    ("payments-api", 404, "NOT_FOUND_PAYMENT"),
    ("payments-api.base64", 201, ""),
    ("payments-api.cancel", 404, "No such record."),
    ("payments-api.description", 200, "\"openapi\":\"3.1.0\""),
    ("payments-api.history", 404, "No such record."),
    ("payments-api.history-of-source", 404, "No such record."),
    ("payments-api.reservation", 400, "INVALID_BILL_KEY_REQUEST"),
    ("payments-api.reservation-by-id", 404, "No such record."),
    ("payments-api.reservation-of-source", 404, "No such record."),
    ("payments-api.told", 201, ""),
    ("payments-api.unreadable", 400, "Failed to decrypt the request body."),
    ("payments-webhook", 404, "No such record."),
    ("payments-webhook.iamport", 200, ""),
    // A signature is good for five minutes.
    ("payments-webhook.portone", 401, "not signed by PortOne"),
    ("point-lookup", 200, "010-****-5678님의 포인트는 100P입니다."),
    ("point-lookup.tester", 200, "테스트 요청을 받았습니다."),
    ("point-payment-preprocess", 200, "100P 사용, 4,300원 결제"),
    ("sign-up", 200, "가입 선물로 100P를 드렸습니다."),
    ("sign-up.base64", 200, "가입 선물로 100P를 드렸습니다."),
    ("sign-up.without-key", 401, "x-skill-key is missing or wrong"),
];

/// A sample event as it stands in its file.
pub(crate) fn text(name: &str) -> String {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A sample event, read.
pub(crate) fn value(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

/// The names of all sample events, without `.json`.
pub(crate) fn names() -> BTreeSet<String> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../events")).unwrap();
    let files = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
    files.map(|file| file.strip_suffix(".json").unwrap_or_else(|| panic!("{file}")).to_owned()).collect()
}

/// The function that an event is for.
pub(crate) fn function_of(name: &str) -> &str {
    name.split('.').next().unwrap()
}

/// The parts of all functions, and who they speak to.
struct Shop {
    skills: Skills,
    payments: Payments,
    kakaopay: KakaoPay,
    clock: Clock,
}

/// What API Gateway was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    /// Without what differs between addresses and between runs: our own address, with it the length of a
    /// body, names of orders and of processes, and what those have used so far.
    pub(crate) fn plain(&self) -> Answer {
        let plain = |text: &str| {
            let mut plain = text.replace(STAGE, "[here]").replace(API, "[here]");
            for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
                if OrderId::parse(word).is_ok() {
                    plain = plain.replace(word, "[order]");
                }
            }
            if let Ok(Value::Object(figures)) = serde_json::from_str(text)
                && (figures.contains_key("cpu") || figures.contains_key("uid"))
            {
                plain = Value::Object(figures.into_iter().map(of_any_process).collect()).to_string();
            }
            plain
        };
        let length =
            self.headers.get("content-length").map_or(self.body.len(), |length| length.parse().unwrap());
        assert!(length == self.body.len() || self.body.contains('\u{fffd}'), "{self:?}");
        let headers = self.headers.iter().filter(|(name, _)| *name != "content-length");
        let headers = headers.map(|(name, value)| (name.clone(), plain(value)));
        Answer { status: self.status, headers: headers.collect(), body: plain(&self.body) }
    }

    pub(crate) fn tells(&self, what: &str) -> bool {
        self.body.contains(what) || self.headers.get("location").is_some_and(|to| to.contains(what))
    }

    /// The address that the button of a skill's card leads to.
    fn button(&self) -> String {
        let answer: Value = serde_json::from_str(&self.body).unwrap();
        let card = &answer["template"]["outputs"][0]["commerceCard"];
        card["buttons"][0]["webLinkUrl"].as_str().unwrap_or_else(|| panic!("no card: {answer}")).to_owned()
    }
}

/// A figure that a process tells of itself, as any other process could.
fn of_any_process((name, value): (String, Value)) -> (String, Value) {
    let value = match value {
        Value::Number(_) => json!(0),
        Value::String(_) if name == "uid" => json!("[uid]"),
        Value::Object(figures) => Value::Object(figures.into_iter().map(of_any_process).collect()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) => value,
    };
    (name, value)
}

/// The line to the fake gateway, without a socket.
struct Line(KakaoPay);

#[async_trait]
impl Http for Line {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        match self.0.answer(&request) {
            Reply::Answer(answer) => Ok(answer),
            Reply::Lost | Reply::Reset => Err(SendError::NoAnswer("the connection broke".into())),
        }
    }
}

impl Shop {
    async fn opens(public_url: Option<&str>) -> Shop {
        let options = Options::default();
        let (url, key) = (options.origin.clone(), options.secret_keys[0].clone());
        let set = |name: &str| match name {
            "MEMBERS_TABLE" | "LEDGER_TABLE" | "ORDERS_TABLE" => Some(name.to_owned()),
            "SKILL_KEY" => Some("dev".to_owned()),
            "PHONE_KEY" => Some("the phone key of a shop that is open for one event".to_owned()),
            "KAKAOPAY_URL" => Some(url.clone()),
            "KAKAOPAY_KEY" => Some(key.clone()),
            "PUBLIC_URL" => public_url.map(str::to_owned),
            _ => None,
        };
        let parts =
            [Part::Members, Part::Ledger, Part::Orders, Part::SkillKey, Part::PhoneKey, Part::Gateways];
        let settings = Settings::read(set, &parts).unwrap();
        let client = Embedded::in_memory().client();
        let table = |logical_id: &str| match logical_id {
            "MembersTable" => "MEMBERS_TABLE".to_owned(),
            "LedgerTable" => "LEDGER_TABLE".to_owned(),
            "OrdersTable" => "ORDERS_TABLE".to_owned(),
            other => other.to_owned(),
        };
        create_tables(&client, &Template::of_this_build().unwrap(), table).await.unwrap();

        let clock = Clock::fixed(NOW.parse().unwrap());
        let fake = KakaoPay::new(options, clock.clone());
        let (time, line) = (clock.clone(), Arc::new(Line(fake.clone())));
        let world = World::with_clock(move || time.now());
        let store = SharedStore::new(DynamoStore::new(client, settings.tables.clone()));
        let menus = Menus::packaged().unwrap();
        let gateway = gateway(&settings.gateways[0], &key.clone().into(), line, &world).unwrap();
        let payments = Payments::new(&settings, store.clone(), gateway, menus.clone(), world.clone());
        let keys = (&"dev".into(), &"the phone key of a shop that is open for one event".into());
        let skills = Skills::new(&settings, store, menus, keys, world).unwrap();
        Shop { skills, payments, kakaopay: fake, clock }
    }

    fn router(&self, function: &str) -> Router {
        let (skills, payments) = (self.skills.clone(), self.payments.clone());
        match function {
            "sign-up" => sign_up::router(skills),
            "point-lookup" => point_lookup::router(skills),
            "general-payment-preprocess" => general_payment_preprocess::router(skills),
            "point-payment-preprocess" => point_payment_preprocess::router(skills),
            "payment-ready" => payment_ready::router(payments),
            "payment-approve" => payment_approve::router(payments),
            "payment-close" => payment_close::router(payments),
            "monitors" => monitors::router(Process::starts(&payments.world), None),
            other => panic!("{other} takes no requests"),
        }
    }

    /// Sends an event the way that Lambda would.
    async fn answers(&self, function: &str, event: &str) -> Answer {
        let request = lambda_http::request::from_str(event).unwrap();
        let router = if function.starts_with("payments-") {
            Counter::open().await.routes()
        } else {
            self.router(function)
        };
        let answer = start::lambda(router).oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers.iter().map(header).collect(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Sends a sample event, after whatever must have happened before it.
    async fn plays(&self, name: &str) -> Answer {
        let function = function_of(name);
        let mut event = text(name);
        match function {
            "payment-ready" => self.is_quoted().await,
            "payment-approve" => {
                let back = self.kakaopay.pay(&self.is_opened().await).unwrap();
                event = event.replace(TOKEN, back.split_once("pg_token=").unwrap().1);
            }
            "payment-close" => {
                self.kakaopay.cancel_payment(&self.is_opened().await).unwrap();
            }
            "point-lookup" | "general-payment-preprocess" | "point-payment-preprocess" => {
                self.answers("sign-up", &text("sign-up.v2")).await;
            }
            _ => {}
        }
        self.answers(function, &event).await
    }

    async fn is_quoted(&self) {
        let cup = Cup { drink: "아이스아메리카노".to_owned(), cups: 2 };
        let menu = self.payments.menus.now(self.clock.now()).await;
        let id = (OrderId::parse(ORDER).unwrap(), self.clock.now());
        order_by_link(&*self.payments.store, &menu, &cup, None, id).await.unwrap();
    }

    /// Gives what KakaoPay calls the payment.
    async fn is_opened(&self) -> String {
        self.is_quoted().await;
        assert_eq!(self.answers("payment-ready", &text("payment-ready.v2")).await.status, 301);
        let [payment] = &self.kakaopay.payments()[..] else { panic!("one payment was expected") };
        payment.tid.clone()
    }

    async fn order(&self) -> Order {
        let order = self.payments.store.order(OrderId::parse(ORDER).unwrap()).await.unwrap();
        order.unwrap()
    }
}

/// A sample event with something about it changed.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut event = serde_json::from_str(&text(name)).unwrap();
    change(&mut event);
    event.to_string()
}

/// All versions of each request, by the name they share.
pub(crate) fn requests() -> BTreeMap<String, Vec<String>> {
    let mut requests = BTreeMap::<_, Vec<_>>::new();
    for name in names() {
        let request = name.strip_suffix(".v1").or_else(|| name.strip_suffix(".v2"));
        if let Some(request) = request {
            let request = request.strip_suffix(".prod").unwrap_or(request).to_owned();
            requests.entry(request).or_default().push(name);
        }
    }
    requests
}

#[tokio::test]
async fn every_event_is_answered_the_same_whichever_api_it_came_by() {
    let requests = requests();
    let known: Vec<_> = ANSWERS.iter().map(|(request, ..)| *request).collect();
    assert_eq!(requests.keys().collect::<Vec<_>>(), known);
    for (request, status, told) in ANSWERS {
        let versions = &requests[*request];
        for version in ["v1", "v2"] {
            assert!(versions.contains(&format!("{request}.{version}")), "{request} has no {version}");
        }
        let mut first: Option<Answer> = None;
        for name in versions {
            let answer = Shop::opens(None).await.plays(name).await;
            assert_eq!(answer.status, *status, "{name}: {answer:#?}");
            assert!(answer.tells(told), "{name}: {answer:#?}");
            let plain = answer.plain();
            assert_eq!(first.get_or_insert_with(|| plain.clone()), &plain, "{name}");
        }
    }
}

#[tokio::test]
async fn links_lead_to_the_address_that_the_bot_called_unless_another_is_set() {
    for function in ["general-payment-preprocess", "point-payment-preprocess"] {
        for (version, set, expected) in [
            ("v1", None, STAGE),
            ("v2", None, API),
            ("prod.v2", None, STAGE),
            ("v1", Some("https://pay.cafe.example"), "https://pay.cafe.example"),
            ("v2", Some("https://cafe.example/api/"), "https://cafe.example/api"),
            ("prod.v2", Some("https://pay.cafe.example/"), "https://pay.cafe.example"),
        ] {
            let answer = Shop::opens(set).await.plays(&format!("{function}.{version}")).await;
            let link = answer.button();
            let id = link.strip_prefix(&format!("{expected}/pay/")).unwrap_or_else(|| panic!("{link}"));
            assert!(OrderId::parse(id).is_ok(), "{link}");
            assert!(answer.tells(&format!("{expected}/card.png")), "{answer:?}");
            assert_eq!(answer.body.matches("https://").count(), 2, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn kakaopay_sends_customers_back_to_where_they_came_from_unless_another_address_is_set() {
    for (version, set, expected) in [
        ("v1", None, STAGE),
        ("v2", None, API),
        ("prod.v2", None, STAGE),
        ("v1", Some("https://pay.cafe.example"), "https://pay.cafe.example"),
        ("prod.v2", Some("https://cafe.example/api/"), "https://cafe.example/api"),
    ] {
        for end in ["approve", "cancel", "fail"] {
            let shop = Shop::opens(set).await;
            shop.plays(&format!("payment-ready.{version}")).await;
            let [payment] = &shop.kakaopay.payments()[..] else { panic!("one payment was expected") };
            let back = match end {
                "approve" => shop.kakaopay.pay(&payment.tid),
                "cancel" => shop.kakaopay.cancel_payment(&payment.tid),
                _ => shop.kakaopay.fail_payment(&payment.tid),
            };
            let back = back.unwrap();
            let expected = format!("{expected}/pay/{ORDER}/{end}");
            assert_eq!(back.split('?').next(), Some(&*expected), "{version}");
        }
    }
}

#[tokio::test]
async fn a_preview_shows_a_picture_of_the_api_it_was_asked_by_and_opens_nothing() {
    for (version, base) in [("v1", STAGE), ("v2", API)] {
        let shop = Shop::opens(None).await;
        let answer = shop.plays(&format!("payment-ready.preview.{version}")).await;
        assert!(answer.tells(&format!("\"{base}/card.png\"")), "{answer:?}");
        assert!(shop.kakaopay.payments().is_empty() && matches!(shop.order().await, Order::Quoted(_)));
    }
}

#[tokio::test]
async fn an_approved_event_is_paid_and_a_closed_one_is_not() {
    for version in ["v1", "v2", "prod.v2"] {
        let shop = Shop::opens(None).await;
        shop.plays(&format!("payment-approve.{version}")).await;
        let Order::Paid(paid) = shop.order().await else { panic!("{version}: not paid") };
        assert!(matches!(paid.collected, Collected::Gateway { .. }));
        assert_eq!(shop.kakaopay.payments()[0].collected, 4_400);

        let shop = Shop::opens(None).await;
        shop.plays(&format!("payment-close.{version}")).await;
        assert!(matches!(shop.order().await, Order::Closed(_)), "{version}");
    }
}

#[tokio::test]
async fn asking_for_headers_alone_pays_nothing() {
    for version in ["v1", "v2"] {
        let shop = Shop::opens(None).await;
        let answer = shop.plays(&format!("payment-approve.head.{version}")).await;
        assert_eq!((answer.headers["allow"].as_str(), answer.body.as_str()), ("GET", ""));
        assert_eq!(shop.kakaopay.payments()[0].status, Status::AuthPassword);
    }
}

#[tokio::test]
async fn the_schedule_closes_what_nobody_paid() {
    let event: Value = serde_json::from_str(&text("reconcile")).unwrap();
    assert_eq!((&event["source"], &event["detail-type"]), (&json!("aws.events"), &json!("Scheduled Event")));
    let shop = Shop::opens(None).await;
    shop.is_opened().await;
    shop.clock.advance(SignedDuration::from_mins(16));
    let event = serde_json::from_value(event).unwrap();
    let report = serde_json::to_value(reconcile::handle(&shop.payments, event).await.unwrap()).unwrap();
    assert_eq!((&report["closed"], &report["pending"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn the_owner_gives_back_a_part() {
    let shop = Shop::opens(None).await;
    shop.plays("payment-approve.v2").await;
    for _ in 0..2 {
        let request = serde_json::from_str(&text("refund")).unwrap();
        let answer = refund::handle(&shop.payments, request).await;
        assert_eq!(
            serde_json::to_value(answer).unwrap(),
            json!({
                "outcome": "refunded", "order": ORDER, "request": "r1", "amount": 1_100, "refunded": 1_100, "left": 3_300,
                "points_returned": 0, "points_reversed": 0, "points_forgiven": 0,
            })
        );
    }
    assert_eq!(shop.kakaopay.payments()[0].cancelled, 1_100);
}

/// Where a secret is kept, as long as it takes to replace it.
struct Safe(Arc<Mutex<&'static str>>);

#[async_trait]
impl parameters::Source<SkillKeys> for Safe {
    async fn read(&self) -> Result<SkillKeys, parameters::BoxError> {
        Ok(SkillKeys::new(&(*self.0.lock().unwrap()).into())?)
    }
}

#[tokio::test]
async fn a_skill_s_secret_that_is_replaced_counts_without_a_deployment_and_a_broken_one_never() {
    let mut shop = Shop::opens(None).await;
    let (safe, fresh_for) = (Arc::new(Mutex::new("old")), SignedDuration::from_mins(5));
    shop.skills.keys =
        Parameter::kept("SKILL_KEY", Safe(safe.clone()), fresh_for, shop.clock.now()).await.unwrap();
    let later = async |minutes, secret| {
        *safe.lock().unwrap() = secret;
        shop.clock.advance(SignedDuration::from_mins(minutes));
        shop.answers("sign-up", &text("sign-up.v2")).await.status
    };
    assert_eq!(later(4, "dev").await, 401);
    assert_eq!(later(1, "dev").await, 200);
    assert_eq!(later(5, "one,too,many").await, 200);
    assert_eq!(later(5, "new").await, 401);
}

/// KakaoPay by the key that is kept in a safe.
struct Account {
    settings: KakaoPaySettings,
    safe: Arc<Mutex<String>>,
    line: Arc<Line>,
}

#[async_trait]
impl parameters::Source<SharedGateway> for Account {
    async fn read(&self) -> Result<SharedGateway, parameters::BoxError> {
        kakaopay(&self.settings, &self.safe.lock().unwrap().clone().into(), self.line.clone())
    }
}

#[tokio::test]
async fn a_key_of_kakaopay_s_that_is_replaced_counts_without_a_deployment() {
    let mut shop = Shop::opens(None).await;
    let (right, time) = (Options::default().secret_keys[0].clone(), shop.clock.clone());
    let safe = Arc::new(Mutex::new("revoked".to_owned()));
    let url = Some(Options::default().origin.parse().unwrap());
    let settings = KakaoPaySettings {
        api: ::kakaopay::Api::Open,
        url,
        key: Secret::Parameter("/cafe/kakaopay-key".to_owned()),
        key_prefix: None,
        cid: ::kakaopay::TEST_CID.to_owned(),
    };
    let account = Account { settings, safe: safe.clone(), line: Arc::new(Line(shop.kakaopay.clone())) };
    let kept =
        Parameter::kept("KAKAOPAY_KEY", account, SignedDuration::from_mins(5), time.now()).await.unwrap();
    let renewed = Renewed::new(kept, World::with_clock(move || time.now())).await;
    shop.payments.gateways = SharedGateway::new(renewed).into();
    shop.is_quoted().await;
    let opens = async || shop.answers("payment-ready", &text("payment-ready.v2")).await.status;
    assert_eq!(opens().await, 502);
    *safe.lock().unwrap() = right;
    assert_eq!(opens().await, 502, "what was read last counts");
    shop.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(opens().await, 301);
}

#[tokio::test]
async fn a_path_that_is_none_of_ours_is_a_page_that_says_so() {
    let shop = Shop::opens(None).await;
    for path in [
        "/nowhere",
        "/pay",
        "/pay/",
        "/prod",
        "/pay/%FF",
        "/pay/%00",
        "/%ED%95%9C",
        "//",
        "/pay/../card.png/x",
    ] {
        for version in ["v1", "v2"] {
            let event = changed(&format!("payment-ready.{version}"), |event| {
                let place = if version == "v1" { "path" } else { "rawPath" };
                event[place] = json!(path);
            });
            let answer = shop.answers("payment-ready", &event).await;
            assert_eq!(answer.status, 404, "{path} {version}: {answer:?}");
            assert!(answer.body.contains("lang=\"ko\""), "{path} {version}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn the_stage_itself_is_the_root() {
    for path in ["/prod", "/prod/"] {
        let event = changed("payment-ready.demo.prod.v2", |event| event["rawPath"] = json!(path));
        let answer = Shop::opens(None).await.answers("payment-ready", &event).await;
        assert_eq!(answer.status, 301, "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_stage_may_be_called_like_a_part_of_our_paths() {
    for stage in ["pay", "payment", "skill", "p"] {
        let base = format!("{API}/{stage}");
        let rest = changed("payment-ready.v1", |event| {
            event["requestContext"]["stage"] = json!(stage);
            event["requestContext"]["path"] = json!(format!("/{stage}/pay/{ORDER}"));
        });
        let http = changed("payment-ready.prod.v2", |event| {
            event["requestContext"]["stage"] = json!(stage);
            event["rawPath"] = json!(format!("/{stage}/pay/{ORDER}"));
        });
        for event in [rest, http] {
            let shop = Shop::opens(None).await;
            shop.is_quoted().await;
            let answer = shop.answers("payment-ready", &event).await;
            assert_eq!(answer.status, 301, "{stage}: {event}");
            let back = shop.kakaopay.pay(&shop.kakaopay.payments()[0].tid).unwrap();
            assert!(back.starts_with(&format!("{base}/pay/{ORDER}/approve?")), "{back}");
        }
    }
}

#[tokio::test]
async fn a_skill_answers_every_body_with_a_bubble() {
    let shop = Shop::opens(None).await;
    let huge = format!("{{\"action\":\"{}\"}}", "x".repeat(300 * 1024));
    for body in [Value::Null, json!(""), json!("null"), json!("[]"), json!("{"), json!("\u{0}"), json!(huge)]
    {
        for version in ["v1", "v2"] {
            let event = changed(&format!("sign-up.{version}"), |event| event["body"] = body.clone());
            let answer = shop.answers("sign-up", &event).await;
            assert_eq!(answer.status, 200, "{version}: {answer:?}");
            assert_eq!(openbuilder::check::response(&serde_json::from_str(&answer.body).unwrap()), []);
        }
    }
}

#[test]
fn what_is_no_request_is_refused_and_not_guessed_at() {
    let without = |name: &str, place: &str| {
        changed(name, |event| {
            let (above, field) = place.rsplit_once('/').unwrap();
            let removed = event.pointer_mut(above).unwrap().as_object_mut().unwrap().remove(field);
            assert!(removed.is_some(), "{place}");
        })
    };
    for event in [
        "{}".to_owned(),
        "null".to_owned(),
        text("reconcile"),
        text("refund"),
        without("payment-ready.v1", "/httpMethod"),
        without("payment-ready.v1", "/requestContext"),
        without("payment-ready.v2", "/requestContext"),
        without("payment-ready.v2", "/requestContext/http"),
        changed("payment-ready.v2", |event| event["headers"]["x-bad"] = json!("\n")),
    ] {
        assert!(lambda_http::request::from_str(&event).is_err(), "{event}");
    }
}

#[test]
fn samples_look_like_what_api_gateway_sends() {
    for name in names() {
        let event: Value = serde_json::from_str(&text(&name)).unwrap();
        let context = &event["requestContext"];
        let version = name.rsplit('.').next();
        if version == Some("v1") {
            assert_eq!(context["stage"], "prod", "{name}");
            assert_eq!(context["path"], format!("/prod{}", event["path"].as_str().unwrap()), "{name}");
            assert_eq!(
                (&event["resource"], &event["version"]),
                (&context["resourcePath"], &Value::Null),
                "{name}"
            );
            for (header, value) in event["headers"].as_object().unwrap() {
                assert_eq!(event["multiValueHeaders"][header], json!([value]), "{name}");
            }
        } else if version == Some("v2") {
            let stage = if name.ends_with(".prod.v2") { "prod" } else { "$default" };
            assert_eq!((&event["version"], &context["stage"]), (&json!("2.0"), &json!(stage)), "{name}");
            assert_eq!(event["rawPath"], context["http"]["path"], "{name}");
            assert_eq!(event["routeKey"], context["routeKey"], "{name}");
        }
        let at: Timestamp = NOW.parse().unwrap();
        for (field, value) in
            [("timeEpoch", &context["timeEpoch"]), ("requestTimeEpoch", &context["requestTimeEpoch"])]
        {
            assert!(value.is_null() || *value == json!(at.as_millisecond()), "{name}: {field}");
        }
    }
}

#[tokio::test]
async fn a_skill_that_takes_too_long_says_so_before_openbuilder_hangs_up() {
    let shop = Shop::opens(None).await;
    let never = |_: Skills, _: Turn| std::future::pending::<Result<SkillResponse, SkillError>>();
    let router = skill::router("/skill/slow", shop.skills.clone(), never);
    let body = json!({ "userRequest": { "user": { "id": "u-1" } } }).to_string();
    let request = Request::post("/skill/slow").header("x-skill-key", "dev").body(Body::from(body)).unwrap();
    tokio::time::pause();
    let asked = tokio::time::Instant::now();
    let answer = router.oneshot(request).await.unwrap();
    // This clock only goes on while all wait, in whole milliseconds.
    let waited = asked.elapsed();
    assert!((skill::PATIENCE..skill::PATIENCE + Duration::from_millis(10)).contains(&waited), "{waited:?}");
    assert!(waited < Duration::from_secs(5), "OpenBuilder hangs up after five seconds");
    assert_eq!(answer.status(), StatusCode::OK);
    let body = to_bytes(answer.into_body(), 1 << 16).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("잠시 후 다시 시도해 주세요"), "{body:?}");
}
