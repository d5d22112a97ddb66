//! PortOne in both dialects: what is asked, what an answer means, and what stays unknown.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use cafe_core::gateway::portone::{PortOne, Window};
use cafe_core::payment::{
    Cancellation, CaptureBy, Charge, Decline, Gateway, GatewayError, Http, Idempotency, Method, NoticeTrust,
    OrderId, PayerId, Progress, Proof, Provider, Returns, SendError, Session, Won,
};
use fakes::clock::Clock;
use fakes::portone::{Dialect, Endpoint, Options, PortOne as Fake};
use fakes::{Reply, Trouble};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use portone::{v1, v2};
use secrecy::SecretString;

const ORIGIN: &str = "http://portone.test";

/// The fake at the other end, and what was asked of it.
struct Wire {
    fake: Fake,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Http for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        self.asked.lock().unwrap().push(format!("{} {} {body}", request.method(), request.uri().path()));
        match self.fake.answer(&request) {
            Reply::Answer(response) => Ok(response),
            Reply::Lost => Err(SendError::NoAnswer("lost".into())),
            Reply::Reset => Err(SendError::NotSent("reset".into())),
        }
    }
}

struct Shop {
    dialect: Dialect,
    fake: Fake,
    clock: Clock,
    wire: Arc<Wire>,
    gateway: PortOne,
    charge: Charge,
    session: Session,
}

fn gateway(dialect: Dialect, wire: Arc<Wire>, clock: Clock) -> PortOne {
    let options = Options::default();
    let secret = |text: &str| SecretString::from(text);
    let window = Window {
        page: format!("{ORIGIN}{}/pay", dialect.root()).parse().unwrap(),
        store: options.store_id.clone(),
        channel: secret(&options.channel_key),
    };
    let base = format!("{ORIGIN}{}", dialect.root());
    match dialect {
        Dialect::V1 => {
            let account = v1::Account::new(&secret(&options.imp_key), &secret(&options.imp_secret)).unwrap();
            PortOne::v1(account.with_base_url(&base).unwrap(), window, wire, Arc::new(move || clock.now()))
        }
        Dialect::V2 => {
            let account = v2::Account::new(&secret(&options.api_secret)).unwrap();
            let account = account.with_store_id(&options.store_id).unwrap();
            PortOne::v2(account.with_base_url(&base).unwrap(), window, wire)
        }
    }
}

impl Shop {
    fn new(dialect: Dialect) -> Shop {
        let now: Timestamp = "2026-11-21T01:00:00Z".parse().unwrap();
        let clock = Clock::fixed(now);
        let fake = Fake::new(Options::default(), clock.clone());
        let wire = Arc::new(Wire { fake: fake.clone(), asked: Mutex::default() });
        let order = OrderId::new(now, *b"0123456789");
        let charge = Charge {
            order,
            payer: PayerId("u-7f3a".to_owned()),
            item: "라떼 & 케이크".to_owned(),
            quantity: 2,
            amount: Won::new(4_400),
        };
        let key = match dialect {
            Dialect::V1 => format!("v1/{order}"),
            Dialect::V2 => format!("v2/{order}"),
        };
        Shop {
            dialect,
            gateway: gateway(dialect, wire.clone(), clock.clone()),
            session: Session { provider: Provider::PortOne, key },
            fake,
            clock,
            wire,
            charge,
        }
    }

    fn both() -> [Shop; 2] {
        [Dialect::V1, Dialect::V2].map(Shop::new)
    }

    fn name(&self) -> String {
        self.charge.order.to_string()
    }

    /// Opens the payment, and gives its window's query.
    async fn open(&self) -> String {
        let returns = Returns {
            approve: "https://cafe.example/pay/approve?a=b".to_owned(),
            cancel: "https://cafe.example/pay/cancel".to_owned(),
            fail: "https://cafe.example/pay/fail".to_owned(),
        };
        let checkout = self.gateway.open(&self.charge, &returns).await.unwrap();
        assert_eq!(checkout.session, self.session);
        assert_eq!(checkout.pages.desktop, checkout.pages.mobile);
        let page = format!("{ORIGIN}{}/pay?", self.dialect.root());
        checkout.pages.mobile.strip_prefix(&page).unwrap().to_owned()
    }

