//! Functions as processes, as Lambda runs them: in an environment that holds nothing else, each with one event at a
//! time, frozen between events where that is wanted, and anew where one has died.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use devserver::template::Template;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::timeout;

use super::emulator::Emulator;
use tests::runtime::{Answer, Runtime};

/// What Lambda sets for every function.
pub(crate) const LAMBDA: [(&str, &str); 6] = [
    ("AWS_REGION", "ap-northeast-2"),
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_LAMBDA_FUNCTION_NAME", "cafe"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
];

/// Only a function that hangs lets this pass: it tells something, or it dies.
const ANSWERS_WITHIN: Duration = Duration::from_mins(1);

/// The functions' binaries, as they are now.
pub(crate) static BINARIES: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(|| {
    let functions = Template::of_this_build().unwrap().functions;
    built(functions.iter().flat_map(|function| ["--bin", &*function.binary]))
});

/// A function that does nothing, by which others are measured.
pub(crate) static FLOOR: LazyLock<PathBuf> = LazyLock::new(|| built(["--example", "floor"])["floor"].clone());

/// Cargo builds a package's binaries for that package's own tests alone, so it is asked to here, by the features and
/// the profile that these tests were built with: mostly there is nothing left to do.
fn built<'a>(targets: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    // What cargo told these tests of their own package would have build scripts run again.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            cargo.env_remove(name);
        }
    }
    let here = std::env::current_exe().unwrap();
    let profile = here.ancestors().nth(2).and_then(|folder| folder.file_name()).unwrap().to_str().unwrap();
    let profile = if profile == "debug" { "dev" } else { profile };
    cargo.args(["build", "--workspace", "--quiet", "--profile", profile]);
    cargo.args(["--message-format", "json-render-diagnostics"]).args(targets);
    let built = cargo.stderr(Stdio::inherit()).output().unwrap();
    assert!(built.status.success(), "the functions could not be built");
    let messages = String::from_utf8(built.stdout).unwrap();
    let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let binary = |message: Value| {
        let name = message["target"]["name"].as_str()?.to_owned();
        Some((name, message["executable"].as_str()?.into()))
    };
    messages.filter_map(binary).collect()
}

/// Waits until the functions are built, however long cargo takes: no test's own time is for that.
pub(crate) fn build() {
    LazyLock::force(&BINARIES);
}

/// A function that is not started yet, in an environment that holds nothing else.
pub(crate) fn function(name: &str, environment: &[(&str, &str)]) -> Command {
    bare(&BINARIES[name], environment.iter().copied())
}

fn bare<'a>(binary: &Path, environment: impl IntoIterator<Item = (&'a str, &'a str)>) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().envs(environment);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The process that an instance runs at the moment, for whoever is to kill it. It ends with the last of these.
#[derive(Clone, Default)]
pub(crate) struct Running(Arc<Mutex<Option<Process>>>);

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Ends it by SIGKILL, whatever it is at. Tells whether it was alive until then.
    pub(crate) fn kill(&self) -> bool {
        let process = self.0.lock().unwrap().take();
        process.is_some_and(|mut process| process.0.try_wait().unwrap().is_none())
    }

    /// Sends a signal to a process that is alive.
    fn signals(&self, signal: &str) {
        if let Some(process) = &*self.0.lock().unwrap() {
            let command = format!("kill -{signal} {}", process.0.id());
            assert!(Command::new("sh").args(["-c", &command]).status().unwrap().success(), "{command}");
        }
    }
}

/// How a function is started, however often.
#[derive(Clone)]
pub(crate) struct Start {
    /// What it is called.
    pub(crate) name: String,
    pub(crate) binary: PathBuf,
    /// What it finds there beside what Lambda sets for every function.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) platform: Platform,
    /// Whether its process is stopped from its answer until the next event, as Lambda may do.
    pub(crate) frozen_between_events: bool,
}

/// Whose Runtime API it is that a function asks.
#[derive(Clone)]
pub(crate) enum Platform {
    /// Our own: one for each process, which notices when that dies.
    Ours,
    /// cargo-lambda's.
    CargoLambdas(Arc<Emulator>),
}

/// A place where Lambda runs a function: one process, one event at a time. When the process has died, the next
/// event finds a new one.
pub(crate) struct Instance {
    start: Start,
    running: Running,
    life: Life,
}

/// What belongs to one process.
struct Life {
    events: Events,
    /// Nothing comes of it but its end, which is the process's.
    ended: watch::Receiver<()>,
    log: JoinHandle<Vec<u8>>,
}

/// Where a process fetches its events, and leaves what it tells of them.
enum Events {
    /// Its own, so that no event waits for a dead process.
    Ours(Runtime),
    CargoLambdas(Arc<Emulator>),
}

impl Events {
    async fn of(platform: &Platform) -> Events {
        match platform {
            Platform::Ours => Events::Ours(Runtime::listens().await),
            Platform::CargoLambdas(emulator) => Events::CargoLambdas(emulator.clone()),
        }
    }

    fn runtime_api(&self, function: &str) -> String {
        match self {
            Events::Ours(runtime) => runtime.address.clone(),
            Events::CargoLambdas(emulator) => emulator.runtime_api(function),
        }
    }

    async fn invoke(&mut self, function: &str, event: Vec<u8>) -> Answer {
        match self {
            Events::Ours(runtime) => runtime.invoke(event).await,
            Events::CargoLambdas(emulator) => emulator.invoke(function, event).await,
        }
    }
}

