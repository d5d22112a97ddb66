//! A deployment that counts only when everything starts: the real function, which invokes real functions by the API
//! of a Lambda on loopback, and tells a CodeDeploy and a CloudFormation beside it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_lambda::config::retry::RetryConfig;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use functions::client::Client;
use functions::preflight::{Preflight, handle};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::cafe::Cafe;
use crate::events;
use crate::lambda::{BINARIES, Instance, Running, build};

/// What Lambda answers for a function whose process ends before it asks for an event, as one that is set up wrong does.
const EXITED: &str = r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 0f5 Error: Runtime exited with error: exit status 1"}"#;

/// A Lambda with functions, a CodeDeploy and an address for answers to CloudFormation, all at one address.
struct Aws {
    url: String,
    here: Arc<Here>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct Here {
    functions: BTreeMap<String, Mutex<Instance>>,
    /// What was told of deployments, by whoever it was told to.
    told: Mutex<Vec<(&'static str, Value)>>,
    /// What is answered to it.
    answers: StatusCode,
    /// How many invocations there is no room for, and how many are not allowed yet.
    without_room: AtomicU32,
    not_allowed_yet: AtomicU32,
}

impl Aws {
    async fn with(functions: BTreeMap<String, Mutex<Instance>>, answers: StatusCode) -> Aws {
        let here = Arc::new(Here { functions, answers, ..Here::default() });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(here.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Aws { url, here, _serving: serving }
    }

    /// The function that starts the others.
    async fn preflight(&self, checked: &[&str]) -> Instance {
        let checked: Vec<_> = checked.iter().map(|name| arn(name)).collect();
        let environment = vec![
            ("CHECKED_VERSIONS", checked.join(",")),
            ("AWS_ENDPOINT_URL_LAMBDA", self.url.clone()),
            ("AWS_ENDPOINT_URL_CODEDEPLOY", self.url.clone()),
        ];
        Instance::starts("preflight", environment, Running::default()).await
    }

    async fn told(&self) -> Vec<(&'static str, Value)> {
        std::mem::take(&mut *self.here.told.lock().await)
    }

    /// An event of CloudFormation's that is to be answered here.
    fn resource(&self, request_type: &str) -> String {
        let mut event: Value = serde_json::from_str(&events::text("preflight.resource")).unwrap();
        event["RequestType"] = json!(request_type);
        event["ResponseURL"] = json!(format!("{}/answer?signature=secret", self.url));
        event.to_string()
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:lambda:ap-northeast-2:123456789012:function:{name}:7")
}

async fn answer(State(here): State<Arc<Here>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
    let read = |body: &Bytes| serde_json::from_slice::<Value>(body).unwrap();
    let path = head.uri.path();
    if let Some(path) = path.strip_prefix("/2015-03-31/functions/") {
        assert!(head.headers["authorization"].to_str().unwrap().contains("/lambda/aws4_request"));
        let name = path.strip_suffix("/invocations").unwrap().replace("%3A", ":");
        return here.invoke(&name, body).await;
    }
    match (head.headers.get("x-amz-target"), &head.method) {
        (Some(target), &Method::POST) => {
            assert_eq!(target, "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus");
            here.told.lock().await.push(("CodeDeploy", read(&body)));
            (here.answers, "{}").into_response()
        }
        (None, &Method::PUT) => {
            assert_eq!(head.uri.path_and_query().unwrap(), "/answer?signature=secret");
            assert_eq!(
                head.headers.get("content-type"),
                None,
                "the address is signed for an answer of no type"
            );
            here.told.lock().await.push(("CloudFormation", read(&body)));
            here.answers.into_response()
        }
        _ => panic!("{head:?}"),
    }
}

impl Here {
    /// As Lambda answers an invocation.
    async fn invoke(&self, name: &str, event: Bytes) -> Response {
        let taken = |left: u32| left.checked_sub(1);
        if self.without_room.fetch_update(Ordering::SeqCst, Ordering::SeqCst, taken).is_ok() {
            let error = [("x-amzn-errortype", "TooManyRequestsException")];
            return (StatusCode::TOO_MANY_REQUESTS, error, r#"{"message":"Rate Exceeded."}"#).into_response();
        }
        if self.not_allowed_yet.fetch_update(Ordering::SeqCst, Ordering::SeqCst, taken).is_ok() {
            let error = [("x-amzn-errortype", "AccessDeniedException")];
            return (StatusCode::FORBIDDEN, error, r#"{"Message":"not authorized"}"#).into_response();
        }
        let Some((_, function)) = self.functions.iter().find(|(known, _)| arn(known) == name) else {
            return ([("x-amz-function-error", "Unhandled")], EXITED).into_response();
        };
        match function.lock().await.handles(event).await {
            Ok(answer) => answer.to_string().into_response(),
            Err(error) => ([("x-amz-function-error", "Unhandled")], error.to_string()).into_response(),
        }
    }
}

/// Every function that is deployed, running, but the one that starts the others.
async fn all_of(cafe: &Cafe) -> BTreeMap<String, Mutex<Instance>> {
    let mut running = BTreeMap::new();
    for name in BINARIES.keys().filter(|name| *name != "preflight") {
        let instance = Instance::starts(name, cafe.environment(), Running::default()).await;
        running.insert(name.clone(), instance.into());
    }
    running
}

#[tokio::test]
async fn every_function_starts_by_an_event_that_changes_nothing() {
    build(); // The schedule comes every minute, and is not to come in between.
    let cafe = Cafe::opens(&[]).await;
    let aws = Aws::with(all_of(&cafe).await, StatusCode::OK).await;
    let names: Vec<_> = aws.here.functions.keys().map(String::as_str).collect();
    let mut preflight = aws.preflight(&names).await;
    cafe.requests();

    let report = preflight.handles(events::text("preflight")).await.unwrap();
    assert_eq!(
        (report["started"].as_array().unwrap().len(), &report["not_started"]),
        (names.len(), &json!([]))
    );
    let told = json!({
        "deploymentId": "d-UBCT41FSL",
        "lifecycleEventHookExecutionId": "eyJlbmNyeXB0ZWREYXRhIjoiWHRlQ1hKbGJ4In0",
        "status": "Succeeded",
    });
    assert_eq!(aws.told().await, [("CodeDeploy", told)]);
    // Nobody so much as looked something up for it.
    assert_eq!((cafe.requests(), cafe.calls()), (BTreeMap::new(), BTreeMap::new()));
    assert_eq!(preflight.ends(), [Value::Null; 0]);
}

#[tokio::test]
async fn a_function_that_does_not_start_fails_the_deployment_and_is_named() {
    build(); // The schedule comes every minute, and is not to come in between.
    let cafe = Cafe::opens(&[]).await;
    let mut running = all_of(&cafe).await;
    running.retain(|name, _| ["monitors", "reconcile", "refund"].contains(&&**name));
    let aws = Aws::with(running, StatusCode::OK).await;
    let mut preflight = aws.preflight(&["monitors", "sign-up", "refund"]).await;

    preflight.handles(events::text("preflight")).await.unwrap();
    preflight.handles(aws.resource("Create")).await.unwrap();
    preflight.handles(aws.resource("Update")).await.unwrap();
    let told = aws.told().await;
    assert_eq!(told[0].1["status"], "Failed");
    let why = format!(
        "did not start: {} (Runtime.ExitError: RequestId: 0f5 Error: Runtime exited with error: exit status 1); \
         each one's log says why",
        arn("sign-up")
    );
    let sample: Value = serde_json::from_str(&events::text("preflight.resource")).unwrap();
    let answer = |status: &str, reason: &str| {
        let answer = json!({
            "Status": status, "Reason": reason, "PhysicalResourceId": "preflight",
            "StackId": sample["StackId"], "RequestId": sample["RequestId"],
            "LogicalResourceId": sample["LogicalResourceId"],
        });
        ("CloudFormation", answer)
    };
    // An update is CodeDeploy's to stop, and a stack that is rolled back must come to its end.
    assert_eq!(told[1..], [answer("FAILED", &why), answer("SUCCESS", "0 functions started")]);

    // Whatever is broken, it can be taken away.
    preflight.handles(aws.resource("Delete")).await.unwrap();
    assert_eq!(aws.told().await, [answer("SUCCESS", "0 functions started")]);

    let log = preflight.ends();
    assert!(log.iter().all(|line| line["message"] == "a function does not start"), "{log:?}");
    assert_eq!((log.len(), &log[0]["function"]), (2, &json!(arn("sign-up"))));
    assert!(!format!("{log:?}").contains("signature"), "{log:?}");
}

#[tokio::test]
async fn where_lambda_has_no_room_it_is_asked_again_and_nothing_is_said_to_be_broken() {
    let mut running = BTreeMap::new();
    let monitors = Instance::starts("monitors", Vec::new(), Running::default()).await;
    running.insert("monitors".to_owned(), monitors.into());
    let aws = Aws::with(running, StatusCode::OK).await;
    aws.here.without_room.store(2, Ordering::SeqCst);
    let mut preflight = aws.preflight(&["monitors"]).await;
    preflight.handles(events::text("preflight")).await.unwrap();
    assert_eq!(aws.told().await[0].1["status"], "Succeeded");

    // The same without any patience.
    let set = |name: &str| match name {
        "AWS_ENDPOINT_URL_LAMBDA" | "AWS_ENDPOINT_URL_CODEDEPLOY" => Some(aws.url.clone()),
        name => functions::aws::made_up(name).map(str::to_owned),
    };
    let parts = functions::aws::Aws::from_env(set).unwrap();
    let lambda = parts.lambda().config().to_builder().retry_config(RetryConfig::disabled()).build();
    let impatient = Preflight {
        lambda: aws_sdk_lambda::Client::from_conf(lambda),
        codedeploy: parts.codedeploy(),
        http: Arc::new(Client::of_this_machine().unwrap()),
        versions: ["gone", "broken"].map(arn).into(),
    };
    let asks = async || handle(&impatient, serde_json::from_str(&events::text("preflight")).unwrap()).await;
    aws.here.without_room.store(2, Ordering::SeqCst);
    assert_eq!(asks().await.unwrap_err().to_string(), "Lambda would not start 2 functions yet");
    assert_eq!(aws.told().await, [], "Lambda repeats the event");
    // A role is believed some seconds after it was written.
    aws.here.not_allowed_yet.store(2, Ordering::SeqCst);
    assert_eq!(asks().await.unwrap_err().to_string(), "Lambda would not start 2 functions yet");
    assert_eq!(aws.told().await, [], "Lambda repeats the event");
    // What is broken is broken, whatever there was no room for.
    aws.here.without_room.store(1, Ordering::SeqCst);
    assert_eq!(asks().await.unwrap().not_started.len(), 1);
    assert_eq!(aws.told().await[0].1["status"], "Failed");
}

#[tokio::test]
async fn whoever_cannot_be_told_leaves_an_error_so_that_lambda_tries_again() {
    let aws = Aws::with(BTreeMap::new(), StatusCode::FORBIDDEN).await;
    let mut preflight = aws.preflight(&["sign-up"]).await;
    for event in [events::text("preflight"), aws.resource("Delete")] {
        let error = preflight.handles(event).await.unwrap_err();
        assert!(!error.to_string().contains("signature"), "{error}");
    }
    let mut in_clear: Value = serde_json::from_str(&aws.resource("Delete")).unwrap();
    in_clear["ResponseURL"] = json!("http://answers.example/?signature=secret");
    let error = preflight.handles(in_clear.to_string()).await.unwrap_err();
    assert!(error["errorMessage"].as_str().unwrap().contains("must be an https address"), "{error}");
    assert_eq!(aws.told().await.len(), 2);
}
