//! The payments service's world: a database, two gateways, the services that are told, and a clock.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use cafe_core::gateway::portone::PortOne as ProductionPortOne;
use cafe_core::gateway::tosspayments::TossPayments as ProductionToss;
use cafe_core::payment::flow::Turn;
use cafe_core::payment::{Accounts, Gateway, Notice, RecordId, Run, VendorCode};
use fakes::Reply;
use fakes::clock::Clock;
use fakes::portone::{Options as PortOneOptions, PortOne, V1};
use fakes::tosspayments::{Endpoint, Fault, Options as TossOptions, PREFIX, TossPayments};
use http::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::{DynamoRecords, Vault};
use tosspayments::Api;

use super::clerk::{Clerk, Lie};
use super::heard::Heard;
use super::zoo::{Bug, Herald, spoil, spoil_gateway};
use crate::dynamodb::{Answer, Database, PAYMENTS};
use crate::network::{Answered, Asked, Network};
use crate::schedule::{Outside, Schedule, Trouble};
use crate::world::{answered, client, dynamodb_in_trouble};

/// The one account that services may name.
pub(crate) const STORE: &str = "shop";

/// How long a go at something can be alive: no less than the function's time-out.
const RUN_FOR: SignedDuration = SignedDuration::from_secs(30);

const ORIGIN: &str = "http://simulated.invalid";

/// The functions that can be at work, and what else changes a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// `payments-api`, asked to take a payment on.
    Create,
    /// `payments-api`, asked to give some of one back.
    Cancel,
    /// `payments-api`, asked for a history.
    Read,
    /// `payments-webhook`.
    Follow,
    /// `payments-dispatch`, by its schedule.
    Dispatch,
    /// `payments-dispatch`, by the table's stream.
    Stream,
    /// `payments-dispatch`, invoked for one notice.
    Replay,
    /// None of ours: DynamoDB drops what has outlived its time.
    TimeToLive,
}

/// The services that are told.
#[derive(Debug, Default)]
pub(crate) struct Backend {
    /// Every notice that has arrived, in its order.
    pub(crate) told: Vec<Notice>,
    /// How many notices it answers with an error from now on.
    pub(crate) refuses: u32,
}

/// The simulated world.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) toss: TossPayments,
    pub(crate) portone: PortOne,
    pub(crate) backend: Backend,
    /// How many answers of gateways from now on are about another payment.
    pub(crate) mix_ups: u32,
    /// What gateways have denied: each does so once of a payment, as if what answered were behind.
    denied: BTreeSet<String>,
    pub(crate) schedule: Schedule<Function, Heard>,
    clock: Clock,
    records: DynamoRecords,
    accounts: (::tosspayments::Account, ::portone::v1::Account),
    ids: Ids,
    bug: Option<Bug>,
}

/// Ids that were not there before, the same ones every time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids(Arc<AtomicU64>);

impl Ids {
    pub(crate) fn fresh(&self) -> RecordId {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let mut random = [0; 16];
        random[..8].copy_from_slice(&number.to_be_bytes());
        RecordId::new(random)
    }
}

impl World {
    pub(crate) fn new(seed: u64, bug: Option<Bug>) -> World {
        // The SDK takes its tokens and the length of its waits from this thread's own randomness.
        fastrand::seed(seed);
        let clock = Clock::fixed(Timestamp::from_second(1_795_000_000).unwrap_or_default());
        let schedule = Schedule::new(clock.clone());
        let vault = Vault::new("the store key of a simulated service")
            .unwrap_or_else(|error| unreachable!("a made-up key of the right length: {error}"));
        let records = DynamoRecords::new(client(&schedule.network), PAYMENTS.to_owned(), vault);
        let toss = TossOptions { seed, origin: ORIGIN.to_owned(), ..TossOptions::default() };
        let portone = PortOneOptions { seed, ..PortOneOptions::default() };
        World {
            database: Database::new(),
            accounts: (toss_account(&toss), iamport_account(&portone)),
            toss: TossPayments::new(toss, clock.clone()),
            portone: PortOne::new(portone, clock.clone()),
            backend: Backend::default(),
            mix_ups: 0,
            denied: BTreeSet::new(),
            schedule,
            clock,
            records,
            ids: Ids::default(),
            bug,
        }
    }

    /// The production records, over the simulated network.
    pub(crate) fn records(&self) -> DynamoRecords {
        self.records.clone()
    }

    /// The production gateways, over the simulated network, as an instance has them that has just been started. `lie`
    /// is what a gateway's message says of a payment, which nobody may believe.
    pub(crate) fn gateways(&self, lie: Option<Lie>) -> Gateways {
        let http = || Arc::new(self.schedule.network.clone());
        let (toss, iamport) = self.accounts.clone();
        let clock = self.clock.clone();
        let iamport = ProductionPortOne::v1(iamport, http(), Arc::new(move || clock.now()));
        Gateways {
            toss: Clerk::new(Box::new(ProductionToss::new(toss, http())), self.bug, lie.clone()),
            iamport: Clerk::new(Box::new(iamport), self.bug, lie),
        }
    }

