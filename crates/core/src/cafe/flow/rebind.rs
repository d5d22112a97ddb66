//! Moving to another KakaoTalk account: with a code that the owner handed out, a number's points get another spender,
//! or, where they were carried over, the first one.

use jiff::Timestamp;

use crate::cafe::{
    CODE_FOR, CODE_TRIES, Code, KeptCode, Member, MemberId, Moved, PhoneKey, Roster, StoreError, UserId,
};

/// Why somebody may not spend a number's points.
#[derive(Debug, thiserror::Error)]
pub enum RebindError {
    /// The code is wrong, too old, used up, or there was none; or nobody has joined with that number. Which of these
    /// is nobody's business who has no code.
    #[error("there is no such code for this number")]
    NoSuchCode,
    /// The chatbot user is another member already.
    #[error("this chatbot user has joined with another number")]
    UserTaken,
    /// Nobody knows; repeating it is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a code for the member of that number, in place of any before; none where nobody has joined with it.
///
/// # Errors
/// [`StoreError`]: it may be kept; making another is safe.
pub async fn issue_code(
    store: &dyn Roster,
    key: &PhoneKey,
    member: &Member,
    random: [u8; 8],
    now: Timestamp,
) -> Result<Option<(Code, Timestamp)>, StoreError> {
    let code = Code::new(random);
    let until = now.checked_add(CODE_FOR).unwrap_or(Timestamp::MAX);
    let kept = KeptCode { mac: key.mac(&member.id, &code), until, tries: CODE_TRIES };
    Ok(store.keep_code(&member.id, &kept).await?.then_some((code, until)))
}

/// Lets `user` spend the points of the number, and nobody else, where they have its code.
///
/// A try is used up before the code is compared: whoever guesses a hundred times at once has five tries, too. Who is
/// bound already hears just that, so a repeat after a lost answer needs no second code.
///
/// # Errors
/// [`RebindError`]; whoever spent the points before still does.
pub async fn rebind(
    store: &dyn Roster,
    key: &PhoneKey,
    (number, user): (&MemberId, &UserId),
    code: &Code,
    now: Timestamp,
) -> Result<Member, RebindError> {
    let member = store.member(number).await?.ok_or(RebindError::NoSuchCode)?;
    if member.is_of(user) {
        return Ok(member);
    }
    let kept = store.try_code(&member.id, now).await?.ok_or(RebindError::NoSuchCode)?;
    if !key.is_code(&member.id, code, &kept) {
        return Err(RebindError::NoSuchCode);
    }
    match store.rebind(&member, user, &kept).await? {
        Moved::Done => Ok(Member { user: Some(user.clone()), ..member }),
        Moved::Taken => Err(RebindError::UserTaken),
        // Another with the same code was first.
        Moved::Otherwise => Err(RebindError::NoSuchCode),
    }
}
