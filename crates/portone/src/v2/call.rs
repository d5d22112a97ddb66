//! What every endpoint can do: make its request, and read the answer to it.

use bytes::Bytes;
use http::{Request, Response};

use super::{Account, Error, Refusal};
use crate::answer::{Fields, read_object};
use crate::sealed::Sealed;
use crate::{BadAnswer, BadRequest, Raw};

/// One endpoint's question. Both halves are pure: the caller sends, and decides how long to wait.
///
/// A call that was sent but got no answer at all is neither of the two errors below. Where the call moves money it is
/// like [`Error::Unreadable`](crate::Error::Unreadable): money may have moved.
pub trait Call: Sealed {
    /// What PortOne says when it agrees.
    type Answer;

    /// The request to send. It holds the secret, and its body perhaps a card: do not log it.
    ///
    /// # Errors
    /// [`BadRequest`] where something that is needed is missing; there is nothing to send and no money has moved.
    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest>;

    /// Reads what came back.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused) where PortOne says no in its own words, and
    /// [`Error::Unreadable`](crate::Error::Unreadable) where nobody can tell what it says. What has happened to the
    /// money is told at each.
    fn answer(response: &Response<Bytes>) -> Result<Self::Answer, Error>;
}

/// Reads an answer with `take`, or the error it is.
pub(crate) fn read<T>(
    response: &Response<Bytes>,
    take: impl FnOnce(&Fields<'_>) -> Result<T, BadAnswer>,
) -> Result<T, Error> {
    let http_status = response.status();
    let unreadable = |source| Error::Unreadable { http_status, source };
    if http_status.is_success() {
        return read_object(response.body(), take).map_err(unreadable);
    }
    Err(match read_object(response.body(), |it| Refusal::read(http_status, it)) {
        Ok(refusal) => Error::Refused(refusal),
        Err(source) => unreadable(source),
    })
}

/// The same, with the body as it came.
pub(crate) fn read_with_raw<T>(
    response: &Response<Bytes>,
    take: impl FnOnce(&Fields<'_>, Raw) -> Result<T, BadAnswer>,
) -> Result<T, Error> {
    read(response, |it| {
        let json = std::str::from_utf8(response.body()).map_err(|_| BadAnswer::NotAnObject)?;
        take(it, Raw::new(json.trim()))
    })
}
