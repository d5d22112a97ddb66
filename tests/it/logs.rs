//! What must never be read in a log, however much of it is kept: a whole day at the cafe, with all that can go
//! wrong, and values that would be recognised anywhere.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cafe_core::cafe::flow::{approve, close, open, refund};
use cafe_core::cafe::{CloseReason, Phone, PhoneKey, RefundId, UserId};
use cafe_core::payment::{Http, OrderId, Proof, Returns, SendError};
use devserver::{DevServer, Options};
use fakes::kakaopay::{Endpoint, Fault};
use functions::base_url::BaseUrl;
use functions::client::Client;
use functions::menus::Menus;
use functions::settings::Part;
use functions::skill::Turn;
use functions::{Settings, Skills, World, reconcile};
use http::Request;
use http::header::{CONTENT_TYPE, LOCATION, USER_AGENT};
use jiff::SignedDuration;
use openbuilder::Payload;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

const SKILL_KEY: &str = "canary-skill-key-7Qx";
const WRONG_KEY: &str = "canary-wrong-key-8Ry";
const PHONE_KEY: &str = "canary-phone-key-9Sz, which nobody may read";
const USER: &str = "canary-user-1Ta";
const UTTERANCE: &str = "canary-utterance-2Ub";
const ITEM: &str = "canary-item-3Vc";
const REASON: &str = "canary-reason-4Wd";
const TOKEN: &str = "canary-token-5Xe";

/// One number, as people write it.
const PHONES: [&str; 5] =
    ["010-9753-1864", "01097531864", "010 9753 1864", "+82 10-9753-1864", "０１０－９７５３－１８６４"];

/// The digits that all of them have, with Korea's code or without.
const DIGITS: &str = "1097531864";

/// The crates whose every word is listened to; of others, as much as is kept on Lambda.
const OURS: [&str; 6] = ["cafe_core", "devserver", "functions", "kakaopay", "openbuilder", "store"];

/// Where all lines of the log are kept.
#[derive(Clone, Default)]
struct Ears(Arc<Mutex<Vec<u8>>>);

impl io::Write for Ears {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Ears {
    /// Listens to this thread, on which all of a test runs, until the guard is dropped.
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let ears = self.clone();
        let format =
            tracing_subscriber::fmt().json().flatten_event(true).with_current_span(true).with_span_list(true);
        let log = format.with_max_level(LevelFilter::TRACE).with_writer(move || ears.clone()).finish();
        let levels = OURS.map(|target| (target, LevelFilter::TRACE));
        let levels = Targets::new().with_default(LevelFilter::INFO).with_targets(levels);
        tracing::subscriber::set_default(log.with(levels))
    }

    fn heard(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

/// Everything that a line must not tell.
struct Canaries(Vec<String>);

impl Canaries {
    fn new() -> Canaries {
        let known = [SKILL_KEY, WRONG_KEY, PHONE_KEY, USER, UTTERANCE, ITEM, REASON, TOKEN, "canary"];
        let key = fakes::kakaopay::Options::default().secret_keys[0].clone();
        Canaries(known.iter().map(|known| (*known).to_owned()).chain([key]).collect())
    }

    /// What is wrong with a text, if anything is.
    fn found_in(&self, text: &str) -> Option<String> {
        if let Some(canary) = self.0.iter().find(|canary| text.contains(*canary)) {
            return Some(canary.clone());
        }
        // A number counts in any spelling: full-width digits, and whatever stands between digits.
        let digit = |c: char| match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
            _ => None,
        };
        let digits: String = text.chars().filter_map(digit).collect();
        digits.contains(DIGITS).then(|| "a phone number".to_owned())
    }

    fn assert_not_in(&self, text: &str) {
        if let Some(found) = self.found_in(text) {
            panic!("{found} in {text}");
        }
    }
}

/// A cafe whose log is listened to.
struct Cafe {
    server: DevServer,
    http: Client,
    canaries: Canaries,
}

impl Cafe {
    async fn opens() -> Cafe {
        let menu = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../menu.toml"));
        let scenario = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../scenario.toml"));
        let environment = [("SKILL_KEY", SKILL_KEY), ("PHONE_KEY", PHONE_KEY)];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let options =
            Options { port: 0, fake_port: 0, dynamodb_port: 0, data: None, menu, scenario, environment };
        let server = DevServer::start(options).await.unwrap();
        Cafe { server, http: Client::new().unwrap(), canaries: Canaries::new() }
    }

