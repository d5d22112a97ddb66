//! What every question can do: become a request, and read the answer to it.

use bytes::Bytes;
use http::{Request, Response};

use crate::{Connection, Error};

/// One question to the service. Both halves are pure: the caller sends, and decides how long to wait.
pub trait Call: private::Sealed {
    /// What the service answers where it does as asked.
    type Answer;

    /// The request to send.
    fn request(&self, connection: &Connection) -> Request<Bytes>;

    /// Opens and reads what came back.
    ///
    /// # Errors
    /// [`Error::Refused`] where the service says no, and [`Error::Unreadable`] where nobody can tell what it says. What has
    /// happened to the money is told at each.
    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<Self::Answer, Error>;
}

/// Keeps [`Call`] to this crate, so that it can grow.
pub(crate) mod private {
    pub trait Sealed {}
}
