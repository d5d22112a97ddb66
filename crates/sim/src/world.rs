//! The simulated world: a database, a gateway, a clock, and instances of functions that may die at any wait.

use std::fmt;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

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
use fakes::Reply;
use fakes::clock::Clock;
use fakes::kakaopay::{Endpoint, Fault, KakaoPay as FakeKakaoPay, Options};
use http::Request;
use jiff::{SignedDuration, Timestamp};
use kakaopay::{Account, Api, TEST_CID};
use store::DynamoStore;

use crate::dynamodb::{self, Answer, Database};
use crate::fate::{Asks, Fate};
use crate::heard::Heard;
use crate::network::{Answered, Asked, Network};
use crate::zoo::{Bug, Cashier, spoil};

/// The code with which KakaoPay says that it knows no such payment.
const NO_SUCH_PAYMENT: i32 = -721;

/// After how long Lambda ends a function that has not answered.
const FUNCTION_TIMEOUT: SignedDuration = SignedDuration::from_secs(28);

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
    /// None of ours: DynamoDB drops what has outlived its time.
    TimeToLive,
}

/// A running function, and what it has been asked.
struct Instance {
    function: Function,
    future: Option<Pin<Box<dyn Future<Output = Heard> + Send>>>,
    started_at: Timestamp,
    /// What it said in the end; none when it died.
    heard: Option<Heard>,
}

/// A request that nobody has decided on yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its number, in the order in which requests were made.
    pub call: usize,
    /// Who asked.
    pub instance: usize,
    /// What for.
    pub asks: Asks,
    /// Whether somebody still waits for the answer.
    pub awaited: bool,
}

/// The simulated world.
pub struct World {
    /// What is kept.
    pub database: Database,
    /// Who collects.
    pub kakaopay: FakeKakaoPay,
    /// The one true time.
    pub clock: Clock,
    network: Network,
    client: Client,
    account: Account,
    bug: Option<Bug>,
    instances: Vec<Instance>,
    pending: Vec<Pending>,
    seen: usize,
    trace: DefaultHasher,
    steps: usize,
}

impl World {
    /// A fresh one, in which all ids follow from `seed`, perhaps with a bug in it.
    ///
    /// # Panics
    /// Never: the made-up key and merchant code are ones that KakaoPay's protocol takes.
    #[must_use]
    pub fn new(seed: u64, bug: Option<Bug>) -> World {
        // The SDK takes its tokens and the length of its waits from this thread's own randomness.
        fastrand::seed(seed);
        let clock = Clock::fixed(Timestamp::from_second(1_795_000_000).unwrap_or_default());
        let options = Options { seed, ..Options::default() };
        let key = options.secret_keys.first().cloned().unwrap_or_default();
        let account = Account::new(Api::Open, &key.into(), TEST_CID)
            .and_then(|account| account.with_base_url(&options.origin))
            .expect("a made-up account of the right shape");
        let network = Network::default();
        let client = client(&network);
        World {
            database: Database::new(),
            kakaopay: FakeKakaoPay::new(options, clock.clone()),
            clock,
            network,
            client,
            account,
            bug,
            instances: Vec::new(),
            pending: Vec::new(),
            seen: 0,
            trace: DefaultHasher::new(),
            steps: 0,
        }
    }

    /// The production store, over the simulated network.
    #[must_use]
    pub fn store(&self) -> DynamoStore {
        DynamoStore::new(self.client.clone(), dynamodb::names())
    }

    /// The production gateway, over the simulated network.
    #[must_use]
    pub fn gateway(&self) -> Cashier {
        let gateway = KakaoPay::new(self.account.clone(), Arc::new(self.network.clone()));
        Cashier::new(gateway, self.bug)
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
        let started_at = self.now();
        self.instances.push(Instance { function, future: Some(Box::pin(future)), started_at, heard: None });
        let instance = self.instances.len() - 1;
        self.poll(instance);
        instance
    }

    /// The requests that wait for a decision, oldest first.
    #[must_use]
    pub fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// Which function an instance is of.
    #[must_use]
    pub fn function(&self, instance: usize) -> Function {
        self.instances[instance].function
    }

