//! basicCard: a picture with text and buttons.

use serde::Serialize;

use crate::response::footer::Footer;
use crate::response::{Button, ButtonLayout, Output, Thumbnail};
use crate::text::{at_most, few_lines, lines};
use crate::{LimitError, limits};

/// A picture with a title (at most 50 characters), a description (at most 230) and buttons.
///
/// In a carousel title and description have at most two lines each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BasicCard {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    thumbnail: Thumbnail,
    #[serde(flatten)]
    footer: Footer,
}

impl BasicCard {
    /// A card that shows `thumbnail`.
    #[must_use]
    pub fn new(thumbnail: Thumbnail) -> Self {
        let footer = Footer::under(thumbnail.is_square());
        Self { title: None, description: None, thumbnail, footer }
    }

    /// The title, at most 50 characters.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or too long.
    pub fn title(mut self, title: impl Into<String>) -> Result<Self, LimitError> {
        self.title = Some(at_most("basicCard.title", limits::BASIC_CARD_TITLE, title)?);
        Ok(self)
    }

    /// The description, at most 230 characters.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or too long.
    pub fn description(mut self, description: impl Into<String>) -> Result<Self, LimitError> {
        self.description =
            Some(at_most("basicCard.description", limits::BASIC_CARD_DESCRIPTION, description)?);
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

    pub(super) fn is_square(&self) -> bool {
        self.thumbnail.is_square()
    }

    pub(super) fn fits_carousel(&self) -> Result<(), LimitError> {
        let (title, description) = (self.title.as_deref(), self.description.as_deref());
        let limit = limits::BASIC_CARD_CAROUSEL_LINES;
        few_lines("basicCard.title in a carousel", limit, title.map_or(0, lines))?;
        few_lines("basicCard.description in a carousel", limit, description.map_or(0, lines))?;
        self.footer.fits_carousel()
    }
}

impl From<BasicCard> for Output {
    fn from(card: BasicCard) -> Self {
        Self::BasicCard(card)
    }
}
