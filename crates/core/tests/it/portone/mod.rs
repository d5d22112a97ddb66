//! PortOne as a gateway, in both of its dialects: payments that we open, and payments that others opened.

mod doubt;
mod elsewhere;
mod refund;
mod stored;
mod token;
mod window;

use std::sync::Arc;

use ::portone::{v1, v2};
use bytes::Bytes;
use cafe_core::gateway::portone::{PortOne, Window};
use cafe_core::payment::{Charge, Gateway as _, GatewayError, PaymentRef, Provider, Session, Snapshot};
use fakes::clock::Clock;
use fakes::portone::{Dialect, Options, PortOne as Fake};
use http::{Request, Response};
use secrecy::SecretString;

use crate::asked::{cancellation, charge, collection, opened_at, returns};
use crate::wire::Wire;

pub(crate) const ORIGIN: &str = "http://portone.test";

/// Who asks, in the protocol's own words.
#[derive(Clone)]
pub(crate) enum Account {
    V1(v1::Account),
    V2(v2::Account),
}

pub(crate) struct Shop {
    pub(crate) dialect: Dialect,
    pub(crate) fake: Fake,
    pub(crate) clock: Clock,
    pub(crate) wire: Arc<Wire>,
    pub(crate) account: Account,
    pub(crate) gateway: PortOne,
    charge: Charge,
}

fn wire(fake: &Fake) -> Arc<Wire> {
    let asked = fake.clone();
    Wire::to(move |request| asked.answer(request))
}

fn account(dialect: Dialect) -> Account {
    let options = Options::default();
    let [key, secret, api_secret] =
        [&options.imp_key, &options.imp_secret, &options.api_secret].map(|text| SecretString::from(&**text));
    let base = format!("{ORIGIN}{}", dialect.root());
    match dialect {
        Dialect::V1 => Account::V1(v1::Account::new(&key, &secret).unwrap().with_base_url(&base).unwrap()),
        Dialect::V2 => {
            let account = v2::Account::new(&api_secret).unwrap().with_store_id(&options.store_id).unwrap();
            Account::V2(account.with_base_url(&base).unwrap())
        }
    }
}

fn gateway(dialect: Dialect, wire: Arc<Wire>, clock: Clock) -> PortOne {
    let options = Options::default();
    let window = Window {
        page: Some(format!("{ORIGIN}{}/pay", dialect.root()).parse().unwrap()),
        store: options.store_id.clone(),
        channel: SecretString::from(options.channel_key),
    };
    match account(dialect) {
        Account::V1(account) => PortOne::v1(account, wire, Arc::new(move || clock.now())).on(window),
        Account::V2(account) => PortOne::v2(account, wire).on(window),
    }
}

impl Shop {
    pub(crate) fn new(dialect: Dialect) -> Shop {
        let clock = Clock::fixed(opened_at());
        let address = || Some("http://cafe.test/notices".to_owned());
        let options = Options { v1_webhook_url: address(), v2_webhook_url: address(), ..Options::default() };
        let fake = Fake::new(options, clock.clone());
        let wire = wire(&fake);
        let gateway = gateway(dialect, wire.clone(), clock.clone());
        Shop { dialect, fake, clock, wire, account: account(dialect), gateway, charge: charge(1) }
    }

    pub(crate) fn both() -> [Shop; 2] {
        [Dialect::V1, Dialect::V2].map(Shop::new)
    }

    /// What the protocol's own request is answered with: of V1's, under a token.
    pub(crate) fn answer(
        &self,
        v1: impl FnOnce(&v1::Account, &v1::token::Token) -> Request<Bytes>,
        v2: impl FnOnce(&v2::Account) -> Request<Bytes>,
    ) -> Response<Bytes> {
        let request = match &self.account {
            Account::V1(account) => {
                let got = self.fake.answer(&v1::token::GetToken.request(account)).answer().unwrap();
                v1(account, &v1::token::GetToken::answer(&got, self.clock.now()).unwrap())
            }
            Account::V2(account) => v2(account),
        };
        self.fake.answer(&request).answer().unwrap()
    }

    /// The same of a call that V1 alone has.
    fn does<C: v1::Call>(&self, call: &C) -> C::Answer {
        let of_v1 = |account: &v1::Account, token: &v1::token::Token| call.request(account, token).unwrap();
        C::answer(&self.answer(of_v1, |_| panic!("V2 has no such call"))).unwrap()
    }

    fn name(&self) -> String {
        self.charge.order.to_string()
    }

    /// As we keep a payment that we opened.
    fn payment(&self) -> PaymentRef {
        let dialect = match self.dialect {
            Dialect::V1 => "v1",
            Dialect::V2 => "v2",
        };
        PaymentRef {
            order: self.name(),
            key: Some(format!("{dialect}/{}", self.name())),
            payer: Some(self.charge.payer.clone()),
        }
    }

    /// Opens the payment, and gives its window's query.
    async fn open(&self) -> String {
        let checkout = self.gateway.open(&self.charge, &returns()).await.unwrap();
        let key = self.payment().key.unwrap();
        assert_eq!(checkout.session, Session { provider: Provider::PortOne, key });
        assert_eq!(checkout.pages.desktop, checkout.pages.mobile);
        query(self.dialect, &checkout.pages.mobile).to_owned()
    }

    async fn paid(&self) {
        let query = self.open().await;
        let back = self.fake.pay(self.dialect, &query).unwrap();
        assert!(back.starts_with("https://cafe.example/pay/approve?a=b&"), "{back}");
    }

    async fn approve(&self) -> Result<Snapshot, GatewayError> {
        self.gateway.approve(&self.payment(), &collection("c1", 4_400, None)).await
    }

    async fn look(&self) -> Snapshot {
        self.gateway.lookup(&self.payment()).await.unwrap()
    }

    async fn cancel(&self, amount: u32, left: u32) -> Result<Option<Snapshot>, GatewayError> {
        self.gateway.cancel(&self.payment(), &cancellation("r1", amount, left)).await
    }

    fn cancelled(&self) -> i64 {
        self.fake.payment(&self.name()).unwrap().cancelled
    }
}

/// What the window at `page` is told.
pub(crate) fn query(dialect: Dialect, page: &str) -> &str {
    page.strip_prefix(&format!("{ORIGIN}{}/pay?", dialect.root())).unwrap()
}

#[test]
fn debug_shows_no_secret() {
    for shop in Shop::both() {
        let text = format!("{:?}", shop.gateway);
        assert!(!text.contains("secret") && !text.contains("channel-key"), "{text}");
        assert!(!text.contains("test_imp"), "{text}");
    }
}