impl Instance {
    /// Starts a function. It can be killed by `running`, this process and each that comes after it.
    pub(crate) async fn starts(
        function: &str,
        environment: Vec<(&'static str, String)>,
        running: Running,
    ) -> Instance {
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value));
        let start = Start {
            name: function.to_owned(),
            binary: BINARIES[function].clone(),
            environment: environment.collect(),
            platform: Platform::Ours,
            frozen_between_events: false,
        };
        Instance::begins(start, running).await
    }

    /// The same, for a function that is started in another way.
    pub(crate) async fn begins(start: Start, running: Running) -> Instance {
        let life = Life::begins(&start, &running).await;
        Instance { start, running, life }
    }

    /// Has the function handle an event. Gives what it tells of it: nothing, where it died over it.
    pub(crate) async fn invoke(&mut self, event: Vec<u8>) -> Option<Answer> {
        if self.life.ended.has_changed().is_err() {
            self.starts_again().await;
        }
        if self.start.frozen_between_events {
            self.running.signals("CONT");
        }
        let Life { events, ended, .. } = &mut self.life;
        let answering = async {
            tokio::select! {
                biased;
                answer = events.invoke(&self.start.name, event) => Some(answer),
                _ = ended.changed() => None,
            }
        };
        let answer = timeout(ANSWERS_WITHIN, answering).await.expect("a function answers or dies");
        if answer.is_none() {
            self.starts_again().await;
        } else if self.start.frozen_between_events {
            self.running.signals("STOP");
        }
        answer
    }

    /// The same, for an event that it must survive.
    pub(crate) async fn handles(&mut self, event: impl Into<Vec<u8>>) -> Result<Value, Value> {
        let read = |body: bytes::Bytes| serde_json::from_slice(&body).unwrap();
        let answer = self.invoke(event.into()).await;
        answer.expect("the function lives").map(read).map_err(read)
    }

    /// Has X-Ray's header be this from the next event on.
    pub(crate) fn is_traced_by(&mut self, header: &'static str) {
        match &mut self.life.events {
            Events::Ours(runtime) => runtime.trace = header,
            Events::CargoLambdas(_) => panic!("cargo-lambda makes a header of its own for each event"),
        }
    }

    /// Ends the function, which must not have ended by itself. Gives its log.
    pub(crate) fn ends(self) -> Vec<Value> {
        self.ends_measured().0
    }

    /// The same, with the metrics that CloudWatch finds in it, which are lines as well.
    pub(crate) fn ends_measured(self) -> (Vec<Value>, Vec<Value>) {
        assert!(self.running.kill(), "{} had ended by itself", self.start.name);
        let log = String::from_utf8(self.life.log.join().unwrap()).unwrap();
        log.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
            .partition(|line: &Value| line.get("_aws").is_none())
    }

    async fn starts_again(&mut self) {
        self.life = Life::begins(&self.start, &self.running).await;
    }
}

impl Life {
    async fn begins(start: &Start, running: &Running) -> Life {
        let events = Events::of(&start.platform).await;
        let runtime_api = events.runtime_api(&start.name);
        let own = [("AWS_LAMBDA_RUNTIME_API", &*runtime_api)];
        let given = start.environment.iter().map(|(name, value)| (&**name, &**value));
        let environment = LAMBDA.into_iter().chain(own).chain(given);
        let mut process = bare(&start.binary, environment).stderr(Stdio::null()).spawn().unwrap();
        let stdout = process.stdout.take().unwrap();
        *running.0.lock().unwrap() = Some(Process(process));
        let (alive, ended) = watch::channel(());
        let log = std::thread::spawn(move || read_log(stdout, alive));
        Life { events, ended, log }
    }
}

/// Reads all that a process writes, which ends when it does, however it ends.
fn read_log(mut stdout: ChildStdout, alive: watch::Sender<()>) -> Vec<u8> {
    let mut log = Vec::new();
    stdout.read_to_end(&mut log).unwrap();
    drop(alive);
    log
}

/// A function with all its instances. Who comes while all of them are busy waits.
pub(crate) struct Function {
    idle: UnboundedSender<Instance>,
    waiting: tokio::sync::Mutex<UnboundedReceiver<Instance>>,
    instances: usize,
}

impl Function {
    pub(crate) fn of(instances: Vec<Instance>) -> Arc<Function> {
        let (idle, waiting) = unbounded_channel();
        let function = Function { idle, waiting: waiting.into(), instances: instances.len() };
        for instance in instances {
            function.is_free(instance);
        }
        Arc::new(function)
    }

    /// Has an instance handle an event, and sees it through, whether somebody still waits for it or not.
    /// Gives what it tells of it: nothing, where its process died over it.
    pub(crate) async fn invoke(self: &Arc<Function>, event: impl Into<Vec<u8>>) -> Option<Answer> {
        let (function, event) = (self.clone(), event.into());
        let handling = tokio::spawn(async move {
            let mut instance = function.waiting.lock().await.recv().await.unwrap();
            let answer = instance.invoke(event).await;
            function.is_free(instance);
            answer
        });
        handling.await.unwrap()
    }

    /// Ends all instances, once they have handled what they are at. Gives their logs.
    pub(crate) async fn ends(&self) -> Vec<Value> {
        let mut logs = Vec::new();
        for _ in 0..self.instances {
            logs.extend(self.waiting.lock().await.recv().await.unwrap().ends());
        }
        logs
    }

    fn is_free(&self, instance: Instance) {
        assert!(self.idle.send(instance).is_ok(), "the other end is in the same struct");
    }
}
