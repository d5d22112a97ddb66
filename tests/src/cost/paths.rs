//! Orders from the chat to their end, and a month of them: which steps they take, and what those come to.

use std::iter::Sum;
use std::ops::{Add, Mul, Sub};

use cafe_core::payment::BoxError;

use super::deployed::Deployed;
use super::money::Pico;
use super::prices;
use super::steps::{StepName, Steps};
use super::taken::Taken;

/// A way that orders take.
pub(super) struct Path {
    /// As the page says it.
    pub(super) name: &'static str,
    /// Its steps.
    pub(super) steps: &'static [StepName],
    /// How many of a thousand orders take it in a month as it is counted here.
    pub(super) of_1000: u64,
}

use StepName::{
    ApproveCovered, ApproveInFull, ApproveWithPoints, Cancel, CancelWithPoints, Expire, ExpireWithPoints,
    Idle, Join, OpenAgain, OpenCovered, OpenInFull, OpenWithPoints, Points, QuoteCovered, QuoteInFull,
    QuoteWithPoints, Receipt, RefundAll, RefundPart, RefundWithPoints,
};

/// All of them.
pub(super) const PATHS: [Path; 10] = [
    Path { name: "in full", steps: &[QuoteInFull, OpenInFull, ApproveInFull], of_1000: 585 },
    Path { name: "with points", steps: &[QuoteWithPoints, OpenWithPoints, ApproveWithPoints], of_1000: 195 },
    Path { name: "all in points", steps: &[QuoteCovered, OpenCovered, ApproveCovered], of_1000: 50 },
    Path { name: "cancelled", steps: &[QuoteInFull, OpenInFull, Cancel], of_1000: 75 },
    Path {
        name: "cancelled, with points",
        steps: &[QuoteWithPoints, OpenWithPoints, CancelWithPoints],
        of_1000: 25,
    },
    Path { name: "expired", steps: &[QuoteInFull, OpenInFull, Expire], of_1000: 35 },
    Path {
        name: "expired, with points",
        steps: &[QuoteWithPoints, OpenWithPoints, ExpireWithPoints],
        of_1000: 15,
    },
    Path {
        name: "in full, a part refunded",
        steps: &[QuoteInFull, OpenInFull, ApproveInFull, RefundPart],
        of_1000: 5,
    },
    Path {
        name: "in full, refunded",
        steps: &[QuoteInFull, OpenInFull, ApproveInFull, RefundAll],
        of_1000: 10,
    },
    Path {
        name: "with points, refunded",
        steps: &[QuoteWithPoints, OpenWithPoints, ApproveWithPoints, RefundWithPoints],
        of_1000: 5,
    },
];

/// What is done besides, for a thousand orders.
pub(super) const BESIDES: [(StepName, u64); 4] =
    [(Receipt, 500), (OpenAgain, 200), (Points, 300), (Join, 50)];

/// How long a round trip to DynamoDB takes inside a region, and one of a transaction, and KakaoPay's answer, in
/// milliseconds. None of them can be measured here: these are assumed.
pub(super) const DYNAMODB_MS: u64 = 5;
pub(super) const TRANSACTION_MS: u64 = 10;
pub(super) const GATEWAY_MS: u64 = 200;

/// How long fetching secrets takes a function that starts, in milliseconds: assumed.
pub(super) const SECRETS_MS: u64 = 30;

/// Memory with which a function has one whole processor, in MB: it has as much less of one as it has less memory.
pub(super) const WHOLE_PROCESSOR_MB: u64 = 1769;

/// Bytes of the lines that Lambda itself writes about an event, and about a start: `platform.start` and
/// `platform.report`, `platform.initStart`, as its documentation shows them.
const EVENT_LINES: u64 = 600;
const START_LINE: u64 = 250;

/// Bytes of the API's access log for a request, by the format in the template.
const ACCESS_LINE: u64 = 190;

/// How many minutes the schedule has in a month of 30 days.
pub(super) const MINUTES: u64 = 43_200;

