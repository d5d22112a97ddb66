//! Payments that others opened, known by V1's own number of the attempt.

use ::portone::v1::Buyer;
use ::portone::v1::charges::{Charge, PayOnetime};
use ::portone::v1::customers::CardDetails;
use ::portone::v1::vbanks::IssueVbank;
use cafe_core::payment::{BankAccount, Gateway as _, GatewayError, PaymentRef, Snapshot, Standing, Won};
use fakes::portone::Dialect;
use jiff::SignedDuration;
use secrecy::SecretString;

use super::Shop;
use crate::answered::{declined, is_unknown};
use crate::asked::{ORDER, cancellation, collection, of_a_service, opened_at};

/// By card, whose digits were typed in at the service; the card is stored by the order's name.
pub(super) fn paid(shop: &Shop) -> PaymentRef {
    let secret = |text: &str| SecretString::from(text);
    let onetime = PayOnetime {
        card: CardDetails {
            number: secret("1234-1234-1234-1234"),
            expiry: secret("2030-12"),
            birth: secret("900101"),
            pwd_2digit: Some(secret("12")),
            cvc: None,
        },
        customer_uid: Some(ORDER.to_owned()),
        charge: Charge {
            merchant_uid: ORDER.to_owned(),
            amount: 4_400,
            name: "라떼".to_owned(),
            tax_free: None,
            card_quota: None,
            buyer: Buyer::default(),
            custom_data: None,
            notice_url: None,
        },
    };
    of_a_service(&shop.does(&onetime).imp_uid)
}

fn account_for_a_deposit(shop: &Shop) -> PaymentRef {
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
    of_a_service(&shop.does(&vbank).imp_uid)
}

async fn give_back(
    shop: &Shop,
    payment: &PaymentRef,
    (amount, left): (u32, u32),
    account: Option<BankAccount>,
) -> Result<Snapshot, GatewayError> {
    let mut cancellation = cancellation("r1", amount, left);
    cancellation.account = account;
    let shown = shop.gateway.cancel(payment, &cancellation).await?;
    Ok(shown.expect("V1's answer tells all of the payment"))
}

#[tokio::test]
async fn what_was_paid_is_shown_with_its_own_order_and_sum_whatever_is_asked_of_it() {
    let shop = Shop::new(Dialect::V1);
    let payment = paid(&shop);
    let shown = shop.gateway.lookup(&payment).await.unwrap();
    assert_eq!((Some(&shown.key), &*shown.order, shown.is_ours), (payment.key.as_ref(), ORDER, true));
    assert_eq!((&shown.standing, shown.facts.price), (&Standing::Paid, Won::new(4_400)));
    let elsewhere = PaymentRef { order: "another-order".to_owned(), ..payment };
    let collected = shop.gateway.approve(&elsewhere, &collection("c1", 4_399, None)).await.unwrap();
    assert_eq!(collected, Snapshot { is_ours: false, ..shown }, "it collects by itself, so it only looks");
}

#[tokio::test]
async fn its_number_alone_is_asked_for_and_nothing_is_looked_up_before_a_refund() {
    let shop = Shop::new(Dialect::V1);
    let payment = paid(&shop);
    let part = give_back(&shop, &payment, (1_400, 4_400), None).await.unwrap();
    assert_eq!((part.returned(), part.standing), (Won::new(1_400), Standing::Paid));
    let asked = shop.wire.asked();
    let [token, cancel] = &*asked else { panic!("{asked:?}") };
    assert!(token.contains("getToken") && cancel.contains(payment.key.as_deref().unwrap()), "{cancel}");
}

#[tokio::test]
async fn a_virtual_account_is_awaited_paid_into_and_given_back_to_an_account() {
    let shop = Shop::new(Dialect::V1);
    let payment = account_for_a_deposit(&shop);
    let waiting = shop.gateway.lookup(&payment).await.unwrap();
    assert_eq!((waiting.standing, waiting.facts.paid_at), (Standing::Awaited, None));
    shop.fake.deposit(ORDER).unwrap();
    let paid = shop.gateway.lookup(&payment).await.unwrap();
    assert_eq!((paid.standing, paid.facts.paid_at), (Standing::Paid, Some(opened_at())));
    let nowhere = declined(give_back(&shop, &payment, (400, 4_400), None).await);
    assert_eq!(nowhere.1.status, 422, "nowhere to give it");
    let account = BankAccount {
        bank: "088".to_owned(),
        number: "110417532896".to_owned(),
        holder: "김포트".to_owned(),
        mobile: String::new(),
    };
    let back = give_back(&shop, &payment, (400, 4_400), Some(account)).await.unwrap();
    assert_eq!(back.returned(), Won::new(400));
}

#[tokio::test]
async fn an_account_that_is_closed_before_its_deposit_shows_no_sum() {
    let shop = Shop::new(Dialect::V1);
    let payment = account_for_a_deposit(&shop);
    let closing = give_back(&shop, &payment, (4_400, 4_400), None).await;
    assert!(is_unknown(&closing), "its answer tells of no refund: {closing:?}");
    let closed = shop.gateway.lookup(&payment).await.unwrap();
    // A word that says nothing here, so it is taken for no end.
    assert_eq!(closed.standing, Standing::Unrecognised("cancelled".to_owned()));
    assert_eq!((closed.returned(), closed.facts.paid_at), (Won::ZERO, None));
}