    async fn paid(&self) {
        let query = self.open().await;
        let back = self.fake.pay(self.dialect, &query).unwrap();
        assert!(back.starts_with("https://cafe.example/pay/approve?a=b&"), "{back}");
    }

    async fn approve(&self) -> Result<Won, GatewayError> {
        let approval = self.gateway.approve(&self.charge, &self.session, &Proof(String::new())).await?;
        assert_eq!(approval.method, Some(Method::Card));
        assert_eq!(approval.at, Some(self.clock.now()));
        assert!(approval.number.is_some());
        Ok(approval.amount)
    }

    async fn lookup(&self) -> (Progress, bool, u32, u32) {
        let shown = self.gateway.lookup(&self.charge, &self.session).await.unwrap();
        (shown.progress, shown.is_ours, shown.cancelled.get(), shown.cancellable.get())
    }

    async fn cancel(&self, amount: u32, cancellable: u32) -> Result<(), GatewayError> {
        let cancellation = Cancellation {
            name: "refund-1".to_owned(),
            amount: Won::new(amount),
            cancellable: Won::new(cancellable),
        };
        self.gateway.cancel(&self.charge, &self.session, cancellation).await
    }

    fn cancelled(&self) -> i64 {
        self.fake.payment(&self.name()).unwrap().cancelled
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.wire.asked.lock().unwrap())
    }
}

fn declined<T: std::fmt::Debug>(result: Result<T, GatewayError>) -> Decline {
    match result.unwrap_err() {
        GatewayError::Declined { provider: Provider::PortOne, decline, .. } => decline,
        other @ (GatewayError::Declined { .. } | GatewayError::Unreached(..) | GatewayError::Unknown(..)) => {
            panic!("{other:?}")
        }
    }
}

fn is_unknown<T: std::fmt::Debug>(result: &Result<T, GatewayError>) {
    assert!(matches!(result, Err(GatewayError::Unknown(Provider::PortOne, _))), "{result:?}");
}

#[tokio::test]
async fn a_payment_goes_from_its_window_to_a_receipt_and_is_collected_once() {
    for shop in Shop::both() {
        let query = shop.open().await;
        assert_eq!(declined(shop.approve().await), Decline::NotReady, "nobody has come");
        assert_eq!(shop.lookup().await, (Progress::Pending, true, 0, 0));
        shop.fake.pay(shop.dialect, &query).unwrap();
        shop.asked();
        assert_eq!(shop.approve().await.unwrap(), Won::new(4_400));
        let asked = shop.asked();
        assert!(asked.iter().all(|request| request.starts_with("GET ")), "approving only looks: {asked:?}");
        assert_eq!(shop.approve().await.unwrap(), Won::new(4_400), "and as often as one likes");
        let (progress, is_ours, cancelled, cancellable) = shop.lookup().await;
        assert!(matches!(progress, Progress::Paid(approval) if approval.amount == Won::new(4_400)));
        assert_eq!((is_ours, cancelled, cancellable), (true, 0, 4_400));
    }
}

#[tokio::test]
async fn what_the_window_is_told_is_what_was_agreed() {
    let [v1, v2] = Shop::both();
    for (shop, names) in [
        (v1, ["merchant_uid", "name", "amount", "m_redirect_url"]),
        (v2, ["paymentId", "orderName", "totalAmount", "redirectUrl"]),
    ] {
        let query = shop.open().await;
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let told = names.map(|name| &*pairs.iter().find(|(known, _)| known == name).unwrap().1);
        assert_eq!(told, [&*shop.name(), "라떼 & 케이크", "4400", "https://cafe.example/pay/approve?a=b"]);
        // A browser that says less is stopped by what was registered.
        shop.fake.pay(shop.dialect, &query.replace("4400", "44")).unwrap();
        assert_eq!(declined(shop.approve().await), Decline::Refused);
        assert_eq!(shop.lookup().await.0, Progress::Failed);
        // And a failed attempt does not hide the one that succeeds.
        shop.fake.pay(shop.dialect, &query).unwrap();
        shop.approve().await.unwrap();
    }
}

#[tokio::test]
async fn another_sum_is_never_approved_and_is_seen_by_a_look() {
    for shop in Shop::both() {
        let query = shop.open().await;
        shop.fake.fail_payment(shop.dialect, &query).unwrap();
        shop.fake.capture(&shop.name(), Some(4_399)).unwrap();
        is_unknown(&shop.approve().await);
        let (progress, is_ours, _, cancellable) = shop.lookup().await;
        assert!(matches!(progress, Progress::Paid(approval) if approval.amount == Won::new(4_399)));
        assert_eq!((is_ours, cancellable), (true, 4_399));
    }
}