    /// Who carries notices.
    pub(crate) fn messenger(&self) -> Herald {
        Herald::new(self.network().clone(), self.bug)
    }

    pub(crate) fn network(&self) -> &Network {
        &self.schedule.network
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn fresh(&self) -> RecordId {
        self.ids.fresh()
    }

    /// The steps of an instance that is `skew` off, one after the other.
    pub(crate) fn turns(&self, skew: SignedDuration) -> impl Fn() -> Turn + Send + Sync + 'static {
        let (clock, ids) = (self.clock.clone(), self.ids.clone());
        move || {
            let now = whole_milliseconds(clock.now().checked_add(skew).unwrap_or(Timestamp::MAX));
            let until = now.checked_add(RUN_FOR).unwrap_or(Timestamp::MAX);
            Turn { now, run: Run { token: ids.fresh(), until }, record: ids.fresh(), notice: ids.fresh() }
        }
    }

    pub(crate) fn decide(&mut self, pending: crate::schedule::Pending, fate: crate::fate::Fate) {
        let World { database, toss, portone, backend, mix_ups, denied, bug, .. } = self;
        let mut sides = Sides { database, toss, portone, backend, mix_ups, denied, bug: *bug };
        self.schedule.decide(pending, fate, &mut sides);
    }

    /// A request of somebody who shops at Toss Payments, and not of ours.
    pub(crate) fn ask_toss<C: ::tosspayments::Call>(&self, call: &C) -> Option<C::Answer> {
        let request = call.request(&self.accounts.0).ok()?;
        let Reply::Answer(response) = self.toss.answer(&request) else { return None };
        C::answer(&response).ok()
    }
}

/// The gateways, with the one account.
#[derive(Debug)]
pub(crate) struct Gateways {
    toss: Clerk,
    iamport: Clerk,
}

impl Gateways {
    /// The one at which customers of the simulation pay.
    fn clerk(&self, vendor: VendorCode) -> Option<&Clerk> {
        match vendor {
            VendorCode::TossPayments => Some(&self.toss),
            VendorCode::Iamport => Some(&self.iamport),
            VendorCode::KakaoPay | VendorCode::PortOne => None,
        }
    }
}

impl Accounts for Gateways {
    fn of(&self, vendor: VendorCode, store: &str) -> Option<&dyn Gateway> {
        let clerk = self.clerk(vendor)?;
        (store == STORE).then_some(clerk)
    }

    fn all_of(&self, vendor: VendorCode) -> Vec<&dyn Gateway> {
        self.clerk(vendor).map(|clerk| clerk as &dyn Gateway).into_iter().collect()
    }
}

fn toss_account(options: &TossOptions) -> ::tosspayments::Account {
    let key = options.merchants.first().map(|merchant| merchant.secret_key.clone()).unwrap_or_default();
    ::tosspayments::Account::new(Api::Current, &key.into())
        .and_then(|account| account.with_base_url(&format!("{ORIGIN}{PREFIX}")))
        .unwrap_or_else(|error| unreachable!("a made-up account of the right shape: {error}"))
}

fn iamport_account(options: &PortOneOptions) -> ::portone::v1::Account {
    let (key, secret) = (options.imp_key.clone(), options.imp_secret.clone());
    let account = ::portone::v1::Account::new(&key.into(), &secret.into())
        .unwrap_or_else(|error| unreachable!("a made-up account of the right shape: {error}"));
    account
        .with_base_url(&format!("{ORIGIN}{V1}"))
        .unwrap_or_else(|error| unreachable!("a made-up address of the right shape: {error}"))
}

/// Whom the network leads to.
struct Sides<'a> {
    database: &'a mut Database,
    toss: &'a TossPayments,
    portone: &'a PortOne,
    backend: &'a mut Backend,
    mix_ups: &'a mut u32,
    denied: &'a mut BTreeSet<String>,
    bug: Option<Bug>,
}

