//! Toss Payments as a gateway, in both of its dialects and in both manners of its fake.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cafe_core::gateway::tosspayments::{Page, TossPayments};
use cafe_core::payment::{
    Approval, BoxError, Cancellation, CaptureBy, Charge, Decline, Gateway, GatewayError, Http, Idempotency,
    LookupKey, Method, OrderId, PayerId, Progress, Proof, Provider, Returns, SendError, Session, Snapshot,
    Won,
};
use fakes::Reply;
use fakes::clock::Clock;
use fakes::tosspayments::{Endpoint, Fault, Options, TossPayments as Fake};
use http::{Request, Response};
use jiff::SignedDuration;
use secrecy::SecretString;
use tosspayments::{Account, Api};

/// The fake, asked in process. Its reset is taken for what a client sees of it: no answer.
struct Wire(Fake);

#[async_trait]
impl Http for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        match self.0.answer(&request) {
            Reply::Answer(response) => Ok(response),
            Reply::Lost | Reply::Reset => Err(SendError::NoAnswer(BoxError::from("cut"))),
        }
    }
}

struct Shop {
    fake: Fake,
    clock: Clock,
    account: Account,
    gateway: TossPayments,
}

fn shops() -> Vec<Shop> {
    let mut shops = Vec::new();
    for merchant in Options::default().merchants {
        for api in [Api::Current, Api::Legacy] {
            let clock = Clock::fixed("2026-11-21T01:00:00Z".parse().unwrap());
            let fake = Fake::new(Options::default(), clock.clone());
            let account = Account::new(api, &SecretString::from(merchant.secret_key.clone())).unwrap();
            let account = account.with_base_url("http://127.0.0.1:3001/toss").unwrap();
            let gateway = TossPayments::new(account.clone(), Arc::new(Wire(fake.clone())));
            shops.push(Shop { fake, clock, account, gateway });
        }
    }
    shops
}

fn charge(seed: u8) -> Charge {
    Charge {
        order: OrderId::new("2026-11-21T01:00:00Z".parse().unwrap(), [seed; 10]),
        payer: PayerId("guest".to_owned()),
        item: "아이스 아메리카노".to_owned(),
        quantity: 2,
        amount: Won::new(4_400),
    }
}

fn returns() -> Returns {
    let to = |end: &str| format!("https://cafe.example/pay/1/{end}");
    Returns { approve: to("approve"), cancel: to("cancel"), fail: to("fail") }
}

fn refund(name: &str, amount: u32, cancellable: u32) -> Cancellation {
    Cancellation { name: name.to_owned(), amount: Won::new(amount), cancellable: Won::new(cancellable) }
}

fn no_proof() -> Proof {
    Proof(String::new())
}

impl Shop {
    async fn opened(&self) -> Session {
        self.gateway.open(&charge(1), &returns()).await.unwrap().session
    }

    async fn agreed(&self) -> Session {
        let session = self.opened().await;
        self.fake.pay(&session.key).unwrap();
        session
    }

    async fn paid(&self) -> Session {
        let session = self.agreed().await;
        self.approve(&session).await.unwrap();
        session
    }

    async fn approve(&self, session: &Session) -> Result<Approval, GatewayError> {
        self.gateway.approve(&charge(1), session, &no_proof()).await
    }

    async fn look(&self, session: &Session) -> Snapshot {
        self.gateway.lookup(&charge(1), session).await.unwrap()
    }

    async fn cancel(&self, session: &Session, cancellation: Cancellation) -> Result<(), GatewayError> {
        self.gateway.cancel(&charge(1), session, cancellation).await
    }

    fn collected(&self, session: &Session) -> (i64, usize) {
        let payment = self.fake.payment(&session.key).unwrap();
        (payment.collected, payment.approvals)
    }
}

fn declined<T: std::fmt::Debug>(result: Result<T, GatewayError>) -> (String, Decline) {
    match result.unwrap_err() {
        GatewayError::Declined { provider: Provider::TossPayments, code, decline } => (code, decline),
        other @ (GatewayError::Declined { .. } | GatewayError::Unreached(..) | GatewayError::Unknown(..)) => {
            panic!("{other:?}")
        }
    }
}

