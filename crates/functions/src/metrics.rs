//! What is measured while an event is handled, and told in one go before its answer goes out: lines of CloudWatch's
//! embedded metric format on standard output. What a metric tells is a number, and a word out of a short list.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use embedded_metrics::{Measurement, Unit, lines};
use jiff::Timestamp;

/// Where all of the cafe's metrics are.
const NAMESPACE: &str = "Cafe";

/// What all metrics are kept apart by.
const STACK: &str = "stack";

/// Where nobody asks for what was measured, as on a laptop, no more than this is kept.
const MOST_KEPT: usize = 4_096;

/// Characters of a gateway's code that are told: it is a number or a word, and each one costs.
const MOST_CODE: usize = 32;

/// What was measured and not told yet.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    stack: String,
    kept: Mutex<Vec<Measured>>,
}

/// One thing that was measured once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    name: &'static str,
    unit: Unit,
    value: u64,
    /// What it is kept apart by besides the stack.
    by: Option<(&'static str, Cow<'static, str>)>,
}

impl Metrics {
    /// Nothing yet, of the stack of that name.
    #[must_use]
    pub fn of(stack: &str) -> Metrics {
        // A name that no metric can have would lose all of them.
        let fits =
            !stack.trim().is_empty() && stack.chars().all(|c| c.is_ascii_graphic()) && stack.len() <= 128;
        let stack = if fits { stack } else { "unnamed" };
        Metrics(Arc::new(Inner { stack: stack.to_owned(), kept: Mutex::default() }))
    }

    /// Keeps a measurement until it is told.
    pub fn measure(&self, measured: Measured) {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST_KEPT {
            kept.push(measured);
        }
    }

    /// What was measured since the last time, as lines of the log.
    #[must_use]
    pub fn take(&self, now: Timestamp) -> Vec<String> {
        let kept = std::mem::take(&mut *self.0.kept.lock().unwrap_or_else(PoisonError::into_inner));
        self.lines(&kept, now)
    }

    /// Tells what was measured since the last time, in one write; nothing where nothing was.
    pub fn tell(&self, now: Timestamp) {
        print(&self.take(now));
    }

    /// Tells one thing at once, whoever is at the rest: there may be no later.
    pub fn tell_now(&self, measured: Measured, now: Timestamp) {
        print(&self.lines(&[measured], now));
    }

    fn lines(&self, kept: &[Measured], now: Timestamp) -> Vec<String> {
        let stack = (STACK, &*self.0.stack);
        let dimensions: Vec<_> = kept
            .iter()
            .map(|measured| {
                let by = measured.by.as_ref().map(|(name, value)| [stack, (*name, &**value)]);
                ([stack], by)
            })
            .collect();
        let sets: Vec<Vec<&[(&str, &str)]>> = dimensions
            .iter()
            .map(|(alone, by)| std::iter::once(&alone[..]).chain(by.as_ref().map(|by| &by[..])).collect())
            .collect();
        let measurements: Vec<_> = kept
            .iter()
            .zip(&sets)
            .map(|(&Measured { name, unit, value, .. }, dimensions)| Measurement {
                name,
                unit,
                value,
                dimensions,
            })
            .collect();
        lines(NAMESPACE, now.as_millisecond(), &measurements).unwrap_or_else(|error| {
            tracing::error!(%error, "what was measured cannot be told");
            Vec::new()
        })
    }
}

fn print(lines: &[String]) {
    if !lines.is_empty() {
        let text = lines.join("\n") + "\n";
        // Where even that cannot be written, nothing can be said about it either.
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Metrics({})", self.0.stack)
    }
}

impl Measured {
    /// An order has come to this stage.
    #[must_use]
    pub const fn order(state: &'static str) -> Measured {
        Measured::apart("Orders", Unit::Count, 1, "state", state)
    }

    /// Money was collected, in won.
    #[must_use]
    pub const fn won_collected(won: u64) -> Measured {
        Measured::alone("WonCollected", Unit::None, won)
    }

    /// Money was given back, in won.
    #[must_use]
    pub const fn won_refunded(won: u64) -> Measured {
        Measured::alone("WonRefunded", Unit::None, won)
    }

    /// Points were moved, for a reason of the ledger's.
    #[must_use]
    pub const fn points(kind: &'static str, points: u64) -> Measured {
        Measured::apart("Points", Unit::Count, points, "kind", kind)
    }

    /// What the gateway has done could not be written down.
    #[must_use]
    pub const fn settle_failure() -> Measured {
        Measured::alone("SettleFailures", Unit::Count, 1)
    }

    /// How long the gateway took for a call.
    #[must_use]
    pub fn gateway_latency(call: &'static str, took: Duration) -> Measured {
        Measured::apart("GatewayLatency", Unit::Milliseconds, milliseconds(took), "call", call)
    }

    /// The gateway did not do what was asked.
    #[must_use]
    pub fn gateway_error(code: &str) -> Measured {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let told = (1..=MOST_CODE).contains(&code.len()) && code.chars().all(fits);
        let code = if told { Cow::Owned(code.to_owned()) } else { Cow::Borrowed("other") };
        Measured { name: "GatewayErrors", unit: Unit::Count, value: 1, by: Some(("code", code)) }
    }

