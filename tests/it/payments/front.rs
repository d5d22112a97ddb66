//! The service behind a listener of its own: asked over real HTTP, and each answer held to its description.

use std::collections::BTreeSet;

use axum::Router;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Method};
use sealed::Pair;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::description;
use crate::cafe::http_client;

/// What came back: an answer opened, or a problem as it is.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// In how many seconds to come again.
    pub(super) retry_after_s: Option<u64>,
    pub(super) told: Value,
}

pub(super) struct Front {
    pair: Pair,
    url: String,
    http: reqwest::Client,
    /// The ways that were asked, each with the status that was answered.
    answered: Mutex<BTreeSet<(String, u16)>>,
}

impl Front {
    /// Serves the routes for as long as the test runs.
    pub(super) async fn of(routes: Router, pair: &Pair) -> Front {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Front { pair: pair.clone(), url, http: http_client(), answered: Mutex::default() }
    }

    pub(super) async fn ask(&self, call: &str, body: &Value) -> Answer {
        self.ask_with(call, HeaderMap::new(), body).await
    }

    /// One request, such as `POST /payments/histories`; sealed, where it is no gateway's.
    pub(super) async fn ask_with(&self, call: &str, headers: HeaderMap, body: &Value) -> Answer {
        let (method, path) = call.split_once(' ').unwrap();
        let (kind, text) = if call.contains("/webhooks/") {
            ("application/json", body.to_string())
        } else {
            ("text/plain", self.pair.seal(&body.to_string()))
        };
        let request = self.http.request(Method::try_from(method).unwrap(), format!("{}{path}", self.url));
        let request = request.headers(headers).header(CONTENT_TYPE, kind).body(text.clone());
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let header = |name| headers.get(name).map(|value| value.to_str().unwrap());
        let answered = answer.text().await.unwrap();
        let told = header(CONTENT_TYPE).unwrap_or_default();
        description::holds(&self.pair, call, (kind, &text), (status, told, &answered));
        self.answered.lock().await.insert((description::way(call), status));
        let open = |text: &str| self.pair.open(text.as_bytes()).unwrap();
        let answered = if told.starts_with("text/plain") { open(&answered) } else { answered };
        Answer {
            status,
            retry_after_s: header(RETRY_AFTER).map(|seconds| seconds.parse().unwrap()),
            told: if answered.is_empty() { Value::Null } else { serde_json::from_str(&answered).unwrap() },
        }
    }

    /// The ways that have been answered with that status.
    pub(super) async fn answered(&self, status: u16) -> BTreeSet<String> {
        let answered = self.answered.lock().await;
        answered.iter().filter(|(_, told)| *told == status).map(|(way, _)| way.clone()).collect()
    }
}
