//! KakaoPay as a gateway, in both dialects of its API.

mod approve;
mod doubt;
mod refund;
mod stored;

use std::sync::Arc;

use ::kakaopay::{Account, Api, TEST_CID};
use cafe_core::gateway::kakaopay::KakaoPay;
use cafe_core::payment::{
    Charge, Checkout, Gateway as _, GatewayError, PaymentRef, Proof, Provider, Snapshot,
};
use fakes::clock::Clock;
use fakes::kakaopay::{KakaoPay as Fake, Options};
use secrecy::SecretString;

use crate::answered::is_unreached;
use crate::asked::{cancellation, charge, collection, opened_at, returns};
use crate::wire::Wire;

pub(crate) struct Shop {
    pub(crate) fake: Fake,
    pub(crate) clock: Clock,
    pub(crate) wire: Arc<Wire>,
    pub(crate) account: Account,
    pub(crate) gateway: KakaoPay,
}

fn account(api: Api, cid: &str) -> Account {
    let options = Options::default();
    let key = match api {
        Api::Open => &options.secret_keys[0],
        Api::Legacy => &options.admin_keys[0],
    };
    let account = Account::new(api, &SecretString::from(&**key), cid).unwrap();
    account.with_base_url(&options.origin).unwrap()
}

pub(crate) fn shops() -> [Shop; 2] {
    shops_of(TEST_CID)
}

fn shops_of(cid: &str) -> [Shop; 2] {
    [Api::Open, Api::Legacy].map(|api| {
        let clock = Clock::fixed(opened_at());
        let fake = Fake::new(Options::default(), clock.clone());
        let asked = fake.clone();
        let wire = Wire::to(move |request| asked.answer(request));
        let account = account(api, cid);
        let gateway = KakaoPay::new(account.clone(), wire.clone());
        Shop { fake, clock, wire, account, gateway }
    })
}

/// The token in the address that the payer's browser is sent to.
pub(crate) fn proof(next: &str) -> Proof {
    let next: url::Url = next.parse().unwrap();
    let (_, token) = next.query_pairs().find(|(name, _)| name == "pg_token").unwrap();
    Proof(token.into_owned())
}

impl Shop {
    async fn checkout(&self, charge: &Charge) -> Checkout {
        self.gateway.open(charge, &returns()).await.unwrap()
    }

    async fn opened(&self) -> PaymentRef {
        let charge = charge(1);
        let key = Some(self.checkout(&charge).await.session.key);
        PaymentRef { order: charge.order.to_string(), key, payer: Some(charge.payer) }
    }

    async fn agreed(&self) -> (PaymentRef, Proof) {
        let payment = self.opened().await;
        let proof = proof(&self.fake.pay(tid(&payment)).unwrap());
        (payment, proof)
    }

    async fn paid(&self) -> PaymentRef {
        let (payment, proof) = self.agreed().await;
        self.approve(&payment, &proof).await.unwrap();
        payment
    }

    async fn approve(&self, payment: &PaymentRef, proof: &Proof) -> Result<Snapshot, GatewayError> {
        self.gateway.approve(payment, &collection("c1", 4_400, Some(proof))).await
    }

    async fn look(&self, payment: &PaymentRef) -> Snapshot {
        self.gateway.lookup(payment).await.unwrap()
    }

    async fn cancel(
        &self,
        payment: &PaymentRef,
        (amount, left): (u32, u32),
    ) -> Result<Option<Snapshot>, GatewayError> {
        self.gateway.cancel(payment, &cancellation("r1", amount, left)).await
    }

    /// What was collected, in how many times, and what went back.
    fn moved(&self, payment: &PaymentRef) -> (i64, usize, i64) {
        let payment = self.fake.payment(tid(payment)).unwrap();
        (payment.collected, payment.approvals, payment.cancelled)
    }
}

fn tid(payment: &PaymentRef) -> &str {
    payment.key.as_deref().unwrap()
}

#[tokio::test]
async fn an_order_is_opened_with_a_page_for_each_device_and_a_name_that_fits() {
    for shop in shops() {
        let item = "라떼".repeat(60);
        let checkout = shop.checkout(&Charge { item: item.clone(), ..charge(1) }).await;
        assert_eq!(checkout.session.provider, Provider::KakaoPay);
        assert_ne!(checkout.pages.mobile, checkout.pages.desktop);
        for page in [&checkout.pages.mobile, &checkout.pages.desktop] {
            assert!(page.starts_with("http://127.0.0.1:3001/"), "{page}");
        }
        let opened = shop.fake.payment(&checkout.session.key).unwrap();
        let named: String = item.chars().take(100).collect();
        assert_eq!((opened.item_name, opened.total, opened.collected), (Some(named), 4_400, 0));
        assert_eq!(
            (opened.partner_order_id, opened.partner_user_id),
            (charge(1).order.to_string(), charge(1).payer.0)
        );
    }
}

#[tokio::test]
async fn nobody_is_asked_about_a_payment_whose_number_never_came() {
    for shop in shops() {
        let payment = PaymentRef { key: None, ..shop.opened().await };
        shop.wire.asked();
        assert!(is_unreached(&shop.gateway.lookup(&payment).await));
        assert!(is_unreached(&shop.approve(&payment, &Proof("typed".to_owned())).await));
        assert!(is_unreached(&shop.cancel(&payment, (400, 4_400)).await));
        assert_eq!(shop.wire.asked(), Vec::<String>::new());
    }
}

#[test]
fn debug_shows_no_secret() {
    for shop in shops() {
        let text = format!("{:?}", shop.gateway);
        let options = Options::default();
        assert!(!text.contains(&options.secret_keys[0]) && !text.contains(&options.admin_keys[0]), "{text}");
    }
}
