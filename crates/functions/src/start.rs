//! How a function starts on Lambda, and how it is seen at work: settings read, secrets fetched, clients made, all before
//! the first event; and from then on what each event did is logged and measured before its answer goes out.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use cafe_core::cafe::PhoneKey;
use cafe_core::payment::{BoxError, Gateways, Http};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Error;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use parameters::Parameter;
use sealed::Pair;
use secrecy::{ExposeSecret, SecretString};
use store::{DynamoRecords, DynamoStore, Vault};
use tower::{ServiceBuilder, ServiceExt};
use tracing::{Instrument, Span};

use crate::aws::Aws;
use crate::base_url::without_stage;
use crate::client::Client;
use crate::doubts::Doubts;
use crate::gateways::gateway;
use crate::menus::Menus;
use crate::metrics::{Measured, Metrics};
use crate::parts::{Payments, SharedGateway, SharedStore, Skills};
use crate::payments_dispatch::Dispatch;
use crate::preflight::Preflight;
use crate::renewed::Renewed;
use crate::reply;
use crate::service::Service;
use crate::service::accounts::Accounts;
use crate::service::messenger::{Courier, Reach};
use crate::settings::{
    self, AccountsSettings, BadSettings, GatewaySettings, Part, Problems, Secret, Settings,
};
use crate::skill::SkillKeys;
use crate::subject::{About, span_of_event, span_of_request};
use crate::traces::{self, Traces};
use crate::world::World;

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// One JSON object a line, with the request's id; which Lambda hands on to its log group.
fn log() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time() // The log group stamps each line.
        .with_max_level(tracing::Level::INFO)
        .init();
}

/// A panic as one line of the log. What it says may be made of anything, a customer's words included, so it is told
/// only where it was written out in the program.
fn tell_of_panics(function: &'static str, metrics: Metrics, world: World) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        let words = panic.payload().downcast_ref::<&'static str>();
        tracing::error!(place, words, "the function panicked");
        metrics.tell_now(Measured::panic(function), world.now());
    }));
}

/// Why a function does not start, in one line. It reads the same by `Debug`, by which `main` tells what it ends with.
pub struct NotStarted(BadSettings);

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for NotStarted {}

/// A function of the cafe, from the first line of its `main` on.
#[derive(Debug)]
pub struct Function {
    name: &'static str,
    world: World,
    metrics: Metrics,
}

impl Function {
    /// Begins. From here on it logs, and a panic is a line of the log. `name` is what its binary is called.
    #[must_use]
    pub fn begins(name: &'static str) -> Function {
        log();
        let (world, metrics) = (World::real(), Metrics::of(&settings::stack(environment)));
        tell_of_panics(name, metrics.clone(), world.clone());
        metrics.measure(Measured::cold_start(name));
        Function { name, world, metrics }
    }

    /// The time and randomness.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The parts of a skill that uses `tables`.
    ///
    /// # Errors
    /// Says in one message all that is missing or wrong; the function must not start.
    pub async fn skills(&self, tables: &[Part]) -> Result<Skills, NotStarted> {
        let mut start = Start::reads(&[&[Part::SkillKey, Part::PhoneKey], tables].concat());
        let traces = start.traces(&self.world);
        let skill_key = start.settings.skill_key.take();
        let named = vec![("SKILL_KEY", skill_key.clone()), ("PHONE_KEY", start.settings.phone_key.take())];
        let mut revealed = start.reveals(named).await.into_iter();
        let (value, phone_key) = (revealed.next().flatten(), revealed.next().flatten());
        let make = |key: &SecretString| SkillKeys::new(key).map_err(BoxError::from);
        let keys = start.renewed("SKILL_KEY", skill_key.zip(value), make, self.world.now());
        // It must never change, so it is never read again.
        let phone_key = phone_key
            .and_then(|key| start.problems.unless_of("PHONE_KEY", PhoneKey::new(key.expose_secret())));
        let menus = start.menus(&self.world).await;
        let settings = &start.settings;
        match (start.aws, keys, phone_key, menus, start.problems.are_none()) {
            (Some(aws), Some(keys), Some(phone_key), Some(menus), true) => {
                let store = SharedStore::new(DynamoStore::new(
                    aws.traced(traces.clone()).dynamodb(),
                    settings.tables.clone(),
                ));
                let store = store.metered(self.metrics.clone());
                Ok(Skills::of(settings, store, menus, (keys, phone_key), self.world.clone()))
            }
            _ => Err(NotStarted(start.problems.into())),
        }
    }

