//! The simulated DynamoDB on trial: random requests, put to it and to another one, must be answered alike.

mod requests;

use std::fmt;
use std::future::Future;

use serde_json::Value;

use self::requests::sequence;
use super::Database;
use super::failure::NOT_SIMULATED;

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// As `x-amz-target` names it behind its dot.
    pub operation: &'static str,
    /// The body.
    pub body: Value,
}

/// What was answered to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

/// A DynamoDB to compare with. It must have the cafe's tables, under the names that they have here.
pub trait Other {
    /// Puts a request to it.
    fn ask(&self, request: &Request) -> impl Future<Output = Reply>;

    /// Whether a request is one that it is known to do otherwise than DynamoDB, so that it is not asked.
    fn is_wrong_about(&self, _request: &Request, _ours: &Reply) -> bool {
        false
    }

    /// Whether it is known to answer otherwise than DynamoDB in this way.
    fn is_known_to_say(&self, _request: &Request, _ours: &Reply, _theirs: &Reply) -> bool {
        false
    }
}

/// That the two do not answer alike, after as few requests as it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The sequence in which it was found.
    pub seed: u64,
    /// What leads to it; the last is answered otherwise.
    pub requests: Vec<Request>,
    /// The simulated one's answer.
    pub ours: Reply,
    /// The other one's.
    pub theirs: Reply,
}

/// Puts the requests of a seed to both, and then looks at all that may have changed.
///
/// # Errors
/// [`Difference`] when the two do not answer alike.
pub async fn compare(other: &impl Other, seed: u64) -> Result<(), Box<Difference>> {
    let mut tries = 0..;
    // Every try has keys of its own, as nothing is ever taken away from the other one.
    let mut requests = || sequence(seed, &format!("{seed}-{}-", tries.next().unwrap_or(0)));
    let all = requests();
    let Some(mut difference) = difference(other, seed, &all).await else { return Ok(()) };
    let mut kept = (0..all.len()).collect::<Vec<_>>();
    let mut left_out = kept.len();
    while left_out > 0 {
        left_out -= 1;
        let mut fewer = kept.clone();
        fewer.remove(left_out);
        let all = requests();
        let some = fewer.iter().map(|number| all[*number].clone()).collect::<Vec<_>>();
        if let Some(smaller) = self::difference(other, seed, &some).await {
            (kept, difference) = (fewer, smaller);
        }
        left_out = left_out.min(kept.len());
    }
    Err(Box::new(difference))
}

async fn difference(other: &impl Other, seed: u64, requests: &[Request]) -> Option<Difference> {
    let mut database = Database::new();
    for (number, request) in requests.iter().enumerate() {
        let mut page = Some(request.clone());
        while let Some(request) = page.take() {
            let ours = ask(&mut database, &request);
            if is_not_simulated(&ours) || other.is_wrong_about(&request, &ours) {
                continue;
            }
            let theirs = other.ask(&request).await;
            page = next_page(&request, &theirs);
            let alike = essence(&ours) == essence(&theirs)
                || is_the_last_page(&mut database, &request, &ours, &theirs)
                || other.is_known_to_say(&request, &ours, &theirs);
            if !alike {
                let mut requests = requests[..number].to_vec();
                requests.push(request);
                return Some(Difference { seed, requests, ours, theirs });
            }
        }
    }
    None
}

/// Puts a request to the simulated one.
pub fn ask(database: &mut Database, request: &Request) -> Reply {
    let answer = database.answer(request.operation, request.body.to_string().as_bytes());
    let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    Reply { status: answer.status, body }
}

/// The request for the page after this one, if there is another.
fn next_page(request: &Request, reply: &Reply) -> Option<Request> {
    let last = reply.body.get("LastEvaluatedKey")?;
    let mut next = request.clone();
    next.body["ExclusiveStartKey"] = last.clone();
    Some(next)
}

/// Whether the simulated one refused what it does not simulate. It has done nothing then.
fn is_not_simulated(reply: &Reply) -> bool {
    let says_so = |message: &Value| message.as_str().is_some_and(|text| text.contains(NOT_SIMULATED));
    let reasons = reply.body["CancellationReasons"].as_array();
    says_so(&reply.body["message"]) || reasons.into_iter().flatten().any(|reason| says_so(&reason["Message"]))
}

/// Whether the two differ only in that the simulated one sees another page where none is. That a page may
/// have another after it, and that is empty, is what DynamoDB says of itself.
fn is_the_last_page(database: &mut Database, request: &Request, ours: &Reply, theirs: &Reply) -> bool {
    let Some(next) = next_page(request, ours) else { return false };
    let mut last = ours.clone();
    last.body.as_object_mut().map(|body| body.remove("LastEvaluatedKey"));
    last == *theirs && ask(database, &next).body["ScannedCount"] == 0
}

/// A reply without what may differ: how its messages are worded, and where its errors are declared.
fn essence(reply: &Reply) -> Reply {
    let mut essence = reply.clone();
    if let Some(members) = essence.body.as_object_mut() {
        members.retain(|name, _| !name.eq_ignore_ascii_case("message"));
        if let Some(Value::String(kind)) = members.get_mut("__type")
            && let Some((_, short)) = kind.split_once('#')
        {
            *kind = short.to_owned();
        }
        let reasons = members.get_mut("CancellationReasons").and_then(Value::as_array_mut);
        for reason in reasons.into_iter().flatten().filter_map(Value::as_object_mut) {
            reason.remove("Message");
        }
    }
    essence
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}:", self.seed)?;
        for request in &self.requests {
            writeln!(f, "{} {}", request.operation, request.body)?;
        }
        writeln!(f, "is answered {} {}", self.ours.status, self.ours.body)?;
        write!(f, "and there    {} {}", self.theirs.status, self.theirs.body)
    }
}
