//! The parts of a payload, borrowed from it: each field `None` where Kakao left it out.

use std::fmt;

use serde_json::{Map, Value};

use crate::payload::Param;
use crate::read;

type Object = Map<String, Value>;

/// The bot the customer talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bot<'p> {
    /// The bot's id, with a trailing `!` in a development channel.
    pub id: Option<&'p str>,
    /// The bot's name.
    pub name: Option<&'p str>,
}

impl<'p> Bot<'p> {
    pub(crate) fn read(bot: Option<&'p Object>) -> Self {
        Self { id: read::text(bot, "id"), name: read::text(bot, "name") }
    }

    /// Whether this is the development channel's bot, which never speaks to real customers.
    #[must_use]
    pub fn is_dev_channel(self) -> bool {
        self.id.is_some_and(|id| id.ends_with('!'))
    }
}

/// A block of the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block<'p> {
    /// The block's id.
    pub id: Option<&'p str>,
    /// The block's name.
    pub name: Option<&'p str>,
}

impl<'p> Block<'p> {
    pub(crate) fn read(block: Option<&'p Object>) -> Self {
        Self { id: read::text(block, "id"), name: read::text(block, "name") }
    }
}

/// What the utterance matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intent<'p> {
    /// The matched block's id.
    pub id: Option<&'p str>,
    /// The matched block's name; `지식+` where a knowledge base answered.
    pub name: Option<&'p str>,
    /// Why it matched.
    pub reason: Reason<'p>,
    /// What kind of answer the knowledge base gives, such as `skill`.
    pub knowledge_response_type: Option<&'p str>,
}

impl<'p> Intent<'p> {
    pub(crate) fn read(root: &'p Object) -> Self {
        let intent = read::object(root, &["intent"]);
        let reason = read::object(root, &["intent", "extra", "reason"]);
        Self {
            id: read::text(intent, "id"),
            name: read::text(intent, "name"),
            reason: Reason { code: read::integer(reason, "code"), message: read::text(reason, "message") },
            knowledge_response_type: read::text(
                read::object(root, &["intent", "extra", "knowledge"]),
                "responseType",
            ),
        }
    }
}

/// Why a block matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason<'p> {
    /// Kakao's code; 1 is a plain match.
    pub code: Option<i64>,
    /// Kakao's wording, such as `OK`.
    pub message: Option<&'p str>,
}

/// One entry of a knowledge base that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnowledgeAnswer<'p> {
    /// The entry's question.
    pub question: Option<&'p str>,
    /// The entry's answer.
    pub answer: Option<&'p str>,
    /// The entry's categories, outermost first.
    pub categories: Vec<&'p str>,
    /// Where the answer's "more" link leads.
    pub landing_url: Option<&'p str>,
    /// The answer's thumbnail.
    pub image_url: Option<&'p str>,
}

impl<'p> KnowledgeAnswer<'p> {
    pub(crate) fn read(entry: &'p Object) -> Self {
        let categories = entry.get("categories").and_then(Value::as_array).into_iter().flatten();
        let entry = Some(entry);
        Self {
            question: read::text(entry, "question"),
            answer: read::text(entry, "answer"),
            categories: categories.filter_map(Value::as_str).collect(),
            landing_url: read::text(entry, "landingUrl"),
            image_url: read::text(entry, "imageUrl"),
        }
    }
}

/// What the customer typed for a parameter, and what the bot made of it. `Debug` keeps both to itself.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DetailParam<'p> {
    /// The customer's own wording, such as `아아`.
    pub origin: Option<&'p str>,
    /// The resolved value, such as `아이스아메리카노`.
    pub value: Option<Param<'p>>,
    /// The parameter's group.
    pub group_name: Option<&'p str>,
}

impl<'p> DetailParam<'p> {
    pub(crate) fn read(detail: &'p Object) -> Self {
        Self {
            origin: read::text(Some(detail), "origin"),
            value: detail.get("value").and_then(Param::present),
            group_name: read::text(Some(detail), "groupName"),
        }
    }
}

impl fmt::Debug for DetailParam<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetailParam").field("value", &self.value).finish_non_exhaustive()
    }
}

/// Who is talking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct User<'p> {
    /// The key within this bot.
    pub id: Option<&'p str>,
    /// What kind of key `id` is: `botUserKey`.
    pub kind: Option<&'p str>,
    /// The key within this bot, again.
    pub bot_user_key: Option<&'p str>,
    /// The key within the channel.
    pub plusfriend_user_key: Option<&'p str>,
    /// The key within the Kakao app that is registered on the bot, if one is.
    pub app_user_id: Option<&'p str>,
    /// The state of that registration, such as `REGISTERED`.
    pub app_user_status: Option<&'p str>,
    /// Whether the customer has added the channel.
    pub is_friend: bool,
}

