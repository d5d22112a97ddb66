//! The lower edge of every card: its buttons, how they stand, and whether it may be passed on.

use serde::Serialize;

use crate::response::{Button, ButtonLayout};
use crate::text::{few_enough, short_enough};
use crate::{LimitError, limits};

/// Checked as a whole after every change, so that the order in which a card is built does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Footer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<Button>,
    #[serde(skip_serializing_if = "Option::is_none")]
    button_layout: Option<ButtonLayout>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    forwardable: bool,
    /// Whether the card's picture is 1:1, which puts the buttons side by side unless a layout says otherwise.
    #[serde(skip)]
    is_square: bool,
}

impl Footer {
    pub(super) fn under(is_square: bool) -> Self {
        Self { is_square, ..Self::default() }
    }

    pub(super) fn button(mut self, button: Button) -> Result<Self, LimitError> {
        self.buttons.push(button);
        self.checked()
    }

    pub(super) fn layout(mut self, layout: ButtonLayout) -> Result<Self, LimitError> {
        self.button_layout = Some(layout);
        self.checked()
    }

    pub(super) fn forwardable(mut self) -> Result<Self, LimitError> {
        self.forwardable = true;
        self.checked()
    }

    pub(super) fn fits_carousel(&self) -> Result<(), LimitError> {
        if self.forwardable {
            return Err(LimitError::Conflict {
                field: "forwardable",
                rule: "a card in a carousel cannot be passed on: leave it out",
            });
        }
        Ok(())
    }

    fn checked(self) -> Result<Self, LimitError> {
        if self.forwardable && !self.buttons.is_empty() {
            return Err(LimitError::Conflict {
                field: "forwardable",
                rule: "a card with buttons shows no icon to pass it on: add a share button instead",
            });
        }
        let default = if self.is_square { ButtonLayout::Horizontal } else { ButtonLayout::Vertical };
        match self.button_layout.unwrap_or(default) {
            ButtonLayout::Vertical => few_enough("buttons", limits::BUTTONS_VERTICAL, self.buttons.len())?,
            ButtonLayout::Horizontal => {
                few_enough("buttons", limits::BUTTONS_HORIZONTAL, self.buttons.len())?;
                if let [_, _] = self.buttons.as_slice() {
                    for button in &self.buttons {
                        short_enough(
                            "button.label",
                            limits::BUTTON_LABEL_SIDE_BY_SIDE,
                            button.label_length(),
                        )?;
                    }
                }
            }
        }
        Ok(self)
    }
}