    /// What an instance said in the end, if it has.
    #[must_use]
    pub fn heard(&self, instance: usize) -> Option<&Heard> {
        self.instances[instance].heard.as_ref()
    }

    /// Whether an instance is still at it.
    #[must_use]
    pub fn is_running(&self, instance: usize) -> bool {
        self.instances[instance].future.is_some()
    }

    /// A hash of all that was decided and of all that came of it.
    #[must_use]
    pub fn trace_hash(&self) -> u64 {
        self.trace.finish()
    }

    /// How many decisions were made.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Writes something into the trace.
    pub fn note(&mut self, what: impl Hash) {
        what.hash(&mut self.trace);
    }

    /// Lets time pass; functions that take too long are ended by it, as Lambda does.
    pub fn pass(&mut self, time: SignedDuration) {
        self.clock.advance(time);
        self.note(time.as_millis());
        let now = self.now();
        let mut ended = false;
        for instance in &mut self.instances {
            if instance.future.is_some() && now.duration_since(instance.started_at) > FUNCTION_TIMEOUT {
                instance.future = None;
                ended = true;
            }
        }
        if ended {
            self.take_stock();
        }
    }

    /// Ends an instance where it stands. What it has asked may still arrive.
    pub fn crash(&mut self, instance: usize) {
        self.instances[instance].future = None;
        self.note(("crash", instance));
        self.take_stock();
    }

    /// Decides what becomes of a request, and lets the one who asked go on.
    pub fn decide(&mut self, pending: Pending, fate: Fate) {
        self.pending.retain(|one| one.call != pending.call);
        let Some(asked) = self.network.take(pending.call) else { return };
        self.steps += 1;
        self.note((pending.call, pending.instance, fate));
        // Whoever is gone hears nothing: the request arrives, or it is lost.
        if !pending.awaited {
            if fate.arrives() {
                self.deliver(asked);
            }
            return;
        }
        let answered = match fate {
            Fate::Delivered => self.deliver(asked),
            Fate::AnswerLost => {
                self.deliver(asked);
                Answered::NoAnswer
            }
            Fate::NotSent => Answered::NotSent,
            Fate::Lost => Answered::NoAnswer,
            Fate::Late => {
                self.network.answer(pending.call, Answered::NoAnswer);
                self.poll(pending.instance);
                return self.leave_on_its_way(pending, asked);
            }
            Fate::Throttled => self.refuse(asked, Refusal::Throttled),
            Fate::Conflict => self.refuse(asked, Refusal::Conflict),
            Fate::Failed => self.refuse(asked, Refusal::Failed),
            Fate::DoneAndFailed => self.refuse(asked, Refusal::DoneAndFailed),
            Fate::Refused => self.deliver_with(asked, Fault::UserLocked),
            Fate::NotFound => self
                .deliver_with(asked, Fault::Refused { code: NO_SUCH_PAYMENT, extras: None, effect: false }),
            Fate::BankUnknown => self.deliver_with(asked, Fault::BankFirmUnknown { effect: false }),
            Fate::DoneAndBankUnknown => self.deliver_with(asked, Fault::BankFirmUnknown { effect: true }),
            Fate::InProgress => self.deliver_with(asked, Fault::DuplicateRequest785),
            Fate::CrashBefore => return self.crash(pending.instance),
            Fate::CrashDuring => {
                self.crash(pending.instance);
                return self.leave_on_its_way(pending, asked);
            }
            Fate::CrashAfter => {
                self.deliver(asked);
                return self.crash(pending.instance);
            }
        };
        self.network.answer(pending.call, answered);
        self.poll(pending.instance);
    }

    /// Nobody waits for it any more, and it may still arrive.
    fn leave_on_its_way(&mut self, pending: Pending, asked: Asked) {
        self.network.put_back(pending.call, asked);
        self.pending.push(Pending { awaited: false, ..pending });
    }

