//! Where PortOne is, or a fake that stands in for it.

use http::Uri;
use url::Url;

/// Long enough for any host and path, short enough that every URL made from it is one that HTTP takes.
const BASE_URL_BYTES: usize = 2_000;

/// The base URL is not an `http` or `https` URL, or carries a user, a query or a fragment, or is far too long. What
/// was given is not repeated: it may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the PortOne base URL is not a plain http or https URL")]
pub struct BadBaseUrl;

/// Reads a base URL: a path in it is kept, a trailing slash is not.
pub(crate) fn base_url(text: &str) -> Result<String, BadBaseUrl> {
    let url = Url::parse(text).map_err(|_| BadBaseUrl)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.as_str().len() <= BASE_URL_BYTES;
    // Two parsers have looked at it, because the second one reads every request's URL.
    if !plain || url.as_str().parse::<Uri>().is_err() {
        return Err(BadBaseUrl);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
