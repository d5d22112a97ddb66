//! Every documented limit, once: the builders and the checker read the same numbers.
//!
//! Lengths are in characters (Unicode scalar values, as [`str::chars`] counts them), sizes in bytes, the rest in
//! entries. Lines are the explicit ones: where a device wraps cannot be known here.

use std::time::Duration;

/// How long Kakao waits for an answer, the way there and back included.
pub const ANSWER_TIME: Duration = Duration::from_secs(5);

/// Bubbles in one answer.
pub const OUTPUTS: usize = 3;
/// Quick replies under one answer.
pub const QUICK_REPLIES: usize = 10;
/// Bytes of one bubble, written as JSON.
pub const BUBBLE_BYTES: usize = 30_720;

/// Characters of a simpleText.
pub const SIMPLE_TEXT: usize = 1_000;
/// Characters of a simpleText that show at once; the rest is folded behind "전체 보기".
pub const SIMPLE_TEXT_UNFOLDED: usize = 500;
/// Characters of an image's alternative text.
pub const ALT_TEXT: usize = 50;

/// Characters of a button's label.
pub const BUTTON_LABEL: usize = 14;
/// Characters of a button's label where two buttons stand side by side.
pub const BUTTON_LABEL_SIDE_BY_SIDE: usize = 8;
/// Buttons under each other.
pub const BUTTONS_VERTICAL: usize = 3;
/// Buttons side by side.
pub const BUTTONS_HORIZONTAL: usize = 2;

/// Characters of a textCard's title.
pub const TEXT_CARD_TITLE: usize = 50;
/// Characters of a textCard's title and description together.
pub const TEXT_CARD_TEXT: usize = 400;
/// Characters of a textCard's description in a carousel.
pub const TEXT_CARD_CAROUSEL_DESCRIPTION: usize = 128;

/// Characters of a basicCard's title.
pub const BASIC_CARD_TITLE: usize = 50;
/// Characters of a basicCard's description.
pub const BASIC_CARD_DESCRIPTION: usize = 230;
/// Lines of a basicCard's title, and of its description, in a carousel.
pub const BASIC_CARD_CAROUSEL_LINES: usize = 2;

/// Characters of a commerceCard's title.
pub const COMMERCE_CARD_TITLE: usize = 30;
/// Characters of a commerceCard's description.
pub const COMMERCE_CARD_DESCRIPTION: usize = 40;
/// Thumbnails of a commerceCard: exactly so many.
pub const COMMERCE_CARD_THUMBNAILS: usize = 1;
/// The only currency a commerceCard knows.
pub const CURRENCY: &str = "won";

/// Items of a listCard.
pub const LIST_ITEMS: usize = 5;
/// Items of a listCard in a carousel.
pub const LIST_ITEMS_CAROUSEL: usize = 4;

/// Rows of an itemCard.
pub const ITEM_ROWS: usize = 10;
/// Rows of an itemCard in a carousel.
pub const ITEM_ROWS_CAROUSEL: usize = 5;
/// Characters of an itemCard row's title.
pub const ITEM_ROW_TITLE: usize = 6;
/// Lines of an itemCard row's description.
pub const ITEM_ROW_LINES: usize = 2;
/// Characters of an itemCard summary's title.
pub const ITEM_SUMMARY_TITLE: usize = 6;
/// Characters of an itemCard summary's description.
pub const ITEM_SUMMARY_DESCRIPTION: usize = 14;
/// Characters of an itemCard profile's title.
pub const ITEM_PROFILE_TITLE: usize = 15;
/// Characters of an itemCard's title and description together.
pub const ITEM_CARD_TEXT: usize = 200;
/// Characters of an itemCard's title and description together, in a carousel.
pub const ITEM_CARD_TEXT_CAROUSEL: usize = 100;
/// Lines of an itemCard's title and description together.
pub const ITEM_CARD_LINES: usize = 12;

/// Cards in a carousel.
pub const CAROUSEL_CARDS: usize = 10;
/// Cards in a carousel of listCards.
pub const CAROUSEL_LIST_CARDS: usize = 5;
/// Lines of a carousel header's title.
pub const CAROUSEL_HEADER_TITLE_LINES: usize = 2;
/// Lines of a carousel header's description.
pub const CAROUSEL_HEADER_DESCRIPTION_LINES: usize = 3;

/// Users that one event may be sent to.
pub const EVENT_USERS: usize = 100;