    /// The parts of a function that touches money.
    ///
    /// # Errors
    /// Says in one message all that is missing or wrong; the function must not start.
    pub async fn payments(&self) -> Result<Payments, NotStarted> {
        let mut start = Start::reads(&[Part::Members, Part::Ledger, Part::Orders, Part::Gateways]);
        let traces = start.traces(&self.world);
        let gateways = start.gateways(&self.world).await;
        let menus = start.menus(&self.world).await;
        let settings = &start.settings;
        match (start.aws, menus, start.problems.are_none()) {
            (Some(aws), Some(menus), true) => {
                let store = SharedStore::new(DynamoStore::new(
                    aws.traced(traces.clone()).dynamodb(),
                    settings.tables.clone(),
                ));
                let store = store.metered(self.metrics.clone());
                let mut offered = Vec::with_capacity(gateways.len());
                for gateway in gateways {
                    let gateway = SharedGateway::new(Renewed::new(gateway, self.world.clone()).await);
                    offered.push(gateway.metered(self.metrics.clone(), traces.clone()));
                }
                Ok(Payments::new(settings, store, Gateways::new(offered), menus, self.world.clone()))
            }
            _ => Err(NotStarted(start.problems.into())),
        }
    }

    /// The parts of the function that services ask.
    ///
    /// # Errors
    /// Says in one message all that is missing or wrong; the function must not start.
    pub async fn counter(&self) -> Result<(Service, Pair), NotStarted> {
        let OfService { start, service, pair, .. } = self.of_service(&[Part::BodyPair]).await;
        start.ready(service.zip(pair))
    }

    /// The parts of the function that gateways nudge.
    ///
    /// # Errors
    /// As [`counter`](Function::counter).
    pub async fn service(&self) -> Result<Service, NotStarted> {
        let OfService { start, service, .. } = self.of_service(&[]).await;
        start.ready(service)
    }

    /// The parts of the function that tells services.
    ///
    /// # Errors
    /// As [`counter`](Function::counter).
    pub async fn dispatch(&self) -> Result<Dispatch, NotStarted> {
        let own = [Part::BodyPair, Part::SigningSecretIfAny];
        let OfService { mut start, service, pair, signing } = self.of_service(&own).await;
        let carry = |pair| Courier::new(REACH, pair, signing.as_ref(), self.world.clone());
        let courier = pair.and_then(|pair| start.problems.unless_of("PAYMENTS_SIGNING_SECRET", carry(pair)));
        let dispatch = service.zip(courier).map(|(service, courier)| Dispatch {
            service,
            messenger: Arc::new(courier),
            metrics: self.metrics.clone(),
        });
        start.ready(dispatch)
    }

    /// What `monitors` seals what it tells with, where the payments service has a pair.
    ///
    /// # Errors
    /// As [`counter`](Function::counter).
    pub async fn pair_if_any(&self) -> Result<Option<Pair>, NotStarted> {
        let mut start = Start::reads(&[Part::BodyPairIfAny]);
        let (key, iv) = start.settings.body_pair.take().map(|pair| (pair.key, pair.iv)).unzip();
        let secrets = vec![("PAYMENTS_BODY_KEY", key), ("PAYMENTS_BODY_IV", iv)];
        let mut revealed = start.reveals(secrets).await.into_iter();
        let (key, iv) = (revealed.next().flatten(), revealed.next().flatten());
        let pair = start.pair(key.zip(iv));
        start.ready(Some(pair))
    }

