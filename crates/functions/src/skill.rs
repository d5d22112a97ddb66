//! What all skills share: who may call, reading the payload, and answering with a bubble whatever happens.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use cafe_core::cafe::flow::Cup;
use cafe_core::cafe::{Code, Menu, Phone, Quoted, UserId};
use cafe_core::payment::Won;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use openbuilder::response::{Button, CommerceCard, Profile, SimpleText, Thumbnail};
use openbuilder::{LimitError, Param, Payload, SkillResponse, fit, limits};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::time::timeout;

use crate::base_url::BaseUrl;
use crate::parts::Skills;
use crate::reply::{self, SkillError};

/// OpenBuilder hangs up after five seconds, and Lambda ends a skill then: a sentence of ours is better than either's.
pub const PATIENCE: Duration = Duration::from_millis(4_500);

/// More than any payload, and less than would hurt.
const MOST_BODY_BYTES: usize = 256 * 1024;

/// The secrets that `x-skill-key` may carry.
#[derive(Clone)]
pub struct SkillKeys(Vec<SecretString>);

/// There is no secret in the setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SKILL_KEY holds one secret, or two with a comma between")]
pub struct BadSkillKeys;

impl SkillKeys {
    /// Reads one secret, or two with a comma between while one is replaced by the other.
    ///
    /// # Errors
    /// [`BadSkillKeys`] where there is none, an empty one, or more than two.
    pub fn new(setting: &SecretString) -> Result<SkillKeys, BadSkillKeys> {
        let keys: Vec<SecretString> =
            setting.expose_secret().split(',').map(str::trim).map(SecretString::from).collect();
        let fit = keys.len() <= 2 && keys.iter().all(|key| !key.expose_secret().is_empty());
        if fit { Ok(SkillKeys(keys)) } else { Err(BadSkillKeys) }
    }

    /// Whether a request carries one of them, in a time that tells nothing about them.
    fn admit(&self, headers: &HeaderMap) -> bool {
        let said = headers.get("x-skill-key").map(HeaderValue::as_bytes).unwrap_or_default();
        self.0
            .iter()
            .fold(subtle::Choice::from(0), |known, key| known | key.expose_secret().as_bytes().ct_eq(said))
            .into()
    }
}

impl fmt::Debug for SkillKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SkillKeys({} redacted)", self.0.len())
    }
}

/// One turn of the conversation, as far as every skill reads it.
#[derive(Debug)]
pub struct Turn {
    /// What OpenBuilder sent.
    pub payload: Payload,
    /// Who speaks.
    pub user: UserId,
    /// By which address we were called.
    pub base: BaseUrl,
}

