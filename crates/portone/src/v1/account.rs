//! Who asks: the host, the key and its secret.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use secrecy::{ExposeSecret, SecretString};

use super::token::Token;
use crate::BadBaseUrl;
use crate::base_url::base_url;
use crate::body::Body;

/// The scheme and host that PortOne serves V1 from.
pub const HOST: &str = "https://api.iamport.kr";

/// Who asks. All that could be wrong with it is found when it is made, so no request fails over it.
///
/// `Debug` shows neither the key nor its secret.
#[derive(Debug, Clone)]
pub struct Account {
    base: String,
    pub(crate) imp_key: SecretString,
    pub(crate) imp_secret: SecretString,
}

/// An account cannot be made of this. What was given is not repeated: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAccount {
    /// The key is empty, or has spaces or characters outside ASCII.
    #[error("the PortOne V1 key is empty, or has spaces or characters outside ASCII")]
    Key,
    /// The secret is empty, or has spaces or characters outside ASCII.
    #[error("the PortOne V1 secret is empty, or has spaces or characters outside ASCII")]
    Secret,
}

impl Account {
    /// The account of a REST API key and its secret, at PortOne's own host.
    ///
    /// # Errors
    /// [`BadAccount`] where these can be nobody's. Whether they are the right ones, only PortOne knows.
    pub fn new(imp_key: &SecretString, imp_secret: &SecretString) -> Result<Account, BadAccount> {
        if !is_visible(imp_key) {
            return Err(BadAccount::Key);
        }
        if !is_visible(imp_secret) {
            return Err(BadAccount::Secret);
        }
        Ok(Account { base: HOST.to_owned(), imp_key: imp_key.clone(), imp_secret: imp_secret.clone() })
    }

    /// The same account at another host, such as a fake's. A path in it is kept, a trailing slash is not.
    ///
    /// # Errors
    /// [`BadBaseUrl`] where no request could be sent there.
    pub fn with_base_url(self, base: &str) -> Result<Account, BadBaseUrl> {
        Ok(Account { base: base_url(base)?, ..self })
    }

    /// `path` begins with a slash, and what is not ours in it is encoded.
    pub(crate) fn request(&self, method: Method, path: &str, body: Option<&Body>) -> Request<Bytes> {
        let uri = format!("{}{path}", self.base);
        let mut request = Request::new(body.map_or_else(Bytes::new, |body| body.json().into()));
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().expect("the base was read as a URI, and encoded steps were added");
        if body.is_some() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        request
    }

    pub(crate) fn ask(
        &self,
        token: &Token,
        method: Method,
        path: &str,
        body: Option<&Body>,
    ) -> Request<Bytes> {
        let mut request = self.request(method, path, body);
        request.headers_mut().insert(AUTHORIZATION, token.authorization());
        request
    }
}

pub(crate) fn is_visible(secret: &SecretString) -> bool {
    let text = secret.expose_secret();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
