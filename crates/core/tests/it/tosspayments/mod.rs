//! Toss Payments as a gateway, in both of its dialects and in both manners of its fake.

mod confirm;
mod doubt;
mod page;
mod refund;
mod stored;
mod virtual_account;

use std::sync::Arc;

use ::tosspayments::key_in::CardNumber;
use ::tosspayments::window::OpenWindow;
use ::tosspayments::{Account, Api, Call, Payment, WindowMethod};
use cafe_core::gateway::tosspayments::TossPayments;
use cafe_core::payment::{Cancellation, Gateway as _, GatewayError, PaymentRef, Snapshot};
use fakes::clock::Clock;
use fakes::tosspayments::{Manner, Options, TossPayments as Fake};
use secrecy::SecretString;

use crate::asked::{ORDER, cancellation, collection, of_a_service, opened_at, returns};
use crate::wire::Wire;

pub(crate) use self::page::on_a_page;

pub(crate) struct Shop {
    pub(crate) fake: Fake,
    pub(crate) clock: Clock,
    pub(crate) wire: Arc<Wire>,
    pub(crate) account: Account,
    pub(crate) manner: Manner,
    pub(crate) gateway: TossPayments,
}

/// Merchants of today and of the reference's fake, in both dialects each.
pub(crate) fn shops() -> Vec<Shop> {
    let mut shops = Vec::new();
    for merchant in Options::default().merchants {
        for api in [Api::Current, Api::Legacy] {
            let clock = Clock::fixed(opened_at());
            let fake = Fake::new(Options::default(), clock.clone());
            let account = Account::new(api, &SecretString::from(merchant.secret_key.clone())).unwrap();
            let account = account.with_base_url("http://127.0.0.1:3001/toss").unwrap();
            let asked = fake.clone();
            let wire = Wire::to(move |request| asked.answer(request));
            let gateway = TossPayments::new(account.clone(), wire.clone());
            shops.push(Shop { fake, clock, wire, account, manner: merchant.manner, gateway });
        }
    }
    shops
}

impl Shop {
    pub(crate) fn does<C: Call>(&self, call: &C) -> C::Answer {
        let answer = self.fake.answer(&call.request(&self.account).unwrap()).answer().unwrap();
        C::answer(&answer).unwrap()
    }

    /// What Toss Payments' script does on a page.
    pub(crate) fn window(&self, order_id: &str, method: WindowMethod) -> Payment {
        self.does(&OpenWindow {
            method,
            order_id: order_id.to_owned(),
            order_name: "아이스 아메리카노".to_owned(),
            amount: 4_400,
            tax_free_amount: None,
            customer_key: None,
            success_url: returns().approve,
            fail_url: returns().fail,
        })
    }

    fn opened(&self) -> PaymentRef {
        of_a_service(&self.window(ORDER, WindowMethod::Card).payment_key)
    }

    fn agreed(&self) -> PaymentRef {
        let payment = self.opened();
        self.fake.pay(key(&payment)).unwrap();
        payment
    }

    async fn paid(&self) -> PaymentRef {
        let payment = self.agreed();
        self.approve(&payment, "c1").await.unwrap();
        payment
    }

    async fn approve(&self, payment: &PaymentRef, name: &str) -> Result<Snapshot, GatewayError> {
        self.gateway.approve(payment, &collection(name, 4_400, None)).await
    }

    async fn look(&self, payment: &PaymentRef) -> Snapshot {
        self.gateway.lookup(payment).await.unwrap()
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        name: &str,
        (amount, left): (u32, u32),
    ) -> Result<Snapshot, GatewayError> {
        self.give_back(payment, cancellation(name, amount, left)).await
    }

    async fn give_back(
        &self,
        payment: &PaymentRef,
        cancellation: Cancellation,
    ) -> Result<Snapshot, GatewayError> {
        let shown = self.gateway.cancel(payment, &cancellation).await?;
        Ok(shown.expect("its answer tells all of the payment"))
    }

    /// What was collected, in how many times, and what went back.
    fn moved(&self, payment: &PaymentRef) -> (i64, usize, i64) {
        let payment = self.fake.payment(key(payment)).unwrap();
        (payment.collected, payment.approvals, payment.cancelled)
    }
}

fn key(payment: &PaymentRef) -> &str {
    payment.key.as_deref().unwrap()
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

#[test]
fn debug_shows_no_secret() {
    for shop in shops() {
        let text = format!("{:?}", shop.gateway);
        assert!(!text.contains("test_sk") && !text.contains("test_ak"), "{text}");
    }
}
