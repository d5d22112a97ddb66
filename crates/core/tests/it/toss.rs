//! Toss Payments as other backends' acquirer, in both manners of its fake.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cafe_core::gateway::toss::Toss;
use cafe_core::payment::{
    Acquirer, AskError, BankAccount, BoxError, Collection, Http, Observed, RecordId, Return, Returning,
    SendError, Standing, VendorCode, Won,
};
use fakes::Reply;
use fakes::clock::Clock;
use fakes::tosspayments::{Endpoint, Fault, Options, TossPayments as Fake};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tosspayments::billing::Register;
use tosspayments::key_in::{CardNumber, KeyIn};
use tosspayments::window::OpenWindow;
use tosspayments::{Account, Api, Call, WindowMethod};

const ORDER: &str = "8d3cd4f7-1f1c-4a2b-9a52-3f6a5a0a6f10";

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
    toss: Toss,
}

fn opened_at() -> Timestamp {
    "2026-11-21T01:00:00Z".parse().unwrap()
}

/// One of today, and one of the reference's fake.
fn shops() -> [Shop; 2] {
    let merchants = Options::default().merchants;
    [0, 1].map(|index| {
        let clock = Clock::fixed(opened_at());
        let fake = Fake::new(Options::default(), clock.clone());
        let account =
            Account::new(Api::Current, &SecretString::from(merchants[index].secret_key.clone())).unwrap();
        let account = account.with_base_url("http://127.0.0.1:3001/toss").unwrap();
        let toss = Toss::new(account.clone(), Arc::new(Wire(fake.clone())));
        Shop { fake, clock, account, toss }
    })
}

fn id(seed: u8) -> RecordId {
    RecordId::new([seed; 16])
}

impl Shop {
    fn does<C: Call>(&self, call: &C) -> C::Answer {
        let answer = self.fake.answer(&call.request(&self.account).unwrap()).answer().unwrap();
        C::answer(&answer).unwrap()
    }

    fn opened(&self, method: WindowMethod) -> String {
        let window = OpenWindow {
            method,
            order_id: ORDER.to_owned(),
            order_name: "아이스 아메리카노".to_owned(),
            amount: 4_400,
            tax_free_amount: None,
            customer_key: None,
            success_url: "https://shop.example/paid".to_owned(),
            fail_url: "https://shop.example/failed".to_owned(),
        };
        self.does(&window).payment_key
    }

    fn agreed(&self) -> String {
        let uid = self.opened(WindowMethod::Card);
        self.fake.pay(&uid).unwrap();
        uid
    }

    async fn collect(&self, uid: &str, order: &str, price: u32, key: u8) -> Result<Observed, AskError> {
        self.toss.collect(Collection { uid, order, price: Won::new(price), key: id(key) }).await
    }

    async fn paid(&self) -> String {
        let uid = self.agreed();
        self.collect(&uid, ORDER, 4_400, 1).await.unwrap();
        uid
    }

    async fn give_back(
        &self,
        uid: &str,
        (amount, left): (u32, u32),
        account: Option<&BankAccount>,
        key: u8,
    ) -> Result<Observed, AskError> {
        let returning = Returning::new(Won::new(amount), Won::new(left)).unwrap();
        let reason = "a cold cup";
        self.toss.give_back(Return { uid, order: ORDER, returning, reason, account, key: id(key) }).await
    }

    async fn look(&self, uid: &str) -> Observed {
        self.toss.look_up(uid).await.unwrap()
    }

