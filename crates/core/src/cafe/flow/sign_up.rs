//! Joining: a phone number and a chatbot user become a member, once, with a present.

use crate::cafe::{Joined, Member, NewMember, Points, Store, StoreError};

/// Who has joined, and what they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUp {
    /// Who.
    pub member: Member,
    /// The present: none for a number that was given one before.
    pub bonus: Points,
}

/// Why somebody did not become a member.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// They are one already.
    #[error("this number and this chatbot user have joined before")]
    AlreadyMember(Member),
    /// The number belongs to another chatbot user, who alone may spend its points.
    #[error("this number belongs to another chatbot user")]
    NumberTaken,
    /// The number had points at the cafe's system before this one. The owner's code binds it, as a typed number proves
    /// nothing.
    #[error("this number was carried over, and its member needs a code")]
    NumberCarried,
    /// The chatbot user has joined with another number.
    #[error("this chatbot user has joined with another number")]
    UserTaken,
    /// Nobody knows; repeating it is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes `new` a member and gives them their present.
///
/// # Errors
/// [`SignUpError`]; no points have moved.
pub async fn sign_up(store: &dyn Store, new: NewMember) -> Result<SignedUp, SignUpError> {
    match store.join(&new).await? {
        Joined::New => Ok(SignedUp { bonus: new.bonus, member: new.into_member() }),
        Joined::Again(member) => Ok(SignedUp { bonus: Points::ZERO, member }),
        Joined::Already(member) => Err(SignUpError::AlreadyMember(member)),
        Joined::NumberTaken => Err(SignUpError::NumberTaken),
        Joined::NumberCarried => Err(SignUpError::NumberCarried),
        Joined::UserTaken => Err(SignUpError::UserTaken),
    }
}
