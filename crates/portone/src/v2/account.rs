//! Who asks: the host, the secret and the store.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use crate::BadBaseUrl;
use crate::base_url::base_url;
use crate::body::Body;

/// The scheme and host that PortOne serves V2 from.
pub const HOST: &str = "https://api.portone.io";

/// Who asks. All that could be wrong with it is found when it is made, so no request fails over it.
///
/// `Debug` does not show the secret.
#[derive(Debug, Clone)]
pub struct Account {
    base: String,
    authorization: HeaderValue,
    store_id: Option<String>,
}

/// An account cannot be made of this. What was given is not repeated: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAccount {
    /// The API secret is empty, or has spaces or characters outside ASCII.
    #[error("the PortOne V2 secret is empty, or has spaces or characters outside ASCII")]
    Secret,
    /// The store's id is empty, or has spaces or characters outside ASCII.
    #[error("the PortOne store id is empty, or has spaces or characters outside ASCII")]
    StoreId,
}

impl Account {
    /// The account of an API secret, at PortOne's own host. A secret may see several stores, and is then taken for the
    /// first: name the one that is meant with [`with_store_id`](Account::with_store_id).
    ///
    /// # Errors
    /// [`BadAccount::Secret`] where it can be nobody's. Whether it is the right one, only PortOne knows.
    pub fn new(secret: &SecretString) -> Result<Account, BadAccount> {
        let secret = secret.expose_secret();
        if !is_visible(secret) {
            return Err(BadAccount::Secret);
        }
        let mut authorization =
            HeaderValue::from_str(&format!("PortOne {secret}")).map_err(|_| BadAccount::Secret)?;
        authorization.set_sensitive(true);
        Ok(Account { base: HOST.to_owned(), authorization, store_id: None })
    }

    /// The same account for one store, which is then named in every request.
    ///
    /// # Errors
    /// [`BadAccount::StoreId`] where it can be none.
    pub fn with_store_id(self, store_id: &str) -> Result<Account, BadAccount> {
        if !is_visible(store_id) {
            return Err(BadAccount::StoreId);
        }
        Ok(Account { store_id: Some(store_id.to_owned()), ..self })
    }

    /// The same account at another host, such as a fake's. A path in it is kept, a trailing slash is not.
    ///
    /// # Errors
    /// [`BadBaseUrl`] where no request could be sent there.
    pub fn with_base_url(self, base: &str) -> Result<Account, BadBaseUrl> {
        Ok(Account { base: base_url(base)?, ..self })
    }

    /// The store, where one was named. An answer that is to be believed names the same one.
    #[must_use]
    pub fn store_id(&self) -> Option<&str> {
        self.store_id.as_deref()
    }

    /// A body that says of which store.
    pub(crate) fn body(&self) -> Body {
        let mut body = Body::default();
        body.put_some("storeId", self.store_id());
        body
    }

    /// A request without a body, which names the store in its query. `path` begins with a slash, and what is not ours in
    /// it is encoded.
    pub(crate) fn ask(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Request<Bytes> {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(self.store_id().map(|store_id| ("storeId", store_id)));
        pairs.extend_pairs(query);
        let query = pairs.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        self.request(method, &format!("{path}{mark}{query}"), Bytes::new())
    }

    pub(crate) fn post(&self, path: &str, body: &Body) -> Request<Bytes> {
        let mut request = self.request(Method::POST, path, body.json().into());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Request<Bytes> {
        let uri = format!("{}{path}", self.base);
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().expect("the base was read as a URI, and encoded steps were added");
        request.headers_mut().insert(AUTHORIZATION, self.authorization.clone());
        request
    }
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
