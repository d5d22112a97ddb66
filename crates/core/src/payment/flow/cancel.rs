//! Giving some or all of a payment back: written down before the gateway is asked, and looked at before it is asked again.

use jiff::SignedDuration;
use tracing::warn;

use super::Turn;
use super::look::{has_given_back, is_about};
use crate::payment::{
    Acquirer, Acquirers, AskError, BankAccount, Cancelling, Facts, History, Kept, Locked, Notice, Observed,
    Payment, RecordId, Records, Return, Returning, StoreError, VendorCode, Won,
};

/// What a service asks for.
#[derive(Clone, Debug)]
pub struct CancelRequest {
    /// How much.
    pub amount: Won,
    /// Why.
    pub reason: String,
    /// Where to, for what was paid into a virtual account.
    pub account: Option<BankAccount>,
    /// The service's own name of the request, where it gives one: the same name is the same refund, however
    /// often it is sent. Without one, only a refund that is still on its way is known again, by its amount
    /// and reason.
    pub name: Option<RecordId>,
}

/// Why there is no refund to show.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// No account of that name was set up (any more). Nothing has moved.
    #[error("no account {store} of {vendor} was set up")]
    NoSuchAccount {
        /// At which gateway.
        vendor: VendorCode,
        /// Which account.
        store: String,
    },
    /// Nothing is to be given back, or more than there is. Nothing has moved.
    #[error("{amount} cannot be given back: {left} is left")]
    NotThatMuch {
        /// What was asked for.
        amount: Won,
        /// What could be given back.
        left: Won,
    },
    /// Another refund of the payment is on its way. Nothing has moved by this one.
    #[error("another refund of the payment is on its way")]
    Running,
    /// The gateway said no, or was not reached. Nothing has moved.
    #[error(transparent)]
    Gateway(AskError),
    /// Nobody knows yet whether the money went back. Sending the same request again finds out, and so does the schedule.
    #[error("nobody knows yet whether the money went back")]
    Pending(#[source] Option<AskError>),
    /// Nobody knows; sending the same request again is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives back some or all of a payment that its service has unlocked.
///
/// # Errors
/// [`CancelError`] says for each case what has happened to the money.
pub async fn cancel(
    records: &dyn Records,
    acquirers: &dyn Acquirers,
    history: History,
    request: CancelRequest,
    turn: &Turn,
) -> Result<History, CancelError> {
    let acquirer = acquirer_of(acquirers, &history)?;
    if request.name.is_some_and(|name| history.cancelled_as.contains(&name)) {
        return Ok(history);
    }
    if let Some(running) = history.cancelling.clone() {
        return resume(records, acquirer, history, running, request, turn).await;
    }
    let left = history.facts.left();
    let returning = Returning::new(request.amount, left)
        .ok_or(CancelError::NotThatMuch { amount: request.amount, left })?;
    let cancelling = Cancelling {
        id: request.name.unwrap_or(turn.record),
        amount: request.amount,
        reason: request.reason,
        asked_at: turn.now,
        run: turn.run.clone(),
    };
    let version = history.version.saturating_add(1);
    let begun = History { version, cancelling: Some(cancelling.clone()), ..history };
    match records.begin_cancel(&begun).await? {
        Kept::Done => ask(records, acquirer, &begun, &cancelling, returning, request.account, turn).await,
        Kept::Otherwise => Err(CancelError::Running),
    }
}

fn acquirer_of<'a>(acquirers: &'a dyn Acquirers, history: &History) -> Result<&'a dyn Acquirer, CancelError> {
    let (vendor, store) = (history.vendor.code, &history.vendor.store);
    acquirers.of(vendor, store).ok_or_else(|| CancelError::NoSuchAccount { vendor, store: store.clone() })
}

/// The same request again, after a run of it that is over: the gateway may have been asked.
async fn resume(
    records: &dyn Records,
    acquirer: &dyn Acquirer,
    history: History,
    running: Cancelling,
    request: CancelRequest,
    turn: &Turn,
) -> Result<History, CancelError> {
    let is_the_same = running.amount == request.amount
        && running.reason == request.reason
        && request.name.is_none_or(|name| name == running.id);
    if !is_the_same || running.run.until > turn.now {
        return Err(CancelError::Running);
    }
    let cancelling = Cancelling { run: turn.run.clone(), ..running };
    let resumed = History { cancelling: Some(cancelling.clone()), ..history };
    if records.resume_cancel(&resumed, turn.now).await? == Kept::Otherwise {
        return Err(CancelError::Running);
    }
    match seen(acquirer, &resumed, &cancelling).await? {
        Seen::Done(observed) => settle(records, acquirer, &resumed, &cancelling, observed, turn).await,
        Seen::NotYet(facts) => {
            // What was noted before may be behind what the gateway shows, so its own sums count.
            let left = facts.left();
            let Some(returning) = Returning::new(cancelling.amount, left) else {
                return Err(CancelError::NotThatMuch { amount: cancelling.amount, left });
            };
            ask(records, acquirer, &resumed, &cancelling, returning, request.account, turn).await
        }
    }
}

