//! Telling services what has changed: in the order of the changes, one at a time, and for seven days.

use async_trait::async_trait;
use futures_util::future::join_all;
use jiff::Timestamp;
use tracing::{error, warn};

use super::Turn;
use crate::payment::{Kept, Notice, Outstanding, RecordId, Records, StoreError, Told, tell_again_at};

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
    let mut all = records.outstanding(history).await?.into_iter();
    while let Some(outstanding) = all.next() {
        let Turn { now, run, .. } = turns();
        if !outstanding.is_due(now) {
            hold_up(records, all, outstanding.not_before).await?;
            break;
        }
        if records.take_up(&outstanding, &run).await? == Kept::Otherwise {
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
        hold_up(records, all, again).await?;
        break;
    }
    Ok(told)
}

/// Those behind one that is due only then are due no sooner, so that the schedule, which sees to a number of them, finds
/// those of others.
async fn hold_up(
    records: &dyn Records,
    behind: impl Iterator<Item = Outstanding>,
    until: Timestamp,
) -> Result<(), StoreError> {
    for outstanding in behind.filter(|outstanding| outstanding.not_before < until) {
        records.hold_up(&outstanding, until).await?;
    }
    Ok(())
}

/// How many histories' services are told beside each other: one that does not answer takes ten seconds.
const TOGETHER: usize = 8;

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
    for some in records.to_be_told(turns().now, most).await?.chunks(TOGETHER) {
        let tells = some.iter().map(async |history| {
            tell(records, messenger, *history, turns).await.unwrap_or_else(|error| {
                let cause: &dyn std::error::Error = &error;
                error!(payment = %history, cause, "a service is told later");
                0
            })
        });
        told = join_all(tells).await.into_iter().fold(told, u32::saturating_add);
    }
    Ok(told)
}
