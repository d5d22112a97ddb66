//! Who asks: the dialect, the host, the key and the merchant code.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::body::{BadRequest, Body};
use crate::limits;

/// The merchant code for one-time payments in tests; moves no money.
pub const TEST_CID: &str = "TC0ONETIME";
/// The merchant code for subscriptions in tests; moves no money. Seen in public code, not in KakaoPay's
/// documentation.
pub const TEST_SUBSCRIPTION_CID: &str = "TCSUBSCRIP";

/// Long enough for any host and path, short enough that every URL made from it is one that HTTP takes.
const BASE_URL_BYTES: usize = 2_000;

/// The dialect that is spoken. Both know the same fields; host, authorization, body encoding and errors
/// differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// The current API: `open-api.kakaopay.com/online/v1/payment/…`, JSON, `SECRET_KEY`.
    Open,
    /// The older API: `kapi.kakao.com/v1/payment/…`, forms, `KakaoAK`. Whether it still answers is not known.
    Legacy,
}

impl Api {
    /// The scheme and host that KakaoPay serves this dialect from.
    #[must_use]
    pub fn host(self) -> &'static str {
        match self {
            Api::Open => "https://open-api.kakaopay.com",
            Api::Legacy => "https://kapi.kakao.com",
        }
    }

    fn root(self) -> &'static str {
        match self {
            Api::Open => "/online/v1/payment",
            Api::Legacy => "/v1/payment",
        }
    }

    fn key_prefix(self) -> &'static str {
        match self {
            Api::Open => "SECRET_KEY",
            Api::Legacy => "KakaoAK",
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Api::Open => "application/json",
            Api::Legacy => "application/x-www-form-urlencoded;charset=utf-8",
        })
    }

    fn encode(self, body: &Body) -> Bytes {
        match self {
            Api::Open => body.json(),
            Api::Legacy => body.form(),
        }
        .into()
    }
}

/// Who asks. All that could be wrong with it is found when it is made, so no request fails over it.
///
/// `Debug` shows neither the key nor the merchant code's secret.
#[derive(Debug, Clone)]
pub struct Account {
    api: Api,
    base: String,
    key: SecretString,
    authorization: HeaderValue,
    cid: String,
    cid_secret: Option<SecretString>,
}

/// An account cannot be made of this. What was given is not repeated: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAccount {
    /// The key is empty, or no HTTP header can carry it.
    #[error("the KakaoPay key is empty, or has spaces or characters outside ASCII")]
    Key,
    /// The key prefix is empty, or no HTTP header can carry it.
    #[error("the KakaoPay key's prefix is empty, or has spaces or characters outside ASCII")]
    KeyPrefix,
    /// The merchant code is not 1 to 10 ASCII letters and digits.
    #[error("the KakaoPay cid is not 1 to 10 letters and digits")]
    Cid,
    /// The merchant code's secret is not 1 to 24 ASCII letters and digits.
    #[error("the KakaoPay cid_secret is not 1 to 24 letters and digits")]
    CidSecret,
    /// The base URL is not an `http` or `https` URL, or carries a user, a query or a fragment, or is far too
    /// long.
    #[error("the KakaoPay base URL is not a plain http or https URL")]
    BaseUrl,
}

impl Account {
    /// The account of a key and a merchant code, at the dialect's own host and with its usual key prefix
    /// (`SECRET_KEY` or `KakaoAK`).
    ///
    /// # Errors
    /// [`BadAccount::Key`] and [`BadAccount::Cid`] where these cannot be sent. Whether they are the right
    /// ones, only KakaoPay knows: [`Meaning::BadKey`](crate::Meaning::BadKey),
    /// [`Meaning::BadMerchant`](crate::Meaning::BadMerchant).
    pub fn new(api: Api, key: &SecretString, cid: impl Into<String>) -> Result<Account, BadAccount> {
        let cid = cid.into();
        if !is_code(&cid, limits::CID_CHARS) {
            return Err(BadAccount::Cid);
        }
        Ok(Account {
            api,
            base: api.host().to_owned(),
            key: key.clone(),
            authorization: authorization(api.key_prefix(), key)?,
            cid,
            cid_secret: None,
        })
    }

    /// The same account at another host, such as a fake KakaoPay's. A path in it is kept, a trailing slash is
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

    /// The same account with another word before its key: a development key may want `DEV_SECRET_KEY`.
    ///
    /// # Errors
    /// [`BadAccount::KeyPrefix`] where no header can carry it.
    pub fn with_key_prefix(self, prefix: &str) -> Result<Account, BadAccount> {
        if !is_visible(prefix) {
            return Err(BadAccount::KeyPrefix);
        }
        Ok(Account { authorization: authorization(prefix, &self.key)?, ..self })
    }

    /// The same account with another merchant code: a subscription's beside the one for one-time payments.
    /// The secret of the former code is dropped, for it is not the new one's.
    ///
    /// # Errors
    /// [`BadAccount::Cid`] where it is no merchant code.
    pub fn with_cid(self, cid: impl Into<String>) -> Result<Account, BadAccount> {
        let cid = cid.into();
        if !is_code(&cid, limits::CID_CHARS) {
            return Err(BadAccount::Cid);
        }
        Ok(Account { cid, cid_secret: None, ..self })
    }

    /// The same account with the secret of its merchant code, which is then part of every body.
    ///
    /// # Errors
    /// [`BadAccount::CidSecret`] where it is none.
    pub fn with_cid_secret(self, secret: &SecretString) -> Result<Account, BadAccount> {
        if !is_code(secret.expose_secret(), limits::CID_SECRET_CHARS) {
            return Err(BadAccount::CidSecret);
        }
        Ok(Account { cid_secret: Some(secret.clone()), ..self })
    }

    /// The dialect.
    #[must_use]
    pub fn api(&self) -> Api {
        self.api
    }

    /// The merchant code. An answer that is to be believed names the same one.
    #[must_use]
    pub fn cid(&self) -> &str {
        &self.cid
    }

    /// A body that says who asks.
    pub(crate) fn body(&self) -> Body {
        Body::new(&self.cid, self.cid_secret.as_ref().map(ExposeSecret::expose_secret))
    }

    /// The same for a request that may name its own merchant code, which then goes without the account's
    /// secret.
    pub(crate) fn body_for(&self, cid: Option<&str>) -> Result<Body, BadRequest> {
        match cid {
            Some(other) if other != self.cid => Body::with_cid(other),
            _ => Ok(self.body()),
        }
    }

    /// `endpoint` is the path below the dialect's root, and begins with a slash.
    pub(crate) fn post(&self, endpoint: &'static str, body: &Body) -> Request<Bytes> {
        let uri = format!("{}{}{endpoint}", self.base, self.api.root());
        let mut request = Request::new(self.api.encode(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() =
            uri.parse().expect("the base was read as a URI, and plain path segments were added");
        request.headers_mut().insert(AUTHORIZATION, self.authorization.clone());
        request.headers_mut().insert(CONTENT_TYPE, self.api.content_type());
        request
    }
}

fn authorization(prefix: &str, key: &SecretString) -> Result<HeaderValue, BadAccount> {
    let key = key.expose_secret();
    if !is_visible(key) {
        return Err(BadAccount::Key);
    }
    let mut value = HeaderValue::from_str(&format!("{prefix} {key}")).map_err(|_| BadAccount::Key)?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_code(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
