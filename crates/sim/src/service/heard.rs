//! What a function of the payments service said in the end: what a service or a gateway heard.

use cafe_core::payment::flow::{CancelError, CreateError, Finished, FollowError, Followed};
use cafe_core::payment::{History, Kept, StoreError};

use crate::schedule::Said;

/// What a function said in the end.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// In a word.
    pub(crate) word: &'static str,
    /// What it was shown.
    pub(crate) history: Option<Box<History>>,
}

impl Said for Heard {
    fn name(&self) -> &'static str {
        self.word
    }
}

impl Heard {
    fn only(word: &'static str) -> Heard {
        Heard { word, history: None }
    }

    fn shown(word: &'static str, history: History) -> Heard {
        Heard { word, history: Some(Box::new(history)) }
    }

    pub(crate) fn of_create(result: Result<History, CreateError>) -> Heard {
        match result {
            Ok(history) => Heard::shown("kept", history),
            Err(error) => Heard::only(match error {
                CreateError::NoSuchAccount { .. } => "no account",
                CreateError::Taken => "taken",
                CreateError::Running => "running",
                CreateError::TooOften(_) => "guessed too often",
                CreateError::OtherOrder => "other order",
                CreateError::WrongPrice { .. } => "wrong price",
                CreateError::NotPaid => "not paid",
                CreateError::Gateway(_) => "refused",
                CreateError::Pending(_) => "pending",
                CreateError::Store(_) => "try again",
            }),
        }
    }

    pub(crate) fn of_cancel(result: Result<History, CancelError>) -> Heard {
        match result {
            Ok(history) => Heard::shown("returned", history),
            Err(error) => Heard::only(match error {
                CancelError::NoSuchAccount { .. } => "no account",
                CancelError::NotThatMuch { .. } => "not that much",
                CancelError::Running => "running",
                CancelError::Gateway(_) => "refused",
                CancelError::Pending(_) => "pending",
                CancelError::Store(_) => "try again",
            }),
        }
    }

    /// What was read before something is done with it; none where it cannot be done.
    pub(crate) fn of_read(result: Result<Option<History>, StoreError>) -> Result<History, Heard> {
        match result {
            Ok(Some(history)) => Ok(history),
            Ok(None) => Err(Heard::only("unknown")),
            Err(_) => Err(Heard::only("try again")),
        }
    }

    pub(crate) fn of_look(result: Result<Option<History>, StoreError>) -> Heard {
        Heard::of_read(result).map_or_else(|heard| heard, |history| Heard::shown("shown", history))
    }

    pub(crate) fn of_follow(result: &Result<Followed, FollowError>) -> Heard {
        Heard::only(match result {
            Ok(Followed::Changed) => "changed",
            Ok(Followed::Same) => "same",
            Ok(Followed::BeingTakenOn) => "being taken on",
            Err(FollowError::Unknown) => "unknown",
            Err(FollowError::NoSuchAccount { .. }) => "no account",
            Err(FollowError::Gateway(_)) => "no answer",
            Err(FollowError::Another) => "another",
            Err(FollowError::Store(_)) => "try again",
        })
    }

    pub(crate) fn of_dispatch(
        finished: &Result<Finished, StoreError>,
        told: &Result<u32, StoreError>,
    ) -> Heard {
        Heard::only(match (finished, told) {
            (Ok(_), Ok(_)) => "dispatched",
            (Err(_), _) | (_, Err(_)) => "try again",
        })
    }

    pub(crate) fn of_tell(told: &Result<u32, StoreError>) -> Heard {
        Heard::only(match told {
            Ok(0) => "nothing told",
            Ok(_) => "told",
            Err(_) => "try again",
        })
    }

    pub(crate) fn of_replay(result: &Result<Kept, StoreError>) -> Heard {
        Heard::only(match result {
            Ok(Kept::Done) => "to be told",
            Ok(Kept::Otherwise) => "unknown",
            Err(_) => "try again",
        })
    }
}