/// A router with one skill. Everything but a missing secret is answered with HTTP 200 and a bubble,
/// as OpenBuilder shows its own fallback for anything else.
pub fn router<A, F>(path: &'static str, app: Skills, answer: A) -> Router
where
    A: Fn(Skills, Turn) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<SkillResponse, SkillError>> + Send,
{
    let handle = move |State(app): State<Skills>, request: Request| async move {
        if !app.keys.now(app.world.now()).await.admit(request.headers()) {
            tracing::warn!(path, "a skill request without the secret was refused");
            return (StatusCode::UNAUTHORIZED, "x-skill-key is missing or wrong\n").into_response();
        }
        let answering = async { answer(app.clone(), read(&app, request).await?).await };
        // As if the process had died here: what was begun is whole or not there, and may be repeated.
        let answered = timeout(PATIENCE, answering).await.unwrap_or(Err(SkillError::TooSlow));
        let response = answered.unwrap_or_else(|error| reply::bubble(&error));
        render(&response)
    };
    Router::new().route(path, post(handle)).with_state(app)
}

async fn read(app: &Skills, request: Request) -> Result<Turn, SkillError> {
    let base = BaseUrl::of(app.public_url.as_ref(), &request);
    let body: Bytes =
        to_bytes(request.into_body(), MOST_BODY_BYTES).await.map_err(|_| SkillError::Unreadable)?;
    let payload = Payload::parse(&body).map_err(|_| SkillError::Unreadable)?;
    // The skill tester of the bot's admin centre may leave the user out.
    let user = UserId(payload.user_id().ok_or(SkillError::NoUser)?.to_owned());
    Ok(Turn { payload, user, base })
}

fn render(response: &SkillResponse) -> Response {
    match response.to_bytes() {
        Ok(bytes) => ([(CONTENT_TYPE, "application/json; charset=utf-8")], Body::from(bytes)).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer broke a limit of OpenBuilder's");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl Turn {
    /// The member that the parameter `phone` names, whether they have joined or not.
    pub(crate) fn phone(&self) -> Result<Phone, SkillError> {
        let phone =
            self.payload.param("phone").and_then(|param| param.phone().ok()).ok_or(SkillError::BadPhone)?;
        Phone::new(phone.as_str()).map_err(|_| SkillError::BadPhone)
    }

    /// The code that the parameter `code` gives, if one is given: it need not be.
    pub(crate) fn code(&self) -> Result<Option<Code>, SkillError> {
        let Some(param) = self.payload.param("code") else { return Ok(None) };
        let Some(said) = param.text().filter(|said| !said.trim().is_empty()) else { return Ok(None) };
        // As it was typed, or as the bot's entity for numbers read it.
        let number = || Code::parse(&param.integer().ok()?.to_string()).ok();
        Code::parse(&said).ok().or_else(number).map(Some).ok_or(SkillError::BadCode)
    }

    /// What the parameters `menu` and `num` ask for.
    pub(crate) fn cup(&self, menu: &Menu) -> Result<Cup, SkillError> {
        let drink = self.payload.param("menu").and_then(Param::text).ok_or(SkillError::NoDrink)?;
        let cups = self.payload.param("num").and_then(|param| param.integer().ok());
        let most = menu.most_cups();
        Ok(Cup { drink, cups: cups.ok_or(SkillError::BadCups { most })? })
    }

    /// How many points the parameter `paypoint` would spend, as said.
    pub(crate) fn points(&self) -> Result<i64, SkillError> {
        self.payload.param("paypoint").and_then(|param| param.integer().ok()).ok_or(SkillError::BadPoints)
    }
}

/// A bubble of text.
///
/// # Errors
/// [`LimitError`] where the text is empty or longer than 1,000 characters.
pub(crate) fn say(text: &str) -> Result<SkillResponse, LimitError> {
    SkillResponse::new().output(SimpleText::new(text)?)
}

/// The card with the payment link of a fresh order.
pub(crate) fn order_card(
    app: &Skills,
    menu: &Menu,
    turn: &Turn,
    quoted: &Quoted,
    note: &str,
) -> Result<SkillResponse, SkillError> {
    let quote = &quoted.quote;
    let own_picture = menu.drink(&quote.item).and_then(|drink| drink.image.clone());
    let picture = own_picture.unwrap_or_else(|| turn.base.join("/card.png"));
    let thumbnail = Thumbnail::new(picture)?.alt_text(fit(&quote.item, limits::ALT_TEXT))?;
    let label = if quote.due == Won::ZERO { "포인트로 결제하기" } else { "결제하기" };
    let mut card = CommerceCard::new(quote.total.get().into(), thumbnail)
        .title(fit(&format!("{} {}잔", quote.item, quote.quantity), limits::COMMERCE_CARD_TITLE))?
        .description(fit(note, limits::COMMERCE_CARD_DESCRIPTION))?
        .profile(Profile::new(&*app.cafe_name)?)
        .button(Button::web_link(label, turn.base.join(&format!("/pay/{}", quote.id)))?)?;
    if !quote.spend.is_zero() {
        card = card.discount(quote.spend.get().into())?;
    }
    Ok(SkillResponse::new().output(card)?)
}

#[cfg(test)]
mod tests {
    use super::SkillKeys;
    use http::{HeaderMap, HeaderValue};

    fn admits(keys: &str, said: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(said) = said {
            headers.insert("x-skill-key", HeaderValue::from_str(said).unwrap());
        }
        SkillKeys::new(&keys.into()).unwrap().admit(&headers)
    }

    #[test]
    fn either_of_two_secrets_opens_while_one_is_replaced() {
        assert!(
            admits("old, new", Some("old")) && admits("old, new", Some("new")) && admits("one", Some("one"))
        );
        for said in [None, Some(""), Some("ol"), Some("old, new"), Some("other")] {
            assert!(!admits("old, new", said), "{said:?}");
        }
        for setting in ["", " ", "a,", ",a", "a,b,c"] {
            assert!(SkillKeys::new(&setting.into()).is_err(), "{setting}");
        }
    }
}
