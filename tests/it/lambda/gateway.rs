//! API Gateway: real HTTP in, events of version 2.0 to the function whose route it is, and its answers back.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// By path, then by method: the route's own name, and whose it is.
type Routes = matchit::Router<BTreeMap<String, (String, Arc<Function>)>>;

/// Answers until it is dropped. `functions` are known by their binaries; the rest of the template's routes
/// are as if they were not there.
pub(crate) async fn serve(listener: TcpListener, functions: BTreeMap<String, Arc<Function>>) {
    let mut by_path: BTreeMap<String, BTreeMap<_, _>> = BTreeMap::new();
    for function in Template::of_this_build().unwrap().functions {
        let Some(running) = functions.get(&function.binary) else { continue };
        for route in function.routes {
            let key = format!("{} {}", route.method, route.path);
            by_path.entry(route.path).or_default().insert(route.method, (key, running.clone()));
        }
    }
    let mut routes = Routes::new();
    for (path, methods) in by_path {
        routes.insert(path, methods).unwrap();
    }
    let api = Router::new().fallback(lead).with_state(Arc::new(routes));
    axum::serve(listener, api).await.unwrap();
}

async fn lead(State(routes): State<Arc<Routes>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let found = routes.at(head.uri.path()).ok();
    let route = found.and_then(|found| Some((found.value.get(head.method.as_str())?, found.params)));
    let Some(((key, function), parameters)) = route else {
        return says(StatusCode::NOT_FOUND, "Not Found");
    };
    let Ok(body) = to_bytes(body, 1 << 20).await else { return StatusCode::BAD_REQUEST.into_response() };
    let parameters = parameters.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let event = event(key, &parameters, &head, std::str::from_utf8(&body).unwrap());
    match function.clone().invoke(event.to_string()).await {
        Some(Ok(answer)) => response(&serde_json::from_slice(&answer).unwrap()),
        Some(Err(_)) | None => says(StatusCode::BAD_GATEWAY, "Internal Server Error"),
    }
}

/// What API Gateway says where no function does.
fn says(status: StatusCode, message: &str) -> Response {
    let body = json!({ "message": message }).to_string();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

fn event(route: &str, parameters: &Map<String, Value>, head: &Parts, body: &str) -> Value {
    let joined = |all: &mut BTreeMap<String, String>, name: String, value: &str| {
        all.entry(name)
            .and_modify(|before| *before = format!("{before},{value}"))
            .or_insert(value.to_owned());
    };
    let (mut headers, mut query) = (BTreeMap::new(), BTreeMap::new());
    for (name, value) in &head.headers {
        joined(&mut headers, name.to_string(), value.to_str().unwrap());
    }
    for (name, value) in Query::<Vec<(String, String)>>::try_from_uri(&head.uri).unwrap().0 {
        joined(&mut query, name, &value);
    }
    let (path, now) = (head.uri.path(), Timestamp::now());
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": head.uri.query().unwrap_or_default(),
        "headers": headers,
        "queryStringParameters": query,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.execute-api.ap-northeast-2.amazonaws.com",
            "domainPrefix": "abc123",
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": headers.get("user-agent"),
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "pathParameters": parameters,
        "body": (!body.is_empty()).then_some(body),
        "isBase64Encoded": false,
    })
}

fn response(answer: &Value) -> Response {
    let text = answer["body"].as_str().unwrap_or_default();
    let body = if answer["isBase64Encoded"] == json!(true) {
        base64::decode(text).unwrap()
    } else {
        text.as_bytes().to_vec()
    };
    let mut headers = HeaderMap::new();
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        headers.insert(http::HeaderName::try_from(name).unwrap(), value.as_str().unwrap().parse().unwrap());
    }
    let status = u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap();
    (StatusCode::from_u16(status).unwrap(), headers, Body::from(body)).into_response()
}
