//! The recorder: stands between functions and AWS, and writes down what each function asks for, as IAM would see it.
//! DynamoDB is really asked, and Lambda's functions are really invoked; Systems Manager's parameters are kept here, and
//! CodeDeploy and CloudFormation thank for whatever they are told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::deployment::Permission;
use super::gateway::Functions;
use crate::cafe::http_client;

/// Writes down, and passes on.
pub(crate) struct Recorder {
    http: reqwest::Client,
    dynamodb: String,
    parameters: BTreeMap<String, String>,
    functions: Functions,
    /// The functions' binaries, by what they are called at AWS.
    binaries: BTreeMap<String, String>,
    /// By function.
    asked: Mutex<BTreeMap<String, BTreeSet<Permission>>>,
}

impl Recorder {
    /// Before the DynamoDB that is there, with Systems Manager's parameters by their names, and with the functions that
    /// run, whose binaries are known by what they are called at AWS.
    pub(crate) fn new(
        dynamodb: String,
        parameters: BTreeMap<String, String>,
        functions: Functions,
        binaries: BTreeMap<String, String>,
    ) -> Arc<Recorder> {
        let asked = Mutex::default();
        Arc::new(Recorder { http: http_client(), dynamodb, parameters, functions, binaries, asked })
    }

    /// The way of a function to AWS: an address for every service.
    pub(crate) async fn stands_before(self: &Arc<Recorder>, function: &str) -> String {
        let way = Arc::new(Way { recorder: self.clone(), function: function.to_owned() });
        let router = Router::new().fallback(pass).with_state(way);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// All that a function has asked for so far.
    pub(crate) fn asked(&self, function: &str) -> BTreeSet<Permission> {
        self.asked.lock().unwrap().get(function).cloned().unwrap_or_default()
    }

    /// What Systems Manager says to `GetParameters`.
    fn parameters(&self, request: &Value) -> Response {
        let names = request["Names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let (there, missing): (Vec<_>, Vec<_>) = names.partition(|name| self.parameters.contains_key(*name));
        let told = there.iter().map(|name| {
            json!({ "Name": name, "Type": "SecureString", "Value": self.parameters[*name], "Version": 1 })
        });
        let answer = json!({ "Parameters": told.collect::<Vec<_>>(), "InvalidParameters": missing });
        ([(CONTENT_TYPE, "application/x-amz-json-1.1")], answer.to_string()).into_response()
    }

    /// Has a function answer, by its ARN.
    async fn invokes(&self, arn: &str, event: Bytes) -> Response {
        let name = arn.split(':').nth(6).unwrap_or_default();
        let function = self.binaries.get(name).and_then(|binary| self.functions.get(binary));
        let Some(function) = function else { return StatusCode::NOT_FOUND.into_response() };
        match function.invoke(event).await {
            Some(Ok(answer)) => answer.into_response(),
            Some(Err(error)) => ([("x-amz-function-error", "Unhandled")], error).into_response(),
            None => StatusCode::BAD_GATEWAY.into_response(),
        }
    }

    /// Has DynamoDB answer.
    async fn forwards(&self, head: Parts, body: Bytes) -> Response {
        let url = format!("{}{}", self.dynamodb, head.uri.path_and_query().unwrap());
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

/// The way of one function.
struct Way {
    recorder: Arc<Recorder>,
    function: String,
}

async fn pass(State(way): State<Arc<Way>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 1 << 20).await else { return StatusCode::BAD_REQUEST.into_response() };
    let recorder = &way.recorder;
    let notes = |needed: BTreeSet<Permission>| {
        recorder.asked.lock().unwrap().entry(way.function.clone()).or_default().extend(needed);
    };
    if head.method == Method::PUT {
        // An answer to CloudFormation, whose address is signed: nobody is asked for leave.
        return StatusCode::OK.into_response();
    }
    if let Some(path) = head.uri.path().strip_prefix("/2015-03-31/functions/") {
        let invoked = path.strip_suffix("/invocations").unwrap().replace("%3A", ":");
        notes([Permission { action: "lambda:InvokeFunction".to_owned(), resource: invoked.clone() }].into());
        return recorder.invokes(&invoked, body).await;
    }
    let asked = serde_json::from_slice(&body).unwrap_or_default();
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (service, operation) = target.split_once('.').unwrap_or_default();
    let service = match service {
        "DynamoDB_20120810" => "dynamodb",
        "AmazonSSM" => "ssm",
        "CodeDeploy_20141006" => "codedeploy",
        _ => "another service",
    };
    notes(needed(service, operation, &asked));
    match service {
        "dynamodb" => recorder.forwards(head, body).await,
        "ssm" => recorder.parameters(&asked),
        "codedeploy" => "{}".into_response(),
        _ => StatusCode::NOT_IMPLEMENTED.into_response(),
    }
}

/// What a request needs to be allowed. A transaction needs what each of its parts would need by itself.
pub(crate) fn needed(service: &str, operation: &str, request: &Value) -> BTreeSet<Permission> {
    let table = |named: &Value| {
        let name = named.as_str().unwrap_or_default();
        format!("table/{}", name.rsplit_once(":table/").map_or(name, |(_, name)| name))
    };
    let on = |operation: &str, resource: String| Permission::of(&format!("{service}:{operation}"), &resource);
    match (service, operation) {
        ("dynamodb", "TransactWriteItems" | "TransactGetItems") => {
            let parts = request["TransactItems"].as_array().into_iter().flatten();
            // `Put` needs PutItem, and `ConditionCheck` ConditionCheckItem.
            let part =
                |(kind, part): (&String, &Value)| on(&format!("{kind}Item"), table(&part["TableName"]));
            parts.filter_map(Value::as_object).flatten().map(part).collect()
        }
        ("dynamodb", "BatchGetItem" | "BatchWriteItem") => {
            let tables = request["RequestItems"].as_object().into_iter().flatten();
            tables.map(|(name, _)| on(operation, table(&json!(name)))).collect()
        }
        ("dynamodb", _) => {
            let index = request["IndexName"].as_str().map(|index| format!("/index/{index}"));
            [on(operation, table(&request["TableName"]) + &index.unwrap_or_default())].into()
        }
        ("ssm", "GetParameters") => {
            let names = request["Names"].as_array().into_iter().flatten().filter_map(Value::as_str);
            names.map(|name| on(operation, format!("parameter{name}"))).collect()
        }
        // A request names a deployment, and not the group whose it is.
        ("codedeploy", _) => [on(operation, "deploymentgroup".to_owned())].into(),
        _ => [on(operation, "nobody knows what".to_owned())].into(),
    }
}
