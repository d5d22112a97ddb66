//! cargo-lambda's emulator of Lambda: a Runtime API for each function, and the Invoke API before all of them.
//!
//! It hands out events and takes answers as Lambda does. What it cannot do is left to [`Runtime`](super::runtime): it
//! does not notice that a process has died over an event, whose invocation it leaves without an answer; it does not
//! answer a process that reports why it could not start; and every deadline that it gives is in 1970.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::StatusCode;

use crate::cafe::http_client;
use crate::support::guarded::guarded;
use tests::runtime::Answer;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/venv/bin/cargo-lambda");

/// Where the manifest is that tells it which functions there are.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// An idle machine takes a tenth of a second.
const ANSWERS_WITHIN: Duration = Duration::from_mins(1);

/// Another program may take the free port before it does.
const TRIES: u32 = 3;

/// Each has a log of its own.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// A running emulator. It ends with this, or with this process.
pub(crate) struct Emulator {
    address: String,
    http: reqwest::Client,
    process: Child,
}

impl Emulator {
    /// Starts one, with no function behind it yet: those are to be started by whoever invokes them.
    pub(crate) async fn starts() -> Arc<Emulator> {
        assert!(
            Path::new(PROGRAM).is_file(),
            "cargo-lambda is not installed: `cargo xtask setup` installs it"
        );
        let mut problem = String::new();
        for _ in 0..TRIES {
            match Emulator::starts_on_a_free_port().await {
                Ok(emulator) => return Arc::new(emulator),
                Err(why) => problem = why,
            }
        }
        panic!("{problem}");
    }

    async fn starts_on_a_free_port() -> Result<Emulator, String> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("cargo-lambda-{number}.log"));
        let output = File::create(&log).unwrap();
        let process = guarded(PROGRAM)
            .args(["lambda", "watch", "--only-lambda-apis"])
            .args(["--invoke-address", "127.0.0.1", "--invoke-port", &free.port().to_string()])
            .current_dir(ROOT)
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut emulator = Emulator { address: free.to_string(), http: http_client(), process };
        let (began, mut ticks) = (Instant::now(), tokio::time::interval(Duration::from_millis(20)));
        loop {
            // A function that it does not know is the first thing it can tell.
            match emulator.asks("nobody", Vec::new()).await {
                Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Ok(emulator),
                Ok(answer) => return Err(format!("{free} is not cargo-lambda's: {}", answer.status())),
                Err(_) => {}
            }
            let ended = emulator.process.try_wait().is_ok_and(|status| status.is_some());
            if ended || began.elapsed() > ANSWERS_WITHIN {
                let how = if ended { "ended at once" } else { "does not answer" };
                return Err(format!("cargo-lambda {how}; what it said is in {}", log.display()));
            }
            // Nothing tells when another program is ready, so it is asked again and again.
            ticks.tick().await;
        }
    }

    /// What a function finds in `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn runtime_api(&self, function: &str) -> String {
        // With a path in it, it must be a whole address.
        format!("http://{}/.rt/{function}", self.address)
    }

    /// Invokes a function, which is handed the event as soon as it asks, and gives what it tells of that, as long as
    /// it takes.
    pub(crate) async fn invoke(&self, function: &str, event: Vec<u8>) -> Answer {
        let answer = self.asks(function, event).await.unwrap();
        let (status, body) = (answer.status(), answer.bytes().await.unwrap());
        match status {
            StatusCode::OK => Ok(body),
            // AWS would say 200, and mark it as an error in a header.
            StatusCode::INTERNAL_SERVER_ERROR => Err(body),
            other => panic!("cargo-lambda says {other} of {function}: {body:?}"),
        }
    }

    async fn asks(&self, function: &str, event: Vec<u8>) -> reqwest::Result<reqwest::Response> {
        let url = format!("http://{}/2015-03-31/functions/{function}/invocations", self.address);
        self.http.post(url).body(event).send().await
    }
}
