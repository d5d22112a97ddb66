//! Moving to another phone number: the member stays who they are, and is found by the new number alone.

use crate::cafe::{MemberId, Moved, Roster, SealedPhone, StoreError};

/// Why a member has the number that they had.
#[derive(Debug, thiserror::Error)]
pub enum RenumberError {
    /// Nobody has joined with the old number.
    #[error("nobody has joined with this number")]
    NotAMember,
    /// The new number is another member's, or was one's who was forgotten.
    #[error("the new number belongs to another member, or to one who was forgotten")]
    NumberTaken,
    /// Somebody else changed the member at the same moment.
    #[error("the member was being changed; do it again")]
    Busy,
    /// Nobody knows; repeating it is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives the member of id `member` the number that `number` is the tag of.
///
/// # Errors
/// [`RenumberError`]; they have the number that they had.
pub async fn renumber(
    store: &dyn Roster,
    member: &MemberId,
    (number, phone): (&MemberId, &SealedPhone),
) -> Result<(), RenumberError> {
    let member = store.member_by_id(member).await?.ok_or(RenumberError::NotAMember)?;
    if member.number == *number {
        return Ok(());
    }
    match store.renumber(&member, number, phone).await? {
        Moved::Done => Ok(()),
        Moved::Taken => Err(RenumberError::NumberTaken),
        Moved::Otherwise => Err(RenumberError::Busy),
    }
}
