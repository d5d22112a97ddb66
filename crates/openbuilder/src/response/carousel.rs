//! carousel: cards of one kind, side by side.

use serde::Serialize;

use crate::response::{BasicCard, CommerceCard, ItemCard, ListCard, Output, TextCard};
use crate::text::{at_least_one, few_enough, few_lines, lines, not_empty, web_address};
use crate::{LimitError, limits};

/// Cards of one kind, side by side: 1 to 10, and at most 5 listCards.
///
/// Cards in a carousel are shorter than alone, which is checked as they are put in, and their pictures all have
/// one shape.
///
/// ```
/// use openbuilder::response::{Carousel, SkillResponse, TextCard};
///
/// let drinks = Carousel::new([TextCard::titled("아이스아메리카노")?, TextCard::titled("카페라떼")?])?;
/// let answer = SkillResponse::new().output(drinks)?;
/// # Ok::<(), openbuilder::LimitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carousel<C> {
    header: Option<CarouselHeader>,
    cards: Vec<C>,
}

impl<C: CarouselCard> Carousel<C> {
    /// A carousel of `cards`.
    ///
    /// # Errors
    /// [`LimitError`] where there is no card or too many, where one is too long for a carousel or `forwardable`,
    /// or where the pictures have different shapes.
    pub fn new(cards: impl IntoIterator<Item = C>) -> Result<Self, LimitError> {
        let carousel = cards.into_iter().try_fold(Self { header: None, cards: Vec::new() }, Self::card)?;
        at_least_one("carousel.items", carousel.cards.len())?;
        Ok(carousel)
    }

    /// Adds a card, to the right of those already there.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn card(mut self, card: C) -> Result<Self, LimitError> {
        card.fits_carousel()?;
        if let (Some(shape), Some(others)) = (card.is_square(), self.cards.iter().find_map(C::is_square))
            && shape != others
        {
            return Err(LimitError::Conflict {
                field: "carousel.items",
                rule: "all pictures of a carousel have one shape: make all square, or none",
            });
        }
        self.cards.push(card);
        few_enough("carousel.items", C::MOST, self.cards.len())?;
        Ok(self)
    }
}

impl<C: CarouselWithHeader> Carousel<C> {
    /// Puts a header to the left of the cards.
    #[must_use]
    pub fn header(mut self, header: CarouselHeader) -> Self {
        self.header = Some(header);
        self
    }
}

/// The first thing of a carousel: a title and a description over a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CarouselHeader {
    title: String,
    description: String,
    thumbnail: Background,
}

/// A header's picture has an address, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Background {
    image_url: String,
}

impl CarouselHeader {
    /// A header: a title of at most two lines, a description of at most three, and a picture behind them.
    ///
    /// # Errors
    /// [`LimitError`] where a text is blank or has too many lines, or the address is not http(s).
    pub fn new(
        title: impl Into<String>,
        description: impl Into<String>,
        image_url: impl AsRef<str>,
    ) -> Result<Self, LimitError> {
        let title = not_empty("carousel.header.title", title)?;
        few_lines("carousel.header.title", limits::CAROUSEL_HEADER_TITLE_LINES, lines(&title))?;
        let description = not_empty("carousel.header.description", description)?;
        let limit = limits::CAROUSEL_HEADER_DESCRIPTION_LINES;
        few_lines("carousel.header.description", limit, lines(&description))?;
        let image_url = web_address("carousel.header.thumbnail.imageUrl", image_url)?;
        Ok(Self { title, description, thumbnail: Background { image_url } })
    }
}

/// A kind of card that a [`Carousel`] can hold. Nobody else can add one: the wire knows these five.
pub trait CarouselCard: sealed::Card {}

/// A kind of card whose [`Carousel`] can have a [`CarouselHeader`]: all but textCard and listCard.
pub trait CarouselWithHeader: CarouselCard {}

impl CarouselCard for TextCard {}
impl CarouselCard for BasicCard {}
impl CarouselCard for CommerceCard {}
impl CarouselCard for ListCard {}
impl CarouselCard for ItemCard {}

impl CarouselWithHeader for BasicCard {}
impl CarouselWithHeader for CommerceCard {}
impl CarouselWithHeader for ItemCard {}

mod sealed {
    use super::{AnyCard, LimitError, limits};

    pub trait Card: Into<AnyCard> {
        /// The `type` on the wire.
        const TYPE: &'static str;
        const MOST: usize = limits::CAROUSEL_CARDS;

        fn fits_carousel(&self) -> Result<(), LimitError>;

        /// Whether the card's picture is 1:1; `None` without a picture.
        fn is_square(&self) -> Option<bool> {
            None
        }
    }
}

impl sealed::Card for TextCard {
    const TYPE: &'static str = "textCard";

    fn fits_carousel(&self) -> Result<(), LimitError> {
        self.fits_carousel()
    }
}

impl sealed::Card for BasicCard {
    const TYPE: &'static str = "basicCard";

    fn fits_carousel(&self) -> Result<(), LimitError> {
        self.fits_carousel()
    }

    fn is_square(&self) -> Option<bool> {
        Some(self.is_square())
    }
}

impl sealed::Card for CommerceCard {
    const TYPE: &'static str = "commerceCard";

    fn fits_carousel(&self) -> Result<(), LimitError> {
        self.fits_carousel()
    }

    fn is_square(&self) -> Option<bool> {
        Some(self.is_square())
    }
}

impl sealed::Card for ListCard {
    const TYPE: &'static str = "listCard";
    const MOST: usize = limits::CAROUSEL_LIST_CARDS;

    fn fits_carousel(&self) -> Result<(), LimitError> {
        self.fits_carousel()
    }
}

impl sealed::Card for ItemCard {
    const TYPE: &'static str = "itemCard";

    fn fits_carousel(&self) -> Result<(), LimitError> {
        self.fits_carousel()
    }

    fn is_square(&self) -> Option<bool> {
        self.is_square()
    }
}

/// A carousel that has forgotten its kind of card in the type, and says it on the wire instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MixedCarousel {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<CarouselHeader>,
    items: Vec<AnyCard>,
}

/// A card without a key in front of it, as carousels hold them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AnyCard {
    Text(TextCard),
    Basic(BasicCard),
    Commerce(CommerceCard),
    List(ListCard),
    Item(ItemCard),
}

impl<C: CarouselCard> From<Carousel<C>> for Output {
    fn from(carousel: Carousel<C>) -> Self {
        let items = carousel.cards.into_iter().map(Into::into).collect();
        Self::Carousel(MixedCarousel { r#type: C::TYPE, header: carousel.header, items })
    }
}

impl From<TextCard> for AnyCard {
    fn from(card: TextCard) -> Self {
        Self::Text(card)
    }
}

impl From<BasicCard> for AnyCard {
    fn from(card: BasicCard) -> Self {
        Self::Basic(card)
    }
}

impl From<CommerceCard> for AnyCard {
    fn from(card: CommerceCard) -> Self {
        Self::Commerce(card)
    }
}

impl From<ListCard> for AnyCard {
    fn from(card: ListCard) -> Self {
        Self::List(card)
    }
}

impl From<ItemCard> for AnyCard {
    fn from(card: ItemCard) -> Self {
        Self::Item(card)
    }
}
