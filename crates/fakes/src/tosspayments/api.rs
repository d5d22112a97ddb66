//! One request to the API, from its path to its reply: who asks, what for, whether it was answered before, and what is to go
//! wrong with it.

use bytes::Bytes;
use http::{Method, Request};
use jiff::{SignedDuration, Timestamp};

use super::desk::Desk;
use super::endpoint::{self, Target};
use super::faults::{self, Fault};
use super::fields::Fields;
use super::merchant::{self, Manner, Merchant};
use super::problem::{Problem, Told};
use super::state::{First, KEY_LIFE, Late, State};
use super::{Options, TossPayments};
use crate::Reply;

/// `path` begins with `/v1/`.
pub(crate) fn answer(fake: &TossPayments, path: &str, request: &Request<Bytes>) -> Reply {
    let options = &fake.0.options;
    let now = fake.now();
    let mut state = fake.state();
    let merchant = match merchant::of(options, request) {
        Ok(merchant) => merchant,
        Err(problem) => return Reply::Answer(faults::answer(&problem.say(Manner::Current))),
    };
    let Some(target) = endpoint::find(request.method(), path) else {
        return Reply::Answer(faults::answer(&Problem::NoSuchApi.say(merchant.manner)));
    };
    *state.calls.entry(target.endpoint).or_default() += 1;
    let fields = Fields::read(request.body());
    let named =
        |name| fields.as_ref().ok().and_then(|fields| fields.raw(name)).unwrap_or_default().to_owned();
    let about = [target.named.clone(), named("paymentKey"), named("orderId")];
    let fault = state.take_fault(target.endpoint, &about.each_ref().map(String::as_str));

    let key = match key_of(request) {
        Ok(key) => key,
        Err(problem) => return Reply::Answer(faults::answer(&problem.say(merchant.manner))),
    };
    let scope = key.map(|key| format!("{key}\n{}\n{}\n{path}", merchant.secret_key, request.method()));
    let mut once = Once { options, state: &mut state, merchant, now };
    let Some(fault) = fault else {
        return Reply::Answer(faults::answer(&once.told(scope, &target, fields, None)));
    };
    if let Fault::LateEffect { after_s } = fault {
        let fields = fields.map(|fields| fields.0).unwrap_or_default();
        let due = now.checked_add(SignedDuration::from_secs(after_s)).unwrap_or(Timestamp::MAX);
        let m_id = merchant.m_id.clone();
        once.state.late.push(Late { due, target, m_id, fields, key: scope });
        return fault.play(merchant.manner, None);
    }
    let refusal = fault.refusal(merchant.manner);
    let done = fault.has_effect().then(|| once.told(scope.clone(), &target, fields, refusal.clone()));
    if let (None, Some(refusal)) = (&done, refusal) {
        once.remember(scope, refusal);
    }
    fault.play(merchant.manner, done)
}

/// Carries out what was held up and is due by now.
pub(crate) fn carry_out_late(options: &Options, state: &mut State, now: Timestamp) {
    while let Some(place) = state.late.iter().position(|late| late.due <= now) {
        let late = state.late.remove(place);
        let merchant = options.merchants.iter().find(|merchant| merchant.m_id == late.m_id);
        if let Some(merchant) = merchant {
            let mut once = Once { options, state: &mut *state, merchant, now: late.due };
            once.told(late.key, &late.target, Ok(Fields(late.fields)), None);
        }
    }
}

/// What it takes to do a request once.
struct Once<'a> {
    options: &'a Options,
    state: &'a mut State,
    merchant: &'a Merchant,
    now: Timestamp,
}

impl Once<'_> {
    /// What was told the first time under this key, or what is done now. `instead` is what is told, and remembered, in
    /// place of the truth.
    fn told(
        &mut self,
        scope: Option<String>,
        target: &Target,
        fields: Result<Fields, Problem>,
        instead: Option<Told>,
    ) -> Told {
        let fresh = |first: &&First| self.now.duration_since(first.at) < KEY_LIFE;
        if let Some(first) = scope.as_ref().and_then(|scope| self.state.keyed.get(scope)).filter(fresh) {
            return first.told.clone();
        }
        let manner = self.merchant.manner;
        let done = fields.and_then(|fields| {
            let mut desk = Desk {
                options: self.options,
                state: &mut *self.state,
                merchant: self.merchant,
                now: self.now,
            };
            desk.perform(target, &fields)
        });
        let told = match done {
            Ok(body) => Told { http_status: success(target, manner), body },
            Err(problem) => problem.say(manner),
        };
        self.remember(scope, instead.unwrap_or_else(|| told.clone()));
        told
    }

    fn remember(&mut self, scope: Option<String>, told: Told) {
        if let Some(scope) = scope {
            self.state.keyed.insert(scope, First { at: self.now, told });
        }
    }
}

fn success(target: &Target, manner: Manner) -> u16 {
    match (target.endpoint, manner) {
        (endpoint::Endpoint::LookUp | endpoint::Endpoint::BillingDelete, _) | (_, Manner::Current) => 200,
        (_, Manner::Reference) => 201,
    }
}

/// The key of a `POST`; that of a `GET` is passed over, as documented.
fn key_of(request: &Request<Bytes>) -> Result<Option<String>, Problem> {
    let Some(key) = request.headers().get("idempotency-key").filter(|_| request.method() == Method::POST)
    else {
        return Ok(None);
    };
    let key = key.to_str().map_err(|_| Problem::BadKeyLength)?;
    if key.len() > 300 { Err(Problem::BadKeyLength) } else { Ok(Some(key.to_owned())) }
}
