//! Whom functions ask: an embedded DynamoDB with the template's tables, and the fake KakaoPay, over HTTP on loopback.

use cafe_core::payment::BoxError;
use devserver::dynamodb::{Embedded, create_tables};
use devserver::template::Template;
use fakes::clock::Clock;
use fakes::kakaopay::{KakaoPay, Options};
use store::Tables;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Both, as long as this is.
pub(crate) struct Upstreams {
    pub(crate) embedded: Embedded,
    pub(crate) kakaopay: KakaoPay,
    pub(crate) tables: Tables,
    pub(crate) dynamodb_url: String,
    pub(crate) kakaopay_url: String,
    kakaopay_key: String,
    _serving: JoinSet<()>,
}

impl Upstreams {
    pub(crate) async fn are_served() -> Result<Upstreams, BoxError> {
        let template = Template::of_this_build()?;
        let (embedded, tables) = (Embedded::in_memory(), Tables::default());
        let names = |logical_id: &str| match logical_id {
            "MembersTable" => tables.members.clone(),
            "LedgerTable" => tables.ledger.clone(),
            "OrdersTable" => tables.orders.clone(),
            other => other.to_owned(),
        };
        create_tables(&embedded.client(), &template, names).await?;
        let (fake, kakaopay_url) = listens().await?;
        let (dynamodb, dynamodb_url) = listens().await?;
        let options = Options { origin: kakaopay_url.clone(), ..Options::default() };
        let kakaopay_key = options.secret_keys.first().cloned().ok_or("the fake takes a key")?;
        let kakaopay = KakaoPay::new(options, Clock::real());
        let mut serving = JoinSet::new();
        let (database, pages) = (embedded.clone(), kakaopay.router());
        serving.spawn(async move {
            // It ends with this set, and not before.
            let _ = database.serve(dynamodb, std::future::pending()).await;
        });
        serving.spawn(async move {
            let _ = axum::serve(fake, pages).await;
        });
        Ok(Upstreams {
            embedded,
            kakaopay,
            tables,
            dynamodb_url,
            kakaopay_url,
            kakaopay_key,
            _serving: serving,
        })
    }

    /// What tells a function of them, and of its tables.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("MEMBERS_TABLE", self.tables.members.clone()),
            ("LEDGER_TABLE", self.tables.ledger.clone()),
            ("ORDERS_TABLE", self.tables.orders.clone()),
            ("KAKAOPAY_URL", self.kakaopay_url.clone()),
            ("KAKAOPAY_KEY", self.kakaopay_key.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb_url.clone()),
        ]
    }
}

/// A port of loopback, and its URL.
pub(crate) async fn listens() -> Result<(TcpListener, String), BoxError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}
