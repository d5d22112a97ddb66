//! Keeping a way to pay that a customer has stored at a gateway.

use super::Turn;
use crate::payment::{
    Accounts, GatewayError, PasswordHash, Records, Reservation, Reserved, Source, StoreError, Vendor,
    VendorCode,
};

/// What a service asks for.
#[derive(Clone, Debug)]
pub struct ReserveRequest {
    /// Whose, and what the gateway calls it.
    pub vendor: Vendor,
    /// What it belongs to. Its id is the customer at the gateway.
    pub source: Source,
    /// What the service calls it.
    pub title: String,
    /// The record's password, hashed.
    pub password: PasswordHash,
}

/// Why there is no reservation. Nothing was kept, and no money is about it.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// No account of that name was set up.
    #[error("no account {store} of {vendor} was set up")]
    NoSuchAccount {
        /// At which gateway.
        vendor: VendorCode,
        /// Which account.
        store: String,
    },
    /// The source has one, or the stored method belongs to another source.
    #[error("the source or the stored method is registered already")]
    Taken,
    /// The gateway does not know it, knows it as another customer's, or gave no answer.
    #[error(transparent)]
    Gateway(GatewayError),
    /// It may stand; sending the same request again says that it is taken then.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps a stored way to pay, as the gateway shows it.
///
/// # Errors
/// [`ReserveError`]: nothing was kept, unless the store did not answer.
pub async fn reserve(
    records: &dyn Records,
    accounts: &dyn Accounts,
    request: ReserveRequest,
    turn: &Turn,
) -> Result<Reservation, ReserveError> {
    let Vendor { code, store, uid } = &request.vendor;
    let gateway = accounts
        .of(*code, store)
        .ok_or_else(|| ReserveError::NoSuchAccount { vendor: *code, store: store.clone() })?;
    let data = gateway.stored_method(uid, &request.source.id).await.map_err(ReserveError::Gateway)?;
    let reservation = Reservation {
        id: turn.record,
        vendor: request.vendor,
        source: request.source,
        title: request.title,
        data,
        created_at: turn.now,
    };
    match records.reserve(&reservation, &request.password).await? {
        Reserved::Done => Ok(reservation),
        Reserved::Taken => Err(ReserveError::Taken),
    }
}