impl<'p> User<'p> {
    pub(crate) fn read(user: Option<&'p Object>) -> Self {
        let properties = user.and_then(|user| user.get("properties")).and_then(Value::as_object);
        // Kakao writes every key twice, in both spellings; either may be missing.
        let key = |camel, snake| read::text(properties, camel).or_else(|| read::text(properties, snake));
        Self {
            id: read::text(user, "id"),
            kind: read::text(user, "type"),
            bot_user_key: key("botUserKey", "bot_user_key"),
            plusfriend_user_key: key("plusfriendUserKey", "plusfriend_user_key"),
            app_user_id: key("appUserId", "app_user_id"),
            app_user_status: key("appUserStatus", "app_user_status"),
            is_friend: read::flag(properties, "isFriend") || read::flag(properties, "is_friend"),
        }
    }
}

/// A context: values that stay with the conversation for some turns.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Context<'p> {
    /// The context's name.
    pub name: Option<&'p str>,
    /// The turns it has left.
    pub life_span: Option<i64>,
    /// The seconds it has left.
    pub ttl_seconds: Option<i64>,
    params: Params<'p>,
}

/// Kept apart so that `Debug` of a context names its parameters, and says nothing of their values.
#[derive(Clone, Copy, PartialEq)]
struct Params<'p>(Option<&'p Object>);

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.into_iter().flat_map(Map::keys)).finish()
    }
}

impl<'p> Context<'p> {
    pub(crate) fn read(context: &'p Object) -> Self {
        let params = Params(context.get("params").and_then(Value::as_object));
        let context = Some(context);
        Self {
            name: read::text(context, "name"),
            // Requests write `lifespan` where responses write `lifeSpan`.
            life_span: read::integer(context, "lifespan").or_else(|| read::integer(context, "lifeSpan")),
            ttl_seconds: read::integer(context, "ttl"),
            params,
        }
    }

    /// The value of the context's parameter `name`: the resolved one before the one that was typed.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Param<'p>> {
        let param = self.params.0?.get(name)?;
        match param.as_object() {
            Some(object) if object.contains_key("resolvedValue") || object.contains_key("value") => {
                ["resolvedValue", "value"].iter().find_map(|key| Param::present(object.get(*key)?))
            }
            _ => Param::present(param),
        }
    }
}

/// How the customer came to this block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flow<'p> {
    /// What the customer did.
    pub trigger: Option<Trigger<'p>>,
    /// The block on which the customer did it.
    pub referrer_block: Block<'p>,
    /// The block that was talked to before.
    pub last_block: Block<'p>,
}

impl<'p> Flow<'p> {
    pub(crate) fn read(flow: Option<&'p Object>) -> Self {
        let part = |path: &[&str]| flow.and_then(|flow| read::object(flow, path));
        Self {
            trigger: read::text(part(&["trigger"]), "type").map(Trigger::read),
            referrer_block: Block::read(part(&["trigger", "referrerBlock"])),
            last_block: Block::read(part(&["lastBlock"])),
        }
    }
}

/// What the customer did to come here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trigger<'p> {
    /// Typed something.
    TextInput,
    /// Pressed a card's button that speaks for the customer.
    CardButtonMessage,
    /// Pressed a card's button that calls a block.
    CardButtonBlock,
    /// Pressed a list item that speaks for the customer.
    ListItemMessage,
    /// Pressed a list item that calls a block.
    ListItemBlock,
    /// Chose from the channel's menu an entry that speaks for the customer.
    ListMenuMessage,
    /// Chose from the channel's menu an entry that calls a block.
    ListMenuBlock,
    /// Pressed a quick reply that speaks for the customer.
    QuickReplyMessage,
    /// Pressed a quick reply that calls a block.
    QuickReplyBlock,
    /// Something Kakao has added since.
    Other(&'p str),
}

impl<'p> Trigger<'p> {
    fn read(kind: &'p str) -> Self {
        match kind {
            "TEXT_INPUT" => Self::TextInput,
            "CARD_BUTTON_MESSAGE" => Self::CardButtonMessage,
            "CARD_BUTTON_BLOCK" => Self::CardButtonBlock,
            "LIST_ITEM_MESSAGE" => Self::ListItemMessage,
            "LIST_ITEM_BLOCK" => Self::ListItemBlock,
            "LISTMENU_MESSAGE" => Self::ListMenuMessage,
            "LISTMENU_BLOCK" => Self::ListMenuBlock,
            "QUICKREPLY_BUTTON_MESSAGE" => Self::QuickReplyMessage,
            "QUICKREPLY_BUTTON_BLOCK" => Self::QuickReplyBlock,
            other => Self::Other(other),
        }
    }
}
