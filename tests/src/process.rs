//! A function as Lambda runs it, whose processor time, memory and log can be read.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cafe_core::payment::BoxError;
use serde_json::Value;
use tokio::time::timeout;

use crate::runtime::Runtime;

/// Only a function that hangs or has died lets this pass.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// What Lambda sets for every function.
const LAMBDA: [(&str, &str); 6] = [
    ("AWS_REGION", "ap-northeast-2"),
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_LAMBDA_FUNCTION_NAME", "cafe"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
];

/// A running function. It ends with this.
#[derive(Debug)]
pub struct Process {
    child: Child,
    spawned_at: Instant,
    runtime: Runtime,
    log: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    /// Starts a function in an environment that holds nothing else, and waits until it asks for its first event.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn starts(binary: &Path, environment: &[(&str, String)]) -> Result<Process, BoxError> {
        let runtime = Runtime::listens().await;
        let mut command = Command::new(binary);
        command.env_clear().envs(LAMBDA).env("AWS_LAMBDA_RUNTIME_API", &runtime.address);
        command.envs(environment.iter().map(|(name, value)| (*name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let spawned_at = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", binary.display()))?;
        let stdout = child.stdout.take().ok_or("its output was asked for")?;
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = log.clone();
        std::thread::spawn(move || keep(stdout, &kept));
        let mut process = Process { child, spawned_at, runtime, log };
        let started = timeout(ANSWERS_WITHIN, process.runtime.is_idle()).await;
        started.map_err(|_| format!("{} does not start", binary.display()))?;
        Ok(process)
    }

    /// Has it handle an event, and waits until it is idle again.
    ///
    /// # Errors
    /// What it tells of the event, where that is an error; and where it hangs.
    pub async fn handles(&mut self, event: &Value) -> Result<Value, BoxError> {
        let event = event.to_string().into_bytes();
        let told = timeout(ANSWERS_WITHIN, self.runtime.invoke(event)).await?;
        let told = told.map_err(|error| String::from_utf8_lossy(&error).into_owned())?;
        timeout(ANSWERS_WITHIN, self.runtime.is_idle()).await?;
        Ok(serde_json::from_slice(&told)?)
    }

    /// All that it has written to its log.
    #[must_use]
    pub fn log(&self) -> Vec<u8> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long ago it was spawned.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.spawned_at.elapsed()
    }

    /// Processor time that it has used, in microseconds. The kernel of Linux tells it by the nanosecond for each of a
    /// process's threads; ours have but one that works.
    ///
    /// # Errors
    /// Where there is no such kernel.
    pub fn cpu_us(&self) -> Result<u64, BoxError> {
        let mut nanoseconds = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let spent = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += spent.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(nanoseconds / 1000)
    }

    /// The most memory it has held so far, in KiB.
    ///
    /// # Errors
    /// As for [`cpu_us`](Process::cpu_us).
    pub fn peak_kib(&self) -> Result<u64, BoxError> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak =
            peak.and_then(|peak| peak.trim().strip_suffix(" kB")).ok_or("the kernel tells no VmHWM")?;
        Ok(peak.parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps all that a process writes, which ends when it does.
fn keep(mut stdout: ChildStdout, log: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stdout.read(&mut buffer) {
        log.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..read]);
    }
}

/// The median of what was measured.
#[must_use]
pub fn median(mut measured: Vec<u64>) -> u64 {
    measured.sort_unstable();
    measured.get(measured.len() / 2).copied().unwrap_or_default()
}
