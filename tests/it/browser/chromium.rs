//! The two processes: Chromium, and ChromeDriver, which is told what to do with it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use crate::support::guarded::guarded;

/// A loaded machine takes some ten times what an idle one does.
const STARTS_WITHIN: Duration = Duration::from_mins(1);

const CHROMIUM: [&str; 13] = [
    "--headless",
    "--remote-debugging-port=0",
    // Root has no sandbox, and nothing is visited but what is tested.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--accept-lang=ko",
];

/// The processes. Never dropped, which is why a pipe and not a destructor ends them.
static RUNNING: OnceLock<Running> = OnceLock::new();

/// Where both are.
pub(crate) struct Running {
    /// Where Chromium can be driven.
    pub(crate) debugger: String,
    /// Where ChromeDriver listens.
    pub(crate) driver: String,
    _guards: [Child; 2],
}

/// Starts both, the first time.
pub(crate) fn running() -> &'static Running {
    RUNNING.get_or_init(|| {
        let profile = format!("--user-data-dir={}", profile().display());
        let (chromium, debugger) =
            start("chromium", &[&CHROMIUM[..], &[&profile, "about:blank"]].concat(), |line| {
                Some(line.strip_prefix("DevTools listening on ws://")?.split('/').next()?.to_owned())
            });
        let (driver, port) = start("chromedriver", &["--port=0"], |line| {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        Running { debugger, driver: format!("http://127.0.0.1:{port}"), _guards: [chromium, driver] }
    })
}

/// A folder of this process's own. Those that other processes have left are removed.
fn profile() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for entry in std::fs::read_dir(tmp).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap_or_default();
        let owner = name.strip_prefix("chromium-");
        if owner.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Another process may be removing it as well.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    tmp.join(format!("chromium-{}", std::process::id()))
}

/// Starts a program, and gives what it says about where it is.
fn start(name: &str, arguments: &[&str], find: fn(&str) -> Option<String>) -> (Child, String) {
    let spawned = guarded(name).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.unwrap_or_else(|error| panic!("{name} could not be started: {error}"));
    let (send, found) = mpsc::channel();
    let outputs: [Box<dyn Read + Send>; 2] =
        [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
    for output in outputs {
        let send = send.clone();
        // Read to its end, or the program would stand still with a full pipe.
        thread::spawn(move || {
            let mut said = Vec::new();
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(place) = find(&line) {
                    // Nobody listens any more once it was found.
                    let _ = send.send(place);
                }
                if said.len() < 20 {
                    said.push(line);
                }
            }
            said
        });
    }
    let place = found.recv_timeout(STARTS_WITHIN);
    let place = place.unwrap_or_else(|_| panic!("{name} does not start: `cargo xtask setup` installs it"));
    (child, place)
}
