//! `POST /users/getToken`: what every other request must carry, and when to ask for it anew.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use super::account::is_visible;
use super::{Account, Error, envelope};
use crate::BadAnswer;
use crate::body::Body;

/// How long before its end a token is asked for anew. Within the last minute PortOne makes the same token last five
/// minutes longer; before that, asking changes nothing (both from V1's schema).
const RENEWED_BEFORE_ITS_END: SignedDuration = SignedDuration::from_mins(1);

/// Asks for a token. It moves nothing, and may be asked as often as one likes: until a token is over, PortOne gives the
/// same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetToken;

/// What a request is let in with, for half an hour. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct Token {
    secret: SecretString,
    ends_at: Timestamp,
}

impl GetToken {
    /// The request to send. Its body holds the secret: do not log it.
    #[must_use]
    pub fn request(self, account: &Account) -> Request<Bytes> {
        let mut body = Body::default();
        body.put("imp_key", account.imp_key.expose_secret());
        body.put("imp_secret", account.imp_secret.expose_secret());
        account.request(Method::POST, "/users/getToken", Some(&body))
    }

    /// Reads what came back. `asked_at` is when the request was sent, by the caller's clock: a token's life is taken as
    /// PortOne's two times tell it, so the two clocks need not agree.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused) and [`Error::Unreadable`](crate::Error::Unreadable); nothing has
    /// happened.
    pub fn answer(response: &Response<Bytes>, asked_at: Timestamp) -> Result<Token, Error> {
        envelope::read(response, |it| {
            let secret = SecretString::from(it.text("access_token")?);
            if !is_visible(&secret) {
                return Err(BadAnswer::Field("access_token"));
            }
            let ends = it.seconds("expired_at").ok_or(BadAnswer::Field("expired_at"))?;
            let now = it.seconds("now").ok_or(BadAnswer::Field("now"))?;
            let life = SignedDuration::from_secs(ends.saturating_sub(now));
            Ok(Token { secret, ends_at: asked_at.checked_add(life).unwrap_or(asked_at) })
        })
    }
}

impl Token {
    /// Whether it should be asked for anew before anything else is asked: it is over, or will be within a minute.
    #[must_use]
    pub fn must_be_renewed(&self, now: Timestamp) -> bool {
        self.ends_at.duration_since(now) <= RENEWED_BEFORE_ITS_END
    }

    /// When it ends, by the caller's clock.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    /// Bare, as the payments SDK and its fake server have it; the schema takes that and `Bearer`.
    pub(crate) fn authorization(&self) -> HeaderValue {
        let mut value = HeaderValue::from_str(self.secret.expose_secret())
            .expect("a token of visible ASCII is all that is taken");
        value.set_sensitive(true);
        value
    }
}