    /// A customer's turn in the chat. Gives the link on the card, if there is one.
    async fn says(&self, key: &str, skill: &str, mut params: Value) -> Option<String> {
        params["canary"] = json!(UTTERANCE);
        let body = json!({
            "action": { "params": params },
            "userRequest": { "utterance": UTTERANCE, "user": { "id": USER, "type": "botUserKey" } },
        });
        let request = Request::post(format!("{}/skill/{skill}", self.server.api_url))
            .header(CONTENT_TYPE, "application/json")
            .header("x-skill-key", key)
            .body(body.to_string().into());
        let answer = self.http.send(request.unwrap()).await.unwrap();
        let answer: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let card = &answer["template"]["outputs"][0]["commerceCard"];
        card["buttons"][0]["webLinkUrl"].as_str().map(str::to_owned)
    }

    /// Every skill, said in one spelling of the number. Gives the links of an order in full and one with points.
    async fn chats(&self, phone: &str) -> [Option<String>; 2] {
        let order = json!({ "menu": "아이스아메리카노", "num": 2, "phone": phone, "paypoint": 10 });
        self.says(SKILL_KEY, "sign-up", json!({ "phone": phone })).await;
        self.says(SKILL_KEY, "point-lookup", json!({ "phone": phone })).await;
        self.says(SKILL_KEY, "general-payment-preprocess", json!({ "menu": ITEM, "num": 2, "phone": phone }))
            .await;
        let in_full = self.says(SKILL_KEY, "general-payment-preprocess", order.clone()).await;
        [in_full, self.says(SKILL_KEY, "point-payment-preprocess", order).await]
    }

    /// Follows a link in the browser. Gives where it leads, if it leads anywhere.
    async fn visits(&self, link: &str) -> Option<String> {
        let request = Request::get(link).header(USER_AGENT, "Mozilla/5.0").body(Bytes::new());
        let answer = self.http.send(request.unwrap()).await.unwrap();
        Some(answer.headers().get(LOCATION)?.to_str().unwrap().to_owned())
    }

    async fn posts(&self, path: &str, body: &Value) -> Value {
        let request = Request::post(format!("{}{path}", self.server.api_url));
        let request = request.header(CONTENT_TYPE, "application/json").body(body.to_string().into());
        let answer = self.http.send(request.unwrap()).await.unwrap();
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }

    /// Opens an order, with something going wrong each time first, and pays for it. Gives the way back.
    async fn opens_and_pays(&mut self, link: &str, faults: &[Fault]) -> String {
        for fault in faults {
            self.server.kept.kakaopay.inject(Endpoint::Ready, fault.clone());
            self.visits(link).await;
            self.server.kept.kakaopay.clear_faults();
        }
        self.visits(link).await;
        let order = link.rsplit('/').next().unwrap();
        let payments = self.server.kept.kakaopay.payments();
        // Some of the faults opened a payment that nobody was told of: only the last one is known to us.
        let payment = payments.iter().rfind(|payment| payment.partner_order_id == order).unwrap();
        let back = self.server.kept.kakaopay.pay(&payment.tid).unwrap();
        self.canaries.0.push(back.split_once("pg_token=").unwrap().1.to_owned());
        back
    }

    async fn refunds(&self, link: &str, amount: Option<i64>) {
        let order = link.rsplit('/').next().unwrap();
        self.posts(
            "/_dev/refund",
            &json!({ "order": order, "amount": amount, "reason": REASON, "request": "r1" }),
        )
        .await;
    }

