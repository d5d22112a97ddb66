//! The simulated world: a database, a gateway, a clock, and instances of functions that may die at any wait.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;

use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::auth::{Params as AuthParams, ResolveAuthScheme};
use aws_sdk_dynamodb::config::endpoint::{Endpoint as Address, EndpointFuture, Params, ResolveEndpoint};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, ConfigBag, IdentityCache, Region, RuntimeComponents, SharedAsyncSleep,
    StalledStreamProtectionConfig,
};
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_runtime::client::auth::no_auth::NO_AUTH_SCHEME_ID;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOption, AuthSchemeOptionsFuture};
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, disable_interceptor};
use bytes::Bytes;
use cafe_core::gateway::kakaopay::KakaoPay;
use cafe_core::gateway::portone::{PortOne, Window};
use cafe_core::gateway::tosspayments::TossPayments;
use cafe_core::payment::{Gateway, Gateways, Http};
use fakes::Reply;
use fakes::clock::Clock;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use kakaopay::{Api, TEST_CID};
use store::DynamoStore;

use crate::cashier::{Cashier, Dues};
use crate::dynamodb::{self, Answer, Database};
use crate::fate::Fate;
use crate::heard::Heard;
use crate::network::{Answered, Asked, Network};
pub use crate::schedule::Pending;
use crate::schedule::{Outside, Schedule, Trouble};
use crate::tills::Tills;
use crate::zoo::{Bug, spoil};

/// The functions that can be at work, and what else changes an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// `sign-up`.
    Join,
    /// The skills that take an order.
    Order,
    /// `payment-ready`.
    Open,
    /// `payment-approve`.
    Approve,
    /// `payment-close`.
    Close,
    /// `reconcile`.
    Reconcile,
    /// `reconcile`, invoked for one order.
    LookNow,
    /// `refund`.
    Refund,
    /// `cargo cafe members code`.
    Code,
    /// `sign-up`, with a code.
    Move,
    /// `cargo cafe members move --to`.
    Renumber,
    /// `cargo cafe members delete`.
    Forget,
    /// None of ours: DynamoDB drops what has outlived its time.
    TimeToLive,
}

/// The simulated world.
pub struct World {
    /// What is kept.
    pub database: Database,
    /// Who collects.
    pub(crate) tills: Tills,
    /// The one true time.
    pub clock: Clock,
    schedule: Schedule<Function, Heard>,
    client: Client,
    accounts: Accounts,
    dues: Dues,
    bug: Option<Bug>,
}

impl World {
    /// A fresh one, in which all ids follow from `seed`, perhaps with a bug in it.
    ///
    /// # Panics
    /// Never: the made-up accounts are ones that the gateways' protocols take.
    #[must_use]
    pub fn new(seed: u64, bug: Option<Bug>) -> World {
        // The SDK takes its tokens and the length of its waits from this thread's own randomness.
        fastrand::seed(seed);
        let clock = Clock::fixed(Timestamp::from_second(1_795_000_000).unwrap_or_default());
        let schedule = Schedule::new(clock.clone());
        let client = client(&schedule.network);
        World {
            database: Database::new(),
            tills: Tills::new(seed, &clock),
            clock,
            schedule,
            client,
            accounts: Accounts::default(),
            dues: Dues::default(),
            bug,
        }
    }

    /// The production store, over the simulated network.
    #[must_use]
    pub fn store(&self) -> DynamoStore {
        DynamoStore::new(self.client.clone(), dynamodb::names())
    }

    /// The production gateways, over the simulated network.
    #[must_use]
    pub fn gateways(&self) -> Gateways {
        let http: Arc<dyn Http> = Arc::new(self.schedule.network.clone());
        let all = self.accounts.gateways(&http);
        Gateways::new(
            all.map(|gateway| {
                Arc::new(Cashier::new(gateway, self.dues.clone(), self.bug)) as Arc<dyn Gateway>
            }),
        )
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Starts an instance of a function, up to its first wait.
    pub fn start(
        &mut self,
        function: Function,
        future: impl Future<Output = Heard> + Send + 'static,
    ) -> usize {
        self.schedule.start(function, future)
    }

    /// The requests that wait for a decision, oldest first.
    #[must_use]
    pub fn pending(&self) -> &[Pending] {
        self.schedule.pending()
    }

    /// Which function an instance is of.
    #[must_use]
    pub fn function(&self, instance: usize) -> Function {
        self.schedule.function(instance)
    }

    /// What an instance said in the end, if it has.
    #[must_use]
    pub fn heard(&self, instance: usize) -> Option<&Heard> {
        self.schedule.heard(instance)
    }

    /// Whether an instance is still at it.
    #[must_use]
    pub fn is_running(&self, instance: usize) -> bool {
        self.schedule.is_running(instance)
    }

    /// A hash of all that was decided and of all that came of it.
    #[must_use]
    pub fn trace_hash(&self) -> u64 {
        self.schedule.trace_hash()
    }

    /// How many decisions were made.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.schedule.steps()
    }

