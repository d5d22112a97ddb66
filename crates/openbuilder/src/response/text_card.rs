//! textCard: text with buttons.

use serde::Serialize;

use crate::response::footer::Footer;
use crate::response::{Button, ButtonLayout, Output};
use crate::text::{at_most, length, not_empty, short_enough};
use crate::{LimitError, limits};

/// Text with buttons: a title (at most 50 characters), a description, together at most 400.
///
/// In a carousel the description has at most 128 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextCard {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(flatten)]
    footer: Footer,
}

impl TextCard {
    /// A card that says `description`.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or longer than 400 characters.
    pub fn new(description: impl Into<String>) -> Result<Self, LimitError> {
        Self { title: None, description: None, footer: Footer::default() }.description(description)
    }

    /// A card that says `title`, in bold.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or longer than 50 characters.
    pub fn titled(title: impl Into<String>) -> Result<Self, LimitError> {
        Self { title: None, description: None, footer: Footer::default() }.title(title)
    }

    /// The title, at most 50 characters.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or too long, alone or together with the description.
    pub fn title(mut self, title: impl Into<String>) -> Result<Self, LimitError> {
        self.title = Some(at_most("textCard.title", limits::TEXT_CARD_TITLE, title)?);
        self.short_enough()
    }

    /// The description; with the title at most 400 characters.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank, or too long together with the title.
    pub fn description(mut self, description: impl Into<String>) -> Result<Self, LimitError> {
        self.description = Some(not_empty("textCard.description", description)?);
        self.short_enough()
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

    fn short_enough(self) -> Result<Self, LimitError> {
        let total = [&self.title, &self.description].into_iter().flatten().map(|text| length(text)).sum();
        short_enough("textCard.title + description", limits::TEXT_CARD_TEXT, total)?;
        Ok(self)
    }

    pub(super) fn fits_carousel(&self) -> Result<(), LimitError> {
        let description = self.description.as_deref().map_or(0, length);
        short_enough(
            "textCard.description in a carousel",
            limits::TEXT_CARD_CAROUSEL_DESCRIPTION,
            description,
        )?;
        self.footer.fits_carousel()
    }
}

impl From<TextCard> for Output {
    fn from(card: TextCard) -> Self {
        Self::TextCard(card)
    }
}
