//! What a skill answers: bubbles, quick replies, contexts and data that keep every documented limit.

mod basic_card;
mod button;
mod carousel;
mod commerce_card;
mod common;
mod context;
mod footer;
mod item_card;
mod item_parts;
mod list_card;
mod quick_reply;
mod simple;
mod text_card;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

pub use basic_card::BasicCard;
pub use button::{Button, ButtonLabel, ButtonLayout};
pub use carousel::{Carousel, CarouselCard, CarouselHeader, CarouselWithHeader};
pub use commerce_card::{CommerceCard, Discount};
pub use common::{Link, Profile, Thumbnail};
pub use context::ContextValue;
pub use item_card::{Alignment, ItemCard};
pub use item_parts::{ImageTitle, ItemProfile, ItemRow, ItemSummary, ItemThumbnail};
pub use list_card::{ListCard, ListItem};
pub use quick_reply::QuickReply;
pub use simple::{SimpleImage, SimpleText};
pub use text_card::TextCard;

use crate::response::carousel::MixedCarousel;
use crate::text::few_enough;
use crate::{LimitError, limits};

/// A skill's answer: at most 3 bubbles and 10 quick replies, contexts to set, data for the block's own texts.
///
/// `Serialize` writes the documented JSON; [`to_bytes`](Self::to_bytes) and [`to_json`](Self::to_json) also check
/// what only the finished answer shows: that it is not empty, and that no bubble is larger than 30,720 bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkillResponse {
    outputs: Vec<Output>,
    quick_replies: Vec<QuickReply>,
    contexts: Vec<ContextValue>,
    data: BTreeMap<String, Value>,
}

/// One bubble: an object with a single key, which names the component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Output {
    /// Plain text.
    SimpleText(SimpleText),
    /// A picture.
    SimpleImage(SimpleImage),
    /// Text with buttons.
    TextCard(TextCard),
    /// A picture with text and buttons.
    BasicCard(BasicCard),
    /// Something with a price.
    CommerceCard(CommerceCard),
    /// A list under a heading.
    ListCard(ListCard),
    /// Names and values in rows, like a receipt.
    ItemCard(ItemCard),
    /// Cards of one kind, side by side. Made from a [`Carousel`].
    #[doc(hidden)]
    Carousel(MixedCarousel),
}

impl Output {
    /// The component's key on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SimpleText(_) => "simpleText",
            Self::SimpleImage(_) => "simpleImage",
            Self::TextCard(_) => "textCard",
            Self::BasicCard(_) => "basicCard",
            Self::CommerceCard(_) => "commerceCard",
            Self::ListCard(_) => "listCard",
            Self::ItemCard(_) => "itemCard",
            Self::Carousel(_) => "carousel",
        }
    }
}

impl SkillResponse {
    /// An answer that says nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a bubble, under those already there.
    ///
    /// # Errors
    /// [`LimitError::TooMany`] for a fourth one.
    pub fn output(mut self, output: impl Into<Output>) -> Result<Self, LimitError> {
        self.outputs.push(output.into());
        few_enough("template.outputs", limits::OUTPUTS, self.outputs.len())?;
        Ok(self)
    }

    /// Adds a quick reply, after those already there.
    ///
    /// # Errors
    /// [`LimitError::TooMany`] for an eleventh one.
    pub fn quick_reply(mut self, reply: QuickReply) -> Result<Self, LimitError> {
        self.quick_replies.push(reply);
        few_enough("template.quickReplies", limits::QUICK_REPLIES, self.quick_replies.len())?;
        Ok(self)
    }

    /// Sets (or deletes) a context, which the block must declare as its output.
    #[must_use]
    pub fn context(mut self, context: ContextValue) -> Self {
        self.contexts.push(context);
        self
    }

    /// Adds a value that the block's own texts can refer to.
    #[must_use]
    pub fn data(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.data.insert(name.into(), value.into());
        self
    }

    /// The answer as the body of a 200, `Content-Type: application/json`.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where there is nothing to send, or quick replies without a bubble;
    /// [`LimitError::TooLarge`] where a bubble takes more than 30,720 bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LimitError> {
        self.to_json().map(String::into_bytes)
    }

    /// [`to_bytes`](Self::to_bytes), for an answer that is not needed afterwards.
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes).
    pub fn into_bytes(self) -> Result<Vec<u8>, LimitError> {
        self.to_bytes()
    }

    /// The answer as JSON text.
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes).
    pub fn to_json(&self) -> Result<String, LimitError> {
        let has_other_content =
            self.quick_replies.is_empty() && !(self.data.is_empty() && self.contexts.is_empty());
        if self.outputs.is_empty() && !has_other_content {
            return Err(LimitError::Empty { field: "template.outputs" });
        }
        for output in &self.outputs {
            let (limit, actual) = (limits::BUBBLE_BYTES, json(output).len());
            if actual > limit {
                return Err(LimitError::TooLarge { field: output.name(), limit, actual });
            }
        }
        Ok(json(self))
    }
}

/// Our types have text keys only and no serializer of their own that fails, so writing them cannot.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and maps with text keys always become JSON")
}

impl Serialize for SkillResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let has_template = !self.outputs.is_empty() || !self.quick_replies.is_empty();
        let template = has_template
            .then_some(wire::Template { outputs: &self.outputs, quick_replies: &self.quick_replies });
        let context = (!self.contexts.is_empty()).then_some(wire::Contexts { values: &self.contexts });
        wire::Response { version: "2.0", template, context, data: &self.data }.serialize(serializer)
    }
}

/// The envelope as it is sent.
mod wire {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::Value;

    use crate::response::{ContextValue, Output, QuickReply};

    #[derive(Serialize)]
    pub(super) struct Response<'r> {
        pub(super) version: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) template: Option<Template<'r>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) context: Option<Contexts<'r>>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub(super) data: &'r BTreeMap<String, Value>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Template<'r> {
        pub(super) outputs: &'r [Output],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        pub(super) quick_replies: &'r [QuickReply],
    }

    #[derive(Serialize)]
    pub(super) struct Contexts<'r> {
        pub(super) values: &'r [ContextValue],
    }
}
