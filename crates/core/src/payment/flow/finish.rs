//! What was left behind half-way is finished: claims and refunds whose run is over.

use jiff::SignedDuration;
use tracing::{error, warn};

use super::Turn;
use super::cancel::settle;
use super::create::{CreateError, Since, look_first};
use super::look::{has_given_back, is_about};
use crate::payment::{Accounts, Cancelling, Claim, History, Kept, Payment, RecordId, Records, StoreError};

/// What became of payments that were left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Taken on, or given back as asked.
    pub done: u32,
    /// Not paid, or given back as they were of a wrong sum; refunds that were never made.
    pub given_up: u32,
    /// Nobody knows yet.
    pub pending: u32,
    /// Nothing was to be done.
    pub passed: u32,
}

/// What became of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    GivenUp,
    Pending,
    Passed,
}

/// Finishes all payments that are due, one after the other.
///
/// # Errors
/// [`StoreError`]: they could not even be listed. What goes wrong with one keeps no other from being finished.
pub async fn finish(
    records: &dyn Records,
    accounts: &dyn Accounts,
    most: u32,
    turns: &(dyn Fn() -> Turn + Send + Sync),
) -> Result<Finished, StoreError> {
    let mut finished = Finished::default();
    for id in records.left_behind(turns().now, most).await? {
        let end = match one(records, accounts, id, &turns()).await {
            Ok(end) => end,
            Err(error) => {
                error!(payment = %id, cause = &error as &dyn std::error::Error, "a payment is left as it is");
                End::Pending
            }
        };
        *match end {
            End::Done => &mut finished.done,
            End::GivenUp => &mut finished.given_up,
            End::Pending => &mut finished.pending,
            End::Passed => &mut finished.passed,
        } += 1;
    }
    Ok(finished)
}

async fn one(
    records: &dyn Records,
    accounts: &dyn Accounts,
    id: RecordId,
    turn: &Turn,
) -> Result<End, StoreError> {
    let Some(payment) = records.payment(id).await? else { return Ok(End::Passed) };
    match payment.for_ourselves() {
        Payment::Claimed(claim) if claim.run.until <= turn.now => {
            finish_claim(records, accounts, claim, turn).await
        }
        Payment::Kept(History { cancelling: Some(cancelling), .. }) if cancelling.run.until > turn.now => {
            Ok(End::Passed)
        }
        Payment::Kept(history) => match history.cancelling.clone() {
            Some(cancelling) => finish_cancel(records, accounts, history, cancelling, turn).await,
            None => Ok(End::Passed),
        },
        Payment::Claimed(_) => Ok(End::Passed),
    }
}

async fn finish_claim(
    records: &dyn Records,
    accounts: &dyn Accounts,
    claim: Claim,
    turn: &Turn,
) -> Result<End, StoreError> {
    let Some(gateway) = accounts.of(claim.vendor.code, &claim.vendor.store) else {
        error!(payment = %claim.id, store = claim.vendor.store, "a payment's account is set up no more");
        return later(records, claim.id, claim.claimed_at, turn).await;
    };
    let long_ago = gateway.behaviour().has_run_out(claim.claimed_at, turn.now);
    let claim = Claim { run: turn.run.clone(), ..claim };
    if records.take_over(&claim, turn.now).await? == Kept::Otherwise {
        return Ok(End::Passed);
    }
    match look_first(records, gateway, &claim, Since::Found { long_ago }).await {
        Ok(_) => Ok(End::Done),
        Err(CreateError::Pending(_)) => later(records, claim.id, claim.claimed_at, turn).await,
        Err(CreateError::Store(error)) => Err(error),
        Err(
            because @ (CreateError::NotPaid
            | CreateError::OtherOrder
            | CreateError::WrongPrice { .. }
            | CreateError::Gateway(_)),
        ) => {
            warn!(payment = %claim.id, cause = &because as &dyn std::error::Error, "a payment was not taken on");
            Ok(End::GivenUp)
        }
        Err(
            CreateError::NoSuchAccount { .. }
            | CreateError::Taken
            | CreateError::Running
            | CreateError::TooOften(_),
        ) => Ok(End::Passed),
    }
}

/// A refund is never asked for by the schedule: where it was to go is not kept, and its service asks again.
async fn finish_cancel(
    records: &dyn Records,
    accounts: &dyn Accounts,
    history: History,
    cancelling: Cancelling,
    turn: &Turn,
) -> Result<End, StoreError> {
    let (id, asked_at) = (history.id, cancelling.asked_at);
    let Some(gateway) = accounts.of(history.vendor.code, &history.vendor.store) else {
        error!(payment = %id, store = history.vendor.store, "a payment's account is set up no more");
        return later(records, id, asked_at, turn).await;
    };
    let cancelling = Cancelling { run: turn.run.clone(), ..cancelling };
    let history = History { cancelling: Some(cancelling.clone()), ..history };
    if records.resume_cancel(&history, turn.now).await? == Kept::Otherwise {
        return Ok(End::Passed);
    }
    let shown = match gateway.lookup(&history.payment()).await {
        Ok(shown) if is_about(&shown, &history.payment()) => shown,
        Ok(_) | Err(_) => return later(records, id, asked_at, turn).await,
    };
    if has_given_back(&shown.facts, history.facts.refund, cancelling.amount) {
        let settled = settle(records, gateway, &history, &cancelling, shown, turn).await;
        return Ok(if settled.is_ok() { End::Done } else { End::Pending });
    }
    if !gateway.behaviour().has_lost_refund(asked_at, turn.now) {
        return later(records, id, asked_at, turn).await;
    }
    records.give_up_cancel(&history).await?;
    Ok(End::GivenUp)
}

/// Looks ever more rarely: after a quarter of the doubt's age, a minute at least and six hours at most.
async fn later(
    records: &dyn Records,
    id: RecordId,
    since: jiff::Timestamp,
    turn: &Turn,
) -> Result<End, StoreError> {
    let age_s = turn.now.duration_since(since).as_secs();
    let pause = SignedDuration::from_secs((age_s / 4).clamp(60, 6 * 60 * 60));
    records.put_off(id, turn.now.checked_add(pause).unwrap_or(turn.now)).await?;
    Ok(End::Pending)
}
