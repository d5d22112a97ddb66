//! How functions start: each anew, many times, up to its first answer, beside a function that does nothing.

use std::path::{Path, PathBuf};

use cafe_core::payment::BoxError;
use rustls::version::{TLS12, TLS13};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::authority::Authority;
use crate::process::{Process, median};
use crate::table::{self, number, ratio};
use crate::upstreams::Upstreams;

/// How often each is started. They take turns, so that what else the machine does is shared among them.
const STARTS: u32 = 51;

/// What does nothing: `crates/functions/examples/floor.rs`.
pub const FLOOR: &str = "floor";

/// Which functions are measured, and the sample event that each is handed first. One asks DynamoDB and KakaoPay, the
/// other DynamoDB alone.
pub const FUNCTIONS: [(&str, &str); 2] =
    [("payment-ready", "payment-ready.item.v2"), ("point-lookup", "point-lookup.v2")];

/// The secret that sample events carry, and a key for phones.
const SECRETS: [(&str, &str); 2] =
    [("SKILL_KEY", "dev"), ("PHONE_KEY", "the phone key of a cafe that only starts")];

/// A function, where it is and what it finds there.
struct Candidate {
    name: &'static str,
    /// What it reaches its upstreams by.
    by: &'static str,
    binary: PathBuf,
    environment: Vec<(&'static str, String)>,
    event: Value,
    starts: Vec<Start>,
}

/// One start, up to the first answer.
#[derive(Clone, Copy)]
struct Start {
    answered_us: u64,
    ready_cpu_us: u64,
    cpu_us: u64,
    peak_kib: u64,
}

/// Measures the functions of a folder, and writes a table of them. `copies` is a folder to write to.
///
/// # Errors
/// Where a function is not there, does not start or does not answer as it should.
pub async fn measure(folder: &Path, copies: &Path) -> Result<String, BoxError> {
    let upstreams = Upstreams::are_served().await?;
    let authority = Authority::new()?;
    let mut serving = JoinSet::new();
    let sealed = [
        ("KAKAOPAY_URL", authority.answers_for(&upstreams.kakaopay_url, &TLS12, &mut serving).await?),
        (
            "AWS_ENDPOINT_URL_DYNAMODB",
            authority.answers_for(&upstreams.dynamodb_url, &TLS13, &mut serving).await?,
        ),
    ];
    let mut environment = upstreams.environment();
    environment.extend(SECRETS.map(|(name, value)| (name, value.to_owned())));
    let sealed = [&environment[..], &sealed].concat();

    let floor = folder.join("examples").join(FLOOR);
    let mut candidates = vec![Candidate::new(FLOOR, "none", floor, &[], FUNCTIONS[0].1)?];
    for (name, event) in FUNCTIONS {
        let binary = folder.join(name);
        let copy = copies.join(name);
        authority.is_trusted_by_a_copy(&binary, &copy)?;
        candidates.push(Candidate::new(name, "HTTP", binary, &environment, event)?);
        candidates.push(Candidate::new(name, "TLS", copy, &sealed, event)?);
    }
    for _ in 0..STARTS {
        for candidate in &mut candidates {
            candidate.starts().await?;
        }
    }
    table(&candidates)
}

impl Candidate {
    fn new(
        name: &'static str,
        by: &'static str,
        binary: PathBuf,
        environment: &[(&'static str, String)],
        event: &str,
    ) -> Result<Candidate, BoxError> {
        let path = format!("{}/../events/{event}.json", env!("CARGO_MANIFEST_DIR"));
        let event = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let (environment, event) = (environment.to_vec(), serde_json::from_str(&event)?);
        Ok(Candidate { name, by, binary, environment, event, starts: Vec::new() })
    }

    async fn starts(&mut self) -> Result<(), BoxError> {
        let mut process = Process::starts(&self.binary, &self.environment).await?;
        let ready_cpu_us = process.cpu_us()?;
        let answer = process.handles(&self.event).await?;
        let answered_us = u64::try_from(process.age().as_micros())?;
        let (cpu_us, peak_kib) = (process.cpu_us()?, process.peak_kib()?);
        if answer["statusCode"].as_u64().is_none_or(|status| status >= 400) {
            return Err(format!("{} by {}: {answer}", self.name, self.by).into());
        }
        self.starts.push(Start { answered_us, ready_cpu_us, cpu_us, peak_kib });
        Ok(())
    }

    fn median(&self, of: impl Fn(&Start) -> u64) -> u64 {
        median(self.starts.iter().map(of).collect())
    }
}

/// The medians, and how many times the floor's they are.
fn table(candidates: &[Candidate]) -> Result<String, BoxError> {
    const HEAD: [&str; 9] = [
        "function",
        "asks by",
        "first answer, µs",
        "of the floor's",
        "processor, µs",
        "of the floor's",
        "until it is ready, µs",
        "most memory, KiB",
        "size, bytes",
    ];
    let floor = candidates.first().ok_or("the floor comes first")?;
    let [floor_us, floor_cpu_us] =
        [floor.median(|start| start.answered_us), floor.median(|start| start.cpu_us)];
    let mut rows = Vec::new();
    for candidate in candidates {
        let [answered_us, cpu_us] =
            [candidate.median(|start| start.answered_us), candidate.median(|start| start.cpu_us)];
        rows.push([
            candidate.name.to_owned(),
            candidate.by.to_owned(),
            number(answered_us),
            ratio(answered_us, floor_us),
            number(cpu_us),
            ratio(cpu_us, floor_cpu_us),
            number(candidate.median(|start| start.ready_cpu_us)),
            number(candidate.median(|start| start.peak_kib)),
            number(std::fs::metadata(&candidate.binary)?.len()),
        ]);
    }
    Ok(table::write(HEAD, rows))
}
