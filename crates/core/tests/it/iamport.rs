//! Iamport as other backends' acquirer, over its fake.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cafe_core::gateway::iamport::Iamport;
use cafe_core::payment::{
    Acquirer, AskError, BankAccount, Collection, Http, Observed, RecordId, Return, Returning, SendError,
    Standing, VendorCode, Won,
};
use fakes::clock::Clock;
use fakes::portone::{Dialect, Endpoint, Options, PortOne as Fake};
use fakes::{Reply, Trouble};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use portone::v1::charges::{Charge, PayOnetime};
use portone::v1::customers::CardDetails;
use portone::v1::payments::GetPayment;
use portone::v1::token::GetToken;
use portone::v1::vbanks::IssueVbank;
use portone::v1::{Account, Buyer, Call};
use secrecy::SecretString;

const ORDER: &str = "8d3cd4f7-1f1c-4a2b-9a52-3f6a5a0a6f10";

/// The fake, asked in process.
struct Wire(Fake);

#[async_trait]
impl Http for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        match self.0.answer(&request) {
            Reply::Answer(response) => Ok(response),
            Reply::Lost => Err(SendError::NoAnswer("lost".into())),
            Reply::Reset => Err(SendError::NotSent("reset".into())),
        }
    }
}

struct Shop {
    fake: Fake,
    clock: Clock,
    account: Account,
    iamport: Iamport,
}

fn opened_at() -> Timestamp {
    "2026-11-21T01:00:00Z".parse().unwrap()
}

impl Shop {
    fn new() -> Shop {
        let (options, clock) = (Options::default(), Clock::fixed(opened_at()));
        let fake = Fake::new(options.clone(), clock.clone());
        let [key, secret] = [options.imp_key, options.imp_secret].map(SecretString::from);
        let account = Account::new(&key, &secret).unwrap();
        let account = account.with_base_url(&format!("http://portone.test{}", Dialect::V1.root())).unwrap();
        let time = clock.clone();
        let wire = Arc::new(Wire(fake.clone()));
        let iamport = Iamport::new(account.clone(), wire, Arc::new(move || time.now()));
        Shop { fake, clock, account, iamport }
    }

    fn answer<C: Call>(&self, call: &C) -> Response<Bytes> {
        let token = self.fake.answer(&GetToken.request(&self.account)).answer().unwrap();
        let token = GetToken::answer(&token, self.clock.now()).unwrap();
        self.fake.answer(&call.request(&self.account, &token).unwrap()).answer().unwrap()
    }

    fn paid_for(&self, order: &str, amount: u32) -> String {
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
        PayOnetime::answer(&self.answer(&onetime)).unwrap().imp_uid
    }

    fn paid(&self) -> String {
        self.paid_for(ORDER, 4_400)
    }

    fn account_for_a_deposit(&self) -> String {
        let vbank = IssueVbank {
            merchant_uid: ORDER.to_owned(),
            amount: 4_400,
            vbank_code: "088".to_owned(),
            due_at: opened_at().checked_add(SignedDuration::from_hours(24)).unwrap(),
            vbank_holder: "카페".to_owned(),
            name: None,
            buyer: Buyer::default(),
            pg: None,
            custom_data: None,
            notice_url: None,
        };
        IssueVbank::answer(&self.answer(&vbank)).unwrap().imp_uid
    }

    async fn give_back(
        &self,
        uid: &str,
        (amount, left): (u32, u32),
        account: Option<&BankAccount>,
    ) -> Result<Observed, AskError> {
        let returning = Returning::new(Won::new(amount), Won::new(left)).unwrap();
        let (reason, key) = ("a cold cup", RecordId::new([7; 16]));
        self.iamport.give_back(Return { uid, order: ORDER, returning, reason, account, key }).await
    }

    async fn look(&self, uid: &str) -> Observed {
        self.iamport.look_up(uid).await.unwrap()
    }

    fn cancelled(&self, uid: &str) -> i64 {
        self.fake.payments().iter().find(|payment| payment.imp_uid == uid).unwrap().cancelled
    }
}

fn status<T: std::fmt::Debug>(result: Result<T, AskError>) -> u16 {
    match result.unwrap_err() {
        AskError::Refused { vendor: VendorCode::Iamport, refusal } => refusal.status,
        other @ (AskError::Refused { .. } | AskError::Unreached(..) | AskError::Unknown(..)) => {
            panic!("{other:?}")
        }
    }
}

fn is_unknown<T>(result: &Result<T, AskError>) -> bool {
    matches!(result, Err(AskError::Unknown(VendorCode::Iamport, _)))
}

#[tokio::test]
async fn what_was_paid_is_shown_with_its_order_and_its_sum() {
    let shop = Shop::new();
    let uid = shop.paid();
    let collection =
        Collection { uid: &uid, order: "another-order", price: Won::new(4_399), key: RecordId::new([1; 16]) };
    let shown = shop.iamport.collect(collection).await.unwrap();
    assert_eq!(shown, shop.look(&uid).await, "it collects by itself, so collecting only looks");
    assert_eq!((&*shown.uid, &*shown.order, &shown.standing), (&*uid, ORDER, &Standing::Paid));
    let facts = &shown.facts;
    assert_eq!((facts.price, facts.refund, &*facts.currency), (Won::new(4_400), Won::ZERO, "KRW"));
    assert_eq!((facts.paid_at, facts.cancels.len()), (Some(opened_at()), 0));
    assert_eq!(status(shop.iamport.look_up("imp_nobody").await), 404);
}

