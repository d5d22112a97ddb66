//! Giving some or all of a payment back: written down before the gateway is asked, and looked at before it is asked again.

use tracing::warn;

use super::Turn;
use super::look::{has_given_back, is_about};
use crate::payment::{
    Accounts, BankAccount, Cancellation, Cancelling, Facts, Gateway, GatewayError, History, Kept, Locked,
    Notice, Payment, RecordId, Records, Returning, Snapshot, StoreError, VendorCode, Won,
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
    Gateway(GatewayError),
    /// Nobody knows yet whether the money went back. Sending the same request again finds out, and so does the schedule.
    #[error("nobody knows yet whether the money went back")]
    Pending(#[source] Option<GatewayError>),
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
    accounts: &dyn Accounts,
    history: History,
    request: CancelRequest,
    turn: &Turn,
) -> Result<History, CancelError> {
    let gateway = gateway_of(accounts, &history)?;
    if request.name.is_some_and(|name| history.cancelled_as.contains(&name)) {
        return Ok(history);
    }
    if let Some(running) = history.cancelling.clone() {
        return resume(records, gateway, history, running, request, turn).await;
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
        Kept::Done => ask(records, gateway, &begun, &cancelling, returning, request.account, turn).await,
        Kept::Otherwise => Err(CancelError::Running),
    }
}

fn gateway_of<'a>(accounts: &'a dyn Accounts, history: &History) -> Result<&'a dyn Gateway, CancelError> {
    let (vendor, store) = (history.vendor.code, &history.vendor.store);
    accounts.of(vendor, store).ok_or_else(|| CancelError::NoSuchAccount { vendor, store: store.clone() })
}

/// The same request again, after a run of it that is over: the gateway may have been asked.
async fn resume(
    records: &dyn Records,
    gateway: &dyn Gateway,
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
    match seen(gateway, &resumed, &cancelling).await? {
        Seen::Done(shown) => settle(records, gateway, &resumed, &cancelling, shown, turn).await,
        Seen::NotYet(facts) => {
            // What was noted before may be behind what the gateway shows, so its own sums count.
            let left = facts.left();
            let Some(returning) = Returning::new(cancelling.amount, left) else {
                return Err(CancelError::NotThatMuch { amount: cancelling.amount, left });
            };
            ask(records, gateway, &resumed, &cancelling, returning, request.account, turn).await
        }
    }
}

/// What a look-up shows of a refund.
enum Seen {
    /// It was made.
    Done(Snapshot),
    /// It was not, or not yet.
    NotYet(Facts),
}

async fn seen(
    gateway: &dyn Gateway,
    history: &History,
    cancelling: &Cancelling,
) -> Result<Seen, CancelError> {
    let shown =
        gateway.lookup(&history.payment()).await.map_err(|error| CancelError::Pending(Some(error)))?;
    if !is_about(&shown, &history.payment()) {
        return Err(CancelError::Pending(None));
    }
    Ok(if has_given_back(&shown.facts, history.facts.refund, cancelling.amount) {
        Seen::Done(shown)
    } else {
        Seen::NotYet(shown.facts)
    })
}

async fn ask(
    records: &dyn Records,
    gateway: &dyn Gateway,
    history: &History,
    cancelling: &Cancelling,
    returning: Returning,
    account: Option<BankAccount>,
    turn: &Turn,
) -> Result<History, CancelError> {
    // By the run: a gateway that takes keys gives a refusal again to whoever asks by the same name, and a later run has looked
    // and means to be asked anew. What keeps two runs from giving back twice is the balance that goes along.
    let name = format!("{}-{}", cancelling.id, cancelling.run.token);
    let cancellation = Cancellation { name, returning, reason: cancelling.reason.clone(), account };
    let error = match gateway.cancel(&history.payment(), &cancellation).await {
        Ok(Some(shown))
            if is_about(&shown, &history.payment())
                && has_given_back(&shown.facts, history.facts.refund, cancelling.amount) =>
        {
            return settle(records, gateway, history, cancelling, shown, turn).await;
        }
        Ok(_) => None,
        Err(error @ GatewayError::Unreached(..)) => {
            return give_up(records, gateway, history, cancelling, error, turn).await;
        }
        Err(error) => Some(error),
    };
    if let Some(error) = &error {
        warn!(payment = %history.id, cause = error as &dyn std::error::Error, "a refund is looked up");
    }
    // A refusal may be of a repeat whose first has worked, so it is looked up as well.
    match (seen(gateway, history, cancelling).await?, error) {
        (Seen::Done(shown), _) => settle(records, gateway, history, cancelling, shown, turn).await,
        (Seen::NotYet(_), Some(error @ GatewayError::Declined { .. })) => {
            give_up(records, gateway, history, cancelling, error, turn).await
        }
        (Seen::NotYet(_), error) => Err(CancelError::Pending(error)),
    }
}

/// This run's no does not say that an earlier run's request is not on its way.
async fn give_up(
    records: &dyn Records,
    gateway: &dyn Gateway,
    history: &History,
    cancelling: &Cancelling,
    error: GatewayError,
    turn: &Turn,
) -> Result<History, CancelError> {
    let is_first = cancelling.asked_at == turn.now;
    if !is_first && !gateway.behaviour().has_lost_refund(cancelling.asked_at, turn.now) {
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
    gateway: &dyn Gateway,
    begun: &History,
    cancelling: &Cancelling,
    shown: Snapshot,
    turn: &Turn,
) -> Result<History, CancelError> {
    let (mut before, mut shown) = (begun.clone(), shown);
    for _ in 0..TRIES {
        let mut after = before.now_showing(shown.facts, shown.data);
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
        match seen(gateway, begun, cancelling).await? {
            Seen::Done(again) => shown = again,
            Seen::NotYet(_) => return Err(CancelError::Pending(None)),
        }
    }
    Err(CancelError::Pending(None))
}
