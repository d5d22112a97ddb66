//! What AWS takes in Seoul, in one place. Free allowances are left out, and so are taxes.

use super::money::Pico;

/// A price, and where it was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    /// What is paid for.
    pub(super) what: &'static str,
    /// How many of it the price list names at once.
    pub(super) per: u64,
    /// The price of one.
    pub(super) each: Pico,
    /// Where it was read.
    pub(super) source: Source,
}

/// Where a price was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// AWS's Price List for ap-northeast-2, as others published it, read on that day.
    PriceList(&'static str),
    /// Nowhere: it is remembered, and to be checked before anybody relies on it.
    Assumed,
}

impl Source {
    /// As the page says it.
    pub(super) fn words(self) -> String {
        match self {
            Source::PriceList(day) => format!("AWS Price List, {day}"),
            Source::Assumed => "assumed; not looked up".to_owned(),
        }
    }
}

const fn listed(what: &'static str, per: u64, each: u64, day: &'static str) -> Price {
    Price { what, per, each: Pico(each), source: Source::PriceList(day) }
}

const fn assumed(what: &'static str, per: u64, each: u64) -> Price {
    Price { what, per, each: Pico(each), source: Source::Assumed }
}

const MILLION: u64 = 1_000_000;
/// A gigabyte as it is counted here. AWS counts 7 % more bytes to it, so these sums are not too low.
const GB: u64 = 1_000_000_000;

pub(super) const WRITE: Price = listed("DynamoDB: write request units", MILLION, 680_000, "2026-06-12");
pub(super) const READ: Price = listed("DynamoDB: read request units", MILLION, 135_500, "2026-06-12");
pub(super) const KEPT: Price = assumed("DynamoDB: GB kept for a month", GB, 271);
pub(super) const BACKED_UP: Price = assumed("DynamoDB: GB that can be restored, for a month", GB, 217);
pub(super) const INVOCATION: Price = listed("Lambda: invocations", MILLION, 200_000, "2026-10-01");
pub(super) const GB_SECOND: Price = listed("Lambda: GB-seconds on x86-64", 1, 16_666_700, "2026-10-01");
pub(super) const API_REQUEST: Price = assumed("API Gateway: requests to an HTTP API", MILLION, 1_230_000);
pub(super) const LOGGED: Price = listed("CloudWatch: GB logged", GB, 760, "2026-10-01");
pub(super) const SENT: Price = listed("GB sent to the internet", GB, 126, "2026-10-01");
pub(super) const KEY_CALL: Price = listed("KMS: requests", 10_000, 3_000_000, "2026-10-01");
pub(super) const METRIC: Price = listed("CloudWatch: metrics, a month", 1, 300_000_000_000, "2026-10-01");
pub(super) const ALARM: Price = listed("CloudWatch: alarms, a month", 1, 100_000_000_000, "2026-10-01");

/// All of them, in the page's order.
pub(super) const ALL: [Price; 12] =
    [WRITE, READ, KEPT, BACKED_UP, INVOCATION, GB_SECOND, API_REQUEST, LOGGED, SENT, KEY_CALL, METRIC, ALARM];

/// Gigabyte-seconds of a function of `memory_mb` that is billed `milliseconds`.
pub(super) fn lasting(memory_mb: u64, milliseconds: u64) -> Pico {
    Pico(GB_SECOND.each.0 * memory_mb * milliseconds / (1024 * 1000))
}
