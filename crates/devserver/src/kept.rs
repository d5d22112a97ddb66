//! What is kept between runs besides the tables: the fake gateways' memory, and how far the clock was moved.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cafe_core::payment::BoxError;
use fakes::clock::Clock;
use fakes::kakaopay::{self, KakaoPay};
use fakes::portone::{self, PortOne};
use fakes::tosspayments::{self, TossPayments};
use jiff::{SignedDuration, SignedDurationRound, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The file's contents.
#[derive(Debug, Default, Deserialize, Serialize)]
struct File {
    /// How far ahead of the real time the clock is.
    clock_ahead_s: i64,
    /// The fake KakaoPay's memory.
    kakaopay: Option<Value>,
    /// The fake Toss Payments'; none where it was written before there was one.
    #[serde(default)]
    tosspayments: Option<Value>,
    /// The fake PortOne's, likewise.
    #[serde(default)]
    portone: Option<Value>,
}

/// Who may ask the fakes, and what they are called.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The fake KakaoPay's.
    pub kakaopay: kakaopay::Options,
    /// The fake Toss Payments'.
    pub tosspayments: tosspayments::Options,
    /// The fake PortOne's.
    pub portone: portone::Options,
}

impl Options {
    /// The fakes at `origin`, with the payments service at `api` to tell.
    #[must_use]
    pub fn at(origin: &str, api: &str) -> Options {
        let hook = |name| Some(format!("{api}/payments/webhooks/{name}"));
        Options {
            kakaopay: kakaopay::Options { origin: origin.to_owned(), ..Default::default() },
            tosspayments: tosspayments::Options { origin: origin.to_owned(), ..Default::default() },
            portone: portone::Options {
                v1_webhook_url: hook("iamport"),
                v2_webhook_url: hook("portone"),
                ..Default::default()
            },
        }
    }
}

/// The fakes and the clock, with a file to keep them in, unless nothing is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The fake KakaoPay.
    pub kakaopay: KakaoPay,
    /// The fake Toss Payments.
    pub tosspayments: TossPayments,
    /// The fake PortOne.
    pub portone: PortOne,
    /// The clock they share with the functions.
    pub clock: Clock,
    file: Option<Arc<Written>>,
}

#[derive(Debug)]
struct Written {
    path: PathBuf,
    last: Mutex<Vec<u8>>,
}

impl Kept {
    /// What `folder` keeps; fresh fakes and the real time where it keeps nothing yet, or where there is none.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub fn open(folder: Option<&Path>, options: Options) -> Result<Kept, BoxError> {
        let path = folder.map(|folder| folder.join("fakes.json"));
        let bytes = match &path {
            Some(path) if path.exists() => std::fs::read(path)?,
            Some(_) | None => Vec::new(),
        };
        let file: File = if bytes.is_empty() { File::default() } else { serde_json::from_slice(&bytes)? };
        let clock = Clock::real();
        clock.advance(SignedDuration::from_secs(file.clock_ahead_s));
        let kakaopay = match &file.kakaopay {
            Some(memory) => KakaoPay::restore(options.kakaopay, clock.clone(), memory)?,
            None => KakaoPay::new(options.kakaopay, clock.clone()),
        };
        let tosspayments = match &file.tosspayments {
            Some(memory) => TossPayments::restore(options.tosspayments, clock.clone(), memory)?,
            None => TossPayments::new(options.tosspayments, clock.clone()),
        };
        let portone = match &file.portone {
            Some(memory) => PortOne::restore(options.portone, clock.clone(), memory)?,
            None => PortOne::new(options.portone, clock.clone()),
        };
        let file = path.map(|path| Arc::new(Written { path, last: Mutex::new(bytes) }));
        Ok(Kept { kakaopay, tosspayments, portone, clock, file })
    }

    /// Writes what has changed since the last time; a file half written is never seen.
    ///
    /// # Errors
    /// Where the folder cannot be written to; the next time tries again.
    pub fn save(&self) -> Result<(), BoxError> {
        let Some(file) = &self.file else { return Ok(()) };
        // Two readings of a clock are never of the same instant, so the difference is rounded to what was meant.
        let ahead = self
            .clock
            .now()
            .duration_since(Timestamp::now())
            .round(SignedDurationRound::new().smallest(Unit::Second))?;
        let contents = File {
            clock_ahead_s: ahead.as_secs(),
            kakaopay: Some(self.kakaopay.snapshot()),
            tosspayments: Some(self.tosspayments.snapshot()),
            portone: Some(self.portone.snapshot()),
        };
        let bytes = serde_json::to_vec(&contents)?;
        let mut last = file.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != bytes {
            let aside = file.path.with_extension("json.new");
            std::fs::write(&aside, &bytes)?;
            std::fs::rename(&aside, &file.path)?;
            *last = bytes;
        }
        Ok(())
    }
}