    /// Writes something into the trace.
    pub fn note(&mut self, what: impl Hash) {
        self.schedule.note(what);
    }

    /// Lets time pass; functions that take too long are ended by it, as Lambda does.
    pub fn pass(&mut self, time: SignedDuration) {
        self.schedule.pass(time);
    }

    /// Ends an instance where it stands. What it has asked may still arrive.
    pub fn crash(&mut self, instance: usize) {
        self.schedule.crash(instance);
    }

    /// Decides what becomes of a request, and lets the one who asked go on.
    pub fn decide(&mut self, pending: Pending, fate: Fate) {
        let World { database, tills, bug, .. } = self;
        self.schedule.decide(pending, fate, &mut Sides { database, tills, bug: *bug });
    }
}

/// Whom the network leads to.
struct Sides<'a> {
    database: &'a mut Database,
    tills: &'a Tills,
    bug: Option<Bug>,
}

impl Sides<'_> {
    fn ask_database(&mut self, operation: &str, body: &Bytes) -> Answer {
        let Some(bug) = self.bug else { return self.database.answer(operation, body) };
        let requests = spoil(bug, operation, body, self.database);
        let answers: Vec<Answer> =
            requests.iter().map(|(operation, body)| self.database.answer(operation, body)).collect();
        answers.into_iter().next_back().unwrap_or_else(dynamodb::internal_error)
    }

    fn ask_gateway(&self, request: &Request<Bytes>) -> Answered {
        match self.tills.answer(request) {
            Reply::Answer(response) => Answered::Gateway(response),
            Reply::Lost | Reply::Reset => Answered::NoAnswer,
        }
    }
}

impl Outside for Sides<'_> {
    fn arrives(&mut self, asked: Asked) -> Answered {
        match asked {
            Asked::DynamoDb(operation, body) => answered(self.ask_database(&operation, &body)),
            Asked::Gateway(request) => self.ask_gateway(&request),
            // No service is told anything here, and the schedule itself sees to waits.
            Asked::Notice(_) | Asked::Sleep(_) => Answered::NoAnswer,
        }
    }

    fn is_in_trouble(&mut self, asked: Asked, trouble: Trouble) -> Answered {
        match asked {
            Asked::Gateway(request) => {
                self.tills.treat(&request, trouble);
                self.ask_gateway(&request)
            }
            Asked::DynamoDb(operation, body) => answered(match trouble {
                Trouble::DoneAndFailed => {
                    self.ask_database(&operation, &body);
                    dynamodb::internal_error()
                }
                Trouble::Throttled
                | Trouble::Conflict
                | Trouble::Failed
                | Trouble::Refused
                | Trouble::NotFound
                | Trouble::BankUnknown
                | Trouble::DoneAndBankUnknown
                | Trouble::InProgress => dynamodb_in_trouble(trouble, &operation, &body),
            }),
            // No service is told anything here, and the schedule itself sees to waits.
            Asked::Notice(_) | Asked::Sleep(_) => Answered::NoAnswer,
        }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("steps", &self.steps()).finish_non_exhaustive()
    }
}

/// What DynamoDB says of its own troubles, where it has done nothing.
pub(crate) fn dynamodb_in_trouble(trouble: Trouble, operation: &str, body: &Bytes) -> Answer {
    match trouble {
        Trouble::Throttled => dynamodb::throttled(),
        Trouble::Conflict if operation == "TransactWriteItems" => {
            dynamodb::transaction_conflict(dynamodb::parts(body), 0)
        }
        Trouble::Conflict => dynamodb::conflict(),
        Trouble::Failed
        | Trouble::DoneAndFailed
        | Trouble::Refused
        | Trouble::NotFound
        | Trouble::BankUnknown
        | Trouble::DoneAndBankUnknown
        | Trouble::InProgress => dynamodb::internal_error(),
    }
}

