//! AWS's own DynamoDB Local: started by the first test that needs it, one for all, and gone with them.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use devserver::dynamodb::{CREDENTIALS, REGION};

use super::guarded::guarded;

const JAR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/dynamodb-local/DynamoDBLocal.jar");

/// A loaded machine takes some ten times the two seconds that an idle one does.
const ANSWERS_WITHIN: Duration = Duration::from_mins(1);

/// Another program may take the free port before Java does.
const TRIES: u32 = 3;

/// The one process. Never dropped, which is why the pipe and not a destructor ends it.
static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();

struct Server {
    address: SocketAddr,
    _guard: Child,
}

/// A client of the running one. Each test needs its own: its connections live in the test's runtime.
pub(crate) fn client() -> Client {
    let (key, secret) = CREDENTIALS;
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(Credentials::new(key, secret, None, None, "tests"))
        .endpoint_url(url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// Where the running one is.
pub(crate) fn url() -> String {
    let server = SERVER.get_or_init(start).as_ref().unwrap_or_else(|problem| panic!("{problem}"));
    format!("http://{}", server.address)
}

fn start() -> Result<Server, String> {
    if !Path::new(JAR).is_file() {
        return Err("DynamoDB Local is not installed: `cargo xtask setup` installs it".to_owned());
    }
    let mut problem = String::new();
    for _ in 0..TRIES {
        match start_on_a_free_port() {
            Ok(server) => return Ok(server),
            Err(why) => problem = why,
        }
    }
    Err(problem)
}

fn start_on_a_free_port() -> Result<Server, String> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let address = free.map_err(|error| format!("there is no free port: {error}"))?;
    let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("dynamodb-local.log");
    let output = || File::options().create(true).append(true).open(&log);
    let (stdout, stderr) = File::create(&log)
        .and_then(|_| Ok((output()?, output()?)))
        .map_err(|error| format!("{} cannot be written: {error}", log.display()))?;
    let mut guard = guarded("java")
        .args(["-XX:TieredStopAtLevel=1", "-jar", JAR])
        .args(["-inMemory", "-sharedDb", "-disableTelemetry", "-port", &address.port().to_string()])
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .map_err(|error| format!("DynamoDB Local could not be started: {error}"))?;
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        let ended = guard.try_wait().is_ok_and(|status| status.is_some());
        if ended || began.elapsed() > ANSWERS_WITHIN {
            let how = if ended { "ended at once" } else { "does not answer" };
            return Err(format!("DynamoDB Local {how}; what it said is in {}", log.display()));
        }
        // Nothing tells when another program is ready, so it is asked again and again.
        thread::sleep(Duration::from_millis(20));
    }
    Ok(Server { address, _guard: guard })
}