/// What a look-up shows of a refund.
enum Seen {
    /// It was made.
    Done(Observed),
    /// It was not, or not yet.
    NotYet(Facts),
}

async fn seen(
    acquirer: &dyn Acquirer,
    history: &History,
    cancelling: &Cancelling,
) -> Result<Seen, CancelError> {
    let observed =
        acquirer.look_up(&history.vendor.uid).await.map_err(|error| CancelError::Pending(Some(error)))?;
    if !is_about(&observed, &history.vendor.uid, &history.source.id) {
        return Err(CancelError::Pending(None));
    }
    Ok(if has_given_back(&observed.facts, history.facts.refund, cancelling.amount) {
        Seen::Done(observed)
    } else {
        Seen::NotYet(observed.facts)
    })
}

async fn ask(
    records: &dyn Records,
    acquirer: &dyn Acquirer,
    history: &History,
    cancelling: &Cancelling,
    returning: Returning,
    account: Option<BankAccount>,
    turn: &Turn,
) -> Result<History, CancelError> {
    let request = Return {
        uid: &history.vendor.uid,
        order: &history.source.id,
        returning,
        reason: &cancelling.reason,
        account: account.as_ref(),
        key: cancelling.id,
    };
    let error = match acquirer.give_back(request).await {
        Ok(observed)
            if is_about(&observed, &history.vendor.uid, &history.source.id)
                && has_given_back(&observed.facts, history.facts.refund, cancelling.amount) =>
        {
            return settle(records, acquirer, history, cancelling, observed, turn).await;
        }
        Ok(_) => None,
        Err(error @ AskError::Unreached(..)) => {
            return give_up(records, history, cancelling, error, turn).await;
        }
        Err(error) => Some(error),
    };
    if let Some(error) = &error {
        warn!(payment = %history.id, cause = error as &dyn std::error::Error, "a refund is looked up");
    }
    // A refusal may be of a repeat whose first has worked, so it is looked up as well.
    match (seen(acquirer, history, cancelling).await?, error) {
        (Seen::Done(observed), _) => settle(records, acquirer, history, cancelling, observed, turn).await,
        (Seen::NotYet(_), Some(error @ AskError::Refused { .. })) => {
            give_up(records, history, cancelling, error, turn).await
        }
        (Seen::NotYet(_), error) => Err(CancelError::Pending(error)),
    }
}

/// How long after it was first asked for a refund is believed to be on its way no more.
pub(super) const ON_ITS_WAY_FOR: SignedDuration = SignedDuration::from_mins(10);

/// This run's no does not say that an earlier run's request is not on its way.
async fn give_up(
    records: &dyn Records,
    history: &History,
    cancelling: &Cancelling,
    error: AskError,
    turn: &Turn,
) -> Result<History, CancelError> {
    let is_first = cancelling.asked_at == turn.now;
    if !is_first && turn.now.duration_since(cancelling.asked_at) < ON_ITS_WAY_FOR {
        return Err(CancelError::Pending(Some(error)));
    }
    records.give_up_cancel(history).await?;
    Err(CancelError::Gateway(error))
}

/// How often another may change the payment under our hands before we leave it to the schedule.
const TRIES: u32 = 4;

/// The money is back: that is written with what the service is told. The gateway's own nudge about it may be
/// quicker than its answer to us.
pub(super) async fn settle(
    records: &dyn Records,
    acquirer: &dyn Acquirer,
    begun: &History,
    cancelling: &Cancelling,
    observed: Observed,
    turn: &Turn,
) -> Result<History, CancelError> {
    let (mut before, mut observed) = (begun.clone(), observed);
    for _ in 0..TRIES {
        let mut after = before.now_showing(observed.facts, observed.data);
        after.cancelling = None;
        after.cancelled_as.push(cancelling.id);
        let previous = History { cancelling: None, ..before.clone() };
        let notice = Notice { id: turn.notice, at: turn.now, previous, current: after.clone() };
        if records.change(&after, Some(&notice)).await? == Kept::Done {
            return Ok(after);
        }
        // What stands is read before the gateway is looked at: what it shows is no older than that then.
        match records.payment(before.id).await?.map(Locked::for_ourselves) {
            Some(Payment::Kept(stands)) if stands.cancelled_as.contains(&cancelling.id) => return Ok(stands),
            Some(Payment::Kept(stands)) => before = stands,
            Some(Payment::Claimed(_)) | None => return Err(CancelError::Pending(None)),
        }
        match seen(acquirer, begun, cancelling).await? {
            Seen::Done(again) => observed = again,
            Seen::NotYet(_) => return Err(CancelError::Pending(None)),
        }
    }
    Err(CancelError::Pending(None))
}
