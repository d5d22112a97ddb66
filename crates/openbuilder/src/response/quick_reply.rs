//! Quick replies: the row of suggestions under an answer.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::LimitError;
use crate::text::not_empty;

/// A suggestion under an answer; at most ten. No limit of a label's length is documented: keep it to a few words.
///
/// Pressing one runs no entity extraction, so what the next skill must know goes into [`extra`](Self::extra).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuickReply {
    label: String,
    #[serde(flatten)]
    action: Action,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Action {
    Message {
        message_text: String,
    },
    Block {
        block_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        message_text: Option<String>,
    },
}

impl QuickReply {
    /// Says `text` in the customer's name.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the label or the text is blank.
    pub fn message(label: impl Into<String>, text: impl Into<String>) -> Result<Self, LimitError> {
        Self::new(label, Action::Message { message_text: not_empty("quickReply.messageText", text)? })
    }

    /// Calls a block of the bot, by its id.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the label or the id is blank.
    pub fn block(label: impl Into<String>, block_id: impl Into<String>) -> Result<Self, LimitError> {
        let block_id = not_empty("quickReply.blockId", block_id)?;
        Self::new(label, Action::Block { block_id, message_text: None })
    }

    fn new(label: impl Into<String>, action: Action) -> Result<Self, LimitError> {
        Ok(Self { label: not_empty("quickReply.label", label)?, action, extra: BTreeMap::new() })
    }

    /// What is said in the customer's name, in place of the label or of the earlier text.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the text is blank.
    pub fn saying(mut self, text: impl Into<String>) -> Result<Self, LimitError> {
        let text = not_empty("quickReply.messageText", text)?;
        match &mut self.action {
            Action::Message { message_text } => *message_text = text,
            Action::Block { message_text, .. } => *message_text = Some(text),
        }
        Ok(self)
    }

    /// Adds a value that the called skill finds in its `clientExtra`.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}
