//! What every endpoint can do: make its request, and read the answer to it.

use bytes::Bytes;
use http::{Request, Response};

use super::token::Token;
use super::{Account, Error};
use crate::BadRequest;
use crate::sealed::Sealed;

/// One endpoint's question. Both halves are pure: the caller sends, and decides how long to wait.
///
/// A call that was sent but got no answer at all is neither of the two errors below. Where the call moves money it is
/// like [`Error::Unreadable`](crate::Error::Unreadable): money may have moved.
pub trait Call: Sealed {
    /// What PortOne says when it agrees.
    type Answer;

    /// The request to send. It holds a token, and its body perhaps a card: do not log it.
    ///
    /// # Errors
    /// [`BadRequest`] where a documented limit is broken; there is nothing to send and no money has moved.
    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest>;

    /// Reads what came back.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused) where PortOne says no in its own words, and
    /// [`Error::Unreadable`](crate::Error::Unreadable) where nobody can tell what it says. What has happened to the
    /// money is told at each.
    fn answer(response: &Response<Bytes>) -> Result<Self::Answer, Error>;
}
