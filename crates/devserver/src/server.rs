//! The whole cafe in one process: every function, the fake gateways and DynamoDB, on loopback.

use std::collections::HashMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client as DynamoDb;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use cafe_core::payment::{BoxError, Gateways, Http};
use functions::aws::Aws;
use functions::client::Client;
use functions::gateways::gateway;
use functions::menus::{MenuSource, Menus};
use functions::metrics::Metrics;
use functions::parts::SharedStore;
use functions::payments_dispatch::{self, Dispatch};
use functions::service::accounts::Accounts;
use functions::service::messenger::{Courier, Reach};
use functions::settings::{Secret, is_loopback, stack};
use functions::traces::Traces;
use functions::{Part, Payments, Settings, Skills, World, reconcile};
use jiff::SignedDuration;
use parameters::Parameter;
use sealed::Pair;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{Books, DynamoRecords, DynamoStore, Vault};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use crate::api::Api;
use crate::chat::{Chat, Parts};
use crate::clock::Moved;
use crate::dynamodb::{Changes, Embedded, create_tables};
use crate::kept::{self, Kept};
use crate::pages::{self, Desk, Links};
use crate::settings::{FakeAccounts, accounts, lookup, own_phone_key, own_store_key};
use crate::ssm::Parameters;
use crate::template::Template;

/// All that the functions need.
const PARTS: &[Part] = &[
    Part::Members,
    Part::Ledger,
    Part::Orders,
    Part::SkillKey,
    Part::PhoneKey,
    Part::Gateways,
    Part::Records,
    Part::StoreKey,
    Part::Accounts,
    Part::BodyPair,
    Part::SigningSecretIfAny,
];

/// How the dev server is to run.
pub struct Options {
    /// Where the API listens; 0 is any free port, here and below.
    pub port: u16,
    /// Where the fake gateways listen: another port, as a gateway is another origin.
    pub fake_port: u16,
    /// Where the embedded DynamoDB answers over HTTP.
    pub dynamodb_port: u16,
    /// The folder in which everything is kept between runs; none to forget everything.
    pub data: Option<PathBuf>,
    /// The menu, read anew for each order.
    pub menu: PathBuf,
    /// The scenario of the chat window, read anew for each message.
    pub scenario: PathBuf,
    /// The environment's variables. What they set wins over the dev server's own settings.
    pub environment: HashMap<String, String>,
}

/// Without the environment, which holds secrets.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("port", &self.port).field("data", &self.data).finish_non_exhaustive()
    }
}

/// A running dev server. It stops when it is [stopped](DevServer::stop) or dropped.
pub struct DevServer {
    /// The API, as `http://127.0.0.1:3000`.
    pub api_url: String,
    /// The fake gateways, as `http://127.0.0.1:3001`.
    pub fake_url: String,
    /// The embedded DynamoDB, unless the environment names another one.
    pub dynamodb_url: Option<String>,
    /// What a skill must send in `x-skill-key`.
    pub skill_key: String,
    /// The fake gateways and the clock.
    pub kept: Kept,
    /// The embedded DynamoDB, to count its requests.
    pub embedded: Option<Embedded>,
    /// The parts that the functions work with.
    pub payments: Payments,
    /// What they measure, which on Lambda goes into the log and here to whoever takes it.
    pub metrics: Metrics,
    stop: watch::Sender<()>,
    tasks: JoinSet<()>,
}

