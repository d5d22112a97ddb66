//! Opening a record to whoever knows its password, and counting those who guess.

use jiff::Timestamp;
use tracing::warn;

use crate::payment::{
    Counted, GUESSES, Guesses, Locked, PasswordHash, RecordName, Records, StoreError, TooOften, WrongPassword,
};

/// Why a record stays locked. Nothing of it may be shown, and nothing has moved.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// The password is another.
    #[error(transparent)]
    Wrong(#[from] WrongPassword),
    /// Others were tried too often before, so this one was not even compared.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// What was tried could not be counted, so nobody hears whether it was right.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The record, if the password fits; `fits` compares it with a hash, which takes long. A right one costs no request of the
/// store's, unless a wrong one came within a day; `now` is in whole milliseconds.
///
/// # Errors
/// [`UnlockError`]: it stays locked.
pub async fn unlock<T: Send>(
    records: &dyn Records,
    locked: Locked<T>,
    fits: impl FnOnce(&PasswordHash) -> bool + Send,
    now: Timestamp,
) -> Result<T, UnlockError> {
    let (name, guesses) = (locked.lock().name, locked.lock().guesses);
    if !Guesses::are_on_guard(guesses, now) {
        return match locked.unlock(fits) {
            Ok(record) => Ok(record),
            Err(wrong) => {
                // Those who guess at once each hear only of a guess that was counted.
                count(records, name, guesses, now).await?;
                Err(wrong.into())
            }
        };
    }
    let guess = count(records, name, guesses, now).await?;
    let record = locked.unlock(fits)?;
    take_back(records, name, guess).await;
    Ok(record)
}

/// A guess that was counted.
struct Guess {
    before: Option<Guesses>,
    after: Guesses,
}

/// How often a count is tried that others come before: each of them leaves fewer guesses, and few are left.
const TRIES: u32 = 2 * GUESSES;

async fn count(
    records: &dyn Records,
    name: RecordName,
    stands: Option<Guesses>,
    now: Timestamp,
) -> Result<Guess, UnlockError> {
    let mut before = stands;
    for _ in 0..TRIES {
        let after = Guesses::one_more(before, now)?;
        match records.count_guess(name, before, Some(after)).await? {
            Counted::Done => {
                if after.times == GUESSES {
                    warn!(record = %name, "a record's password was guessed too often");
                }
                return Ok(Guess { before, after });
            }
            Counted::Otherwise(stands) => before = stands,
            // Whatever it was locked with, there is nothing to see.
            Counted::Gone => return Err(WrongPassword.into()),
        }
    }
    Err(StoreError::Unavailable("a guess could not be counted among others".into()).into())
}

/// The password was right, so it was no guess. Where that cannot be written, one guess less is left for a while.
async fn take_back(records: &dyn Records, name: RecordName, Guess { before, after }: Guess) {
    let (mut stands, mut wanted) = (after, before);
    for _ in 0..TRIES {
        match records.count_guess(name, Some(stands), wanted).await {
            Ok(Counted::Otherwise(Some(others))) => (stands, wanted) = (others, Some(others.one_less())),
            Ok(Counted::Done | Counted::Otherwise(None) | Counted::Gone) => return,
            Err(error) => {
                let cause = &error as &dyn std::error::Error;
                warn!(record = %name, cause, "a right password counts as a guess");
                return;
            }
        }
    }
}
