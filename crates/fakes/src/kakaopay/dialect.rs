//! What both dialects do, each in its own words: read a request, word a refusal.

use bytes::Bytes;
use http::{Request, Response, header};

use super::endpoint::{Dialect, Endpoint};
use super::fields::Fields;
use super::problem::Problem;
use super::{Options, legacy_dialect, open_dialect};
use crate::wire;

impl Dialect {
    /// Checks who asks and how, and gives the fields.
    pub(crate) fn read(
        self,
        options: &Options,
        endpoint: Endpoint,
        request: &Request<Bytes>,
    ) -> Result<Fields, Problem> {
        match self {
            Dialect::Open => open_dialect::read(options, request),
            Dialect::Legacy => legacy_dialect::read(options, endpoint, request),
        }
    }

    /// A refusal in the dialect's words.
    pub(crate) fn refuse(self, problem: &Problem) -> Response<Bytes> {
        let (status, body) = match self {
            Dialect::Open => open_dialect::say(problem),
            Dialect::Legacy => legacy_dialect::say(problem),
        };
        wire::json(status, &body)
    }
}

/// Whether the request names a key that is known, in one of the ways that are.
pub(crate) fn key(request: &Request<Bytes>, schemes: &[&str], keys: &[String]) -> Result<(), Problem> {
    let authorization = request.headers().get(header::AUTHORIZATION).ok_or(Problem::NoAuthorization)?;
    let (scheme, key) =
        authorization.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Problem::WrongKey)?;
    let known = schemes.contains(&scheme) && keys.iter().any(|known| known == key.trim());
    known.then_some(()).ok_or(Problem::WrongKey)
}

/// Whether the body is of that type, whatever its charset.
pub(crate) fn has_content_type(request: &Request<Bytes>, wanted: &str) -> bool {
    let sent =
        request.headers().get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    sent.split(';').next().is_some_and(|sent| sent.trim().eq_ignore_ascii_case(wanted))
}