    async fn reconciles(&self, minutes: i64) {
        self.server.kept.clock.advance(SignedDuration::from_mins(minutes));
        self.posts("/_dev/reconcile", &Value::Null).await;
    }
}

/// What an error can tell, if there was one.
fn told<T, E: std::error::Error>(result: Result<T, E>) -> Option<String> {
    result.err().map(|error| format!("{error} {error:?}"))
}

/// The faults that do not take their time.
fn faults() -> Vec<Fault> {
    let catalogue = Fault::catalogue().into_iter().map(|named| named.fault);
    let mut faults: Vec<_> = catalogue.filter(|fault| !matches!(fault, Fault::Slow { .. })).collect();
    // Codes that blame our account, and one that nobody knows.
    faults.extend([-2, -401, -702, -799, -9_999].map(|code| Fault::Refused {
        code,
        extras: None,
        effect: false,
    }));
    faults
}

#[tokio::test]
async fn a_day_on_which_everything_goes_wrong_puts_nobodys_secrets_into_the_log() {
    let ears = Ears::default();
    let listening = ears.listen();
    let mut cafe = Cafe::opens().await;

    for phone in PHONES {
        cafe.says(WRONG_KEY, "sign-up", json!({ "phone": phone })).await;
        let [in_full, with_points] = cafe.chats(phone).await;
        cafe.visits(&with_points.unwrap()).await;
        cafe.visits(&format!("{}/approve?pg_token={TOKEN}", in_full.unwrap())).await;
    }
    cafe.visits(&format!("{}/payment?item_name={ITEM}&quantity=2", cafe.server.api_url)).await;
    cafe.visits(&format!("{}/pay/{TOKEN}", cafe.server.api_url)).await;

    // What is measured goes into the same log, and is kept for as long as anybody keeps that.
    let mut metrics = Vec::new();
    for fault in faults() {
        metrics.extend(cafe.server.metrics.take(cafe.server.kept.clock.now()));
        let [in_full, _] = cafe.chats(PHONES[0]).await;
        let link = in_full.unwrap();
        let back = cafe.opens_and_pays(&link, std::slice::from_ref(&fault)).await;
        let kakaopay = cafe.server.kept.kakaopay.clone();
        for endpoint in [Endpoint::Approve, Endpoint::Order] {
            kakaopay.inject(endpoint, fault.clone());
        }
        cafe.visits(&back).await;
        cafe.reconciles(2).await;
        kakaopay.clear_faults();
        cafe.visits(&format!("{link}/cancel")).await;
        cafe.visits(&back).await;
        kakaopay.inject(Endpoint::Cancel, fault.clone());
        kakaopay.inject(Endpoint::Order, fault);
        cafe.refunds(&link, Some(1_100)).await;
        kakaopay.clear_faults();
        cafe.refunds(&link, Some(1_100)).await;
        cafe.refunds(&link, None).await;
    }
    cafe.reconciles(60).await;

    // And then the tables are gone, under an order at each of its stages.
    let [quoted, opened] = cafe.chats(PHONES[0]).await.map(Option::unwrap);
    let back = cafe.opens_and_pays(&opened, &[]).await;
    let dynamodb = cafe.server.embedded.as_ref().unwrap().client();
    for table in dynamodb.list_tables().send().await.unwrap().table_names() {
        dynamodb.delete_table().table_name(table).send().await.unwrap();
    }
    cafe.chats(PHONES[0]).await;
    let cancel = format!("{opened}/cancel");
    let item =
        format!("{}/payment?item_name=%EC%97%90%EC%8A%A4%ED%94%84%EB%A0%88%EC%86%8C", cafe.server.api_url);
    for link in [&quoted, &opened, &back, &cancel, &item] {
        cafe.visits(link).await;
    }
    cafe.refunds(&opened, None).await;
    // What a function ends with is logged by Lambda's runtime.
    let ended = reconcile::handle(&cafe.server.payments, reconcile::Event::default()).await.unwrap_err();
    tracing::error!(target: "functions", "{ended:?} {ended}");

    drop(listening);
    metrics.extend(cafe.server.metrics.take(cafe.server.kept.clock.now()));
    for measured in ["Orders", "WonCollected", "Points", "GatewayLatency", "GatewayErrors"] {
        let named = format!("{{\"Name\":\"{measured}\"");
        assert!(metrics.iter().any(|line| line.contains(&named)), "nobody measured {measured}");
    }
    let mut lines = ears.heard();
    lines.append(&mut metrics);
    for told in [
        "a skill request without the secret was refused",
        "a skill failed",
        "an order could not be taken",
        "a payment could not be opened",
        "a payment is left in doubt",
        "a payment could not be closed",
        "orders were looked at",
        "a refund is left in doubt",
    ] {
        // Or else this has listened to a day on which nothing went wrong.
        assert!(lines.iter().any(|line| line.contains(told)), "nobody said: {told}");
    }
    let mut own = vec![cafe.server.api_url.clone(), cafe.server.fake_url.clone(), "://".to_owned()];
    own.extend(["\"body\"", "commerceCard", "userRequest", "Authorization", "SECRET_KEY"].map(str::to_owned));
    for line in &lines {
        cafe.canaries.assert_not_in(line);
        for own in &own {
            assert!(!line.contains(own), "{own} in {line}");
        }
    }
}

#[tokio::test]
async fn who_is_printed_for_a_look_tells_no_secret() {
    let cafe = Cafe::opens().await;
    let (parts, world) = (&cafe.server.payments, World::real());
    let set = |name: &str| match name {
        "KAKAOPAY_KEY" => Some("canary-kakaopay-key-6Yf".to_owned()),
        "SKILL_KEY" => Some(SKILL_KEY.to_owned()),
        "PHONE_KEY" => Some(PHONE_KEY.to_owned()),
        _ => Some("canary".to_owned()),
    };
    let parts_needed = [Part::SkillKey, Part::PhoneKey, Part::Gateways];
    let wrong = Settings::read(set, &parts_needed).unwrap_err();
    let right = |name: &str| set(name).filter(|value| value != "canary");
    let settings = Settings::read(right, &parts_needed).unwrap();
    let secret = "canary-kakaopay-key-6Yf".to_owned().into();
    let account = kakaopay::Account::new(kakaopay::Api::Open, &secret, "TC0ONETIME".to_owned()).unwrap();
    let keys = (&SKILL_KEY.into(), &PHONE_KEY.into());
    let skills =
        Skills::new(&settings, parts.store.clone(), Menus::packaged().unwrap(), keys, world.clone()).unwrap();
    let phone = Phone::new("01097531864").unwrap();
    let phone_key = PhoneKey::new(PHONE_KEY).unwrap();
    let body = json!({
        "action": { "params": { "phone": PHONES[0] }, "detailParams": { "phone": { "origin": PHONES[0] } } },
        "userRequest": { "utterance": UTTERANCE, "user": { "id": "u" } },
    });
    let payload = Payload::parse(body.to_string().as_bytes()).unwrap();
    let base = BaseUrl::of(None, &Request::new(()));
    let turn = Turn { payload, user: UserId("u".to_owned()), base };
    let proof = Proof(TOKEN.to_owned());
    let sealed = phone_key.seal(&phone, world.random()).unwrap();
    let printed = format!(
        "{wrong} {wrong:?} {settings:#?} {account:#?} {skills:#?} {parts:#?} {:#?} {phone:?} {phone_key:?} \
         {turn:#?} {proof:?} {sealed:?} {:?} {:?}",
        cafe.server,
        skills.keys,
        phone_key.tag(&phone),
    );
    cafe.canaries.assert_not_in(&printed);
    for secret in [SKILL_KEY, PHONE_KEY] {
        assert!(
            kakaopay::Account::new(kakaopay::Api::Open, &format!("{secret}\n").into(), "C".to_owned())
                .is_err_and(|error| cafe.canaries.found_in(&format!("{error} {error:?}")).is_none())
        );
    }
}

#[tokio::test]
async fn errors_tell_what_went_wrong_and_no_secret() {
    let mut cafe = Cafe::opens().await;
    let mut printed = Vec::new();
    for fault in faults() {
        let [in_full, _] = cafe.chats(PHONES[0]).await;
        let link = in_full.unwrap();
        let id = OrderId::parse(link.rsplit('/').next().unwrap()).unwrap();
        let (parts, kakaopay) = (cafe.server.payments.clone(), cafe.server.kept.kakaopay.clone());
        let now = parts.world.now();
        let back = |end: &str| format!("{}/pay/{id}/{end}", cafe.server.api_url);
        let returns = Returns {
            approve: back("approve"),
            cancel: back("cancel"),
            fail: back("fail"),
            window: back("window"),
        };
        kakaopay.inject(Endpoint::Ready, fault.clone());
        printed.extend(told(open(&*parts.store, &parts.gateways, id, None, (&returns, now)).await));
        let back = cafe.opens_and_pays(&link, &[]).await;
        let proof = Proof(back.split_once("pg_token=").unwrap().1.to_owned());
        for endpoint in [Endpoint::Approve, Endpoint::Order] {
            kakaopay.inject(endpoint, fault.clone());
        }
        printed.extend(told(
            approve(&*parts.store, &parts.gateways, id, Some(&proof), &parts.world.turn()).await,
        ));
        kakaopay.clear_faults();
        cafe.reconciles(2).await;
        cafe.visits(&back).await;
        printed.extend(told(close(&*parts.store, &parts.gateways, id, CloseReason::Failed, now).await));
        for endpoint in [Endpoint::Cancel, Endpoint::Order] {
            kakaopay.inject(endpoint, fault.clone());
        }
        let asked = cafe_core::cafe::flow::RefundRequest {
            order: id,
            id: RefundId::parse("r1").unwrap(),
            amount: None,
            reason: "spilt".to_owned(),
        };
        printed.extend(told(refund(&*parts.store, &parts.gateways, asked, &parts.world.turn()).await));
        kakaopay.clear_faults();
    }
    assert!(printed.len() > faults().len(), "{printed:#?}");
    cafe.canaries.0.retain(|canary| canary != USER && canary != "canary");
    for error in &printed {
        cafe.canaries.assert_not_in(error);
    }
}

#[tokio::test]
async fn a_gateway_that_cannot_be_reached_is_not_named_by_its_url() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/{TOKEN}?tid={TOKEN}", listener.local_addr().unwrap());
    // First somebody takes the connection and hangs up, then nobody is there.
    let hangs_up = async { drop(listener.accept().await.unwrap()) };
    let client = Client::new().unwrap();
    let request = || Request::post(&url).header("authorization", TOKEN).body(Bytes::from(TOKEN)).unwrap();
    let (lost, ()) = tokio::join!(client.send(request()), hangs_up);
    drop(listener);
    let not_sent = client.send(request()).await.unwrap_err();
    let no_request = Request::post("/no-address-at-all").body(Bytes::from(TOKEN)).unwrap();
    let not_sent_either = client.send(no_request).await.unwrap_err();

