//! Late answers (AI 챗봇 콜백): a promise within the 5 seconds a skill has, and the real answer within a minute.
//!
//! Only for bots that Kakao has switched to "AI 챗봇", in blocks where the option is on; the payload then has a
//! [`callback_url`](crate::Payload::callback_url), good for one use. Nothing here opens a connection: the
//! request is data, for whichever HTTP client there is.
//!
//! ```
//! use openbuilder::callback::{CallbackUrl, Promise};
//! use openbuilder::response::{SimpleText, SkillResponse};
//!
//! // Within 5 seconds:
//! let body = Promise::new().data("text", "잠시만 기다려 주세요.").to_bytes();
//!
//! // Within a minute, once:
//! let url = CallbackUrl::parse("https://bot-api.kakao.com/v1/bots/b1/callback/t1")?;
//! let request = url.request(&SkillResponse::new().output(SimpleText::new("다 됐어요!")?)?)?;
//! assert_eq!(request.method(), http::Method::POST);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Uri};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::{LimitError, SkillResponse};

pub use crate::task::{BadReceipt, Receipt, TaskStatus};

/// The first answer: that another one will come. It shows no bubbles of its own; the block's text may show its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Promise {
    version: &'static str,
    use_callback: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    data: BTreeMap<String, Value>,
}

impl Promise {
    /// A promise without data.
    #[must_use]
    pub fn new() -> Self {
        Self { version: "2.0", use_callback: true, data: BTreeMap::new() }
    }

    /// Adds a value that the block's own waiting text can refer to.
    #[must_use]
    pub fn data(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.data.insert(name.into(), value.into());
        self
    }

    /// The promise as the body of a 200, `Content-Type: application/json`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::response::json(self).into_bytes()
    }
}

impl Default for Promise {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the real answer goes. It holds a token, so `Debug` prints the host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct CallbackUrl {
    uri: Uri,
}

/// An address that no answer should be sent to. It does not repeat the address, which may hold a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadCallbackUrl {
    /// Not an absolute address.
    #[error("the callback address is not an absolute http or https address")]
    NotAnAddress,
    /// Not an https address of Kakao's.
    #[error("the callback address is not https, or not one of kakao.com's")]
    NotKakao,
}

impl CallbackUrl {
    /// Reads the address that came with a payload.
    ///
    /// A payload is not signed, so an address in it may be anybody's: only https under `kakao.com` is taken, lest
    /// a stranger make this server post into its own network. (The host is known from samples: `bot-api.kakao.com`.)
    ///
    /// # Errors
    /// [`BadCallbackUrl`] where it is another address, or none.
    pub fn parse(address: &str) -> Result<Self, BadCallbackUrl> {
        let url = Url::parse(address).map_err(|_| BadCallbackUrl::NotAnAddress)?;
        let host = url.host_str().ok_or(BadCallbackUrl::NotAnAddress)?;
        let is_kakao = host == "kakao.com" || host.ends_with(".kakao.com");
        let is_plain = url.port().is_none() && url.username().is_empty() && url.password().is_none();
        if url.scheme() == "https" && is_kakao && is_plain {
            Self::trusted(&url)
        } else {
            Err(BadCallbackUrl::NotKakao)
        }
    }

    /// Takes any address: for a fake of Kakao's in tests, where the address is our own.
    ///
    /// # Errors
    /// [`BadCallbackUrl::NotAnAddress`] where it is not http(s).
    pub fn trusted(url: &Url) -> Result<Self, BadCallbackUrl> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BadCallbackUrl::NotAnAddress);
        }
        let uri = url.as_str().parse().map_err(|_| BadCallbackUrl::NotAnAddress)?;
        Ok(Self { uri })
    }

    /// The `POST` that delivers the real answer; [`Receipt::read`] reads what comes back.
    ///
    /// Good for one use within a minute of the payload (in group chats, samples say, five).
    ///
    /// # Errors
    /// [`LimitError`] where the answer itself could not be sent.
    pub fn request(&self, answer: &SkillResponse) -> Result<Request<Bytes>, LimitError> {
        let mut request = Request::new(Bytes::from(answer.to_bytes()?));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(request)
    }
}

impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackUrl({})", self.uri.host().unwrap_or_default())
    }
}
