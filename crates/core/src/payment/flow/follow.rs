//! A gateway's nudge that a payment has changed: the truth is fetched, and written with what the service is told.

use super::Turn;
use super::look::{differ, has_given_back, is_about};
use crate::payment::{
    Accounts, Decline, GatewayError, History, Kept, Notice, Payment, PaymentRef, RecordId, Records,
    StoreError, VendorCode,
};

/// What came of a nudge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The payment had changed, and its service will be told.
    Changed,
    /// It had not, or only in words: a repeat, or one that was overtaken.
    Same,
    /// The payment is just being taken on, which asks the gateway anyway.
    BeingTakenOn,
}

/// Why a nudge was not followed. Nothing has changed, and a repeat is welcome.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// We know of no such payment; nobody was asked about it.
    #[error("no such payment is known here")]
    Unknown,
    /// No account of that name was set up (any more).
    #[error("no account {store} of {vendor} was set up")]
    NoSuchAccount {
        /// At which gateway.
        vendor: VendorCode,
        /// Which account.
        store: String,
    },
    /// The gateway said no, was not reached or not understood.
    #[error(transparent)]
    Gateway(GatewayError),
    /// The gateway told of another payment or order.
    #[error("the answer is about another payment")]
    Another,
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Follows a nudge about the payment that a gateway calls `uid`. Nothing else of it is believed.
///
/// # Errors
/// [`FollowError`]: nothing has changed.
pub async fn follow(
    records: &dyn Records,
    accounts: &dyn Accounts,
    (vendor, uid): (VendorCode, &str),
    turn: &Turn,
) -> Result<Followed, FollowError> {
    let known = records.payment_at(vendor, uid).await?.ok_or(FollowError::Unknown)?;
    // For our own work: nothing of it goes to whoever nudges.
    match known.for_ourselves() {
        Payment::Claimed(_) => Ok(Followed::BeingTakenOn),
        Payment::Kept(history) => refresh(records, accounts, history, turn).await,
    }
}

/// Follows a nudge that names an order alone: the gateway is asked which payment that is, with one account after another.
///
/// # Errors
/// [`FollowError`]: nothing has changed. [`FollowError::Unknown`]: no account knows of such an order.
pub async fn follow_order(
    records: &dyn Records,
    accounts: &dyn Accounts,
    (vendor, order): (VendorCode, &str),
    turn: &Turn,
) -> Result<Followed, FollowError> {
    let named = PaymentRef { order: order.to_owned(), key: None, payer: None };
    let mut unanswered = None;
    for gateway in accounts.all_of(vendor).into_iter().filter(|one| one.behaviour().finds_by_order()) {
        match gateway.lookup(&named).await {
            Ok(shown) => return follow(records, accounts, (vendor, &shown.key), turn).await,
            Err(error) if error.decline() == Some(Decline::NotFound) => {}
            Err(error) => unanswered = Some(error),
        }
    }
    Err(unanswered.map_or(FollowError::Unknown, FollowError::Gateway))
}

/// How often another may change the payment under our hands before we leave it to the next nudge.
const TRIES: u32 = 4;

/// Fetches what the gateway shows of a payment, and writes what has changed.
///
/// # Errors
/// [`FollowError`]: nothing has changed by this.
pub(super) async fn refresh(
    records: &dyn Records,
    accounts: &dyn Accounts,
    mut history: History,
    turn: &Turn,
) -> Result<Followed, FollowError> {
    for attempt in 0..TRIES {
        if attempt > 0 {
            history = again(records, history.id).await?;
        }
        let (vendor, store) = (history.vendor.code, history.vendor.store.clone());
        let gateway = accounts.of(vendor, &store).ok_or(FollowError::NoSuchAccount { vendor, store })?;
        let shown = gateway.lookup(&history.payment()).await.map_err(FollowError::Gateway)?;
        if !is_about(&shown, &history.payment()) {
            return Err(FollowError::Another);
        }
        let changed = differ(&history.facts, &shown.facts);
        if !changed && history.data == shown.data {
            return Ok(Followed::Same);
        }
        let before = history.facts.refund;
        let mut after = history.now_showing(shown.facts, shown.data);
        // A refund of ours that shows is made, whoever sees it first.
        if let Some(cancelling) = history.cancelling.as_ref()
            && has_given_back(&after.facts, before, cancelling.amount)
        {
            after.cancelled_as.push(cancelling.id);
            after.cancelling = None;
        }
        let notice = Notice {
            id: turn.notice,
            at: turn.now,
            previous: History { cancelling: None, ..history.clone() },
            current: History { cancelling: None, ..after.clone() },
        };
        if records.change(&after, changed.then_some(&notice)).await? == Kept::Done {
            return Ok(if changed { Followed::Changed } else { Followed::Same });
        }
    }
    Ok(Followed::Same)
}

async fn again(records: &dyn Records, id: RecordId) -> Result<History, FollowError> {
    match records.payment(id).await?.ok_or(FollowError::Unknown)?.for_ourselves() {
        Payment::Kept(history) => Ok(history),
        Payment::Claimed(_) => Err(FollowError::Unknown),
    }
}
