//! simpleText and simpleImage: a bubble that holds one thing.

use serde::Serialize;

use crate::response::Output;
use crate::text::{at_most, web_address};
use crate::{LimitError, limits};

/// Plain text, at most 1,000 characters; what is beyond 500 is folded behind "전체 보기".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimpleText {
    text: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    forwardable: bool,
}

impl SimpleText {
    /// A bubble that says `text`.
    ///
    /// # Errors
    /// [`LimitError`] where the text is blank or longer than 1,000 characters.
    pub fn new(text: impl Into<String>) -> Result<Self, LimitError> {
        let text = at_most("simpleText.text", limits::SIMPLE_TEXT, text)?;
        Ok(Self { text, forwardable: false })
    }

    /// Shows an icon to pass the bubble on to somebody else.
    #[must_use]
    pub fn forwardable(mut self) -> Self {
        self.forwardable = true;
        self
    }
}

/// A picture, which Kakao fetches: its address must be public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimpleImage {
    image_url: String,
    alt_text: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    forwardable: bool,
}

impl SimpleImage {
    /// A bubble that shows the picture at `url`, and says `alt_text` (at most 50 characters) where it cannot.
    ///
    /// # Errors
    /// [`LimitError`] where the address is not http(s), or the text blank or too long.
    pub fn new(url: impl AsRef<str>, alt_text: impl Into<String>) -> Result<Self, LimitError> {
        let image_url = web_address("simpleImage.imageUrl", url)?;
        let alt_text = at_most("simpleImage.altText", limits::ALT_TEXT, alt_text)?;
        Ok(Self { image_url, alt_text, forwardable: false })
    }

    /// Shows an icon to pass the bubble on to somebody else.
    #[must_use]
    pub fn forwardable(mut self) -> Self {
        self.forwardable = true;
        self
    }
}

impl From<SimpleText> for Output {
    fn from(text: SimpleText) -> Self {
        Self::SimpleText(text)
    }
}

impl From<SimpleImage> for Output {
    fn from(image: SimpleImage) -> Self {
        Self::SimpleImage(image)
    }
}