fn is_unknown<T>(result: &Result<T, GatewayError>) -> bool {
    matches!(result, Err(GatewayError::Unknown(Provider::TossPayments, _)))
}

#[tokio::test]
async fn an_order_is_opened_collected_and_looked_up() {
    for shop in openers() {
        let checkout = shop.gateway.open(&charge(1), &returns()).await.unwrap();
        assert_eq!(
            checkout.pages.mobile,
            format!("http://127.0.0.1:3001/toss/v1/payments/{}/checkout", checkout.session.key)
        );
        let session = checkout.session;
        assert_eq!(shop.look(&session).await.progress, Progress::Pending);
        let next = shop.fake.pay(&session.key).unwrap();
        assert!(next.starts_with("https://cafe.example/pay/1/approve?paymentType=NORMAL&paymentKey="));
        let approval = shop.approve(&session).await.unwrap();
        assert_eq!((approval.amount, approval.method.clone()), (Won::new(4_400), Some(Method::Card)));
        assert_eq!(approval.at.unwrap().to_string(), "2026-11-21T01:00:00Z");
        let seen = shop.look(&session).await;
        assert_eq!((seen.progress, seen.is_ours), (Progress::Paid(approval), true));
        assert_eq!((seen.cancelled, seen.cancellable), (Won::ZERO, Won::new(4_400)));
    }
}

/// Those that can open a payment by themselves: the older look knows no page.
fn openers() -> impl Iterator<Item = Shop> {
    shops().into_iter().take(2)
}

#[tokio::test]
async fn asking_twice_collects_once_and_the_second_answer_is_no_no() {
    for shop in openers() {
        let session = shop.agreed().await;
        let first = shop.approve(&session).await.unwrap();
        assert!(is_unknown(&shop.approve(&session).await));
        assert_eq!(shop.look(&session).await.progress, Progress::Paid(first));
        assert_eq!(shop.collected(&session), (4_400, 1));
    }
}

#[tokio::test]
async fn a_payment_that_was_refused_once_is_asked_for_anew() {
    for shop in openers() {
        let session = shop.agreed().await;
        shop.fake.inject(Endpoint::Confirm, Fault::named("bank_closed").unwrap());
        let no = declined(shop.approve(&session).await);
        assert_eq!(no, ("NOT_AVAILABLE_BANK".to_owned(), Decline::Later));
        assert_eq!(shop.approve(&session).await.unwrap().amount, Won::new(4_400), "a key would remember");
    }
}

#[tokio::test]
async fn two_payments_are_two() {
    for shop in openers() {
        let first = shop.paid().await;
        let second = shop.gateway.open(&charge(2), &returns()).await.unwrap().session;
        shop.fake.pay(&second.key).unwrap();
        shop.gateway.approve(&charge(2), &second, &no_proof()).await.unwrap();
        assert_eq!([shop.collected(&first), shop.collected(&second)], [(4_400, 1); 2]);
    }
}

#[tokio::test]
async fn whoever_has_not_agreed_is_not_charged() {
    for shop in openers() {
        let session = shop.opened().await;
        assert_eq!(
            declined(shop.approve(&session).await),
            ("NOT_FOUND_PAYMENT_SESSION".to_owned(), Decline::NotReady)
        );
        assert_eq!(shop.look(&session).await.progress, Progress::Pending, "and may still");
        shop.clock.advance(SignedDuration::from_mins(31));
        assert_eq!(shop.look(&session).await.progress, Progress::Failed);
    }
}

