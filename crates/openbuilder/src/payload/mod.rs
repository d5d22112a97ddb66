//! What Kakao sends a skill: read field by field, so that nothing missing or odd loses the rest.

mod number;
mod param;
mod parts;
mod phone;

use std::fmt;

use serde_json::{Map, Value};

pub use number::NotANumber;
pub use param::Param;
pub use parts::{Block, Bot, Context, DetailParam, Flow, Intent, KnowledgeAnswer, Reason, Trigger, User};
pub use phone::{NotAPhone, PhoneNumber};

use crate::read;

/// One turn of a conversation, as Kakao hands it to a skill.
///
/// Every field is optional, because the skill tester and older bots leave many out; unknown ones are ignored;
/// `null`, `""` and a missing field are the same. Texts come trimmed.
///
/// `Debug` prints names and ids of blocks and parameters, and nothing the customer said.
#[derive(Clone, PartialEq)]
pub struct Payload {
    root: Map<String, Value>,
}

/// A request body that is no payload at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadPayload {
    /// The body is not JSON.
    #[error("the request body is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// The body is JSON, but not an object.
    #[error("the request body is JSON, but not an object")]
    NotAnObject,
}

pub(crate) fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, BadPayload> {
    match serde_json::from_slice(bytes).map_err(BadPayload::NotJson)? {
        Value::Object(root) => Ok(root),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(BadPayload::NotAnObject)
        }
    }
}

impl Payload {
    /// Reads a request body.
    ///
    /// # Errors
    /// [`BadPayload`] where the body is not a JSON object. Nothing inside it can make this fail.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadPayload> {
        parse_object(bytes).map(|root| Self { root })
    }

    /// The value of the parameter `name`, wherever this turn carries it.
    ///
    /// Looked up in `action.params` (what the block filled in), then in `action.clientExtra` (what the pressed
    /// button brought), then in the active contexts (`resolvedValue` before `value`). A parameter that is missing,
    /// `null` or blank in one place is looked for in the next.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Param<'_>> {
        let in_action = |place| Param::present(self.object(&["action", place])?.get(name)?);
        in_action("params")
            .or_else(|| in_action("clientExtra"))
            .or_else(|| self.contexts().find_map(|context| context.param(name)))
    }

    /// What the customer typed for the parameter `name`, and what was made of it.
    #[must_use]
    pub fn detail_param(&self, name: &str) -> Option<DetailParam<'_>> {
        Some(DetailParam::read(self.object(&["action", "detailParams", name])?))
    }

    /// All of `action.detailParams`, by name.
    pub fn detail_params(&self) -> impl Iterator<Item = (&str, DetailParam<'_>)> {
        let details = self.object(&["action", "detailParams"]).into_iter().flatten();
        details.filter_map(|(name, detail)| Some((name.as_str(), DetailParam::read(detail.as_object()?))))
    }

    /// All of `action.params` that hold something, by name.
    pub fn params(&self) -> impl Iterator<Item = (&str, Param<'_>)> {
        let params = self.object(&["action", "params"]).into_iter().flatten();
        params.filter_map(|(name, value)| Some((name.as_str(), Param::present(value)?)))
    }

    /// The `extra` of the button, list item or quick reply that was pressed.
    #[must_use]
    pub fn client_extra(&self) -> Option<&Map<String, Value>> {
        self.object(&["action", "clientExtra"])
    }

    /// The customer's key within this bot (`botUserKey`, at most 70 characters).
    ///
    /// The same person has another key in another bot, and another one in a development channel.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        let user = self.user();
        user.id.or(user.bot_user_key)
    }

    /// The customer's key within the channel. Every user has one.
    #[must_use]
    pub fn plusfriend_user_key(&self) -> Option<&str> {
        self.user().plusfriend_user_key
    }

    /// Whether the customer has added the channel. Kakao sends this only where it is true.
    #[must_use]
    pub fn is_friend(&self) -> bool {
        self.user().is_friend
    }

    /// Who is talking, with every key Kakao sends.
    #[must_use]
    pub fn user(&self) -> User<'_> {
        User::read(self.object(&["userRequest", "user"]))
    }

    /// What the customer said, without the line break Kakao appends.
    #[must_use]
    pub fn utterance(&self) -> Option<&str> {
        read::text(self.user_request(), "utterance")
    }

    /// Where the customer is talking, such as `Kakaotalk.plusfriend`, or `BuilderBotTest` in the bot tester.
    #[must_use]
    pub fn surface(&self) -> Option<&str> {
        read::text(self.object(&["userRequest", "params"]), "surface")
    }

    /// The customer's time zone, such as `Asia/Seoul`.
    #[must_use]
    pub fn timezone(&self) -> Option<&str> {
        read::text(self.user_request(), "timezone")
    }

    /// The customer's language: `ko`, in older payloads `kr`.
    #[must_use]
    pub fn lang(&self) -> Option<&str> {
        read::text(self.user_request(), "lang")
    }

    /// Where a late answer may be posted, in blocks that allow one. See [`crate::callback`].
    #[must_use]
    pub fn callback_url(&self) -> Option<&str> {
        read::text(self.user_request(), "callbackUrl")
    }

    /// The block that called the skill.
    #[must_use]
    pub fn block(&self) -> Block<'_> {
        Block::read(self.object(&["userRequest", "block"]))
    }

    /// The bot the customer talks to.
    #[must_use]
    pub fn bot(&self) -> Bot<'_> {
        Bot::read(self.object(&["bot"]))
    }

    /// The block that the utterance matched, or `지식+`, and why.
    #[must_use]
    pub fn intent(&self) -> Intent<'_> {
        Intent::read(&self.root)
    }

    /// The answers that a knowledge base matched, best first.
    pub fn knowledge(&self) -> impl Iterator<Item = KnowledgeAnswer<'_>> {
        let knowledge = self.object(&["intent", "extra", "knowledge"]);
        read::objects(knowledge, "matchedKnowledges").map(KnowledgeAnswer::read)
    }

    /// The skill's id in the bot.
    #[must_use]
    pub fn action_id(&self) -> Option<&str> {
        read::text(self.object(&["action"]), "id")
    }

    /// The skill's name in the bot.
    #[must_use]
    pub fn action_name(&self) -> Option<&str> {
        read::text(self.object(&["action"]), "name")
    }

    /// The contexts that are active and that the block declares as its input.
    pub fn contexts(&self) -> impl Iterator<Item = Context<'_>> {
        read::objects(Some(&self.root), "contexts").map(Context::read)
    }

    /// How the customer came to this block.
    #[must_use]
    pub fn flow(&self) -> Flow<'_> {
        Flow::read(self.object(&["flow"]))
    }

    /// The whole payload, for fields that have no method here.
    #[must_use]
    pub fn raw(&self) -> &Map<String, Value> {
        &self.root
    }

    fn user_request(&self) -> Option<&Map<String, Value>> {
        self.object(&["userRequest"])
    }

    fn object(&self, path: &[&str]) -> Option<&Map<String, Value>> {
        read::object(&self.root, path)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params: Vec<_> = self.params().map(|(name, _)| name).collect();
        f.debug_struct("Payload")
            .field("bot", &self.bot())
            .field("block", &self.block())
            .field("params", &params)
            .finish_non_exhaustive()
    }
}
