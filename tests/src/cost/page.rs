//! `docs/cost.md`, all of it written from what was counted and measured.

use cafe_core::payment::BoxError;

use super::deployed::Deployed;
use super::money::Pico;
use super::paths::{
    BESIDES, Counted, DYNAMODB_MS, GATEWAY_MS, KINDS, PAID_WITHIN_MINUTES, PATHS, SECRETS_MS, TRANSACTION_MS,
    UNPAID_FOR_MINUTES, Usage, WHOLE_PROCESSOR_MB,
};
use super::prices::{self, Price};
use super::steps::{Step, StepName, Steps};
use super::taken::Taken;
use crate::table::{self, number};

/// Orders a day, and how many of a thousand events find no function that is warm: assumed.
const VOLUMES: [(u64, u64); 3] = [(30, 1000), (300, 500), (30_000, 10)];

/// Memory in MB that a function could have been given.
const MEMORIES_MB: [u64; 5] = [128, 256, 512, 1024, WHOLE_PROCESSOR_MB];

/// The page.
///
/// # Errors
/// Names what was not counted or measured, or what the template does not say.
pub fn render(steps: &Steps, taken: &Taken) -> Result<String, BoxError> {
    let deployed = Deployed::read()?;
    let counted = Counted { steps, taken, deployed: &deployed };
    let [per_order, each_step, month, kept] =
        [per_order(&counted)?, each_step(&counted)?, month(&counted)?, kept(&counted)?];
    let memory = memory(&counted)?;
    let [mix, growth, prices, measured] =
        [mix(), table::write(super::taken::GROWN, taken.grown.clone()), price_list(), taken.tables()];
    Ok(format!(
        "# What it costs

Written by `cargo xtask cost`; do not edit it. Requests and capacity units are counted: every step is taken by the
functions' own routers over an embedded DynamoDB, which charges as DynamoDB documents it, and a test compares this page
with a fresh count. Processor time, memory and bytes are measured, and stand at the end. Whatever is money follows from
both, and from the prices below. KakaoPay's own fees are not in it, nor are taxes and AWS's free allowances.

## One order

From the chat to its end. A billed duration is processor time, stretched by the share of a processor that comes with a
function's memory ({WHOLE_PROCESSOR_MB} MB are a whole one), and waiting, which is assumed: {DYNAMODB_MS} ms for a request to DynamoDB,
{TRANSACTION_MS} ms for a transaction, {GATEWAY_MS} ms for an answer of KakaoPay's. The functions are warm.

{per_order}
## Each step

Write and read units are those of on-demand tables: 1 KB written, twice that in a transaction, and what the index
`watch` takes; 4 KB read consistently, half of that otherwise.

{each_step}
## Memory

What other memory would make of the same, by the processor's time that was measured. A skill's customer waits for it in the
chat; behind a payment page stands KakaoPay's own answer, which no processor hastens. 128 MB would hold any function and be
the cheapest; twice that halves what is left of the wait, and what comes after gains a few milliseconds for twice the price.
A function starts with a whole processor, whatever its memory. How long one may take follows from who waits: OpenBuilder for
5 seconds, the API for 30.

{memory}
## A month

Thirty days. Of 1,000 orders:

{mix}
The schedule runs every minute whether anybody orders or not. Of 1,000 events so many are
assumed to find no warm function: {cold}. Each of
these pays for a start with a whole processor, and for {SECRETS_MS} ms of fetching secrets. What is open is read once a minute,
to be counted: an order that is paid for {PAID_WITHIN_MINUTES} minutes, one that expires for {UNPAID_FOR_MINUTES}. A metric is paid for in the hours in
which it is told, so a quiet cafe pays less.

{month}
Orders and ledger lines are kept for good:

{kept}
## Growth

The walk through all steps again, in tables that already hold a third each of members, ledger lines and orders, a tenth
of the lines being those of the very customer who orders (`cargo xtask cost --growth`, a minute or two). Every step must
ask for the same, byte for byte. All of them together:

{growth}
## Prices

In US dollars, for Seoul (ap-northeast-2), in `tests/src/cost/prices.rs`. Those of the price list were read in public
documents that quote it.

{prices}
## Measured

Functions as processes under a Runtime API on loopback, with the embedded DynamoDB and the fake KakaoPay over HTTP, built
by the profile `sim`, on one machine. A step's time is the median of the events it was measured in.

{measured}",
        cold = VOLUMES.map(|(orders, cold)| format!("{} at {} orders a day", number(cold), number(orders))).join(", "),
    ))
}

fn per_order(counted: &Counted<'_>) -> Result<String, BoxError> {
    const HEAD: [&str; 9] = [
        "an order",
        "events",
        "KakaoPay",
        "DynamoDB",
        "write units",
        "read units",
        "GB-seconds",
        "bytes logged",
        "US$ for 1,000",
    ];
    let row = |name: &str, usage: Usage| {
        [
            name.to_owned(),
            usage.events.to_string(),
            usage.gateway_calls.to_string(),
            usage.requests.to_string(),
            usage.writes.to_string(),
            units(usage.half_reads),
            gb_seconds(usage.mb_ms),
            number(usage.logged),
            (usage.cost() * 1000).dollars(4),
        ]
    };
    let rows = PATHS.iter().map(|path| Ok(row(path.name, counted.path(path)?)));
    Ok(table::write(HEAD, rows.collect::<Result<Vec<_>, BoxError>>()?))
}

