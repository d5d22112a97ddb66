//! What was measured, in time and in bytes: it stands on the page, from which it is read back, so that all that is money
//! there can be worked out anew anywhere.

use std::collections::BTreeMap;

use cafe_core::payment::BoxError;

use super::steps::{StepName, Steps};
use crate::table;

/// What a step takes. Its time is that of a function that runs as a process of its own, and is warm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timed {
    /// Processor time, in microseconds: the median.
    pub cpu_us: u64,
    /// Bytes of the function's own log lines.
    pub logged_bytes: u64,
    /// Bytes that go out to the customer.
    pub sent_bytes: u64,
    /// Bytes that the tables keep for good.
    pub kept_bytes: u64,
}

/// What a function takes to start, up to its first event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// Processor time, in microseconds: the median.
    pub cpu_us: u64,
    /// The most memory it ever held, in KiB, its first answers included.
    pub peak_kib: u64,
}

/// All that was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// By step.
    pub steps: BTreeMap<StepName, Timed>,
    /// By function.
    pub starts: BTreeMap<String, Started>,
    /// What all steps came to among so many items, in the columns of the page.
    pub grown: Vec<[String; 5]>,
    /// How many metrics the functions told of.
    pub metrics: u64,
}

const STEPS: [&str; 5] =
    ["step", "processor, µs", "bytes logged", "bytes sent to the customer", "bytes kept"];
pub(super) const GROWN: [&str; 5] = ["items there before", "requests", "write units", "read units", "bytes"];
const STARTS: [&str; 3] = ["function", "processor until it is ready, µs", "most memory, KiB"];

const METRICS: [&str; 2] = ["what", "how many"];

impl Taken {
    /// Takes over what was weighed in a count.
    pub fn weigh(&mut self, steps: &Steps) {
        for (name, step) in steps {
            let timed = self.steps.entry(*name).or_default();
            timed.sent_bytes = step.sent_bytes;
            timed.kept_bytes = u64::try_from(step.kept_bytes).unwrap_or_default();
        }
    }

    /// As the page shows it.
    #[must_use]
    pub fn tables(&self) -> String {
        let steps = self.steps.iter().map(|(step, timed)| {
            let Timed { cpu_us, logged_bytes, sent_bytes, kept_bytes } = timed;
            let numbers = [cpu_us, logged_bytes, sent_bytes, kept_bytes].map(u64::to_string);
            let [cpu_us, logged_bytes, sent_bytes, kept_bytes] = numbers;
            [step.words().to_owned(), cpu_us, logged_bytes, sent_bytes, kept_bytes]
        });
        let starts = self.starts.iter().map(|(function, started)| {
            [format!("`{function}`"), started.cpu_us.to_string(), started.peak_kib.to_string()]
        });
        let metrics = [["metrics told of, by name and dimensions".to_owned(), self.metrics.to_string()]];
        let [steps, starts] = [table::write(STEPS, steps), table::write(STARTS, starts)];
        format!("{steps}\n{starts}\n{}", table::write(METRICS, metrics))
    }

    /// Reads it back from the page.
    ///
    /// # Errors
    /// Names what is not on the page: then it must be measured anew.
    pub fn read(page: &str) -> Result<Taken, BoxError> {
        let mut taken = Taken::default();
        for row in table::read(page, STEPS)? {
            let [words, cpu_us, logged_bytes, sent_bytes, kept_bytes] = row;
            let step = StepName::ALL.into_iter().find(|step| step.words() == words);
            let step = step.ok_or_else(|| format!("there is no step called {words}"))?;
            let timed = Timed {
                cpu_us: cpu_us.parse()?,
                logged_bytes: logged_bytes.parse()?,
                sent_bytes: sent_bytes.parse()?,
                kept_bytes: kept_bytes.parse()?,
            };
            taken.steps.insert(step, timed);
        }
        for [function, cpu_us, peak_kib] in table::read(page, STARTS)? {
            let started = Started { cpu_us: cpu_us.parse()?, peak_kib: peak_kib.parse()? };
            taken.starts.insert(function.trim_matches('`').to_owned(), started);
        }
        taken.grown = table::read(page, GROWN)?;
        for [_, metrics] in table::read(page, METRICS)? {
            taken.metrics = metrics.parse()?;
        }
        for step in StepName::ALL {
            if !taken.steps.contains_key(&step) {
                return Err(format!("{} was not measured", step.words()).into());
            }
            if !taken.starts.contains_key(step.function()) {
                return Err(format!("the start of {} was not measured", step.function()).into());
            }
        }
        Ok(taken)
    }
}
