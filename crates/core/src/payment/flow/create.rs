//! Taking a payment on: claimed first, then collected or looked up, compared, and kept; or given back whole.

use tracing::warn;

use super::Turn;
use super::look::is_about;
use super::unlock::{UnlockError, unlock};
use crate::payment::{
    Accounts, Cancellation, Claim, Claimed, Collection, Decline, Gateway, GatewayError, History, Kept,
    Locked, PasswordHash, Payment, Records, Returning, Snapshot, Source, Standing, StoreError, TooOften,
    Vendor, VendorCode, Won,
};

/// What a service asks for.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// Whose payment.
    pub vendor: Vendor,
    /// What it belongs to.
    pub source: Source,
    /// What ought to have been paid. Not zero.
    pub price: Won,
    /// The record's password, hashed.
    pub password: PasswordHash,
    /// Where the service is told of changes.
    pub webhook_url: Option<String>,
}

/// Why there is no history to show.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// No account of that name was set up. Nothing has moved.
    #[error("no account {store} of {vendor} was set up")]
    NoSuchAccount {
        /// At which gateway.
        vendor: VendorCode,
        /// Which account.
        store: String,
    },
    /// The source has a payment, or the payment belongs to another source. Nothing has moved.
    #[error("the source or the payment is registered already")]
    Taken,
    /// The same request is being worked on. Nothing has moved by this one.
    #[error("the same payment is being registered at this moment")]
    Running,
    /// The same request was left behind, and was tried with wrong passwords too often. Nothing has moved by this one.
    #[error(transparent)]
    TooOften(TooOften),
    /// The gateway says that the payment is for another order. Nothing has moved by us.
    #[error("the payment is for another order")]
    OtherOrder,
    /// The payment is of another sum. What was paid of it was given back, all of it, and a look-up says so.
    #[error("the payment is of {sum}, and not of {price}; all that was paid of it was given back")]
    WrongPrice {
        /// What ought to have been paid.
        price: Won,
        /// What the payment is of.
        sum: Won,
    },
    /// Nothing was paid and nothing will be, or it went back before. Nothing has moved by us.
    #[error("the payment has failed or was cancelled")]
    NotPaid,
    /// The gateway said no. Nothing has moved.
    #[error(transparent)]
    Gateway(GatewayError),
    /// Nobody knows yet whether money moved. Sending the same request again finds out, and so does the schedule.
    #[error("nobody knows yet what has become of the payment")]
    Pending(#[source] Option<GatewayError>),
    /// Nobody knows; sending the same request again is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a payment on. `fits` compares the request's password with the hash of a claim that was left behind.
///
/// # Errors
/// [`CreateError`] says for each case what has happened to the money.
pub async fn create(
    records: &dyn Records,
    accounts: &dyn Accounts,
    request: CreateRequest,
    fits: impl FnOnce(&PasswordHash) -> bool + Send,
    turn: &Turn,
) -> Result<History, CreateError> {
    let Vendor { code, store, .. } = &request.vendor;
    let gateway = accounts
        .of(*code, store)
        .ok_or_else(|| CreateError::NoSuchAccount { vendor: *code, store: store.clone() })?;
    let claim = Claim {
        id: turn.record,
        vendor: request.vendor,
        source: request.source,
        price: request.price,
        webhook_url: request.webhook_url,
        claimed_at: turn.now,
        run: turn.run.clone(),
    };
    match records.claim(&claim, &request.password).await? {
        Claimed::Done => collect(records, gateway, &claim, Run::First).await,
        Claimed::Gone => Err(CreateError::Running),
        Claimed::Taken(taken) => {
            let left_behind = same(&taken, &claim)?;
            unlock(records, *taken, fits, turn.now).await?;
            let claim = Claim { run: turn.run.clone(), ..left_behind };
            match records.take_over(&claim, turn.now).await? {
                Kept::Done => look_first(records, gateway, &claim, Since::AskedAgain).await,
                Kept::Otherwise => Err(CreateError::Running),
            }
        }
    }
}

/// The claim that stands in the way, if it is of the very same request but for the password. Where it is not, no
/// password makes a difference, and none is compared.
fn same(taken: &Locked<Payment>, claim: &Claim) -> Result<Claim, CreateError> {
    match taken.clone().for_ourselves() {
        Payment::Claimed(left_behind)
            if left_behind.vendor == claim.vendor
                && left_behind.source == claim.source
                && left_behind.price == claim.price
                && left_behind.webhook_url == claim.webhook_url =>
        {
            Ok(left_behind)
        }
        Payment::Claimed(_) | Payment::Kept(_) => Err(CreateError::Taken),
    }
}

impl From<UnlockError> for CreateError {
    fn from(error: UnlockError) -> CreateError {
        match error {
            UnlockError::Wrong(_) => CreateError::Taken,
            UnlockError::TooOften(too_often) => CreateError::TooOften(too_often),
            UnlockError::Store(error) => CreateError::Store(error),
        }
    }
}

/// Why a claim that was left behind is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// The service has sent the same request again: what the customer agreed to may be collected.
    AskedAgain,
    /// The schedule found it: what is not collected is not collected now.
    Found {
        /// Nothing that was sent for it is on its way any more.
        long_ago: bool,
    },
}