fn each_step(counted: &Counted<'_>) -> Result<String, BoxError> {
    const HEAD: [&str; 6] = ["step", "DynamoDB", "write units", "read units", "KakaoPay", "billed, ms"];
    let row = |(name, step): (&StepName, &Step)| {
        let asked = step.asked.requests.iter().map(|(operation, count)| format!("{count} {operation}"));
        Ok([
            format!("{} (`{}`)", name.words(), name.function()),
            asked.collect::<Vec<_>>().join(", "),
            step.asked.writes.to_string(),
            units(step.asked.half_reads),
            step.gateway_calls.to_string(),
            counted.billed_ms(*name)?.to_string(),
        ])
    };
    Ok(table::write(HEAD, counted.steps.iter().map(row).collect::<Result<Vec<_>, BoxError>>()?))
}

/// What an order in full comes to with other memory, and the slowest that anybody waits for.
fn memory(counted: &Counted<'_>) -> Result<String, BoxError> {
    const HEAD: [&str; 5] = [
        "MB",
        "slowest skill, ms",
        "slowest payment page, ms",
        "GB-seconds, an order in full",
        "US$ for 1,000",
    ];
    let [in_full, ..] = PATHS;
    let row = |memory_mb: u64| {
        let deployed = counted.deployed.with_memory(memory_mb);
        let counted = Counted { deployed: &deployed, ..*counted };
        let (mut skill_ms, mut page_ms) = (0, 0);
        for name in StepName::ALL {
            let billed_ms = counted.billed_ms(name)?;
            match name.function() {
                "reconcile" | "refund" => {}
                page if page.starts_with("payment-") => page_ms = billed_ms.max(page_ms),
                _ => skill_ms = billed_ms.max(skill_ms),
            }
        }
        let usage = counted.path(&in_full)?;
        let cost = (usage.cost() * 1000).dollars(4);
        Ok([number(memory_mb), number(skill_ms), number(page_ms), gb_seconds(usage.mb_ms), cost])
    };
    let rows = MEMORIES_MB.into_iter().map(row).collect::<Result<Vec<_>, BoxError>>()?;
    Ok(table::write(HEAD, rows))
}

fn mix() -> String {
    let paths = PATHS.iter().map(|path| [path.name.to_owned(), path.of_1000.to_string()]);
    let besides =
        BESIDES.iter().map(|(name, times)| [format!("besides: {}", name.words()), times.to_string()]);
    table::write(["an order", "of 1,000"], paths.chain(besides))
}

fn month(counted: &Counted<'_>) -> Result<String, BoxError> {
    let months = VOLUMES.map(|(orders, cold)| counted.month(orders, cold));
    let months: Vec<Usage> = months.into_iter().collect::<Result<_, BoxError>>()?;
    let row = |what: &str, cell: &dyn Fn(&Usage) -> String| {
        let mut cells = vec![what.to_owned()];
        cells.extend(months.iter().map(cell));
        cells.try_into().unwrap_or_else(|_| std::array::from_fn(|_| String::new()))
    };
    let mut rows: Vec<[String; 4]> = vec![
        row("events", &|month| number(month.events)),
        row("requests to DynamoDB", &|month| number(month.requests)),
        row("write units", &|month| number(month.writes)),
        row("read units", &|month| number(month.half_reads.div_ceil(2))),
        row("GB-seconds", &|month| number(month.mb_ms / (1024 * 1000))),
    ];
    for (index, kind) in KINDS.iter().enumerate() {
        rows.push(row(&format!("{kind}, US$"), &|month| month.costs()[index].dollars(2)));
    }
    let (alarms, metrics) = (counted.deployed.alarms, counted.taken.metrics);
    let watching = prices::ALARM.each * alarms + prices::METRIC.each * metrics;
    rows.push(row(&format!("{alarms} alarms, {metrics} metrics, US$ at most"), &|_| watching.dollars(2)));
    rows.push(row("**together, US$ at most**", &|month| {
        format!("**{}**", (month.cost() + watching).dollars(2))
    }));
    let heads = VOLUMES.map(|(orders, _)| format!("{} orders a day", number(orders)));
    Ok(table::write(["a month of", &heads[0], &heads[1], &heads[2]], rows))
}

fn kept(counted: &Counted<'_>) -> Result<String, BoxError> {
    let rows = VOLUMES.map(|(orders, _)| {
        let of_1000: u64 = PATHS
            .iter()
            .map(|path| Ok(counted.path(path)?.kept * path.of_1000))
            .sum::<Result<u64, BoxError>>()?;
        let bytes = orders * 365 * of_1000 / 1000;
        let cost = (prices::KEPT.each + prices::BACKED_UP.each) * bytes;
        Ok([number(orders), number(bytes / 1_000_000), cost.dollars(2)])
    });
    let rows = rows.into_iter().collect::<Result<Vec<_>, BoxError>>()?;
    Ok(table::write(["orders a day", "MB after a year", "US$ a month by then, with backups"], rows))
}

fn price_list() -> String {
    let row = |price: &Price| {
        let source = price.source.words();
        [price.what.to_owned(), number(price.per), price.dollars(), source]
    };
    table::write(["price of", "for", "US$", "read in"], prices::ALL.iter().map(row))
}

impl Price {
    /// The price of as many as the list names at once, without zeros at the end.
    fn dollars(&self) -> String {
        let exact = Pico(self.each.0 * self.per).dollars(12);
        let short = exact.trim_end_matches('0');
        let places = short.split_once('.').map_or(0, |(_, places)| places.len());
        if places < 2 { exact[..exact.len() - 10].to_owned() } else { short.to_owned() }
    }
}

/// Units out of halves: `0.5`, `1`.
pub(super) fn units(halves: u64) -> String {
    if halves.is_multiple_of(2) { number(halves / 2) } else { format!("{}.5", number(halves / 2)) }
}

/// With four places after the point.
fn gb_seconds(mb_ms: u64) -> String {
    let ten_thousandths = (mb_ms * 10).div_ceil(1024);
    format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
}