#[tokio::test]
async fn what_is_not_known_is_never_a_no() {
    for effect in [false, true] {
        let refused = |code: &str, http_status| Fault::Refused { code: code.to_owned(), http_status, effect };
        for fault in [
            Fault::AnswerLost,
            Fault::Reset,
            Fault::Garbage { effect },
            Fault::ServerErrorHtml { http_status: 502, effect },
            Fault::InProgress,
            refused("PROVIDER_ERROR", 400),
            refused("FAILED_INTERNAL_SYSTEM_PROCESSING", 500),
            refused("SOMETHING_NEW", 400),
        ] {
            for shop in openers() {
                let session = shop.agreed().await;
                shop.fake.inject(Endpoint::Confirm, fault.clone());
                assert!(is_unknown(&shop.approve(&session).await), "{fault:?}");
                let collected = shop.collected(&session).0 > 0;
                let seen = shop.look(&session).await.progress;
                assert_eq!(matches!(seen, Progress::Paid(_)), collected, "{fault:?}: {seen:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_no_is_a_no() {
    for (code, status, decline) in [
        ("REJECT_CARD_PAYMENT", 403, Decline::Refused),
        ("NOT_AVAILABLE_BANK", 403, Decline::Later),
        ("UNAUTHORIZED_KEY", 401, Decline::Misconfigured),
        ("NOT_FOUND_PAYMENT", 404, Decline::Mismatch),
    ] {
        for shop in openers() {
            let session = shop.agreed().await;
            let fault = Fault::Refused { code: code.to_owned(), http_status: status, effect: false };
            shop.fake.inject(Endpoint::Confirm, fault);
            assert_eq!(declined(shop.approve(&session).await), (code.to_owned(), decline));
            assert_eq!(shop.collected(&session).0, 0);
        }
    }
}

#[tokio::test]
async fn odd_answers_are_read_and_others_payments_are_not_ours() {
    for shop in openers() {
        let session = shop.agreed().await;
        shop.fake.inject(Endpoint::Confirm, Fault::FractionalNumbers);
        assert_eq!(shop.approve(&session).await.unwrap().amount, Won::new(4_400));
        shop.fake.inject(Endpoint::LookUp, Fault::UnknownFields);
        assert!(shop.look(&session).await.is_ours);
        shop.fake.show_status(&session.key, Some("PAUSED")).unwrap();
        assert_eq!(shop.look(&session).await.progress, Progress::Unrecognised("PAUSED".to_owned()));
        shop.fake.show_status(&session.key, None).unwrap();
        shop.fake.rename(&session.key, "another-order").unwrap();
        assert!(!shop.look(&session).await.is_ours);
    }
}

#[tokio::test]
async fn money_goes_back_in_parts_and_each_once() {
    for shop in openers() {
        let session = shop.paid().await;
        for _ in 0..2 {
            shop.cancel(&session, refund("r1", 1_400, 4_400)).await.unwrap();
        }
        let seen = shop.look(&session).await;
        assert_eq!((seen.cancelled, seen.cancellable), (Won::new(1_400), Won::new(3_000)));
        assert!(matches!(seen.progress, Progress::Paid(_)));
        let stale = declined(shop.cancel(&session, refund("r2", 1_400, 4_400)).await);
        assert_eq!(stale, ("NOT_MATCHES_REFUNDABLE_AMOUNT".to_owned(), Decline::Refused));
        shop.cancel(&session, refund("r3", 3_000, 3_000)).await.unwrap();
        let seen = shop.look(&session).await;
        assert_eq!((seen.progress, seen.cancelled), (Progress::Refunded, Won::new(4_400)));
        let payment = shop.fake.payment(&session.key).unwrap();
        assert_eq!((payment.cancelled, payment.cancellations), (4_400, 2));
    }
}

#[tokio::test]
async fn a_refund_without_an_answer_is_found_or_made_once() {
    for fault in [Fault::AnswerLost, Fault::Reset, Fault::ServerErrorHtml { http_status: 502, effect: true }]
    {
        for shop in openers() {
            let session = shop.paid().await;
            shop.fake.inject(Endpoint::Cancel, fault.clone());
            assert!(is_unknown(&shop.cancel(&session, refund("r1", 400, 4_400)).await));
            shop.cancel(&session, refund("r1", 400, 4_400)).await.unwrap();
            assert_eq!(shop.fake.payment(&session.key).unwrap().cancelled, 400, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_refund_that_was_refused_can_be_asked_for_again_by_another_name() {
    for shop in openers() {
        let session = shop.paid().await;
        shop.fake.inject(Endpoint::Cancel, Fault::named("bank_closed").unwrap());
        for _ in 0..2 {
            let no = declined(shop.cancel(&session, refund("r1-1", 400, 4_400)).await);
            assert_eq!(no, ("NOT_AVAILABLE_BANK".to_owned(), Decline::Later));
        }
        shop.cancel(&session, refund("r1-2", 400, 4_400)).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_never_everything() {
    for shop in openers() {
        let session = shop.paid().await;
        let nothing = shop.cancel(&session, refund("r1", 0, 4_400)).await;
        assert!(matches!(nothing, Err(GatewayError::Unreached(..))), "{nothing:?}");
        assert_eq!((shop.fake.calls(Endpoint::Cancel), shop.look(&session).await.cancelled), (0, Won::ZERO));
    }
}

#[tokio::test]
async fn a_page_of_ours_opens_payments_whose_key_comes_later() {
    for shop in shops() {
        let page = Page { url: "https://cafe.example/toss".to_owned(), client_key: "test_ck_1".to_owned() };
        let gateway = shop.gateway.clone().on(page);
        let checkout = gateway.open(&charge(1), &returns()).await.unwrap();
        let order = charge(1).order;
        assert_eq!(
            checkout.pages.mobile,
            format!(
                "https://cafe.example/toss?clientKey=test_ck_1&orderId={order}&orderName=%EC%95%84%EC%9D%B4%EC%8A%A4%20%EC%95%84%EB%A9%94%EB%A6%AC%EC%B9%B4%EB%85%B8&amount=4400&successUrl=https%3A%2F%2Fcafe.example%2Fpay%2F1%2Fapprove&failUrl=https%3A%2F%2Fcafe.example%2Fpay%2F1%2Ffail"
            )
        );
        let session = checkout.session;
        assert_eq!(shop.fake.calls(Endpoint::Window), 0);
        let untouched = gateway.lookup(&charge(1), &session).await.unwrap();
        assert_eq!((untouched.progress, untouched.is_ours), (Progress::Pending, true));

        // What the script would do: a payment is made, and its payer agrees.
        let key = made_by_the_script(&shop, &order);
        shop.fake.pay(&key).unwrap();
        let proof = Proof(key.clone());
        assert_eq!(gateway.approve(&charge(1), &session, &proof).await.unwrap().amount, Won::new(4_400));
        let seen = gateway.lookup(&charge(1), &session).await.unwrap();
        assert!(matches!(seen.progress, Progress::Paid(_)), "{seen:?}");
        gateway.cancel(&charge(1), &session, refund("r1", 400, 4_400)).await.unwrap();
        assert_eq!(shop.fake.payment(&key).unwrap().cancelled, 400);
        let nobody = gateway.approve(&charge(1), &session, &Proof("typed".to_owned())).await;
        assert_eq!(declined(nobody).1, Decline::Mismatch);
    }
}

fn made_by_the_script(shop: &Shop, order: &OrderId) -> String {
    use tosspayments::Call as _;
    let window = tosspayments::window::OpenWindow {
        method: tosspayments::WindowMethod::Card,
        order_id: order.to_string(),
        order_name: "아이스 아메리카노".to_owned(),
        amount: 4_400,
        tax_free_amount: None,
        customer_key: None,
        success_url: returns().approve,
        fail_url: returns().fail,
    };
    let request = window.request(&shop.account).unwrap();
    let answer = shop.fake.answer(&request).answer().unwrap();
    tosspayments::window::OpenWindow::answer(&answer).unwrap().payment_key
}

#[tokio::test]
async fn it_says_how_it_behaves() {
    let behaviour = shops()[0].gateway.behaviour();
    assert!(matches!(behaviour.idempotency, Idempotency::ByKey { .. }));
    assert_eq!((behaviour.lookup, behaviour.capture), (LookupKey::Order, CaptureBy::Approve));
    assert!(!format!("{:?}", shops()[0].gateway).contains("test_sk"));
}
