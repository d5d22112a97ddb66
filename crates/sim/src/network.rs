//! Between the functions and the outside: every request waits here until the scheduler decides what becomes of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use cafe_core::payment::flow::{Messenger, NotTold};
use cafe_core::payment::{Http, Notice, SendError};
use http::{Method, Request, Response};

use crate::fate::Asks;

/// What an instance waits for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// An operation of DynamoDB's, and its body.
    DynamoDb(String, Bytes),
    /// A request to the gateway.
    Gateway(Request<Bytes>),
    /// A notice to a service.
    Notice(Box<Notice>),
    /// That much time.
    Sleep(Duration),
}

/// What it gets.
#[derive(Debug)]
pub(crate) enum Answered {
    /// DynamoDB's status and body.
    DynamoDb(u16, Vec<u8>),
    /// The gateway's answer.
    Gateway(Response<Bytes>),
    /// Whether the service took the notice.
    Notice(bool),
    /// The time is over.
    Slept,
    /// Nothing, and the other side was never reached.
    NotSent,
    /// Nothing, whatever the other side did.
    NoAnswer,
}

/// One request under way.
#[derive(Debug)]
struct Call {
    instance: usize,
    asked: Option<Asked>,
    answered: Option<Answered>,
    /// Nobody waits for it any more.
    abandoned: bool,
}

/// All requests under way. Clones are handles to the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network(Arc<Mutex<Calls>>);

#[derive(Debug, Default)]
struct Calls {
    calls: Vec<Call>,
    /// Whose future is being polled.
    running: usize,
}

impl Network {
    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, asked: Asked) -> Waiting {
        let mut inner = self.lock();
        let instance = inner.running;
        inner.calls.push(Call { instance, asked: Some(asked), answered: None, abandoned: false });
        Waiting { network: self.clone(), call: inner.calls.len() - 1 }
    }

    /// From now on requests are this instance's.
    pub(crate) fn runs(&self, instance: usize) {
        self.lock().running = instance;
    }

    /// How many requests were made so far; they are numbered from 0.
    pub(crate) fn len(&self) -> usize {
        self.lock().calls.len()
    }

    /// Takes what was asked, to act on it. None when somebody has before.
    pub(crate) fn take(&self, call: usize) -> Option<Asked> {
        self.lock().calls[call].asked.take()
    }

    /// Puts back what was asked: it is still on its way.
    pub(crate) fn put_back(&self, call: usize, asked: Asked) {
        self.lock().calls[call].asked = Some(asked);
    }

    /// Whose request it is.
    pub(crate) fn instance(&self, call: usize) -> usize {
        self.lock().calls[call].instance
    }

    /// What it asks for.
    pub(crate) fn asks(&self, call: usize) -> Asks {
        match &self.lock().calls[call].asked {
            Some(Asked::DynamoDb(operation, _)) => match operation.as_str() {
                "GetItem" => Asks::Get,
                "Query" => Asks::Query,
                "PutItem" => Asks::Put,
                "UpdateItem" => Asks::Update,
                "TransactWriteItems" => Asks::Transact,
                other => unreachable!("our stores do not use {other}"),
            },
            Some(Asked::Gateway(request)) => asks_gateway(request),
            Some(Asked::Notice(_)) => Asks::Tell,
            Some(Asked::Sleep(_)) | None => Asks::Sleep,
        }
    }

    /// Whether the one who asked has gone.
    pub(crate) fn is_abandoned(&self, call: usize) -> bool {
        self.lock().calls[call].abandoned
    }

    /// Lets the one who asked go on.
    pub(crate) fn answer(&self, call: usize, answered: Answered) {
        self.lock().calls[call].answered = Some(answered);
    }
}

/// What a request asks a gateway for, whichever it is.
pub(crate) fn asks_gateway(request: &Request<Bytes>) -> Asks {
    match request.uri().path().rsplit('/').next() {
        // Toss Payments' way to open one is called like what it opens.
        Some("ready" | "pre-register" | "payments") if request.method() != Method::GET => Asks::Ready,
        Some("approve" | "confirm") => Asks::Approve,
        Some("order") => Asks::LookUp,
        Some("cancel") => Asks::Cancel,
        Some("getToken") => Asks::Token,
        Some(_) if request.method() == Method::GET => Asks::LookUp,
        other => unreachable!("nobody asks a gateway for {other:?}"),
    }
}

/// Until the scheduler answers.
struct Waiting {
    network: Network,
    call: usize,
}

impl Future for Waiting {
    type Output = Answered;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answered> {
        // Nobody is woken: whoever answers a request polls the one who waits for it.
        match self.network.lock().calls[self.call].answered.take() {
            Some(answered) => Poll::Ready(answered),
            None => Poll::Pending,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.network.lock().calls[self.call].abandoned = true;
    }
}

/// The AWS SDK's requests.
impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = Bytes::copy_from_slice(request.body().bytes().unwrap_or_default());
        let waiting = self.ask(Asked::DynamoDb(operation, body));
        HttpConnectorFuture::new(async move {
            match waiting.await {
                Answered::DynamoDb(status, body) => {
                    let status =
                        status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
                    Ok(HttpResponse::new(status, SdkBody::from(body)))
                }
                Answered::NotSent => Err(ConnectorError::io("the connection was refused".into())),
                Answered::Gateway(_) | Answered::Notice(_) | Answered::Slept | Answered::NoAnswer => {
                    Err(ConnectorError::timeout("no answer came".into()))
                }
            }
        })
    }
}

/// The gateway client's requests.
#[async_trait]
impl Http for Network {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        match self.ask(Asked::Gateway(request)).await {
            Answered::Gateway(response) => Ok(response),
            Answered::NotSent => Err(SendError::NotSent("the connection was refused".into())),
            Answered::DynamoDb(..) | Answered::Notice(_) | Answered::Slept | Answered::NoAnswer => {
                Err(SendError::NoAnswer("no answer came".into()))
            }
        }
    }
}

/// What services are told.
#[async_trait]
impl Messenger for Network {
    async fn carry(&self, notice: &Notice) -> Result<(), NotTold> {
        match self.ask(Asked::Notice(Box::new(notice.clone()))).await {
            Answered::Notice(true) => Ok(()),
            Answered::Notice(false) => Err(NotTold("it answered with an error".to_owned())),
            Answered::NotSent => Err(NotTold("the connection was refused".to_owned())),
            Answered::DynamoDb(..) | Answered::Gateway(_) | Answered::Slept | Answered::NoAnswer => {
                Err(NotTold("no answer came".to_owned()))
            }
        }
    }
}

/// The SDK's and the store's waits.
impl AsyncSleep for Network {
    fn sleep(&self, duration: Duration) -> Sleep {
        let waiting = self.ask(Asked::Sleep(duration));
        Sleep::new(async move {
            waiting.await;
        })
    }
}