    /// What the payments service's functions share, and what each of them needs besides.
    async fn of_service(&self, more: &[Part]) -> OfService {
        let mut start = Start::reads(&[&[Part::Records, Part::StoreKey, Part::Accounts], more].concat());
        let traces = start.traces(&self.world);
        let (key, iv) = start.settings.body_pair.take().map(|pair| (pair.key, pair.iv)).unzip();
        let accounts = start.settings.accounts.take();
        let kept = accounts.as_ref().map(|accounts| accounts.accounts.clone());
        let secrets = vec![
            ("PAYMENTS_BODY_KEY", key),
            ("PAYMENTS_BODY_IV", iv),
            ("PAYMENTS_STORE_KEY", start.settings.store_key.take()),
            ("PAYMENTS_ACCOUNTS", kept.clone()),
            ("PAYMENTS_SIGNING_SECRET", start.settings.signing_secret.take()),
        ];
        let mut revealed = start.reveals(secrets).await.into_iter();
        let mut next = || revealed.next().flatten();
        let (key, iv, store_key, listed, signing) = (next(), next(), next(), next(), next());
        let pair = start.pair(key.zip(iv));
        // It must never change, but for what is put before it, so it is never read again.
        let vault = store_key
            .and_then(|key| start.problems.unless_of("PAYMENTS_STORE_KEY", Vault::new(key.expose_secret())));
        let http = start.problems.unless(Client::new());
        let accounts = accounts.zip(http).and_then(|(AccountsSettings { places, .. }, http)| {
            let (http, world): (Arc<dyn Http>, _) = (Arc::new(http), self.world.clone());
            let make = move |list: &SecretString| Ok(Accounts::read(list, &places, &http, &world)?);
            start.renewed("PAYMENTS_ACCOUNTS", kept.zip(listed), make, self.world.now())
        });
        let dynamodb = start.aws.clone().map(|aws| aws.traced(traces).dynamodb());
        let records = dynamodb.zip(vault).map(|(dynamodb, vault)| {
            DynamoRecords::new(dynamodb, start.settings.payments_table.clone(), vault)
        });
        let service = records.zip(accounts).map(|(records, accounts)| Service {
            records: Arc::new(records),
            accounts,
            reach: REACH,
            world: self.world.clone(),
        });
        OfService { start, service, pair, signing }
    }

    /// The parts of the function that starts the others.
    ///
    /// # Errors
    /// Says in one message all that is missing or wrong; the function must not start.
    pub fn preflight(&self) -> Result<Preflight, NotStarted> {
        let mut start = Start::reads(&[Part::CheckedVersions]);
        let http = start.problems.unless(Client::new());
        match (start.aws, http, start.problems.are_none()) {
            (Some(aws), Some(http), true) => Ok(Preflight {
                lambda: aws.lambda(),
                codedeploy: aws.codedeploy(),
                http: Arc::new(http),
                versions: start.settings.checked_versions,
            }),
            _ => Err(NotStarted(start.problems.into())),
        }
    }

    /// Serves a router to API Gateway, one event at a time.
    ///
    /// # Errors
    /// Where the Lambda Runtime API is not there.
    pub async fn serves(&self, router: Router) -> Result<(), Error> {
        let service = lambda(router);
        let answer = |request: Request<lambda_http::Body>| {
            self.sees(Seen::of(&request), service.clone().oneshot(request))
        };
        lambda_http::run(service_fn(answer)).await
    }