/// For how many minutes an order stays open that is paid or cancelled, and one that expires: assumed. The schedule
/// reads each once a minute, a hundred at most, to tell what is in doubt.
pub(super) const PAID_WITHIN_MINUTES: u64 = 2;
pub(super) const UNPAID_FOR_MINUTES: u64 = 17;
const MOST_READ_A_MINUTE: u64 = 100;

/// How many times a month DynamoDB asks for the key of an encrypted table on behalf of a caller who is never quiet:
/// every five minutes.
const KEY_CALLS: u64 = MINUTES / 5;

/// What steps come to, in all that is charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) events: u64,
    pub(super) api_requests: u64,
    pub(super) gateway_calls: u64,
    pub(super) requests: u64,
    pub(super) writes: u64,
    pub(super) half_reads: u64,
    /// Memory in MB by milliseconds.
    pub(super) mb_ms: u64,
    pub(super) logged: u64,
    pub(super) sent: u64,
    pub(super) kept: u64,
    pub(super) key_calls: u64,
}

impl Usage {
    fn each(self, other: Usage, by: impl Fn(u64, u64) -> u64) -> Usage {
        Usage {
            events: by(self.events, other.events),
            api_requests: by(self.api_requests, other.api_requests),
            gateway_calls: by(self.gateway_calls, other.gateway_calls),
            requests: by(self.requests, other.requests),
            writes: by(self.writes, other.writes),
            half_reads: by(self.half_reads, other.half_reads),
            mb_ms: by(self.mb_ms, other.mb_ms),
            logged: by(self.logged, other.logged),
            sent: by(self.sent, other.sent),
            kept: by(self.kept, other.kept),
            key_calls: by(self.key_calls, other.key_calls),
        }
    }

    /// What each kind of it costs, in the order of [`KINDS`].
    pub(super) fn costs(self) -> [Pico; 6] {
        [
            prices::WRITE.each * self.writes + Pico(prices::READ.each.0 * self.half_reads / 2),
            prices::INVOCATION.each * self.events + prices::lasting(self.mb_ms, 1),
            prices::API_REQUEST.each * self.api_requests,
            prices::LOGGED.each * self.logged,
            prices::SENT.each * self.sent,
            prices::KEY_CALL.each * self.key_calls,
        ]
    }

    /// What all of it costs, except for keeping it.
    pub(super) fn cost(self) -> Pico {
        self.costs().into_iter().sum()
    }
}

/// What there is to pay for.
pub(super) const KINDS: [&str; 6] = [
    "DynamoDB, reading and writing",
    "Lambda",
    "API Gateway",
    "logs",
    "what is sent to customers",
    "keys: secrets of functions that start, encrypted tables",
];

impl Add for Usage {
    type Output = Usage;

    fn add(self, other: Usage) -> Usage {
        self.each(other, |one, two| one + two)
    }
}

impl Sub for Usage {
    type Output = Usage;

    fn sub(self, other: Usage) -> Usage {
        self.each(other, u64::saturating_sub)
    }
}

impl Mul<u64> for Usage {
    type Output = Usage;

    fn mul(self, times: u64) -> Usage {
        self.each(self, |one, _| one * times)
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Usage>>(all: I) -> Usage {
        all.fold(Usage::default(), Add::add)
    }
}

/// All that is counted and measured.
pub(super) struct Counted<'a> {
    pub(super) steps: &'a Steps,
    pub(super) taken: &'a Taken,
    pub(super) deployed: &'a Deployed,
}

