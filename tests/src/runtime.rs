//! The Lambda Runtime API, as far as a function sees it: events to fetch, and a place for their answers.
#![expect(clippy::unwrap_used, reason = "whoever starts a function should fail where it does the unexpected")]

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What a function tells of an event: its answer, or an error.
pub type Answer = Result<Bytes, Bytes>;

/// The Runtime API of one process. It ends with this.
#[derive(Debug)]
pub struct Runtime {
    /// What `AWS_LAMBDA_RUNTIME_API` says.
    pub address: String,
    /// X-Ray's header of the events to come.
    pub trace: &'static str,
    events: UnboundedSender<Event>,
    answers: UnboundedReceiver<(String, Answer)>,
    /// How often the function has asked for an event.
    asked: watch::Receiver<u32>,
    invocations: u32,
    _serving: JoinSet<()>,
}

/// An event, its id and X-Ray's header.
type Event = (String, &'static str, Vec<u8>);

/// What is shared by the handlers.
struct Shared {
    events: Mutex<UnboundedReceiver<Event>>,
    answers: UnboundedSender<(String, Answer)>,
    asked: watch::Sender<u32>,
}

impl Runtime {
    /// Listens on loopback, for one process.
    ///
    /// # Panics
    /// Where this machine gives no port on loopback.
    pub async fn listens() -> Runtime {
        let (events, handed_out) = unbounded_channel();
        let (answering, answers) = unbounded_channel();
        let (asking, asked) = watch::channel(0);
        let shared = Arc::new(Shared { events: handed_out.into(), answers: answering, asked: asking });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{end}", post(ended))
            .with_state(shared);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let trace = "Root=1-6b0175f5-3c1f0e2b9d84453c6aa01f2e;Sampled=0";
        Runtime { address, trace, events, answers, asked, invocations: 0, _serving: serving }
    }

    /// Waits until the function has told of all it was handed, and asks for its next event: then it does nothing.
    /// Where the function ends before, this waits for good.
    ///
    /// # Panics
    /// Never while the API is served, which it is as long as this is.
    pub async fn is_idle(&mut self) {
        let events = self.invocations;
        self.asked.wait_for(|asked| *asked > events).await.unwrap();
    }

    /// Hands out an event, and waits for what the function tells of it, as long as it takes.
    ///
    /// # Errors
    /// What the function tells, where it is an error.
    ///
    /// # Panics
    /// Where the function tells of another event than it was handed.
    pub async fn invoke(&mut self, event: Vec<u8>) -> Answer {
        self.invocations += 1;
        let id = format!("8f1c6c1e-0000-4000-8000-{:012}", self.invocations);
        self.events.send((id.clone(), self.trace, event)).unwrap();
        let (answered, answer) = self.answers.recv().await.unwrap();
        assert_eq!(answered, id);
        answer
    }
}

/// Waits for the next event, as long as it takes.
async fn next(State(shared): State<Arc<Shared>>) -> (HeaderMap, Vec<u8>) {
    shared.asked.send_modify(|asked| *asked += 1);
    let Some((id, trace, event)) = shared.events.lock().await.recv().await else {
        return std::future::pending().await;
    };
    let headers = [
        ("lambda-runtime-aws-request-id", &*id),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:ap-northeast-2:123456789012:function:cafe"),
        ("lambda-runtime-trace-id", trace),
        ("content-type", "application/json"),
    ];
    (
        headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).into_iter().collect(),
        event,
    )
}

async fn ended(
    State(shared): State<Arc<Shared>>,
    Path((id, end)): Path<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let answer = match &*end {
        "response" => Ok(body),
        "error" => Err(body),
        _ => return StatusCode::NOT_FOUND,
    };
    // Where nobody waits any more, the process is about to end.
    if shared.answers.send((id, answer)).is_ok() { StatusCode::ACCEPTED } else { StatusCode::GONE }
}
