//! Who asks: the host, the secret key, and which way a payment is confirmed.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::body::Body;

/// The scheme and host of Toss Payments.
const HOST: &str = "https://api.tosspayments.com";

/// Long enough for any host and path, short enough that every URL made from it is one that HTTP takes.
const BASE_URL_BYTES: usize = 2_000;

/// The dialect that is spoken. They differ in one path; which *version* of the API answers is a property of the
/// merchant's key, and all of them are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// Today's: a payment is confirmed at `/v1/payments/confirm`.
    Current,
    /// The older: a payment is confirmed at `/v1/payments/{paymentKey}`, as `toss-payments-server-api` and its fake do.
    /// Whether Toss Payments still answers there is not known.
    Legacy,
}

/// Who asks. All that could be wrong with it is found when it is made, so no request fails over it.
///
/// `Debug` does not show the key.
#[derive(Debug, Clone)]
pub struct Account {
    api: Api,
    base: String,
    authorization: HeaderValue,
    is_test: bool,
}

/// An account cannot be made of this. What was given is not repeated: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAccount {
    /// The key is empty, or cannot be the user name of HTTP's basic authentication.
    #[error("the Toss Payments secret key is empty, or has spaces, colons or characters outside ASCII")]
    Key,
    /// The base URL is not an `http` or `https` URL, or carries a user, a query or a fragment, or is far too
    /// long.
    #[error("the Toss Payments base URL is not a plain http or https URL")]
    BaseUrl,
}

impl Account {
    /// The account of a secret key (`test_sk_…`, `live_sk_…`, `…_gsk_…` of the widget, or the older `…_ak_…`) at Toss
    /// Payments' own host.
    ///
    /// # Errors
    /// [`BadAccount::Key`] where it cannot be sent. Whether it is the right one, only Toss Payments knows:
    /// [`Meaning::BadKey`](crate::Meaning::BadKey).
    pub fn new(api: Api, secret_key: &SecretString) -> Result<Account, BadAccount> {
        let key = secret_key.expose_secret();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':') {
            return Err(BadAccount::Key);
        }
        // The password is empty, and the colon before it must be there.
        let credentials = base64(format!("{key}:").as_bytes());
        let mut authorization =
            HeaderValue::from_str(&format!("Basic {credentials}")).map_err(|_| BadAccount::Key)?;
        authorization.set_sensitive(true);
        Ok(Account { api, base: HOST.to_owned(), authorization, is_test: key.starts_with("test_") })
    }

    /// The same account at another host, such as a fake Toss Payments'. A path in it is kept, a trailing slash is
    /// not.
    ///
    /// # Errors
    /// [`BadAccount::BaseUrl`] where no request could be sent there.
    pub fn with_base_url(self, base: &str) -> Result<Account, BadAccount> {
        let url = Url::parse(base).map_err(|_| BadAccount::BaseUrl)?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.as_str().len() <= BASE_URL_BYTES;
        // Two parsers have looked at it, because the second one reads every request's URL.
        if !plain || url.as_str().parse::<Uri>().is_err() {
            return Err(BadAccount::BaseUrl);
        }
        Ok(Account { base: url.as_str().trim_end_matches('/').to_owned(), ..self })
    }

    /// The dialect.
    #[must_use]
    pub fn api(&self) -> Api {
        self.api
    }

    /// Whether the key is a test key, with which no money moves.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.is_test
    }

    /// `path` begins with a slash, and what was put into it is escaped.
    pub(crate) fn get(&self, path: &str) -> Request<Bytes> {
        self.request(Method::GET, path, Bytes::new())
    }

    /// As [`get`](Account::get).
    pub(crate) fn delete(&self, path: &str) -> Request<Bytes> {
        self.request(Method::DELETE, path, Bytes::new())
    }

    /// As [`get`](Account::get).
    pub(crate) fn post(&self, path: &str, body: &Body) -> Request<Bytes> {
        let mut request = self.request(Method::POST, path, body.json().into());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Request<Bytes> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = format!("{}{path}", self.base)
            .parse()
            .expect("the base was read as a URI, and path segments of a limited length were added");
        request.headers_mut().insert(AUTHORIZATION, self.authorization.clone());
        request
    }
}

/// Standard base64 with padding, as basic authentication wants it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            if place > group.len() {
                text.push('=');
            } else {
                text.push(char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_the_standards() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar", "\u{3ff}\u{ff}>?"];
        let encoded = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy", "z7/Dvz4/"];
        assert_eq!(texts.map(|text| base64(text.as_bytes())), encoded);
    }
}
