//! How soon a service is told of a refund, as `cargo dev` serves both: from the answer to whoever asked for it until the
//! notice has come, sealed and signed, over HTTP all the way.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use cafe_core::payment::{BoxError, Http as _};
use devserver::{DevServer, Options};
use fakes::tosspayments::PREFIX;
use functions::client::Client;
use payments_client::{Call, CancelHistory, Connection, CreateHistory, Notice, Source, Vendor, VendorCode};
use sealed::{PUBLIC_IV, PUBLIC_KEY, Pair};
use secrecy::SecretString;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tosspayments::window::OpenWindow;
use tosspayments::{Account, Api, Call as _, WindowMethod};

use super::payments::at;
use crate::table::{self, number};
use crate::upstreams::listens;

/// How many payments are given back, one after the other. The first ones are not counted.
const REFUNDS: usize = 100;
const FIRST: usize = 5;

/// What comes later was not told by the stream: that is what the schedule does, every minute.
const BY_THE_STREAM: Duration = Duration::from_secs(30);

const PRICE: u32 = 4_400;

/// Measures it, and writes a table.
///
/// # Errors
/// Where the dev server does not start, does not answer as it should, or the stream does not tell.
pub(super) async fn measure() -> Result<String, BoxError> {
    let mut shop = Shop::opens().await?;
    let mut waits_us = Vec::new();
    for order in 0..FIRST + REFUNDS {
        let waited_us = shop.gives_back(order).await?;
        if order >= FIRST {
            waits_us.push(waited_us);
        }
    }
    shop.server.stop().await?;
    waits_us.sort_unstable();
    let last = waits_us.last().copied().unwrap_or_default();
    let row = [
        "a refund, by `cargo dev`".to_owned(),
        number(at(&waits_us, 50)),
        number(at(&waits_us, 99)),
        number(last),
    ];
    Ok(table::write(["a service is told of", "p50, µs", "p99, µs", "the last of 100, µs"], [row]))
}

/// A notice: when it came, and its body.
type Told = (Instant, Vec<u8>);

/// A backend beside a dev server.
struct Shop {
    server: DevServer,
    connection: Connection,
    pair: Pair,
    http: Client,
    account: Account,
    /// What the service calls that account.
    store_id: String,
    /// Where it is told.
    address: String,
    told: UnboundedReceiver<Told>,
    _listening: JoinSet<()>,
}

impl Shop {
    async fn opens() -> Result<Shop, BoxError> {
        let server = DevServer::start(Options {
            port: 0,
            fake_port: 0,
            dynamodb_port: 0,
            data: None,
            menu: concat!(env!("CARGO_MANIFEST_DIR"), "/../menu.toml").into(),
            scenario: concat!(env!("CARGO_MANIFEST_DIR"), "/../scenario.toml").into(),
            environment: HashMap::new(),
        })
        .await?;
        let pair = Pair::new(PUBLIC_KEY, PUBLIC_IV)?;
        let merchants = fakes::tosspayments::Options::default().merchants;
        let merchant = merchants.into_iter().next().ok_or("the fake knows a merchant")?;
        let account = Account::new(Api::Current, &SecretString::from(merchant.secret_key))?
            .with_base_url(&format!("{}{PREFIX}", server.fake_url))?;
        let (heard, told) = unbounded_channel();
        let take = async |State(heard): State<UnboundedSender<Told>>, body: bytes::Bytes| {
            // Whoever measures may have ended.
            let _ = heard.send((Instant::now(), body.to_vec()));
        };
        let (listener, origin) = listens().await?;
        let router = Router::new().route("/told", post(take)).with_state(heard);
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            // It ends with this set, and not before.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Shop {
            connection: Connection::new(&server.api_url, pair.clone())?,
            server,
            pair,
            http: Client::of_this_machine()?,
            account,
            store_id: merchant.m_id,
            address: format!("{origin}/told"),
            told,
            _listening: listening,
        })
    }

    /// Has an order paid, takes the payment on, gives all of it back, and waits for the notice: how long, in microseconds.
    /// Where the notice comes before the answer, it is none.
    async fn gives_back(&mut self, order: usize) -> Result<u64, BoxError> {
        let order = format!("00000000-0000-4000-8000-{order:012x}");
        let source = Source { schema: "shop".to_owned(), table: "orders".to_owned(), id: order.clone() };
        let uid = self.is_paid(&order)?;
        let vendor = Vendor { code: VendorCode::TossPayments, store_id: self.store_id.clone(), uid };
        let password = || SecretString::from("some-password");
        let webhook_url = self.address.clone();
        let create =
            CreateHistory { vendor, source: source.clone(), price: PRICE, password: password(), webhook_url };
        self.does(&create).await?;
        let reason = "spilt".to_owned();
        let cancel =
            CancelHistory { source, password: password(), price: PRICE, reason, account: None, name: None };
        let (_, answered) = self.does(&cancel).await?;
        let told =
            timeout(BY_THE_STREAM, self.told.recv()).await.map_err(|_| "the stream has told nothing")?;
        let (came, body) = told.ok_or("it listens as long as this is")?;
        let notice = Notice::open(&self.pair, &body)?;
        if (notice.source.id, notice.current.refund) != (order, Some(PRICE)) {
            return Err("another notice was expected".into());
        }
        Ok(u64::try_from(came.saturating_duration_since(answered).as_micros())?)
    }

    /// Has the customer agree to pay for an order by card.
    fn is_paid(&self, order: &str) -> Result<String, BoxError> {
        let toss = &self.server.kept.tosspayments;
        let window = OpenWindow {
            method: WindowMethod::Card,
            order_id: order.to_owned(),
            order_name: "라떼".to_owned(),
            amount: PRICE,
            tax_free_amount: None,
            customer_key: None,
            success_url: "https://shop.example/paid".to_owned(),
            fail_url: "https://shop.example/failed".to_owned(),
        };
        let opened = toss.answer(&window.request(&self.account)?).answer();
        let uid = OpenWindow::answer(&opened.ok_or("the fake answers")?)?.payment_key;
        toss.pay(&uid)?;
        Ok(uid)
    }

    /// What comes of a call, and when it had come.
    async fn does<C: Call>(&self, call: &C) -> Result<(C::Answer, Instant), BoxError> {
        let answer = self.http.send(call.request(&self.connection)).await?;
        let answered = Instant::now();
        Ok((C::answer(&self.connection, &answer)?, answered))
    }
}