pub(crate) fn answered(answer: Answer) -> Answered {
    Answered::DynamoDb(answer.status, answer.body)
}

/// The cafe's accounts at the fakes.
#[derive(Debug)]
struct Accounts {
    kakaopay: kakaopay::Account,
    tosspayments: tosspayments::Account,
    portone: portone::v2::Account,
    window: Window,
}

impl Default for Accounts {
    fn default() -> Accounts {
        const SHAPE: &str = "a made-up account of the right shape";
        let (kakao, toss) = (fakes::kakaopay::Options::default(), fakes::tosspayments::Options::default());
        let shop = fakes::portone::Options::default();
        let at = |root: &str| format!("{}{root}", kakao.origin);
        let key = kakao.secret_keys.first().cloned().unwrap_or_default();
        let merchant = toss.merchants.first().map(|merchant| merchant.secret_key.clone());
        Accounts {
            kakaopay: kakaopay::Account::new(Api::Open, &key.into(), TEST_CID)
                .and_then(|account| account.with_base_url(&kakao.origin))
                .expect(SHAPE),
            tosspayments: tosspayments::Account::new(
                tosspayments::Api::Current,
                &merchant.unwrap_or_default().into(),
            )
            .expect(SHAPE)
            .with_base_url(&at(fakes::tosspayments::PREFIX))
            .expect(SHAPE),
            portone: portone::v2::Account::new(&shop.api_secret.into())
                .and_then(|account| account.with_store_id(&shop.store_id))
                .expect(SHAPE)
                .with_base_url(&at(fakes::portone::V2))
                .expect(SHAPE),
            window: Window {
                page: Some(at("/portone/v2/pay").parse().expect(SHAPE)),
                store: shop.store_id,
                channel: shop.channel_key.into(),
            },
        }
    }
}

impl Accounts {
    /// Every gateway that there is, in production code.
    fn gateways(&self, http: &Arc<dyn Http>) -> [Arc<dyn Gateway>; 3] {
        [
            Arc::new(KakaoPay::new(self.kakaopay.clone(), http.clone())),
            Arc::new(TossPayments::new(self.tosspayments.clone(), http.clone())),
            Arc::new(PortOne::v2(self.portone.clone(), http.clone()).on(self.window.clone())),
        ]
    }
}

/// The production client, but for its outside: no socket, no signature, and waits that the scheduler ends.
///
/// Each world has its own allowance of retries, as each process has in production. By itself the SDK shares one
/// among all clients of a process, and then a history would depend on those before it.
pub(crate) fn client(network: &Network) -> Client {
    let connector = SharedHttpConnector::new(network.clone());
    let allowance = RetryPartition::custom("simulated").token_bucket(TokenBucket::default()).build();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("ap-northeast-2"))
        .endpoint_resolver(Here)
        .auth_scheme_resolver(Unsigned)
        .identity_cache(IdentityCache::no_cache())
        .time_source(StaticTimeSource::from_secs(0))
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .sleep_impl(SharedAsyncSleep::new(network.clone()))
        .retry_config(RetryConfig::standard())
        .retry_partition(allowance)
        .interceptor(Taciturn)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// There is one place to send requests to, which needs no rules to be found.
#[derive(Debug)]
struct Here;

impl ResolveEndpoint for Here {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Address::builder().url("http://simulated.invalid").build()))
    }
}

/// Nobody here looks at a signature, and to make one takes longer than to answer.
#[derive(Debug)]
struct Unsigned;

impl ResolveAuthScheme for Unsigned {
    fn resolve_auth_scheme<'a>(
        &'a self,
        _: &'a AuthParams,
        _: &'a ConfigBag,
        _: &'a RuntimeComponents,
    ) -> AuthSchemeOptionsFuture<'a> {
        AuthSchemeOptionsFuture::ready(Ok(vec![AuthSchemeOption::from(NO_AUTH_SCHEME_ID)]))
    }
}

/// Nobody here reads who is asking, which the SDK puts together anew for every request.
#[derive(Debug)]
struct Taciturn;

impl Intercept for Taciturn {
    fn name(&self) -> &'static str {
        "Taciturn"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(disable_interceptor::<UserAgentInterceptor>("nobody reads it"));
        Ok(())
    }
}
