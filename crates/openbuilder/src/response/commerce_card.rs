//! commerceCard: something with a price.

use serde::{Serialize, Serializer};

use crate::response::footer::Footer;
use crate::response::{Button, ButtonLayout, Output, Profile, Thumbnail};
use crate::text::at_most;
use crate::{LimitError, limits};

/// Something with a price in won, one picture, a title (at most 30 characters), a description (at most 40), who
/// offers it, and buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommerceCard {
    title: Option<String>,
    description: Option<String>,
    price: u64,
    discount: Option<Discount>,
    thumbnail: Thumbnail,
    profile: Option<Profile>,
    footer: Footer,
}

/// What is taken off the price, and how that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discount {
    /// So many won less.
    Won(u64),
    /// Another price, in won.
    To(u64),
    /// Another price, in won, and the percentage to show beside it. Kakao does not work one out from the other.
    Percent {
        /// 0 to 100.
        rate: u8,
        /// The price that is left, in won.
        discounted_price: u64,
    },
}

impl CommerceCard {
    /// A card that offers something for `price` won, and shows `thumbnail`.
    #[must_use]
    pub fn new(price: u64, thumbnail: Thumbnail) -> Self {
        let footer = Footer::under(thumbnail.is_square());
        Self { title: None, description: None, price, discount: None, thumbnail, profile: None, footer }
    }

    /// The title, at most 30 characters.
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or too long.
    pub fn title(mut self, title: impl Into<String>) -> Result<Self, LimitError> {
        self.title = Some(at_most("commerceCard.title", limits::COMMERCE_CARD_TITLE, title)?);
        Ok(self)
    }

    /// The description, at most 40 characters. (An older guide said 76, for cards without a title.)
    ///
    /// # Errors
    /// [`LimitError`] where it is blank or too long.
    pub fn description(mut self, description: impl Into<String>) -> Result<Self, LimitError> {
        self.description =
            Some(at_most("commerceCard.description", limits::COMMERCE_CARD_DESCRIPTION, description)?);
        Ok(self)
    }

    /// Takes `won` off the price. A later discount replaces an earlier one.
    ///
    /// # Errors
    /// [`LimitError::Conflict`] where more is taken off than there is.
    pub fn discount(self, won: u64) -> Result<Self, LimitError> {
        self.discounted(Discount::Won(won))
    }

    /// Takes off the price what `discount` says. A later discount replaces an earlier one.
    ///
    /// # Errors
    /// [`LimitError::Conflict`] where more is taken off than there is, the price rises, or a rate is above 100.
    pub fn discounted(mut self, discount: Discount) -> Result<Self, LimitError> {
        let (left_or_taken, is_rate_possible) = match discount {
            Discount::Won(won) | Discount::To(won) => (won, true),
            Discount::Percent { rate, discounted_price } => (discounted_price, rate <= 100),
        };
        if left_or_taken > self.price {
            return Err(LimitError::Conflict {
                field: "commerceCard.discount",
                rule: "neither the discount nor the discounted price may be above the price",
            });
        }
        if !is_rate_possible {
            return Err(LimitError::Conflict {
                field: "commerceCard.discountRate",
                rule: "a rate is a percentage, 0 to 100",
            });
        }
        self.discount = Some(discount);
        Ok(self)
    }

    /// Who offers it.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
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
        self.footer.fits_carousel()
    }
}

/// The card as it is sent: one thumbnail is a list of one, one discount is one or two of three fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'c> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'c str>,
    price: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_rate: Option<u8>,
    // The guide's table also has the misspelling `dicountedPrice`; its prose has this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    discounted_price: Option<u64>,
    currency: &'static str,
    thumbnails: [&'c Thumbnail; limits::COMMERCE_CARD_THUMBNAILS],
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'c Profile>,
    #[serde(flatten)]
    footer: &'c Footer,
}

impl Serialize for CommerceCard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (discount, discount_rate, discounted_price) = match self.discount {
            None => (None, None, None),
            Some(Discount::Won(won)) => (Some(won), None, None),
            Some(Discount::To(price)) => (None, None, Some(price)),
            Some(Discount::Percent { rate, discounted_price }) => (None, Some(rate), Some(discounted_price)),
        };
        let wire = Wire {
            title: self.title.as_deref(),
            description: self.description.as_deref(),
            price: self.price,
            discount,
            discount_rate,
            discounted_price,
            currency: limits::CURRENCY,
            thumbnails: [&self.thumbnail],
            profile: self.profile.as_ref(),
            footer: &self.footer,
        };
        wire.serialize(serializer)
    }
}

impl From<CommerceCard> for Output {
    fn from(card: CommerceCard) -> Self {
        Self::CommerceCard(card)
    }
}
