//! The Event API: the bot speaks first, such as to say that a payment went through.
//!
//! Each message costs money (15 won and tax when this was written) and needs a wallet, so nothing should send one
//! unless somebody switched it on. Nothing here opens a connection: requests are data.
//!
//! ```
//! use openbuilder::event::{Event, EventApi, User};
//! use secrecy::SecretString;
//!
//! let api = EventApi::new("65f0a1b2c3d4e5f6a7b8c9d0", &SecretString::from("rest-api-key"))?;
//! let event = Event::new("paid", [User::bot_user_key("b7c1e0")])?.data("amount", 4_500);
//! let request = api.send(&event);
//! assert_eq!(request.uri(), "https://bot-api.kakao.com/v2/bots/65f0a1b2c3d4e5f6a7b8c9d0/talk");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::text::{at_least_one, few_enough, not_empty};
use crate::{LimitError, limits};

pub use crate::task::{BadReceipt, Receipt, TaskStatus};

/// A bot, and the key to speak for it. `Debug` does not print the key.
#[derive(Clone)]
pub struct EventApi {
    base: Url,
    bot_id: String,
    authorization: HeaderValue,
}

/// A setting that no request can be made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSetting {
    /// The bot's id is blank, or has characters that an id has not.
    #[error("the bot's id must be letters, digits, `-` and `_`, with at most one `!` at its end")]
    BotId,
    /// The key is blank, or has characters that a header cannot hold.
    #[error("the REST API key is empty or has characters that a header cannot hold")]
    Key,
    /// The address is not http(s), or absurdly long.
    #[error("the Event API's address is not an absolute http or https address of reasonable length")]
    Base,
    /// A task's id is blank, or has characters that an id has not.
    #[error("a task's id must be letters, digits, `-`, `_`, `.` and `:`")]
    TaskId,
}

/// Longer ids and addresses are mistakes, and would not fit into a request line.
const LONGEST: usize = 500;

impl EventApi {
    /// The bot `bot_id`, spoken for with the REST API key of its Kakao app.
    ///
    /// # Errors
    /// [`BadSetting`] where one of the two cannot be right.
    pub fn new(bot_id: &str, rest_api_key: &SecretString) -> Result<Self, BadSetting> {
        let is_id_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let id = bot_id.strip_suffix('!').unwrap_or(bot_id);
        if id.is_empty() || id.len() > LONGEST || !id.chars().all(is_id_char) {
            return Err(BadSetting::BotId);
        }
        let key = rest_api_key.expose_secret().trim();
        if key.is_empty() {
            return Err(BadSetting::Key);
        }
        let mut authorization =
            HeaderValue::try_from(format!("KakaoAK {key}")).map_err(|_| BadSetting::Key)?;
        authorization.set_sensitive(true);
        let base = Url::parse("https://bot-api.kakao.com/").map_err(|_| BadSetting::Base)?;
        Ok(Self { base, bot_id: bot_id.to_owned(), authorization })
    }

    /// Speaks through the development channel's bot, whose id ends in `!`.
    #[must_use]
    pub fn dev_channel(mut self) -> Self {
        if !self.bot_id.ends_with('!') {
            self.bot_id.push('!');
        }
        self
    }

    /// Asks another host, such as a fake one in tests.
    ///
    /// # Errors
    /// [`BadSetting::Base`] where the address is not http(s).
    pub fn at(mut self, base: Url) -> Result<Self, BadSetting> {
        if !matches!(base.scheme(), "http" | "https") || base.as_str().len() > LONGEST {
            return Err(BadSetting::Base);
        }
        self.base = base;
        Ok(self)
    }

    /// The `POST` that sends an event; [`Receipt::read`] reads what comes back.
    #[must_use]
    pub fn send(&self, event: &Event) -> Request<Bytes> {
        let recipient = match event.to {
            Recipients::User(_) => "talk",
            Recipients::Chat(_) => "group",
        };
        let mut request = self.request(&["v2", "bots", &self.bot_id, recipient]);
        *request.method_mut() = Method::POST;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = crate::response::json(event).into_bytes().into();
        request
    }

    /// The `GET` that asks how a task stands; [`Receipt::read`] reads what comes back.
    ///
    /// # Errors
    /// [`BadSetting::TaskId`] where the id cannot be one.
    pub fn task(&self, task_id: &str) -> Result<Request<Bytes>, BadSetting> {
        let is_id_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        let is_path = task_id.chars().all(|c| c == '.');
        if is_path || task_id.len() > LONGEST || !task_id.chars().all(is_id_char) {
            return Err(BadSetting::TaskId);
        }
        Ok(self.request(&["v1", "tasks", task_id]))
    }

    fn request(&self, path: &[&str]) -> Request<Bytes> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let uri: Uri = url.as_str().parse().expect("a short http(s) address of the url crate is a URI");
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri;
        request.headers_mut().insert(AUTHORIZATION, self.authorization.clone());
        request
    }
}

impl fmt::Debug for EventApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventApi").field("bot_id", &self.bot_id).finish_non_exhaustive()
    }
}

/// Something to tell: an event that a block of the bot listens to, and whom to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    #[serde(rename = "event")]
    what: Named,
    #[serde(flatten)]
    to: Recipients,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Named {
    name: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    data: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Recipients {
    User(Vec<User>),
    Chat(Vec<Group>),
}

impl Event {
    /// An event for 1 to 100 users.
    ///
    /// # Errors
    /// [`LimitError`] where the name is blank, or there is no user, or more than 100.
    pub fn new(name: impl Into<String>, users: impl IntoIterator<Item = User>) -> Result<Self, LimitError> {
        let users: Vec<_> = users.into_iter().collect();
        at_least_one("event.user", users.len())?;
        few_enough("event.user", limits::EVENT_USERS, users.len())?;
        Self::to(name, Recipients::User(users))
    }

    /// An event for group chats, by their `botGroupKey`. (Known from samples only; no limit is documented.)
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the name is blank or there is no group.
    pub fn for_groups<K: Into<String>>(
        name: impl Into<String>,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Self, LimitError> {
        let group = |key: K| Group { kind: "botGroupKey", id: key.into() };
        let groups: Vec<_> = keys.into_iter().map(group).collect();
        at_least_one("event.chat", groups.len())?;
        Self::to(name, Recipients::Chat(groups))
    }

    fn to(name: impl Into<String>, to: Recipients) -> Result<Self, LimitError> {
        let what = Named { name: not_empty("event.name", name)?, data: BTreeMap::new() };
        Ok(Self { what, to, params: BTreeMap::new() })
    }

    /// Adds a value that the block's texts can refer to.
    #[must_use]
    pub fn data(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.what.data.insert(name.into(), value.into());
        self
    }

    /// Adds a value that the block's skill finds in its payload.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.params.insert(name.into(), value.into());
        self
    }
}

/// Whom to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Group {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
}

impl User {
    /// By the key within this bot: [`Payload::user_id`](crate::Payload::user_id).
    #[must_use]
    pub fn bot_user_key(id: impl Into<String>) -> Self {
        Self { kind: "botUserKey", id: id.into() }
    }

    /// By the key within the channel.
    #[must_use]
    pub fn plusfriend_user_key(id: impl Into<String>) -> Self {
        Self { kind: "plusfriendUserKey", id: id.into() }
    }

    /// By the key within the Kakao app that is registered on the bot.
    #[must_use]
    pub fn app_user_id(id: impl Into<String>) -> Self {
        Self { kind: "appUserId", id: id.into() }
    }
}