    fn collected(&self, uid: &str) -> (i64, i64, usize) {
        let payment = self.fake.payment(uid).unwrap();
        (payment.collected, payment.cancelled, payment.approvals)
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, AskError>) -> (u16, String) {
    match result.unwrap_err() {
        AskError::Refused { vendor: VendorCode::TossPayments, refusal } => (refusal.status, refusal.code),
        other @ (AskError::Refused { .. } | AskError::Unreached(..) | AskError::Unknown(..)) => {
            panic!("{other:?}")
        }
    }
}

fn is_unknown<T>(result: &Result<T, AskError>) -> bool {
    matches!(result, Err(AskError::Unknown(VendorCode::TossPayments, _)))
}

#[tokio::test]
async fn what_a_customer_agreed_to_is_collected_once_and_shown_to_the_byte() {
    for shop in shops() {
        let uid = shop.opened(WindowMethod::Card);
        assert_eq!(shop.look(&uid).await.standing, Standing::Agreed);
        shop.fake.pay(&uid).unwrap();
        assert_eq!(shop.look(&uid).await.standing, Standing::Agreed, "nothing is collected before we say so");

        let collected = shop.collect(&uid, ORDER, 4_400, 1).await.unwrap();
        assert_eq!(
            (&*collected.uid, &*collected.order, &collected.standing),
            (&*uid, ORDER, &Standing::Paid)
        );
        let facts = &collected.facts;
        assert_eq!((facts.price, facts.refund, &*facts.currency), (Won::new(4_400), Won::ZERO, "KRW"));
        assert_eq!((facts.paid_at, facts.cancels.len()), (Some(opened_at()), 0));
        assert_eq!(shop.collect(&uid, ORDER, 4_400, 1).await.unwrap(), collected, "a repeat of the record's");
        assert_eq!(shop.collected(&uid), (4_400, 0, 1));

        let looked = tosspayments::look_up::ByKey { payment_key: uid.clone() };
        let answer = shop.fake.answer(&looked.request(&shop.account).unwrap()).answer().unwrap();
        assert_eq!(shop.look(&uid).await.data.0.as_bytes(), answer.body());
    }
}

#[tokio::test]
async fn one_that_was_collected_before_is_looked_up_and_never_called_refused() {
    let [today, reference] = shops();
    let uid = today.paid().await;
    assert!(is_unknown(&today.collect(&uid, ORDER, 4_400, 2).await), "ALREADY_PROCESSED_PAYMENT");
    assert_eq!(today.look(&uid).await.standing, Standing::Paid);
    let uid = reference.paid().await;
    assert_eq!(reference.collect(&uid, ORDER, 4_400, 2).await.unwrap().standing, Standing::Paid);
}

#[tokio::test]
async fn another_order_another_sum_and_no_payment_are_refused_and_collect_nothing() {
    for (shop, status) in shops().into_iter().zip([400, 422]) {
        let uid = shop.agreed();
        assert_eq!(refused(shop.collect(&uid, "another-order", 4_400, 1).await).0, status);
        assert_eq!(refused(shop.collect(&uid, ORDER, 4_399, 2).await).0, status);
        assert_eq!(shop.collected(&uid), (0, 0, 0));
        for nothing in [shop.collect("nobody's", ORDER, 4_400, 3).await, shop.toss.look_up("nobody's").await]
        {
            assert_eq!(refused(nothing), (404, "NOT_FOUND_PAYMENT".to_owned()));
        }
        shop.collect(&uid, ORDER, 4_400, 4).await.unwrap();
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_its_own_words() {
    for shop in shops() {
        let uid = shop.agreed();
        let code = "REJECT_CARD_PAYMENT".to_owned();
        shop.fake.inject(Endpoint::Confirm, Fault::Refused { code, http_status: 403, effect: false });
        let Err(AskError::Refused { refusal, .. }) = shop.collect(&uid, ORDER, 4_400, 1).await else {
            panic!("it was refused")
        };
        assert_eq!((refusal.status, &*refusal.path), (403, "/toss/v1/payments/confirm"));
        assert!(refusal.text.contains("REJECT_CARD_PAYMENT"), "{}", refusal.text);
        assert!(!format!("{refusal:?}").contains("text"), "and no log line has them");
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
            for shop in shops() {
                let uid = shop.agreed();
                shop.fake.inject(Endpoint::Confirm, fault.clone());
                assert!(is_unknown(&shop.collect(&uid, ORDER, 4_400, 1).await), "{fault:?}");
                let is_collected = shop.collected(&uid).0 > 0;
                assert_eq!(shop.look(&uid).await.standing == Standing::Paid, is_collected, "{fault:?}");
            }
            for shop in shops() {
                let uid = shop.paid().await;
                shop.fake.inject(Endpoint::Cancel, fault.clone());
                assert!(is_unknown(&shop.give_back(&uid, (400, 4_400), None, 2).await), "{fault:?}");
                let shown = i64::from(shop.look(&uid).await.facts.refund.get());
                assert_eq!(shop.collected(&uid).1, shown, "{fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_sum_goes_back_once_by_one_name_and_all_of_it_in_the_end() {
    for shop in shops() {
        let uid = shop.paid().await;
        for _ in 0..2 {
            let shown = shop.give_back(&uid, (1_400, 4_400), None, 2).await.unwrap();
            assert_eq!((shown.facts.refund, shown.standing), (Won::new(1_400), Standing::Paid));
        }
        assert_eq!(
            refused(shop.give_back(&uid, (1_400, 4_400), None, 3).await).1,
            "NOT_MATCHES_REFUNDABLE_AMOUNT"
        );
        shop.clock.advance(SignedDuration::from_secs(60));
        let all = shop.give_back(&uid, (3_000, 3_000), None, 5).await.unwrap();
        assert_eq!((all.facts.refund, &all.standing), (Won::new(4_400), &Standing::Cancelled));
        let cancels: Vec<_> =
            all.facts.cancels.iter().map(|one| (one.price.get(), &*one.reason, one.created_at)).collect();
        let later = opened_at().checked_add(SignedDuration::from_secs(60)).unwrap();
        assert_eq!(cancels, [(1_400, "a cold cup", opened_at()), (3_000, "a cold cup", later)]);
        assert_eq!((all.facts.paid_at, shop.collected(&uid)), (Some(opened_at()), (4_400, 4_400, 1)));
        // What went back before is looked up: it may be this very refund.
        assert!(is_unknown(&shop.give_back(&uid, (3_000, 3_000), None, 6).await));
    }
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_made_once() {
    for shop in shops() {
        let uid = shop.paid().await;
        shop.fake.inject(Endpoint::Cancel, Fault::AnswerLost);
        assert!(is_unknown(&shop.give_back(&uid, (400, 4_400), None, 2).await));
        shop.give_back(&uid, (400, 4_400), None, 2).await.unwrap();
        assert_eq!(shop.collected(&uid).1, 400);
    }
}

#[tokio::test]
async fn a_virtual_account_waits_is_paid_into_taken_back_from_and_given_back_to_an_account() {
    for shop in shops() {
        let uid = shop.opened(WindowMethod::VirtualAccount);
        shop.fake.choose_virtual_account(&uid).unwrap();
        let waiting = shop.collect(&uid, ORDER, 4_400, 1).await.unwrap();
        assert_eq!((waiting.standing, waiting.facts.paid_at), (Standing::Awaited, None));
        shop.fake.deposit(&uid).unwrap();
        let paid = shop.look(&uid).await;
        assert_eq!((paid.standing, paid.facts.paid_at), (Standing::Paid, Some(opened_at())));
        shop.fake.reverse_deposit(&uid).unwrap();
        let reversed = shop.look(&uid).await;
        assert_eq!((reversed.standing, reversed.facts.paid_at), (Standing::Awaited, None));
        shop.fake.deposit(&uid).unwrap();
        let account = BankAccount {
            bank: "20".to_owned(),
            number: "110-417-532896".to_owned(),
            holder: "김토스".to_owned(),
            mobile: String::new(),
        };
        let shown = shop.give_back(&uid, (400, 4_400), Some(&account), 2).await.unwrap();
        assert_eq!(shown.facts.refund, Won::new(400));
    }
    let [today, _] = shops();
    let uid = today.opened(WindowMethod::VirtualAccount);
    today.fake.choose_virtual_account(&uid).unwrap();
    today.collect(&uid, ORDER, 4_400, 1).await.unwrap();
    today.fake.deposit(&uid).unwrap();
    let nowhere = refused(today.give_back(&uid, (400, 4_400), None, 2).await);
    assert_eq!(nowhere, (400, "INVALID_REFUND_ACCOUNT_INFO".to_owned()));
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_no_end() {
    for shop in shops() {
        let uid = shop.paid().await;
        shop.fake.show_status(&uid, Some("PAUSED")).unwrap();
        let shown = shop.look(&uid).await;
        assert_eq!(
            (shown.standing, shown.facts.paid_at),
            (Standing::Unrecognised("PAUSED".to_owned()), None)
        );
    }
}

#[tokio::test]
async fn a_stored_card_is_shown_to_its_customers_source_alone() {
    for shop in shops() {
        let billing = shop.does(&Register {
            customer_key: ORDER.to_owned(),
            card: card(),
            customer_name: None,
            customer_email: None,
        });
        let uid = billing.billing_key.0;
        let shown = shop.toss.stored_method(&uid, ORDER).await.unwrap();
        assert_eq!(shown.0, billing.raw.as_str());
        assert!((400..500).contains(&refused(shop.toss.stored_method(&uid, "another").await).0));
        assert!((400..500).contains(&refused(shop.toss.stored_method("nobody's", ORDER).await).0));
    }
}

#[tokio::test]
async fn a_card_that_was_typed_in_is_taken_on_as_it_stands() {
    for shop in shops() {
        let key_in = KeyIn {
            order_id: ORDER.to_owned(),
            order_name: "아이스 아메리카노".to_owned(),
            amount: 4_400,
            tax_free_amount: None,
            card: card(),
            card_installment_plan: None,
        };
        let uid = shop.does(&key_in).payment_key;
        let collected = shop.collect(&uid, ORDER, 4_400, 1).await;
        assert!(is_unknown(&collected) || collected.unwrap().standing == Standing::Paid);
        assert_eq!((shop.look(&uid).await.standing, shop.collected(&uid)), (Standing::Paid, (4_400, 0, 1)));
    }
}

#[test]
fn debug_shows_no_secret() {
    for shop in shops() {
        let text = format!("{:?}", shop.toss);
        assert!(!text.contains("test_sk") && !text.contains("test_ak"), "{text}");
    }
}

fn card() -> CardNumber {
    CardNumber {
        number: "4330123412341234".to_owned(),
        expiration_year: "30".to_owned(),
        expiration_month: "12".to_owned(),
        password: Some("12".to_owned()),
        owner_number: Some("900101".to_owned()),
    }
}
