//! The parts that only an itemCard has: rows, summary, picture, image title and profile.

use serde::Serialize;

use crate::response::Link;
use crate::text::{at_most, few_lines, lines, not_empty, web_address};
use crate::{LimitError, limits};

/// A row of an itemCard: a name and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemRow {
    title: String,
    description: String,
}

impl ItemRow {
    /// A row: a name of at most 6 characters, a value of at most two lines.
    ///
    /// # Errors
    /// [`LimitError`] where one is blank or too long.
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Result<Self, LimitError> {
        let title = at_most("itemList.title", limits::ITEM_ROW_TITLE, title)?;
        let description = not_empty("itemList.description", description)?;
        few_lines("itemList.description", limits::ITEM_ROW_LINES, lines(&description))?;
        Ok(Self { title, description })
    }
}

/// The last line of an itemCard, such as its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemSummary {
    title: String,
    description: String,
}

impl ItemSummary {
    /// A summary: a name of at most 6 characters, a value of at most 14.
    ///
    /// # Errors
    /// [`LimitError`] where one is blank or too long.
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Result<Self, LimitError> {
        let title = at_most("itemListSummary.title", limits::ITEM_SUMMARY_TITLE, title)?;
        let description =
            at_most("itemListSummary.description", limits::ITEM_SUMMARY_DESCRIPTION, description)?;
        Ok(Self { title, description })
    }
}

/// An itemCard's picture: 800 × 800 pixels, or 800 × 400.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemThumbnail {
    image_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alt_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Link>,
    width: u32,
    height: u32,
}

impl ItemThumbnail {
    /// A picture of 800 × 800 pixels.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where the address is not http(s).
    pub fn square(url: impl AsRef<str>) -> Result<Self, LimitError> {
        Self::new(url, 800)
    }

    /// A picture of 800 × 400 pixels.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where the address is not http(s).
    pub fn wide(url: impl AsRef<str>) -> Result<Self, LimitError> {
        Self::new(url, 400)
    }

    fn new(url: impl AsRef<str>, height: u32) -> Result<Self, LimitError> {
        let image_url = web_address("thumbnail.imageUrl", url)?;
        Ok(Self { image_url, alt_text: None, link: None, width: 800, height })
    }

    /// What to say where the picture cannot be seen, at most 50 characters.
    ///
    /// # Errors
    /// [`LimitError`] where the text is blank or too long.
    pub fn alt_text(mut self, text: impl Into<String>) -> Result<Self, LimitError> {
        self.alt_text = Some(at_most("thumbnail.altText", limits::ALT_TEXT, text)?);
        Ok(self)
    }

    /// Where a tap on the picture leads.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.link = Some(link);
        self
    }

    pub(super) fn is_square(&self) -> bool {
        self.width == self.height
    }
}

/// A title with a small picture beside it, over the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageTitle {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
}

impl ImageTitle {
    /// A title. No limit is documented.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where it is blank.
    pub fn new(title: impl Into<String>) -> Result<Self, LimitError> {
        Ok(Self { title: not_empty("imageTitle.title", title)?, description: None, image_url: None })
    }

    /// What stands under it.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where it is blank.
    pub fn description(mut self, description: impl Into<String>) -> Result<Self, LimitError> {
        self.description = Some(not_empty("imageTitle.description", description)?);
        Ok(self)
    }

    /// The picture beside it.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where the address is not http(s).
    pub fn image(mut self, url: impl AsRef<str>) -> Result<Self, LimitError> {
        self.image_url = Some(web_address("imageTitle.imageUrl", url)?);
        Ok(self)
    }
}

/// Who an itemCard comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemProfile {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
}

impl ItemProfile {
    /// A profile by name, at most 15 characters.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or too long.
    pub fn new(title: impl Into<String>) -> Result<Self, LimitError> {
        let title = at_most("itemCard.profile.title", limits::ITEM_PROFILE_TITLE, title)?;
        Ok(Self { title, image_url: None, width: None, height: None })
    }

    /// Its picture.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where the address is not http(s).
    pub fn image(mut self, url: impl AsRef<str>) -> Result<Self, LimitError> {
        self.image_url = Some(web_address("itemCard.profile.imageUrl", url)?);
        Ok(self)
    }

    /// The picture's size in pixels.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (Some(width), Some(height));
        self
    }
}