/// Goes on with a claim whose run before is over: the gateway may have been asked.
pub(super) async fn look_first(
    records: &dyn Records,
    gateway: &dyn Gateway,
    claim: &Claim,
    since: Since,
) -> Result<History, CreateError> {
    let mut looked_up = gateway.lookup(&claim.payment()).await;
    // Money may be there, and what a gateway has just been told it may not know everywhere: it has to say so twice.
    if looked_up.as_ref().is_err_and(is_unknown_there) {
        looked_up = gateway.lookup(&claim.payment()).await;
    }
    match (looked_up, since) {
        (Ok(shown), Since::AskedAgain) if shown.standing == Standing::Collectable => {
            collect(records, gateway, claim, Run::Another).await
        }
        (Ok(shown), Since::Found { long_ago }) if shown.standing == Standing::Collectable => {
            if long_ago {
                return give_up(records, claim, CreateError::NotPaid).await;
            }
            Err(CreateError::Pending(None))
        }
        (Ok(shown), _) => conclude(records, gateway, claim, shown).await,
        // It knows of no such payment, so nothing can have been collected.
        (Err(error), _) if is_unknown_there(&error) => {
            give_up(records, claim, CreateError::Gateway(error)).await
        }
        (Err(error), _) => Err(CreateError::Pending(Some(error))),
    }
}

/// Whether the gateway says that there is no such payment. Another refusal says nothing about it: our key may be wrong.
fn is_unknown_there(error: &GatewayError) -> bool {
    error.decline() == Some(Decline::NotFound)
}

/// Whether nobody looked at the payment for that: the gateway was not reached, or the account may not ask.
fn was_not_even_looked_at(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Unreached(..)) || error.decline().is_some_and(Decline::is_about_the_account)
}

/// Whether an earlier run of the same claim may have reached the gateway, where its request may still be on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    First,
    Another,
}

