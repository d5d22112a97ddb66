//! The parameter validation API (파라미터 검증): Kakao asks whether what the customer typed will do.
//!
//! Set up per parameter, with an address and headers of its own, and called while the bot fills a slot. Known from
//! public bots rather than from a reference: the shape is well attested, the visible effect of
//! [`Answer::error`] and [`Answer::ignore`] is not.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::payload::{BadPayload, Bot, Param, User, parse_object};
use crate::read;

/// What Kakao asks. As tolerant as a [`Payload`](crate::Payload): everything may be missing.
#[derive(Clone, PartialEq)]
pub struct Request {
    root: Map<String, Value>,
}

impl Request {
    /// Reads a request body.
    ///
    /// # Errors
    /// [`BadPayload`] where the body is not a JSON object. Nothing inside it can make this fail.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadPayload> {
        parse_object(bytes).map(|root| Self { root })
    }

    /// What to validate: what the bot resolved, or else what the customer typed.
    #[must_use]
    pub fn value(&self) -> Option<Param<'_>> {
        self.resolved().or_else(|| Param::present(self.value_object()?.get("origin")?))
    }

    /// What the customer typed for the parameter.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        read::text(self.value_object(), "origin")
    }

    /// What the bot made of it.
    #[must_use]
    pub fn resolved(&self) -> Option<Param<'_>> {
        Param::present(self.value_object()?.get("resolved")?)
    }

    /// Everything the customer said.
    #[must_use]
    pub fn utterance(&self) -> Option<&str> {
        read::text(Some(&self.root), "utterance")
    }

    /// Whether the bot is filling a slot just now.
    #[must_use]
    pub fn is_in_slot_filling(&self) -> bool {
        read::flag(Some(&self.root), "isInSlotFilling")
    }

    /// Who is talking.
    #[must_use]
    pub fn user(&self) -> User<'_> {
        User::read(read::object(&self.root, &["user"]))
    }

    /// The customer's key within this bot.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        let user = self.user();
        user.id.or(user.bot_user_key)
    }

    /// The bot that asks.
    #[must_use]
    pub fn bot(&self) -> Bot<'_> {
        Bot::read(read::object(&self.root, &["bot"]))
    }

    /// Where the customer is talking, such as `Kakaotalk.plusfriend`.
    #[must_use]
    pub fn surface(&self) -> Option<&str> {
        read::text(read::object(&self.root, &["params"]), "surface")
    }

    /// The customer's time zone, such as `Asia/Seoul`.
    #[must_use]
    pub fn timezone(&self) -> Option<&str> {
        read::text(Some(&self.root), "timezone")
    }

    /// The customer's language, such as `ko`.
    #[must_use]
    pub fn lang(&self) -> Option<&str> {
        read::text(Some(&self.root), "lang")
    }

    fn value_object(&self) -> Option<&Map<String, Value>> {
        read::object(&self.root, &["value"])
    }
}

/// Prints who asks, and nothing the customer typed.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("bot", &self.bot())
            .field("value", &self.value())
            .finish_non_exhaustive()
    }
}

/// What we answer: the body of a 200, `Content-Type: application/json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    data: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Success,
    Fail,
    Error,
    Ignore,
}

impl Answer {
    /// It will do, and from now on the parameter is `value`.
    #[must_use]
    pub fn success(value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..Self::with(Status::Success) }
    }

    /// It will not do: the bot shows `message` and asks again.
    #[must_use]
    pub fn fail(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::with(Status::Fail) }
    }

    /// The validation itself failed. (What the customer sees then is a guess: the block's error text.)
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::with(Status::Error) }
    }

    /// Not for us to judge: leaves the slot as it is. (What the bot does next is a guess: it goes on.)
    #[must_use]
    pub fn ignore() -> Self {
        Self::with(Status::Ignore)
    }

    /// Adds a value that the block's own texts can refer to.
    #[must_use]
    pub fn data(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.data.insert(name.into(), value.into());
        self
    }

    /// The answer as a body.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::response::json(self).into_bytes()
    }

    fn with(status: Status) -> Self {
        Self { status, value: None, data: BTreeMap::new(), message: None }
    }
}
