//! Before a deployment counts: starts what was deployed by invoking it, and fails the deployment where a function
//! does not start. Invoked by CodeDeploy, before traffic shifts, and by CloudFormation, as a custom resource.

use std::fmt;
use std::sync::Arc;

use aws_sdk_codedeploy::types::LifecycleEventStatus;
use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::primitives::Blob;
use bytes::Bytes;
use cafe_core::payment::{BoxError, Http};
use futures_util::{StreamExt, stream};
use http::Request;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::settings::is_loopback;

/// The event that changes nothing. Whoever serves an API has no such path and says so; whoever is invoked by
/// something else cannot read it, for `order` at least is no order.
pub const EVENT: &str = include_str!("../assets/preflight.json");

/// How the runtime calls its error where it cannot read an event: only a function that runs can say so.
const CANNOT_READ: &str = "DeserializeError";

/// As long as the answer to CloudFormation may be in all is 4,096 bytes, of which this is the reason's share.
const MOST_REASON_BYTES: usize = 2_048;

/// How many are started beside each other: a small account may run ten functions at once, this one included.
const TOGETHER: usize = 5;

/// As CloudFormation knows the resource: the same at each deployment, so none replaces another.
const RESOURCE: &str = "preflight";

/// What the function works with.
#[derive(Clone)]
pub struct Preflight {
    /// Who invokes functions.
    pub lambda: aws_sdk_lambda::Client,
    /// Who waits for a hook's verdict.
    pub codedeploy: aws_sdk_codedeploy::Client,
    /// The way to CloudFormation's address for answers.
    pub http: Arc<dyn Http>,
    /// The functions to start: ARNs, with their version or alias.
    pub versions: Vec<String>,
}

/// What the function is invoked with.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// CodeDeploy is about to shift traffic.
    #[serde(rename_all = "PascalCase")]
    Hook {
        /// Which deployment.
        deployment_id: String,
        /// Which of its hooks waits.
        lifecycle_event_hook_execution_id: String,
    },
    /// CloudFormation makes, changes or removes the custom resource.
    Resource(ResourceRequest),
}

/// A request of CloudFormation's, as far as its answer needs it. `ResponseURL` is signed, so it is a secret.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceRequest {
    /// What is to be done.
    pub request_type: RequestType,
    /// Where the answer goes.
    #[serde(rename = "ResponseURL")]
    pub response_url: String,
    /// Said again in the answer, as are the next two.
    pub stack_id: String,
    /// One request of the stack's.
    pub request_id: String,
    /// The resource in the template.
    pub logical_resource_id: String,
}

/// What CloudFormation does with the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum RequestType {
    /// It is new.
    Create,
    /// The template, or what it refers to, has changed.
    Update,
    /// It goes, and nothing may stand in its way.
    Delete,
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What started.
    pub started: Vec<String>,
    /// What did not, each with what Lambda says of it.
    pub not_started: Vec<NotStarted>,
}

/// A function that did not start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotStarted {
    /// Which.
    pub function: String,
    /// What Lambda says of it. The function itself says more in its log.
    pub reason: String,
}

/// An answer to CloudFormation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceAnswer<'a> {
    status: &'static str,
    reason: String,
    physical_resource_id: &'static str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
}

/// What Lambda gives instead of an answer where a function failed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Failure {
    error_type: String,
    error_message: String,
}

/// Why a function is not known to start.
enum Unstarted {
    /// It does not, as far as Lambda says.
    Broken(String),
    /// Lambda ran as many as it may all the while, or does not know yet that we may invoke it: a role that was just
    /// written is believed some seconds later.
    NotYet,
}

/// Starts every function, and tells whoever waits how it went.
///
/// # Errors
/// Where whoever waits could not be told, or where Lambda would not start a function yet while nothing was broken, as in
/// an account that may run few at once: Lambda repeats the event, and starting functions again does no harm.
pub async fn handle(app: &Preflight, event: Event) -> Result<Report, BoxError> {
    let report = if is_to_start(&event) { app.start_all().await? } else { Report::default() };
    for NotStarted { function, reason } in &report.not_started {
        tracing::error!(function, reason, "a function does not start");
    }
    match &event {
        Event::Hook { deployment_id, lifecycle_event_hook_execution_id } => {
            app.tell_codedeploy(deployment_id, lifecycle_event_hook_execution_id, &report).await?;
        }
        Event::Resource(request) => app.tell_cloudformation(request, &report).await?,
    }
    Ok(report)
}

/// Nothing stands in the way of what goes. Nor of what is updated: there CodeDeploy asks before it shifts traffic, and
/// to roll a stack back is an update as well, which must end even where the version before does not start any more.
fn is_to_start(event: &Event) -> bool {
    match event {
        Event::Hook { .. } => true,
        Event::Resource(request) => match request.request_type {
            RequestType::Create => true,
            RequestType::Update | RequestType::Delete => false,
        },
    }
}

