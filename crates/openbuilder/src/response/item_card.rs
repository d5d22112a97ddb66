//! itemCard: names and values in rows, like a receipt.

use serde::Serialize;

use crate::response::footer::Footer;
use crate::response::{
    Button, ButtonLayout, ImageTitle, ItemProfile, ItemRow, ItemSummary, ItemThumbnail, Output,
};
use crate::text::{at_least_one, few_enough, few_lines, length, lines, not_empty, short_enough};
use crate::{LimitError, limits};

/// Names and values in rows (1 to 10, in a carousel to 5), like a receipt.
///
/// From top to bottom: a picture, a heading *or* a profile, an image title, the rows, their summary, a title with
/// its description (together at most 200 characters and 12 lines, in a carousel 100 characters), and buttons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemCard {
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail: Option<ItemThumbnail>,
    #[serde(flatten)]
    top: Option<Top>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_title: Option<ImageTitle>,
    item_list: Vec<ItemRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_list_alignment: Option<Alignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_list_summary: Option<ItemSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(flatten)]
    footer: Footer,
}

/// A heading or a profile, never both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Top {
    Head { title: String },
    Profile(ItemProfile),
}

/// On which side the rows' values and the summary stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Alignment {
    /// On the left.
    Left,
    /// On the right, as sums of money are read best.
    Right,
}

impl ItemCard {
    /// A card of `rows`.
    ///
    /// # Errors
    /// [`LimitError`] where there is no row, or more than 10.
    pub fn new(rows: impl IntoIterator<Item = ItemRow>) -> Result<Self, LimitError> {
        let item_list: Vec<_> = rows.into_iter().collect();
        at_least_one("itemCard.itemList", item_list.len())?;
        few_enough("itemCard.itemList", limits::ITEM_ROWS, item_list.len())?;
        Ok(Self {
            thumbnail: None,
            top: None,
            image_title: None,
            item_list,
            item_list_alignment: None,
            item_list_summary: None,
            title: None,
            description: None,
            footer: Footer::default(),
        })
    }

    /// Adds a row, under those already there.
    ///
    /// # Errors
    /// [`LimitError::TooMany`] for an eleventh one.
    pub fn row(mut self, row: ItemRow) -> Result<Self, LimitError> {
        self.item_list.push(row);
        few_enough("itemCard.itemList", limits::ITEM_ROWS, self.item_list.len())?;
        Ok(self)
    }

    /// The picture at the top.
    #[must_use]
    pub fn thumbnail(mut self, thumbnail: ItemThumbnail) -> Self {
        self.thumbnail = Some(thumbnail);
        self
    }

    /// The heading. It takes the place of a profile.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where it is blank.
    pub fn head(mut self, title: impl Into<String>) -> Result<Self, LimitError> {
        self.top = Some(Top::Head { title: not_empty("itemCard.head.title", title)? });
        Ok(self)
    }

    /// The profile. It takes the place of a heading.
    #[must_use]
    pub fn profile(mut self, profile: ItemProfile) -> Self {
        self.top = Some(Top::Profile(profile));
        self
    }

    /// A title with a small picture, over the rows.
    #[must_use]
    pub fn image_title(mut self, title: ImageTitle) -> Self {
        self.image_title = Some(title);
        self
    }

    /// On which side the values stand.
    #[must_use]
    pub fn alignment(mut self, alignment: Alignment) -> Self {
        self.item_list_alignment = Some(alignment);
        self
    }

    /// The line under the rows.
    #[must_use]
    pub fn summary(mut self, summary: ItemSummary) -> Self {
        self.item_list_summary = Some(summary);
        self
    }

    /// The title under the rows, without a description.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank, or longer than 200 characters or 12 lines.
    pub fn title(mut self, title: impl Into<String>) -> Result<Self, LimitError> {
        self.title = Some(not_empty("itemCard.title", title)?);
        self.description = None;
        self.short_enough(limits::ITEM_CARD_TEXT)?;
        Ok(self)
    }

    /// The title under the rows, and its description: there is none without a title.
    ///
    /// # Errors
    /// [`LimitError`] where one is blank, or both together are longer than 200 characters or 12 lines.
    pub fn title_and_description(
        mut self,
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Result<Self, LimitError> {
        self.title = Some(not_empty("itemCard.title", title)?);
        self.description = Some(not_empty("itemCard.description", description)?);
        self.short_enough(limits::ITEM_CARD_TEXT)?;
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

    fn short_enough(&self, limit: usize) -> Result<(), LimitError> {
        let texts = || [&self.title, &self.description].into_iter().flatten();
        short_enough("itemCard.title + description", limit, texts().map(|text| length(text)).sum())?;
        let n_lines = texts().map(|text| lines(text)).sum();
        few_lines("itemCard.title + description", limits::ITEM_CARD_LINES, n_lines)
    }

    /// Whether the picture is 1:1, if there is one.
    pub(super) fn is_square(&self) -> Option<bool> {
        self.thumbnail.as_ref().map(ItemThumbnail::is_square)
    }

    pub(super) fn fits_carousel(&self) -> Result<(), LimitError> {
        few_enough("itemCard.itemList in a carousel", limits::ITEM_ROWS_CAROUSEL, self.item_list.len())?;
        self.short_enough(limits::ITEM_CARD_TEXT_CAROUSEL)?;
        self.footer.fits_carousel()
    }
}

impl From<ItemCard> for Output {
    fn from(card: ItemCard) -> Self {
        Self::ItemCard(card)
    }
}
