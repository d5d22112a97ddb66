//! A zoo of broken payments services: each bug is one that somebody could have written, and that must be caught.
//!
//! As in the cafe's zoo, no production code knows of it: what goes over the wire is changed, or what a gateway seems
//! to say.

use async_trait::async_trait;
use bytes::Bytes;
use cafe_core::payment::Notice;
use cafe_core::payment::flow::{Messenger, NotTold};
use http::{HeaderValue, Request};
use serde_json::{Value, json};

use crate::network::Network;
use crate::zoo::{leave, set_value, torn, unconditional};

macro_rules! zoo {
    ($($bug:ident,)*) => {
        /// One bug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is named for what it does wrong")]
        pub enum Bug {
            $($bug,)*
        }

        impl Bug {
            /// Every bug.
            pub const ALL: &[Bug] = &[$(Bug::$bug,)*];

            /// Its name.
            #[must_use]
            pub fn name(self) -> String {
                format!("{self:?}")
            }
        }
    };
}

zoo! {
    // What is written without looking.
    AsksBeforeClaiming,
    ClaimsWhatIsTaken,
    CompletesWhateverTheRun,
    ReleasesWhateverTheRun,
    ChangesWhateverTheVersion,
    // What is written in part, or wrongly.
    ClaimsWithoutTheSourcesKey,
    ClaimsWithoutThePaymentsKey,
    ReleasesWithoutTheKeys,
    ClaimsUnwatched,
    RefundsUnwatched,
    TellsUnwatched,
    PutsOffForEver,
    WritesTheNoticeOutsideTheTransaction,
    ForgetsTheNotice,
    ForgetsTheRefundsName,
    KeepsTheRefundRunning,
    ForgetsWhatWasGivenBack,
    // What services are told.
    TellsTheLatestFirst,
    TakesNotToldForTold,
    TellsOfNothingBefore,
    // What is asked of gateways.
    KeyWithoutThePayment,
    KeyWithoutTheRecord,
    KeyWithoutTheRefund,
    ReturnsWithoutTheBalance,
    ReturnsAllForAPart,
    // What is believed of gateways.
    BelievesTheWebhooksBody,
    TakesNoAnswerForPaid,
    TakesARefusalForPaid,
    TakesAnAnswerAboutAnotherForOurs,
    TakesAnySumForThePrice,
    TakesAnyOrderForOurs,
    TakesAwaitedForPaid,
    TakesAFailedLookUpForFailed,
    LooksNothingUpAfterARefusal,
    TakesARefusedRefundForDone,
    TakesNoAnswerToARefundForDone,
    ReturnsAWrongSumInPart,
    ReturnsAWrongSumInWordsAlone,
}

/// Which of the records' steps a request makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Claim,
    Complete,
    Release,
    BeginCancel,
    Change,
    PutOff,
    Outstanding,
    Other,
}

/// The requests that a broken store would have made in place of this one.
pub(crate) fn spoil(bug: Bug, operation: &str, body: &Bytes) -> Vec<(String, Bytes)> {
    let as_it_is = || vec![(operation.to_owned(), body.clone())];
    let Ok(mut request) = serde_json::from_slice::<Value>(body) else { return as_it_is() };
    let step = step(operation, &request);
    match (bug, step) {
        (Bug::AsksBeforeClaiming, Step::Claim) => return Vec::new(),
        (Bug::WritesTheNoticeOutsideTheTransaction, Step::Change) if operation == "TransactWriteItems" => {
            return torn(&request);
        }
        _ => {}
    }
    if !spoil_step(bug, step, &mut request) {
        return as_it_is();
    }
    vec![(operation.to_owned(), Bytes::from(request.to_string()))]
}

/// Changes the request as the bug would, if it is about this step.
fn spoil_step(bug: Bug, step: Step, request: &mut Value) -> bool {
    match (bug, step) {
        (Bug::ClaimsWhatIsTaken, Step::Claim) => {
            [1, 2].map(|key| unconditional(&mut request["TransactItems"][key]["Put"])).contains(&true)
        }
        (Bug::CompletesWhateverTheRun, Step::Complete) => unconditional(request),
        (Bug::ReleasesWhateverTheRun, Step::Release) => {
            unconditional(&mut request["TransactItems"][0]["Delete"])
        }
        (Bug::ChangesWhateverTheVersion, Step::Change) => {
            unconditional(&mut request["TransactItems"][1]["Put"]);
            condition(changed(request), "#stage = :kept AND #version = :before", "#stage = :kept")
        }
        (Bug::ClaimsWithoutTheSourcesKey, Step::Claim) | (Bug::ForgetsTheNotice, Step::Change) => {
            take_out(request, 1)
        }
        (Bug::ClaimsWithoutThePaymentsKey, Step::Claim) => take_out(request, 2),
        (Bug::ReleasesWithoutTheKeys, Step::Release) => take_out(request, 2) && take_out(request, 1),
        (Bug::ClaimsUnwatched, Step::Claim) => {
            drop_attribute(&mut request["TransactItems"][0]["Put"]["Item"], "watch")
        }
        (Bug::RefundsUnwatched, Step::BeginCancel) => leave(request, "#watch = :watch, "),
        (Bug::TellsUnwatched, Step::Change) => {
            drop_attribute(&mut request["TransactItems"][1]["Put"]["Item"], "watch")
        }
        (Bug::PutsOffForEver, Step::PutOff) => set_value(request, ":look_at", &json!({"N": "9999999999"})),
        (Bug::ForgetsTheRefundsName, Step::Change) => {
            set_value(changed(request), ":cancelled_as", &json!({"L": []}))
        }
        (Bug::KeepsTheRefundRunning, Step::Change) => leave(changed(request), "#cancelling, "),
        (Bug::ForgetsWhatWasGivenBack, Step::Change) => {
            set_value(changed(request), ":refund", &json!({"N": "0"}))
        }
        (Bug::TellsTheLatestFirst, Step::Outstanding) => {
            request["ScanIndexForward"] = json!(false);
            true
        }
        _ => false,
    }
}

