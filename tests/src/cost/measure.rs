//! How long steps take: the same walk, through functions that run as processes of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use cafe_core::payment::BoxError;
use http::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use url::Url;

use super::cafe::{API_HOST, BROWSER, PHONE_KEY, SKILL_KEY, bytes_of, refund_of, session, turn};
use super::steps::{Customer, Place, Sent, StepName, take_all};
use super::taken::{Started, Taken, Timed};
use crate::process::{Process, median};
use crate::upstreams::Upstreams;

/// How often all steps are taken, each time as another customer, and how often each function is started.
const WALKS: u32 = 31;
const STARTS: usize = 11;

/// Measures all steps, and the functions' starts. `binaries` is the folder where the functions are.
///
/// # Errors
/// Where a function does not start, or a step does not end as it should.
pub async fn measure(binaries: &Path) -> Result<Taken, BoxError> {
    let mut shop = Shop::opens(binaries).await?;
    let mut taken = Taken::default();
    let functions: Vec<String> = shop.functions.keys().cloned().collect();
    for function in &functions {
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            starts.push(shop.start(function).await?);
        }
        taken.starts.insert(function.clone(), Started { cpu_us: median(starts), peak_kib: 0 });
    }
    // The first walk is not counted: connections are made in it.
    take_all(&mut shop, Customer::number(0)).await?;
    let mut walks: BTreeMap<StepName, Vec<Timed>> = BTreeMap::new();
    for number in 1..=WALKS {
        for (step, timed) in take_all(&mut shop, Customer::number(number)).await? {
            walks.entry(step).or_default().push(timed);
        }
    }
    for (step, timed) in walks {
        let cpu_us = median(timed.iter().map(|timed| timed.cpu_us).collect());
        let logged_bytes = median(timed.iter().map(|timed| timed.logged_bytes).collect());
        taken.steps.insert(step, Timed { cpu_us, logged_bytes, ..Timed::default() });
    }
    for (function, started) in &mut taken.starts {
        started.peak_kib = shop.function(function)?.peak_kib()?;
    }
    taken.metrics = metrics(shop.functions.values().flatten()).len() as u64;
    Ok(taken)
}

/// The metrics that functions have told of, each with what it is told apart by.
fn metrics<'p>(functions: impl Iterator<Item = &'p Process>) -> BTreeSet<String> {
    let mut metrics = BTreeSet::new();
    for function in functions {
        let log = function.log();
        for line in String::from_utf8_lossy(&log).lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            for told in line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten() {
                for metric in told["Metrics"].as_array().into_iter().flatten() {
                    for dimensions in told["Dimensions"].as_array().into_iter().flatten() {
                        let values = dimensions.as_array().into_iter().flatten().filter_map(Value::as_str);
                        let values: Vec<_> = values.map(|name| (name, &line[name])).collect();
                        metrics.insert(format!("{} {values:?}", metric["Name"]));
                    }
                }
            }
        }
    }
    metrics
}

/// A cafe of processes.
struct Shop {
    functions: BTreeMap<String, Option<Process>>,
    binaries: PathBuf,
    environment: Vec<(&'static str, String)>,
    upstreams: Upstreams,
    /// Processor time and bytes logged, of all functions, before the step that is being taken.
    before: BTreeMap<String, Timed>,
}

impl Shop {
    async fn opens(binaries: &Path) -> Result<Shop, BoxError> {
        let upstreams = Upstreams::are_served().await?;
        let mut environment = upstreams.environment();
        environment.extend([("SKILL_KEY", SKILL_KEY.to_owned()), ("PHONE_KEY", PHONE_KEY.to_owned())]);
        let functions = StepName::ALL.iter().map(|step| (step.function().to_owned(), None)).collect();
        let binaries = binaries.to_owned();
        Ok(Shop { functions, binaries, environment, upstreams, before: BTreeMap::new() })
    }

    /// Starts a function anew. Gives the processor time until it was ready.
    async fn start(&mut self, name: &str) -> Result<u64, BoxError> {
        let process = Process::starts(&self.binaries.join(name), &self.environment).await?;
        let cpu_us = process.cpu_us()?;
        self.functions.insert(name.to_owned(), Some(process));
        Ok(cpu_us)
    }

    fn function(&mut self, name: &str) -> Result<&mut Process, BoxError> {
        let process = self.functions.get_mut(name).and_then(Option::as_mut);
        process.ok_or_else(|| format!("{name} was not started").into())
    }

    fn readings(&self) -> Result<BTreeMap<String, Timed>, BoxError> {
        let running = self.functions.iter().filter_map(|(name, process)| Some((name, process.as_ref()?)));
        let read = running.map(|(name, process)| {
            let (cpu_us, logged_bytes) = (process.cpu_us()?, process.log().len() as u64);
            let timed = Timed { cpu_us, logged_bytes, ..Timed::default() };
            Ok((name.clone(), timed))
        });
        read.collect()
    }