    let lost = lost.unwrap_err();
    assert!(matches!(lost, SendError::NoAnswer(_)), "{lost:?}");
    for error in [&not_sent, &not_sent_either] {
        assert!(matches!(error, SendError::NotSent(_)), "{error:?}");
    }
    for error in [lost, not_sent, not_sent_either] {
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |&cause| cause.source());
        for cause in causes {
            let printed = format!("{cause} {cause:?}");
            Canaries::new().assert_not_in(&printed);
            assert!(!printed.contains("://") && !printed.contains("tid="), "{printed}");
        }
    }
}

#[test]
fn the_canaries_would_be_heard() {
    let canaries = Canaries::new();
    let ears = Ears::default();
    let listening = ears.listen();
    for phone in PHONES {
        tracing::trace!(target: "functions", %phone);
    }
    tracing::debug!(target: "store", token = TOKEN);
    tracing::info!(target: "cafe_core::cafe", cause = ?TOKEN, "some words");
    tracing::debug!(target: "aws_smithy_runtime", body = TOKEN, "is not kept on Lambda");
    drop(listening);
    tracing::error!(target: "functions", token = TOKEN, "nobody listens any more");
    let lines = ears.heard();
    assert_eq!(lines.len(), PHONES.len() + 2);
    for line in lines {
        assert!(canaries.found_in(&line).is_some(), "{line}");
    }
    assert_eq!(canaries.found_in("order 01M7YV223V4X7Y9Z0A1B2C3D4E: 010-****-1864"), None);
}