#[tokio::test]
async fn its_own_words_are_handed_on_without_their_envelope() {
    let shop = Shop::new();
    let uid = shop.paid();
    let answer = shop.answer(&GetPayment { imp_uid: uid.clone(), extension: false });
    let envelope: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let shown: serde_json::Value = serde_json::from_str(&shop.look(&uid).await.data.0).unwrap();
    assert_eq!(shown, envelope["response"]);
}

#[tokio::test]
async fn money_goes_back_in_parts_and_never_more_than_there_is() {
    let shop = Shop::new();
    let uid = shop.paid();
    let part = shop.give_back(&uid, (1_400, 4_400), None).await.unwrap();
    assert_eq!((part.facts.refund, part.standing), (Won::new(1_400), Standing::Paid));
    // A repeat names the balance of before, and so does whoever wants more than is left.
    for again in [(1_400, 4_400), (4_400, 4_400), (4_000, 4_400)] {
        assert_eq!(status(shop.give_back(&uid, again, None).await), 422);
    }
    shop.clock.advance(SignedDuration::from_secs(60));
    let all = shop.give_back(&uid, (3_000, 3_000), None).await.unwrap();
    assert_eq!((all.facts.refund, &all.standing), (Won::new(4_400), &Standing::Cancelled));
    let cancels: Vec<_> =
        all.facts.cancels.iter().map(|one| (one.price.get(), &*one.reason, one.created_at)).collect();
    let later = opened_at().checked_add(SignedDuration::from_secs(60)).unwrap();
    assert_eq!(cancels, [(1_400, "a cold cup", opened_at()), (3_000, "a cold cup", later)]);
    assert_eq!((all.facts.paid_at, shop.cancelled(&uid)), (Some(opened_at()), 4_400));
}

#[tokio::test]
async fn an_answer_that_never_came_is_looked_up() {
    for (trouble, cancelled) in [
        (Trouble::AnswerLost, 400),
        (Trouble::Failed { effect: true }, 400),
        (Trouble::Failed { effect: false }, 0),
        (Trouble::Html502 { effect: true }, 400),
        (Trouble::Garbage { effect: false }, 0),
    ] {
        let shop = Shop::new();
        let uid = shop.paid();
        shop.fake.inject(Endpoint::Cancel, trouble.clone());
        assert!(is_unknown(&shop.give_back(&uid, (400, 4_400), None).await), "{trouble:?}");
        assert_eq!(shop.cancelled(&uid), cancelled, "{trouble:?}");
        assert_eq!(i64::from(shop.look(&uid).await.facts.refund.get()), cancelled, "a look tells");
    }
    let shop = Shop::new();
    let uid = shop.paid();
    shop.fake.inject(Endpoint::Cancel, Trouble::Reset);
    assert!(matches!(shop.give_back(&uid, (400, 4_400), None).await, Err(AskError::Unreached(..))));
    shop.fake.inject(Endpoint::Token, Trouble::AnswerLost);
    shop.clock.advance(SignedDuration::from_hours(1));
    let without_a_token = shop.give_back(&uid, (400, 4_400), None).await;
    assert!(matches!(without_a_token, Err(AskError::Unreached(..))), "{without_a_token:?}");
    assert_eq!(shop.cancelled(&uid), 0);
}

#[tokio::test]
async fn a_virtual_account_is_awaited_paid_into_and_given_back_to_an_account() {
    let shop = Shop::new();
    let uid = shop.account_for_a_deposit();
    let waiting = shop.look(&uid).await;
    assert_eq!((waiting.standing, waiting.facts.paid_at), (Standing::Awaited, None));
    shop.fake.deposit(ORDER).unwrap();
    let paid = shop.look(&uid).await;
    assert_eq!((paid.standing, paid.facts.paid_at), (Standing::Paid, Some(opened_at())));
    assert_eq!(status(shop.give_back(&uid, (400, 4_400), None).await), 422, "nowhere to give it");
    let account = BankAccount {
        bank: "088".to_owned(),
        number: "110417532896".to_owned(),
        holder: "김포트".to_owned(),
        mobile: String::new(),
    };
    let back = shop.give_back(&uid, (400, 4_400), Some(&account)).await.unwrap();
    assert_eq!(back.facts.refund, Won::new(400));
}

#[tokio::test]
async fn an_account_that_is_closed_before_its_deposit_shows_no_sum() {
    let shop = Shop::new();
    let uid = shop.account_for_a_deposit();
    let closed = shop.give_back(&uid, (4_400, 4_400), None).await.unwrap();
    // A word that says nothing here, so it is taken for no end.
    assert_eq!(closed.standing, Standing::Unrecognised("cancelled".to_owned()));
    assert_eq!((closed.facts.refund, closed.facts.paid_at), (Won::ZERO, None));
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_no_end() {
    let shop = Shop::new();
    let uid = shop.paid();
    shop.fake.show_status(ORDER, Some("ON_THE_MOON")).unwrap();
    let shown = shop.look(&uid).await;
    assert_eq!(
        (shown.standing, shown.facts.paid_at),
        (Standing::Unrecognised("ON_THE_MOON".to_owned()), None)
    );
}

#[tokio::test]
async fn a_stored_card_is_shown_to_its_customers_source_alone() {
    let shop = Shop::new();
    shop.paid();
    let shown = shop.iamport.stored_method(ORDER, ORDER).await.unwrap();
    let shown: serde_json::Value = serde_json::from_str(&shown.0).unwrap();
    assert_eq!(shown["customer_uid"], ORDER);
    assert_eq!(status(shop.iamport.stored_method(ORDER, "another").await), 422);
    assert_eq!(status(shop.iamport.stored_method("nobody", "nobody").await), 404);
}

#[test]
fn debug_shows_no_secret() {
    let text = format!("{:?}", Shop::new().iamport);
    assert!(!text.contains("test_imp"), "{text}");
}