impl Sides<'_> {
    fn ask_database(&mut self, operation: &str, body: &Bytes) -> Answer {
        let Some(bug) = self.bug else { return self.database.answer(operation, body) };
        let requests = spoil(bug, operation, body);
        let answers: Vec<Answer> =
            requests.iter().map(|(operation, body)| self.database.answer(operation, body)).collect();
        // What a broken store does not ask for, it takes for done.
        answers.into_iter().next_back().unwrap_or_else(|| Answer { status: 200, body: b"{}".to_vec() })
    }

    fn ask_gateway(&mut self, mut request: Request<Bytes>) -> Answered {
        if let Some(bug) = self.bug {
            spoil_gateway(bug, &mut request);
        }
        let is_toss = is_toss(&request);
        let reply = if is_toss { self.toss.answer(&request) } else { self.portone.answer(&request) };
        let Reply::Answer(response) = reply else { return Answered::NoAnswer };
        let is_about_a_payment = crate::network::asks_gateway(&request) != crate::fate::Asks::Token;
        if is_about_a_payment && *self.mix_ups > 0 && response.status().is_success() {
            *self.mix_ups -= 1;
            return Answered::Gateway(about_another(response));
        }
        Answered::Gateway(response)
    }

    /// A request to Iamport is answered with one of its troubles.
    fn iamport_in_trouble(&mut self, request: Request<Bytes>, trouble: Trouble) -> Answered {
        let says = |status: StatusCode, message: &str| {
            let body = json!({"code": -1, "message": message, "response": null}).to_string();
            let mut response = Response::new(Bytes::from(body));
            *response.status_mut() = status;
            Answered::Gateway(response)
        };
        match trouble {
            Trouble::Throttled | Trouble::Conflict | Trouble::InProgress => {
                says(StatusCode::SERVICE_UNAVAILABLE, "busy")
            }
            Trouble::Failed | Trouble::BankUnknown => says(StatusCode::INTERNAL_SERVER_ERROR, "broken"),
            Trouble::DoneAndFailed | Trouble::DoneAndBankUnknown => {
                self.ask_gateway(request);
                says(StatusCode::BAD_GATEWAY, "broken")
            }
            Trouble::Refused => says(StatusCode::UNPROCESSABLE_ENTITY, "no"),
            Trouble::NotFound => says(StatusCode::NOT_FOUND, "no such payment"),
        }
    }
}

impl Outside for Sides<'_> {
    fn arrives(&mut self, asked: Asked) -> Answered {
        match asked {
            Asked::DynamoDb(operation, body) => answered(self.ask_database(&operation, &body)),
            Asked::Gateway(request) => self.ask_gateway(request),
            Asked::Notice(notice) => {
                self.backend.told.push(*notice);
                let refuses = self.backend.refuses > 0;
                self.backend.refuses = self.backend.refuses.saturating_sub(1);
                Answered::Notice(!refuses)
            }
            Asked::Sleep(_) => Answered::Slept,
        }
    }

    fn is_in_trouble(&mut self, asked: Asked, trouble: Trouble) -> Answered {
        match asked {
            Asked::DynamoDb(operation, body) => {
                if trouble == Trouble::DoneAndFailed {
                    self.ask_database(&operation, &body);
                }
                answered(dynamodb_in_trouble(trouble, &operation, &body))
            }
            Asked::Gateway(request)
                if trouble == Trouble::NotFound && !self.denied.insert(request.uri().path().to_owned()) =>
            {
                self.ask_gateway(request)
            }
            Asked::Gateway(request) if is_toss(&request) => {
                if let Some(endpoint) = toss_endpoint(&request) {
                    self.toss.inject(endpoint, toss_fault(endpoint, trouble));
                }
                self.ask_gateway(request)
            }
            Asked::Gateway(request) => self.iamport_in_trouble(request, trouble),
            Asked::Notice(notice) => {
                if trouble == Trouble::DoneAndFailed {
                    self.backend.told.push(*notice);
                }
                Answered::Notice(false)
            }
            Asked::Sleep(_) => Answered::Slept,
        }
    }
}

fn is_toss(request: &Request<Bytes>) -> bool {
    request.uri().path().starts_with(PREFIX)
}

fn toss_endpoint(request: &Request<Bytes>) -> Option<Endpoint> {
    let path = request.uri().path();
    match path.rsplit('/').next()? {
        "confirm" => Some(Endpoint::Confirm),
        "cancel" => Some(Endpoint::Cancel),
        _ if request.method() == Method::GET => Some(Endpoint::LookUp),
        _ => None,
    }
}

/// What Toss Payments says of its own troubles.
fn toss_fault(endpoint: Endpoint, trouble: Trouble) -> Fault {
    let html = |http_status, effect| Fault::ServerErrorHtml { http_status, effect };
    let refused =
        |code: &str, http_status, effect| Fault::Refused { code: code.to_owned(), http_status, effect };
    match trouble {
        Trouble::Throttled | Trouble::Conflict => html(503, false),
        Trouble::Failed => html(500, false),
        Trouble::DoneAndFailed => html(502, true),
        Trouble::Refused if endpoint == Endpoint::Cancel => refused("NOT_CANCELABLE_PAYMENT", 403, false),
        Trouble::Refused => refused("REJECT_CARD_PAYMENT", 403, false),
        Trouble::NotFound => refused("NOT_FOUND_PAYMENT", 404, false),
        Trouble::BankUnknown => refused("PROVIDER_ERROR", 400, false),
        Trouble::DoneAndBankUnknown => refused("PROVIDER_ERROR", 400, true),
        Trouble::InProgress => Fault::InProgress,
    }
}

/// The same answer, as if it were that to another payment's request.
fn about_another(response: Response<Bytes>) -> Response<Bytes> {
    response.map(|body| {
        let Ok(mut answer) = serde_json::from_slice::<Value>(&body) else { return body };
        let payment = if answer.get("response").is_some() { &mut answer["response"] } else { &mut answer };
        for name in ["paymentKey", "orderId", "imp_uid", "merchant_uid"] {
            if let Some(Value::String(text)) = payment.get_mut(name) {
                text.push_str("-of-another");
            }
        }
        answer.to_string().into()
    })
}

/// As times are stored.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
