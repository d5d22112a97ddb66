//! The components, one function each.

use serde_json::Value;

use crate::check::node::{Node, Report};
use crate::check::parts;
use crate::{limits, text};

/// The cards, which may stand alone or in a carousel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CardKind {
    Text,
    Basic,
    Commerce,
    List,
    Item,
}

impl CardKind {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "textCard" => Some(Self::Text),
            "basicCard" => Some(Self::Basic),
            "commerceCard" => Some(Self::Commerce),
            "listCard" => Some(Self::List),
            "itemCard" => Some(Self::Item),
            _ => None,
        }
    }

    fn most_in_carousel(self) -> usize {
        match self {
            Self::List => limits::CAROUSEL_LIST_CARDS,
            Self::Text | Self::Basic | Self::Commerce | Self::Item => limits::CAROUSEL_CARDS,
        }
    }

    /// Whether the card's picture is 1:1; `None` without a picture.
    fn is_square(self, card: &Node<'_>) -> Option<bool> {
        match self {
            Self::Text | Self::List => None,
            Self::Basic => Some(card.get("thumbnail")?.is_set("fixedRatio")),
            Self::Commerce => {
                let thumbnail = card.value.get("thumbnails")?.get(0)?;
                Some(thumbnail.get("fixedRatio").and_then(Value::as_bool) == Some(true))
            }
            // Without a size an itemCard's picture is shown 1:1.
            Self::Item => {
                card.get("thumbnail").map(|thumb| thumb.value.get("width") == thumb.value.get("height"))
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Alone,
    Carousel,
}

pub(super) fn simple_text(report: &mut Report, bubble: &Node<'_>) {
    report.need_short(bubble, "text", limits::SIMPLE_TEXT);
    report.optional_flag(bubble, "forwardable");
}

pub(super) fn simple_image(report: &mut Report, bubble: &Node<'_>) {
    report.need_url(bubble, "imageUrl");
    report.optional_short(bubble, "altText", limits::ALT_TEXT);
    report.optional_flag(bubble, "forwardable");
}

pub(super) fn card(report: &mut Report, card: &Node<'_>, kind: CardKind, place: Place) {
    match kind {
        CardKind::Text => text_card(report, card, place),
        CardKind::Basic => basic_card(report, card, place),
        CardKind::Commerce => commerce_card(report, card),
        CardKind::List => list_card(report, card, place),
        CardKind::Item => item_card(report, card, place),
    }
    // Only a fixedRatio thumbnail turns the buttons; an itemCard's picture has a size instead.
    let turns_buttons = kind != CardKind::Item && kind.is_square(card) == Some(true);
    parts::footer(report, card, turns_buttons, place == Place::Carousel);
}

fn text_card(report: &mut Report, card: &Node<'_>, place: Place) {
    if card.text("title").is_none() && card.text("description").is_none() {
        report.add(card, "has neither a title nor a description");
    }
    report.optional_short(card, "title", limits::TEXT_CARD_TITLE);
    let description = report.optional_text(card, "description").unwrap_or_default();
    let total = text::length(description) + card.text("title").map_or(0, text::length);
    if total > limits::TEXT_CARD_TEXT {
        let limit = limits::TEXT_CARD_TEXT;
        report.add(card, format!("has {total} characters of title and description, and {limit} fit"));
    }
    if place == Place::Carousel {
        let limit = limits::TEXT_CARD_CAROUSEL_DESCRIPTION;
        report.short(card, "description", limit, text::length(description));
    }
}

fn basic_card(report: &mut Report, card: &Node<'_>, place: Place) {
    report.optional_short(card, "title", limits::BASIC_CARD_TITLE);
    report.optional_short(card, "description", limits::BASIC_CARD_DESCRIPTION);
    if place == Place::Carousel {
        for key in ["title", "description"] {
            let n_lines = card.text(key).map_or(0, text::lines);
            report.few_lines(card, key, limits::BASIC_CARD_CAROUSEL_LINES, n_lines);
        }
    }
    if let Some(thumbnail) = report.need(card, "thumbnail") {
        parts::thumbnail(report, &thumbnail);
    }
}

fn commerce_card(report: &mut Report, card: &Node<'_>) {
    report.optional_short(card, "title", limits::COMMERCE_CARD_TITLE);
    report.optional_short(card, "description", limits::COMMERCE_CARD_DESCRIPTION);
    report.need_whole(card, "price");
    report.optional_choice(card, "currency", &[limits::CURRENCY]);
    for amount in ["discount", "discountRate", "discountedPrice"] {
        report.optional_whole(card, amount);
    }
    if card.get("dicountedPrice").is_some() {
        report.add_at(
            card,
            "dicountedPrice",
            "is a misspelling from the guide's table: write discountedPrice",
        );
    }
    if card.get("discountRate").is_some() && card.get("discountedPrice").is_none() {
        report.add_at(card, "discountRate", "needs a discountedPrice beside it");
    }
    let least = limits::COMMERCE_CARD_THUMBNAILS;
    for thumbnail in report.list(card, "thumbnails", least, limits::COMMERCE_CARD_THUMBNAILS) {
        parts::thumbnail(report, &thumbnail);
    }
    if let Some(profile) = card.get("profile") {
        parts::profile(report, &profile);
    }
}

fn list_card(report: &mut Report, card: &Node<'_>, place: Place) {
    if let Some(header) = report.need(card, "header").filter(|header| report.is_object(header)) {
        report.need_text(&header, "title");
    }
    let most = if place == Place::Carousel { limits::LIST_ITEMS_CAROUSEL } else { limits::LIST_ITEMS };
    for item in report.list(card, "items", 1, most) {
        parts::list_item(report, &item);
    }
}

fn item_card(report: &mut Report, card: &Node<'_>, place: Place) {
    let (most, text_limit) = match place {
        Place::Alone => (limits::ITEM_ROWS, limits::ITEM_CARD_TEXT),
        Place::Carousel => (limits::ITEM_ROWS_CAROUSEL, limits::ITEM_CARD_TEXT_CAROUSEL),
    };
    if let Some(thumbnail) = card.get("thumbnail") {
        parts::thumbnail(report, &thumbnail);
    }
    parts::item_head(report, card);
    for row in report.list(card, "itemList", 1, most) {
        parts::item_row(report, &row);
    }
    report.optional_choice(card, "itemListAlignment", &["left", "right"]);
    if let Some(summary) = card.get("itemListSummary").filter(|summary| report.is_object(summary)) {
        report.need_short(&summary, "title", limits::ITEM_SUMMARY_TITLE);
        report.need_short(&summary, "description", limits::ITEM_SUMMARY_DESCRIPTION);
    }
    for key in ["title", "description"] {
        report.optional_text(card, key);
    }
    if card.text("description").is_some() && card.text("title").is_none() {
        report.add_at(card, "description", "needs a title beside it");
    }
    let texts = || ["title", "description"].into_iter().filter_map(|key| card.text(key));
    let total: usize = texts().map(text::length).sum();
    if total > text_limit {
        report.add(card, format!("has {total} characters of title and description, and {text_limit} fit"));
    }
    let n_lines: usize = texts().map(text::lines).sum();
    if n_lines > limits::ITEM_CARD_LINES {
        let limit = limits::ITEM_CARD_LINES;
        report.add(card, format!("has {n_lines} lines of title and description, and {limit} are shown"));
    }
}

pub(super) fn carousel(report: &mut Report, carousel: &Node<'_>) {
    let Some(kind) = report.need_text(carousel, "type") else { return };
    let Some(kind) = CardKind::named(kind) else {
        report.add_at(
            carousel,
            "type",
            "must be one of: basicCard, textCard, commerceCard, listCard, itemCard",
        );
        return;
    };
    if let Some(header) = carousel.get("header") {
        carousel_header(report, &header, kind);
    }
    let cards = report.list(carousel, "items", 1, kind.most_in_carousel());
    for card in &cards {
        if report.is_object(card) {
            self::card(report, card, kind, Place::Carousel);
        }
    }
    let mut shapes = cards.iter().filter_map(|card| kind.is_square(card));
    if let Some(first) = shapes.next()
        && shapes.any(|shape| shape != first)
    {
        report.add_at(carousel, "items", "have pictures of different shapes: make all square, or none");
    }
}

fn carousel_header(report: &mut Report, header: &Node<'_>, kind: CardKind) {
    if !report.is_object(header) {
        return;
    }
    match kind {
        CardKind::Text | CardKind::List => report.add(header, "does not work over textCards or listCards"),
        CardKind::Basic | CardKind::Commerce | CardKind::Item => {}
    }
    for (key, limit) in [
        ("title", limits::CAROUSEL_HEADER_TITLE_LINES),
        ("description", limits::CAROUSEL_HEADER_DESCRIPTION_LINES),
    ] {
        let n_lines = report.optional_text(header, key).map_or(0, text::lines);
        report.few_lines(header, key, limit, n_lines);
    }
    if let Some(thumbnail) = header.get("thumbnail").filter(|thumbnail| report.is_object(thumbnail)) {
        report.need_url(&thumbnail, "imageUrl");
    }
}
