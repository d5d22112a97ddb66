//! API Gateway: real HTTP in, events to the function whose route it is, and its answers back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_types::base64;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use devserver::template::Template;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::process::Function;

/// Which of its kinds an API is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An HTTP API, without a stage in its paths: events of version 2.0.
    Http,
    /// A REST API with the stage `prod`: events of version 1.0.
    Rest,
}

impl Kind {
    /// What stands before its paths.
    pub(crate) fn stage(self) -> &'static str {
        match self {
            Kind::Http => "",
            Kind::Rest => "/prod",
        }
    }
}

/// The functions behind an API, by their binaries. Who answers for one of them can change while the API is open.
#[derive(Clone, Default)]
pub(crate) struct Functions(Arc<Mutex<BTreeMap<String, Arc<Function>>>>);

impl Functions {
    /// Has `function` answer from now on.
    pub(crate) fn put(&self, binary: &str, function: Arc<Function>) {
        self.0.lock().unwrap().insert(binary.to_owned(), function);
    }

    /// Who answers at the moment; nobody for a function that is not there.
    pub(crate) fn get(&self, binary: &str) -> Option<Arc<Function>> {
        self.0.lock().unwrap().get(binary).cloned()
    }
}

/// By path, then by method: the route's own name, and the binary whose it is.
type Routes = matchit::Router<BTreeMap<String, (String, String)>>;

/// An open API.
struct Api {
    kind: Kind,
    routes: Routes,
    functions: Functions,
}

/// Answers until it is dropped. Routes of the template whose functions are not among these are as if they were
/// not there.
pub(crate) async fn serve(listener: TcpListener, functions: Functions, kind: Kind) {
    let mut by_path: BTreeMap<String, BTreeMap<_, _>> = BTreeMap::new();
    for function in Template::of_this_build().unwrap().functions {
        for route in function.routes {
            let key = format!("{} {}", route.method, route.path);
            by_path.entry(route.path).or_default().insert(route.method, (key, function.binary.clone()));
        }
    }
    let mut routes = Routes::new();
    for (path, methods) in by_path {
        routes.insert(path, methods).unwrap();
    }
    let api = Arc::new(Api { kind, routes, functions });
    axum::serve(listener, Router::new().fallback(lead).with_state(api)).await.unwrap();
}

async fn lead(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().strip_prefix(api.kind.stage()).filter(|path| path.starts_with('/'));
    let found = path.and_then(|path| api.routes.at(path).ok());
    let route = found.and_then(|found| Some((found.value.get(head.method.as_str())?, found.params)));
    let Some(((key, binary), parameters)) = route else { return says(StatusCode::NOT_FOUND, "Not Found") };
    let Some(function) = api.functions.get(binary) else { return says(StatusCode::NOT_FOUND, "Not Found") };
    let Ok(body) = to_bytes(body, 1 << 20).await else { return StatusCode::BAD_REQUEST.into_response() };
    let parameters = parameters.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let called = Called {
        route: key,
        parameters: &parameters,
        head: &head,
        body: std::str::from_utf8(&body).unwrap(),
    };
    let event = match api.kind {
        Kind::Http => called.http(),
        Kind::Rest => called.rest(),
    };
    match function.invoke(event.to_string()).await {
        Some(Ok(answer)) => response(&serde_json::from_slice(&answer).unwrap()),
        Some(Err(_)) | None => says(StatusCode::BAD_GATEWAY, "Internal Server Error"),
    }
}

/// What API Gateway says where no function does.
fn says(status: StatusCode, message: &str) -> Response {
    let body = json!({ "message": message }).to_string();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// A request that has found its route.
struct Called<'a> {
    route: &'a str,
    parameters: &'a Map<String, Value>,
    head: &'a Parts,
    body: &'a str,
}

