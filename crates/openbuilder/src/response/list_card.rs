//! listCard: items under a heading.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::response::footer::Footer;
use crate::response::{Button, ButtonLayout, Link, Output};
use crate::text::{at_least_one, few_enough, not_empty, web_address};
use crate::{LimitError, limits};

/// Items (1 to 5, in a carousel to 4) under a heading, and buttons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListCard {
    header: Header,
    items: Vec<ListItem>,
    #[serde(flatten)]
    footer: Footer,
}

/// On the wire a heading is an item of which only the title works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Header {
    title: String,
}

impl ListCard {
    /// A card that lists `items` under `heading`.
    ///
    /// # Errors
    /// [`LimitError`] where the heading is blank, or there is no item, or more than 5.
    pub fn new(
        heading: impl Into<String>,
        items: impl IntoIterator<Item = ListItem>,
    ) -> Result<Self, LimitError> {
        let header = Header { title: not_empty("listCard.header.title", heading)? };
        let items: Vec<_> = items.into_iter().collect();
        at_least_one("listCard.items", items.len())?;
        few_enough("listCard.items", limits::LIST_ITEMS, items.len())?;
        Ok(Self { header, items, footer: Footer::default() })
    }

    /// Adds an item, under those already there.
    ///
    /// # Errors
    /// [`LimitError::TooMany`] for a sixth one.
    pub fn item(mut self, item: ListItem) -> Result<Self, LimitError> {
        self.items.push(item);
        few_enough("listCard.items", limits::LIST_ITEMS, self.items.len())?;
        Ok(self)
    }

    /// Adds a button: at most 3 under each other, or 2 side by side with labels of at most 8 characters.
    ///
    /// # Errors
    /// [`LimitError`] where there is no room for it, or the card is [`forwardable`](Self::forwardable).
    pub fn button(mut self, button: Button) -> Result<Self, LimitError> {
        self.footer = self.footer.button(button)?;
        Ok(self)
    }

    /// How the buttons stand, whatever the picture's shape suggests.
    ///
    /// # Errors
    /// [`LimitError`] where the buttons already there do not fit so.
    pub fn layout(mut self, layout: ButtonLayout) -> Result<Self, LimitError> {
        self.footer = self.footer.layout(layout)?;
        Ok(self)
    }

    /// Shows an icon to pass the card on to somebody else. Not for cards with buttons, nor in a carousel.
    ///
    /// # Errors
    /// [`LimitError::Conflict`] where the card has buttons.
    pub fn forwardable(mut self) -> Result<Self, LimitError> {
        self.footer = self.footer.forwardable()?;
        Ok(self)
    }

    pub(super) fn fits_carousel(&self) -> Result<(), LimitError> {
        few_enough("listCard.items in a carousel", limits::LIST_ITEMS_CAROUSEL, self.items.len())?;
        self.footer.fits_carousel()
    }
}

impl From<ListCard> for Output {
    fn from(card: ListCard) -> Self {
        Self::ListCard(card)
    }
}

/// One item of a [`ListCard`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListItem {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    #[serde(flatten)]
    press: Option<Press>,
}

/// What pressing an item does: one thing, so a later choice replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Press {
    Link { link: Link },
    Skill(Call),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_text: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra: BTreeMap<String, Value>,
}

impl ListItem {
    /// An item that says `title`.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where it is blank.
    pub fn new(title: impl Into<String>) -> Result<Self, LimitError> {
        let title = not_empty("listItem.title", title)?;
        Ok(Self { title, description: None, image_url: None, press: None })
    }

    /// What stands under the title. Kakao cuts it where the device's line ends.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where it is blank.
    pub fn description(mut self, description: impl Into<String>) -> Result<Self, LimitError> {
        self.description = Some(not_empty("listItem.description", description)?);
        Ok(self)
    }

    /// The picture beside it.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where the address is not http(s).
    pub fn image(mut self, url: impl AsRef<str>) -> Result<Self, LimitError> {
        self.image_url = Some(web_address("listItem.imageUrl", url)?);
        Ok(self)
    }

    /// Pressing it opens a page.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.press = Some(Press::Link { link });
        self
    }

    /// Pressing it says `text` in the customer's name.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the text is blank.
    pub fn message(mut self, text: impl Into<String>) -> Result<Self, LimitError> {
        let message_text = Some(not_empty("listItem.messageText", text)?);
        let call = Call { action: "message", block_id: None, message_text, extra: BTreeMap::new() };
        self.press = Some(Press::Skill(call));
        Ok(self)
    }

    /// Pressing it calls a block of the bot, by its id.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the id is blank.
    pub fn block(mut self, block_id: impl Into<String>) -> Result<Self, LimitError> {
        let block_id = Some(not_empty("listItem.blockId", block_id)?);
        let call = Call { action: "block", block_id, message_text: None, extra: BTreeMap::new() };
        self.press = Some(Press::Skill(call));
        Ok(self)
    }

    /// What a [`block`](Self::block) item says in the customer's name.
    ///
    /// # Errors
    /// [`LimitError`] where the text is blank, or pressing the item calls no skill.
    pub fn saying(mut self, text: impl Into<String>) -> Result<Self, LimitError> {
        let text = not_empty("listItem.messageText", text)?;
        self.call("listItem.messageText")?.message_text = Some(text);
        Ok(self)
    }

    /// Adds a value that the called skill finds in its `clientExtra`.
    ///
    /// # Errors
    /// [`LimitError::Conflict`] where pressing the item calls no skill.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Result<Self, LimitError> {
        self.call("listItem.extra")?.extra.insert(name.into(), value.into());
        Ok(self)
    }

    fn call(&mut self, field: &'static str) -> Result<&mut Call, LimitError> {
        match &mut self.press {
            Some(Press::Skill(call)) => Ok(call),
            Some(Press::Link { .. }) | None => Err(LimitError::Conflict {
                field,
                rule: "only an item with a message or a block calls a skill: set that first",
            }),
        }
    }
}
