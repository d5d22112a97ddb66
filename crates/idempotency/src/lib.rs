#![doc = include_str!("../README.md")]

use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

/// Keeps who is at which request, and how it was answered.
#[derive(Clone)]
pub struct Guard {
    client: Client,
    table: String,
}

/// One run of a handler. Made anew for every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which nobody else has.
    pub name: String,
    /// When it begins, in Unix milliseconds.
    pub now_ms: i64,
    /// Until when its process can be alive, in Unix milliseconds. After that somebody else may take over.
    pub until_ms: i64,
}

/// How a run began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nobody has come with this key, or what they did was given up or is past its time.
    First,
    /// The run before has not ended within its time, and may have done anything.
    Again,
    /// It is done.
    Done {
        /// What was answered.
        answer: String,
    },
    /// Somebody is at it.
    Running {
        /// Until when they can be, in Unix milliseconds.
        until_ms: i64,
    },
    /// The key belongs to another request.
    Differs,
}

/// It is not known how the key stands, or whether it was written.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// `DynamoDB` did not answer, refused, or was busy. Repeating is safe.
    #[error("the guard's table did not answer as it should")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// What stands under that key was not written by this.
    #[error("the guard's item cannot be read")]
    Unreadable,
}

type Item = HashMap<String, AttributeValue>;

/// How a conditional write went: what stood there before, or what stands there instead.
type Written = Result<Option<Item>, Option<Item>>;

impl Guard {
    /// Keeps everything in `table`, which must exist.
    pub fn new(client: Client, table: impl Into<String>) -> Guard {
        Guard { client, table: table.into() }
    }

    /// Writes down that `run` is about to carry out the request of this key, before it does. `request` stands for what
    /// is asked. One write, which also reads.
    ///
    /// # Errors
    /// [`GuardError`]: it may be written; it runs out by itself.
    pub async fn begin(&self, key: &str, request: &str, run: &Run) -> Result<Begun, GuardError> {
        let values = [
            (":request", text(request)),
            (":run", text(&run.name)),
            (":until_ms", number(run.until_ms)),
            (":now_ms", number(run.now_ms)),
            (":now", number(run.now_ms.div_euclid(1_000))),
        ];
        let update =
            "SET #request = :request, #run = :run, #until_ms = :until_ms REMOVE #answer, #expires_at";
        let condition = "attribute_not_exists(#id) OR #expires_at <= :now OR (attribute_not_exists(#answer) \
                         AND #request = :request AND #until_ms <= :now_ms)";
        let written = self.write(key, (update, condition), &values).await?;
        let stands = match written {
            // A local DynamoDB may call an item that was not there by its key.
            Ok(Some(stood)) if stood.contains_key("run") && !is_past(&stood, run.now_ms) => {
                return Ok(Begun::Again);
            }
            Ok(_) => return Ok(Begun::First),
            Err(stands) => stands.ok_or(GuardError::Unreadable)?,
        };
        if text_of(&stands, "request")? != request {
            return Ok(Begun::Differs);
        }
        if stands.contains_key("answer") {
            return Ok(Begun::Done { answer: text_of(&stands, "answer")? });
        }
        if text_of(&stands, "run")? == run.name {
            // An earlier try of this very write was ours, and its answer was lost. Whoever was before us then is
            // not known any more, so what they may have done is to be looked up.
            return Ok(Begun::Again);
        }
        // One that was given up, as seen by a clock that is behind.
        let given_up = || number_of(&stands, "expires_at").map(|expires_at| expires_at * 1_000);
        Ok(Begun::Running { until_ms: number_of(&stands, "until_ms").or_else(|_| given_up())? })
    }

    /// Keeps the answer, which goes out from now on until `expires_at_ms` (Unix milliseconds). Gives the answer that
    /// counts: this one, or the one that somebody else has kept who took over when this run was over; none where they
    /// are still at it. One write.
    ///
    /// # Errors
    /// [`GuardError`]: it may be kept; repeating is safe.
    pub async fn finish(
        &self,
        key: &str,
        run: &Run,
        answer: &str,
        expires_at_ms: i64,
    ) -> Result<Option<String>, GuardError> {
        let values = [
            (":run", text(&run.name)),
            (":answer", text(answer)),
            (":expires_at", number(expires_at_ms.div_euclid(1_000))),
        ];
        let update = "SET #answer = :answer, #expires_at = :expires_at REMOVE #until_ms";
        let written =
            self.write(key, (update, "#run = :run AND attribute_not_exists(#answer)"), &values).await?;
        match written {
            Ok(_) => Ok(Some(answer.to_owned())),
            Err(Some(stands)) if stands.contains_key("answer") => text_of(&stands, "answer").map(Some),
            Err(_) => Ok(None),
        }
    }

    /// This run has done nothing and will not. `begun` is how it began: after a run that was the first, the next one is
    /// the first again; after one that took over it is not, as what the one before has done is still to be looked up.
    /// One write. Nothing where somebody else has taken over.
    ///
    /// # Errors
    /// [`GuardError`]: the run may stand; it runs out by itself.
    pub async fn give_up(&self, key: &str, run: &Run, begun: &Begun) -> Result<(), GuardError> {
        let (update, now) = match begun {
            // Past its time at once, and removed by DynamoDB when it comes to it.
            Begun::First => ("SET #expires_at = :now REMOVE #until_ms", run.now_ms.div_euclid(1_000)),
            Begun::Again | Begun::Running { .. } | Begun::Done { .. } | Begun::Differs => {
                ("SET #until_ms = :now", run.now_ms)
            }
        };
        let values = [(":run", text(&run.name)), (":now", number(now))];
        self.write(key, (update, "#run = :run AND attribute_not_exists(#answer)"), &values).await.map(|_| ())
    }

    async fn write(
        &self,
        key: &str,
        (update, condition): (&str, &str),
        values: &[(&str, AttributeValue)],
    ) -> Result<Written, GuardError> {
        let words = |text: &str| -> Vec<String> {
            let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '#'));
            text.split(ends).filter(|word| word.starts_with('#')).map(str::to_owned).collect()
        };
        let names = [words(update), words(condition)]
            .concat()
            .into_iter()
            .map(|word| (word.clone(), word[1..].to_owned()));
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(key))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names.collect()))
            .set_expression_attribute_values(Some(values.collect()))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(written) => Ok(Ok(written.attributes)),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Err(failed.item.clone()))
                }
                _ => Err(GuardError::Unavailable(Box::new(error))),
            },
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("table", &self.table).finish_non_exhaustive()
    }
}

/// Whether an item's time was over.
fn is_past(item: &Item, now_ms: i64) -> bool {
    number_of(item, "expires_at").is_ok_and(|expires_at| expires_at <= now_ms.div_euclid(1_000))
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn text_of(item: &Item, name: &str) -> Result<String, GuardError> {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().ok_or(GuardError::Unreadable)
}

fn number_of(item: &Item, name: &str) -> Result<i64, GuardError> {
    let number = item.get(name).and_then(|value| value.as_n().ok());
    number.and_then(|number| number.parse().ok()).ok_or(GuardError::Unreadable)
}