async fn collect(
    records: &dyn Records,
    gateway: &dyn Gateway,
    claim: &Claim,
    run: Run,
) -> Result<History, CreateError> {
    // By the run: a gateway that takes keys gives a refusal again to whoever asks by the same name.
    let collection = Collection { name: claim.run.token.to_string(), amount: claim.price, proof: None };
    let error = match gateway.approve(&claim.payment(), &collection).await {
        Ok(shown) => return conclude(records, gateway, claim, shown).await,
        Err(error) if run == Run::First && was_not_even_looked_at(&error) => {
            return give_up(records, claim, CreateError::Gateway(error)).await;
        }
        Err(error) => error,
    };
    warn!(payment = %claim.id, cause = &error as &dyn std::error::Error, "a payment is looked up");
    let said_no = run == Run::First && matches!(error, GatewayError::Declined { .. });
    match gateway.lookup(&claim.payment()).await {
        // A refusal may be of a repeat whose first has worked.
        Ok(Snapshot { standing: Standing::Collectable, .. }) if said_no => {
            give_up(records, claim, CreateError::Gateway(error)).await
        }
        // Not yet is not never: what was asked may still be on its way.
        Ok(Snapshot { standing: Standing::Collectable, .. }) => Err(CreateError::Pending(Some(error))),
        Ok(shown) => conclude(records, gateway, claim, shown).await,
        // Said once, after no answer, that is not enough: see `look_first`.
        Err(unknown) if said_no && is_unknown_there(&unknown) => {
            give_up(records, claim, CreateError::Gateway(error)).await
        }
        Err(_) => Err(CreateError::Pending(Some(error))),
    }
}

/// What the gateway shows, after it was asked.
async fn conclude(
    records: &dyn Records,
    gateway: &dyn Gateway,
    claim: &Claim,
    shown: Snapshot,
) -> Result<History, CreateError> {
    if !is_about(&shown, &claim.payment()) {
        // Whose it is we do not know, so it is not ours to give back.
        return give_up(records, claim, CreateError::OtherOrder).await;
    }
    match shown.standing {
        Standing::Paid if shown.facts.price != claim.price => {
            return_all(records, gateway, claim, &shown).await
        }
        Standing::Awaited if shown.facts.price != claim.price => {
            // Nothing was paid, so nothing goes back.
            let (price, sum) = (claim.price, shown.facts.price);
            give_up(records, claim, CreateError::WrongPrice { price, sum }).await
        }
        Standing::Paid | Standing::Awaited => keep(records, claim, shown).await,
        Standing::Failed | Standing::Cancelled => give_up(records, claim, CreateError::NotPaid).await,
        Standing::Collectable | Standing::Unrecognised(_) => Err(CreateError::Pending(None)),
    }
}

async fn keep(records: &dyn Records, claim: &Claim, shown: Snapshot) -> Result<History, CreateError> {
    let history = claim.complete(shown.facts, shown.data);
    match records.complete(claim, &history).await? {
        Kept::Done => Ok(history),
        // Another run of it was quicker.
        Kept::Otherwise => Err(CreateError::Running),
    }
}

/// Another sum was paid: all of that goes back, and a look-up says so before we do.
async fn return_all(
    records: &dyn Records,
    gateway: &dyn Gateway,
    claim: &Claim,
    shown: &Snapshot,
) -> Result<History, CreateError> {
    let (price, sum, left) = (claim.price, shown.facts.price, shown.facts.left());
    if let Some(returning) = Returning::new(left, left) {
        let (name, reason) = (claim.run.token.to_string(), "wrong amount paid".to_owned());
        let cancellation = Cancellation { name, returning, reason, account: None };
        if let Err(error) = gateway.cancel(&claim.payment(), &cancellation).await {
            warn!(payment = %claim.id, cause = &error as &dyn std::error::Error, "a wrong sum is still there");
        }
    }
    match gateway.lookup(&claim.payment()).await {
        Ok(after) if is_about(&after, &claim.payment()) && after.facts.refund >= sum => {
            give_up(records, claim, CreateError::WrongPrice { price, sum }).await
        }
        Ok(_) => Err(CreateError::Pending(None)),
        Err(error) => Err(CreateError::Pending(Some(error))),
    }
}

async fn give_up(records: &dyn Records, claim: &Claim, because: CreateError) -> Result<History, CreateError> {
    match records.release(claim).await? {
        Kept::Done => Err(because),
        // Another run of it is at work, and has the last word.
        Kept::Otherwise => Err(CreateError::Running),
    }
}
