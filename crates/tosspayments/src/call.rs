//! What every endpoint can do: make its request, and read the answer to it.

use bytes::Bytes;
use http::{Request, Response};

use crate::{Account, BadRequest, Error, IdempotencyKey, Keyed};

/// One endpoint's question. Both halves are pure: the caller sends, and decides how long to wait.
///
/// A call that was sent but got no answer at all is neither of the two errors below. For whatever is a
/// [`Post`] it is like [`Error::Unreadable`]: money may have moved.
pub trait Call: sealed::Sealed {
    /// What Toss Payments says when it agrees.
    type Answer;

    /// The request to send. Its body may hold a card number or a key: do not log it.
    ///
    /// # Errors
    /// [`BadRequest`] where a documented limit is broken; there is nothing to send and no money has moved.
    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest>;

    /// Reads what came back, in whichever version of the API.
    ///
    /// # Errors
    /// [`Error::Refused`] where Toss Payments says no in its own words, and [`Error::Unreadable`] where nobody can
    /// tell what it says. What has happened to the money is told at each.
    fn answer(response: &Response<Bytes>) -> Result<Self::Answer, Error>;
}

/// A call that changes something, and may be sent under a key so that it happens once.
pub trait Post: Call + Sized {
    /// The same call under a key: see [`IdempotencyKey`].
    fn keyed(self, key: IdempotencyKey) -> Keyed<Self> {
        Keyed { call: self, key }
    }
}

/// Keeps [`Call`] to this crate, so that it can grow.
pub(crate) mod sealed {
    pub trait Sealed {}
}
