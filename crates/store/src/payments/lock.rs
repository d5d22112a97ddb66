//! What records are locked with: their passwords' hashes, and how often those were guessed.

use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::payment::{BoxError, Counted, Guesses, Lock, PasswordHash, RecordName, StoreError};
use jiff::Timestamp;

use super::item::{PAYMENT, RECORD, RESERVATION};
use super::{DynamoRecords, unreadable};
use crate::change::Change;
use crate::item::{Item, number};
use crate::writes;

/// How many guesses a record has heard, and since when, in Unix milliseconds. Both are there, or neither.
const GUESSES: &str = "guesses";
const SINCE: &str = "guesses_since_ms";

/// Reads what a record is locked with.
pub(super) fn lock(name: RecordName, item: &Item) -> Result<Lock, BoxError> {
    let password = item.get("password").and_then(|hash| hash.as_s().ok()).ok_or("the password is missing")?;
    Ok(Lock { name, password: PasswordHash(password.clone()), guesses: guesses(item)? })
}

fn guesses(item: &Item) -> Result<Option<Guesses>, BoxError> {
    let figure = |name| item.get(name).map(AttributeValue::as_n);
    let (Some(times), Some(since)) = (figure(GUESSES), figure(SINCE)) else { return Ok(None) };
    let not_that = |_: &AttributeValue| "a number of guesses is none";
    let since = Timestamp::from_millisecond(since.map_err(not_that)?.parse()?)?;
    Ok(Some(Guesses { since, times: times.map_err(not_that)?.parse()? }))
}

impl DynamoRecords {
    pub(super) async fn write_guesses(
        &self,
        record: RecordName,
        before: Option<Guesses>,
        after: Option<Guesses>,
    ) -> Result<Counted, StoreError> {
        let key = match record {
            RecordName::Payment(id) => format!("{PAYMENT}{id}"),
            RecordName::Reservation(id) => format!("{RESERVATION}{id}"),
        };
        let change = Change::of(&self.table, ("id", key.clone())).range("part", RECORD);
        let change = match before {
            Some(Guesses { since, times }) => change
                .value("times_before", number(times))
                .value("since_before", number(since.as_millisecond()))
                .when("#guesses = :times_before AND #guesses_since_ms = :since_before"),
            // An update makes an item where there is none.
            None => change.when("attribute_exists(#id) AND attribute_not_exists(#guesses)"),
        };
        let change = change
            .set_or_remove(GUESSES, after.map(|guesses| number(guesses.times)))
            .set_or_remove(SINCE, after.map(|guesses| number(guesses.since.as_millisecond())));
        match writes::write(&self.client, change).await? {
            Ok(_) => Ok(Counted::Done),
            // Our own earlier try, whose answer was lost, counts as another's: one guess less is left then.
            Err(Some(stands)) => Ok(Counted::Otherwise(guesses(&stands).map_err(unreadable(&key))?)),
            Err(None) => Ok(Counted::Gone),
        }
    }
}