impl DevServer {
    /// Starts everything; it answers once this returns.
    ///
    /// # Errors
    /// Says what keeps it from starting: a port that is taken, a folder that cannot be used, a setting
    /// or a menu to mend.
    pub async fn start(options: Options) -> Result<DevServer, BoxError> {
        let template = Template::of_this_build()?;
        let (api, api_url) = listen(options.port, "--port").await?;
        let (fake, fake_url) = listen(options.fake_port, "--fake-port").await?;
        let fakes = kept::Options::at(&fake_url, &api_url);
        let own = FakeAccounts::of(&fakes);
        let of_service = accounts(&fakes.kakaopay, &fakes.tosspayments, &fakes.portone);
        let kept = Kept::open(options.data.as_deref(), fakes)?;
        // Where the payments service hears of them; the port may be another one than in the last run.
        kept.tosspayments.set_webhook_url(Some(&format!("{api_url}/payments/webhooks/toss")));

        let setting =
            lookup(move |name| options.environment.get(name).cloned(), fake_url.clone(), own, of_service);
        let settings = Settings::read(&setting, PARTS)?;
        let keys = (
            given(settings.skill_key.as_ref(), "SKILL_KEY")?,
            given(settings.phone_key.as_ref(), "PHONE_KEY")?,
        );

        let (stop, stopped) = watch::channel(());
        let mut tasks = JoinSet::new();
        let (dynamodb, embedded, dynamodb_url) = if let Some(url) = setting("AWS_ENDPOINT_URL_DYNAMODB") {
            (elsewhere(&url, &setting).await?, None, None)
        } else {
            let embedded = options.data.as_deref().map_or_else(|| Ok(Embedded::in_memory()), Embedded::at)?;
            let (listener, url) = listen(options.dynamodb_port, "--dynamodb-port").await?;
            let (database, stopped) = (embedded.clone(), until(stopped.clone()));
            tasks.spawn(async move { tell(database.serve(listener, stopped).await) });
            (embedded.client(), Some(embedded), Some(url))
        };
        let name = |logical_id: &str| table_name(&settings, logical_id);
        create_tables(&dynamodb, &template, name).await?;

        let clock = kept.clock.clone();
        let world = World::with_clock(move || clock.now());
        let books = Books::new(dynamodb.clone(), settings.tables.clone());
        let records = dynamodb.clone();
        let metrics = Metrics::of(&stack(&setting));
        let store = SharedStore::new(DynamoStore::new(dynamodb, settings.tables.clone()));
        let store = store.metered(metrics.clone());
        let menus =
            Menus::kept(Arc::new(MenuFile(options.menu.clone())), SignedDuration::ZERO, world.now()).await?;
        let gateways = gateways(&settings, &metrics, &world)?;
        let payments = Payments::new(&settings, store.clone(), gateways, menus.clone(), world.clone());
        let skills = Skills::new(&settings, store, menus.clone(), keys, world.clone())?;
        let (dispatch, pair) = service(&settings, records, &metrics, &world)?;

        let store_key = given(settings.store_key.as_ref(), "PAYMENTS_STORE_KEY")?.expose_secret();
        let skill_key = keys.0.expose_secret().split(',').next().unwrap_or_default().to_owned();
        let links = Links {
            api: api_url.clone(),
            fake: fake_url.clone(),
            dynamodb: dynamodb_url.clone(),
            skill_key: skill_key.clone(),
        };
        let chat = Chat::new(Parts {
            scenario: options.scenario,
            menus,
            clock: kept.clock.clone(),
            api: api_url.clone(),
            fake: fake_url.clone(),
            skill_key: skill_key.clone(),
        })?;
        let desk = Desk {
            payments: payments.clone(),
            dispatch: dispatch.clone(),
            kept: kept.clone(),
            books,
            phone_key: skills.phone_key.clone(),
            moved: Moved::default(),
            links: Arc::new(links),
            functions: template.functions.clone().into(),
            parameters: Parameters {
                menu: options.menu,
                phone_key: own_phone_key(keys.1.expose_secret()),
                store_key: own_store_key(store_key),
            },
        };
        let router = Router::new()
            .nest("/_dev", pages::router(desk, chat))
            .route("/_dev/", axum::routing::get(async || axum::response::Redirect::permanent("/_dev")))
            .fallback_service(Api::new(&template, &skills, &payments, Some((&dispatch.service, &pair)))?);
        tasks.spawn(serve(api, router, until(stopped.clone())));
        tasks.spawn(serve(fake, remembering(&kept), until(stopped)));
        let schedule = template.functions.iter().find_map(|function| function.schedule);
        tasks.spawn(keep_reconciling(payments.clone(), schedule.unwrap_or(Duration::from_mins(1))));
        let told = template.function("payments-dispatch")?;
        if let (Some(table), Some(embedded)) = (&told.changes_of, &embedded) {
            tasks.spawn(keep_telling(dispatch.clone(), embedded.changes(&name(table))?));
        }
        tasks.spawn(keep_dispatching(dispatch, told.schedule.unwrap_or(Duration::from_mins(1))));
        Ok(DevServer {
            api_url,
            fake_url,
            dynamodb_url,
            skill_key,
            kept,
            embedded,
            payments,
            metrics,
            stop,
            tasks,
        })
    }

