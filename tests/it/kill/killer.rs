//! The killer: stands between functions and what they ask, and kills them at one request or another.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use fastrand::Rng;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::request::Parts;
use tokio::net::TcpListener;

use crate::cafe::http_client;
use crate::lambda::Running;

/// How many requests arrive from one kill to the next, at most: half of it on the average.
const FAR: u32 = 20;

/// Kills functions at requests that it draws lots for, and everything else passes.
pub(crate) struct Killer {
    dice: Mutex<Dice>,
    http: reqwest::Client,
    dynamodb: String,
    kakaopay: String,
}

struct Dice {
    rng: Rng,
    /// How many requests pass before the next kill; none where there will be none.
    to_pass: Option<u32>,
    everybody: Vec<Running>,
    kills: BTreeMap<String, u32>,
}

/// How a request goes at which somebody is killed.
#[derive(Clone, Copy, Debug)]
enum Strike {
    /// It is lost with the process that made it.
    Lost,
    /// It arrives when its process is dead.
    Late,
    /// It arrived, and its answer finds nobody.
    Unheard,
    /// It passes, and somebody else dies at whatever they are at: starting, working or waiting.
    Somebody,
}

impl Killer {
    /// Kills nobody yet.
    pub(crate) fn new(seed: u64, dynamodb: String, kakaopay: String) -> Arc<Killer> {
        let dice =
            Dice { rng: Rng::with_seed(seed), to_pass: None, everybody: Vec::new(), kills: BTreeMap::new() };
        Arc::new(Killer { dice: dice.into(), http: http_client(), dynamodb, kakaopay })
    }

    /// The way to DynamoDB and to KakaoPay for one instance of a function: the address of both.
    pub(crate) async fn stands_before(self: &Arc<Killer>, function: &str, running: Running) -> String {
        self.dice.lock().unwrap().everybody.push(running.clone());
        let way = Arc::new(Way { killer: self.clone(), function: function.to_owned(), running });
        let router = Router::new().fallback(pass).with_state(way);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// Kills from now on.
    pub(crate) fn begins(&self) {
        self.dice.lock().unwrap().draws();
    }

    /// Kills nobody any more. Gives who was killed how often, and at what.
    pub(crate) fn rests(&self) -> BTreeMap<String, u32> {
        let mut dice = self.dice.lock().unwrap();
        dice.to_pass = None;
        dice.kills.clone()
    }

    /// Sends a request on to where it is meant for.
    async fn forwards(&self, head: Parts, body: Bytes) -> Response {
        let to = if head.headers.contains_key("x-amz-target") { &self.dynamodb } else { &self.kakaopay };
        let url = format!("{to}{}", head.uri.path_and_query().unwrap());
        let mut headers = head.headers;
        for of_this_connection in [HOST, CONTENT_LENGTH] {
            headers.remove(of_this_connection);
        }
        let answer = self.http.request(head.method, url).headers(headers).body(body).send().await.unwrap();
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(TRANSFER_ENCODING);
        (status, headers, Body::from(answer.bytes().await.unwrap())).into_response()
    }
}

impl Dice {
    fn draws(&mut self) {
        self.to_pass = Some(self.rng.u32(0..FAR));
    }

    /// What becomes of the request that arrives now.
    fn strike(&mut self) -> Option<Strike> {
        let to_pass = self.to_pass.as_mut()?;
        if let Some(one_less) = to_pass.checked_sub(1) {
            *to_pass = one_less;
            return None;
        }
        self.draws();
        self.rng.choice([Strike::Lost, Strike::Late, Strike::Unheard, Strike::Somebody])
    }
}

/// The way of one instance.
struct Way {
    killer: Arc<Killer>,
    function: String,
    running: Running,
}

impl Way {
    fn kills(&self, running: &Running, strike: Strike, head: &Parts) {
        if !running.kill() {
            return;
        }
        let target = head.headers.get("x-amz-target").map(|target| target.to_str().unwrap());
        let asked = target.unwrap_or(head.uri.path()).rsplit(['.', '/']).next().unwrap();
        let told = match strike {
            Strike::Somebody => "somebody".to_owned(),
            Strike::Lost | Strike::Late | Strike::Unheard => {
                format!("{} at {asked}: {strike:?}", self.function)
            }
        };
        *self.killer.dice.lock().unwrap().kills.entry(told).or_default() += 1;
    }
}

async fn pass(State(way): State<Arc<Way>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    // Who dies while it is still sending has sent nothing.
    let Ok(body) = to_bytes(body, 1 << 20).await else { return StatusCode::BAD_REQUEST.into_response() };
    let strike = way.killer.dice.lock().unwrap().strike();
    // What was sent arrives, whether somebody still waits for the answer or not.
    let forwarded = {
        let (killer, head) = (way.killer.clone(), head.clone());
        async move { tokio::spawn(async move { killer.forwards(head, body).await }).await.unwrap() }
    };
    match strike {
        None => return forwarded.await,
        Some(strike @ Strike::Somebody) => {
            let somebody = {
                let mut dice = way.killer.dice.lock().unwrap();
                let Dice { rng, everybody, .. } = &mut *dice;
                rng.choice(&*everybody).unwrap().clone()
            };
            way.kills(&somebody, strike, &head);
            return forwarded.await;
        }
        Some(strike @ Strike::Lost) => way.kills(&way.running, strike, &head),
        Some(strike @ Strike::Late) => {
            way.kills(&way.running, strike, &head);
            forwarded.await;
        }
        Some(strike @ Strike::Unheard) => {
            forwarded.await;
            way.kills(&way.running, strike, &head);
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}