impl Called<'_> {
    fn headers(&self) -> Vec<(String, String)> {
        let headers = self.head.headers.iter();
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
    }

    fn query(&self) -> Vec<(String, String)> {
        Query::try_from_uri(&self.head.uri).unwrap().0
    }

    fn body(&self) -> Option<&str> {
        (!self.body.is_empty()).then_some(self.body)
    }

    /// As an HTTP API writes it, which joins what comes more than once.
    fn http(&self) -> Value {
        let joined = |pairs: Vec<(String, String)>| {
            let joined = all(pairs).into_iter().map(|(name, values)| (name, values.join(",")));
            joined.collect::<BTreeMap<_, _>>()
        };
        let (headers, path, now) = (joined(self.headers()), self.head.uri.path(), Timestamp::now());
        json!({
            "version": "2.0",
            "routeKey": self.route,
            "rawPath": path,
            "rawQueryString": self.head.uri.query().unwrap_or_default(),
            "headers": headers,
            "queryStringParameters": joined(self.query()),
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "abc123",
                "domainName": DOMAIN,
                "domainPrefix": "abc123",
                "http": {
                    "method": self.head.method.as_str(),
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": headers.get("user-agent"),
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": self.route,
                "stage": "$default",
                "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                "timeEpoch": now.as_millisecond(),
            },
            "pathParameters": self.parameters,
            "body": self.body(),
            "isBase64Encoded": false,
        })
    }

    /// As a REST API writes it, which keeps what comes more than once, and the last of it beside.
    fn rest(&self) -> Value {
        let last = |all: &BTreeMap<String, Vec<String>>| {
            let last = all.iter().map(|(name, values)| (name.clone(), values.last().cloned()));
            last.collect::<BTreeMap<_, _>>()
        };
        let (headers, query, now) = (all(self.headers()), all(self.query()), Timestamp::now());
        let (method, resource) = self.route.split_once(' ').unwrap();
        let whole = self.head.uri.path();
        json!({
            "resource": resource,
            "path": whole.strip_prefix(Kind::Rest.stage()).unwrap(),
            "httpMethod": method,
            "headers": last(&headers),
            "multiValueHeaders": headers,
            "queryStringParameters": (!query.is_empty()).then(|| last(&query)),
            "multiValueQueryStringParameters": (!query.is_empty()).then_some(&query),
            "pathParameters": (!self.parameters.is_empty()).then_some(self.parameters),
            "stageVariables": null,
            "requestContext": {
                "resourceId": "2gxmpl",
                "resourcePath": resource,
                "httpMethod": method,
                "extendedRequestId": "UabcDEFGhIjklmno=",
                "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                "path": whole,
                "accountId": "123456789012",
                "protocol": "HTTP/1.1",
                "stage": "prod",
                "domainPrefix": "abc123",
                "requestTimeEpoch": now.as_millisecond(),
                "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
                "identity": { "sourceIp": "127.0.0.1", "userAgent": last(&headers).get("user-agent") },
                "domainName": DOMAIN,
                "deploymentId": "dep123",
                "apiId": "abc123",
            },
            "body": self.body(),
            "isBase64Encoded": false,
        })
    }
}

/// Where API Gateway says it is.
const DOMAIN: &str = "abc123.execute-api.ap-northeast-2.amazonaws.com";

/// All values of each name.
fn all(pairs: Vec<(String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, value) in pairs {
        all.entry(name).or_default().push(value);
    }
    all
}

fn response(answer: &Value) -> Response {
    let text = answer["body"].as_str().unwrap_or_default();
    let body = if answer["isBase64Encoded"] == json!(true) {
        base64::decode(text).unwrap()
    } else {
        text.as_bytes().to_vec()
    };
    let mut headers = HeaderMap::new();
    for (name, value) in answered_headers(answer) {
        headers.insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
    }
    let status = u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap();
    (StatusCode::from_u16(status).unwrap(), headers, Body::from(body)).into_response()
}

/// The headers of an answer to either kind of API.
pub(crate) fn answered_headers(answer: &Value) -> BTreeMap<String, String> {
    let headers = ["headers", "multiValueHeaders"].map(|place| answer[place].as_object());
    let headers = headers.into_iter().flatten().flatten();
    let value = |value: &Value| value.as_str().or_else(|| value[0].as_str()).unwrap().to_owned();
    headers.map(|(name, values)| (name.clone(), value(values))).collect()
}
