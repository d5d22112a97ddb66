//! How a function starts on Lambda: settings read, secrets fetched, clients made, all before the first event.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use cafe_core::payment::BoxError;
use jiff::SignedDuration;
use secrecy::SecretString;
use store::DynamoStore;
use tower::{Service, ServiceBuilder};

use crate::aws::Aws;
use crate::base_url::without_stage;
use crate::client::Client;
use crate::menus::Menus;
use crate::parts::{Payments, SharedStore, Skills, kakaopay};
use crate::preflight::Preflight;
use crate::reply;
use crate::settings::{Part, Settings};
use crate::world::World;

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// One JSON object a line, with the request's id; which Lambda hands on to its log group.
pub fn log() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time() // The log group stamps each line.
        .with_max_level(tracing::Level::INFO)
        .init();
}

/// Why a function does not start, causes included, in one line. It reads the same by `Debug`, by which
/// `main` tells what it ends with.
pub struct NotStarted(String);

impl NotStarted {
    fn because(error: &dyn Error) -> NotStarted {
        let causes = std::iter::successors(Some(error), |&cause| cause.source()).map(ToString::to_string);
        NotStarted(causes.collect::<Vec<_>>().join(": "))
    }
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NotStarted {}

/// The parts of a skill that uses `tables`.
///
/// # Errors
/// Says in one message what is missing or wrong; the function must not start.
pub async fn skills(tables: &[Part]) -> Result<Skills, NotStarted> {
    wire_skills(tables).await.map_err(|error| NotStarted::because(&*error))
}

async fn wire_skills(tables: &[Part]) -> Result<Skills, BoxError> {
    let (settings, aws) = read(&[&[Part::SkillKey, Part::PhoneKey], tables].concat())?;
    let [skill_key, phone_key] =
        aws.reveal([settings.skill_key.as_ref(), settings.phone_key.as_ref()]).await?;
    let keys = (&given(skill_key, "SKILL_KEY")?, &given(phone_key, "PHONE_KEY")?);
    let store = SharedStore::new(DynamoStore::new(aws.dynamodb(), settings.tables.clone()));
    let world = World::real();
    Skills::new(&settings, store, menus(&settings, &aws, &world).await?, keys, world)
}

/// The parts of a function that touches money.
///
/// # Errors
/// Says in one message what is missing or wrong; the function must not start.
pub async fn payments() -> Result<Payments, NotStarted> {
    wire_payments().await.map_err(|error| NotStarted::because(&*error))
}

async fn wire_payments() -> Result<Payments, BoxError> {
    let (settings, aws) = read(&[Part::Members, Part::Ledger, Part::Orders, Part::KakaoPay])?;
    let account = settings.kakaopay.as_ref().ok_or("KAKAOPAY_KEY is missing")?;
    let [key] = aws.reveal([Some(&account.key)]).await?;
    let gateway = kakaopay(account, &given(key, "KAKAOPAY_KEY")?, Arc::new(Client::new()?))?;
    let store = SharedStore::new(DynamoStore::new(aws.dynamodb(), settings.tables.clone()));
    let world = World::real();
    Ok(Payments::new(&settings, store, gateway, menus(&settings, &aws, &world).await?, world))
}

/// The parts of the function that starts the others.
///
/// # Errors
/// Says in one message what is missing or wrong; the function must not start.
pub fn preflight() -> Result<Preflight, NotStarted> {
    wire_preflight().map_err(|error| NotStarted::because(&*error))
}

fn wire_preflight() -> Result<Preflight, BoxError> {
    let (settings, aws) = read(&[Part::CheckedVersions])?;
    let http = Arc::new(Client::new()?);
    Ok(Preflight {
        lambda: aws.lambda(),
        codedeploy: aws.codedeploy(),
        http,
        versions: settings.checked_versions,
    })
}

/// Our settings and AWS's own, or all that is missing or wrong about either.
fn read(parts: &[Part]) -> Result<(Settings, Aws), BoxError> {
    match (Settings::read(environment, parts), Aws::from_env(environment)) {
        (Ok(settings), Ok(aws)) => Ok((settings, aws)),
        (Err(ours), Err(aws)) => Err(format!("{ours}; {aws}").into()),
        (Err(ours), Ok(_)) => Err(ours.into()),
        (Ok(_), Err(aws)) => Err(aws),
    }
}

/// How long a menu that was read counts before it is read again.
const MENU_FRESH_FOR: SignedDuration = SignedDuration::from_mins(5);

async fn menus(settings: &Settings, aws: &Aws, world: &World) -> Result<Menus, BoxError> {
    let Some(parameter) = settings.menu_parameter.clone() else { return Ok(Menus::packaged()?) };
    Menus::kept(Arc::new(aws.kept_menu(parameter)), MENU_FRESH_FOR, world.now()).await
}

fn given(secret: Option<SecretString>, name: &str) -> Result<SecretString, BoxError> {
    secret.ok_or_else(|| format!("{name} is missing").into())
}

/// Serves a router to API Gateway, one event at a time.
///
/// # Errors
/// Where the Lambda Runtime API is not there.
pub async fn serve(router: Router) -> Result<(), lambda_http::Error> {
    lambda_http::run(lambda(router)).await
}

/// A router as API Gateway's requests meet it: without their stage, and with a page for unknown paths.
#[must_use]
pub fn lambda(
    router: Router,
) -> impl Service<Request<lambda_http::Body>, Response = Response, Error = Infallible, Future: Send> + Clone {
    let router = router.fallback(async || reply::no_such_page());
    ServiceBuilder::new()
        .map_request(|request: Request<lambda_http::Body>| without_stage(request.map(Body::new)))
        .service(router)
}