    /// How long a skill took for its answer.
    #[must_use]
    pub fn skill_latency(function: &'static str, took: Duration) -> Measured {
        Measured::apart("SkillLatency", Unit::Milliseconds, milliseconds(took), "function", function)
    }

    /// A process of this function has begun to work.
    #[must_use]
    pub const fn cold_start(function: &'static str) -> Measured {
        Measured::apart("ColdStarts", Unit::Count, 1, "function", function)
    }

    /// This function panicked.
    #[must_use]
    pub const fn panic(function: &'static str) -> Measured {
        Measured::apart("Panics", Unit::Count, 1, "function", function)
    }

    /// How many orders nobody knows about.
    #[must_use]
    pub const fn orders_in_doubt(orders: u64) -> Measured {
        Measured::alone("OrdersInDoubt", Unit::Count, orders)
    }

    /// For how long that has been so of the oldest of them.
    #[must_use]
    pub const fn oldest_doubt_seconds(seconds: u64) -> Measured {
        Measured::alone("OldestDoubtSeconds", Unit::Seconds, seconds)
    }

    /// How many orders wait for a person.
    #[must_use]
    pub const fn orders_in_review(orders: u64) -> Measured {
        Measured::alone("OrdersInReview", Unit::Count, orders)
    }

    /// How many histories of the payments service were looked at, and nobody knows about them yet.
    #[must_use]
    pub const fn histories_in_doubt(histories: u64) -> Measured {
        Measured::alone("HistoriesInDoubt", Unit::Count, histories)
    }

    /// A service did not take a notice that has been waiting for long.
    #[must_use]
    pub const fn late_notice() -> Measured {
        Measured::alone("NoticesLate", Unit::Count, 1)
    }

    const fn alone(name: &'static str, unit: Unit, value: u64) -> Measured {
        Measured { name, unit, value, by: None }
    }

    const fn apart(
        name: &'static str,
        unit: Unit,
        value: u64,
        dimension: &'static str,
        is: &'static str,
    ) -> Measured {
        Measured { name, unit, value, by: Some((dimension, Cow::Borrowed(is))) }
    }
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::{Measured, Metrics};

    fn told(metrics: &Metrics) -> Vec<Value> {
        let lines = metrics.take(Timestamp::from_millisecond(1_795_257_845_123).unwrap());
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn what_one_event_measured_is_told_once_and_in_few_lines() {
        let metrics = Metrics::of("cafe");
        for measured in [
            Measured::cold_start("payment-approve"),
            Measured::order("approving"),
            Measured::gateway_latency("approve", Duration::from_micros(412_900)),
            Measured::order("paid"),
            Measured::won_collected(4_400),
            Measured::points("earn", 440),
        ] {
            metrics.measure(measured);
        }
        let [first, second] = &told(&metrics)[..] else { panic!("two lines for two states") };
        assert_eq!(
            (&first["state"], &first["GatewayLatency"], &first["stack"]),
            (&json!("approving"), &json!(412), &json!("cafe"))
        );
        assert_eq!(
            (&first["WonCollected"], &first["Points"], &first["kind"]),
            (&json!(4_400), &json!(440), &json!("earn"))
        );
        assert_eq!((&second["state"], &second["Orders"]), (&json!("paid"), &json!(1)));
        assert_eq!(
            second["_aws"]["CloudWatchMetrics"][0]["Dimensions"],
            json!([["stack"], ["stack", "state"]])
        );
        assert_eq!(told(&metrics), [Value::Null; 0]);
    }

    #[test]
    fn a_code_of_the_gateway_is_told_only_where_it_looks_like_one() {
        let metrics = Metrics::of("cafe");
        for code in ["-702", "INVALID_REQUEST", "", "홍길동", "010-1234-5678 is not", &"x".repeat(33)] {
            metrics.measure(Measured::gateway_error(code));
        }
        let codes: Vec<_> =
            told(&metrics).iter().map(|line| (line["code"].clone(), line["GatewayErrors"].clone())).collect();
        let expected = [
            (json!("-702"), json!(1)),
            (json!("INVALID_REQUEST"), json!(1)),
            (json!("other"), json!([1, 1, 1, 1])),
        ];
        assert_eq!(codes, expected);
    }

    #[test]
    fn a_stack_is_named_by_something_that_metrics_can_be_kept_apart_by() {
        for (name, told_as) in [
            ("cafe-prod", "cafe-prod"),
            ("", "unnamed"),
            (" ", "unnamed"),
            ("카페", "unnamed"),
            ("a b", "unnamed"),
        ] {
            let metrics = Metrics::of(name);
            metrics.measure(Measured::settle_failure());
            assert_eq!(told(&metrics)[0]["stack"], told_as);
        }
    }

    #[test]
    fn what_nobody_asks_for_does_not_pile_up() {
        let metrics = Metrics::of("cafe");
        for _ in 0..10_000 {
            metrics.measure(Measured::settle_failure());
        }
        let counted: usize =
            told(&metrics).iter().map(|line| line["SettleFailures"].as_array().unwrap().len()).sum();
        assert_eq!(counted, super::MOST_KEPT);
    }
}
