//! Looking up points: a member sees their own balance, and nobody else's.

use crate::cafe::{Member, MemberId, Store, StoreError, UserId};

/// Why no balance is shown.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// Nobody has joined with that number.
    #[error("nobody has joined with this number")]
    NotAMember,
    /// Somebody else has: their balance is their own affair.
    #[error("this number belongs to another chatbot user")]
    NotTheirs,
    /// Nobody knows.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The member of that number, if `user` is the one who joined with it.
///
/// # Errors
/// [`LookupError`] says why nothing is shown.
pub async fn look_up_points(store: &dyn Store, id: &MemberId, user: &UserId) -> Result<Member, LookupError> {
    let member = store.member(id).await?.ok_or(LookupError::NotAMember)?;
    if member.is_of(user) { Ok(member) } else { Err(LookupError::NotTheirs) }
}
