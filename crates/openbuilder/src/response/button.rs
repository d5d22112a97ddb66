//! A card's buttons, one for every action there is.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::text::{at_most, not_empty, web_address};
use crate::{LimitError, limits};

/// A button's label: 1 to 14 characters, and at most 8 where two buttons stand side by side.
///
/// Every button also takes a plain text and checks it; make the label first where it comes from far away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ButtonLabel(String);

impl ButtonLabel {
    /// Checks a label.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or longer than 14 characters.
    pub fn new(label: impl Into<String>) -> Result<Self, LimitError> {
        Ok(Self(at_most("button.label", limits::BUTTON_LABEL, label)?))
    }

    /// The label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for ButtonLabel {
    type Error = LimitError;

    fn try_from(label: &str) -> Result<Self, LimitError> {
        Self::new(label)
    }
}

impl TryFrom<String> for ButtonLabel {
    type Error = LimitError;

    fn try_from(label: String) -> Result<Self, LimitError> {
        Self::new(label)
    }
}

/// How a card's buttons stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ButtonLayout {
    /// Under each other: at most 3.
    Vertical,
    /// Side by side: at most 2, with labels of at most 8 characters.
    Horizontal,
}

/// A card's button: a label, and what pressing it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Button {
    label: ButtonLabel,
    #[serde(flatten)]
    action: Action,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Action {
    WebLink {
        web_link_url: String,
    },
    Message {
        message_text: String,
    },
    Block {
        block_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        message_text: Option<String>,
    },
    Phone {
        phone_number: String,
    },
    Share,
    Operator,
}

impl Button {
    /// Opens a page.
    ///
    /// # Errors
    /// [`LimitError`] where the label does not fit or the address is not http(s).
    pub fn web_link<L>(label: L, url: impl AsRef<str>) -> Result<Self, LimitError>
    where
        L: TryInto<ButtonLabel, Error: Into<LimitError>>,
    {
        Self::new(label, Action::WebLink { web_link_url: web_address("button.webLinkUrl", url)? })
    }

    /// Says `text` in the customer's name.
    ///
    /// # Errors
    /// [`LimitError`] where the label does not fit or the text is blank.
    pub fn message<L>(label: L, text: impl Into<String>) -> Result<Self, LimitError>
    where
        L: TryInto<ButtonLabel, Error: Into<LimitError>>,
    {
        Self::new(label, Action::Message { message_text: not_empty("button.messageText", text)? })
    }

    /// Calls a block of the bot, by its id. The label is shown as what the customer said, unless
    /// [`saying`](Self::saying) has another text.
    ///
    /// # Errors
    /// [`LimitError`] where the label does not fit or the id is blank.
    pub fn block<L>(label: L, block_id: impl Into<String>) -> Result<Self, LimitError>
    where
        L: TryInto<ButtonLabel, Error: Into<LimitError>>,
    {
        let block_id = not_empty("button.blockId", block_id)?;
        Self::new(label, Action::Block { block_id, message_text: None })
    }

    /// Rings a telephone number. Not shown on computers.
    ///
    /// # Errors
    /// [`LimitError`] where the label does not fit or the number is blank.
    pub fn phone<L>(label: L, number: impl Into<String>) -> Result<Self, LimitError>
    where
        L: TryInto<ButtonLabel, Error: Into<LimitError>>,
    {
        Self::new(label, Action::Phone { phone_number: not_empty("button.phoneNumber", number)? })
    }

    /// Passes the bubble on to somebody else.
    ///
    /// # Errors
    /// [`LimitError`] where the label does not fit.
    pub fn share<L>(label: L) -> Result<Self, LimitError>
    where
        L: TryInto<ButtonLabel, Error: Into<LimitError>>,
    {
        Self::new(label, Action::Share)
    }

    /// Calls a human. The channel's chat must be switched on.
    ///
    /// # Errors
    /// [`LimitError`] where the label does not fit.
    pub fn operator<L>(label: L) -> Result<Self, LimitError>
    where
        L: TryInto<ButtonLabel, Error: Into<LimitError>>,
    {
        Self::new(label, Action::Operator)
    }

    fn new<L>(label: L, action: Action) -> Result<Self, LimitError>
    where
        L: TryInto<ButtonLabel, Error: Into<LimitError>>,
    {
        let label = label.try_into().map_err(Into::into)?;
        Ok(Self { label, action, extra: BTreeMap::new() })
    }

    /// What a [`block`](Self::block) button says in the customer's name.
    ///
    /// # Errors
    /// [`LimitError`] where the text is blank, or the button calls no block.
    pub fn saying(mut self, text: impl Into<String>) -> Result<Self, LimitError> {
        let Action::Block { message_text, .. } = &mut self.action else {
            return Err(LimitError::Conflict {
                field: "button.messageText",
                rule: "only a block button takes a second text: give a message button its text when making it",
            });
        };
        *message_text = Some(not_empty("button.messageText", text)?);
        Ok(self)
    }

    /// Adds a value that the called skill finds in its `clientExtra`.
    ///
    /// # Errors
    /// [`LimitError::Conflict`] where pressing the button calls no skill: only message and block buttons do.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Result<Self, LimitError> {
        match self.action {
            Action::Message { .. } | Action::Block { .. } => {
                self.extra.insert(name.into(), value.into());
                Ok(self)
            }
            Action::WebLink { .. } | Action::Phone { .. } | Action::Share | Action::Operator => {
                Err(LimitError::Conflict {
                    field: "button.extra",
                    rule: "only message and block buttons call a skill that could read it: put it into the link",
                })
            }
        }
    }

    pub(super) fn label_length(&self) -> usize {
        crate::text::length(self.label.as_str())
    }
}
