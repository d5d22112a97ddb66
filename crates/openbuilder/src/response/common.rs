//! Thumbnails, links and profiles: parts that several cards share.

use serde::Serialize;

use crate::text::{at_most, not_empty, web_address};
use crate::{LimitError, limits};

/// A card's picture, which Kakao fetches: its address must be public.
///
/// Shown 2:1, cut around its centre, unless [`square`](Self::square).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Thumbnail {
    image_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alt_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Link>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fixed_ratio: bool,
}

impl Thumbnail {
    /// The picture at `url`.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where the address is not http(s).
    pub fn new(url: impl AsRef<str>) -> Result<Self, LimitError> {
        let image_url = web_address("thumbnail.imageUrl", url)?;
        Ok(Self { image_url, alt_text: None, link: None, fixed_ratio: false })
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

    /// Shows the whole picture 1:1 (`fixedRatio`). The card's buttons then stand side by side, at most two.
    #[must_use]
    pub fn square(mut self) -> Self {
        self.fixed_ratio = true;
        self
    }

    pub(super) fn is_square(&self) -> bool {
        self.fixed_ratio
    }
}

/// Where a tap leads: to one address everywhere, or to one for each kind of device.
///
/// On the wire `web` wins over the other two, so here it is never sent beside them. (That nothing but http(s) opens
/// is documented for buttons, and a guess for links.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    #[serde(skip_serializing_if = "Option::is_none")]
    web: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<String>,
}

impl Link {
    /// The same address on every device.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where the address is not http(s).
    pub fn web(url: impl AsRef<str>) -> Result<Self, LimitError> {
        Ok(Self { web: Some(web_address("link.web", url)?), pc: None, mobile: None })
    }

    /// One address on computers, another one on telephones.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where one of them is not http(s).
    pub fn per_device(pc: impl AsRef<str>, mobile: impl AsRef<str>) -> Result<Self, LimitError> {
        let (pc, mobile) = (web_address("link.pc", pc)?, web_address("link.mobile", mobile)?);
        Ok(Self { web: None, pc: Some(pc), mobile: Some(mobile) })
    }
}

/// Who offers what a [`CommerceCard`](crate::response::CommerceCard) shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    nickname: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
}

impl Profile {
    /// A profile by name.
    ///
    /// # Errors
    /// [`LimitError::Empty`] where the name is blank.
    pub fn new(nickname: impl Into<String>) -> Result<Self, LimitError> {
        Ok(Self { nickname: not_empty("profile.nickname", nickname)?, image_url: None })
    }

    /// Its picture; 180 × 180 pixels are recommended.
    ///
    /// # Errors
    /// [`LimitError::NotAWebAddress`] where the address is not http(s).
    pub fn image(mut self, url: impl AsRef<str>) -> Result<Self, LimitError> {
        self.image_url = Some(web_address("profile.imageUrl", url)?);
        Ok(self)
    }
}
