//! Telling services what has changed: in the order of the changes, one at a time, and for seven days.

use async_trait::async_trait;
use tracing::{error, warn};

use super::Turn;
use crate::payment::{Kept, Notice, RecordId, Records, StoreError, Told, tell_again_at};

/// Whoever carries a notice to its service.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Carries it there, once.
    ///
    /// # Errors
    /// [`NotTold`]: the service may have it, and gets it again.
    async fn carry(&self, notice: &Notice) -> Result<(), NotTold>;
}

/// The service did not take a notice. It says why in a few words of ours: no address, no answer of the service's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service did not take it: {0}")]
pub struct NotTold(pub String);

/// Carries the notices of one history that are due, the earliest change first. One that its service does not take
/// holds up those behind it, until it is given up after seven days. Done twice or at once, each is carried by one.
///
/// # Errors
/// [`StoreError`]: what was carried may be carried again, by the name that the service knows it by.
pub async fn tell(
    records: &dyn Records,
    messenger: &dyn Messenger,
    history: RecordId,
    turns: &(dyn Fn() -> Turn + Send + Sync),
) -> Result<u32, StoreError> {
    let mut told: u32 = 0;
    loop {
        let some = tell_those_there(records, messenger, history, turns).await?;
        told = told.saturating_add(some);
        // Who comes with a change while the one before it is being carried, leaves it to whoever carries that.
        if some == 0 {
            return Ok(told);
        }
    }
}

/// Carries the notices that are there now, as [`tell`] does.
async fn tell_those_there(
    records: &dyn Records,
    messenger: &dyn Messenger,
    history: RecordId,
    turns: &(dyn Fn() -> Turn + Send + Sync),
) -> Result<u32, StoreError> {
    let mut told = 0;
    for outstanding in records.outstanding(history).await? {
        let Turn { now, run, .. } = turns();
        if outstanding.not_before > now || records.take_up(&outstanding, &run).await? == Kept::Otherwise {
            break;
        }
        let notice = &outstanding.notice;
        let Err(cause) = messenger.carry(notice).await else {
            records.put_down(notice, &run, Told::Taken).await?;
            told += 1;
            continue;
        };
        let attempts = outstanding.attempts.saturating_add(1);
        let Some(again) = tell_again_at(outstanding.since, attempts, turns().now) else {
            error!(payment = %history, notice = %notice.id, attempts, %cause, "a notice is given up");
            records.put_down(notice, &run, Told::Never).await?;
            continue;
        };
        warn!(payment = %history, notice = %notice.id, attempts, %cause, "a notice is sent again later");
        records.put_down(notice, &run, Told::Again(again)).await?;
        break;
    }
    Ok(told)
}

/// Carries all notices that are due: what the stream of changes has missed, and what is sent again.
///
/// # Errors
/// [`StoreError`]: they could not even be listed. What goes wrong with one history holds up no other.
pub async fn tell_all(
    records: &dyn Records,
    messenger: &dyn Messenger,
    most: u32,
    turns: &(dyn Fn() -> Turn + Send + Sync),
) -> Result<u32, StoreError> {
    let mut told: u32 = 0;
    for history in records.to_be_told(turns().now, most).await? {
        match tell(records, messenger, history, turns).await {
            Ok(some) => told = told.saturating_add(some),
            Err(error) => {
                error!(payment = %history, cause = &error as &dyn std::error::Error, "a service is told later");
            }
        }
    }
    Ok(told)
}
