//! Functions as processes, as Lambda starts them: in an environment that holds nothing else, each with one
//! event at a time, and anew where one has died.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use devserver::template::Template;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::timeout;

use super::runtime::{Answer, Runtime};

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

/// The functions' binaries, as they are now. Cargo builds a package's binaries for that package's own tests
/// alone, so it is asked to here, by the features and the profile that these tests were built with: mostly
/// there is nothing left to do.
pub(crate) static BINARIES: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(|| {
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
    cargo.args(["--message-format", "json-render-diagnostics"]);
    for function in Template::of_this_build().unwrap().functions {
        cargo.args(["--bin", &function.binary]);
    }
    let built = cargo.stderr(Stdio::inherit()).output().unwrap();
    assert!(built.status.success(), "the functions could not be built");
    let messages = String::from_utf8(built.stdout).unwrap();
    let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let binary = |message: Value| {
        let name = message["target"]["name"].as_str()?.to_owned();
        Some((name, message["executable"].as_str()?.into()))
    };
    messages.filter_map(binary).collect()
});

/// Waits until the functions are built, however long cargo takes: no test's own time is for that.
pub(crate) fn build() {
    LazyLock::force(&BINARIES);
}

/// A function that is not started yet, in an environment that holds nothing else.
pub(crate) fn function(name: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(&BINARIES[name]);
    command.env_clear().envs(environment.iter().copied());
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
}

/// A place where Lambda runs a function: one process, one event at a time. When the process has died, the next
/// event finds a new one.
pub(crate) struct Instance {
    function: String,
    environment: Vec<(&'static str, String)>,
    running: Running,
    life: Life,
}

/// What belongs to one process. Its Runtime API is its own, so that no event waits for a dead one.
struct Life {
    runtime: Runtime,
    /// Nothing comes of it but its end, which is the process's.
    ended: watch::Receiver<()>,
    log: JoinHandle<Vec<u8>>,
}

impl Instance {
    /// Starts a function. It can be killed by `running`, this process and each that comes after it.
    pub(crate) async fn starts(
        function: &str,
        environment: Vec<(&'static str, String)>,
        running: Running,
    ) -> Instance {
        let life = Life::begins(function, &environment, &running).await;
        Instance { function: function.to_owned(), environment, running, life }
    }

    /// Has the function handle an event. Gives what it tells of it: nothing, where it died over it.
    pub(crate) async fn invoke(&mut self, event: Vec<u8>) -> Option<Answer> {
        if self.life.ended.has_changed().is_err() {
            self.starts_again().await;
        }
        let Life { runtime, ended, .. } = &mut self.life;
        let answering = async {
            tokio::select! {
                biased;
                answer = runtime.invoke(event) => Some(answer),
                _ = ended.changed() => None,
            }
        };
        let answer = timeout(ANSWERS_WITHIN, answering).await.expect("a function answers or dies");
        if answer.is_none() {
            self.starts_again().await;
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
        self.life.runtime.trace = header;
    }

    /// Ends the function, which must not have ended by itself. Gives its log.
    pub(crate) fn ends(self) -> Vec<Value> {
        self.ends_measured().0
    }

    /// The same, with the metrics that CloudWatch finds in it, which are lines as well.
    pub(crate) fn ends_measured(self) -> (Vec<Value>, Vec<Value>) {
        assert!(self.running.kill(), "{} had ended by itself", self.function);
        let log = String::from_utf8(self.life.log.join().unwrap()).unwrap();
        log.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
            .partition(|line: &Value| line.get("_aws").is_none())
    }

    async fn starts_again(&mut self) {
        self.life = Life::begins(&self.function, &self.environment, &self.running).await;
    }
}

impl Life {
    async fn begins(name: &str, environment: &[(&'static str, String)], running: &Running) -> Life {
        let runtime = Runtime::listens().await;
        let own = [("AWS_LAMBDA_RUNTIME_API", &*runtime.address)];
        let given: Vec<_> = environment.iter().map(|(name, value)| (*name, &**value)).collect();
        let mut process =
            function(name, &[&LAMBDA[..], &own, &given].concat()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = process.stdout.take().unwrap();
        *running.0.lock().unwrap() = Some(Process(process));
        let (alive, ended) = watch::channel(());
        let log = std::thread::spawn(move || read_log(stdout, alive));
        Life { runtime, ended, log }
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
}

impl Function {
    pub(crate) fn of(instances: Vec<Instance>) -> Arc<Function> {
        let (idle, waiting) = unbounded_channel();
        let function = Function { idle, waiting: waiting.into() };
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

    fn is_free(&self, instance: Instance) {
        assert!(self.idle.send(instance).is_ok(), "the other end is in the same struct");
    }
}
