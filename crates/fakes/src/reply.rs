//! What comes of asking a fake: an answer, or none.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

/// What comes of asking a fake.
#[derive(Debug)]
pub enum Reply {
    /// The fake answered. Where a slow answer was asked for, the response carries a [`Wait`] among its extensions.
    Answer(Response<Bytes>),
    /// The request took effect, and its answer was lost on the way back.
    Lost,
    /// The connection was cut before anything happened.
    Reset,
}

impl Reply {
    /// The answer, if there is one.
    #[must_use]
    pub fn answer(self) -> Option<Response<Bytes>> {
        match self {
            Reply::Answer(response) => Some(response),
            Reply::Lost | Reply::Reset => None,
        }
    }

    /// How long the asker should be kept waiting before it hears this.
    #[must_use]
    pub fn wait(&self) -> Duration {
        match self {
            Reply::Answer(response) => response.extensions().get().map_or(Duration::ZERO, |Wait(time)| *time),
            Reply::Lost | Reply::Reset => Duration::ZERO,
        }
    }
}

/// How long an answer takes: an extension of the response. Over HTTP the fake really waits; in process it is left to
/// the caller, who may compare it with a timeout instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);