impl Preflight {
    async fn start_all(&self) -> Result<Report, BoxError> {
        let starting = self.versions.iter().map(|version| self.start(version));
        let started: Vec<_> = stream::iter(starting).buffered(TOGETHER).collect().await;
        let (mut report, mut not_yet) = (Report::default(), 0);
        for (function, started) in self.versions.iter().cloned().zip(started) {
            match started {
                Ok(()) => report.started.push(function),
                Err(Unstarted::Broken(reason)) => report.not_started.push(NotStarted { function, reason }),
                Err(Unstarted::NotYet) => not_yet += 1,
            }
        }
        if report.all_started() && not_yet > 0 {
            return Err(format!("Lambda would not start {not_yet} functions yet").into());
        }
        Ok(report)
    }

    /// Invokes a function with the event that changes nothing. What it says must be its own answer, or that it
    /// cannot read the event; whatever else comes back, it has not been shown to run.
    async fn start(&self, version: &str) -> Result<(), Unstarted> {
        let invoking = self.lambda.invoke().function_name(version).payload(Blob::new(EVENT));
        let invoked = invoking.send().await.map_err(|error| match error.code() {
            Some("TooManyRequestsException" | "AccessDeniedException" | "ResourceConflictException") => {
                Unstarted::NotYet
            }
            Some(code) => Unstarted::Broken(format!("Lambda refused to invoke it: {code}")),
            None => Unstarted::Broken(format!("Lambda did not answer: {error}")),
        })?;
        if invoked.function_error().is_none() {
            return Ok(());
        }
        let payload = invoked.payload().map(Blob::as_ref).unwrap_or_default();
        let failure: Failure = serde_json::from_slice(payload).unwrap_or_default();
        if failure.error_type.ends_with(CANNOT_READ) {
            return Ok(());
        }
        Err(Unstarted::Broken(format!("{}: {}", failure.error_type, failure.error_message)))
    }

    async fn tell_codedeploy(
        &self,
        deployment: &str,
        execution: &str,
        report: &Report,
    ) -> Result<(), BoxError> {
        let status =
            if report.all_started() { LifecycleEventStatus::Succeeded } else { LifecycleEventStatus::Failed };
        let telling = self.codedeploy.put_lifecycle_event_hook_execution_status();
        telling
            .deployment_id(deployment)
            .lifecycle_event_hook_execution_id(execution)
            .status(status)
            .send()
            .await?;
        Ok(())
    }

    async fn tell_cloudformation(&self, request: &ResourceRequest, report: &Report) -> Result<(), BoxError> {
        let url = Url::parse(&request.response_url).ok();
        let Some(url) = url.filter(|url| url.scheme() == "https" || is_loopback(url)) else {
            return Err("CloudFormation's address for answers must be an https address".into());
        };
        let answer = ResourceAnswer {
            status: if report.all_started() { "SUCCESS" } else { "FAILED" },
            reason: report.to_string(),
            physical_resource_id: RESOURCE,
            stack_id: &request.stack_id,
            request_id: &request.request_id,
            logical_resource_id: &request.logical_resource_id,
        };
        // The address is signed for an answer of no type.
        let put = Request::put(url.as_str()).body(Bytes::from(serde_json::to_vec(&answer)?))?;
        let status = self.http.send(put).await?.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(format!("CloudFormation's address for answers refused one with {status}").into())
        }
    }
}

impl Report {
    fn all_started(&self) -> bool {
        self.not_started.is_empty()
    }
}

/// In one line, as it stands in a stack's events.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all_started() {
            return write!(f, "{} functions started", self.started.len());
        }
        let one = |NotStarted { function, reason }: &NotStarted| format!("{function} ({reason})");
        let all = self.not_started.iter().map(one).collect::<Vec<_>>().join(", ");
        let line = format!("did not start: {all}; each one's log says why");
        f.write_str(&line[..line.floor_char_boundary(MOST_REASON_BYTES)])
    }
}

/// Without its address for answers, by which anybody could answer.
impl fmt::Debug for ResourceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceRequest")
            .field("request_type", &self.request_type)
            .field("request_id", &self.request_id)
            .field("logical_resource_id", &self.logical_resource_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Preflight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preflight").field("versions", &self.versions).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_REASON_BYTES, NotStarted, Report};

    #[test]
    fn a_reason_fits_into_an_answer_however_many_functions_failed_and_whatever_they_said() {
        let function =
            |number: usize| NotStarted { function: format!("f{number}"), reason: "가".repeat(99) };
        let report = Report { started: Vec::new(), not_started: (0..40).map(function).collect() };
        let told = report.to_string();
        assert!(told.len() <= MOST_REASON_BYTES && told.len() > MOST_REASON_BYTES - 4, "{}", told.len());
        assert!(told.starts_with("did not start: f0 (가"), "{told}");
        let report = Report { started: vec!["a".to_owned(), "b".to_owned()], not_started: Vec::new() };
        assert_eq!(report.to_string(), "2 functions started");
    }
}