fn step(operation: &str, request: &Value) -> Step {
    if operation == "Query" {
        return if request.get("FilterExpression").is_some() { Step::Outstanding } else { Step::Other };
    }
    let parts = &request["TransactItems"];
    if parts[0]["Put"]["Item"]["stage"]["S"] == "claimed" {
        return Step::Claim;
    }
    if parts[0].get("Delete").is_some() {
        return Step::Release;
    }
    let values = match operation {
        "TransactWriteItems" => &parts[0]["Update"]["ExpressionAttributeValues"],
        _ => &request["ExpressionAttributeValues"],
    };
    let has = |names: [&str; 2]| names.iter().all(|name| values.get(name).is_some());
    if values[":stage"]["S"] == "kept" {
        Step::Complete
    } else if has([":before", ":cancelling"]) {
        Step::BeginCancel
    } else if has([":before", ":shown"]) {
        Step::Change
    } else if has([":open", ":look_at"]) {
        Step::PutOff
    } else {
        Step::Other
    }
}

/// The part that changes the record: the only one, or the first of a transaction.
fn changed(request: &mut Value) -> &mut Value {
    if request.get("TransactItems").is_some() { &mut request["TransactItems"][0]["Update"] } else { request }
}

fn take_out(request: &mut Value, part: usize) -> bool {
    let parts = request.get_mut("TransactItems").and_then(Value::as_array_mut);
    parts.filter(|parts| part < parts.len()).map(|parts| parts.remove(part)).is_some()
}

fn drop_attribute(item: &mut Value, name: &str) -> bool {
    item.as_object_mut().is_some_and(|item| item.remove(name).is_some())
}

/// Has another condition stand in the place of that one.
fn condition(part: &mut Value, is: &str, shall_be: &str) -> bool {
    if part["ConditionExpression"] != is {
        return false;
    }
    part["ConditionExpression"] = json!(shall_be);
    crate::zoo::prune_part(part);
    true
}

/// Changes a request to a gateway as the bug would.
pub(crate) fn spoil_gateway(bug: Bug, request: &mut Request<Bytes>) {
    let path = request.uri().path().to_owned();
    let (collects, returns) = (path.ends_with("/confirm"), path.ends_with("/cancel"));
    match (bug, collects, returns) {
        (Bug::KeyWithoutThePayment, true, _) => give_key(request, "collect"),
        (Bug::KeyWithoutTheRecord, true, _) => {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            give_key(request, &body.replace(|letter: char| !letter.is_ascii_alphanumeric(), ""));
        }
        (Bug::KeyWithoutTheRefund, _, true) => give_key(request, "give-back"),
        (Bug::ReturnsWithoutTheBalance, _, true) => {
            request.headers_mut().remove("idempotency-key");
            without(request, &["refundableAmount", "checksum"]);
        }
        (Bug::ReturnsAllForAPart, _, true) => without(request, &["cancelAmount", "amount"]),
        _ => {}
    }
}

/// Has a request carry another idempotency key, where it carries one.
fn give_key(request: &mut Request<Bytes>, key: &str) {
    let known = request.headers_mut().get_mut("idempotency-key");
    if let (Some(known), Ok(key)) = (known, HeaderValue::from_str(key)) {
        *known = key;
    }
}

fn without(request: &mut Request<Bytes>, names: &[&str]) {
    let Ok(mut body) = serde_json::from_slice::<Value>(request.body()) else { return };
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| !names.contains(&name.as_str()));
    }
    *request.body_mut() = Bytes::from(body.to_string());
}

/// Who carries notices, and what a bug would make of that.
#[derive(Debug)]
pub(crate) struct Herald {
    network: Network,
    bug: Option<Bug>,
}

impl Herald {
    pub(crate) fn new(network: Network, bug: Option<Bug>) -> Herald {
        Herald { network, bug }
    }
}

#[async_trait]
impl Messenger for Herald {
    async fn carry(&self, notice: &Notice) -> Result<(), NotTold> {
        let mut notice = notice.clone();
        if self.bug == Some(Bug::TellsOfNothingBefore) {
            notice.previous = notice.current.clone();
        }
        match self.network.carry(&notice).await {
            Err(_) if self.bug == Some(Bug::TakesNotToldForTold) => Ok(()),
            carried => carried,
        }
    }
}