    fn poll(&mut self, instance: usize) {
        self.network.runs(instance);
        if let Some(future) = &mut self.instances[instance].future {
            let mut context = Context::from_waker(Waker::noop());
            if let std::task::Poll::Ready(heard) = future.as_mut().poll(&mut context) {
                heard.name().hash(&mut self.trace);
                self.instances[instance].heard = Some(heard);
                self.instances[instance].future = None;
            }
        }
        while self.seen < self.network.len() {
            let call = self.seen;
            let (asks, instance) = (self.network.asks(call), self.network.instance(call));
            self.pending.push(Pending { call, instance, asks, awaited: true });
            self.seen += 1;
        }
        self.take_stock();
    }

    /// Sees which requests are still waited for. A wait that nobody waits for is none.
    fn take_stock(&mut self) {
        for one in &mut self.pending {
            one.awaited = one.awaited && !self.network.is_abandoned(one.call);
        }
        self.pending.retain(|one| one.awaited || one.asks != Asks::Sleep);
    }

    fn deliver(&mut self, asked: Asked) -> Answered {
        match asked {
            Asked::DynamoDb(operation, body) => answered(self.ask_database(&operation, &body)),
            Asked::Gateway(request) => self.ask_gateway(&request),
            Asked::Sleep(duration) => {
                self.pass(SignedDuration::try_from(duration).unwrap_or_default());
                Answered::Slept
            }
        }
    }

    fn ask_database(&mut self, operation: &str, body: &Bytes) -> Answer {
        let Some(bug) = self.bug else { return self.database.answer(operation, body) };
        let requests = spoil(bug, operation, body, &self.database);
        let answers: Vec<Answer> =
            requests.iter().map(|(operation, body)| self.database.answer(operation, body)).collect();
        answers.into_iter().next_back().unwrap_or_else(dynamodb::internal_error)
    }

    fn ask_gateway(&self, request: &Request<Bytes>) -> Answered {
        match self.kakaopay.answer(request) {
            Reply::Answer(response) => Answered::Gateway(response),
            Reply::Lost | Reply::Reset => Answered::NoAnswer,
        }
    }

    fn deliver_with(&mut self, asked: Asked, fault: Fault) -> Answered {
        if let Asked::Gateway(request) = &asked
            && let Some(endpoint) = endpoint(request.uri().path())
        {
            self.kakaopay.inject(endpoint, fault);
        }
        self.deliver(asked)
    }

    fn refuse(&mut self, asked: Asked, refusal: Refusal) -> Answered {
        match asked {
            Asked::Gateway(_) => {
                let fault = match refusal {
                    Refusal::Throttled | Refusal::Conflict => Fault::Unavailable503,
                    Refusal::Failed => Fault::ServerErrorHtml500 { effect: false },
                    Refusal::DoneAndFailed => Fault::ServerErrorHtml502 { effect: true },
                };
                self.deliver_with(asked, fault)
            }
            Asked::DynamoDb(operation, body) => answered(match refusal {
                Refusal::Throttled => dynamodb::throttled(),
                Refusal::Conflict if operation == "TransactWriteItems" => {
                    dynamodb::transaction_conflict(dynamodb::parts(&body), 0)
                }
                Refusal::Conflict => dynamodb::conflict(),
                Refusal::Failed => dynamodb::internal_error(),
                Refusal::DoneAndFailed => {
                    self.ask_database(&operation, &body);
                    dynamodb::internal_error()
                }
            }),
            Asked::Sleep(_) => self.deliver(asked),
        }
    }
}

/// The ways in which the other side itself says that it could not.
#[derive(Clone, Copy)]
enum Refusal {
    Throttled,
    Conflict,
    Failed,
    DoneAndFailed,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("steps", &self.steps).finish_non_exhaustive()
    }
}

fn answered(answer: Answer) -> Answered {
    Answered::DynamoDb(answer.status, answer.body)
}

fn endpoint(path: &str) -> Option<Endpoint> {
    let last = path.rsplit('/').next()?;
    Endpoint::ALL.into_iter().find(|endpoint| endpoint.name() == last)
}

/// The production client, but for its outside: no socket, no signature, and waits that the scheduler ends.
///
/// Each world has its own allowance of retries, as each process has in production. By itself the SDK shares one
/// among all clients of a process, and then a history would depend on those before it.
fn client(network: &Network) -> Client {
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
