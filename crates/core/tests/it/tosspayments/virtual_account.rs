//! A virtual account: awaited, paid into, taken back from, and given back to an account.

use ::tosspayments::WindowMethod;
use cafe_core::payment::{BankAccount, PaymentRef, Standing, Won};
use fakes::tosspayments::Manner;

use super::{Shop, key, shops};
use crate::answered::declined;
use crate::asked::{ORDER, cancellation, of_a_service, opened_at};

fn chosen(shop: &Shop) -> PaymentRef {
    let payment = of_a_service(&shop.window(ORDER, WindowMethod::VirtualAccount).payment_key);
    shop.fake.choose_virtual_account(key(&payment)).unwrap();
    payment
}

#[tokio::test]
async fn it_waits_is_paid_into_taken_back_from_and_given_back_to_an_account() {
    for shop in shops() {
        let payment = chosen(&shop);
        let waiting = shop.approve(&payment, "c1").await.unwrap();
        assert_eq!((waiting.standing, waiting.facts.paid_at), (Standing::Awaited, None));
        shop.fake.deposit(key(&payment)).unwrap();
        let paid = shop.look(&payment).await;
        assert_eq!((paid.standing, paid.facts.paid_at), (Standing::Paid, Some(opened_at())));
        shop.fake.reverse_deposit(key(&payment)).unwrap();
        let reversed = shop.look(&payment).await;
        assert_eq!((reversed.standing, reversed.facts.paid_at), (Standing::Awaited, None));
        shop.fake.deposit(key(&payment)).unwrap();
        let account = BankAccount {
            bank: "20".to_owned(),
            number: "110-417-532896".to_owned(),
            holder: "김토스".to_owned(),
            mobile: String::new(),
        };
        let mut refund = cancellation("r1", 400, 4_400);
        refund.account = Some(account);
        assert_eq!(shop.give_back(&payment, refund).await.unwrap().facts.refund, Won::new(400));
    }
}

#[tokio::test]
async fn it_is_given_up_before_its_deposit_and_then_was_never_paid() {
    for shop in shops() {
        let payment = chosen(&shop);
        shop.approve(&payment, "c1").await.unwrap();
        let closed = shop.cancel(&payment, "r1", (4_400, 4_400)).await.unwrap();
        for shown in [closed, shop.look(&payment).await] {
            assert_eq!((&shown.standing, shown.facts.paid_at), (&Standing::Cancelled, None));
        }
        assert_eq!(shop.moved(&payment), (0, 0, 0));
    }
}

#[tokio::test]
async fn a_deposit_goes_back_nowhere_without_an_account() {
    for shop in shops().into_iter().filter(|shop| shop.manner == Manner::Current) {
        let payment = chosen(&shop);
        shop.approve(&payment, "c1").await.unwrap();
        shop.fake.deposit(key(&payment)).unwrap();
        let (_, refusal) = declined(shop.cancel(&payment, "r1", (400, 4_400)).await);
        assert_eq!((refusal.status, &*refusal.code), (400, "INVALID_REFUND_ACCOUNT_INFO"));
        assert_eq!(shop.moved(&payment).2, 0);
    }
}