#[tokio::test]
async fn an_unknown_status_is_no_end() {
    for shop in Shop::both() {
        shop.paid().await;
        shop.fake.show_status(&shop.name(), Some("ON_THE_MOON")).unwrap();
        is_unknown(&shop.approve().await);
        assert_eq!(shop.lookup().await.0, Progress::Unrecognised("ON_THE_MOON".to_owned()));
    }
}

#[tokio::test]
async fn a_virtual_account_waits_and_is_paid_into() {
    for shop in Shop::both() {
        let query = shop.open().await;
        shop.fake.issue_account(shop.dialect, &query).unwrap();
        assert_eq!(shop.lookup().await.0, Progress::Pending);
        assert_eq!(declined(shop.approve().await), Decline::NotReady);
        shop.fake.deposit(&shop.name()).unwrap();
        let Progress::Paid(approval) = shop.lookup().await.0 else { panic!("it was paid into") };
        assert!(matches!(approval.method, Some(Method::Other(_))));
    }
}

#[tokio::test]
async fn a_refund_is_guarded_by_the_balance() {
    for shop in Shop::both() {
        shop.paid().await;
        shop.asked();
        shop.cancel(400, 4_400).await.unwrap();
        let part = shop.asked().pop().unwrap();
        assert!(part.contains(r#""amount":400"#), "{part}");
        assert_eq!(shop.lookup().await.2, 400);
        // A repeat names the balance of before.
        assert!(shop.cancel(400, 4_400).await.is_err());
        assert_eq!(shop.cancelled(), 400);
        shop.asked();
        shop.cancel(4_000, 4_000).await.unwrap();
        let all = shop.asked().pop().unwrap();
        assert!(!all.contains(r#""amount""#) && all.contains("4000"), "{all}");
        assert_eq!(shop.lookup().await, (Progress::Refunded, true, 4_400, 0));
        is_unknown(&shop.approve().await);
        assert_eq!(shop.cancelled(), 4_400);
    }
}

#[tokio::test]
async fn a_refund_without_a_believable_answer_is_unknown_whatever_happened() {
    for (trouble, cancelled) in [
        (Trouble::AnswerLost, 400),
        (Trouble::Refused { effect: true }, 400),
        (Trouble::Refused { effect: false }, 0),
        (Trouble::Failed { effect: true }, 400),
        (Trouble::Html502 { effect: true }, 400),
        (Trouble::Garbage { effect: false }, 0),
        (Trouble::Slow { wait_ms: 1, effect: false }, 0),
    ] {
        for shop in Shop::both() {
            shop.paid().await;
            shop.fake.inject(Endpoint::Cancel, trouble.clone());
            is_unknown(&shop.cancel(400, 4_400).await);
            assert_eq!(shop.cancelled(), cancelled, "{trouble:?}");
            assert_eq!(i64::from(shop.lookup().await.2), cancelled, "a look tells");
        }
    }
    for shop in Shop::both() {
        shop.paid().await;
        shop.fake.inject(Endpoint::Cancel, Trouble::Reset);
        assert!(matches!(shop.cancel(400, 4_400).await, Err(GatewayError::Unreached(..))));
        shop.fake.inject(Endpoint::Cancel, Trouble::UnknownFields);
        shop.cancel(400, 4_400).await.unwrap();
    }
}

#[tokio::test]
async fn a_look_that_fails_says_nothing() {
    for trouble in
        [Trouble::AnswerLost, Trouble::Failed { effect: false }, Trouble::Html502 { effect: false }]
    {
        for shop in Shop::both() {
            shop.paid().await;
            for _ in 0..2 {
                shop.fake.inject(Endpoint::Payment, trouble.clone());
            }
            is_unknown(&shop.approve().await);
            is_unknown(&shop.gateway.lookup(&shop.charge, &shop.session).await);
            shop.approve().await.unwrap();
        }
    }
}

#[tokio::test]
async fn v1_asks_for_no_refund_before_it_knows_of_which_payment() {
    let shop = Shop::new(Dialect::V1);
    shop.paid().await;
    shop.fake.inject(Endpoint::Payment, Trouble::AnswerLost);
    let asked = shop.cancel(400, 4_400).await;
    assert!(matches!(asked, Err(GatewayError::Unreached(..))), "nothing moved: {asked:?}");
    assert_eq!(shop.cancelled(), 0);
}

#[tokio::test]
async fn a_token_is_kept_until_its_last_minute_and_dropped_when_it_is_refused() {
    let shop = Shop::new(Dialect::V1);
    shop.paid().await;
    shop.clock.advance(SignedDuration::from_mins(28));
    shop.lookup().await;
    assert_eq!(shop.fake.calls(Endpoint::Token), 1);
    shop.clock.advance(SignedDuration::from_mins(1));
    shop.lookup().await;
    assert_eq!(shop.fake.calls(Endpoint::Token), 2, "prolonged");

    // Another process has gone on with a fake that knows no token.
    let mut memory = shop.fake.snapshot();
    memory["token"] = serde_json::Value::Null;
    let fake = Fake::restore(Options::default(), shop.clock.clone(), &memory).unwrap();
    let wire = Arc::new(Wire { fake: fake.clone(), asked: Mutex::default() });
    let forgetful = gateway(Dialect::V1, wire, shop.clock.clone());
    forgetful.lookup(&shop.charge, &shop.session).await.unwrap();
    assert_eq!(fake.calls(Endpoint::Token), 3);
}

#[tokio::test]
async fn a_refused_token_moves_nothing_and_the_next_request_gets_another() {
    let shop = Shop::new(Dialect::V1);
    shop.paid().await;
    // The fake's clock stands; the gateway's runs behind it, so the kept token is over without its knowing.
    let behind = Clock::fixed(shop.clock.now());
    let wire = Arc::new(Wire { fake: shop.fake.clone(), asked: Mutex::default() });
    let gateway = gateway(Dialect::V1, wire, behind);
    gateway.lookup(&shop.charge, &shop.session).await.unwrap();
    shop.clock.advance(SignedDuration::from_hours(1));
    let name = "refund-1".to_owned();
    let all = Cancellation { name, amount: Won::new(4_400), cancellable: Won::new(4_400) };
    let refused = gateway.cancel(&shop.charge, &shop.session, all.clone()).await;
    assert_eq!(declined(refused), Decline::Later);
    assert_eq!(shop.cancelled(), 0);
    gateway.cancel(&shop.charge, &shop.session, all).await.unwrap();
    assert_eq!(shop.cancelled(), 4_400);
}

#[tokio::test]
async fn a_session_of_the_other_dialect_is_never_taken_for_not_paid() {
    let [v1, v2] = Shop::both();
    v1.paid().await;
    v2.paid().await;
    for (shop, other) in [(&v1, &v2), (&v2, &v1)] {
        let looked = shop.gateway.lookup(&shop.charge, &other.session).await;
        assert_eq!(declined(looked), Decline::Misconfigured);
        let approved = shop.gateway.approve(&shop.charge, &other.session, &Proof(String::new())).await;
        assert_eq!(declined(approved), Decline::Misconfigured);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_the_owners_to_mend() {
    for shop in Shop::both() {
        let options = Options {
            imp_secret: "another".to_owned(),
            api_secret: "another".to_owned(),
            ..Options::default()
        };
        let fake = Fake::new(options, shop.clock.clone());
        let wire = Arc::new(Wire { fake, asked: Mutex::default() });
        let gateway = gateway(shop.dialect, wire, shop.clock.clone());
        let looked = gateway.lookup(&shop.charge, &shop.session).await;
        assert_eq!(declined(looked), Decline::Misconfigured);
    }
}

#[test]
fn each_dialect_states_how_it_behaves() {
    let [v1, v2] = Shop::both().map(|shop| shop.gateway.behaviour());
    for behaviour in [v1, v2] {
        assert_eq!((behaviour.capture, behaviour.idempotency), (CaptureBy::Itself, Idempotency::ByPayment));
    }
    assert_eq!((v1.notices, v2.notices), (NoticeTrust::Unsigned, NoticeTrust::Signed));
    assert_ne!(v1.cancel_without_amount, v2.cancel_without_amount);
}

#[test]
fn debug_shows_no_secret() {
    for shop in Shop::both() {
        let text = format!("{:?}", shop.gateway);
        assert!(!text.contains("secret") && !text.contains("channel-key"), "{text}");
    }
}