impl Counted<'_> {
    /// What a step comes to in a function that is warm.
    pub(super) fn step(&self, name: StepName) -> Result<Usage, BoxError> {
        let unknown = || format!("{} was not taken", name.words());
        let step = self.steps.get(&name).ok_or_else(unknown)?;
        let timed = self.taken.steps.get(&name).ok_or_else(unknown)?;
        let is_request = u64::from(name.is_request());
        Ok(Usage {
            events: 1,
            api_requests: is_request,
            gateway_calls: step.gateway_calls,
            requests: step.asked.count(),
            writes: step.asked.writes,
            half_reads: step.asked.half_reads,
            mb_ms: self.deployed.function(name.function())?.memory_mb * self.billed_ms(name)?,
            logged: timed.logged_bytes + EVENT_LINES + is_request * ACCESS_LINE,
            sent: timed.sent_bytes,
            kept: timed.kept_bytes,
            key_calls: 0,
        })
    }

    /// How long Lambda bills for a step: the processor's time at the share that comes with the memory, and waiting.
    pub(super) fn billed_ms(&self, name: StepName) -> Result<u64, BoxError> {
        let unknown = || format!("{} was not taken", name.words());
        let step = self.steps.get(&name).ok_or_else(unknown)?;
        let timed = self.taken.steps.get(&name).ok_or_else(unknown)?;
        let memory_mb = self.deployed.function(name.function())?.memory_mb;
        let requests = step.asked.requests.iter();
        let waits = requests.map(|(operation, count)| {
            count * if operation == "TransactWriteItems" { TRANSACTION_MS } else { DYNAMODB_MS }
        });
        let waiting_ms = waits.sum::<u64>() + step.gateway_calls * GATEWAY_MS;
        let working_us = timed.cpu_us * WHOLE_PROCESSOR_MB / memory_mb.min(WHOLE_PROCESSOR_MB);
        Ok((waiting_ms * 1000 + working_us).div_ceil(1000))
    }

    /// What a path's order comes to. A minute that has something to do is counted without the minute itself.
    pub(super) fn path(&self, path: &Path) -> Result<Usage, BoxError> {
        path.steps.iter().map(|name| self.share(*name)).sum()
    }

    fn share(&self, name: StepName) -> Result<Usage, BoxError> {
        let step = self.step(name)?;
        if matches!(name, Expire | ExpireWithPoints) { Ok(step - self.step(Idle)?) } else { Ok(step) }
    }

    /// What starting a function comes to. It starts with a whole processor, whatever its memory.
    fn start(&self, function: &str) -> Result<Usage, BoxError> {
        let started = self.taken.starts.get(function);
        let started = started.ok_or_else(|| format!("the start of {function} was not measured"))?;
        let deployed = self.deployed.function(function)?;
        Ok(Usage {
            mb_ms: deployed.memory_mb * (started.cpu_us.div_ceil(1000) + SECRETS_MS),
            logged: START_LINE,
            key_calls: deployed.secrets,
            ..Usage::default()
        })
    }

    /// What a month comes to. `cold` of a thousand events find no function that is warm.
    pub(super) fn month(&self, orders_a_day: u64, cold_of_1000: u64) -> Result<Usage, BoxError> {
        let orders = orders_a_day * 30;
        let mut taken: Vec<(StepName, u64)> =
            BESIDES.iter().map(|(name, of_1000)| (*name, orders * of_1000 / 1000)).collect();
        for path in &PATHS {
            taken.extend(path.steps.iter().map(|name| (*name, orders * path.of_1000 / 1000)));
        }
        let mut month = self.step(Idle)? * MINUTES;
        let open = |path: &Path| {
            let expires = path.steps.iter().any(|name| matches!(name, Expire | ExpireWithPoints));
            path.of_1000 * if expires { UNPAID_FOR_MINUTES } else { PAID_WITHIN_MINUTES }
        };
        let reads = orders * PATHS.iter().map(open).sum::<u64>() / 1000;
        let reads = reads.min(MINUTES * MOST_READ_A_MINUTE);
        month.requests += reads;
        month.half_reads += 2 * reads;
        let (mut least_key_calls, mut most_key_calls) = (0, 0);
        for (name, times) in taken {
            month = month + self.share(name)? * times;
            if name.function() != "reconcile" {
                month = month + self.start(name.function())? * (times * cold_of_1000 / 1000);
                least_key_calls += times * self.deployed.function(name.function())?.tables;
            }
        }
        for function in self.deployed.functions.values() {
            most_key_calls += KEY_CALLS * function.tables;
        }
        month.key_calls += least_key_calls.min(most_key_calls) + KEY_CALLS;
        Ok(month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_orders_are_a_thousand() {
        assert_eq!(PATHS.iter().map(|path| path.of_1000).sum::<u64>(), 1000);
    }
}