    /// Serves a skill, which is measured besides: its customer hears nothing after five seconds.
    ///
    /// # Errors
    /// As [`serves`](Function::serves).
    pub async fn serves_skill(&self, router: Router) -> Result<(), Error> {
        let service = lambda(router);
        let answer = |request: Request<lambda_http::Body>| {
            let (event, answer) = (Seen::of(&request), service.clone().oneshot(request));
            self.sees(event, async {
                let began = Instant::now();
                let answer = answer.await;
                self.metrics.measure(Measured::skill_latency(self.name, began.elapsed()));
                answer
            })
        };
        lambda_http::run(service_fn(answer)).await
    }

    /// Handles an event that came by no API.
    pub async fn handles<E: About, T>(&self, event: LambdaEvent<E>, handle: impl AsyncFnOnce(E) -> T) -> T {
        let span = span_of_event(&event.context, &event.payload.subject());
        self.sees(Seen { span, trace: event.context.xray_trace_id }, handle(event.payload)).await
    }

    /// Counts what is in doubt, which must not keep anything else from being done.
    pub async fn counts_doubts(&self, store: &SharedStore) {
        match Doubts::at(&**store, self.world.now()).await {
            Ok(doubts) => doubts.measure(&self.metrics),
            Err(error) => reply::log("what is in doubt could not be counted", &error),
        }
    }

    /// Sees an event through: each line that is logged says whose it was, and what was measured is told before the
    /// answer goes out, as Lambda freezes the process after that.
    async fn sees<T>(&self, event: Seen, handling: impl Future<Output = T>) -> T {
        // On the heap: what handles an event is larger than what should be carried about.
        let handling = Box::pin(handling).instrument(event.span);
        let answer = traces::within(event.trace.as_deref(), handling).await;
        self.metrics.tell(self.world.now());
        answer
    }
}

/// By what an event is known while it is handled: the span of its lines, and X-Ray's header.
struct Seen {
    span: Span,
    trace: Option<String>,
}

impl Seen {
    fn of<B>(request: &Request<B>) -> Seen {
        let context = request.extensions().get::<Context>();
        let trace = context.and_then(|context| context.xray_trace_id.clone());
        Seen { span: span_of_request(request), trace }
    }
}

/// What a function is to start with, and all that stands in its way.
struct Start {
    settings: Settings,
    /// AWS, if the environment says where.
    aws: Option<Aws>,
    problems: Problems,
}

impl Start {
    fn reads(parts: &[Part]) -> Start {
        let (settings, mut problems) = Settings::gather(environment, parts);
        let aws = problems.unless(Aws::from_env(environment));
        Start { settings, aws, problems }
    }
}

/// What was made for a function of the payments service, as far as it could be.
struct OfService {
    start: Start,
    service: Option<Service>,
    pair: Option<Pair>,
    signing: Option<SecretString>,
}

/// Whom services may have told from Lambda: nobody within AWS's own network.
const REACH: Reach = Reach::Public;

/// How long a menu or a secret that was read counts before it is read again.
const FRESH_FOR: SignedDuration = SignedDuration::from_mins(5);

impl Start {
    /// What was made, unless there is a problem instead.
    fn ready<T>(self, made: Option<T>) -> Result<T, NotStarted> {
        match made {
            Some(made) if self.problems.are_none() => Ok(made),
            Some(_) | None => Err(NotStarted(self.problems.into())),
        }
    }

    fn pair(&mut self, halves: Option<(SecretString, SecretString)>) -> Option<Pair> {
        let (key, iv) = halves?;
        let pair = Pair::new(key.expose_secret(), iv.expose_secret());
        self.problems.unless_of("PAYMENTS_BODY_KEY and PAYMENTS_BODY_IV", pair)
    }

    fn traces(&mut self, world: &World) -> Traces {
        let Some(daemon) = self.settings.traces else { return Traces::default() };
        self.problems.unless_of("TRACES", Traces::to(daemon, world.clone())).unwrap_or_default()
    }