    /// Waits for open connections to end, and writes down what is kept.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub async fn stop(mut self) -> Result<(), BoxError> {
        // Whoever has ended already needs no telling.
        let _ = self.stop.send(());
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        // A browser keeps its connections open for long; nobody waits for that.
        let _ = tokio::time::timeout(Duration::from_secs(1), ended).await;
        self.kept.save()
    }
}

impl fmt::Debug for DevServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevServer").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// The menu in its file, where its owner edits it.
struct MenuFile(PathBuf);

#[async_trait]
impl MenuSource for MenuFile {
    async fn text(&self) -> Result<String, BoxError> {
        let read = tokio::fs::read_to_string(&self.0).await;
        read.map_err(|error| format!("{}: {error}", self.0.display()).into())
    }
}

async fn listen(port: u16, option: &str) -> Result<(TcpListener, String), BoxError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("port {port} cannot be had ({error}); choose another with {option}"))?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

/// A DynamoDB that the environment names: with whatever credentials a developer has (a profile, SSO,
/// variables), or, on this machine, with made-up ones where there are none, as any will do.
async fn elsewhere(url: &str, setting: impl Fn(&str) -> Option<String>) -> Result<DynamoDb, BoxError> {
    if is_loopback(&Url::parse(url)?) {
        return Ok(Aws::from_env(setting)?.dynamodb());
    }
    let http = functions::aws::http_client()?;
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
    Ok(DynamoDb::new(&config))
}

/// The gateways that are chosen, each a fake unless the environment says otherwise.
fn gateways(settings: &Settings, metrics: &Metrics, world: &World) -> Result<Gateways, BoxError> {
    let mut offered = Vec::with_capacity(settings.gateways.len());
    for settings in &settings.gateways {
        let (name, secret) = settings.secret();
        let is_fake = settings.url().is_some_and(is_loopback);
        let client = if is_fake { Client::of_this_machine()? } else { Client::new()? };
        let gateway = gateway(settings, given(Some(secret), name)?, Arc::new(client), world)?;
        offered.push(gateway.metered(metrics.clone(), Traces::default()));
    }
    Ok(Gateways::new(offered))
}

/// The payments service's parts, whose services may be on this machine.
fn service(
    settings: &Settings,
    dynamodb: DynamoDb,
    metrics: &Metrics,
    world: &World,
) -> Result<(Dispatch, Pair), BoxError> {
    let pair = settings.body_pair.as_ref();
    let key = given(pair.map(|pair| &pair.key), "PAYMENTS_BODY_KEY")?;
    let iv = given(pair.map(|pair| &pair.iv), "PAYMENTS_BODY_IV")?;
    let pair = Pair::new(key.expose_secret(), iv.expose_secret())?;
    let store_key = given(settings.store_key.as_ref(), "PAYMENTS_STORE_KEY")?;
    let vault = Vault::new(store_key.expose_secret())?;
    let account = settings.accounts.as_ref();
    let listed = given(account.map(|account| &account.accounts), "PAYMENTS_ACCOUNTS")?;
    let places = account.map(|account| account.places.clone()).unwrap_or_default();
    let are_fakes = [&places.toss, &places.portone_v1, &places.portone_v2, &places.kakaopay]
        .iter()
        .all(|url| url.as_ref().is_some_and(is_loopback));
    let http: Arc<dyn Http> = Arc::new(if are_fakes { Client::of_this_machine()? } else { Client::new()? });
    let accounts = Accounts::read(listed, &places, &http, world)?;
    let signing = given(settings.signing_secret.as_ref(), "PAYMENTS_SIGNING_SECRET")?;
    let reach = Reach::ThisMachineToo;
    let service = functions::Service {
        records: Arc::new(DynamoRecords::new(dynamodb, settings.payments_table.clone(), vault)),
        accounts: Parameter::fixed("PAYMENTS_ACCOUNTS", accounts),
        reach,
        world: world.clone(),
    };
    let messenger = Arc::new(Courier::new(reach, pair.clone(), Some(signing), world.clone())?);
    Ok((Dispatch { service, messenger, metrics: metrics.clone() }, pair))
}