    /// A request as API Gateway hands it on, and the answer that it makes of what it is told.
    async fn request(&mut self, function: &str, event: &Value) -> Sent<Response<Bytes>> {
        let told = self.function(function)?.handles(event).await?;
        let status = u16::try_from(told["statusCode"].as_u64().ok_or("an answer has a status")?)?;
        let mut answer = Response::builder().status(status);
        for (name, value) in told["headers"].as_object().into_iter().flatten() {
            answer = answer.header(name, value.as_str().unwrap_or_default());
        }
        let body = told["body"].as_str().unwrap_or_default().to_owned();
        let answer = answer.body(Bytes::from(body))?;
        let sent_bytes = bytes_of(&answer);
        Ok((answer, sent_bytes))
    }
}

/// An event of version 2.0.
fn event(method: &str, route: &str, url: &Url, parameters: &Value, body: Option<&str>) -> Value {
    let query: Map<String, Value> =
        url.query_pairs().map(|(name, value)| (name.into_owned(), json!(value))).collect();
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {route}"),
        "rawPath": url.path(),
        "rawQueryString": url.query().unwrap_or_default(),
        "headers": {
            "content-type": "application/json",
            "host": API_HOST,
            "user-agent": BROWSER,
            "x-forwarded-proto": "https",
            "x-skill-key": SKILL_KEY,
        },
        "queryStringParameters": query,
        "pathParameters": parameters,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123defg",
            "domainName": API_HOST,
            "domainPrefix": "abc123defg",
            "http": {
                "method": method,
                "path": url.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": BROWSER,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("{method} {route}"),
            "stage": "$default",
            "time": "21/Nov/2026:10:44:05 +0000",
            "timeEpoch": 1_795_257_845_123_i64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

impl Place for Shop {
    type Reading = Timed;

    async fn begin(&mut self) -> Result<(), BoxError> {
        self.before = self.readings()?;
        Ok(())
    }

    async fn read(&mut self, step: StepName, _: u64) -> Result<Timed, BoxError> {
        let after = self.readings()?;
        let of =
            |readings: &BTreeMap<String, Timed>| readings.get(step.function()).copied().unwrap_or_default();
        let (before, after) = (of(&self.before), of(&after));
        Ok(Timed {
            cpu_us: after.cpu_us - before.cpu_us,
            logged_bytes: after.logged_bytes - before.logged_bytes,
            ..Timed::default()
        })
    }

    async fn says(&mut self, customer: &Customer, skill: &str, params: Value) -> Sent<Value> {
        let path = format!("/skill/{skill}");
        let url = Url::parse(&format!("https://{API_HOST}{path}"))?;
        let turn = turn(customer, &params).to_string();
        let event = event("POST", &path, &url, &json!({}), Some(&turn));
        let (answer, sent_bytes) = self.request(skill, &event).await?;
        Ok((serde_json::from_slice(answer.body())?, sent_bytes))
    }

    async fn visits(&mut self, url: &str) -> Sent<Response<Bytes>> {
        let url = Url::parse(url)?;
        let path: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let (order, function, route) = match path[..] {
            ["pay", order] => (order, "payment-ready", "/pay/{order}"),
            ["pay", order, "approve"] => (order, "payment-approve", "/pay/{order}/approve"),
            ["pay", order, "cancel"] => (order, "payment-close", "/pay/{order}/cancel"),
            _ => return Err(format!("no function answers {url}").into()),
        };
        let event = event("GET", route, &url, &json!({ "order": order }), None);
        self.request(function, &event).await
    }

    fn pays(&self, order: &str) -> Result<String, BoxError> {
        let tid = session(&self.upstreams.kakaopay, order)?;
        self.upstreams.kakaopay.open(&tid)?;
        Ok(self.upstreams.kakaopay.pay(&tid)?)
    }

    fn cancels(&self, order: &str) -> Result<String, BoxError> {
        let tid = session(&self.upstreams.kakaopay, order)?;
        self.upstreams.kakaopay.open(&tid)?;
        Ok(self.upstreams.kakaopay.cancel_payment(&tid)?)
    }

    /// A process's clock cannot be moved, so it is the order that grows older.
    async fn leaves(&mut self, order: &str) -> Result<(), BoxError> {
        let opened_at = Timestamp::now().checked_sub(SignedDuration::from_mins(17))?;
        let update = self.upstreams.embedded.client().update_item().table_name(&self.upstreams.tables.orders);
        update
            .key("id", AttributeValue::S(order.to_owned()))
            .update_expression("SET opened_at = :opened, look_at = :look")
            .expression_attribute_values(":opened", AttributeValue::S(opened_at.to_string()))
            .expression_attribute_values(":look", AttributeValue::N(opened_at.as_second().to_string()))
            .send()
            .await?;
        Ok(())
    }

    async fn reconciles(&mut self) -> Result<Value, BoxError> {
        self.function("reconcile")?.handles(&json!({})).await
    }

    async fn refunds(&mut self, order: &str, amount: Option<i64>) -> Result<Value, BoxError> {
        self.function("refund")?.handles(&refund_of(order, amount)).await
    }
}