    /// The secrets themselves, those kept in SSM fetched with one request.
    async fn reveals(&mut self, secrets: Vec<(&'static str, Option<Secret>)>) -> Vec<Option<SecretString>> {
        let names = secrets.iter().filter_map(|(_, secret)| match secret {
            Some(Secret::Parameter(name)) => Some(name.clone()),
            Some(Secret::Given(_)) | None => None,
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        names.dedup();
        let kept = match &self.aws {
            Some(aws) if !names.is_empty() => aws.parameters(names).await,
            Some(_) | None => Ok(Vec::new()),
        };
        let asked = self.aws.is_some();
        let reveal = |(setting, secret): (&'static str, Option<Secret>)| match (secret?, &kept) {
            (Secret::Given(value), _) => Some(value),
            (Secret::Parameter(name), Ok(kept)) => {
                let value = kept.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
                if value.is_none() && asked {
                    self.problems
                        .add(format!("{setting}_PARAMETER names no parameter of SSM's that could be read"));
                }
                value
            }
            (Secret::Parameter(_), Err(error)) => {
                self.problems.add(format!("{setting}_PARAMETER cannot be read: {error}"));
                None
            }
        };
        secrets.into_iter().map(reveal).collect()
    }

    /// What is made of a secret: for good where it was given, and read anew where it is kept.
    fn renewed<T, M>(
        &mut self,
        name: &'static str,
        secret: Option<(Secret, SecretString)>,
        make: M,
        now: Timestamp,
    ) -> Option<Parameter<T>>
    where
        T: Send + 'static,
        M: Fn(&SecretString) -> Result<T, BoxError> + Send + Sync + 'static,
    {
        let (secret, value) = secret?;
        let first = self.problems.unless(make(&value))?;
        Some(match (secret, &self.aws) {
            (Secret::Parameter(parameter), Some(aws)) => {
                Parameter::read_before(name, first, aws.kept_secret(parameter, make), FRESH_FOR, now)
            }
            (Secret::Given(_) | Secret::Parameter(_), _) => Parameter::fixed(name, first),
        })
    }

    /// The gateways that the owner has chosen, each made anew when its secret is. Which there are is not.
    async fn gateways(&mut self, world: &World) -> Vec<Parameter<SharedGateway>> {
        let Some(http) = self.problems.unless(Client::new()) else { return Vec::new() };
        let http: Arc<dyn Http> = Arc::new(http);
        let chosen = std::mem::take(&mut self.settings.gateways);
        let secrets = chosen.iter().map(GatewaySettings::secret);
        let secrets: Vec<_> = secrets.map(|(name, secret)| (name, Some(secret.clone()))).collect();
        let revealed = self.reveals(secrets.clone()).await;
        let mut gateways = Vec::with_capacity(chosen.len());
        for (settings, ((name, secret), value)) in chosen.into_iter().zip(secrets.into_iter().zip(revealed)) {
            let (http, its_world) = (http.clone(), world.clone());
            let make = move |secret: &SecretString| gateway(&settings, secret, http.clone(), &its_world);
            gateways.extend(self.renewed(name, secret.zip(value), make, world.now()));
        }
        gateways
    }

    async fn menus(&mut self, world: &World) -> Option<Menus> {
        let Some(parameter) = self.settings.menu_parameter.clone() else {
            return self.problems.unless_of("menu.toml", Menus::packaged());
        };
        let kept = Arc::new(self.aws.as_ref()?.kept_menu(parameter));
        let menus = Menus::kept(kept, FRESH_FOR, world.now()).await;
        self.problems.unless_of("MENU_PARAMETER", menus)
    }
}

/// A router as API Gateway's requests meet it: without their stage, and with a page for unknown paths.
#[must_use]
pub fn lambda(
    router: Router,
) -> impl tower::Service<Request<lambda_http::Body>, Response = Response, Error = Infallible, Future: Send> + Clone
{
    let router = router.fallback(async || reply::no_such_page());
    ServiceBuilder::new()
        .map_request(|request: Request<lambda_http::Body>| without_stage(request.map(Body::new)))
        .service(router)
}