/// What a table of the template's is called.
fn table_name(settings: &Settings, logical_id: &str) -> String {
    let tables = &settings.tables;
    match logical_id {
        "MembersTable" => tables.members.clone(),
        "LedgerTable" => tables.ledger.clone(),
        "OrdersTable" => tables.orders.clone(),
        "PaymentsTable" => settings.payments_table.clone(),
        other => other.to_owned(),
    }
}

fn given<'a>(secret: Option<&'a Secret>, name: &str) -> Result<&'a SecretString, BoxError> {
    match secret {
        Some(Secret::Given(secret)) => Ok(secret),
        Some(Secret::Parameter(_)) | None => {
            Err(format!("the dev server reads no SSM: set {name} itself").into())
        }
    }
}

/// The fakes' pages and APIs; what they change is written down before the answer goes out.
fn remembering(kept: &Kept) -> Router {
    let kept_after = kept.clone();
    let fakes = kept.kakaopay.router().merge(kept.tosspayments.router()).merge(kept.portone.router());
    fakes.layer(middleware::from_fn(move |request: Request, next: Next| {
        let kept = kept_after.clone();
        async move {
            let response = next.run(request).await;
            tell(kept.save());
            response
        }
    }))
}

async fn serve(listener: TcpListener, router: Router, stopped: impl Future<Output = ()> + Send + 'static) {
    tell(axum::serve(listener, router).with_graceful_shutdown(stopped).await);
}

/// What the schedule does on Lambda.
async fn keep_reconciling(payments: Payments, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        tell(reconcile::handle(&payments, reconcile::Event::default()).await.map(|_| ()));
    }
}

/// The same for services that were not told yet, and payments that were left behind.
async fn keep_dispatching(dispatch: Dispatch, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        tell(payments_dispatch::handle(&dispatch, payments_dispatch::Event::default()).await.map(|_| ()));
    }
}

/// What the stream of changes does on Lambda, but that a change is handed on once: what goes wrong is done by the
/// schedule. One service that is slow holds up no other.
async fn keep_telling(dispatch: Dispatch, mut changes: Changes) {
    let mut telling = JoinSet::new();
    loop {
        let next = changes.next().await.map(|changes| json!({ "Records": changes }));
        let event = match next.and_then(|event| Ok(serde_json::from_value(event)?)) {
            Ok(event) => event,
            Err(error) => return tell(Err(error)),
        };
        let dispatch = dispatch.clone();
        telling.spawn(async move { tell(payments_dispatch::handle(&dispatch, event).await.map(|_| ())) });
        while telling.try_join_next().is_some() {}
    }
}

async fn until(mut stopped: watch::Receiver<()>) {
    // An error says that the sender is gone, which is a stop as well.
    let _ = stopped.changed().await;
}

/// A task has nobody to return its error to, so it is logged.
fn tell<E: fmt::Display>(result: Result<(), E>) {
    if let Err(error) = result {
        tracing::error!(%error, "the dev server");
    }
}
